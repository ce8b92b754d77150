//! From text to a loaded file, and the reasons why not.

use std::fmt;

use cuecard_model::FailureKind;

use super::raw::{Chunk, Vm};
use crate::call::CallError;

/// Why a plugin's files could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LoadError {
    /// `lib/x.luau`
    pub file: String,
    /// From 1.
    pub line: Option<u32>,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        write!(out, ": {}", self.reason)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(out, "; hint: {hint}"))
    }
}

impl LoadError {
    pub(super) fn new(file: &str, reason: impl Into<String>, hint: Option<String>) -> Self {
        Self { file: file.into(), line: None, reason: reason.into(), hint }
    }

    /// From an error that begins with file and line, as `main.luau:12: expected 'end'`.
    pub(super) fn from_message(entry: &str, message: &str) -> Self {
        let shown = CallError::new(FailureKind::Load, message).detail;
        let (message, hint) = match shown.split_once("; hint: ") {
            Some((message, hint)) => (message, Some(hint.to_owned())),
            None => (shown.as_str(), None),
        };
        let mut parts = message.splitn(3, ':');
        if let (Some(file), Some(line), Some(reason)) = (parts.next(), parts.next(), parts.next())
            && let Ok(line) = line.parse()
            && file.ends_with(".luau")
        {
            return Self { file: file.into(), line: Some(line), reason: reason.trim().into(), hint };
        }
        Self::new(entry, message, hint)
    }
}

pub(super) fn load_file(vm: &mut Vm, path: &str, source: &str) -> Result<Chunk, LoadError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    if source.contains('\0') {
        let hint = "save the file as text in UTF-8".to_owned();
        return Err(LoadError::new(path, "the file has the character U+0000", Some(hint)));
    }
    // Level 1 keeps the names of functions for errors and does not multiply the code (inlining, unrolling). Line
    // information is on; text only: what is handed to the machine was compiled here from text.
    let compiler = mlua::chunk::Compiler::new().set_optimization_level(1).set_debug_level(1);
    let bytecode = compiler.compile(source).map_err(|error| match error {
        mlua::Error::SyntaxError { message, .. } => LoadError::from_message(path, &format!("{path}:{message}")),
        other => LoadError::new(path, other.to_string(), None),
    })?;
    vm.load(path, &bytecode).map_err(|reason: String| LoadError::from_message(path, &reason))
}
