//! What a rehearsal found, as an author may read it: every text is redacted on its way in.

mod decisions;

use std::collections::BTreeMap;

use cuecard_model::{
    Action, Failure, FailureKind, Fields, PluginId, RenderedStep, Signals, Suggestion, Timestamp, Value,
};
use cuecard_pipeline::{Answered, CallReport, Compared, Failures, Offers};
use cuecard_plugin::{generation::LivePlugin, problem::Problem, prove::CaseReport};
use serde::Serialize;

pub use self::decisions::{DecisionShown, EventShown, Plan};
use super::Again;
use crate::redact::redact;

/// What a rehearsal found.
#[derive(Debug, Serialize)]
pub struct Rehearsal {
    /// Which plugin.
    pub plugin: PluginId,
    /// What serves now, if anything does.
    pub old: Option<Version>,
    /// What was rehearsed; `None` if it cannot run at all.
    pub new: Option<Version>,
    /// Why it may not serve: empty if it may.
    pub problems: Vec<Problem>,
    /// Its own tests.
    pub cases: Vec<Case>,
    /// How many turns and events, and what became of them.
    pub summary: Summary,
    /// What a call costs, for each plugin and hook that was called.
    pub times: Vec<Times>,
    /// Turns that differ, or that were asked for, newest first.
    pub turns: Vec<TurnShown>,
    /// Events that differ, or all where conversations were asked for, newest first.
    pub events: Vec<EventShown>,
    /// All of it in words.
    pub text: String,
}

/// One version of a plugin.
#[derive(Debug, Serialize)]
pub struct Version {
    /// Semantic.
    pub version: String,
    /// The content of its bundle.
    pub hash: String,
    /// Whom it serves, or would.
    pub scope: String,
}

/// One of the bundle's own tests.
#[derive(Debug, Serialize)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// `tests/late.toml`
    pub file: String,
    /// From 1.
    pub line: u32,
    /// Whether all came out as expected.
    pub passed: bool,
    /// What did not.
    pub differences: Vec<String>,
}

/// How many turns and events, and what became of them. Suggestions, decisions and failures are counted over all of them.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Turns that both have answered.
    pub turns: usize,
    /// Of these, answered from what is known now, because what they were answered from is not kept any more.
    pub approximate: usize,
    /// Turns for which there was no time.
    pub left_out: usize,
    /// Turns in which something differs.
    pub different: usize,
    /// Suggestions that are there now, and were not.
    pub gained: usize,
    /// Suggestions that are not there any more.
    pub lost: usize,
    /// Suggestions that are not the same.
    pub changed: usize,
    /// Suggestions that are.
    pub same: usize,
    /// Calls that fail now, and did not.
    pub failing: usize,
    /// Calls that failed, and do not now.
    pub mended: usize,
    /// Turns in which the customer is understood otherwise.
    pub understood: usize,
    /// Events that both have judged.
    pub events: usize,
    /// Events for which there was no time.
    pub events_left_out: usize,
    /// Events in which something differs.
    pub events_different: usize,
    /// Contacts, timers and their ends that are there now, and were not.
    pub decisions_gained: usize,
    /// Those that are not there any more.
    pub decisions_lost: usize,
    /// Those that are not the same.
    pub decisions_changed: usize,
    /// Those that are.
    pub decisions_same: usize,
    /// Hooks of the plugin that are slower.
    pub slower: usize,
    /// The whole rehearsal, proof included.
    pub took_ms: u64,
}

/// What a call costs, in microseconds of processor time.
#[derive(Debug, Serialize)]
pub struct Times {
    /// Whose call.
    pub plugin: PluginId,
    /// `classify`, `compose`, `localize` or `trigger`.
    pub hook: &'static str,
    /// By what serves.
    pub old: Spread,
    /// By what was rehearsed.
    pub new: Spread,
    /// At least a quarter and 50 microseconds slower at the median.
    pub slower: bool,
}

/// Calls by their time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many.
    pub calls: usize,
    /// Half took no longer.
    pub p50_us: u32,
    /// 99 of 100 took no longer.
    pub p99_us: u32,
}

/// One turn.
#[derive(Debug, Serialize)]
pub struct TurnShown {
    /// Which.
    pub turn_id: String,
    /// Of which conversation.
    pub conversation_id: String,
    /// When it was answered.
    pub at: Timestamp,
    /// What the customer wrote.
    pub message: String,
    /// What is not as it was, but as it is now.
    pub approximate: &'static [&'static str],
    /// What was found by the version that serves, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signals_before: Option<Signals>,
    /// What is found.
    pub signals: Signals,
    /// Suggestions side by side.
    pub offers: Vec<OfferShown>,
    /// Failures side by side.
    pub failures: Vec<FailureShown>,
    /// Plugins that would have stored other keys.
    pub keys: Vec<PluginId>,
    /// What the rehearsed version logged.
    pub log: Vec<LogShown>,
    /// Whether something differs.
    pub different: bool,
}

