//! The host's side of the workers: starts them, shares them out fairly, kills what overruns, replaces what dies.
//!
//! A turn leases one worker, talks to it once, and gives it back. Merchants take turns; one merchant can never hold
//! every worker. Knows nothing of what a hook does.

mod exchange;
mod lease;
mod spawn;

use std::{
    collections::BTreeMap,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_model::{Decision, FailureKind, MerchantId, PluginVersion, Timestamp};

use self::{
    exchange::Exchanged,
    lease::{Lease, Pool},
};
pub use self::{exchange::Loadable, spawn::Spawn};
use crate::{
    job::{Answer, Ask, Called, EventJob, LoadId, Request, TurnJob, WorkedDraft},
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
        }
    }
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

/// After so many kills in one turn, those of its plugins are given up that have not answered yet.
const MAX_KILLS: usize = 2;
/// Workers that may end by themselves in one turn before it is somebody's fault.
const MAX_LOST: usize = 4;
/// What a worker that comes second has at least, in milliseconds.
const SECOND_BUDGET_MS: u32 = 20;

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

    /// Asks every plugin for an event. There is one entry for each [`Ask`].
    pub async fn event(
        &self,
        merchant: &MerchantId,
        job: EventJob,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Called<Vec<Decision>>>, Busy> {
        self.ask(merchant, job, plugins).await
    }

    /// How many turns are waiting for a worker now.
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
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
        let standing = |load: LoadId| plugins.get(&load).map(|plugin| plugin.standing());
        let resting = |load: &LoadId| standing(*load)?.rests(merchant, now).map(|why| (*load, why));
        let mut done: Vec<_> = order
            .iter()
            .filter_map(resting)
            .map(|(load, why)| Called::failed(load, FailureKind::Skipped, why))
            .collect();
        let mut asks = order.clone();
        asks.retain(|load| done.iter().all(|called| called.load != *load));
        // Stable: plugins of the same standing keep their order.
        asks.sort_by_cached_key(|load| standing(*load).map_or(0, |standing| standing.order(merchant)));
        job.keep(&asks);
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
                    done.push(losses.kill(&mut asks, load, NOT_STOPPED));
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
                        Blame::Plugin(load) => done.push(losses.kill(&mut asks, load, &detail)),
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
        note(merchant, now, plugins, &answers);
        Ok(answers)
    }
}

const NOT_STOPPED: &str = "did not stop after its time was up; its worker process was killed";

/// Workers that one turn has cost so far.
#[derive(Default, PartialEq)]
struct Losses {
    kills: usize,
    /// What was running in workers that ended by themselves.
    lost: Vec<Option<LoadId>>,
}

/// Whose fault it is that a worker ended.
enum Blame {
    Nobody,
    Plugin(LoadId),
    Host,
}

impl Losses {
    /// A worker may end for reasons that lie outside. So its plugin is asked once more, and blamed only the second
    /// time; and if no plugin was running, none is ever blamed.
    fn lose(&mut self, load: Option<LoadId>) -> Blame {
        let again = self.lost.contains(&load);
        self.lost.push(load);
        match load {
            Some(load) if again || self.lost.len() > MAX_LOST => Blame::Plugin(load),
            None if self.lost.len() > MAX_LOST => Blame::Host,
            _ => Blame::Nobody,
        }
    }

    /// Takes the culprit out of what is asked next. After so many kills the turn goes on with those alone that were
    /// through before the last culprit began: they have answered, and will again.
    fn kill<T>(&mut self, asks: &mut Vec<LoadId>, culprit: LoadId, detail: &str) -> Called<T> {
        self.kills += 1;
        match asks.iter().position(|load| *load == culprit) {
            Some(_) if self.kills > MAX_KILLS => asks.clear(),
            Some(place) if self.kills == MAX_KILLS => asks.truncate(place),
            _ => {}
        }
        asks.retain(|load| *load != culprit);
        Called::failed(culprit, FailureKind::Killed, detail)
    }
}

