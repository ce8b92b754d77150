//! The one thread that writes. It takes whatever waits, writes it in one transaction, syncs once, then answers all.
//!
//! While the disk syncs, the next group gathers: so the busier the host, the fewer syncs per batch, and nobody waits
//! for a timer. Knows what a job is, not what is in it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    apply::{self, Applied, Effects, Stop},
    cache::Cache,
    change,
    open::{self, fault},
};
use crate::{Batch, Change, Error, Receipt, Result};

/// Jobs that may wait.
const QUEUE: usize = 1024;
/// Bytes that may wait.
const QUEUE_BYTES: usize = 64 << 20;
/// Jobs in one transaction: enough to share the sync, few enough that the first need not wait long.
const GROUP: usize = 256;
/// The most that emptying the log waits for readers.
const SCRUB: Duration = Duration::from_millis(20);

/// Something to be written, and who waits for it.
pub(super) enum Job {
    Commit(Batch, oneshot::Sender<Result<Receipt>>),
    Change(Vec<Change>, oneshot::Sender<Result<bool>>),
    Bundle(String, Arc<[u8]>, oneshot::Sender<Result<()>>),
    /// Empties the log, so that nothing of what was erased is left in it.
    Scrub(oneshot::Sender<Result<bool>>),
}

/// The writing end: a bounded queue.
#[derive(Clone)]
pub(super) struct Queue {
    sender: SyncSender<(Job, usize)>,
    load: Arc<Load>,
}

/// What the writer tells everyone.
#[derive(Default)]
pub(super) struct Load {
    jobs: AtomicUsize,
    bytes: AtomicUsize,
    failed: AtomicBool,
}

impl Queue {
    /// Puts a job of about `bytes` bytes into the queue, or says that it is full.
    pub(super) fn send(&self, job: Job, bytes: usize) -> Result<()> {
        let queued = self.load.jobs.fetch_add(1, Ordering::Relaxed);
        let waiting = self.load.bytes.fetch_add(bytes, Ordering::Relaxed);
        // One large job may pass an empty queue, or it never would.
        let sent = if waiting > 0 && waiting.saturating_add(bytes) > QUEUE_BYTES {
            Err(Error::Busy { queued })
        } else {
            self.sender.try_send((job, bytes)).map_err(|error| match error {
                TrySendError::Full(_) => Error::Busy { queued },
                TrySendError::Disconnected(_) => Error::Closed,
            })
        };
        if sent.is_err() {
            self.load.taken(bytes);
        }
        sent
    }

    /// Whether the last transaction failed.
    pub(super) fn has_failed(&self) -> bool {
        self.load.failed.load(Ordering::Relaxed)
    }
}

