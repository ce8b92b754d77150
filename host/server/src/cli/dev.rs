//! `cuecard dev`: a plugin's folder, checked, tested and rehearsed at each save.
//!
//! Owns the rounds and what is shown of them. Checking, testing and sending are those of `check`, `test` and `push`.

mod beside;
mod shown;

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    thread,
    time::Instant,
};

use anyhow::Context;
use clap::Args;
use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, ReadError},
    cost::{Cost, grouped},
    prove::{Proof, Prover},
    watch::Saves,
};
use tokio::runtime::Handle;

use self::beside::Beside;
use super::{
    check::{reasons, report, show, warn},
    lines::{print, say},
    offline,
    remote::{Push, Server},
    types,
};

/// Watch a plugin's folder: check, test and rehearse it at each save.
///
/// Each round reads the folder, checks manifest, messages, types and code, runs the tests and says how long that took.
/// With --server, turns that the server has answered are answered again, and what would be different from the version
/// that serves there is shown; with --turns recorded ones, beside the first good version. Ctrl-C ends it. A component is
/// tested when `cuecard build` has written it.
#[derive(Args, Debug)]
pub(crate) struct Dev {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Show all cases and the plugin's log lines, not only of those that failed.
    #[arg(long)]
    log: bool,
    /// Send what passes to a server.
    #[arg(long)]
    push: bool,
    /// Serve every merchant, not only the key's own.
    #[arg(long, requires = "push")]
    shared: bool,
    /// Answer these conversations at each save: JSON lines as `cuecard replay` reads them
    #[arg(long, value_name = "FILE")]
    turns: Option<PathBuf>,
    /// How many turns are answered at each save, from the newest back.
    #[arg(long, value_name = "TURNS", default_value_t = 50)]
    newest: usize,
    /// The server whose turns are answered at each save, and that --push sends to; with --push alone it is on this machine.
    #[arg(long, env = "CUECARD_SERVER")]
    server: Option<String>,
    /// A key with the role author or operator.
    #[arg(long, env = "CUECARD_KEY", default_value = "dev", hide_env_values = true)]
    key: String,
}

impl Dev {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.folder.display().to_string();
        let saves = Saves::of(&self.folder, BundleLimits::LARGE_GUESTS).with_context(|| {
            format!("{name} cannot be watched\n  hint: name a plugin's folder; `cuecard new` makes one")
        })?;
        let is_served = self.push || self.server.is_some();
        let server = || {
            let server = Server::at(self.server.clone(), self.key.clone());
            Push::whole(self.folder.clone(), self.shared, self.newest, server)
        };
        let beside = match self.turns.clone() {
            Some(file) => Some(Beside::recorded(file, self.newest, Handle::current())?),
            None => is_served.then(|| Beside::Served(server())),
        };
        let push = self.push.then(server);
        let prover = offline::prover()?.counting();
        let mut rounds = Rounds { name, prover, log: self.log, beside, push, number: 0, last: None, good: None };
        // Rounds block; ending the program ends them.
        thread::spawn(move || rounds.run(saves));
        tokio::signal::ctrl_c().await?;
        say("");
        Ok(ExitCode::SUCCESS)
    }
}

/// One look after the other, and what is remembered between them.
struct Rounds {
    name: String,
    prover: Prover,
    log: bool,
    beside: Option<Beside>,
    push: Option<Push>,
    number: u32,
    /// What was looked at last.
    last: Option<Bundle>,
    good: Option<Good>,
}

/// The last round in which all was well.
struct Good {
    number: u32,
    at: Instant,
    bundle: Bundle,
    version: Arc<str>,
    cost: Option<Arc<Cost>>,
}

impl Rounds {
    fn run(&mut self, mut saves: Saves) {
        loop {
            let read = saves.next();
            self.round(read);
        }
    }

