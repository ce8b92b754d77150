//! Plugins of a folder without a server: for `understand`, `replay`, `test` and `check`.
//!
//! The same registry, prover and workers as under `serve`; only the memory that lasts is left out.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
};

use anyhow::{Context, anyhow, bail};
use cuecard_pipeline::{Merchant, Snapshot};
use cuecard_plugin::{
    bundle::{Bundle, BundleHash, BundleLimits},
    generation::Generation,
    limits::Ceiling,
    prove::{self, Prover},
    registry::{Note, Options, Outcome, Place, Registry, Store},
    signature::Trusts,
    workers::{self, Spawn, Workers},
};

/// The plugins of one folder, ready to answer.
pub(crate) struct Offline {
    pub(crate) snapshot: Snapshot,
    pub(crate) merchant: Merchant,
}

/// Loads a folder of plugins. A plugin that may not serve is an error: offline nobody would see a warning.
pub(crate) fn load(folder: &Path, merchant: Merchant) -> anyhow::Result<Offline> {
    if !folder.is_dir() {
        bail!("{} is not a folder\n  hint: name the folder that holds the plugins with --plugins", folder.display());
    }
    let (seen, generations) = mpsc::channel();
    let (refused, refusals) = mpsc::channel();
    let options = Options {
        trusts: Trusts::anything(),
        folder: Some(folder.to_owned()),
        bundle_limits: BundleLimits::LARGE_GUESTS,
        prover: prover()?,
        restored: Vec::new(),
        unwanted: Vec::new(),
        last_generation: 0,
    };
    let registry = Registry::start(options, Memory { seen, refused })?;
    let generation = generations.recv().context("the plugins could not be loaded")?;
    registry.stop();
    let reasons: Vec<_> = refusals.try_iter().map(|note: Note| format!("{}/{}", note.place.1, note.reason)).collect();
    if !reasons.is_empty() {
        bail!("{}", reasons.join("\n"));
    }
    Ok(Offline { snapshot: Snapshot::new(generation, None), merchant })
}

/// Compiles and tests in processes of this very program.
pub(crate) fn prover() -> anyhow::Result<Prover> {
    let spawn = prove::Spawn::Process { program: program()?, arguments: vec!["prove-worker".into()] };
    Ok(Prover::new(spawn, None, Ceiling::new(true)))
}

/// Workers as processes of this very program.
pub(crate) async fn workers() -> anyhow::Result<Workers> {
    let (workers, _) = Workers::start(workers::Options::new(spawn()?)).await.context("no worker could be started")?;
    Ok(workers)
}

/// How a worker is started as a process of this very program.
pub(crate) fn spawn() -> anyhow::Result<Spawn> {
    Ok(Spawn::Processes { program: program()?, arguments: vec!["worker".into()] })
}

fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().map_err(|error| anyhow!("cannot find this program's own file: {error}"))
}

struct Memory {
    seen: mpsc::Sender<Arc<Generation>>,
    refused: mpsc::Sender<Note>,
}

impl Store for Memory {
    fn keep(&mut self, note: &Note, _: Option<&Bundle>) -> Result<bool, String> {
        if note.outcome == Outcome::Refused {
            let _ = self.refused.send(note.clone());
        }
        Ok(true)
    }

    fn publish(&mut self, generation: Arc<Generation>) {
        let _ = self.seen.send(generation);
    }

    fn bundle(&mut self, _: &BundleHash) -> Result<Option<Bundle>, String> {
        Ok(None)
    }

    fn before(&mut self, _: &Place, _: Option<&BundleHash>) -> Result<Option<BundleHash>, String> {
        Ok(None)
    }
}
