//! Bundles as archives: tar, tar.gz and zip in, a deterministic tar.gz out.
//!
//! An archive is a stranger's word: headers are not believed, bytes are counted as they unpack, and whatever is not
//! a plain file with a plain name is refused with a reason.

use std::{
    cell::Cell,
    io::{self, Cursor, Read},
    rc::Rc,
};

use flate2::{Compression, GzBuilder, read::MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive, result::ZipError};

use super::{Bundle, BundleLimits, Gathering, belongs, names, too_large, too_large_in_all};
use crate::problem::{Problem, quoted};

const GZIP: &[u8] = &[0x1f, 0x8b];
const TAR_BLOCK: usize = 512;

/// Entries that are no part of a bundle count too, or they would be a way around the limit.
const MOST_ENTRIES: usize = 4096;

/// Unpacks and checks an archive. A single folder around everything is taken off.
pub fn from_archive(bytes: &[u8], limits: &BundleLimits) -> Result<Bundle, Vec<Problem>> {
    let entries = unpack(bytes, limits).map_err(|problem| vec![problem])?;
    let stripped = strip_top_folder(entries);
    let mut gathering = Gathering::new(*limits);
    let mut problems = Vec::new();
    for (name, content) in stripped {
        if let Err(problem) = gathering.add(name, content.into()) {
            problems.push(problem);
        }
    }
    if gathering.files.is_empty() && problems.is_empty() {
        let problem = Problem::new("", "the archive holds no file of a bundle");
        problems.push(problem.hint("pack the plugin's folder, plugin.toml at its top"));
    }
    if problems.is_empty() { Ok(gathering.finish()) } else { Err(problems) }
}

/// The same bundle gives the same bytes: names in order, no times, no owners.
pub fn to_archive(bundle: &Bundle) -> io::Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    let mut tar = tar::Builder::new(gzip);
    for (name, content) in bundle.files() {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        tar.append_data(&mut header, name, content.as_ref())?;
    }
    tar.into_inner()?.finish()
}

type Entries = Vec<(String, Vec<u8>)>;

fn unpack(bytes: &[u8], limits: &BundleLimits) -> Result<Entries, Problem> {
    // Compressed, a bundle at its limits can hardly be larger than unpacked; headers add a little.
    if bytes.len() > limits.total_bytes + MOST_ENTRIES * TAR_BLOCK {
        return Err(too_large_in_all(limits.total_bytes));
    }
    if bytes.starts_with(GZIP) {
        from_tar(MultiGzDecoder::new(bytes), limits)
    } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        from_zip(bytes, limits)
    } else if bytes.get(257..262) == Some(b"ustar") {
        from_tar(bytes, limits)
    } else {
        Err(Problem::new("", "not a tar, tar.gz or zip")
            .hint("pack the plugin's folder with `cuecard push`, tar or zip"))
    }
}

/// What is unpacked so far, and what is still allowed.
struct Unpacked<'a> {
    limits: &'a BundleLimits,
    entries: Entries,
    seen: usize,
    bytes: usize,
}

impl<'a> Unpacked<'a> {
    fn new(limits: &'a BundleLimits) -> Self {
        Self { limits, entries: Vec::new(), seen: 0, bytes: 0 }
    }

    fn count(&mut self) -> Result<(), Problem> {
        self.seen += 1;
        if self.seen > MOST_ENTRIES {
            let problem = Problem::new("", format!("more than {MOST_ENTRIES} entries"));
            return Err(problem.hint("pack the plugin's folder alone, without sources and builds"));
        }
        Ok(())
    }

    /// Reads one file whole, whatever its header says of its size.
    fn file(&mut self, name: String, from: impl Read) -> Result<(), Problem> {
        let room = self.limits.total_bytes - self.bytes;
        let most = self.limits.of_file(&name);
        let mut content = Vec::new();
        let took = from.take(room.min(most) as u64 + 1).read_to_end(&mut content);
        took.map_err(|error| damaged(&format!("{}: {error}", quoted(&name))))?;
        if content.len() > room {
            return Err(too_large_in_all(self.limits.total_bytes));
        }
        if content.len() > most {
            return Err(too_large(&name, most));
        }
        self.bytes += content.len();
        self.entries.push((name, content));
        Ok(())
    }
}

fn from_tar(from: impl Read, limits: &BundleLimits) -> Result<Entries, Problem> {
    let most = limits.total_bytes + MOST_ENTRIES * TAR_BLOCK * 3;
    let overrun = Rc::new(Cell::new(false));
    let mut archive = tar::Archive::new(Bounded { from, left: most, overrun: Rc::clone(&overrun) });
    read_tar(&mut archive, limits).map_err(|problem| {
        // The tar reader wraps our own refusal in words of its own.
        if overrun.get() { too_large_in_all(limits.total_bytes) } else { problem }
    })
}

