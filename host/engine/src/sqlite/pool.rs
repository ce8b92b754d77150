//! The connections that read: opened when needed, kept, few. Knows no queries.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::open;
use crate::{Error, Result};

/// Reads at a time. They hardly wait for the disk, so more would only contend.
const READERS: usize = 4;

pub(super) struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default(), free: Arc::new(Semaphore::new(READERS)) }
    }

    /// Asks one question on a thread that may block, within one snapshot of the database.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.free.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let pool = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            pool.ask(question).map_err(|error| open::fault(&pool.path, &error))
        });
        reading.await.unwrap_or_else(|error| Err(Error::Storage { path: self.path.clone(), detail: error.to_string() }))
    }

    fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| open::reader(&self.path), Ok)?;
        let snapshot = connection.unchecked_transaction()?;
        let answer = question(&connection);
        drop(snapshot);
        if !self.free.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        answer
    }

    /// Lets go of the connections; later reads fail.
    pub(super) fn close(&self) {
        self.free.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
