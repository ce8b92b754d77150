//! Processors: which are used by whom, and how much of their time a process and its children have spent.

use std::{fs, time::Duration};

/// Which processor the servers have, and which the load.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Processors {
    pub(super) server: usize,
    pub(super) load: usize,
}

impl Processors {
    /// The first and the last of those that this process may use.
    pub(super) fn find() -> Self {
        #[cfg(target_os = "linux")]
        {
            use rustix::thread::{CpuSet, sched_getaffinity};
            let allowed = sched_getaffinity(None).unwrap_or_default();
            let mut allowed = (0..CpuSet::MAX_CPU).filter(|number| allowed.is_set(*number));
            let server = allowed.next().unwrap_or_default();
            Self { server, load: allowed.next_back().unwrap_or(server) }
        }
        #[cfg(not(target_os = "linux"))]
        Self::default()
    }
}

/// Keeps this thread, and what it starts from now on, to one processor, where the system knows how.
pub(super) fn pin(processor: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut only = rustix::thread::CpuSet::new();
        only.set(processor);
        let _ = rustix::thread::sched_setaffinity(None, &only);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = processor;
}

/// What a process and its living descendants have spent so far; zero where the system does not tell.
pub(super) fn spent(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which may hold anything: state is field 3, user and system time are 14 and 15, in hundredths.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks) + children(process).into_iter().map(spent).sum()
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children
        .flat_map(|line| line.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>())
        .collect()
}
