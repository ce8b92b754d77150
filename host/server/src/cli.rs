//! The command line: one file for each command, with its own arguments.

mod keys;
mod serve;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Agent-assist plugin host. Without a command it serves the demo shop.
#[derive(Debug, Parser)]
#[command(name = "cuecard", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve messages over HTTP
    Serve(serve::Args),
    /// Make, list and take back keys to the API
    Keys(keys::Args),
    /// Run hooks for the host that started this
    #[command(hide = true)]
    Worker,
    /// Prove a bundle for the host that started this
    #[command(hide = true)]
    ProveWorker,
}

/// Exit codes: 0 fine, 1 it failed, 2 usage.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command.unwrap_or_else(|| Command::Serve(serve::Args::demo())) {
        Command::Serve(args) => serve::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Worker => cuecard_plugin::worker::process::run().map_err(Into::into),
        Command::ProveWorker => cuecard_plugin::prove::run().map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "cuecard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints to standard output; that nobody reads it is no error.
pub(crate) fn say(text: impl std::fmt::Display) {
    let _ = writeln!(io::stdout(), "{text}");
}
