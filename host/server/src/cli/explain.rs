//! `cuecard explain outreach`: why a contact was made, waits, or was not made; asked of a running server, or read from
//! the data folder of one that is stopped.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, anyhow};
use clap::{Args, Subcommand};
use cuecard_engine::{Engine, Error, OutreachId, OutreachRecord, SqliteEngine};
use cuecard_gate::Verdict;
use cuecard_model::{MerchantId, Suggestion, Value};
use serde_json::Value as Json;

use super::{lines::print, remote::Server};

/// Why something happened or did not.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A contact: the event, the plugin and its reason, each check of the gate with its source, what came of it
    Outreach(Outreach),
}

#[derive(Args, Debug)]
struct Outreach {
    /// The contact's id, as GET /v1/outreach lists it.
    id: String,
    /// Read this data folder instead of asking a server; no host may hold it.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Whose contact it is, with --data.
    #[arg(long, default_value = "demo", requires = "data")]
    merchant: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

impl Explain {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let What::Outreach(outreach) = self.what;
        let record = outreach.find().await?;
        print(if outreach.json { serde_json::to_string_pretty(&record)? } else { story(&record) });
        Ok(ExitCode::SUCCESS)
    }
}

impl Outreach {
    async fn find(&self) -> Result<OutreachRecord> {
        let Some(folder) = &self.data else {
            let record = self.server.get(&format!("/v1/outreach/{}", self.id))?;
            return serde_json::from_value(record).context("the server's answer is no contact");
        };
        let engine = SqliteEngine::open(folder).map_err(|error| match error {
            Error::InUse { folder } => anyhow!(
                "a running host holds {}\n  hint: leave --data out and ask it with --server and --key",
                folder.display()
            ),
            error => anyhow!(error),
        })?;
        let found = engine.contact(&MerchantId::from(self.merchant.as_str()), &OutreachId::new(self.id.as_str())).await;
        engine.close().await;
        let unknown = || {
            anyhow!(
                "merchant '{}' has no contact '{}'\n  hint: name the merchant with --merchant; GET /v1/outreach lists contacts",
                self.merchant,
                self.id
            )
        };
        found?.ok_or_else(unknown)
    }
}

/// What happened, from the event to what came of it.
fn story(record: &OutreachRecord) -> String {
    let mut out = String::new();
    let channel = record.channel.as_deref().map(|channel| format!(" on {channel}")).unwrap_or_default();
    let because = if record.reason.is_empty() { String::new() } else { format!(" ({})", record.reason) };
    let _ = writeln!(out, "{} to {}{channel}: {}{because}", record.id, record.customer, record.state.as_str());
    if !record.detail.is_empty() {
        let _ = writeln!(out, "  {}", record.detail);
    }
    let by = record.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let _ = writeln!(out, "  since {}{by}", record.updated_at);
    if let Some(due) = record.due_at {
        let _ = writeln!(out, "  looked at again at {due}");
    }
    event(&mut out, record);
    proposal(&mut out, record);
    words(&mut out, record);
    verdict(&mut out, "the gate, when it was proposed", record.decided.as_ref());
    verdict(&mut out, "the gate, when it was last about to be sent", record.checked.as_ref());
    fate(&mut out, record);
    out.trim_end().to_owned()
}

fn event(out: &mut String, record: &OutreachRecord) {
    let Some(event) = &record.event else { return };
    let _ = writeln!(out, "\nevent {} of {}: {}", event.id, event.at, event.kind);
    for (name, value) in &event.fields {
        let value = match value {
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Money(money) => format!("{} {}", money.amount, money.currency),
        };
        let _ = writeln!(out, "  {name} = {value}");
    }
}

fn proposal(out: &mut String, record: &OutreachRecord) {
    let outreach = &record.outreach;
    let purpose = format!("{:?}", outreach.purpose).to_lowercase();
    let scenario = outreach.scenario.as_ref().map(|scenario| format!(", scenario {scenario}")).unwrap_or_default();
    let _ = writeln!(out, "\nproposed by {} at {}: {}", record.plugin, record.created_at, outreach.reason);
    let _ = writeln!(out, "  occurrence {}, {purpose}{scenario}", outreach.occurrence);
    if let Some(until) = outreach.valid_until {
        let _ = writeln!(out, "  of use until {until}");
    }
}

fn words(out: &mut String, record: &OutreachRecord) {
    let rendered = record.rendered.clone().and_then(|json| serde_json::from_value::<Suggestion>(json).ok());
    let Some(words) = rendered else { return };
    let edited = if record.edited.is_some() { ", edited by an agent" } else { "" };
    let _ = writeln!(out, "\nwords in {}{edited}", words.locale);
    indented(out, &words.text);
    if let Some(text) = words.text_for_agent {
        let _ = writeln!(out, "for the agent");
        indented(out, &text);
    }
}

fn verdict(out: &mut String, title: &str, kept: Option<&Json>) {
    let Some(verdict) = kept.and_then(|json| serde_json::from_value::<Verdict>(json.clone()).ok()) else { return };
    let _ = write!(out, "\n{title}\n");
    indented(out, &verdict.to_string());
}

fn indented(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "  {line}");
    }
}

fn fate(out: &mut String, record: &OutreachRecord) {
    if record.attempts == 0 && record.outcome.is_none() {
        return;
    }
    let at = record.attempted_at.map(|at| format!(", last at {at}")).unwrap_or_default();
    let _ = writeln!(out, "\nhanded over {} times{at}", record.attempts);
    if let Some(reference) = &record.reference {
        let _ = writeln!(out, "  the carrier calls it {reference}");
    }
    if let Some(outcome) = &record.outcome {
        let _ = writeln!(out, "  {outcome}");
    }
}
