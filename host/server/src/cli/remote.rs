//! `cuecard push` and `status`: an author's and operator's words to a running server.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use cuecard_plugin::{
    bundle::{Bundle, to_archive},
    cost::{Comparison, grouped},
    problem::Problem,
};
use serde_json::Value as Json;

use super::{
    check::read_bundle,
    lines::{Progress, print},
    rollout,
};

/// Where a server is found that nobody has put elsewhere.
const ADDRESS: &str = "http://127.0.0.1:8787";

/// Where the server is, and who asks.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// The server.
    #[arg(long, env = "CUECARD_SERVER", default_value = ADDRESS)]
    server: String,
    /// A key with the role author or operator.
    #[arg(long, env = "CUECARD_KEY", default_value = "dev", hide_env_values = true)]
    key: String,
}

/// Send a bundle to a server, which proves it and puts it in service.
#[derive(Args, Debug)]
pub(crate) struct Push {
    /// The plugin's folder.
    folder: PathBuf,
    /// Serve every merchant, not only the key's own.
    #[arg(long)]
    shared: bool,
    /// Do not put it in service: answer turns once more with it, judge events once more, and show what would be different
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: how many turns, from the newest back
    #[arg(long, default_value_t = 200, requires = "dry_run")]
    turns: usize,
    /// With --dry-run: how many events that the plugin listens to, from the newest back
    #[arg(long, default_value_t = 200, requires = "dry_run")]
    events: usize,
    /// Try it on a share of the conversations beside the version that serves: 10%, 0.1; 0 serves all at once.
    #[arg(long, value_name = "SHARE", value_parser = share, num_args = 0..=1, default_missing_value = "10%")]
    canary: Option<f64>,
    /// How long it is tried at least: 90s, 30m, 2h.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "canary")]
    window: Option<u32>,
    /// How many calls it must have answered before it is promoted.
    #[arg(long, value_name = "CALLS", requires = "canary")]
    min_calls: Option<u64>,
    /// How many times the processor time of the other version is too slow.
    #[arg(long, value_name = "TIMES", requires = "canary")]
    slower: Option<f64>,
    /// How many microseconds more are too slow, where they are so many times more too.
    #[arg(long, value_name = "MICROSECONDS", requires = "canary")]
    slower_us: Option<u32>,
    /// The hash of a bundle whose difference you have seen: where the merchant wants a word on it, these bytes go through
    #[arg(long, value_name = "HASH")]
    confirm: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// Show which plugins serve, and what was loaded or refused.
#[derive(Args, Debug)]
pub(crate) struct Status {
    /// How many reloads to show.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

impl Push {
    /// The whole of a folder's content at once, for all conversations; a rehearsal of so many turns.
    pub(crate) fn whole(folder: PathBuf, shared: bool, turns: usize, server: Server) -> Self {
        Self {
            folder,
            shared,
            dry_run: false,
            turns,
            events: 200,
            canary: None,
            window: None,
            min_calls: None,
            slower: None,
            slower_us: None,
            confirm: None,
            server,
        }
    }

    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        self.send()
    }