/// Takes down how each plugin did in this turn; over several hooks, its worst.
fn note<T>(merchant: &MerchantId, now: Timestamp, plugins: &BTreeMap<LoadId, Arc<Loadable>>, answers: &[Called<T>]) {
    for (load, plugin) in plugins {
        let outcomes = answers.iter().filter(|called| called.load == *load);
        let kinds: Vec<_> = outcomes.map(|called| called.outcome.as_ref().err().map(|failed| failed.kind)).collect();
        let failure = kinds.iter().flatten().find(|kind| **kind != FailureKind::Skipped).copied();
        if failure.is_none() && !kinds.contains(&None) {
            continue;
        }
        if let Some(until) = plugin.standing().note(merchant, failure, now) {
            let kind = failure.map_or("", FailureKind::as_str);
            tracing::warn!(plugin = %plugin.plugin, %merchant, kind, %until, "plugin set aside: it failed too often");
        }
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
            Called::failed(*load, FailureKind::Skipped, "given up after workers of this turn had to be killed")
        }));
    }
    ordered
}

/// What turns and events have in common on their way to a worker.
trait Job: Sized {
    type Reply;
    fn asks(&self) -> Vec<LoadId>;
    fn now(&self) -> Timestamp;
    /// Leaves those alone, in this order.
    fn keep(&mut self, loads: &[LoadId]);
    /// Time that is gone before the next worker begins.
    fn spend(&mut self, time: Duration);
    fn into_request(self) -> Request;
    fn of(request: &mut Request) -> Option<&mut Self>;
    fn reply(answer: Answer) -> Vec<Called<Self::Reply>>;
}

impl Job for TurnJob {
    type Reply = Vec<WorkedDraft>;

    fn asks(&self) -> Vec<LoadId> {
        self.compose.iter().chain(&self.localize).map(|ask| ask.load).collect()
    }

    fn now(&self) -> Timestamp {
        self.turn.now
    }

    fn keep(&mut self, loads: &[LoadId]) {
        let kept = |ask: &Ask| loads.contains(&ask.load);
        let place = |ask: &Ask| loads.iter().position(|load| *load == ask.load);
        self.compose.retain(kept);
        self.compose.sort_by_key(place);
        // What one `localize` hook makes of a draft is the next one's: their order is not ours to change.
        self.localize.retain(kept);
    }

    fn spend(&mut self, time: Duration) {
        let spent = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        self.budget_ms = self.budget_ms.saturating_sub(spent).max(SECOND_BUDGET_MS);
    }

    fn into_request(self) -> Request {
        Request::Turn(Box::new(self))
    }

    fn of(request: &mut Request) -> Option<&mut Self> {
        if let Request::Turn(job) = request { Some(job) } else { None }
    }

    fn reply(answer: Answer) -> Vec<Called<Self::Reply>> {
        if let Answer::Turn(called) = answer { called } else { Vec::new() }
    }
}

impl Job for EventJob {
    type Reply = Vec<Decision>;

    fn asks(&self) -> Vec<LoadId> {
        self.trigger.iter().map(|ask| ask.load).collect()
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn keep(&mut self, loads: &[LoadId]) {
        self.trigger.retain(|ask| loads.contains(&ask.load));
        self.trigger.sort_by_key(|ask| loads.iter().position(|load| *load == ask.load));
    }

    fn spend(&mut self, _: Duration) {}

    fn into_request(self) -> Request {
        Request::Event(Box::new(self))
    }

    fn of(request: &mut Request) -> Option<&mut Self> {
        if let Request::Event(job) = request { Some(job) } else { None }
    }

    fn reply(answer: Answer) -> Vec<Called<Self::Reply>> {
        if let Answer::Event(called) = answer { called } else { Vec::new() }
    }
}

impl Loadable {
    /// Which plugin this is.
    pub fn plugin(&self) -> &PluginVersion {
        &self.plugin
    }
}
