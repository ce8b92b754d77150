//! Time limits from outside the running plugin: a thread that ticks while a call is under way.
//!
//! A plugin does not look at a clock; the watchdog does, once a millisecond, and interrupts it. A call that has not used
//! its time, because the machine was busy with something else, gets some more by the clock on the wall. Each tick also runs
//! `on_tick` (the WASM epoch). A call that goes on past its deadline by [`Limits::GRACE`] is reported to `on_overrun`
//! once: in a worker process that is the end of the process.

mod cpu;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};

use self::cpu::ThreadClock;
use crate::limits::Limits;

/// What can be told to stop, from any thread, while it runs.
pub trait Interrupt: Send + Sync {
    /// Makes the running call fail at its next safe point, and every time after, until the call is over.
    fn interrupt(&self);
}

/// How often the watchdog looks.
pub const TICK: Duration = Duration::from_millis(1);

/// How long past its deadline a call may go on if it was kept waiting for a processor. Less than [`Limits::GRACE`], so
/// that the interrupt still comes before the kill.
const PATIENCE: Duration = Duration::from_millis(25);

/// After this many ticks without a call the thread sleeps until the next one.
const IDLE_TICKS: u32 = 200;

const UNARMED: u64 = u64::MAX;
const FIRING: u64 = u64::MAX - 1;
const FIRED: u64 = u64::MAX - 2;

/// The same rule for a call that is asked to look at the clock itself, on its own thread.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    deadline: Instant,
    until: Duration,
}

impl Allowance {
    /// So much processor time from now, and somewhat more by the clock on the wall.
    pub fn from_now(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, until: used_by_this_thread() + time }
    }

    /// Whether the call may go on.
    pub fn is_left(&self) -> bool {
        let now = Instant::now();
        now < self.deadline || (now < self.deadline + PATIENCE && used_by_this_thread() < self.until)
    }
}

fn used_by_this_thread() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(used.tv_sec).unwrap_or(0), u32::try_from(used.tv_nsec).unwrap_or(0))
}

/// The thread that watches the calls of one other thread, one at a time.
pub struct Watchdog {
    shared: Arc<Shared>,
    ticker: Thread,
}

struct Shared {
    start: Instant,
    /// Nanoseconds after `start`, or one of the states above.
    deadline: AtomicU64,
    /// Nanoseconds after `start` at which `on_overrun` is due, or `UNARMED`.
    overrun: AtomicU64,
    target: Mutex<Target>,
    parked: AtomicBool,
    stopped: AtomicBool,
}

/// Whom to interrupt, and what it may use.
#[derive(Default)]
struct Target {
    interrupt: Option<Arc<dyn Interrupt>>,
    clock: Option<ThreadClock>,
    /// On the thread's own clock.
    until: Duration,
}

impl Target {
    /// Whether the call has used its processor time; without a clock only the wall counts.
    fn is_used_up(&self) -> bool {
        self.clock.and_then(ThreadClock::read).is_none_or(|used| used >= self.until)
    }
}

impl Watchdog {
    /// Starts the thread. `on_tick` and `on_overrun` run on it and must not block for long.
    pub fn start(on_tick: impl Fn() + Send + 'static, on_overrun: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            deadline: AtomicU64::new(UNARMED),
            overrun: AtomicU64::new(UNARMED),
            target: Mutex::default(),
            parked: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        let seen = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("watchdog".into()).spawn(move || seen.tick_on(&on_tick, &on_overrun))?;
        Ok(Self { shared, ticker: thread.thread().clone() })
    }

    /// Watches the call that the caller is about to make, until the guard is dropped.
    pub fn watch(&self, time: Duration, target: Option<Arc<dyn Interrupt>>) -> Watch<'_> {
        let shared = &*self.shared;
        let deadline = nanos(shared.start.elapsed() + time);
        let clock = ThreadClock::of_this_thread();
        let until = used_by_this_thread() + time;
        *shared.target.lock().unwrap_or_else(PoisonError::into_inner) = Target { interrupt: target, clock, until };
        shared.overrun.store(deadline + nanos(Limits::GRACE), Ordering::SeqCst);
        shared.deadline.store(deadline, Ordering::SeqCst);
        if shared.parked.swap(false, Ordering::SeqCst) {
            self.ticker.unpark();
        }
        Watch { shared }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        self.ticker.unpark();
    }
}