    /// Reads the folder and sends it.
    pub(crate) fn send(&self) -> anyhow::Result<ExitCode> {
        let name = self.folder.display().to_string();
        let bundle = match read_bundle(&self.folder) {
            Ok(bundle) => bundle,
            Err(problems) => return Ok(refuse(&name, &problems)),
        };
        let manifest = bundle.file("plugin.toml").map(|text| String::from_utf8_lossy(text).into_owned());
        let manifest =
            manifest.ok_or_else(|| anyhow!("{name} has no plugin.toml\n  hint: `cuecard new` makes a plugin"))?;
        let parsed: toml::Table = manifest.parse().with_context(|| format!("{name}/plugin.toml"))?;
        let id = parsed.get("plugin").and_then(|plugin| plugin.get("id")).and_then(toml::Value::as_str);
        let id = id.ok_or_else(|| anyhow!("{name}/plugin.toml: no id under [plugin]\n  hint: add id = \"…\""))?;
        if self.dry_run {
            return self.rehearse(&name, id, &bundle);
        }
        let mut progress = Progress::new("bundle sent, being proved");
        progress.step();
        let path = format!("/v1/plugins/{id}?{}", self.query());
        let (status, answer) = self.server.call("PUT", &path, Some(to_archive(&bundle)?))?;
        progress.finish();
        if status == 422 {
            return Ok(refuse(&name, &problems(&answer)));
        }
        if let (409, Some(rehearsal)) = (status, answer.get("rehearsal")) {
            print(text(rehearsal, "text").trim_end());
            print(text(&answer, "detail"));
            let hash = rehearsal.get("new").map(|new| text(new, "hash")).unwrap_or_default();
            print(format!("what served before goes on serving; `--confirm {hash}` puts these very bytes in service"));
            return Ok(ExitCode::from(1));
        }
        let answer = expect_fine(status, answer)?;
        let (version, generation) = (text(&answer, "version"), text(&answer, "generation"));
        if text(&answer, "outcome") == "canary" {
            let reason = text(&answer, "reason");
            print(format!("{id}@{version} {reason}, from generation {generation}"));
            print(format!(
                "`cuecard rollout {id} -f` shows how it does; `cuecard promote {id}` and `cuecard rollback {id}` end it"
            ));
        } else {
            print(format!("{id}@{version} serves from generation {generation}"));
            cost(&answer).iter().for_each(print);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn query(&self) -> String {
        let Self { canary, window, min_calls, slower, slower_us, confirm, .. } = self;
        let shared = self.shared.then(|| "shared=true".to_owned());
        let number = |name: &str, value: Option<String>| value.map(|value| format!("{name}={value}"));
        let asked = [
            shared,
            number("canary", canary.map(|it| it.to_string())),
            number("window_s", window.map(|it| it.to_string())),
            number("min_calls", min_calls.map(|it| it.to_string())),
            number("slower", slower.map(|it| it.to_string())),
            number("slower_us", slower_us.map(|it| it.to_string())),
            number("confirm", confirm.clone()),
        ];
        asked.into_iter().flatten().collect::<Vec<_>>().join("&")
    }
}

/// What a version's own tests cost, beside the version before if there was one.
fn cost(shown: &Json) -> Option<String> {
    let cost = shown.get("cost")?;
    let median = cost.get("median").and_then(Json::as_u64).unwrap_or(0);
    let alone = || format!("median case {} steps ({} cases)", grouped(median), rows(cost, "cases").count());
    Some(compared(cost).map_or_else(alone, |compared| compared.text))
}

fn compared(cost: &Json) -> Option<Comparison> {
    serde_json::from_value(cost.get("compared")?.clone()).ok()
}

/// `10%` or `0.1`.
fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 100.0));
    let share = number.trim().parse::<f64>().map(|number| number / whole).ok();
    share.filter(|share| (0.0..1.0).contains(share)).ok_or_else(|| "write a share below 1: 10% or 0.1".to_owned())
}

/// `90s`, `30m`, `2h`.
fn seconds(text: &str) -> Result<u32, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let found = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let (number, unit) = found.unwrap_or((text, 1));
    let time = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    time.ok_or_else(|| "write a time: 90s, 30m, 2h".to_owned())
}

