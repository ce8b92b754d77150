//! `cuecard completions`: a script for the shell, made from the commands themselves, so that it cannot fall behind.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use clap_complete::{Shell, generate};

/// Print what a shell needs to complete commands and options.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, command: &mut clap::Command) -> anyhow::Result<ExitCode> {
        // Into memory first: a reader that goes away early is no reason to end with a panic.
        let mut script = Vec::new();
        generate(self.shell, command, "cuecard", &mut script);
        let _ = io::stdout().write_all(&script);
        Ok(ExitCode::SUCCESS)
    }
}