/// A suggestion before and after.
#[derive(Debug, Serialize)]
pub struct OfferShown {
    /// Whose.
    pub plugin: PluginId,
    /// `same`, `gained`, `lost`, `changed`
    pub kind: &'static str,
    /// In what they differ.
    pub fields: Vec<&'static str>,
    /// Before, unless it is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Words>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Words>,
}

/// What an agent would read.
#[derive(Debug, Serialize)]
pub struct Words {
    /// Its heading.
    pub title: String,
    /// To the customer.
    pub text: String,
    /// In its parts.
    pub steps: Vec<RenderedStep>,
    /// What could be set off.
    pub actions: Vec<Action>,
    /// Why.
    pub reason: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The scenario it answers.
    pub scenario: String,
    /// The locale of the text.
    pub locale: String,
    /// Arguments that had no value.
    pub missing: Vec<String>,
}

/// A failure before and after.
#[derive(Debug, Serialize)]
pub struct FailureShown {
    /// Whose.
    pub plugin: PluginId,
    /// `failing` now, `mended`, or `still` failing.
    pub kind: &'static str,
    /// What kind of failure: the newer one.
    pub failure: FailureKind,
    /// Why, with file and line where known.
    pub detail: String,
}

/// A line that a plugin wrote.
#[derive(Debug, Serialize)]
pub struct LogShown {
    /// How much it matters.
    pub level: cuecard_plugin::call::LogLevel,
    /// One line.
    pub text: String,
}

impl Rehearsal {
    /// Nothing yet.
    pub(super) fn empty(plugin: &PluginId) -> Self {
        Self {
            plugin: plugin.clone(),
            old: None,
            new: None,
            problems: Vec::new(),
            cases: Vec::new(),
            summary: Summary::default(),
            times: Vec::new(),
            turns: Vec::new(),
            events: Vec::new(),
            text: String::new(),
        }
    }
}

impl Version {
    pub(super) fn of(plugin: &LivePlugin) -> Self {
        let (version, scope) = (plugin.plugin.version.to_string(), plugin.scope.to_string());
        Self { version, hash: plugin.hash.to_string(), scope }
    }
}

impl Case {
    /// As a case went.
    pub fn of(case: &CaseReport) -> Self {
        let (name, file, line, passed) = (case.name.clone(), case.file.clone(), case.line, case.passed());
        Self { name, file, line, passed, differences: case.differences.clone() }
    }
}

impl TurnShown {
    pub(super) fn of(again: &Again, plugin: &PluginId, old: &Answered, new: &Answered, compared: Compared) -> Self {
        let Again { incoming, approximate } = again;
        let different = !compared.is_same();
        let Compared { offers, failures, keys, signals } = compared;
        let lines = new.calls.iter().filter(|call| call.plugin.id == *plugin).flat_map(|call| &call.log);
        Self {
            turn_id: incoming.turn_id.to_string(),
            conversation_id: incoming.message.conversation_id.to_string(),
            at: incoming.now,
            message: redact(&incoming.message.text),
            approximate,
            signals_before: (!signals.is_empty()).then(|| old.reply.signals.clone()),
            signals: new.reply.signals.clone(),
            offers: offers.into_iter().filter_map(OfferShown::of).collect(),
            failures: failures.into_iter().filter_map(FailureShown::of).collect(),
            keys,
            log: lines.map(|line| LogShown { level: line.level, text: redact(&line.text) }).collect(),
            different,
        }
    }
}

impl OfferShown {
    fn of(offers: Offers) -> Option<Self> {
        let plugin = offers.plugin()?.clone();
        let is_same = offers.is_same();
        let Offers { old, new, fields } = offers;
        let kind = match (&old, &new) {
            (None, _) => "gained",
            (_, None) => "lost",
            _ if is_same => "same",
            _ => "changed",
        };
        let old = old.filter(|_| !is_same).map(Words::of);
        Some(Self { plugin, kind, fields, old, new: new.map(Words::of) })
    }
}

impl Words {
    fn of(suggestion: Suggestion) -> Self {
        let Suggestion { title, text, steps, actions, reason, confidence, scenario, locale, missing, .. } = suggestion;
        Self {
            title: redact(&title),
            text: redact(&text),
            steps: steps.iter().map(|step| RenderedStep { kind: step.kind, text: redact(&step.text) }).collect(),
            actions: actions.into_iter().map(|it| Action { kind: it.kind, args: redacted(it.args) }).collect(),
            reason: redact(&reason),
            confidence,
            scenario: scenario.to_string(),
            locale,
            missing,
        }
    }
}

