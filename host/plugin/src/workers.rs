//! The host's side of the workers: starts them, shares them out fairly, kills what overruns, replaces what dies.
//!
//! A turn leases one worker, talks to it once, and gives it back. Merchants take turns; one merchant can never hold
//! every worker. Knows nothing of what a hook does.

mod asked;
mod exchange;
mod lease;
mod losses;
mod spawn;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_model::{Classification, Decision, FailureKind, MerchantId, PluginVersion, Timestamp};
use serde::Serialize;

use self::{
    asked::Job,
    exchange::Exchanged,
    lease::{Lease, Pool},
    losses::{Blame, Losses},
};
pub use self::{
    asked::less,
    exchange::{Bell, Loadable},
    spawn::Spawn,
};
use crate::{
    job::{Answer, Called, ClassifyJob, EventJob, LoadId, Request, TurnJob, WorkedDraft},
    worker::confine::Confinement,
};

/// How many workers, how they are started, how much may wait.
#[derive(Clone, Debug)]
pub struct Options {
    /// Processes or threads.
    pub spawn: Spawn,
    /// How many.
    pub count: usize,
    /// Turns of one merchant that may wait for a worker.
    pub queue_per_merchant: usize,
    /// Turns of all merchants that may wait for a worker.
    pub queue: usize,
    /// How long a turn may wait for a worker.
    pub patience: Duration,
    /// Plugins that one worker keeps ready.
    pub loaded: usize,
    /// Whether plugins are known by how they have done: who fails rests, who answers is asked first. A rehearsal asks
    /// each every time, takes its time, and leaves no mark on it.
    pub remember: bool,
    /// Whether they can be told to count the steps of calls ([`crate::job::Load::counts`]).
    pub counts: bool,
}

impl Options {
    /// One worker more than there are processors, so that one merchant can use them all and still not hold all.
    pub fn new(spawn: Spawn) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            spawn,
            count: processors + 1,
            queue_per_merchant: 64,
            queue: 512,
            patience: Duration::from_millis(250),
            loaded: 1024,
            remember: true,
            counts: false,
        }
    }
}

/// What the workers do now, and how much may wait for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WorkersState {
    /// How many there are.
    pub count: usize,
    /// Of these, with nothing to do.
    pub idle: usize,
    /// The most that one merchant may hold at once.
    pub per_merchant: usize,
    /// Turns that wait for one.
    pub waiting: usize,
    /// Turns of all merchants that may wait.
    pub queue: usize,
    /// Turns of one merchant that may wait.
    pub queue_per_merchant: usize,
    /// How long a turn may wait, in milliseconds.
    pub patience_ms: u64,
    /// Killed or dead since the start.
    pub replaced: u64,
}

/// Why no worker could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// The queue is full.
    #[error("too many turns are waiting for a worker")]
    QueueFull,
    /// No worker came free in time.
    #[error("no worker came free in time")]
    TooLate,
}

/// The workers of this host.
#[derive(Clone)]
pub struct Workers {
    pool: Arc<Pool>,
}

impl Workers {
    /// Starts the workers and waits until each is ready. Also says what the kernel let them give up.
    pub async fn start(options: Options) -> io::Result<(Self, Confinement)> {
        let (pool, confinement) = Pool::start(options).await?;
        Ok((Self { pool }, confinement))
    }

