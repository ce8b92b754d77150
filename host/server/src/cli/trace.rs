//! `cuecard trace`: how a turn of a running server came about, as a waterfall in text.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value as Json;

use super::{
    lines::print,
    remote::{Server, rows, text},
};

/// Characters that the whole turn takes.
const WIDTH: u64 = 48;

/// Show how a turn came about: what was understood, where the time went, what failed, what was offered.
#[derive(Args, Debug)]
pub(crate) struct Trace {
    /// The turn's id, as the reply has it; without one the last turns are listed.
    turn: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

impl Trace {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let path =
            self.turn.as_ref().map_or_else(|| "/v1/turns?limit=20".to_owned(), |turn| format!("/v1/turns/{turn}"));
        let answer = self.server.get(&path)?;
        match (self.json, &self.turn) {
            (true, _) => print(serde_json::to_string_pretty(&answer)?),
            (false, None) => rows(&answer, "turns").for_each(|turn| print(summary(turn))),
            (false, Some(_)) => story(&answer).into_iter().for_each(print),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn summary(turn: &Json) -> String {
    let failed: Vec<_> =
        rows(turn, "failures").map(|it| format!("{} {}", text(it, "plugin"), text(it, "kind"))).collect();
    let failed = if failed.is_empty() { String::new() } else { format!("  failed: {}", failed.join(", ")) };
    let (id, at, scenario) = (text(turn, "id"), text(turn, "at"), text(turn, "scenario"));
    format!("{id}  {at}  {scenario:<18} {:>8} us{failed}", number(turn, "total_us"))
}

fn story(turn: &Json) -> Vec<String> {
    let at = |path: &str| turn.pointer(path).map(word).unwrap_or_default();
    let mut lines = vec![
        format!(
            "turn {} of {}, generation {}",
            text(turn, "id"),
            text(turn, "conversation_id"),
            text(turn, "generation")
        ),
        format!(
            "{} {}, {} {}, {}, {}",
            at("/signals/scenario/id"),
            at("/signals/scenario/confidence"),
            at("/signals/emotion/label"),
            at("/signals/emotion/intensity"),
            at("/signals/language/tag"),
            at("/signals/stage")
        ),
    ];
    lines.extend(rows(turn, "trace").map(|it| format!("  {}: {}", text(it, "rule"), text(it, "why"))));
    lines.push(String::new());
    lines.extend(waterfall(turn));
    for failure in rows(turn, "failures") {
        lines.push(format!(
            "\nfailed  {}  {}\n    {}",
            text(failure, "plugin"),
            text(failure, "kind"),
            text(failure, "detail")
        ));
    }
    for call in rows(turn, "calls") {
        let said = rows(call, "log")
            .map(|it| format!("  {} {}: {}", text(call, "plugin"), text(it, "level"), text(it, "text")));
        lines.extend(said);
    }
    for offer in rows(turn, "suggestions") {
        lines.push(format!("\noffered  {}  {}", text(offer, "plugin"), text(offer, "reason")));
        lines.extend(text(offer, "text").lines().map(|line| format!("    {line}")));
    }
    lines
}

/// A line for each stage, with its hooks under it.
fn waterfall(turn: &Json) -> Vec<String> {
    let ends = rows(turn, "spans").map(|span| number(span, "start_us") + number(span, "us"));
    let all = ends.max().unwrap_or(0).max(1);
    let mut lines = Vec::new();
    for span in rows(turn, "spans") {
        let stage = text(span, "stage");
        lines.push(bar(&stage, span, all, '▒'));
        let of = |hook: &str| match hook {
            "classify" => "understand",
            _ => "compose",
        };
        let mut calls: Vec<_> = rows(turn, "calls").filter(|call| of(&text(call, "hook")) == stage).collect();
        calls.sort_by_key(|call| call.get("start_us").and_then(Json::as_u64).unwrap_or(u64::MAX));
        for call in calls {
            let failure = text(call, "failure");
            let failure = if failure.is_empty() { failure } else { format!(" ({failure})") };
            lines.push(bar(&format!("  {} {}{failure}", text(call, "plugin"), text(call, "hook")), call, all, '█'));
        }
    }
    lines
}

fn bar(name: &str, span: &Json, all: u64, sign: char) -> String {
    let (start, us) = (number(span, "start_us"), number(span, "us"));
    let before = usize::try_from(start * WIDTH / all).unwrap_or(0);
    let length = usize::try_from((us * WIDTH).div_ceil(all)).unwrap_or(0).max(1);
    let drawn = if span.get("start_us").is_some() { sign.to_string().repeat(length) } else { "not called".to_owned() };
    format!("{name:<44} {us:>8} us  {}{drawn}", " ".repeat(before))
}

fn number(from: &Json, name: &str) -> u64 {
    from.get(name).and_then(Json::as_u64).unwrap_or(0)
}

fn word(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| format!("{number:.2}")),
        other => other.to_string(),
    }
}
