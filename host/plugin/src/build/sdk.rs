//! What a guest's language needs from us: the contract and the SDK, written beside the plugin's other build files.
//!
//! They are part of this program, so that a plugin is built with the SDK of the host that it is tested on, and an author
//! needs no checkout of ours. Editors find the types there, too.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{BuildError, io_error};

/// Name and text of each file.
pub(super) type Files = &'static [(&'static str, &'static str)];

macro_rules! sdk {
    ($($file:literal),* $(,)?) => { &[$(($file, include_str!(concat!("../../../../sdk/", $file)))),*] };
}

pub(super) const WIT: &str = include_str!("../../../../sdk/wit/v1/cuecard.wit");

pub(super) const JAVASCRIPT: Files = sdk!(
    "wit/v1/cuecard.wit",
    "js/package.json",
    "js/build.mjs",
    "js/index.js",
    "js/index.d.ts",
    "js/types.d.ts",
    "js/guest.js",
);

pub(super) const PYTHON: Files = sdk!(
    "wit/v1/cuecard.wit",
    "python/cuecard_guest.py",
    "python/cuecard/__init__.py",
    "python/cuecard/host.py",
    "python/typings/componentize_py_types.pyi",
    "python/typings/wit_world/__init__.pyi",
    "python/typings/wit_world/imports/__init__.pyi",
    "python/typings/wit_world/imports/host.pyi",
    "python/typings/wit_world/imports/types.pyi",
);

pub(super) const C: Files = sdk!("c/cuecard.h", "c/plugin.h", "c/plugin.c", "c/defaults.c");

/// Where the SDK is written, below a plugin's folder.
const PLACE: &str = "target/cuecard-sdk";

/// Writes the files and tells where.
pub(super) fn write(folder: &Path, files: Files) -> Result<PathBuf, BuildError> {
    let place = folder.join(PLACE);
    for (name, text) in files {
        let path = place.join(name);
        let make = || {
            fs::create_dir_all(path.parent().unwrap_or(&place))?;
            fs::write(&path, text)
        };
        make().map_err(|source| io_error(format!("cannot write {}", path.display()), source))?;
    }
    Ok(place)
}
