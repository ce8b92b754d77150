//! What a rehearsal found on one event, as an author may read it.

use cuecard_model::{Decision, Fields, Outreach, PluginId, Timer, Timestamp};
use cuecard_pipeline::{Choice, Choices, ComparedEvent, Decided, Occurrence, Step};
use serde::Serialize;

use super::{FailureShown, LogShown, redacted};
use crate::redact::redact;

/// One event.
#[derive(Debug, Serialize)]
pub struct EventShown {
    /// Which; of a timer, its name.
    pub event_id: String,
    /// `fulfillment.updated`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was judged.
    pub at: Timestamp,
    /// What it said.
    pub fields: Fields,
    /// Decisions side by side.
    pub decisions: Vec<DecisionShown>,
    /// Failures side by side.
    pub failures: Vec<FailureShown>,
    /// Plugins that would have stored other keys.
    pub keys: Vec<PluginId>,
    /// What the rehearsed version logged.
    pub log: Vec<LogShown>,
    /// Whether something differs.
    pub different: bool,
}

/// A decision before and after.
#[derive(Debug, Serialize)]
pub struct DecisionShown {
    /// Whose.
    pub plugin: PluginId,
    /// `outreach`, `timer`, `cancel`
    pub decision: &'static str,
    /// `same`, `gained`, `lost`, `changed`
    pub kind: &'static str,
    /// In what they differ.
    pub fields: Vec<&'static str>,
    /// Before, unless it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Plan>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Plan>,
}

/// What would be done.
#[derive(Debug, Default, Serialize)]
pub struct Plan {
    /// A contact's occurrence, a timer's key.
    pub name: String,
    /// What would be said; of a contact alone, as is all that follows up to `held`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// On which channel first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// `service` or `marketing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<cuecard_model::Purpose>,
    /// Of which scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// After this moment it is of no use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Arguments that had no value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Why it could not be said as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// When the timer fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The type of the event that it raises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The fields of that event.
    #[serde(skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
}

impl EventShown {
    pub(in crate::rehearse) fn of(
        occurrence: &Occurrence,
        plugin: &PluginId,
        new: &Decided,
        compared: ComparedEvent,
    ) -> Self {
        let Occurrence { event, now, .. } = occurrence;
        let different = !compared.is_same();
        let ComparedEvent { choices, failures, keys } = compared;
        let lines = new.calls.iter().filter(|call| call.plugin.id == *plugin).flat_map(|call| &call.log);
        Self {
            event_id: event.id.to_string(),
            kind: event.kind.clone(),
            at: *now,
            fields: redacted(event.fields.clone()),
            decisions: choices.into_iter().filter_map(DecisionShown::of).collect(),
            failures: failures.into_iter().filter_map(FailureShown::of).collect(),
            keys,
            log: lines.map(|line| LogShown { level: line.level, text: redact(&line.text) }).collect(),
            different,
        }
    }
}

impl DecisionShown {
    fn of(choices: Choices) -> Option<Self> {
        let is_same = choices.is_same();
        let Choices { old, new, fields } = choices;
        let either = new.as_ref().or(old.as_ref())?;
        let decision = match either.decision {
            Decision::Outreach(_) => "outreach",
            Decision::Timer(_) => "timer",
            Decision::Cancel(_) => "cancel",
        };
        let kind = match (&old, &new) {
            (None, _) => "gained",
            (_, None) => "lost",
            _ if is_same => "same",
            _ => "changed",
        };
        let plugin = either.plugin.id.clone();
        let old = old.filter(|_| !is_same).map(Plan::of);
        Some(Self { plugin, decision, kind, fields, old, new: new.map(Plan::of) })
    }
}

impl Plan {
    fn of(choice: Choice) -> Self {
        let Choice { decision, drafted, .. } = choice;
        match decision {
            Decision::Cancel(key) => Self { name: redact(&key), ..Self::default() },
            Decision::Timer(Timer { key, at, event, fields }) => Self {
                name: redact(&key),
                at: Some(at),
                event: Some(event),
                fields: redacted(fields),
                ..Self::default()
            },
            Decision::Outreach(outreach) => {
                let Outreach { occurrence, purpose, scenario, reason, valid_until, .. } = outreach;
                let drafted = drafted.as_ref();
                let words = drafted.and_then(|drafted| drafted.words.as_ref());
                let held = drafted.filter(|drafted| drafted.step == Step::Fail);
                Self {
                    name: redact(&occurrence),
                    text: words.map(|words| redact(&words.text)),
                    subject: drafted.and_then(|drafted| drafted.subject.as_deref()).map(redact),
                    channel: drafted.and_then(|drafted| drafted.channel.clone()),
                    purpose: Some(purpose),
                    scenario: scenario.map(|scenario| scenario.to_string()),
                    reason: Some(redact(&reason)),
                    valid_until,
                    missing: words.map(|words| words.missing.clone()).unwrap_or_default(),
                    held: held.map(|held| redact(&held.detail)),
                    ..Self::default()
                }
            }
        }
    }
}
