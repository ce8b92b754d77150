//! The engine for one process: a SQLite database in the data folder.
//!
//! One thread writes and shares its syncs among all who wait ([`writer`]); a few connections read; what turns ask
//! for is kept in memory ([`cache`]). Knows nothing of what the host does with the data.

mod adapter;
mod apply;
mod audit;
mod cache;
mod change;
mod check;
mod context;
mod errands;
mod facts;
mod feedback;
mod forget;
mod hooks;
mod identities;
mod insights;
mod judged;
mod kept;
mod keys;
mod learn;
mod news;
mod open;
mod people;
mod pool;
mod proposals;
mod read;
mod read_outreach;
mod rooms;
mod space;
mod threads;
mod trial;
mod writer;

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};

pub use self::audit::read_audit;
use self::{
    cache::Cache,
    people::Known,
    pool::Pool,
    writer::{Job, Queue},
};
use crate::{Error, Result};

/// Bytes of memory for what turns ask for.
const CACHE: usize = 64 << 20;
/// The engine for one process: a SQLite database in the data folder.
pub struct SqliteEngine {
    path: PathBuf,
    cache: Arc<Cache>,
    pool: Arc<Pool>,
    /// Gone once the engine is closed.
    queue: RwLock<Option<Queue>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
}

impl SqliteEngine {
    /// Opens the data folder, makes it if it is not there, and brings an older database up to date.
    /// Call it on a thread that may block.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let lock = open::lock(folder)?;
        let path = open::database(folder);
        let connection = open::writer(&path)?;
        keys::recover(&connection).map_err(|error| open::fault(&path, &error))?;
        let keys = read::api_keys(&connection).map_err(|error| open::fault(&path, &error))?;
        let hooks = hooks::all(&connection).map_err(|error| open::fault(&path, &error))?;
        let aliases = identities::aliases(&connection).map_err(|error| open::fault(&path, &error))?;
        let people = Known::read(&connection).map_err(|error| open::fault(&path, &error))?;
        let cache = Arc::new(Cache::new(CACHE, keys, hooks, aliases, people));
        let (queue, writer) = writer::start(connection, path.clone(), cache.clone())?;
        Ok(Self {
            pool: Arc::new(Pool::new(path.clone())),
            path,
            cache,
            queue: RwLock::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn send(&self, job: Job, bytes: usize) -> Result<()> {
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().ok_or(Error::Closed)?.send(job, bytes)
    }

    /// Ends the writer once it has written what waits, then lets go of the files.
    fn shut(&self) {
        drop(self.queue.write().unwrap_or_else(PoisonError::into_inner).take());
        self.pool.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer thread panicked");
        }
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for SqliteEngine {
    fn drop(&mut self) {
        self.shut();
    }
}
