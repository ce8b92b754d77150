//! Rehearsals: another version of a plugin on turns that were really answered and events that were really judged, beside
//! the version that serves.
//!
//! Owns a thread and a few workers of low priority, so that no live turn waits, and a snapshot that serves nobody.
//! Nothing that a rehearsal does is kept: no keys, no log, no figures, no mark on how a plugin does, and nothing is sent.
//! Knows no HTTP.

mod counted;
mod input;
mod keys;
mod report;
mod review;
mod sides;
mod text;
mod verdict;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_engine::{Engine, Error};
use cuecard_gate::Policy;
use cuecard_pipeline::{Merchant, Snapshot};
use cuecard_plugin::{
    bundle::Bundle,
    generation::LivePlugin,
    job::LoadId,
    problem::Problem,
    prove::{Proof, Prover, load},
    registry::Place,
    workers::{self, Busy, Loadable, Workers},
};
use tokio::{
    sync::{Mutex, Semaphore, mpsc, oneshot},
    task::{LocalSet, spawn_blocking},
};

pub use self::{
    input::{Again, Input, events, judged, turns},
    report::{Case, DecisionShown, EventShown, FailureShown, Plan, Rehearsal, Summary, TurnShown, Version},
    review::Reviewer,
};
use self::{keys::Migrated, sides::Sides};

/// Turns of a rehearsal, if nothing else is asked for, and at most.
pub const TURNS: (usize, usize) = (200, 1000);
/// Events of a rehearsal, if nothing else is asked for, and at most.
pub const EVENTS: (usize, usize) = (200, 1000);
/// The longest that one may take; what is not done by then is left out.
pub const TIME: Duration = Duration::from_secs(20);
/// Rehearsals that are asked for and not done; more are turned away.
const WAITING: usize = 16;
/// Rehearsals at once.
const AT_ONCE: usize = 4;
/// Workers are let go when nobody has rehearsed for so long.
const IDLE: Duration = Duration::from_secs(120);

/// What to rehearse.
pub struct Wanted {
    /// What turns run on now.
    pub snapshot: Arc<Snapshot>,
    /// Whose turns and events.
    pub merchant: Arc<Merchant>,
    /// Whom the version would serve, and its name.
    pub place: Place,
    /// The version.
    pub version: Tried,
    /// Newest first.
    pub turns: Vec<Again>,
    /// Which events, if any are kept.
    pub events: Option<Events>,
    /// Whether all turns and events are shown, or those alone that differ.
    pub show_all: bool,
    /// The longest that it may take.
    pub time: Duration,
}

/// Events that one of the two listens to.
pub struct Events {
    /// Where they are kept, and what is known of their customers.
    pub engine: Arc<dyn Engine>,
    /// By which contacts are worded.
    pub policy: Arc<Policy>,
    /// How many, from the newest back.
    pub newest: usize,
}

/// A version that serves nobody yet.
pub enum Tried {
    /// To be proved first.
    Bundle(Bundle),
    /// As it would serve.
    Proved(Arc<LivePlugin>, Bundle),
}