    /// Asks every plugin of a turn. There is one entry for each [`Ask`], `compose` first.
    pub async fn turn(
        &self,
        merchant: &MerchantId,
        job: TurnJob,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Called<Vec<WorkedDraft>>>, Busy> {
        self.ask(merchant, job, plugins).await
    }

    /// Asks every plugin that has a say in what a message means. There is one entry for each [`Ask`].
    pub async fn classify(
        &self,
        merchant: &MerchantId,
        job: ClassifyJob,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Called<Classification>>, Busy> {
        self.ask(merchant, job, plugins).await
    }

    /// Asks every plugin for each of these events: for each event one entry for each [`Ask`], in order.
    ///
    /// Plugins that have answered before are asked about many events in one exchange. Whoever is unknown or has failed,
    /// and whatever costs a worker, is asked about one event at a time, where a kill names its plugin.
    pub async fn events(
        &self,
        merchant: &MerchantId,
        mut jobs: Vec<EventJob>,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Vec<Called<Vec<Decision>>>>, Busy> {
        let mut answers = Vec::with_capacity(jobs.len());
        while !jobs.is_empty() {
            let known = jobs.iter().take_while(|job| is_known(merchant, job, plugins)).count();
            let rest = jobs.split_off(known.max(1));
            let (left, mut done) =
                if known > 1 { self.events_at_once(merchant, jobs, plugins).await? } else { (jobs, Vec::new()) };
            let mut left = left.into_iter();
            if done.is_empty()
                && let Some(job) = left.next()
            {
                done.push(self.ask(merchant, job, plugins).await?);
            }
            answers.append(&mut done);
            jobs = left.chain(rest).collect();
        }
        Ok(answers)
    }

    /// The answers to as many as one exchange has time for, none if it cost the worker, and the events that are left.
    async fn events_at_once(
        &self,
        merchant: &MerchantId,
        jobs: Vec<EventJob>,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<(Vec<EventJob>, Vec<Vec<Called<Vec<Decision>>>>), Busy> {
        let asks: BTreeSet<_> = jobs.iter().flat_map(|job| job.trigger.iter().map(|ask| ask.load)).collect();
        let asks: Vec<_> = asks.into_iter().collect();
        let mut lease = Lease::acquire(&self.pool, merchant, asks.first().copied()).await?;
        let request = Request::Events(jobs);
        let exchanged = lease.exchange(&request, &asks, plugins).await;
        drop(lease);
        let Request::Events(mut jobs) = request else { return Ok((Vec::new(), Vec::new())) };
        let Exchanged::Answer(Answer::Events(answers)) = exchanged else { return Ok((jobs, Vec::new())) };
        for (job, answer) in jobs.iter().zip(&answers) {
            note(merchant, job.now, plugins, answer);
        }
        Ok((jobs.split_off(answers.len().min(jobs.len())), answers))
    }

    /// How many turns are waiting for a worker now.
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
    }

    /// What they do now, and how much may wait for them.
    pub fn state(&self) -> WorkersState {
        self.pool.state()
    }

    /// How many workers were killed or died since the start.
    pub fn replaced(&self) -> u64 {
        self.pool.replaced()
    }

    /// One exchange; if it costs the worker, another without the plugin that was running. Hooks are pure functions,
    /// so asking the others again gives what they had already answered.
    async fn ask<J: Job>(
        &self,
        merchant: &MerchantId,
        mut job: J,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Called<J::Reply>>, Busy> {
        let (order, now, began) = (job.asks(), job.now(), Instant::now());
        let remember = self.pool.remembers();
        let standing = |load: LoadId| plugins.get(&load).filter(|_| remember).map(|plugin| plugin.standing());
        let resting = |load: &LoadId| standing(*load)?.admit(merchant, now).map(|why| (*load, why));
        let mut done: Vec<_> = order
            .iter()
            .filter_map(resting)
            .map(|(load, why)| Called::failed(load, FailureKind::Skipped, why))
            .collect();
        let mut asks = order.clone();
        asks.retain(|load| done.iter().all(|called| called.load != *load));
        // Stable: plugins of the same standing keep their order.
        asks.sort_by_cached_key(|load| standing(*load).map_or(0, |standing| standing.order(merchant)));
        let trusted = |load: LoadId| standing(load).is_none_or(|standing| standing.order(merchant) == 0);
        job.keep(&asks);
        if !remember {
            job.time();
        }
        let mut losses = Losses::default();
        let mut request = job.into_request();
        while !asks.is_empty() {
            let mut lease = match Lease::acquire(&self.pool, merchant, asks.first().copied()).await {
                Ok(lease) => lease,
                Err(busy) if losses == Losses::default() => return Err(busy),
                Err(_) => break,
            };
            let exchanged = lease.exchange(&request, &asks, plugins).await;
            drop(lease);
            match exchanged {
                Exchanged::Answer(answer) => {
                    done.extend(J::reply(answer));
                    break;
                }
                // A worker that is still busy with another turn's plugin is nobody's fault here.
                Exchanged::Killed(load) if asks.contains(&load) => {
                    tracing::warn!(plugin = %name(plugins, Some(load)), %merchant, "worker killed: its plugin did not stop");
                    done.push(losses.kill(&mut asks, load, NOT_STOPPED, trusted));
                }
                Exchanged::Killed(_) => match losses.lose(None) {
                    Blame::Host => break,
                    _ => tracing::warn!(%merchant, "worker killed: it was not through with an earlier turn"),
                },
                Exchanged::Lost { load, detail } => {
                    let load = load.filter(|load| asks.contains(load));
                    tracing::warn!(plugin = %name(plugins, load), %merchant, detail, "worker lost");
                    match losses.lose(load) {
                        Blame::Nobody => {}
                        Blame::Plugin(load) => done.push(losses.kill(&mut asks, load, &detail, trusted)),
                        Blame::Host => break,
                    }
                }
            }
            if let Some(job) = J::of(&mut request) {
                job.keep(&asks);
                job.spend(began.elapsed());
            }
        }
        let answers = in_order(&order, done);
        if remember {
            note(merchant, now, plugins, &answers);
        }
        Ok(answers)
    }
}

/// Whether all that are asked have answered lately.
fn is_known(merchant: &MerchantId, job: &EventJob, plugins: &BTreeMap<LoadId, Arc<Loadable>>) -> bool {
    job.trigger.iter().all(|ask| plugins.get(&ask.load).is_none_or(|plugin| plugin.standing().order(merchant) == 0))
}

const NOT_STOPPED: &str = "did not stop after its time was up; its worker process was killed";

/// Takes down how each plugin did in this turn; over several hooks, its worst.
fn note<T>(merchant: &MerchantId, now: Timestamp, plugins: &BTreeMap<LoadId, Arc<Loadable>>, answers: &[Called<T>]) {
    for (load, plugin) in plugins {
        let outcomes = answers.iter().filter(|called| called.load == *load);
        let kinds: Vec<_> = outcomes.map(|called| called.outcome.as_ref().err().map(|failed| failed.kind)).collect();
        let failure = kinds.iter().flatten().find(|kind| **kind != FailureKind::Skipped).copied();
        if failure.is_none() && !kinds.contains(&None) {
            continue;
        }
        plugin.note(merchant, failure, now);
    }
}

fn name(plugins: &BTreeMap<LoadId, Arc<Loadable>>, running: Option<LoadId>) -> String {
    let plugin = running.and_then(|load| plugins.get(&load));
    plugin.map_or_else(|| "none".into(), |plugin| plugin.plugin.to_string())
}

/// One entry for each ask, in the order asked; who is missing was given up.
fn in_order<T>(order: &[LoadId], mut all: Vec<Called<T>>) -> Vec<Called<T>> {
    let mut ordered = Vec::with_capacity(order.len());
    for load in order {
        let found = all.iter().position(|called| called.load == *load);
        ordered.push(found.map(|place| all.remove(place)).unwrap_or_else(|| {
            Called::failed(
                *load,
                FailureKind::Skipped,
                "not called: a plugin before it had to be killed, or no worker was left",
            )
        }));
    }
    ordered
}

impl Loadable {
    /// Which plugin this is.
    pub fn plugin(&self) -> &PluginVersion {
        &self.plugin
    }
}
