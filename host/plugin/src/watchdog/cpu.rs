//! How much processor time a thread has used, readable from another thread.
//!
//! The one place of the watchdog that needs `unsafe`: the C library names a thread's clock, and reads it.
#![allow(unsafe_code, reason = "pthread_getcpuclockid and reading that clock have no safe binding")]

use std::time::Duration;

/// The processor clock of one thread. A clock whose thread has ended reads nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThreadClock(libc::clockid_t);

impl ThreadClock {
    /// The calling thread's clock.
    pub(super) fn of_this_thread() -> Option<Self> {
        let mut clock = 0;
        // SAFETY: `pthread_self` is always a live thread, and `clock` is a place for one identifier.
        let failed = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        (failed == 0).then_some(Self(clock))
    }

    /// The time used so far.
    pub(super) fn read(self) -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a place for one time; an identifier that names no clock any more gives an error.
        let failed = unsafe { libc::clock_gettime(self.0, &raw mut time) };
        let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
        (failed == 0).then(|| Duration::new(seconds, nanos))
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    #[test]
    fn another_thread_sees_what_was_used() {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let worker = thread::spawn(move || {
            let clock = ThreadClock::of_this_thread().unwrap();
            let until = clock.read().unwrap() + Duration::from_millis(5);
            while clock.read().unwrap() < until {
                std::hint::spin_loop();
            }
            tell.send(clock).unwrap();
            let _ = ended.recv();
        });
        let clock: ThreadClock = told.recv().unwrap();
        assert!(clock.read().unwrap() >= Duration::from_millis(5));
        drop(end);
        worker.join().unwrap();
    }
}
