//! A bundle: a plugin's folder as one content-hashed unit, however it arrived.
//!
//! Owns which files belong, how they may be named and how large they may be. Knows nothing of what is in them.

use std::{collections::BTreeMap, fmt, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::problem::{Problem, quoted};

mod archive;
mod folder;
mod names;

pub use archive::{from_archive, to_archive};
pub use folder::{ReadError, read_folder, read_settled};
pub use names::belongs;

/// What a bundle may bring. An operator may raise these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BundleLimits {
    /// Files.
    pub entries: usize,
    /// Bytes of all files together, unpacked.
    pub total_bytes: usize,
    /// Bytes of one Lua file.
    pub lua_file_bytes: usize,
    /// Bytes of all Lua files together.
    pub lua_bytes: usize,
    /// Bytes of the component.
    pub component_bytes: usize,
}

impl BundleLimits {
    /// For guests that carry their language with them, such as JavaScript or Python.
    pub const LARGE_GUESTS: Self = Self { total_bytes: 24 << 20, component_bytes: 20 << 20, ..Self::DEFAULT };

    const DEFAULT: Self = Self {
        entries: 256,
        total_bytes: 8 << 20,
        lua_file_bytes: 64 << 10,
        lua_bytes: 256 << 10,
        component_bytes: 4 << 20,
    };

    /// The most that one file of this name may have.
    fn of_file(&self, name: &str) -> usize {
        let most = match name.rsplit('.').next() {
            Some("luau") => self.lua_file_bytes,
            Some("wasm") => self.component_bytes,
            _ => self.total_bytes,
        };
        most.min(self.total_bytes)
    }
}

impl Default for BundleLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The name of a bundle's content: the same files give the same hash, wherever they came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct BundleHash([u8; 32]);

impl BundleHash {
    /// BLAKE3 over the sorted names and contents, each after its length, so that no two bundles read alike.
    fn of(files: &BTreeMap<String, Arc<[u8]>>) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        part(b"cuecard bundle 1");
        for (name, content) in files {
            part(name.as_bytes());
            part(content);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }

    /// The first 12 hexadecimal digits, for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for BundleHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for BundleHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The files of a plugin by their names relative to its folder.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Bundle {
    files: BTreeMap<String, Arc<[u8]>>,
    hash: BundleHash,
}

impl Bundle {
    /// Checks names and sizes; files that are no part of a bundle (`Cargo.toml`, `.git/…`) are left out.
    pub fn from_files<N: Into<String>, B: Into<Arc<[u8]>>>(
        files: impl IntoIterator<Item = (N, B)>,
        limits: &BundleLimits,
    ) -> Result<Self, Vec<Problem>> {
        let mut gathering = Gathering::new(*limits);
        let mut problems = Vec::new();
        for (name, content) in files {
            if let Err(problem) = gathering.add(name.into(), content.into()) {
                problems.push(problem);
            }
        }
        if problems.is_empty() { Ok(gathering.finish()) } else { Err(problems) }
    }

    /// Names and contents, in name order.
    pub fn files(&self) -> &BTreeMap<String, Arc<[u8]>> {
        &self.files
    }

    /// One file's content.
    pub fn file(&self, name: &str) -> Option<&Arc<[u8]>> {
        self.files.get(name)
    }

    /// The name of this content.
    pub fn hash(&self) -> BundleHash {
        self.hash
    }

    /// Bytes of all files together.
    pub fn bytes(&self) -> usize {
        self.files.values().map(|content| content.len()).sum()
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Bundle").field("hash", &self.hash).field("files", &self.files.keys()).finish()
    }
}

/// A bundle in the making: every file is checked as it comes, so that nothing large is held in vain.
struct Gathering {
    limits: BundleLimits,
    files: BTreeMap<String, Arc<[u8]>>,
    /// Lower-cased names, against two files that are one on some file systems.
    folded: BTreeMap<String, String>,
    bytes: usize,
    lua_bytes: usize,
}

impl Gathering {
    fn new(limits: BundleLimits) -> Self {
        Self { limits, files: BTreeMap::new(), folded: BTreeMap::new(), bytes: 0, lua_bytes: 0 }
    }

    /// How many bytes a file of this name may still bring.
    fn room_for(&self, name: &str) -> usize {
        self.limits.of_file(name).min(self.limits.total_bytes - self.bytes)
    }

    fn add(&mut self, name: String, content: Arc<[u8]>) -> Result<(), Problem> {
        names::check(&name)?;
        if !belongs(&name) {
            return Ok(());
        }
        self.check_size(&name, content.len())?;
        if let Some(other) = self.folded.insert(name.to_lowercase(), name.clone()) {
            let reason = if other == name {
                format!("{} stands twice", quoted(&name))
            } else {
                format!("{} and {} differ in case alone", quoted(&other), quoted(&name))
            };
            return Err(Problem::new(name, reason).hint("remove or rename one of them"));
        }
        self.bytes += content.len();
        self.lua_bytes += if name.ends_with(".luau") { content.len() } else { 0 };
        self.files.insert(name, content);
        Ok(())
    }

    fn check_size(&self, name: &str, bytes: usize) -> Result<(), Problem> {
        let limits = &self.limits;
        if self.files.len() >= limits.entries {
            let reason = format!("more than {} files", limits.entries);
            return Err(Problem::new("", reason).hint("keep to the files that the plugin needs"));
        }
        let most = limits.of_file(name);
        if bytes > most {
            return Err(too_large(name, most));
        }
        if name.ends_with(".luau") && self.lua_bytes + bytes > limits.lua_bytes {
            let reason = format!("more than {} of Lua in all", size(limits.lua_bytes));
            return Err(Problem::new(name, reason).hint("move data out of the code, or split the plugin in two"));
        }
        if self.bytes + bytes > limits.total_bytes {
            return Err(too_large_in_all(limits.total_bytes));
        }
        Ok(())
    }

    fn finish(self) -> Bundle {
        let hash = BundleHash::of(&self.files);
        Bundle { files: self.files, hash }
    }
}

fn too_large(name: &str, most: usize) -> Problem {
    let hint = match name.rsplit('.').next() {
        Some("luau") => "split it into several files and require() them",
        Some("wasm") => "build it in release mode and strip it, or ask the operator for more",
        _ => "make it smaller",
    };
    Problem::new(name, format!("larger than {}", size(most))).hint(hint)
}

fn too_large_in_all(most: usize) -> Problem {
    Problem::new("", format!("more than {} in all", size(most))).hint("keep to the files that the plugin needs")
}

fn size(bytes: usize) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
}
