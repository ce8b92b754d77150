//! Rehearsals: another version of a plugin on turns that were really answered, beside the version that serves.
//!
//! Owns a thread and a few workers of low priority, so that no live turn waits, and a snapshot that serves nobody.
//! Nothing that a rehearsal does is kept: no keys, no log, no figures, no mark on how a plugin does. Knows no HTTP.

mod input;
mod report;
mod text;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_model::{Failure, FailureKind, PluginId};
use cuecard_pipeline::{Answered, Merchant, Snapshot, answer, compare};
use cuecard_plugin::{
    bundle::Bundle,
    generation::LivePlugin,
    problem::Problem,
    prove::{Proof, Prover, load},
    registry::Place,
    workers::{self, Busy, Loadable, Workers},
};
use tokio::{
    sync::{Mutex, Semaphore, mpsc, oneshot},
    task::{LocalSet, spawn_blocking},
};

use self::report::Clocks;
pub use self::{
    input::{Again, Input, again},
    report::{Case, FailureShown, Rehearsal, Summary, TurnShown, Version},
};

/// Turns of a rehearsal, if nothing else is asked for, and at most.
pub const TURNS: (usize, usize) = (200, 1000);
/// The longest that one may take; what is not done by then is left out.
const TIME: Duration = Duration::from_secs(20);
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
    /// Whose turns.
    pub merchant: Arc<Merchant>,
    /// Whom the version would serve, and its name.
    pub place: Place,
    /// The version.
    pub bundle: Bundle,
    /// Newest first.
    pub turns: Vec<Again>,
    /// Whether all turns are shown, or those alone that differ.
    pub show_all: bool,
}

struct Job {
    wanted: Wanted,
    answer: oneshot::Sender<Rehearsal>,
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

