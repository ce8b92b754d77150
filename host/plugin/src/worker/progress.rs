//! Where a worker is, for the host to read when the worker no longer speaks.
//!
//! A small file in memory, shared by descriptor: the worker writes before each hook call, the host reads only when an
//! answer is late or the worker has died. So a kill can always name its plugin, and costs nothing when there is none.
//!
//! The worker writes through a map, because two system calls for each hook would cost as much as a small hook. The
//! host reads the file, so that a worker which shortened it could hurt nobody but itself.
#![allow(unsafe_code, reason = "a map of 16 bytes; it is only ever touched through the two atomics")]

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    ptr::{self, NonNull},
    sync::atomic::{AtomicU64, Ordering::Release},
    time::Duration,
};

use rustix::{
    fs::{MemfdFlags, memfd_create},
    mm::{MapFlags, ProtFlags, mmap, munmap},
    time::{ClockId, clock_gettime},
};

use crate::job::LoadId;

const SIZE: usize = 16;

/// The host's end of the note that a worker keeps up to date.
#[derive(Debug)]
pub struct Progress {
    file: File,
}

/// The worker's end: written in place.
#[derive(Debug)]
pub struct Note {
    /// The plugin; then by when it must be through, zero while none runs.
    fields: NonNull<[AtomicU64; 2]>,
}

// SAFETY: it points to atomics in a map that lives as long as it does.
unsafe impl Send for Note {}

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
        file.set_len(SIZE as u64)?;
        Ok(Self { file })
    }

    /// Another handle to the same note, for the worker.
    pub fn duplicate(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// What the worker was last doing; `None` if it ran no plugin.
    pub fn read(&self) -> Option<Busy> {
        // Two readings that agree were not disturbed by a writer.
        let mut before = self.fields()?;
        for _ in 0..8 {
            let now = self.fields()?;
            if now == before {
                break;
            }
            before = now;
        }
        let (load, due) = before;
        (due != 0).then_some(Busy { load, due: Duration::from_nanos(due) })
    }

    fn fields(&self) -> Option<(LoadId, u64)> {
        let mut bytes = [0; SIZE];
        self.file.read_exact_at(&mut bytes, 0).ok()?;
        let (load, due) = bytes.split_at(SIZE / 2);
        Some((u64::from_ne_bytes(load.try_into().ok()?), u64::from_ne_bytes(due.try_into().ok()?)))
    }
}

impl Note {
    /// Maps the file that the host has handed over.
    pub fn from_file(file: &File) -> io::Result<Self> {
        // SAFETY: a new map at an address of the kernel's choice overlaps nothing.
        let start =
            unsafe { mmap(ptr::null_mut(), SIZE, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, file, 0)? };
        // A map starts at a page, so it is aligned for atomics.
        let fields = NonNull::new(start.cast()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { fields })
    }

    /// Says that a plugin runs from now and must be through in `time`.
    pub fn begin(&self, load: LoadId, time: Duration) {
        let [plugin, due] = self.atomics();
        due.store(0, Release);
        plugin.store(load, Release);
        due.store(nanos(now() + time).max(1), Release);
    }

    /// Says that no plugin runs.
    pub fn end(&self) {
        let [_, due] = self.atomics();
        due.store(0, Release);
    }

    fn atomics(&self) -> &[AtomicU64; 2] {
        // SAFETY: the map is as long as the array and lives as long as `self`; atomics may be shared with other processes.
        unsafe { self.fields.as_ref() }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // SAFETY: made by `from_file`, and nothing refers to it any more.
        let _ = unsafe { munmap(self.fields.as_ptr().cast(), SIZE) };
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
        let worker = Note::from_file(&host.duplicate().unwrap()).unwrap();
        assert_eq!(host.read(), None);
        worker.begin(7, Duration::from_millis(20));
        let busy = host.read().unwrap();
        assert_eq!(busy.load, 7);
        assert!(busy.due > now() && busy.due <= now() + Duration::from_millis(20));
        worker.end();
        assert_eq!(host.read(), None);
    }
}
