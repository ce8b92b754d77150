//! Which compiler makes WebAssembly on this machine.
//!
//! The usual one, where `rustup target add` was run. Otherwise Debian's own, which brings the standard library as
//! sources for it; those are compiled along, by a compiler that is told to allow that, with rustup's linker.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use super::{BuildError, TARGET};

const SYSTEM_BIN: &str = "/usr/bin";
const SYSTEM_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";

/// A compiler that knows the target.
pub(super) enum Toolchain {
    /// The one on the path, with the target's standard library installed.
    Usual { sysroot: PathBuf },
    /// The system's, which compiles the standard library from source.
    System { linker: PathBuf },
}

impl Toolchain {
    pub(super) fn find(folder: &Path) -> Result<Self, BuildError> {
        let sysroot = sysroot(folder).ok_or(BuildError::NoTarget)?;
        if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
            return Ok(Self::Usual { sysroot });
        }
        let here = Path::new(SYSTEM_SOURCES).is_dir() && Path::new(SYSTEM_BIN).join("rustc").is_file();
        match linker(&sysroot) {
            Some(linker) if here => Ok(Self::System { linker }),
            _ => Err(BuildError::NoTarget),
        }
    }

    pub(super) fn cargo(&self) -> Command {
        let mut cargo = Command::new(match self {
            Self::Usual { .. } => env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            Self::System { .. } => Path::new(SYSTEM_BIN).join("cargo").into(),
        });
        // What cargo sets for a program that it runs must not reach the cargo that this program runs.
        for name in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET"]
        {
            cargo.env_remove(name);
        }
        if let Self::System { linker } = self {
            cargo
                .env("PATH", path_with_system_first())
                .env("RUSTC", Path::new(SYSTEM_BIN).join("rustc"))
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        }
        cargo
    }

    /// Folders that would otherwise stand in the code, and what stands there instead. Later ones win.
    pub(super) fn folders(&self, plugin: &Path) -> Vec<(OsString, &'static str)> {
        let mut folders = Vec::new();
        if let Some(home) = env::home_dir() {
            let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
            folders.push((home.into_os_string(), "/home"));
            folders.push((cargo.into_os_string(), "/cargo"));
        }
        match self {
            Self::Usual { sysroot } => folders.push((sysroot.clone().into_os_string(), "/rust")),
            Self::System { .. } => folders.push(("/usr/lib/rustlib".into(), "/rust")),
        }
        folders.push((sdk(plugin).into_os_string(), "/sdk"));
        folders.push((plugin.into(), "/plugin"));
        folders
    }
}

/// What the compiler's refusal means, where the target turns out to be missing after all.
pub(super) fn explain(output: String) -> BuildError {
    if output.contains("can't find crate for `core`") || output.contains("can't find crate for `std`") {
        return BuildError::NoTarget;
    }
    BuildError::Compile { output }
}

/// Where a plugin of this repository finds the SDK; elsewhere the SDK lies under cargo's home.
fn sdk(plugin: &Path) -> PathBuf {
    let above = plugin.ancestors().map(|folder| folder.join("sdk/rust")).find(|sdk| sdk.is_dir());
    above.unwrap_or_else(|| plugin.join("sdk"))
}

fn sysroot(folder: &Path) -> Option<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).current_dir(folder).args(["--print", "sysroot"]).output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    let bundled = hosts.filter_map(Result::ok).map(|host| host.path().join("bin/rust-lld"));
    bundled
        .chain([PathBuf::from("/usr/bin/wasm-ld"), PathBuf::from("/usr/bin/rust-lld")])
        .find(|linker| linker.is_file())
}

fn path_with_system_first() -> OsString {
    let mut path = OsString::from(SYSTEM_BIN);
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}
