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
    time::Duration,
};

use cuecard_model::{PluginId, Scope};

use crate::{
    bundle::{Bundle, BundleLimits, ReadError, read_settled},
    problem::Problem,
    watch::SETTLE,
};

/// One plugin's place: whom it serves, and its name.
pub type Place = (Scope, PluginId);

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
