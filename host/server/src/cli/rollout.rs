//! `cuecard rollout`, `promote` and `rollback`: how a version does that is tried on a share of the conversations, and a
//! person's word that ends it before its figures do.

use std::{process::ExitCode, thread, time::Duration};

use clap::Args;
use serde_json::Value as Json;

use super::{
    lines::{print, progress},
    remote::{Server, expect_fine, rows, text},
};

/// How often it is looked at with --follow.
const LOOK: Duration = Duration::from_millis(500);
/// So many looks in a row may fail: a minute, for a host that is started again, with which a canary goes on.
const FAILED: u32 = 120;

/// Show how versions do that are tried on a share of the conversations; with --follow, until one is decided
#[derive(Args, Debug)]
#[command(
    after_help = "`cuecard push FOLDER --canary` begins one, `cuecard promote` and `cuecard rollback` end it by hand.\n\
    With --follow the exit code is 0 if it was promoted and 1 if not."
)]
pub(crate) struct Rollout {
    /// The plugin's id; all, if none is given.
    #[arg(required_if_eq("follow", "true"))]
    plugin: Option<String>,
    /// Wait until it is promoted or taken back, and say why.
    #[arg(short, long)]
    follow: bool,
    /// The shared plugin, not the merchant's own.
    #[arg(long)]
    shared: bool,
    #[command(flatten)]
    server: Server,
}

/// Put a canary in service for all, without waiting for its window
#[derive(Args, Debug)]
pub(crate) struct Promote {
    #[command(flatten)]
    at: At,
}

/// Take a canary back, or put the version before in service again
#[derive(Args, Debug)]
pub(crate) struct Rollback {
    #[command(flatten)]
    at: At,
}

#[derive(Args, Debug)]
struct At {
    /// The plugin's id.
    plugin: String,
    /// The shared plugin, not the merchant's own.
    #[arg(long)]
    shared: bool,
    #[command(flatten)]
    server: Server,
}