impl Push {
    /// Fails where a push would be refused, and where the new version fails on what the old one could do.
    fn rehearse(&self, name: &str, id: &str, bundle: &Bundle) -> anyhow::Result<ExitCode> {
        let mut progress = Progress::new("bundle sent, being rehearsed");
        progress.step();
        let (status, answer) = self.ask_rehearsal(id, bundle)?;
        progress.finish();
        if status == 422 {
            return Ok(refuse(name, &problems(&answer)));
        }
        let answer = expect_fine(status, answer)?;
        print(text(&answer, "text").trim_end());
        let failing = answer.pointer("/summary/failing").and_then(Json::as_u64).unwrap_or(0);
        let fit = problems(&answer).is_empty() && failing == 0;
        Ok(if fit { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// What the server finds on its own turns. Nothing is put in service.
    pub(super) fn rehearsed(&self, id: &str, bundle: &Bundle) -> anyhow::Result<Json> {
        let (status, answer) = self.ask_rehearsal(id, bundle)?;
        expect_fine(status, answer)
    }

    fn ask_rehearsal(&self, id: &str, bundle: &Bundle) -> anyhow::Result<(u16, Json)> {
        let shared = if self.shared { "&shared=true" } else { "" };
        let path = format!("/v1/plugins/{id}/rehearse?turns={}&events={}{shared}", self.turns, self.events);
        self.server.call("POST", &path, Some(to_archive(bundle)?))
    }
}

fn problems(answer: &Json) -> Vec<Problem> {
    let problems = answer.get("problems").cloned().unwrap_or_default();
    serde_json::from_value(problems).unwrap_or_default()
}

fn refuse(name: &str, problems: &[Problem]) -> ExitCode {
    for problem in problems {
        print(problem.clone().within(name).to_string());
    }
    print("refused; what served before goes on serving");
    ExitCode::from(1)
}

impl Status {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let (status, plugins) = self.server.call("GET", "/v1/plugins", None)?;
        let plugins = expect_fine(status, plugins)?;
        let (status, reloads) = self.server.call("GET", &format!("/v1/reloads?limit={}", self.limit), None)?;
        let reloads = expect_fine(status, reloads)?;
        if self.json {
            print(serde_json::to_string_pretty(&serde_json::json!({"plugins": plugins, "reloads": reloads}))?);
            return Ok(ExitCode::SUCCESS);
        }
        print(format!(
            "{:<28} {:<10} {:<10} {:<9} {:>8} {:>9} {:>9}",
            "PLUGIN", "SCOPE", "STATE", "HASH", "CALLS", "FAILURES", "STEPS"
        ));
        for plugin in rows(&plugins, "plugins") {
            let name = format!("{}@{}", text(plugin, "id"), text(plugin, "version"));
            let hash: String = text(plugin, "hash").chars().take(8).collect();
            let figures = plugin.get("figures").unwrap_or(plugin);
            let count = |name: &str| figures.get(name).and_then(Json::as_u64).unwrap_or(0);
            print(format!(
                "{name:<28} {:<10} {:<10} {hash:<9} {:>8} {:>9} {:>9}",
                text(plugin, "scope"),
                text(plugin, "state"),
                count("calls"),
                count("failures"),
                steps(plugin)
            ));
            dearer(plugin).iter().for_each(|words| print(format!("  {words}")));
            standing(plugin);
        }
        print("\nRELOADS");
        for reload in rows(&reloads, "reloads") {
            print(format!(
                "{}  {:<11} {}@{}  generation {}  by {}",
                text(reload, "at"),
                text(reload, "outcome"),
                text(reload, "plugin"),
                text(reload, "version"),
                reload.get("generation").unwrap_or(&Json::Null),
                text(reload, "by")
            ));
            text(reload, "reason").lines().for_each(|line| print(format!("    {line}")));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Steps of the case in the middle.
fn steps(plugin: &Json) -> String {
    plugin.pointer("/cost/median").and_then(Json::as_u64).map(grouped).unwrap_or_default()
}

/// By how much it is dearer or cheaper than the version before, where it is.
fn dearer(plugin: &Json) -> Option<String> {
    let compared = compared(plugin.get("cost")?)?;
    let is_same = compared.difference.is_none_or(|it| it.percent.abs() < 0.05 && it.most.is_none());
    (!is_same).then_some(compared.text)
}

/// The version of its keys, how a canary does, and who answers for a plugin that is set aside.
fn standing(plugin: &Json) {
    if let Some(version) = plugin.get("keys_version") {
        print(format!("  keys version {version}"));
    }
    if let Some(failing) =
        plugin.get("failing").filter(|failing| failing.get("rests_until").is_some_and(|it| !it.is_null()))
    {
        let relief = text(plugin, "relief");
        let instead = if relief.is_empty() {
            "nobody answers meanwhile".to_owned()
        } else {
            format!("{relief} answers meanwhile")
        };
        print(format!(
            "  set aside until {}, last by {}; {instead}",
            text(failing, "rests_until"),
            text(failing, "last")
        ));
    }
    if let Some(canary) = plugin.get("canary") {
        print(format!("  {}", rollout::standing(canary).join("\n    ")));
        cost(canary).iter().for_each(|words| print(format!("    {words}")));
    }
}

impl Server {
    /// A server by its address.
    pub(super) fn at(address: Option<String>, key: String) -> Self {
        Self { server: address.unwrap_or_else(|| ADDRESS.to_owned()), key }
    }

    /// What the server has at a path, or its problem in a person's words.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Json> {
        let (status, answer) = self.call("GET", path, None)?;
        expect_fine(status, answer)
    }

    /// A stream of events, for as long as it lasts.
    pub(super) fn listen(&self, path: &str) -> anyhow::Result<impl std::io::Read + use<>> {
        let url = format!("{}{path}", self.server.trim_end_matches('/'));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent
            .get(&url)
            .header("authorization", format!("Bearer {}", self.key))
            .call()
            .with_context(|| format!("cannot reach {}\n  hint: is `cuecard serve` running there?", self.server))?;
        let status = response.status().as_u16();
        if status != 200 {
            let text = response.body_mut().read_to_string()?;
            expect_fine(status, serde_json::from_str(&text).unwrap_or(Json::String(text)))?;
        }
        Ok(response.into_body().into_reader())
    }

    pub(super) fn call(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> anyhow::Result<(u16, Json)> {
        let url = format!("{}{path}", self.server.trim_end_matches('/'));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/octet-stream")
            .body(body.unwrap_or_default())?;
        let mut response = agent
            .run(request)
            .with_context(|| format!("cannot reach {}\n  hint: is `cuecard serve` running there?", self.server))?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string()?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Json::String(text))))
    }
}

/// The answer, or the server's problem in a person's words.
pub(super) fn expect_fine(status: u16, answer: Json) -> anyhow::Result<Json> {
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let detail = [text(&answer, "detail"), text(&answer, "title")].into_iter().find(|part| !part.is_empty());
    let hint = text(&answer, "hint");
    let hint = if hint.is_empty() { String::new() } else { format!("\n  hint: {hint}") };
    bail!("the server answered {status}: {}{hint}", detail.unwrap_or_else(|| answer.to_string()));
}

pub(super) fn rows<'a>(answer: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    let list = answer.as_array().or_else(|| answer.get(name).and_then(Json::as_array));
    list.into_iter().flatten()
}

pub(super) fn text(answer: &Json, name: &str) -> String {
    match answer.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
