//! The plugins that ship, in service as under `serve`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
};

use cuecard_pipeline::Snapshot;
use cuecard_plugin::{
    bundle::{Bundle, BundleHash, BundleLimits},
    generation::Generation,
    limits::Ceiling,
    prove::{self, Prover},
    registry::{self, Note, Place, Registry, Store},
    signature::Trusts,
    workers::Spawn,
};

/// Threads, and with `CUECARD_BIN` processes as well.
pub(crate) fn kinds() -> Vec<(&'static str, Spawn)> {
    let mut kinds = vec![("threads", Spawn::Threads)];
    if let Some(program) = std::env::var_os("CUECARD_BIN") {
        // Benchmarks run in their package's folder.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        kinds.push(("processes", Spawn::Processes { program: root.join(program), arguments: vec!["worker".into()] }));
    }
    kinds
}

/// The plugins that ship, and one that answers beside order-status.
pub(crate) fn snapshot() -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    for plugin in fs::read_dir(&shipped).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        copy(&plugin, &folder.path().join(plugin.file_name().unwrap()), &["src", "target"]);
    }
    let second = folder.path().join("second-look");
    copy(&shipped.join("order-status"), &second, &["tests", "scenarios.toml"]);
    let manifest = fs::read_to_string(second.join("plugin.toml")).unwrap();
    fs::write(second.join("plugin.toml"), manifest.replace("\"order-status\"", "\"second-look\"")).unwrap();
    let (sender, generations) = mpsc::channel();
    let options = registry::Options {
        folder: Some(folder.path().to_owned()),
        bundle_limits: BundleLimits::default(),
        prover: Prover::new(prove::Spawn::Caller, None, Ceiling::default()),
        trusts: Trusts::anything(),
        restored: Vec::new(),
        unwanted: Vec::new(),
        last_generation: 0,
    };
    let registry = Registry::start(options, Memory(sender)).unwrap();
    let generation = generations.recv().unwrap();
    registry.stop();
    Snapshot::new(generation, None)
}

fn copy(from: &Path, to: &PathBuf, without: &[&str]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        if without.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name), without);
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

struct Memory(mpsc::Sender<Arc<Generation>>);

impl Store for Memory {
    fn keep(&mut self, note: &Note, _: Option<&Bundle>) -> Result<bool, String> {
        assert_eq!(note.outcome, registry::Outcome::Live, "{}: {}", note.place.1, note.reason);
        Ok(true)
    }

    fn publish(&mut self, generation: Arc<Generation>) {
        let _ = self.0.send(generation);
    }

    fn bundle(&mut self, _: &BundleHash) -> Result<Option<Bundle>, String> {
        Ok(None)
    }

    fn before(&mut self, _: &Place, _: Option<&BundleHash>) -> Result<Option<BundleHash>, String> {
        Ok(None)
    }
}
