//! The command line: a subcommand is a file with its own arguments.

mod check;
mod keys;
mod lines;
mod new;
mod offline;
mod remote;
mod replay;
mod serve;
mod understand;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Agent-assist plugin host for e-commerce customer service. Without a command it serves the demo shop.
#[derive(Parser, Debug)]
#[command(name = "cuecard", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Serve),
    Keys(keys::Keys),
    New(new::New),
    Build(new::Build),
    Check(check::Check),
    Test(check::Test),
    Understand(understand::Understand),
    Replay(replay::Replay),
    Push(remote::Push),
    Status(remote::Status),
    Rollback(remote::Rollback),
    /// Runs hooks for a host; started by it, and of no use by itself.
    #[command(hide = true)]
    Worker,
    /// Compiles and tests a bundle for a host; started by it, and of no use by itself.
    #[command(hide = true)]
    ProveWorker,
}

/// Runs the command and gives its exit code: 0 fine, 1 the check failed, 2 usage.
pub fn main() -> ExitCode {
    match run(Cli::parse().command.unwrap_or_else(|| Command::Serve(serve::Serve::demo()))) {
        Ok(code) => code,
        Err(error) => {
            lines::say(format!("error: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(serve) => block_on(serve.run()),
        Command::Keys(keys) => block_on(keys.run()),
        Command::New(new) => new.run(),
        Command::Build(build) => build.run(),
        Command::Check(check) => check.run(),
        Command::Test(test) => test.run(),
        Command::Understand(understand) => understand.run(),
        Command::Replay(replay) => block_on(replay.run()),
        Command::Push(push) => push.run(),
        Command::Status(status) => status.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Worker => done(cuecard_plugin::worker::process::run()),
        Command::ProveWorker => done(cuecard_plugin::prove::run()),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn done(result: std::io::Result<()>) -> anyhow::Result<ExitCode> {
    Ok(result.map(|()| ExitCode::SUCCESS)?)
}