impl Load {
    fn taken(&self, bytes: usize) {
        self.jobs.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Starts the thread. It ends when all clones of the queue are dropped and everything that waited is written.
pub(super) fn start(connection: Connection, path: PathBuf, cache: Arc<Cache>) -> Result<(Queue, JoinHandle<()>)> {
    let (sender, jobs) = sync_channel(QUEUE);
    let load = Arc::<Load>::default();
    let writer = Writer { connection, path: path.clone(), cache, load: load.clone() };
    let thread = thread::Builder::new().name("cuecard-writer".to_owned()).spawn(move || writer.run(&jobs));
    let thread = thread.map_err(|error| Error::Storage { path, detail: error.to_string() })?;
    Ok((Queue { sender, load }, thread))
}

struct Writer {
    connection: Connection,
    path: PathBuf,
    cache: Arc<Cache>,
    load: Arc<Load>,
}

/// What became of one job, held back until the transaction is durable.
enum Done {
    Commit(Result<Applied>),
    Change(Result<bool>),
    Bundle(Result<()>),
    Scrub,
}

impl Writer {
    fn run(self, jobs: &Receiver<(Job, usize)>) {
        let mut group = Vec::with_capacity(GROUP);
        while let Ok(first) = jobs.recv() {
            // Where turns and this thread share a processor, whoever is about to commit gets to it first, and so one
            // sync serves them all. Where nobody wants the processor this returns at once.
            thread::yield_now();
            for (job, bytes) in std::iter::once(first).chain(jobs.try_iter()).take(GROUP) {
                self.load.taken(bytes);
                group.push(job);
            }
            self.write(&mut group);
        }
        if let Err(error) = self.connection.execute_batch("pragma optimize; pragma wal_checkpoint(truncate)") {
            tracing::warn!(error = %error, "the last checkpoint failed; the log is read again at the next start");
        }
    }

    fn write(&self, group: &mut Vec<Job>) {
        let written = self.transact(group);
        self.load.failed.store(written.is_err(), Ordering::Relaxed);
        match written {
            Ok(done) => group.drain(..).zip(done).for_each(|(job, done)| self.answer(job, done)),
            Err(error) => {
                tracing::error!(error = %error, jobs = group.len(), "a group of writes failed");
                group.drain(..).for_each(|job| refuse(job, &error));
            }
        }
    }

    /// All jobs of a group in one transaction. On `Err` nothing of any job is kept.
    fn transact(&self, group: &mut [Job]) -> Result<Vec<Done>> {
        self.roll_back();
        self.statement("begin immediate").map_err(|error| fault(&self.path, &error))?;
        let done = group.iter_mut().map(|job| self.one(job)).collect::<rusqlite::Result<Vec<_>>>();
        let committed = done.and_then(|done| self.statement("commit").map(|()| done));
        committed.map_err(|error| {
            self.roll_back();
            fault(&self.path, &error)
        })
    }

    /// Some failures have ended the transaction already, some have not.
    fn roll_back(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.connection.execute_batch("rollback") {
            tracing::error!(error = %error, "a failed group could not be rolled back; it is tried again");
        }
    }

    /// One job. Its own failure is in what it gives; `Err` is a failure of the transaction.
    fn one(&self, job: &mut Job) -> rusqlite::Result<Done> {
        Ok(match job {
            Job::Commit(batch, _) => {
                let is_single = apply::is_single(batch);
                let write = || apply::apply(&self.connection, batch);
                let unmet = |receipt| Applied { receipt, places: vec![], effects: Effects::default() };
                Done::Commit(self.alone(is_single, write, unmet)?)
            }
            Job::Change(changes, _) => {
                // A change that does not follow is taken back like one with a precondition that failed.
                let unmet = || Stop::Unmet(Receipt::Kept(Vec::new()));
                let write = || change::change(&self.connection, changes)?.then_some(true).ok_or_else(unmet);
                Done::Change(self.alone(false, write, |_| false)?)
            }
            Job::Scrub(_) => Done::Scrub,
            Job::Bundle(hash, bytes, _) => {
                Done::Bundle(self.alone(true, || change::put_bundle(&self.connection, hash, bytes), |_| ())?)
            }
        })
    }

    /// Runs a job's writes so that they are taken back if it stops, and the jobs around it are not.
    fn alone<T>(
        &self,
        is_single: bool,
        write: impl FnOnce() -> apply::Step<T>,
        unmet: impl FnOnce(Receipt) -> T,
    ) -> rusqlite::Result<Result<T>> {
        if !is_single {
            self.statement("savepoint job")?;
        }
        let written = write();
        if self.connection.is_autocommit() {
            // Out of disk or memory, or a read that failed: SQLite has taken back the whole transaction.
            return Err(match written {
                Err(Stop::Sql(error)) => error,
                _ => rusqlite::Error::InvalidQuery,
            });
        }
        if !is_single {
            if written.is_err() {
                self.statement("rollback to job")?;
            }
            self.statement("release job")?;
        }
        Ok(match written {
            Ok(value) => Ok(value),
            Err(Stop::Unmet(receipt)) => Ok(unmet(receipt)),
            Err(Stop::Invalid(error)) => Err(error),
            Err(Stop::Sql(error)) => Err(fault(&self.path, &error)),
        })
    }

    /// Moves the log into the database and cuts it to nothing; `false` if somebody is reading from it just now, which
    /// nobody is kept waiting for.
    fn scrub(&self) -> Result<bool> {
        let checkpoint = || {
            self.connection.busy_timeout(SCRUB)?;
            let busy = self.connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, bool>(0));
            self.connection.busy_timeout(open::BUSY)?;
            busy
        };
        checkpoint().map(|busy| !busy).map_err(|error| fault(&self.path, &error))
    }

    fn statement(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Answers after the commit. Nobody listening any more is fine: the write is kept.
    fn answer(&self, job: Job, done: Done) {
        match (job, done) {
            (Job::Commit(batch, waiter), Done::Commit(applied)) => {
                let receipt = applied.map(|applied| {
                    self.cache.committed(batch, &applied);
                    applied.receipt
                });
                waiter.send(receipt).ok();
            }
            (Job::Change(changes, waiter), Done::Change(changed)) => {
                if matches!(changed, Ok(true)) {
                    self.cache.changed(changes);
                }
                waiter.send(changed).ok();
            }
            (Job::Bundle(_, _, waiter), Done::Bundle(kept)) => drop(waiter.send(kept)),
            // The transaction has ended: the log can go into the database.
            (Job::Scrub(waiter), _) => drop(waiter.send(self.scrub())),
            // A job and what became of it stand at the same place of two lists, so no other pair comes up.
            (job, _) => refuse(job, &Error::Closed),
        }
    }
}

fn refuse(job: Job, error: &Error) {
    match job {
        Job::Commit(_, waiter) => drop(waiter.send(Err(error.clone()))),
        Job::Change(_, waiter) => drop(waiter.send(Err(error.clone()))),
        Job::Bundle(_, _, waiter) => drop(waiter.send(Err(error.clone()))),
        Job::Scrub(waiter) => drop(waiter.send(Err(error.clone()))),
    }
}
