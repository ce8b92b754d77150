//! `cuecard build`: from a plugin's sources to the `plugin.wasm` beside its `plugin.toml`, a file for each language.
//!
//! Owns how a guest is compiled: for a small, fast instance per call, and nothing that the author has to know. Runs the
//! language's own tools, and so belongs on an author's machine, never in the host's live path.

mod c;
mod component;
mod javascript;
mod python;
mod rust;
mod sdk;
mod toolchain;

use std::{
    env, fs, io,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub use component::componentize;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is nothing to build.
    #[error(
        "{folder} has no sources to build: no Cargo.toml, main.ts, main.js, main.py or main.c; hint: `cuecard new <id> \
         --lang rust`, or ts, js, python, c, makes a plugin that builds"
    )]
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
    /// A language's tool is missing.
    #[error("building this plugin needs {what}; hint: {hint}")]
    Missing {
        /// Which.
        what: String,
        /// How to get it.
        hint: String,
    },
    /// The compiler said no.
    #[error("the plugin does not compile:\n{output}")]
    Compile {
        /// What the compiler said, as it said it.
        output: String,
    },
    /// The compiler made something else than one WebAssembly library.
    #[error(
        "{reason}; hint: in Rust, Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib], and lib.rs \
         `cuecard_sdk::export!`; in C, a plugin may not call what needs files, such as printf"
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

/// A language that components are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `Cargo.toml`
    Rust,
    /// `main.ts`
    TypeScript,
    /// `main.js`
    JavaScript,
    /// `main.py`
    Python,
    /// `main.c`
    C,
}

impl Language {
    const ALL: [Self; 5] = [Self::Rust, Self::TypeScript, Self::JavaScript, Self::Python, Self::C];

    /// The file that every plugin of this language has.
    fn main(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::TypeScript => "main.ts",
            Self::JavaScript => "main.js",
            Self::Python => "main.py",
            Self::C => "main.c",
        }
    }

    /// Writes what an editor needs to know the contract's types, below `target/`; for Rust, cargo sees to it.
    pub fn write_sdk(self, folder: &Path) -> Result<(), BuildError> {
        let files = match self {
            Self::Rust => return Ok(()),
            Self::TypeScript | Self::JavaScript => sdk::JAVASCRIPT,
            Self::Python => sdk::PYTHON,
            Self::C => sdk::C,
        };
        sdk::write(folder, files).map(drop)
    }

    /// A core module with the contract's types in it, or a component already.
    fn compile(self, folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
        match self {
            Self::Rust => rust::compile(folder, progress),
            Self::TypeScript | Self::JavaScript => javascript::compile(folder, self.main(), progress),
            Self::Python => python::compile(folder, progress),
            Self::C => c::compile(folder, progress),
        }
    }
}

/// Builds the plugin in `folder` and writes its `plugin.wasm`. `progress` is handed each line that the tools write.
pub fn build(folder: &Path, mut progress: impl FnMut(&str)) -> Result<PathBuf, BuildError> {
    let folder = folder.canonicalize().map_err(|source| io_error(format!("{}", folder.display()), source))?;
    let language = Language::ALL.into_iter().find(|language| folder.join(language.main()).is_file());
    let language = language.ok_or_else(|| BuildError::NoSources { folder: folder.display().to_string() })?;
    let made = language.compile(&folder, &mut progress)?;
    let made = fs::read(&made).map_err(|source| io_error(made.display().to_string(), source))?;
    let component = if component::is_module(&made) { componentize(&made)? } else { made };
    let out = folder.join("plugin.wasm");
    write(&out, &component).map_err(|source| io_error(format!("cannot write {}", out.display()), source))?;
    progress(&format!("{} ({} bytes)", out.display(), component.len()));
    Ok(out)
}

/// Runs a tool; gives what it wrote for programs, or what it wrote for people if it failed.
fn run(tool: &mut Command, progress: &mut dyn FnMut(&str)) -> Result<String, BuildError> {
    let name = tool.get_program().display().to_string();
    let unstarted = |source| io_error(format!("cannot run {name}; is it installed?"), source);
    tool.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = tool.spawn().map_err(unstarted)?;
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
    let messages = messages.join().ok().and_then(Result::ok).flatten().unwrap_or_default();
    if status.success() { Ok(messages) } else { Err(BuildError::Compile { output }) }
}

/// A program on the path.
fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
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
