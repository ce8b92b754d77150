//! What the kernel says of a host and its workers.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// The host's children that run plugins.
pub fn workers(host: u32) -> Vec<u32> {
    let is_worker = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).nth(1) == Some(b"worker")
    };
    children(host).into_iter().map(|(pid, _)| pid).filter(is_worker).collect()
}

/// Children that have ended and that nobody has waited for.
pub fn zombies(host: u32) -> usize {
    children(host).iter().filter(|(_, state)| *state == 'Z').count()
}

/// Pages of the host and its workers that are in memory, in bytes.
pub fn resident(host: u32) -> u64 {
    workers(host).into_iter().chain([host]).map(resident_of).sum()
}

/// One process's part of that.
pub fn resident_of(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Sends a signal to a process that this test has started.
pub fn signal(pid: u32, signal: Signal) {
    // A worker may have been replaced since it was listed.
    let _ = kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal);
}

/// A field of `/proc/<pid>/status` for each of its threads.
pub fn of_all_threads(pid: u32, field: &str) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let text = fs::read_to_string(path.join("status")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    threads.map(read).collect()
}

/// Where the descriptors of a process lead.
pub fn descriptors(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    entries.map(|entry| fs::read_link(entry.unwrap().path()).unwrap().to_string_lossy().into_owned()).collect()
}

fn children(host: u32) -> Vec<(u32, char)> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let child = |pid: u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = text.rsplit_once(") ")?.1.split(' ');
        let state = fields.next()?.chars().next()?;
        (fields.next()?.parse::<u32>().ok()? == host).then_some((pid, state))
    };
    pids.filter_map(child).collect()
}
