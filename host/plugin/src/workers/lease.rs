//! Who gets which worker next: merchants take turns, and nobody holds them all.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use cuecard_model::MerchantId;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use super::{
    Busy, Options, WorkersState,
    exchange::{Exchanged, Link, Loadable},
};
use crate::{
    job::{LoadId, Request},
    worker::confine::Confinement,
};

/// All workers that are not leased, and everybody who waits for one.
pub(super) struct Pool {
    options: Options,
    state: Mutex<State>,
    replaced: AtomicU64,
}

#[derive(Default)]
struct State {
    idle: Vec<Link>,
    /// Leases per merchant.
    held: HashMap<MerchantId, usize>,
    waiting: HashMap<MerchantId, VecDeque<oneshot::Sender<Link>>>,
    /// Merchants with somebody waiting, next first.
    order: VecDeque<MerchantId>,
    waiters: usize,
}

impl Pool {
    pub(super) async fn start(options: Options) -> io::Result<(Arc<Self>, Confinement)> {
        let mut state = State::default();
        let mut confinement = Confinement::default();
        let started: Vec<_> =
            (0..options.count.max(1)).map(|_| options.spawn.start(options.counts)).collect::<Result<_, _>>()?;
        for worker in started {
            let (link, granted) = Link::open(worker).await?;
            state.idle.push(link);
            confinement = granted;
        }
        let pool = Self { options, state: Mutex::new(state), replaced: AtomicU64::new(0) };
        Ok((Arc::new(pool), confinement))
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().waiters
    }

    pub(super) fn remembers(&self) -> bool {
        self.options.remember
    }

    pub(super) fn state(&self) -> WorkersState {
        let (idle, waiting) = {
            let state = self.lock();
            (state.idle.len(), state.waiters)
        };
        let Options { count, queue, queue_per_merchant, patience, .. } = &self.options;
        WorkersState {
            count: (*count).max(1),
            idle,
            per_merchant: self.share(),
            waiting,
            queue: *queue,
            queue_per_merchant: *queue_per_merchant,
            patience_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX),
            replaced: self.replaced(),
        }
    }

    pub(super) fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most that one merchant may hold: all but one.
    fn share(&self) -> usize {
        self.options.count.saturating_sub(1).max(1)
    }

    fn give_back(&self, merchant: &MerchantId, link: Option<Link>) {
        let mut state = self.lock();
        state.let_go(merchant);
        if let Some(mut link) = link {
            if link.take_changed() {
                state.idle.iter_mut().for_each(Link::release);
            }
            state.hand_on(link, self.share());
        }
    }

    /// Starts a new worker in the place of one that is gone, however often it takes.
    fn replace(self: &Arc<Self>) {
        self.replaced.fetch_add(1, Ordering::Relaxed);
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let mut pause = Duration::from_millis(50);
            loop {
                let opened = match pool.options.spawn.start(pool.options.counts) {
                    Ok(started) => Link::open(started).await,
                    Err(error) => Err(error),
                };
                match opened {
                    Ok((link, _)) => return pool.lock().hand_on(link, pool.share()),
                    Err(error) => tracing::error!(%error, "could not start a worker; trying again"),
                }
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        });
    }
}

impl State {
    /// Gives a free worker to the next merchant that may have one, or puts it aside.
    fn hand_on(&mut self, mut link: Link, share: usize) {
        for _ in 0..self.order.len() {
            let Some(merchant) = self.order.pop_front() else { break };
            if self.held.get(&merchant).is_some_and(|held| *held >= share) {
                self.order.push_back(merchant);
                continue;
            }
            let Some(queue) = self.waiting.get_mut(&merchant) else { continue };
            while let Some(waiter) = queue.pop_front() {
                self.waiters -= 1;
                match waiter.send(link) {
                    Ok(()) => {
                        *self.held.entry(merchant.clone()).or_default() += 1;
                        self.requeue(merchant);
                        return;
                    }
                    // It stopped waiting; the worker is still ours.
                    Err(unwanted) => link = unwanted,
                }
            }
            self.waiting.remove(&merchant);
        }
        self.idle.push(link);
    }

    fn requeue(&mut self, merchant: MerchantId) {
        if self.waiting.get(&merchant).is_some_and(|queue| !queue.is_empty()) {
            self.order.push_back(merchant);
        } else {
            self.waiting.remove(&merchant);
        }
    }

    fn let_go(&mut self, merchant: &MerchantId) {
        if let Some(held) = self.held.get_mut(merchant) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(merchant);
            }
        }
    }
}

/// A worker in the hands of one turn. Dropped in the middle of an exchange, it takes the worker down with it.
pub(super) struct Lease {
    pool: Arc<Pool>,
    merchant: MerchantId,
    link: Option<Link>,
    talking: bool,
}

impl Lease {
    /// Takes a free worker, best one that has `hint` loaded, or waits for one.
    pub(super) async fn acquire(pool: &Arc<Pool>, merchant: &MerchantId, hint: Option<LoadId>) -> Result<Self, Busy> {
        let waiter = {
            let mut state = pool.lock();
            let free = state.held.get(merchant).is_none_or(|held| *held < pool.share());
            if free && !state.idle.is_empty() {
                let place = hint.and_then(|load| state.idle.iter().rposition(|link| link.has(load)));
                let place = place.unwrap_or(state.idle.len() - 1);
                let link = state.idle.swap_remove(place);
                *state.held.entry(merchant.clone()).or_default() += 1;
                return Ok(Self::new(pool, merchant, link));
            }
            let options = &pool.options;
            let mine = state.waiting.get(merchant).map_or(0, VecDeque::len);
            if state.waiters >= options.queue || mine >= options.queue_per_merchant {
                return Err(Busy::QueueFull);
            }
            let (sender, receiver) = oneshot::channel();
            if mine == 0 {
                state.order.push_back(merchant.clone());
            }
            state.waiting.entry(merchant.clone()).or_default().push_back(sender);
            state.waiters += 1;
            receiver
        };
        Waiting { pool, merchant, receiver: waiter }.wait().await
    }

    fn new(pool: &Arc<Pool>, merchant: &MerchantId, link: Link) -> Self {
        Self { pool: Arc::clone(pool), merchant: merchant.clone(), link: Some(link), talking: false }
    }

    /// Talks to the worker once. A worker that had to be killed is replaced when the lease ends.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        asks: &[LoadId],
        plugins: &BTreeMap<LoadId, Arc<Loadable>>,
    ) -> Exchanged {
        let Some(link) = &mut self.link else {
            return Exchanged::Lost { load: None, detail: "its worker process is gone".into() };
        };
        self.talking = true;
        let exchanged = link.exchange(request, asks, plugins, self.pool.options.loaded).await;
        self.talking = !matches!(exchanged, Exchanged::Answer(_));
        exchanged
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.talking {
            self.link = None;
            self.pool.replace();
        }
        self.pool.give_back(&self.merchant, self.link.take());
    }
}

/// A place in the queue. If the wait ends just as a worker is handed over, the worker goes back.
struct Waiting<'a> {
    pool: &'a Arc<Pool>,
    merchant: &'a MerchantId,
    receiver: oneshot::Receiver<Link>,
}

impl Waiting<'_> {
    async fn wait(mut self) -> Result<Lease, Busy> {
        match timeout(self.pool.options.patience, &mut self.receiver).await {
            Ok(Ok(link)) => Ok(Lease::new(self.pool, self.merchant, link)),
            _ => Err(Busy::TooLate),
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(link) = self.receiver.try_recv() {
            self.pool.give_back(self.merchant, Some(link));
        }
    }
}
