//! Watching folders: the file system's hints, our own quiet time, and one bundle's folder as its author saves it.
//!
//! Hints may be lost, doubled or late. Who watches reads again and compares. Knows no registry and no runtime.

use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::bundle::{Bundle, BundleHash, BundleLimits, ReadError, read_settled};

/// Between the two readings that must be the same.
pub(crate) const SETTLE: Duration = Duration::from_millis(10);

/// One bundle's folder, watched: blocks until its content is another.
#[derive(Debug)]
pub struct Saves {
    folder: PathBuf,
    limits: BundleLimits,
    hints: Receiver<()>,
    seen: Option<Content>,
    _watcher: RecommendedWatcher,
}

/// What was read last; a folder that is no bundle is told apart by the reasons.
type Content = Result<BundleHash, String>;

/// A look without a hint: some file systems send none.
const UNASKED: Duration = Duration::from_secs(2);

impl Saves {
    /// Begins to watch. The first [`Saves::next`] gives what is there now.
    pub fn of(folder: &Path, limits: BundleLimits) -> io::Result<Self> {
        let (hint, hints) = channel();
        let watcher = watch(folder, move || _ = hint.send(())).map_err(io::Error::other)?;
        Ok(Self { folder: folder.to_owned(), limits, hints, seen: None, _watcher: watcher })
    }

    /// Waits until the folder holds something else than last time, and reads it.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and waits")]
    pub fn next(&mut self) -> Result<Bundle, ReadError> {
        loop {
            if self.seen.is_some() {
                self.rest();
            }
            let read = read_settled(&self.folder, &self.limits, 100, || thread::sleep(SETTLE));
            let content = match &read {
                Ok(bundle) => Ok(bundle.hash()),
                // Half written for a whole second: a look later sees.
                Err(ReadError::NotSettled) => continue,
                Err(error) => Err(error.to_string()),
            };
            if self.seen.as_ref() != Some(&content) {
                self.seen = Some(content);
                return read;
            }
        }
    }

    /// Until hints have come and gone quiet.
    fn rest(&self) {
        let mut quiet = Quiet::default();
        loop {
            let patience = quiet.due().map_or(UNASKED, |due| due.saturating_duration_since(Instant::now()));
            match self.hints.recv_timeout(patience) {
                Ok(()) => quiet.hint(Instant::now()),
                Err(RecvTimeoutError::Timeout) => return,
                // The watcher is gone, which it is not before we are: then looks alone must do.
                Err(RecvTimeoutError::Disconnected) => return thread::sleep(UNASKED),
            }
        }
    }
}

/// Watches a folder and calls `changed` for whatever happens in it, reading aside.
pub(crate) fn watch(root: &Path, changed: impl Fn() + Send + 'static) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading raises Access events; counting them would make every look cause the next.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            changed();
        }
    })?;
    watcher.watch(root, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Our own quiet time: a look comes when nothing has happened for a while, but not later than a ceiling after the
/// first hint. An editor's save is a burst; a log file that never rests must not keep us from looking.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Quiet {
    const QUIET: Duration = Duration::from_millis(40);
    const CEILING: Duration = Duration::from_millis(250);

    /// Something happened.
    pub(crate) fn hint(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// When to look, if something happened.
    pub(crate) fn due(&self) -> Option<Instant> {
        Some((self.last? + Self::QUIET).min(self.first? + Self::CEILING))
    }

    /// The look has been taken.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