    fn round(&mut self, read: Result<Bundle, ReadError>) {
        let began = Instant::now();
        self.number += 1;
        let bundle = match read {
            Ok(bundle) => bundle,
            Err(error) => {
                self.head("");
                let problems = reasons(error);
                report(&self.name, &problems);
                return self.bad(problems.len(), began);
            }
        };
        let changed = self.last.as_ref().map(|last| changed(last, &bundle));
        self.head(&changed.unwrap_or_default());
        self.last = Some(bundle.clone());
        let types = thread::scope(|scope| {
            let types = scope.spawn(|| types::check(&bundle));
            (self.prover.prove(&bundle), types.join())
        });
        let (proof, Ok(types)) = types else { return self.bad(1, began) };
        let wrong = types.report(&self.name) + self.tell(&bundle, &proof);
        if wrong > 0 { self.bad(wrong, began) } else { self.well(bundle, &proof, began) }
    }

    /// Shows what proving has found, and counts what is wrong.
    fn tell(&self, bundle: &Bundle, proof: &Proof) -> usize {
        if let Some(contents) = proof.contents() {
            warn(&self.name, bundle, contents);
        }
        for case in proof.cases.iter().filter(|case| self.log || !case.passed()) {
            show(&self.name, case, self.log);
        }
        // A failed case is among the problems, too, in fewer words.
        if proof.cases.is_empty() { report(&self.name, &proof.problems) } else { proof.problems.len() }
    }

    fn well(&mut self, bundle: Bundle, proof: &Proof, began: Instant) {
        let (cases, version) = (proof.cases.len(), Arc::clone(&proof.version));
        print(format!("fine: {cases} cases passed, version {version}, {} ms", began.elapsed().as_millis()));
        self.cost(proof).iter().for_each(print);
        self.differs(&bundle, proof);
        let (number, cost) = (self.number, proof.cost.clone());
        self.good = Some(Good { number, at: Instant::now(), bundle, version, cost });
        if let Some(Err(error)) = self.push.as_ref().map(Push::send) {
            print(format!("not sent: {error:#}"));
        }
    }

    /// What the tests cost, beside the last good round.
    fn cost(&self, proof: &Proof) -> Option<String> {
        let cost = proof.cost.as_ref()?;
        let before = self.good.as_ref().and_then(|good| Some((good.number, good.cost.as_deref()?)));
        let Some((number, before)) = before else {
            return Some(format!("cost: median case {} steps", grouped(cost.median())));
        };
        Some(format!("cost: {}", cost.beside(&format!("round {number}").into(), Some(before)).text))
    }

    /// Shows what the save changes on turns.
    fn differs(&mut self, bundle: &Bundle, proof: &Proof) {
        let began = Instant::now();
        match self.beside.as_mut().map(|beside| beside.rehearse(bundle, proof)) {
            None => {}
            Some(Ok(Some(found))) => shown::shown(&found).iter().for_each(print),
            Some(Ok(None)) => {
                print(format!("rehearsals compare with version {}, {} ms", proof.version, began.elapsed().as_millis()));
            }
            Some(Err(error)) => print(format!("not rehearsed: {error:#}")),
        }
    }

    fn bad(&self, wrong: usize, began: Instant) {
        let good = match &self.good {
            None => String::new(),
            Some(Good { number, at, bundle, version, .. }) => {
                let files = self.last.as_ref().map(|last| changed(bundle, last)).filter(|files| !files.is_empty());
                let since = files.map(|files| format!("; since then: {files}")).unwrap_or_default();
                format!("\nlast good: round {number}, {} s ago, version {version}{since}", at.elapsed().as_secs())
            }
        };
        print(format!("not fine: {wrong} wrong, {} ms{good}", began.elapsed().as_millis()));
    }

    /// Each round begins on a clean screen, or under a line of its own where the output is kept.
    fn head(&self, changed: &str) {
        if io::stdout().is_terminal() {
            let _ = write!(io::stdout(), "\x1b[2J\x1b[3J\x1b[H");
        }
        let changed = if changed.is_empty() { String::new() } else { format!(": {changed}") };
        print(format!("-- round {}{changed}", self.number));
    }
}

/// The files that differ, at most five by name.
fn changed(one: &Bundle, other: &Bundle) -> String {
    const NAMED: usize = 5;
    let names: BTreeSet<_> = one.files().keys().chain(other.files().keys()).collect();
    let differs: Vec<_> = names.into_iter().filter(|name| one.file(name) != other.file(name)).collect();
    let mut text = differs.iter().take(NAMED).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    if differs.len() > NAMED {
        text += &format!(" and {} more", differs.len() - NAMED);
    }
    text
}
