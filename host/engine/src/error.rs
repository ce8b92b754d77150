//! Why the engine did not do something. An enum, because callers answer differently: 503 for busy, 500 for broken.

use std::path::PathBuf;

/// What engine calls give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. Nothing of a failed call was kept, unless the variant says otherwise.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Too much is waiting to be written. Try again later; over HTTP this is 503 with Retry-After.
    #[error("the engine has {queued} writes waiting and takes no more; hint: try again in a moment")]
    Busy {
        /// How many batches wait.
        queued: usize,
    },
    /// Another process holds the data folder.
    #[error(
        "the data folder {} is in use by another cuecard; hint: stop that process, or give this one its own folder with --data",
        folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The database was written by a newer release.
    #[error(
        "{} has schema version {found}, but this release knows {known} at most; hint: run the release that wrote it, or restore a backup from before the upgrade",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version found in it.
        found: u32,
        /// The newest version that this release knows.
        known: u32,
    },
    /// The file is damaged, or is not a database.
    #[error(
        "{} is damaged or not a cuecard database ({detail}); hint: move it and its -wal file aside, and restore a backup or start empty",
        path.display()
    )]
    Corrupt {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk under {} is full, nothing was kept; hint: free some space there", path.display())]
    Full {
        /// The database file.
        path: PathBuf,
    },
    /// The disk or the database failed in another way.
    #[error(
        "the storage under {} failed: {detail}; hint: check the disk, and that this user may write there",
        path.display()
    )]
    Storage {
        /// The database file or folder.
        path: PathBuf,
        /// What it said.
        detail: String,
    },
    /// A value is too large to be stored.
    #[error("{what} has {bytes} bytes, at most {limit} can be stored; hint: send less")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// A value cannot be stored as it is.
    #[error("{what} cannot be stored: {detail}; hint: send plain values, and finite numbers")]
    Invalid {
        /// What it is.
        what: &'static str,
        /// Why not.
        detail: String,
    },
    /// The engine is shutting down.
    #[error("the engine is shutting down; hint: try again after the restart")]
    Closed,
}