/// Why there is no rehearsal.
#[derive(Debug, thiserror::Error)]
pub enum Unrehearsed {
    /// Too many are under way.
    #[error("{0}")]
    Busy(Busy),
    /// What was kept could not be read.
    #[error("{0}")]
    Engine(#[from] Error),
}

type Answer = Result<Rehearsal, Error>;

struct Job {
    wanted: Wanted,
    answer: oneshot::Sender<Answer>,
}

/// A handle to the thread that rehearses.
#[derive(Clone)]
pub struct Rehearsals {
    jobs: mpsc::Sender<Job>,
}

impl Rehearsals {
    /// Starts the thread. It has no workers until somebody rehearses, and ends with the last handle.
    pub fn start(workers: workers::Spawn, prover: Prover) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel(WAITING);
        let stage = Stage {
            prover: Arc::new(prover),
            spawn: aside(workers),
            workers: Mutex::default(),
            last: Mutex::default(),
            ids: FIRST.into(),
        };
        let run = move || {
            // Of this thread and all that it starts.
            #[cfg(unix)]
            let _ = rustix::process::nice(10);
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => LocalSet::new().block_on(&runtime, serve(Arc::new(stage), inbox)),
                Err(error) => tracing::error!(%error, "nobody can rehearse"),
            }
        };
        thread::Builder::new().name("rehearsals".into()).spawn(run)?;
        Ok(Self { jobs })
    }

    /// Rehearses, or says at once that too many wait. Who drops the answer ends the rehearsal.
    pub async fn rehearse(&self, wanted: Wanted) -> Result<Rehearsal, Unrehearsed> {
        let place = self.jobs.try_reserve().map_err(|_| Unrehearsed::Busy(Busy::QueueFull))?;
        Self::send(place, wanted).await
    }

    /// The same, but waits in line: for those whom nobody could ask to come again.
    pub async fn rehearse_in_turn(&self, wanted: Wanted) -> Result<Rehearsal, Unrehearsed> {
        let place = self.jobs.reserve().await.map_err(|_| Unrehearsed::Busy(Busy::TooLate))?;
        Self::send(place, wanted).await
    }

    async fn send(place: mpsc::Permit<'_, Job>, wanted: Wanted) -> Result<Rehearsal, Unrehearsed> {
        let (answer, answered) = oneshot::channel();
        place.send(Job { wanted, answer });
        Ok(answered.await.map_err(|_| Unrehearsed::Busy(Busy::TooLate))??)
    }
}

/// Workers of low priority.
fn aside(spawn: workers::Spawn) -> workers::Spawn {
    match spawn {
        workers::Spawn::Processes { program, mut arguments } => {
            arguments.push("--aside".into());
            workers::Spawn::Processes { program, arguments }
        }
        threads @ workers::Spawn::Threads => threads,
    }
}

/// Loads that serve nobody are counted from here, those of the registry from 1.
const FIRST: u64 = 1 << 63;

struct Stage {
    prover: Arc<Prover>,
    spawn: workers::Spawn,
    workers: Mutex<Option<Workers>>,
    /// Whoever types rehearses again and again: what was learned from the same examples is not learned anew.
    last: Mutex<Option<Arc<Snapshot>>>,
    ids: AtomicU64,
}

async fn serve(stage: Arc<Stage>, mut inbox: mpsc::Receiver<Job>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match tokio::time::timeout(IDLE, inbox.recv()).await {
            Ok(Some(Job { wanted, answer })) => {
                let stage = Arc::clone(&stage);
                tokio::task::spawn_local(async move {
                    // Between two turns: in the middle of one it would cost a worker.
                    let found = stage.rehearse(wanted, &|| answer.is_closed()).await;
                    let _ = answer.send(found);
                    drop(place);
                });
            }
            Ok(None) => return,
            Err(_) => {
                stage.workers.lock().await.take();
                stage.last.lock().await.take();
            }
        }
    }
}