impl Rollout {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let plugins = self.server.get("/v1/plugins")?;
        let scope_fits = |row: &&Json| !self.shared || text(row, "scope") == "shared";
        let is_asked = |row: &&Json| self.plugin.as_ref().is_none_or(|plugin| text(row, "id") == *plugin);
        let tried: Vec<_> = rows(&plugins, "plugins").filter(scope_fits).filter(is_asked).filter_map(told).collect();
        if tried.is_empty() {
            let which = self.plugin.as_ref().map_or_else(String::new, |plugin| format!(" of {plugin}"));
            print(format!("no version{which} is being tried; `cuecard push FOLDER --canary` begins it"));
            let Some(plugin) = &self.plugin else { return Ok(ExitCode::SUCCESS) };
            let decided = self.decided(plugin, None)?;
            return Ok(if self.follow { decided } else { ExitCode::SUCCESS });
        }
        tried.iter().for_each(|(head, lines)| print(format!("{head}\n    {}", lines.join("\n    "))));
        match &self.plugin {
            Some(plugin) if self.follow => self.follow(plugin),
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    /// Until that very version is decided: another one that takes its place is none of this one's.
    fn follow(&self, plugin: &str) -> anyhow::Result<ExitCode> {
        let canary = |plugins: &Json| canary(plugins, plugin, self.shared).cloned();
        let hash_of = |canary: &Json| text(canary, "hash");
        let Some(begun) = canary(&self.server.get("/v1/plugins")?).map(|canary| hash_of(&canary)) else {
            return self.decided(plugin, None);
        };
        let mut failed = 0;
        loop {
            match self.server.get("/v1/plugins") {
                Ok(plugins) => match canary(&plugins).filter(|canary| hash_of(canary) == begun) {
                    Some(canary) => {
                        failed = 0;
                        progress(standing(&canary).join("; "));
                    }
                    None => return self.decided(plugin, Some(&begun)),
                },
                Err(error) if failed >= FAILED => return Err(error),
                Err(error) => {
                    failed += 1;
                    progress(format!("{error:#}").replace('\n', " "));
                }
            }
            thread::sleep(LOOK);
        }
    }

    /// What became of the version with that content, or of whatever was last.
    fn decided(&self, plugin: &str, hash: Option<&str>) -> anyhow::Result<ExitCode> {
        progress("");
        let last = self.last(plugin, hash)?;
        last.iter().for_each(show);
        let promoted = last.is_some_and(|last| text(&last, "outcome") == "promoted");
        Ok(if promoted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn last(&self, plugin: &str, hash: Option<&str>) -> anyhow::Result<Option<Json>> {
        let reloads = self.server.get("/v1/reloads?limit=100")?;
        let fits = |row: &&Json| {
            let is_its = text(row, "plugin") == plugin && (!self.shared || text(row, "scope") == "shared");
            is_its && hash.is_none_or(|hash| text(row, "hash") == hash)
        };
        Ok(rows(&reloads, "reloads").find(fits).cloned())
    }
}

/// One step of a plugin's history, with its reason.
fn show(reload: &Json) {
    let at = |name| text(reload, name);
    print(format!(
        "{}  {}@{} {} by {}",
        at("at"),
        at("plugin"),
        at("version"),
        at("outcome").replace('_', " "),
        at("by")
    ));
    at("reason").lines().for_each(|line| print(format!("    {line}")));
}

fn told(plugin: &Json) -> Option<(String, Vec<String>)> {
    let canary = plugin.get("canary")?;
    Some((format!("{}@{} ({})", text(plugin, "id"), text(plugin, "version"), text(plugin, "scope")), standing(canary)))
}

/// How a canary does, in lines.
pub(super) fn standing(canary: &Json) -> Vec<String> {
    let share = (canary.get("share").and_then(Json::as_f64).unwrap_or(0.0) * 1000.0).round() / 10.0;
    let (version, since, by) = (text(canary, "version"), text(canary, "since"), text(canary, "by"));
    let mut lines = vec![format!("canary {version}: {share} % since {since} by {by}; {}", text(canary, "state"))];
    lines.extend([("candidate", "it"), ("stable", "the other")].into_iter().filter_map(|(name, what)| {
        let counts = canary.get(name)?;
        let count = |name: &str| counts.get(name).and_then(Json::as_u64).unwrap_or(0);
        Some(format!(
            "{what:<9} {} calls, {} failed, median {} us, 99th percentile {} us, {} of {} taken",
            count("calls"),
            count("errors") + count("limits"),
            count("p50_us"),
            count("p99_us"),
            count("accepted"),
            count("offered"),
        ))
    }));
    lines
}

fn canary<'a>(plugins: &'a Json, plugin: &str, shared: bool) -> Option<&'a Json> {
    let is_it = |row: &&Json| text(row, "id") == plugin && (!shared || text(row, "scope") == "shared");
    rows(plugins, "plugins").filter(is_it).find_map(|row| row.get("canary"))
}

impl Promote {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let answer = self.at.change("promote")?;
        let (version, generation) = (text(&answer, "version"), text(&answer, "generation"));
        print(format!("{}@{version} serves all from generation {generation}", self.at.plugin));
        Ok(ExitCode::SUCCESS)
    }
}

impl Rollback {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let answer = self.at.change("rollback")?;
        let was = if text(&answer, "outcome") == "taken_back" { "is taken back" } else { "serves again" };
        print(format!("{}@{} {was}", self.at.plugin, text(&answer, "version")));
        Ok(ExitCode::SUCCESS)
    }
}

impl At {
    /// Changes what stood there when it was looked at: if somebody was faster, it is refused.
    fn change(&self, change: &str) -> anyhow::Result<Json> {
        let shared = if self.shared { "shared=true" } else { "" };
        let hash = self.head()?.map_or_else(String::new, |hash| format!("&hash={hash}"));
        let path = format!("/v1/plugins/{}/{change}?{shared}{hash}", self.plugin);
        let (status, answer) = self.server.call("POST", &path, None)?;
        expect_fine(status, answer)
    }

    /// The content of the plugin's newest version in service: its canary, or else what serves.
    fn head(&self) -> anyhow::Result<Option<String>> {
        let plugins = self.server.get("/v1/plugins")?;
        let is_it = |row: &&Json| text(row, "id") == self.plugin && (text(row, "scope") == "shared") == self.shared;
        let found = rows(&plugins, "plugins").find(is_it).map(|row| text(row.get("canary").unwrap_or(row), "hash"));
        Ok(found)
    }
}
