//! The host's side of the workers: starts them, shares them out fairly, kills what overruns, replaces what dies.
//!
//! A turn leases one worker, talks to it once, and gives it back. Merchants take turns; one merchant can never hold
//! every worker. Knows nothing of what a hook does.

mod exchange;
mod lease;
mod spawn;

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use cuecard_model::{Decision, FailureKind, MerchantId, PluginVersion};

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

/// After so many kills in one turn the rest of its plugins is given up.
const MAX_KILLS: usize = 3;

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

    /// One exchange; if the worker had to be killed, another without the plugin that was running. Hooks are pure
    /// functions, so asking the others again gives what they had already answered.
    async fn ask<J: Job>(
        &self,
        merchant: &MerchantId,
        job: J,
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Result<Vec<Called<J::Reply>>, Busy> {
        let order = job.asks();
        let mut request = job.into_request();
        let mut killed: Vec<Called<J::Reply>> = Vec::new();
        let mut answered = Vec::new();
        let mut asks = order.clone();
        while !asks.is_empty() {
            let mut lease = Lease::acquire(&self.pool, merchant, asks.first().copied()).await?;
            match lease.exchange(&request, &asks, plugins).await {
                Exchanged::Answer(answer) => {
                    answered = J::reply(answer);
                    break;
                }
                Exchanged::Killed { load, detail } => {
                    for load in load.map_or_else(|| asks.clone(), |load| vec![load]) {
                        tracing::warn!(plugin = %name(plugins, load), merchant = %merchant, detail, "worker killed");
                        killed.push(Called::failed(load, FailureKind::Killed, &detail));
                        asks.retain(|ask| *ask != load);
                    }
                    J::of(&mut request).into_iter().for_each(|job| job.keep(&asks));
                    if killed.len() >= MAX_KILLS {
                        break;
                    }
                }
            }
        }
        Ok(in_order(&order, killed, answered))
    }
}

fn name(plugins: &BTreeMap<LoadId, Arc<Loadable>>, load: LoadId) -> String {
    plugins.get(&load).map_or_else(|| format!("load {load}"), |plugin| plugin.plugin.to_string())
}

/// One entry for each ask, in the order asked; who is missing was given up.
fn in_order<T>(order: &[LoadId], killed: Vec<Called<T>>, answered: Vec<Called<T>>) -> Vec<Called<T>> {
    let mut all: Vec<_> = killed.into_iter().chain(answered).collect();
    let mut ordered = Vec::with_capacity(order.len());
    for load in order {
        let found = all.iter().position(|called| called.load == *load);
        ordered.push(found.map(|place| all.remove(place)).unwrap_or_else(|| {
            Called::failed(*load, FailureKind::Skipped, "given up after other plugins of this turn had to be killed")
        }));
    }
    ordered
}

/// What turns and events have in common on their way to a worker.
trait Job: Sized {
    type Reply;
    fn asks(&self) -> Vec<LoadId>;
    fn keep(&mut self, loads: &[LoadId]);
    fn into_request(self) -> Request;
    fn of(request: &mut Request) -> Option<&mut Self>;
    fn reply(answer: Answer) -> Vec<Called<Self::Reply>>;
}

impl Job for TurnJob {
    type Reply = Vec<WorkedDraft>;

    fn asks(&self) -> Vec<LoadId> {
        self.compose.iter().chain(&self.localize).map(|ask| ask.load).collect()
    }

    fn keep(&mut self, loads: &[LoadId]) {
        let kept = |ask: &Ask| loads.contains(&ask.load);
        self.compose.retain(kept);
        self.localize.retain(kept);
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

    fn keep(&mut self, loads: &[LoadId]) {
        self.trigger.retain(|ask| loads.contains(&ask.load));
    }

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
