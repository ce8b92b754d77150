//! `cuecard new` and `cuecard build`: a plugin that works from its first minute, and its component.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::lines::{print, say};

/// Make a new plugin: a folder that passes its own tests.
#[derive(Args, Debug)]
pub(crate) struct New {
    /// The plugin's id: lower-case letters, digits and hyphens.
    id: String,
    /// The language to write it in.
    #[arg(long, value_enum, default_value_t = Language::Lua)]
    lang: Language,
    /// The hook to begin with.
    #[arg(long, value_enum, default_value_t = Hook::Compose)]
    hook: Hook,
    /// The scenario that it answers, or sees.
    #[arg(long)]
    scenario: Option<String>,
    /// Where plugins live.
    #[arg(long, default_value = "plugins")]
    plugins: PathBuf,
    /// The folder of cuecard-sdk, for Rust.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/rust"))]
    sdk: PathBuf,
}

/// Build a plugin's component, `plugin.wasm`, from its sources.
#[derive(Args, Debug)]
pub(crate) struct Build {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Lua,
    Rust,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Hook {
    /// It offers suggestions.
    Compose,
    /// It says what messages mean.
    Classify,
}

/// A Lua plugin's files, for whoever has no command line.
pub(crate) fn lua(id: &str) -> impl Iterator<Item = (&'static str, String)> {
    let scenario = id.replace('-', "_");
    let title = scenario.replace('_', " ");
    let fill = move |text: &str, id: &str| {
        text.replace("{{id}}", id).replace("{{scenario}}", &scenario).replace("{{title}}", &title)
    };
    let id = id.to_owned();
    LUA.iter().map(move |(name, text)| (*name, fill(text, &id)))
}

/// Whether a plugin may be called so.
pub(crate) fn is_id(id: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    !id.is_empty() && id.len() <= 64 && id.chars().all(fits)
}

/// Name and content of each file. `.in` keeps our own tools from taking a template for a crate.
type Template = &'static [(&'static str, &'static str)];

const LUA: Template = &[
    ("plugin.toml", include_str!("../../templates/lua/plugin.toml")),
    ("main.luau", include_str!("../../templates/lua/main.luau")),
    ("scenarios.toml", include_str!("../../templates/lua/scenarios.toml")),
    ("messages/en.json", include_str!("../../templates/lua/messages/en.json")),
    ("tests/first.toml", include_str!("../../templates/lua/tests/first.toml")),
];

const RUST: Template = &[
    ("plugin.toml", include_str!("../../templates/rust/plugin.toml")),
    ("Cargo.toml", include_str!("../../templates/rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../../templates/rust/src/lib.rs.in")),
    ("scenarios.toml", include_str!("../../templates/rust/scenarios.toml")),
    ("messages/en.json", include_str!("../../templates/rust/messages/en.json")),
    ("tests/first.toml", include_str!("../../templates/rust/tests/first.toml")),
];

const LUA_CLASSIFY: Template = &[
    ("plugin.toml", include_str!("../../templates/lua-classify/plugin.toml")),
    ("main.luau", include_str!("../../templates/lua-classify/main.luau")),
    ("tests/first.toml", include_str!("../../templates/lua-classify/tests/first.toml")),
];

const RUST_CLASSIFY: Template = &[
    ("plugin.toml", include_str!("../../templates/rust-classify/plugin.toml")),
    ("Cargo.toml", include_str!("../../templates/rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../../templates/rust-classify/src/lib.rs.in")),
    ("tests/first.toml", include_str!("../../templates/rust-classify/tests/first.toml")),
];

impl New {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        if !is_id(&self.id) {
            bail!(
                "'{}' is no plugin id\n  hint: use lower-case letters, digits and hyphens, such as late-parcel",
                self.id
            );
        }
        let folder = self.plugins.join(&self.id);
        if folder.exists() {
            bail!("{} is already there\n  hint: choose another id, or remove the folder", folder.display());
        }
        let scenario = self.scenario.unwrap_or_else(|| self.id.replace('-', "_"));
        let title = scenario.replace('_', " ");
        let sdk = self.sdk.canonicalize().unwrap_or(self.sdk);
        let fill = |text: &str| {
            let text = text.replace("{{id}}", &self.id).replace("{{scenario}}", &scenario);
            text.replace("{{title}}", &title).replace("{{sdk}}", &sdk.display().to_string())
        };
        let template = match (self.lang, self.hook) {
            (Language::Lua, Hook::Compose) => LUA,
            (Language::Lua, Hook::Classify) => LUA_CLASSIFY,
            (Language::Rust, Hook::Compose) => RUST,
            (Language::Rust, Hook::Classify) => RUST_CLASSIFY,
        };
        for (name, text) in template {
            write(&folder.join(name), &fill(text))?;
        }
        print(format!("made {}", folder.display()));
        match self.lang {
            Language::Lua => {
                print(format!(
                    "next: cuecard test {0}\n      edit {0}/main.luau while `cuecard serve` runs",
                    folder.display()
                ));
            }
            Language::Rust => print(format!("next: cuecard build {0} && cuecard test {0}", folder.display())),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

impl Build {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let component = cuecard_plugin::build::build(&self.folder, |line| say(line))?;
        let size = fs::metadata(&component)?.len();
        print(format!("{}: {size} bytes", component.display()));
        Ok(ExitCode::SUCCESS)
    }
}