impl Stage {
    async fn rehearse(&self, wanted: Wanted, unwanted: &dyn Fn() -> bool) -> Answer {
        let began = Instant::now();
        let Wanted { snapshot, merchant, place, version, turns, events, show_all, time } = wanted;
        // One version answers each turn, whoever else would in its place: the two are to be told apart.
        let snapshot = Arc::new(snapshot.stable());
        let of = merchant.id.clone();
        let old = snapshot.generation.plugins(&of).find(|plugin| plugin.plugin.id == place.1).cloned();
        let mut found = Rehearsal { old: old.as_deref().map(Version::of), ..Rehearsal::empty(&place.1) };
        let ready = match version {
            Tried::Proved(plugin, bundle) => Ok((plugin, bundle)),
            Tried::Bundle(bundle) => {
                self.prove(&place, bundle.clone(), &mut found).await.map(|plugin| (plugin, bundle))
            }
        };
        let kept = match (&ready, &events) {
            (Ok((plugin, _)), Some(it)) => {
                let heard = old.iter().chain([plugin]).map(|plugin| &plugin.contents.manifest);
                input::events(&*it.engine, &merchant.id, heard, it.newest).await?
            }
            _ => Vec::new(),
        };
        let until = began + time / 2;
        let ready = match ready {
            Ok((plugin, bundle)) => keys::migrated(&self.prover, bundle, Arc::clone(&plugin), (turns, kept), until)
                .await
                .map(|it| (plugin, it)),
            Err(problems) => Err(problems),
        };
        match ready {
            Ok((plugin, Migrated { turns, events: occurred, left_out })) => {
                found.new = Some(Version::of(&plugin));
                found.cost = counted::compared(old.as_deref(), &plugin);
                (found.summary.left_out, found.summary.events_left_out) = left_out;
                let last = self.last.lock().await.clone();
                let stands = Arc::clone(&snapshot);
                let new = spawn_blocking(move || Arc::new(stands.with(&of, plugin, last.as_deref()))).await;
                if let (Ok(new), Some(workers)) = (new, self.workers().await) {
                    *self.last.lock().await = Some(Arc::clone(&new));
                    let sides = Sides { workers, merchant, old: snapshot, new };
                    let enough = |time: Duration| move || unwanted() || began.elapsed() > time;
                    // Neither turns nor events take the others' time.
                    let half = if occurred.is_empty() { time } else { time / 2 };
                    sides.turns(&mut found, &turns, show_all, &enough(half)).await;
                    if let Some(events) = &events {
                        sides.events(&mut found, events, &occurred, show_all, &enough(time)).await?;
                    }
                    self.count(&mut found, &sides, &turns, &enough(time)).await;
                } else {
                    found.summary.left_out += turns.len();
                    found.summary.events_left_out += occurred.len();
                }
            }
            Err(problems) => found.problems = problems,
        }
        found.summary.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        found.summary.slower = found.times.iter().filter(|it| it.plugin == found.plugin && it.slower).count();
        found.text = text::text(&found);
        Ok(found)
    }

    async fn prove(
        &self,
        place: &Place,
        bundle: Bundle,
        found: &mut Rehearsal,
    ) -> Result<Arc<LivePlugin>, Vec<Problem>> {
        let (prover, to_prove) = (Arc::clone(&self.prover), bundle.clone());
        match spawn_blocking(move || prover.prove(&to_prove)).await {
            Ok(proof) => self.ready(place, &bundle, proof, found),
            Err(_) => Err(vec![Problem::new("", "the rehearsal was broken off")]),
        }
    }

    /// A plugin that could serve, whatever its own tests say.
    fn ready(
        &self,
        place: &Place,
        bundle: &Bundle,
        proof: Proof,
        found: &mut Rehearsal,
    ) -> Result<Arc<LivePlugin>, Vec<Problem>> {
        found.problems.clone_from(&proof.problems);
        found.cases = proof.cases.iter().map(Case::of).collect();
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        unserved(id, place, bundle, proof)
    }

    /// Two, so that one merchant's rehearsal leaves room for another's.
    async fn workers(&self) -> Option<Workers> {
        let mut workers = self.workers.lock().await;
        if workers.is_none() {
            let settled = workers::Options {
                count: 2,
                patience: TIME,
                remember: false,
                counts: true,
                ..workers::Options::new(self.spawn.clone())
            };
            match Workers::start(settled).await {
                Ok((started, _)) => *workers = Some(started),
                Err(error) => tracing::error!(%error, "workers for a rehearsal could not be started"),
            }
        }
        workers.clone()
    }
}

/// A plugin that could serve, whatever its own tests say, and serves nobody; loads are told apart by `id`.
pub(crate) fn unserved(
    id: LoadId,
    place: &Place,
    bundle: &Bundle,
    proof: Proof,
) -> Result<Arc<LivePlugin>, Vec<Problem>> {
    let cost = proof.cost.clone();
    let (contents, code) = proof.untested()?;
    if contents.manifest.id != place.1 {
        let reason = format!("the plugin's id is '{}', and '{}' was to be rehearsed", contents.manifest.id, place.1);
        return Err(vec![Problem::new("plugin.toml", reason).hint("rehearse it under its own id")]);
    }
    let loadable = code.map(|code| Arc::new(Loadable::new(load(id, &contents, bundle, code))));
    let (plugin, scope, hash) = (contents.manifest.plugin_version(), place.0.clone(), bundle.hash());
    let (short_hash, provenance, compared) = (hash.short().into(), None, None);
    Ok(Arc::new(LivePlugin { plugin, scope, hash, short_hash, provenance, cost, compared, contents, loadable }))
}