    /// Rehearses. Who drops the answer ends the rehearsal.
    pub async fn rehearse(&self, wanted: Wanted) -> Result<Rehearsal, Busy> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { wanted, answer }).map_err(|_| Busy::QueueFull)?;
        answered.await.map_err(|_| Busy::TooLate)
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
    async fn rehearse(&self, wanted: Wanted, unwanted: &dyn Fn() -> bool) -> Rehearsal {
        let began = Instant::now();
        let Wanted { snapshot, merchant, place, bundle, turns, show_all } = wanted;
        // One version answers each turn, whoever else would in its place: the two are to be told apart.
        let snapshot = Arc::new(snapshot.stable());
        let (prover, to_prove) = (Arc::clone(&self.prover), bundle.clone());
        let proof = spawn_blocking(move || prover.prove(&to_prove)).await;
        let old = snapshot.generation.plugins(&merchant.id).find(|plugin| plugin.plugin.id == place.1).cloned();
        let mut found = empty(&place.1, old.as_deref());
        let ready = match proof {
            Ok(proof) => self.ready(&place, &bundle, proof, &mut found),
            Err(_) => Err(vec![Problem::new("", "the rehearsal was broken off")]),
        };
        let ready = match ready {
            Ok(plugin) => self.with_keys(&bundle, &plugin, turns).await.map(|turns| (plugin, turns)),
            Err(problems) => Err(problems),
        };
        match ready {
            Ok((plugin, turns)) => {
                found.new = Some(Version::of(&plugin));
                let old = Arc::clone(&snapshot);
                let of = merchant.id.clone();
                let last = self.last.lock().await.clone();
                let new = spawn_blocking(move || Arc::new(old.with(&of, plugin, last.as_deref()))).await;
                if let (Ok(new), Some(workers)) = (new, self.workers().await) {
                    *self.last.lock().await = Some(Arc::clone(&new));
                    let until = began + TIME;
                    let enough = || unwanted() || Instant::now() > until;
                    run(&mut found, Sides { workers, merchant, old: snapshot, new }, turns, show_all, &enough).await;
                } else {
                    found.summary.left_out = turns.len();
                }
            }
            Err(problems) => found.problems = problems,
        }
        found.summary.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        found.text = text::text(&found);
        found
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
        let (contents, code) = proof.untested()?;
        if contents.manifest.id != place.1 {
            let reason =
                format!("the plugin's id is '{}', and '{}' was to be rehearsed", contents.manifest.id, place.1);
            return Err(vec![Problem::new("plugin.toml", reason).hint("rehearse it under its own id")]);
        }
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let loadable = code.map(|code| Arc::new(Loadable::new(load(id, &contents, bundle, code))));
        let plugin = contents.manifest.plugin_version();
        let (scope, hash) = (place.0.clone(), bundle.hash());
        let short_hash = hash.short().into();
        Ok(Arc::new(LivePlugin { plugin, scope, hash, short_hash, provenance: None, contents, loadable }))
    }

    /// The turns with what the version would have made of the keys that were stored then.
    async fn with_keys(
        &self,
        bundle: &Bundle,
        plugin: &LivePlugin,
        mut turns: Vec<Again>,
    ) -> Result<Vec<Again>, Vec<Problem>> {
        if !plugin.contents.manifest.migrates() {
            return Ok(turns);
        }
        let (prover, bundle, set) = (Arc::clone(&self.prover), bundle.clone(), plugin.key_set());
        let work = move || {
            let mut migration = prover.migration(&bundle)?;
            for again in &mut turns {
                let incoming = &mut again.incoming;
                let older =
                    incoming.keys.iter().rev().find(|(it, _)| it.plugin == set.plugin && it.version <= set.version);
                let Some((from, keys)) = older.filter(|(it, _)| it.version < set.version) else { continue };
                let migrated = migration.run(from.version, incoming.now, vec![keys.clone()]);
                let migrated = migrated.map_err(|problem| vec![problem])?;
                Arc::make_mut(&mut incoming.keys).extend(migrated.into_iter().map(|keys| (set.clone(), keys)));
            }
            Ok(turns)
        };
        spawn_blocking(work).await.unwrap_or_else(|_| Err(vec![Problem::new("", "the rehearsal was broken off")]))
    }

    /// Two, so that one merchant's rehearsal leaves room for another's.
    async fn workers(&self) -> Option<Workers> {
        let mut workers = self.workers.lock().await;
        if workers.is_none() {
            let settled = workers::Options {
                count: 2,
                patience: TIME,
                remember: false,
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

fn empty(plugin: &PluginId, old: Option<&LivePlugin>) -> Rehearsal {
    Rehearsal {
        plugin: plugin.clone(),
        old: old.map(Version::of),
        new: None,
        problems: Vec::new(),
        cases: Vec::new(),
        summary: Summary::default(),
        times: Vec::new(),
        turns: Vec::new(),
        text: String::new(),
    }
}

/// What answers each turn twice.
struct Sides {
    workers: Workers,
    merchant: Arc<Merchant>,
    old: Arc<Snapshot>,
    new: Arc<Snapshot>,
}

async fn run(found: &mut Rehearsal, sides: Sides, turns: Vec<Again>, show_all: bool, enough: &dyn Fn() -> bool) {
    let mut clocks = Clocks::default();
    for (number, again) in turns.iter().enumerate() {
        if enough() {
            found.summary.left_out = turns.len() - number;
            break;
        }
        // What comes second finds caches warm, so they take turns at it.
        let both = if number % 2 == 0 { sides.both(again).await } else { sides.both_swapped(again).await };
        let Ok((old, new)) = both else {
            found.summary.left_out += 1;
            continue;
        };
        clocks.take(&old.calls, &new.calls);
        let shown = TurnShown::of(again, &found.plugin, &old, &new, compare(&old, &new));
        found.summary.count(&shown);
        if show_all || shown.different {
            found.turns.push(shown);
        }
    }
    found.times = clocks.times();
}

impl Sides {
    async fn both(&self, again: &Again) -> Result<(Answered, Answered), Busy> {
        Ok((self.one(&self.old, again).await?, self.one(&self.new, again).await?))
    }

    async fn both_swapped(&self, again: &Again) -> Result<(Answered, Answered), Busy> {
        let new = self.one(&self.new, again).await?;
        Ok((self.one(&self.old, again).await?, new))
    }

    async fn one(&self, snapshot: &Snapshot, again: &Again) -> Result<Answered, Busy> {
        let understanding = snapshot.learn(&self.merchant.id);
        let ask = || answer(snapshot, &understanding, &self.workers, &self.merchant, again.incoming.clone());
        let first = ask().await?;
        // Those that come first may have kept it waiting past its time by the clock: it is asked once more.
        let is_late =
            |it: &Failure| matches!(it.kind, FailureKind::Timeout | FailureKind::Killed | FailureKind::Skipped);
        if first.reply.failures.iter().any(is_late) { ask().await } else { Ok(first) }
    }
}
