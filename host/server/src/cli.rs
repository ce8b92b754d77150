//! The command line: a subcommand is a file with its own arguments.

mod audit;
mod bench;
mod check;
mod completions;
mod dev;
mod explain;
mod hooks;
mod import;
mod insights;
mod keys;
mod lines;
mod logs;
mod messages;
pub(crate) mod new;
mod offline;
mod remote;
mod replay;
mod rollout;
mod scores;
mod serve;
mod sign;
mod simulate;
mod trace;
mod types;
mod understand;
mod users;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Agent-assist plugin host for e-commerce customer service. Without a command it serves the demo shop.
#[derive(Debug, Parser)]
#[command(name = "cuecard", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve messages over HTTP, plugins reloaded as they are saved
    Serve(serve::Serve),
    /// Make a new plugin: a folder that passes its own tests
    New(new::New),
    /// Read, compile and load bundles; say what is wrong, with file, line and hint
    Check(check::Check),
    /// Watch a plugin's folder: check and test it at each save
    Dev(dev::Dev),
    /// Build a plugin's component, `plugin.wasm`, from its sources
    Build(new::Build),
    /// Run the tests that bundles bring, on the runtime that will serve them
    Test(check::Test),
    /// Hand a plugin's messages to translators, and take their work back: XLIFF 2.1
    Messages(messages::Messages),
    /// Answer recorded conversations: JSON lines in, one line out for each customer message
    Replay(replay::Replay),
    /// Tell what would have been sent over recorded events, and why the rest would not
    Simulate(simulate::Simulate),
    /// Find language, scenario, emotion and stage of messages: JSON lines in, JSON lines out
    Understand(understand::Understand),
    /// Sign a bundle, so that a server can tell whose it is
    Sign(sign::Sign),
    /// Send a bundle to a server, which proves it and puts it in service
    Push(remote::Push),
    /// Show which plugins serve, and what was loaded or refused
    Status(remote::Status),
    /// Print what became of messages and cases, by scenario, plugin and day, as CSV
    Insights(insights::Insights),
    /// Show how versions do that are tried on a share of the conversations
    Rollout(rollout::Rollout),
    /// Put a canary in service for all, without waiting for its window
    Promote(rollout::Promote),
    /// Take a canary back, or put the version before in service again
    Rollback(rollout::Rollback),
    /// Show what a plugin says to its author, and how it failed
    Logs(logs::Logs),
    /// Show how a turn came about, as a waterfall
    Trace(trace::Trace),
    /// Say why a contact was made, waits, or was not made
    Explain(explain::Explain),
    /// Measure messages a second over HTTP, beside a bare route that gives the same bytes
    Bench(bench::Bench),
    /// Make, list and take back keys to the API
    Keys(keys::Keys),
    /// Make, list and take back addresses for a shop's webhooks
    Hooks(hooks::Hooks),
    /// Read a shop's history: orders, customers or events, from CSV or JSON lines
    Import(import::Import),
    /// Add and list people who log in, give them new passwords, keep them out
    Users(users::Users),
    /// Check or write out the records of who did what
    Audit(audit::Audit),
    /// Print what a shell needs to complete commands and options
    Completions(completions::Completions),
    /// Be one of the servers that `bench` measures
    #[command(hide = true)]
    BenchServe(bench::served::Serve),
    /// Run hooks for the host that started this
    #[command(hide = true)]
    Worker {
        /// Do what nobody waits for
        #[arg(long)]
        aside: bool,
    },
    /// Prove a bundle for the host that started this
    #[command(hide = true)]
    ProveWorker,
}

/// Runs the command and gives its exit code: 0 fine, 1 the check failed, 2 usage.
pub fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or_else(|| Command::Serve(serve::Serve::demo()));
    run(command).unwrap_or_else(|error| {
        lines::say(format!("cuecard: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(serve) => block_on(serve.run()),
        Command::New(new) => new.run(),
        Command::Check(check) => check.run(),
        Command::Dev(dev) => block_on(dev.run()),
        Command::Build(build) => build.run(),
        Command::Test(test) => test.run(),
        Command::Messages(messages) => messages.run(),
        Command::Replay(replay) => block_on(replay.run()),
        Command::Simulate(simulate) => block_on(simulate.run()),
        Command::Understand(understand) => block_on(understand.run()),
        Command::Sign(sign) => sign.run(),
        Command::Push(push) => push.run(),
        Command::Status(status) => status.run(),
        Command::Insights(insights) => insights.run(),
        Command::Rollout(rollout) => rollout.run(),
        Command::Promote(promote) => promote.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Logs(logs) => logs.run(),
        Command::Trace(trace) => trace.run(),
        Command::Keys(keys) => block_on(keys.run()),
        Command::Users(users) => block_on(users.run()),
        Command::Audit(audit) => audit.run(),
        Command::Explain(explain) => block_on(explain.run()),
        Command::Hooks(hooks) => block_on(hooks.run()),
        Command::Import(import) => block_on(import.run()),
        Command::Bench(bench) => on_one_thread(bench.run()),
        Command::Completions(completions) => completions.run(&mut Cli::command()),
        Command::BenchServe(serve) => done(serve.run()),
        Command::Worker { aside } => done(cuecard_plugin::worker::process::run(aside).map_err(Into::into)),
        Command::ProveWorker => done(cuecard_plugin::prove::run().map_err(Into::into)),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The load of a benchmark: one thread, so that where it runs can be said once.
fn on_one_thread(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn done(result: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}