fn redacted(fields: Fields) -> Fields {
    let one = |value| if let Value::Text(text) = value { Value::Text(redact(&text)) } else { value };
    fields.into_iter().map(|(name, value)| (name, one(value))).collect()
}

impl FailureShown {
    fn of(failures: Failures) -> Option<Self> {
        let kind = match (&failures.old, &failures.new) {
            (None, _) => "failing",
            (_, None) => "mended",
            _ => "still",
        };
        let Failure { plugin, kind: failure, detail } = failures.new.or(failures.old)?;
        Some(Self { plugin: plugin.id, kind, failure, detail: redact(&detail) })
    }
}

impl Summary {
    pub(super) fn count(&mut self, turn: &TurnShown) {
        self.turns += 1;
        self.approximate += usize::from(!turn.approximate.is_empty());
        self.different += usize::from(turn.different);
        self.understood += usize::from(turn.signals_before.is_some());
        for offer in &turn.offers {
            match offer.kind {
                "gained" => self.gained += 1,
                "lost" => self.lost += 1,
                "changed" => self.changed += 1,
                _ => self.same += 1,
            }
        }
        self.count_failures(&turn.failures);
    }

    pub(super) fn count_event(&mut self, event: &EventShown) {
        self.events += 1;
        self.events_different += usize::from(event.different);
        for decision in &event.decisions {
            match decision.kind {
                "gained" => self.decisions_gained += 1,
                "lost" => self.decisions_lost += 1,
                "changed" => self.decisions_changed += 1,
                _ => self.decisions_same += 1,
            }
        }
        self.count_failures(&event.failures);
    }

    fn count_failures(&mut self, failures: &[FailureShown]) {
        self.failing += failures.iter().filter(|it| it.kind == "failing").count();
        self.mended += failures.iter().filter(|it| it.kind == "mended").count();
    }

    /// Both together.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            turns: self.turns + other.turns,
            approximate: self.approximate + other.approximate,
            left_out: self.left_out + other.left_out,
            different: self.different + other.different,
            gained: self.gained + other.gained,
            lost: self.lost + other.lost,
            changed: self.changed + other.changed,
            same: self.same + other.same,
            failing: self.failing + other.failing,
            mended: self.mended + other.mended,
            understood: self.understood + other.understood,
            events: self.events + other.events,
            events_left_out: self.events_left_out + other.events_left_out,
            events_different: self.events_different + other.events_different,
            decisions_gained: self.decisions_gained + other.decisions_gained,
            decisions_lost: self.decisions_lost + other.decisions_lost,
            decisions_changed: self.decisions_changed + other.decisions_changed,
            decisions_same: self.decisions_same + other.decisions_same,
            slower: self.slower + other.slower,
            took_ms: self.took_ms + other.took_ms,
        }
    }
}

/// What calls took, as they come.
#[derive(Debug, Default)]
pub(super) struct Clocks(BTreeMap<(PluginId, &'static str), [Vec<u32>; 2]>);

impl Clocks {
    pub(super) fn take(&mut self, old: &[CallReport], new: &[CallReport]) {
        for (side, calls) in [old, new].into_iter().enumerate() {
            for call in
                calls.iter().filter(|call| call.failure.as_ref().is_none_or(|it| it.kind != FailureKind::Skipped))
            {
                let times = self.0.entry((call.plugin.id.clone(), call.hook)).or_default();
                if let Some(times) = times.get_mut(side) {
                    times.push(call.processor_us);
                }
            }
        }
    }

    pub(super) fn times(self) -> Vec<Times> {
        let one = |((plugin, hook), [old, new]): ((PluginId, &'static str), [Vec<u32>; 2])| {
            let (old, new) = (Spread::of(old), Spread::of(new));
            let over = new.p50_us.saturating_sub(old.p50_us);
            let slower = old.calls > 0 && over >= 50 && over >= old.p50_us / 4;
            Times { plugin, hook, old, new, slower }
        };
        self.0.into_iter().map(one).collect()
    }
}

impl Spread {
    fn of(mut times: Vec<u32>) -> Self {
        times.sort_unstable();
        let at = |share: f64| times.get(((times.len() as f64 - 1.0).max(0.0) * share).round() as usize).copied();
        Self { calls: times.len(), p50_us: at(0.5).unwrap_or(0), p99_us: at(0.99).unwrap_or(0) }
    }
}
