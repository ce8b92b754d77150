//! Reads a bundle from a folder that an editor, a copy or a checkout may be changing at this moment.
//!
//! Links are not followed: every step opens one plain name below an open folder. Knows no watcher and never waits;
//! the caller decides how long to pause between two readings.

use std::{
    ffi::CStr,
    fs::File,
    io::{self, Read},
    path::Path,
};

use rustix::{
    fd::OwnedFd,
    fs::{CWD, Dir, FileType, Mode, OFlags, fstat, openat},
    io::Errno,
};

use super::{Bundle, BundleLimits, Gathering, belongs, names, too_large, too_large_in_all};
use crate::problem::Problem;

/// A folder of a million files is not a plugin; looking at each would hold the reload path.
const MOST_LOOKED_AT: usize = 10_000;

/// Why a folder gave no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It changed while it was read; read again later.
    #[error("the folder is still changing")]
    NotSettled,
    /// It is not there, or not a folder.
    #[error("no such folder")]
    Gone,
    /// It holds what no bundle may hold.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Problem>),
    /// The file system refused.
    #[error("{name}: {source}")]
    Io {
        /// The file or folder.
        name: String,
        /// What the file system said.
        source: io::Error,
    },
}

impl ReadError {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refused(one), Self::Refused(two)) => one == two,
            (Self::Gone, Self::Gone) => true,
            (Self::Io { name: one, source: first }, Self::Io { name: two, source: second }) => {
                one == two && first.kind() == second.kind()
            }
            _ => false,
        }
    }
}

/// Reads until two readings in a row agree, at most `tries` times, calling `pause` between them.
pub fn read_settled(
    path: &Path,
    limits: &BundleLimits,
    tries: usize,
    mut pause: impl FnMut(),
) -> Result<Bundle, ReadError> {
    let mut last = read_folder(path, limits);
    for _ in 1..tries {
        pause();
        let next = read_folder(path, limits);
        let settled = match (&last, &next) {
            (Ok(one), Ok(two)) => one.hash() == two.hash(),
            (Err(one), Err(two)) => one.is_same(two),
            _ => false,
        };
        if settled {
            return next;
        }
        last = next;
    }
    Err(ReadError::NotSettled)
}

/// Reads the folder once. The folder itself may be a link, as deployments use; nothing in it may be.
pub fn read_folder(path: &Path, limits: &BundleLimits) -> Result<Bundle, ReadError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(CWD, path, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NOENT | Errno::NOTDIR => ReadError::Gone,
        other => failed("", other),
    })?;
    let mut reading = Reading { gathering: Gathering::new(*limits), problems: Vec::new(), looked_at: 0 };
    reading.folder("", folder)?;
    if reading.problems.is_empty() { Ok(reading.gathering.finish()) } else { Err(ReadError::Refused(reading.problems)) }
}

struct Reading {
    gathering: Gathering,
    problems: Vec<Problem>,
    looked_at: usize,
}

impl Reading {
    fn folder(&mut self, prefix: &str, folder: OwnedFd) -> Result<(), ReadError> {
        let mut names = Vec::new();
        let listing = Dir::read_from(&folder).map_err(|errno| failed(prefix, errno))?;
        for entry in listing {
            let entry = entry.map_err(|errno| failed(prefix, errno))?;
            self.looked_at += 1;
            if self.looked_at > MOST_LOOKED_AT {
                let problem = Problem::new("", format!("more than {MOST_LOOKED_AT} files in the folder"));
                return Err(ReadError::Refused(vec![problem.hint("keep the plugin in a folder of its own")]));
            }
            // A name that is not UTF-8 can be no part of a bundle.
            if let Ok(name) = entry.file_name().to_str() {
                names.push((name.to_owned(), entry.file_name().to_owned()));
            }
        }
        // In name order, so that two readings of the same folder report the same problems.
        names.sort();
        names.into_iter().try_for_each(|(name, raw)| self.entry(prefix, &name, &raw, &folder))
    }

    fn entry(&mut self, prefix: &str, file: &str, raw: &CStr, folder: &OwnedFd) -> Result<(), ReadError> {
        let name = if prefix.is_empty() { file.to_owned() } else { format!("{prefix}/{file}") };
        let could_be_folder = file != "." && file != ".." && names::enters(&name) && names::check(&name).is_ok();
        if !could_be_folder {
            return Ok(());
        }
        // NONBLOCK: opening a pipe that nobody writes to would wait for ever.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = match openat(folder, raw, flags, Mode::empty()) {
            Ok(opened) => opened,
            Err(Errno::NOENT) => return Err(ReadError::NotSettled),
            Err(errno) => return self.unreadable(&name, errno),
        };
        let kind = FileType::from_raw_mode(fstat(&opened).map_err(|errno| failed(&name, errno))?.st_mode);
        match kind {
            FileType::Directory => self.folder(&name, opened),
            FileType::RegularFile if belongs(&name) => self.file(name, opened),
            FileType::RegularFile => Ok(()),
            _ => self.unreadable(&name, Errno::LOOP),
        }
    }

    /// A link, socket, device or locked file matters only under a name that belongs.
    fn unreadable(&mut self, name: &str, errno: Errno) -> Result<(), ReadError> {
        let bundled_folder = matches!(name, "messages" | "culture" | "tests");
        if !belongs(name) && !bundled_folder {
            return Ok(());
        }
        match errno {
            Errno::LOOP | Errno::NXIO | Errno::OPNOTSUPP => {
                let problem = Problem::new(name, "not a regular file or folder (links are not followed)");
                self.problems.push(problem.hint("copy the file in its place"));
                Ok(())
            }
            other => Err(failed(name, other)),
        }
    }

    fn file(&mut self, name: String, opened: OwnedFd) -> Result<(), ReadError> {
        let room = self.gathering.room_for(&name);
        let mut content = Vec::new();
        let read = File::from(opened).take(room as u64 + 1).read_to_end(&mut content);
        read.map_err(|source| ReadError::Io { name: name.clone(), source })?;
        if content.len() > room {
            let limits = &self.gathering.limits;
            let of_file = limits.of_file(&name);
            let all = content.len() <= of_file;
            self.problems.push(if all { too_large_in_all(limits.total_bytes) } else { too_large(&name, of_file) });
            return if all { Err(ReadError::Refused(std::mem::take(&mut self.problems))) } else { Ok(()) };
        }
        if let Err(problem) = self.gathering.add(name, content.into()) {
            self.problems.push(problem);
        }
        Ok(())
    }
}

fn failed(name: &str, errno: Errno) -> ReadError {
    match errno {
        Errno::NOENT | Errno::STALE => ReadError::NotSettled,
        other => ReadError::Io { name: name.to_owned(), source: other.into() },
    }
}
