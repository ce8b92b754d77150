//! Rust: cargo, for the smallest and fastest guest that it can make.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    BuildError, TARGET, component, run,
    toolchain::{self, Toolchain},
};

/// Runs cargo and gives the module that it made.
pub(super) fn compile(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let toolchain = Toolchain::find(folder)?;
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(folder)
        .args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"])
        .args(profile())
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags(folder, &toolchain))
        .env("CARGO_TERM_COLOR", "never");
    let messages = run(&mut cargo, progress).map_err(|error| match error {
        BuildError::Compile { output } => toolchain::explain(output),
        other => other,
    })?;
    component::artifact(&messages)
        .ok_or_else(|| BuildError::NotAPlugin { reason: "cargo made no WebAssembly library".to_owned() })
}

/// Small code, all in one piece, and a panic that ends the instance.
fn profile() -> impl Iterator<Item = &'static str> {
    let settings = [
        "profile.release.opt-level=\"s\"",
        "profile.release.lto=true",
        "profile.release.codegen-units=1",
        "profile.release.panic=\"abort\"",
        "profile.release.strip=true",
        "profile.release.debug=false",
        "profile.release.incremental=false",
    ];
    settings.into_iter().flat_map(|setting| ["--config", setting])
}

/// Flags for the compiler.
///
/// A stack of 64 KiB instead of 1 MiB keeps an instance within the pages that the host's pool holds ready: that is
/// most of the difference between 11 and 29 microseconds a call. Folders are taken out of the code, so that the same
/// sources give the same bytes wherever they are built.
fn flags(folder: &Path, toolchain: &Toolchain) -> OsString {
    let mut flags = OsString::from("-Clink-arg=-zstack-size=65536");
    for (from, to) in toolchain.folders(folder) {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    flags
}
