//! `cuecard-typecheck`: Luau files as JSON on standard input, what is wrong with their types as JSON on standard output.
//!
//! A program of its own, beside `cuecard`: the analyzer is of another release than the runtime and has the same symbols.
//! It knows the contract, `sdk/lua/cuecard.luau`, and no bundle; it runs nothing.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    process::ExitCode,
    time::Duration,
};

use luau_analyze::{CheckOptions, Checker, CheckerOptions, Diagnostic, Severity};
use serde::Serialize;

/// What every plugin may name without asking for it.
const CONTRACT: &str = include_str!("../../../../sdk/lua/cuecard.luau");

/// The types of a file of some thousand lines take milliseconds; some grow without end.
const TIME: Duration = Duration::from_secs(5);

/// One thing that was found. Lines and columns from 1.
#[derive(Debug, Serialize)]
struct Finding {
    file: String,
    line: u32,
    column: u32,
    reason: String,
    warning: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "cuecard-typecheck: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let files: BTreeMap<String, String> = serde_json::from_str(&text)?;
    let mut checker = Checker::with_options(CheckerOptions { default_timeout: Some(TIME), ..Default::default() })?;
    checker.add_definitions_with_name(CONTRACT, "cuecard.luau")?;
    let mut findings = Vec::new();
    for (file, source) in &files {
        let options = CheckOptions { module_name: Some(file), ..Default::default() };
        let found = checker.check_with_options(source, options)?.diagnostics;
        findings.extend(found.into_iter().filter(concerns_us).map(|found| finding(file, found)));
    }
    Ok(serde_json::to_writer(io::stdout(), &findings)?)
}

/// A file is looked at by itself, so what `require` gives has any type.
fn concerns_us(found: &Diagnostic) -> bool {
    !found.message.starts_with("Unknown require")
}

fn finding(file: &str, found: Diagnostic) -> Finding {
    Finding {
        file: file.to_owned(),
        line: found.line + 1,
        column: found.col + 1,
        reason: found.message,
        warning: found.severity == Severity::Warning,
    }
}
