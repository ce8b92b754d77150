//! The types of a bundle's Luau files, by `cuecard-typecheck`, which lies beside this program.
//!
//! Owns the words for what it finds. Which types there are is said by `sdk/lua/cuecard.luau`.

use std::{
    collections::BTreeMap,
    env, io,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, bail};
use cuecard_plugin::{bundle::Bundle, problem::Problem};
use serde::Deserialize;

use super::lines::{print, say};

const PROGRAM: &str = "cuecard-typecheck";

/// What the checker said about one bundle.
#[derive(Debug)]
pub(crate) enum Types {
    /// It has looked.
    Found(Vec<Finding>),
    /// It is not there.
    Unchecked,
    /// It ended without an answer.
    Failed(anyhow::Error),
}

/// One thing that was found. Lines and columns from 1.
#[derive(Debug, Deserialize)]
pub(crate) struct Finding {
    file: String,
    line: u32,
    column: u32,
    reason: String,
    warning: bool,
}

/// Has the Luau files of a bundle looked at, if it has any.
pub(crate) fn check(bundle: &Bundle) -> Types {
    let files: BTreeMap<&str, _> = bundle
        .files()
        .iter()
        .filter(|(name, _)| name.ends_with(".luau"))
        .map(|(name, bytes)| (name.as_str(), String::from_utf8_lossy(bytes)))
        .collect();
    if files.is_empty() {
        return Types::Found(Vec::new());
    }
    match ask(&files) {
        Ok(Some(findings)) => Types::Found(findings),
        Ok(None) => Types::Unchecked,
        Err(error) => Types::Failed(error),
    }
}

fn ask(files: &BTreeMap<&str, std::borrow::Cow<'_, str>>) -> anyhow::Result<Option<Vec<Finding>>> {
    let child = Command::new(beside()?).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        child => child?,
    };
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&serde_json::to_vec(files)?)?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{PROGRAM} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{PROGRAM} gave no list")).map(Some)
}

fn beside() -> io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(PROGRAM).with_extension(env::consts::EXE_EXTENSION))
}

impl Types {
    /// Prints what was found, and counts what is wrong. That nothing was looked at is said once.
    pub(crate) fn report(&self, name: &str) -> usize {
        static SAID: AtomicBool = AtomicBool::new(false);
        match self {
            Self::Found(findings) => {
                for finding in findings {
                    print(finding.shown(name));
                }
                findings.iter().filter(|finding| !finding.warning).count()
            }
            Self::Unchecked => {
                if !SAID.swap(true, Ordering::Relaxed) {
                    say(format!(
                        "types were not checked: {PROGRAM} is not beside this program\n  hint: `cargo build` makes both"
                    ));
                }
                0
            }
            Self::Failed(error) => {
                print(format!("{name}: types were not checked: {error:#}"));
                1
            }
        }
    }
}

impl Finding {
    fn shown(&self, name: &str) -> String {
        let kind = if self.warning { "warning: " } else { "" };
        let mut problem = Problem::new(&self.file, format!("{kind}{}", self.reason));
        (problem.line, problem.column) = (Some(self.line), Some(self.column));
        if !self.warning {
            problem = problem.hint(hint(&self.reason));
        }
        problem.within(name).to_string()
    }
}

/// What to do about a type that does not fit.
fn hint(reason: &str) -> &'static str {
    if reason.starts_with("No valid instantiation") {
        return "write list[#list + 1] = { … } instead of table.insert(list, { … }), and name the list's type";
    }
    if reason.starts_with("Unknown type") || reason.starts_with("Unknown global") {
        "sdk/lua/cuecard.luau has the names that there are"
    } else {
        "name the types of parameters, as in `compose(turn: Turn): { Draft }`; sdk/lua/cuecard.luau has them all"
    }
}
