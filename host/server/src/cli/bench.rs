//! `cuecard bench`: what a message over HTTP costs, beside a bare route that gives the same bytes.
//!
//! Starts three servers one after the other, each a child of this very program on one processor: the whole host, a
//! bare axum route, and that route with the host's own commit. The load comes from another processor. Knows how to
//! start and to compare; [`load`] knows how to ask, [`said`] what is said, [`served`] who answers.

mod agents;
mod events;
mod load;
mod processor;
mod said;
pub(crate) mod served;
mod stream;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;

use self::{
    agents::{Floor, Hears},
    load::{Load, Run},
    processor::{Processors, pin},
    said::Said,
    served::What,
};
use super::lines::{self, print};

/// Measure messages a second over HTTP: the whole host beside a bare route that gives the same bytes
///
/// Each server has one processor, the load another. Rounds alternate between the servers, so that what else the
/// machine does falls on all of them.
#[derive(Args, Debug)]
pub(crate) struct Bench {
    /// How long each server is asked in each round.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many rounds; the middle one counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections that ask at once, each the next message after its last answer.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// The folder of plugins that answer.
    #[arg(long, default_value = "plugins")]
    plugins: PathBuf,
    /// A folder on the disk to be measured; what is written there is removed at the end.
    #[arg(long, default_value = ".")]
    data: PathBuf,
    /// What customers say: JSON lines with `text`, `language` and `scenario`.
    #[arg(long, num_args = 1.., default_values = MESSAGES)]
    messages: Vec<PathBuf>,
    /// Only this server.
    #[arg(long)]
    only: Option<What>,
    /// Instead of messages: so many shop events, from the request to the kept decision.
    #[arg(long, value_name = "COUNT")]
    events: Option<u64>,
    /// Instead of that: so many agents who listen, and how late their cards come.
    #[arg(long, value_name = "COUNT")]
    agents: Option<u64>,
    /// With --agents: messages of customers in a second.
    #[arg(long, default_value_t = 200.0, requires = "agents")]
    rate: f64,
}

/// Messages that their author wrote without having seen the scenarios' examples.
const MESSAGES: [&str; 3] = [
    "tests/understand/scenarios.en.jsonl",
    "tests/understand/scenarios.es.jsonl",
    "tests/understand/scenarios.zh.jsonl",
];

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        ensure!(
            self.rounds > 0 && self.connections > 0 && self.seconds > 0.0,
            "rounds, connections and seconds are above 0"
        );
        ensure!(self.rate > 0.0 && self.agents != Some(0), "agents and rate are above 0");
        let said = Arc::new(Said::read(&self.messages)?);
        let processors = Processors::find();
        pin(processors.load);
        let folder = Scratch::new(&self.data)?;
        let start = |what: What, data: &str| Server::start(what, processors.server, &self.plugins, &folder.0, data);
        lines::progress("starting the host");
        if let Some(count) = self.events {
            let server = start(What::Host, "events")?;
            let told = events::measure(&server.address, server.child.id(), count)?;
            lines::progress("");
            print(told);
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(agents) = self.agents {
            let floor = Floor { agents, per_second: self.rate, time: Duration::from_secs_f64(self.seconds * 10.0) };
            for hears in [Hears::Own, Hears::All] {
                let server = start(What::Host, &format!("{hears:?}"))?;
                print(agents::measure(&server.address, server.child.id(), floor, hears, &said).await?);
            }
            return Ok(ExitCode::SUCCESS);
        }
        // One answer of the host: what the bare routes will give.
        let reply = load::one(&start(What::Host, "recorded")?.address, Arc::clone(&said)).await?;
        fs::write(folder.0.join(served::REPLY), &reply)?;
        let asked: Vec<_> = What::ALL.into_iter().filter(|what| self.only.is_none_or(|only| only == *what)).collect();
        let mut runs: Vec<Vec<Run>> = asked.iter().map(|_| Vec::new()).collect();
        let steps = self.rounds * asked.len();
        for round in 0..self.rounds {
            for (place, (what, runs)) in asked.iter().zip(&mut runs).enumerate() {
                lines::progress(format_args!("{} of {steps}: {}", round * asked.len() + place + 1, what.title()));
                let server = start(*what, &format!("{}-{round}", what.word()))?;
                runs.push(self.ask(&said, &server).await?);
            }
        }
        lines::progress("");
        self.report(&asked, &runs, reply.len());
        Ok(ExitCode::SUCCESS)
    }

    async fn ask(&self, said: &Arc<Said>, server: &Server) -> Result<Run> {
        let (address, said) = (server.address.clone(), Arc::clone(said));
        let load = Load { address, connections: self.connections, said };
        load.run(Duration::from_secs_f64((self.seconds / 3.0).min(1.0))).await?;
        let before = processor::spent(server.child.id());
        let mut run = load.run(Duration::from_secs_f64(self.seconds)).await?;
        run.spent = processor::spent(server.child.id()).saturating_sub(before).div_f64(run.answers.max(1.0));
        Ok(run)
    }

    fn report(&self, asked: &[What], runs: &[Vec<Run>], bytes: usize) {
        print(format_args!(
            "one message in, {bytes} bytes out; {} connections, {} rounds of {} s, the middle one\n",
            self.connections, self.rounds, self.seconds
        ));
        print(format_args!("{:<38}{:>12}{:>10}{:>10}{:>14}", "", "requests/s", "p50 ms", "p99 ms", "processor us"));
        let middle = |runs: &Vec<Run>| {
            let mut runs = runs.clone();
            runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
            runs.get(runs.len() / 2).copied().unwrap_or_default()
        };
        let middles: Vec<_> = asked.iter().copied().zip(runs.iter().map(middle)).collect();
        for (what, run) in &middles {
            let millis = |span: Duration| span.as_secs_f64() * 1000.0;
            let (half, most) = (millis(run.p50), millis(run.p99));
            let spent = run.spent.as_secs_f64() * 1e6;
            let title = what.title();
            print(format_args!("{title:<38}{:>12.0}{half:>10.2}{most:>10.2}{spent:>14.1}", run.per_second));
        }
        if let Some((_, run)) = middles.iter().find(|(what, _)| *what == What::Host) {
            print(format_args!("{:.0} % of the host's answers hold a suggestion", run.helpful * 100.0));
        }
        let of = |wanted| middles.iter().find(|(what, _)| *what == wanted).map(|(_, run)| run.per_second);
        for (over, words) in [(What::Bare, "bare route"), (What::Kept, "bare route with the commit")] {
            if let (Some(host), Some(bare)) = (of(What::Host), of(over)) {
                print(format_args!("the host gives {:.2} of the {words}", host / bare));
            }
        }
    }
}

/// A folder that goes away with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new(beside: &Path) -> Result<Self> {
        let folder = beside.join(format!("cuecard-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}\n  hint: name another with --data", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server in a child process; it ends when its standard input does.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(what: What, processor: usize, plugins: &Path, scratch: &Path, data: &str) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut child = Command::new(program)
            .arg("bench-serve")
            .arg(what.word())
            .arg(processor.to_string())
            .arg(plugins)
            .arg(scratch)
            .arg(scratch.join(data))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut address)?;
        }
        let server = Self { child, address: address.trim().to_owned() };
        if server.address.is_empty() {
            return Err(anyhow!("the server for '{}' did not start", what.title()));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
