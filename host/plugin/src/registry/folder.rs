//! The watched folder: which plugins lie in it, and which of them have changed.
//!
//! Watching is a hint, re-reading is the truth: a change that raised no event is found by a scan of names, sizes and
//! times, and what counts is the hash of the content, read until it reads the same twice.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use cuecard_model::{PluginId, Scope};

use crate::{
    bundle::{Bundle, BundleLimits, ReadError, read_settled},
    problem::Problem,
};

/// One plugin's place: whom it serves, and its name.
pub type Place = (Scope, PluginId);

/// Between the two readings that must be the same.
const SETTLE: Duration = Duration::from_millis(10);

/// Some file systems keep times no finer than this; a file younger than that is read again.
const COARSE: Duration = Duration::from_secs(2);

/// What a look at the folder found.
#[derive(Debug)]
pub(super) enum Found {
    /// A plugin's content, new or changed.
    Changed(Place, Bundle),
    /// A folder whose content is no bundle.
    Unreadable(Place, Vec<Problem>),
    /// A plugin's folder is gone.
    Gone(Place),
}

/// The watched folder, and what was last seen in it.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    limits: BundleLimits,
    seen: HashMap<Place, Signature>,
}

/// Names, sizes and times of a folder's files; `None` while they may still change unseen.
type Signature = Option<u64>;

impl Folder {
    /// A folder of which nothing has been seen yet.
    pub(super) fn new(root: PathBuf, limits: BundleLimits) -> Self {
        Self { root, limits, seen: HashMap::new() }
    }

    /// Looks at every plugin's folder and reads those that look changed.
    pub(super) fn look(&mut self) -> io::Result<Vec<Found>> {
        let places = self.places()?;
        let gone: Vec<_> = self.seen.keys().filter(|place| !places.contains_key(place)).cloned().collect();
        let mut found = Vec::new();
        for place in gone {
            self.seen.remove(&place);
            found.push(Found::Gone(place));
        }
        for (place, path) in places {
            let signature = signature(&path);
            if signature.is_some() && self.seen.get(&place) == Some(&signature) {
                continue;
            }
            match read_settled(&path, &self.limits, 10, || thread::sleep(SETTLE)) {
                Ok(bundle) => {
                    self.seen.insert(place.clone(), signature);
                    found.push(Found::Changed(place, bundle));
                }
                Err(ReadError::Refused(problems)) => {
                    self.seen.insert(place.clone(), signature);
                    found.push(Found::Unreadable(place, problems));
                }
                // Still being written, or just gone: the next look sees.
                Err(_) => {
                    self.seen.entry(place).or_insert(None);
                }
            }
        }
        Ok(found)
    }

    /// `<id>/` is shared, `@<merchant>/<id>/` is one merchant's.
    fn places(&self) -> io::Result<BTreeMap<Place, PathBuf>> {
        let mut places = BTreeMap::new();
        for (name, path) in folders(&self.root)? {
            match name.strip_prefix('@') {
                None => {
                    places.insert((Scope::Shared, PluginId::from(name)), path);
                }
                Some(merchant) => {
                    let scope = Scope::Merchant(merchant.into());
                    // The merchant's folder may go away between the two listings.
                    let own = folders(&path).unwrap_or_default();
                    places.extend(own.into_iter().map(|(name, path)| ((scope.clone(), name.into()), path)));
                }
            }
        }
        Ok(places)
    }
}

fn folders(path: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().is_dir() {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn signature(path: &Path) -> Signature {
    let mut hasher = DefaultHasher::new();
    let mut youngest = Duration::ZERO;
    walk(path, 0, &mut hasher, &mut youngest).ok()?;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    (youngest + COARSE < now).then(|| hasher.finish())
}

fn walk(path: &Path, depth: u32, hasher: &mut DefaultHasher, youngest: &mut Duration) -> io::Result<()> {
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.into_iter().take(512) {
        let meta = entry.metadata()?;
        (entry.file_name(), meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec(), meta.ino())
            .hash(hasher);
        let changed =
            Duration::new(u64::try_from(meta.ctime()).unwrap_or(0), u32::try_from(meta.ctime_nsec()).unwrap_or(0));
        *youngest = (*youngest).max(changed);
        let name = entry.file_name();
        // Build output is no part of a bundle, and large.
        if meta.is_dir() && depth < 3 && name != "target" && name != ".git" && name != "node_modules" {
            walk(&entry.path(), depth + 1, hasher, youngest)?;
        }
    }
    Ok(())
}

/// Watches a folder and calls `changed` for whatever happens in it, reading aside.
pub(super) fn watch(root: &Path, changed: impl Fn() + Send + 'static) -> notify::Result<notify::RecommendedWatcher> {
    use notify::{EventKind, RecursiveMode, Watcher};
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
pub(super) struct Quiet {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Quiet {
    const QUIET: Duration = Duration::from_millis(40);
    const CEILING: Duration = Duration::from_millis(250);

    /// Something happened.
    pub(super) fn hint(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// When to look, if something happened.
    pub(super) fn due(&self) -> Option<Instant> {
        Some((self.last? + Self::QUIET).min(self.first? + Self::CEILING))
    }

    /// The look has been taken.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
