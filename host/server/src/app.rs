//! What every request shares.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwapOption;
use cuecard_engine::{ApiKey, Engine};
use cuecard_model::Timestamp;
use cuecard_pipeline::Snapshot;
use cuecard_plugin::{bundle::BundleLimits, registry::Registry, worker::confine::Confinement, workers::Workers};
use tokio::sync::{Notify, Semaphore, watch};

use crate::{
    helpdesk::Helpdesks,
    hub::Hub,
    ids::Ids,
    journal::Journal,
    limits::{Limits, Rates},
    merchants::Merchants,
    metrics::Metrics,
    outbox::Outbox,
    outgoing::Outgoing,
    people::People,
    privacy::Privacy,
    rehearse::Rehearsals,
    translate::Translations,
};

/// What every request shares. Held as `Arc<App>`.
pub struct App {
    /// Durable state.
    pub engine: Arc<dyn Engine>,
    /// What turns run on; `None` until the first generation is out.
    pub snapshot: Arc<ArcSwapOption<Snapshot>>,
    /// Who runs the hooks.
    pub workers: Workers,
    /// Who changes the plugins; set once it has started.
    pub registry: OnceLock<Registry>,
    /// What a pushed bundle may bring.
    pub bundle_limits: BundleLimits,
    /// What merchants have settled.
    pub merchants: Arc<Merchants>,
    /// Merchants' helpdesks.
    pub helpdesks: Helpdesks,
    /// The way to other systems.
    pub outgoing: Outgoing,
    /// Merchants' connectors to providers of translations.
    pub translations: Translations,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What plugins said, and how they failed.
    pub journal: Journal,
    /// Streams to agents.
    pub hub: Arc<Hub>,
    /// Ids of turns and contacts.
    pub ids: Ids,
    /// The operator's limits.
    pub limits: Limits,
    /// Requests per merchant.
    pub rates: Rates,
    /// Turns in flight: a limit, and what the end waits for.
    pub turns: Arc<Semaphore>,
    /// Wakes those who decide on events.
    pub events: Notify,
    /// Who forgets.
    pub privacy: Privacy,
    /// Who sends contacts.
    pub outbox: Outbox,
    /// The key that works beside the engine's, in `serve --dev`. It is never kept.
    pub dev_key: Option<ApiKey>,
    /// The folder that the desk's files are read from in place of the binary, in `serve --dev`.
    pub pages: Option<PathBuf>,
    /// Who tries other versions of plugins on turns that were answered.
    pub rehearsals: Rehearsals,
    /// People who log in.
    pub people: People,
    /// Who may show `/desk/embed` in a frame, as origins.
    pub embed_in: Vec<String>,
    /// Who may show `/desk/embed` in a frame, as a source list.
    pub frame_ancestors: String,
    /// When the host was started.
    pub started: Timestamp,
    /// The folder that holds all state.
    pub data: PathBuf,
    /// What the kernel let the workers give up.
    pub confinement: Confinement,
    /// True once the host is told to stop: streams end, nobody waits.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// The generation that serves now; 0 before the first.
    pub fn generation(&self) -> u64 {
        self.snapshot.load().as_ref().map_or(0, |snapshot| snapshot.generation.number)
    }
}
