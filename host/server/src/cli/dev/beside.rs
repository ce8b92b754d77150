//! What a save changes on turns: those of a server, or those of a file.
//!
//! Owns where turns come from and what they are held against. Answering and comparing are `rehearse`'s.

use std::{ops::RangeFrom, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use cuecard_model::{MerchantId, Scope};
use cuecard_pipeline::{Incoming, Merchant, Snapshot};
use cuecard_plugin::{
    bundle::Bundle,
    generation::{Generation, LivePlugin},
    job::LoadId,
    problem::Problem,
    prove::Proof,
    registry::Place,
};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use super::super::{
    offline::{self, Offline},
    remote::Push,
    replay::recorded,
};
use crate::rehearse::{Again, Rehearsals, TIME, Tried, Wanted, unserved};

/// What a version is held against.
pub(super) enum Beside {
    /// What serves on a server, on the turns that it has answered.
    Served(Push),
    /// The first good version, on recorded conversations.
    Recorded(Box<Recorded>),
}

/// Recorded conversations, and the version that the others are held against.
pub(super) struct Recorded {
    file: PathBuf,
    newest: usize,
    rehearsals: Rehearsals,
    runtime: Handle,
    first: Option<First>,
    /// Each version that is loaded has one of its own.
    ids: RangeFrom<LoadId>,
}

/// The first good version, and turns as they come to be when it answers.
struct First {
    place: Place,
    merchant: Arc<Merchant>,
    snapshot: Arc<Snapshot>,
    turns: Vec<Incoming>,
}

impl Beside {
    /// The last turns of a file.
    pub(super) fn recorded(file: PathBuf, newest: usize, runtime: Handle) -> anyhow::Result<Self> {
        if !file.is_file() {
            bail!("{} is not a file\n  hint: write conversations there as `cuecard replay` reads them", file.display());
        }
        let rehearsals = Rehearsals::start(offline::spawn()?, offline::prover()?.counting())?;
        Ok(Self::Recorded(Box::new(Recorded { file, newest, rehearsals, runtime, first: None, ids: 1.. })))
    }

    /// What is different; `None` where there is nothing yet to be held against.
    pub(super) fn rehearse(&mut self, bundle: &Bundle, proof: &Proof) -> anyhow::Result<Option<Json>> {
        match self {
            Self::Served(push) => {
                let id = proof.contents().map(|contents| contents.manifest.id.to_string()).unwrap_or_default();
                push.rehearsed(&id, bundle).map(Some)
            }
            Self::Recorded(recorded) => recorded.rehearse(bundle, proof),
        }
    }
}

impl Recorded {
    fn rehearse(&mut self, bundle: &Bundle, proof: &Proof) -> anyhow::Result<Option<Json>> {
        let Some(First { place, merchant, snapshot, turns }) = &self.first else {
            self.first = Some(self.begin(bundle, proof)?);
            return Ok(None);
        };
        let again = |incoming: &Incoming| Again { incoming: incoming.clone(), approximate: &[] };
        let wanted = Wanted {
            snapshot: Arc::clone(snapshot),
            merchant: Arc::clone(merchant),
            place: place.clone(),
            version: Tried::Proved(fit(self.ids.next().unwrap_or_default(), place, bundle, proof)?, bundle.clone()),
            turns: turns.iter().map(again).collect(),
            events: None,
            show_all: false,
            time: TIME,
        };
        let found = self.runtime.block_on(self.rehearsals.rehearse(wanted))?;
        Ok(Some(serde_json::to_value(found)?))
    }

    fn begin(&mut self, bundle: &Bundle, proof: &Proof) -> anyhow::Result<First> {
        let id = proof.contents().context("its content could not be read")?.manifest.id.clone();
        let place = (Scope::Shared, id);
        let plugin = fit(self.ids.next().unwrap_or_default(), &place, bundle, proof)?;
        let generation = Arc::new(Generation::default().with(plugin));
        let merchant = Merchant::new(MerchantId::from("offline"));
        let of = |generation| Offline { snapshot: Snapshot::new(generation, None), merchant: merchant.clone() };
        let turns = self.runtime.block_on(recorded(&self.file, self.newest, of(Arc::clone(&generation))))?;
        Ok(First { place, snapshot: Arc::new(of(generation).snapshot), merchant: Arc::new(merchant), turns })
    }
}

fn fit(id: LoadId, place: &Place, bundle: &Bundle, proof: &Proof) -> anyhow::Result<Arc<LivePlugin>> {
    let wrong = |problems: Vec<Problem>| {
        anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    unserved(id, place, bundle, proof.clone()).map_err(wrong)
}
