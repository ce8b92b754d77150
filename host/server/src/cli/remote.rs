//! `cuecard push`, `status` and `rollback`: an author's and operator's words to a running server.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use cuecard_plugin::{bundle::to_archive, problem::Problem};
use serde_json::Value as Json;

use super::{
    check::read_bundle,
    lines::{Progress, print},
};

/// Where the server is, and who asks.
#[derive(Args, Debug)]
pub(crate) struct Server {
    /// The server.
    #[arg(long, env = "CUECARD_SERVER", default_value = "http://127.0.0.1:8787")]
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
    /// Do not put it in service: answer turns that were answered once more with it, and show what would have been different
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: how many turns, from the newest back
    #[arg(long, default_value_t = 200, requires = "dry_run")]
    turns: usize,
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

/// Put the version before in service again.
#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// The plugin's id.
    plugin: String,
    /// The shared plugin, not the merchant's own.
    #[arg(long)]
    shared: bool,
    #[command(flatten)]
    server: Server,
}

impl Push {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
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
        let shared = if self.shared { "?shared=true" } else { "" };
        if self.dry_run {
            return self.rehearse(&name, id, to_archive(&bundle)?);
        }
        let mut progress = Progress::new("bundle sent, being proved");
        progress.step();
        let (status, answer) =
            self.server.call("PUT", &format!("/v1/plugins/{id}{shared}"), Some(to_archive(&bundle)?))?;
        progress.finish();
        if status == 422 {
            return Ok(refuse(&name, &problems(&answer)));
        }
        let answer = expect_fine(status, answer)?;
        print(format!(
            "{id}@{} serves from generation {}",
            text(&answer, "version"),
            answer.get("generation").unwrap_or(&Json::Null)
        ));
        Ok(ExitCode::SUCCESS)
    }
}

impl Push {
    /// Fails where a push would be refused, and where the new version fails on what the old one could do.
    fn rehearse(&self, name: &str, id: &str, archive: Vec<u8>) -> anyhow::Result<ExitCode> {
        let shared = if self.shared { "&shared=true" } else { "" };
        let path = format!("/v1/plugins/{id}/rehearse?turns={}{shared}", self.turns);
        let mut progress = Progress::new("bundle sent, being rehearsed");
        progress.step();
        let (status, answer) = self.server.call("POST", &path, Some(archive))?;
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
            "{:<28} {:<10} {:<10} {:<9} {:>8} {:>9}",
            "PLUGIN", "SCOPE", "STATE", "HASH", "CALLS", "FAILURES"
        ));
        for plugin in rows(&plugins, "plugins") {
            let name = format!("{}@{}", text(plugin, "id"), text(plugin, "version"));
            let hash: String = text(plugin, "hash").chars().take(8).collect();
            let figures = plugin.get("figures").unwrap_or(plugin);
            let count = |name: &str| figures.get(name).and_then(Json::as_u64).unwrap_or(0);
            print(format!(
                "{name:<28} {:<10} {:<10} {hash:<9} {:>8} {:>9}",
                text(plugin, "scope"),
                text(plugin, "state"),
                count("calls"),
                count("failures")
            ));
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

impl Rollback {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let shared = if self.shared { "?shared=true" } else { "" };
        let path = format!("/v1/plugins/{}/rollback{shared}", self.plugin);
        let (status, answer) = self.server.call("POST", &path, None)?;
        let answer = expect_fine(status, answer)?;
        print(format!("{}@{} serves again", self.plugin, text(&answer, "version")));
        Ok(ExitCode::SUCCESS)
    }
}

impl Server {
    /// What the server has at a path, or its problem in a person's words.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Json> {
        let (status, answer) = self.call("GET", path, None)?;
        expect_fine(status, answer)
    }

    fn call(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> anyhow::Result<(u16, Json)> {
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
fn expect_fine(status: u16, answer: Json) -> anyhow::Result<Json> {
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let detail = [text(&answer, "detail"), text(&answer, "title")].into_iter().find(|part| !part.is_empty());
    let hint = text(&answer, "hint");
    let hint = if hint.is_empty() { String::new() } else { format!("\n  hint: {hint}") };
    bail!("the server answered {status}: {}{hint}", detail.unwrap_or_else(|| answer.to_string()));
}

fn rows<'a>(answer: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    let list = answer.as_array().or_else(|| answer.get(name).and_then(Json::as_array));
    list.into_iter().flatten()
}

fn text(answer: &Json, name: &str) -> String {
    match answer.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
