//! `cuecard new` and `cuecard build`: a plugin that works from its first minute, and its component.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use cuecard_plugin::build;

use super::lines::{print, say};

mod templates;

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
    Js,
    Ts,
    Python,
    C,
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
    files(Language::Lua, Hook::Compose, id, &id.replace('-', "_"), Path::new(""))
}

/// Whether a plugin may be called so.
pub(crate) fn is_id(id: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    !id.is_empty() && id.len() <= 64 && id.chars().all(fits)
}

fn files(
    lang: Language,
    hook: Hook,
    id: &str,
    scenario: &str,
    sdk: &Path,
) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let (runtime, entry) = lang.runtime();
    let values = [
        ("{{id}}", id.to_owned()),
        ("{{scenario}}", scenario.to_owned()),
        ("{{runtime}}", runtime.to_owned()),
        ("{{entry}}", entry.to_owned()),
        ("{{capabilities}}", lang.capabilities().to_owned()),
        ("{{title}}", scenario.replace('_', " ")),
        ("{{sdk}}", sdk.display().to_string()),
    ];
    let texts = hook.files().iter().copied().chain([lang.code(hook)]).chain(lang.files().iter().copied());
    texts.map(move |(name, text)| {
        (name, values.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value)))
    })
}

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
        let sdk = self.sdk.canonicalize().unwrap_or(self.sdk);
        for (name, text) in files(self.lang, self.hook, &self.id, &scenario, &sdk) {
            write(&folder.join(name), &text)?;
        }
        for (name, text) in self.lang.editor() {
            write(&folder.join(name), &text)?;
        }
        if let Some(language) = self.lang.component() {
            language.write_sdk(&folder)?;
        }
        print(format!("made {}", folder.display()));
        self.lang.next(&folder);
        Ok(ExitCode::SUCCESS)
    }
}

impl Language {
    /// How `cuecard build` knows it, if it is built at all.
    fn component(self) -> Option<build::Language> {
        match self {
            Self::Lua => None,
            Self::Rust => Some(build::Language::Rust),
            Self::Js => Some(build::Language::JavaScript),
            Self::Ts => Some(build::Language::TypeScript),
            Self::Python => Some(build::Language::Python),
            Self::C => Some(build::Language::C),
        }
    }

    fn next(self, folder: &Path) {
        let folder = folder.display();
        if self.component().is_none() {
            return print(format!(
                "next: cuecard test {folder}\n      edit {folder}/main.luau while `cuecard serve` runs"
            ));
        }
        let install = self.install().map_or_else(String::new, |command| format!("(cd {folder} && {command}) && "));
        print(format!("next: {install}cuecard build {folder} && cuecard test {folder}"));
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

impl Build {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let component = build::build(&self.folder, |line| say(line))?;
        let size = fs::metadata(&component)?.len();
        print(format!("{}: {size} bytes", component.display()));
        Ok(ExitCode::SUCCESS)
    }
}
