//! Where a worker is, for the host to read when the worker no longer speaks.
//!
//! A small file in memory, shared by descriptor: the worker writes before each hook call, the host reads only when an
//! answer is late or the worker has died. So a kill can always name its plugin, and costs nothing when there is none.

use std::{fs::File, io, os::unix::fs::FileExt, time::Duration};

use rustix::{
    fs::{MemfdFlags, memfd_create},
    time::{ClockId, clock_gettime},
};

use crate::job::LoadId;

/// The note that a worker keeps up to date.
#[derive(Debug)]
pub struct Progress {
    file: File,
}

/// What a worker was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// With which plugin.
    pub load: LoadId,
    /// By when it must be through, on the machine's monotonic clock.
    pub due: Duration,
}

impl Progress {
    /// A new note, to be handed to a worker.
    pub fn create() -> io::Result<Self> {
        let file = File::from(memfd_create("cuecard-progress", MemfdFlags::CLOEXEC)?);
        file.set_len(16)?;
        Ok(Self { file })
    }

    /// The worker's end of a note.
    pub fn from_file(file: File) -> Self {
        Self { file }
    }

    /// Another handle to the same note.
    pub fn duplicate(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Says that a plugin runs from now and must be through in `time`.
    pub fn begin(&self, load: LoadId, time: Duration) {
        self.put(load, nanos(now() + time).max(1));
    }

    /// Says that no plugin runs.
    pub fn end(&self) {
        self.put(0, 0);
    }

    fn put(&self, load: LoadId, due: u64) {
        let mut note = [0; 16];
        note[..8].copy_from_slice(&load.to_le_bytes());
        note[8..].copy_from_slice(&due.to_le_bytes());
        // A note that cannot be written costs the name of the plugin in a later report, not the turn.
        let _ = self.file.write_all_at(&note, 0);
    }

    /// What the worker was last doing; `None` if it ran no plugin.
    pub fn read(&self) -> Option<Busy> {
        let mut note = [0; 16];
        self.file.read_exact_at(&mut note, 0).ok()?;
        let (load, due) = note.split_at(8);
        let due = u64::from_le_bytes(due.try_into().ok()?);
        (due != 0).then_some(Busy { load: u64::from_le_bytes(load.try_into().ok()?), due: Duration::from_nanos(due) })
    }
}

/// The machine's monotonic clock, the same in every process.
pub fn now() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_end_sees_what_was_written() {
        let host = Progress::create().unwrap();
        let worker = Progress::from_file(host.duplicate().unwrap());
        assert_eq!(host.read(), None);
        worker.begin(7, Duration::from_millis(20));
        let busy = host.read().unwrap();
        assert_eq!(busy.load, 7);
        assert!(busy.due > now() && busy.due <= now() + Duration::from_millis(20));
        worker.end();
        assert_eq!(host.read(), None);
    }
}