fn read_tar(archive: &mut tar::Archive<impl Read>, limits: &BundleLimits) -> Result<Entries, Problem> {
    let mut unpacked = Unpacked::new(limits);
    for entry in archive.entries().map_err(|error| damaged(&error.to_string()))? {
        let entry = entry.map_err(|error| damaged(&error.to_string()))?;
        unpacked.count()?;
        let kind = entry.header().entry_type();
        // `git archive` puts its commit into one of these.
        if kind.is_pax_global_extensions() {
            continue;
        }
        let name = plain_name(&entry.path_bytes())?;
        match kind {
            tar::EntryType::Directory => (),
            tar::EntryType::Regular | tar::EntryType::Continuous if !name.is_empty() => unpacked.file(name, entry)?,
            tar::EntryType::Regular | tar::EntryType::Continuous => return Err(damaged("a file without a name")),
            _ => return Err(not_regular(&name)),
        }
    }
    Ok(unpacked.entries)
}

fn from_zip(bytes: &[u8], limits: &BundleLimits) -> Result<Entries, Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip_damaged)?;
    if archive.len() > MOST_ENTRIES {
        let problem = Problem::new("", format!("more than {MOST_ENTRIES} entries"));
        return Err(problem.hint("pack the plugin's folder alone, without sources and builds"));
    }
    if archive.has_duplicate_names() {
        return Err(Problem::new("", "a name stands twice in the zip").hint("pack the folder anew"));
    }
    if archive.has_overlapping_entries().map_err(zip_damaged)? {
        return Err(Problem::new("", "entries of the zip overlap").hint("pack the folder anew; this zip is a trick"));
    }
    let mut unpacked = Unpacked::new(limits);
    for index in 0..archive.len() {
        unpacked.count()?;
        let entry = archive.by_index_raw(index).map_err(zip_damaged)?;
        let name = plain_name(entry.name_raw())?;
        if entry.encrypted() {
            let problem = Problem::new("", format!("{} is encrypted", quoted(&name)));
            return Err(problem.hint("pack the folder without a password"));
        }
        let file_type = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
        if entry.is_dir() || file_type == 0o040_000 {
            continue;
        }
        if !matches!(file_type, 0 | 0o100_000) {
            return Err(not_regular(&name));
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            let problem = Problem::new("", format!("{} is compressed in a way that is not read here", quoted(&name)));
            return Err(problem.hint("use deflate, the default of every zip program"));
        }
        drop(entry);
        let entry = archive.by_index(index).map_err(zip_damaged)?;
        unpacked.file(name, entry)?;
    }
    Ok(unpacked.entries)
}

/// Checks a name before anything is made of it; a folder's trailing slash and a leading `./` are taken off.
fn plain_name(raw: &[u8]) -> Result<String, Problem> {
    let Ok(name) = std::str::from_utf8(raw) else {
        let shown = quoted(&String::from_utf8_lossy(raw));
        return Err(Problem::new("", format!("{shown} is not a name in UTF-8")).hint("rename the file"));
    };
    let name = name.strip_prefix("./").unwrap_or(name);
    let name = name.strip_suffix('/').unwrap_or(name);
    if !matches!(name, "" | ".") {
        names::check(name)?;
    }
    Ok(if name == "." { String::new() } else { name.to_owned() })
}

/// `late-parcel-1.2.0/plugin.toml` becomes `plugin.toml`, if everything that counts is below one folder.
fn strip_top_folder(entries: Entries) -> Entries {
    let counts = |name: &str| names::enters(name) && !name.starts_with('.');
    let mut tops = entries.iter().filter(|(name, _)| counts(name)).map(|(name, _)| name.split_once('/'));
    let Some(Some((top, _))) = tops.next() else { return entries };
    if belongs(&format!("{top}/x.json")) || !tops.all(|other| other.is_some_and(|(folder, _)| folder == top)) {
        return entries;
    }
    let prefix = format!("{top}/");
    let strip = |(name, content): (String, Vec<u8>)| Some((name.strip_prefix(&prefix)?.to_owned(), content));
    entries.into_iter().filter_map(strip).collect()
}

fn damaged(detail: &str) -> Problem {
    let detail: String = detail.chars().take(200).collect();
    Problem::new("", format!("the archive is damaged: {detail}")).hint("pack the folder anew")
}

fn zip_damaged(error: ZipError) -> Problem {
    damaged(&error.to_string())
}

fn not_regular(name: &str) -> Problem {
    Problem::new("", format!("{} is a link or device", quoted(name))).hint("pack copies of files, not links to them")
}

/// Ends with an error after so many bytes: what unpacks endlessly must not be waited for.
struct Bounded<R> {
    from: R,
    left: usize,
    overrun: Rc<Cell<bool>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.overrun.set(true);
            return Err(io::Error::other("too large"));
        }
        let most = into.len().min(self.left);
        let took = self.from.read(into.get_mut(..most).unwrap_or_default())?;
        self.left -= took;
        Ok(took)
    }
}
