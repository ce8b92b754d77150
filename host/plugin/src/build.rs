//! `cuecard build`: from a plugin's Rust sources to the `plugin.wasm` beside its `plugin.toml`.
//!
//! Owns how a guest is compiled: for a small, fast instance per call, the same bytes each time, and nothing that the
//! author has to know. Runs cargo, and so belongs on an author's machine, never in the host's live path.

mod component;
mod toolchain;

use std::{
    ffi::OsString,
    fs, io,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub use component::componentize;
use toolchain::Toolchain;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is nothing to build.
    #[error("{folder} has no Cargo.toml; hint: `cuecard new <id> --lang rust` makes a plugin that builds")]
    NoSources {
        /// The plugin's folder.
        folder: String,
    },
    /// The compiler for the target is missing.
    #[error(
        "this machine has no Rust target {TARGET}; hint: run `rustup target add {TARGET}`, or on Debian \
         `apt install rustc-web cargo-web rust-web-src`"
    )]
    NoTarget,
    /// Cargo said no.
    #[error("the plugin does not compile:\n{output}")]
    Compile {
        /// What the compiler said, as it said it.
        output: String,
    },
    /// Cargo made something else than one WebAssembly library.
    #[error(
        "{reason}; hint: Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib], and lib.rs `cuecard_sdk::export!`"
    )]
    NotAPlugin {
        /// What is wrong.
        reason: String,
    },
    /// A file or a program could not be reached.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// Builds the plugin in `folder` and writes its `plugin.wasm`. `progress` is handed each line that cargo writes.
pub fn build(folder: &Path, mut progress: impl FnMut(&str)) -> Result<PathBuf, BuildError> {
    let folder = folder.canonicalize().map_err(|source| io_error(format!("{}", folder.display()), source))?;
    if !folder.join("Cargo.toml").is_file() {
        return Err(BuildError::NoSources { folder: folder.display().to_string() });
    }
    let toolchain = Toolchain::find(&folder)?;
    let module = compile(&folder, &toolchain, &mut progress)?;
    let module = fs::read(&module).map_err(|source| io_error(module.display().to_string(), source))?;
    let component = componentize(&module)?;
    let out = folder.join("plugin.wasm");
    write(&out, &component).map_err(|source| io_error(format!("cannot write {}", out.display()), source))?;
    progress(&format!("{} ({} bytes)", out.display(), component.len()));
    Ok(out)
}

/// Runs cargo and gives the module that it made.
fn compile(folder: &Path, toolchain: &Toolchain, progress: &mut impl FnMut(&str)) -> Result<PathBuf, BuildError> {
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(folder)
        .args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"])
        .args(profile())
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags(folder, toolchain))
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (output, messages) = run(&mut cargo, progress)?;
    let Some(messages) = messages else {
        return Err(toolchain::explain(output));
    };
    component::artifact(&messages)
        .ok_or_else(|| BuildError::NotAPlugin { reason: "cargo made no WebAssembly library".to_owned() })
}

/// Runs cargo; gives what it wrote for people, and what it wrote for programs if it succeeded.
fn run(cargo: &mut Command, progress: &mut impl FnMut(&str)) -> Result<(String, Option<String>), BuildError> {
    let unstarted = |source| io_error("cannot run cargo; is Rust installed?".to_owned(), source);
    let mut child = cargo.spawn().map_err(unstarted)?;
    let stdout = child.stdout.take();
    let messages = std::thread::spawn(move || stdout.map(io::read_to_string).transpose());
    let mut output = String::new();
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
        let line = line.map_err(unstarted)?;
        progress(&line);
        output.push_str(&line);
        output.push('\n');
    }
    let status = child.wait().map_err(unstarted)?;
    let messages = messages.join().ok().and_then(Result::ok).flatten();
    Ok((output, messages.filter(|_| status.success())))
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

/// Whole or not at all: a host that watches the folder never sees half a component.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("wasm.new");
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}

pub(crate) fn io_error(what: String, source: io::Error) -> BuildError {
    BuildError::Io { what, source }
}