/// A call under watch. Dropping it ends the watch: no interrupt comes after.
pub struct Watch<'a> {
    shared: &'a Shared,
}

impl Watch<'_> {
    /// Whether the deadline has passed.
    pub fn is_over(&self) -> bool {
        matches!(self.shared.deadline.load(Ordering::SeqCst), FIRING | FIRED)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.shared.overrun.store(UNARMED, Ordering::SeqCst);
        while self.shared.deadline.load(Ordering::SeqCst) == FIRING {
            std::hint::spin_loop();
        }
        // The ticker fires only by exchanging the very deadline it has read, so after this store it cannot.
        if self.shared.deadline.swap(UNARMED, Ordering::SeqCst) == FIRING {
            // It began to fire between the load and the swap: wait until it has let go of the target.
            drop(self.shared.target.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Shared {
    fn tick_on(&self, on_tick: &dyn Fn(), on_overrun: &dyn Fn()) {
        let mut idle = 0;
        while !self.stopped.load(Ordering::SeqCst) {
            thread::park_timeout(TICK);
            let deadline = self.deadline.load(Ordering::SeqCst);
            if deadline == UNARMED {
                idle += 1;
                if idle > IDLE_TICKS {
                    self.sleep();
                    idle = 0;
                }
                continue;
            }
            idle = 0;
            on_tick();
            let now = nanos(self.start.elapsed());
            self.fire_if_due(deadline, now);
            let overrun = self.overrun.load(Ordering::SeqCst);
            let due = overrun != UNARMED && now >= overrun;
            if due && self.overrun.compare_exchange(overrun, UNARMED, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                on_overrun();
            }
        }
    }

    fn fire_if_due(&self, deadline: u64, now: u64) {
        if deadline >= FIRED || now < deadline {
            return;
        }
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        if now < deadline + nanos(PATIENCE) && !target.is_used_up() {
            return;
        }
        if self.deadline.compare_exchange(deadline, FIRING, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            if let Some(target) = &target.interrupt {
                target.interrupt();
            }
            let _ = self.deadline.compare_exchange(FIRING, FIRED, Ordering::SeqCst, Ordering::SeqCst);
        }
    }

    fn sleep(&self) {
        self.parked.store(true, Ordering::SeqCst);
        while self.parked.load(Ordering::SeqCst)
            && self.deadline.load(Ordering::SeqCst) == UNARMED
            && !self.stopped.load(Ordering::SeqCst)
        {
            thread::park();
        }
        self.parked.store(false, Ordering::SeqCst);
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(FIRED - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Flag(AtomicBool);

    impl Interrupt for Flag {
        fn interrupt(&self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn interrupts_after_the_deadline_and_reports_an_overrun_once() {
        let (report, overruns) = mpsc::channel();
        let watchdog = Watchdog::start(|| (), move || report.send(()).unwrap()).unwrap();
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let began = Instant::now();
        let watch = watchdog.watch(Duration::from_millis(5), Some(flag.clone()));
        overruns.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(began.elapsed() >= Duration::from_millis(45));
        assert!(watch.is_over() && flag.0.load(Ordering::SeqCst));
        drop(watch);
        assert!(overruns.try_recv().is_err());
    }

    #[test]
    fn a_finished_call_is_never_interrupted() {
        let watchdog = Watchdog::start(|| (), || ()).unwrap();
        let mut interrupted = 0;
        for _ in 0..500 {
            let flag = Arc::new(Flag(AtomicBool::new(false)));
            let watch = watchdog.watch(Duration::from_micros(500), Some(flag.clone()));
            let until = Instant::now() + Duration::from_micros(990);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            drop(watch);
            interrupted += u32::from(flag.0.swap(false, Ordering::SeqCst));
            let until = Instant::now() + Duration::from_micros(100);
            while Instant::now() < until {
                assert!(!flag.0.load(Ordering::SeqCst), "interrupted after its watch had ended");
            }
        }
        assert!(interrupted > 0, "the deadline never fired, so this showed nothing");
    }
}
