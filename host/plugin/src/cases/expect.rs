//! A case's second half: what must come of it. Only what is written is judged.

use cuecard_model::{EmotionLabel, FailureKind, Fields, ScenarioId, Stage, StepKind, Timestamp, Trend};
use toml::{Spanned, de::DeValue};

use super::{
    fields,
    input::{EMOTIONS, Hook, STAGES, TRENDS, read_scenario},
};
use crate::document::Section;

/// What must come of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// The hook must fail in this way; otherwise it must answer.
    pub failure: Option<FailureKind>,
    /// How many suggestions.
    pub suggestions: Option<Count>,
    /// The suggestions in order, or the outreaches of a trigger.
    pub each: Vec<ExpectedSuggestion>,
    /// The kinds of all decisions, in order.
    pub decisions: Option<Vec<DecisionKind>>,
    /// Occurrences of all outreaches, in order.
    pub outreach: Option<Vec<String>>,
    /// Keys of all timers, in order.
    pub timers: Option<Vec<String>>,
    /// Keys of all timers cancelled, in order.
    pub cancels: Option<Vec<String>>,
    /// The signals once the plugin had its say.
    pub signals: ExpectedSignals,
    /// Which signals the plugin names, in the order language, scenario, emotion, stage.
    pub named: Option<Vec<&'static str>>,
    /// Each stands in the reason why the plugin names them.
    pub reason_contains: Vec<String>,
    /// Keys that are written, among others perhaps.
    pub keys: Fields,
    /// Keys that are forgotten.
    pub keys_forgotten: Vec<String>,
    /// Each stands in some line of the log.
    pub log_contains: Vec<String>,
}

/// How many, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least.
    pub min: usize,
    /// At most; any, if absent.
    pub max: Option<usize>,
}

/// What one suggestion must be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedSuggestion {
    /// The whole text.
    pub text: Option<String>,
    /// Each stands in the text.
    pub text_contains: Vec<String>,
    /// None stands in the text.
    pub text_not_contains: Vec<String>,
    /// The heading.
    pub title: Option<String>,
    /// The scenario.
    pub scenario: Option<ScenarioId>,
    /// The kinds of all steps, in order.
    pub steps: Option<Vec<StepKind>>,
    /// The types of all actions, in order.
    pub actions: Option<Vec<String>>,
    /// Each stands in the reason.
    pub reason_contains: Vec<String>,
    /// Arguments without a value, in order.
    pub missing: Option<Vec<String>>,
}

/// What the signals must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedSignals {
    /// BCP 47.
    pub language: Option<String>,
    /// What the customer wants.
    pub scenario: Option<ScenarioId>,
    /// The ids of what came near, in order.
    pub alternatives: Option<Vec<String>>,
    /// How the customer feels.
    pub emotion: Option<EmotionLabel>,
    /// Which way it goes.
    pub trend: Option<Trend>,
    /// Where the customer is.
    pub stage: Option<Stage>,
}

/// What a decision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// A contact.
    Outreach,
    /// An event later.
    Timer,
    /// A timer forgotten.
    Cancel,
}

impl DecisionKind {
    /// `outreach`, `timer`, `cancel`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outreach => "outreach",
            Self::Timer => "timer",
            Self::Cancel => "cancel",
        }
    }
}

const DECISIONS: &[(&str, DecisionKind)] =
    &[("outreach", DecisionKind::Outreach), ("timer", DecisionKind::Timer), ("cancel", DecisionKind::Cancel)];
pub(super) const STEPS: &[(&str, StepKind)] = &[
    ("greeting", StepKind::Greeting),
    ("empathy", StepKind::Empathy),
    ("apology", StepKind::Apology),
    ("fact", StepKind::Fact),
    ("solution", StepKind::Solution),
    ("question", StepKind::Question),
    ("closing", StepKind::Closing),
];
const SIGNALS: &[(&str, &str)] =
    &[("language", "language"), ("scenario", "scenario"), ("emotion", "emotion"), ("stage", "stage")];
const FAILURES: &[(&str, FailureKind)] = &[
    ("timeout", FailureKind::Timeout),
    ("killed", FailureKind::Killed),
    ("memory", FailureKind::Memory),
    ("error", FailureKind::Error),
    ("reply", FailureKind::Reply),
    ("host_limit", FailureKind::HostLimit),
    ("load", FailureKind::Load),
    ("skipped", FailureKind::Skipped),
];

pub(super) fn read(case: &mut Section<'_, '_>, hook: Hook, now: Timestamp) -> Option<Expectation> {
    let example = match hook {
        Hook::Compose | Hook::Localize => "add expect.text_contains = [\"…\"]",
        Hook::Trigger => "add expect.decisions = [\"outreach\"]",
        Hook::Classify => "add expect.signals.scenario = \"…\"",
        Hook::Migrate => "add expect.keys = { … }",
    };
    let Some(mut section) = case.table("expect") else {
        if !case.was_mistyped("expect") {
            case.missing("expect", format!("{example}; a case that expects nothing cannot fail"));
        }
        return None;
    };
    let mut expect = Expectation { failure: section.word("failure", FAILURES), ..Expectation::default() };
    match hook {
        Hook::Compose | Hook::Localize => {
            read_each(&mut section, &mut expect);
            expect.suggestions = read_count(&mut section);
        }
        Hook::Trigger => {
            read_each(&mut section, &mut expect);
            expect.decisions = words(&mut section, "decisions", DECISIONS);
            expect.outreach = list(&mut section, "outreach");
            expect.timers = list(&mut section, "timers");
            expect.cancels = list(&mut section, "cancels");
        }
        Hook::Classify => {
            expect.signals = section.table("signals").map(read_signals).unwrap_or_default();
            expect.named = words(&mut section, "named", SIGNALS);
            expect.reason_contains = list(&mut section, "reason_contains").unwrap_or_default();
        }
        Hook::Migrate => {}
    }
    expect.keys = fields::fields(&mut section, "keys", now);
    expect.keys_forgotten = list(&mut section, "keys_forgotten").unwrap_or_default();
    expect.log_contains = list(&mut section, "log_contains").unwrap_or_default();
    let is_empty = expect == Expectation::default();
    if is_empty && section.is_empty() {
        section.error_here("nothing is expected, so the case cannot fail", example);
    }
    if expect.failure.is_some()
        && (expect.suggestions.is_some()
            || expect.decisions.is_some()
            || !expect.each.is_empty()
            || expect.named.is_some()
            || expect.signals != ExpectedSignals::default())
    {
        section
            .error_here("a failure and an answer are expected at once", "a call that fails gives no answer: drop one");
    }
    section.finish();
    Some(expect)
}

fn read_signals(mut section: Section<'_, '_>) -> ExpectedSignals {
    let signals = ExpectedSignals {
        language: fields::locale(&mut section, "language"),
        scenario: read_scenario(&mut section, "scenario"),
        alternatives: list(&mut section, "alternatives"),
        emotion: section.word("emotion", EMOTIONS),
        trend: section.word("trend", TRENDS),
        stage: section.word("stage", STAGES),
    };
    section.finish();
    signals
}

/// What stands in `expect` itself is about the first suggestion; `expect.suggestion` is about each in order.
fn read_each(section: &mut Section<'_, '_>, expect: &mut Expectation) {
    let first = read_suggestion(section);
    let each = section.tables("suggestion");
    if first != ExpectedSuggestion::default() {
        if !each.is_empty() {
            let hint = "move it into the first of expect.suggestion";
            section.error_here("the first suggestion is described twice", hint);
        }
        expect.each.push(first);
        return;
    }
    expect.each = each
        .into_iter()
        .map(|mut one| {
            let read = read_suggestion(&mut one);
            one.finish();
            read
        })
        .collect();
}

fn read_suggestion(section: &mut Section<'_, '_>) -> ExpectedSuggestion {
    ExpectedSuggestion {
        text: section.text("text").map(Spanned::into_inner),
        text_contains: list(section, "text_contains").unwrap_or_default(),
        text_not_contains: list(section, "text_not_contains").unwrap_or_default(),
        title: section.text("title").map(Spanned::into_inner),
        scenario: read_scenario(section, "scenario"),
        steps: words(section, "steps", STEPS),
        actions: list(section, "actions"),
        reason_contains: list(section, "reason_contains").unwrap_or_default(),
        missing: list(section, "missing"),
    }
}

/// `2`, or `{ min = 1, max = 3 }`.
fn read_count(section: &mut Section<'_, '_>) -> Option<Count> {
    let key = "suggestions";
    let value = section.take(key)?;
    let at = value.span();
    let whole = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    match value.get_ref() {
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(count) => Some(Count { min: whole(count), max: Some(whole(count)) }),
            Err(_) => {
                section.error(at, format!("'{}' cannot be negative", section.path(key)), "0 if none is to come");
                None
            }
        },
        DeValue::Table(_) => {
            let mut range = section.as_table(key, value)?;
            let min = range.whole("min").map_or(0, |min| whole(min.into_inner()));
            let max = range.whole("max").map(|max| whole(max.into_inner()));
            if max.is_some_and(|max| max < min) {
                range.error_here("'max' is below 'min'", "swap them");
            }
            range.finish();
            Some(Count { min, max })
        }
        _ => {
            section.error(at, format!("'{}' must be a number", section.path(key)), "2, or { min = 1, max = 3 }");
            None
        }
    }
}

fn list(section: &mut Section<'_, '_>, key: &'static str) -> Option<Vec<String>> {
    let texts = section.texts(key)?;
    for text in texts.get_ref().iter().filter(|text| text.get_ref().is_empty()) {
        section.error(
            text.span(),
            format!("an empty text in '{}'", section.path(key)),
            "remove it: it is found in any text",
        );
    }
    Some(texts.into_inner().into_iter().map(Spanned::into_inner).collect())
}

fn words<T: Copy>(section: &mut Section<'_, '_>, key: &'static str, words: &[(&str, T)]) -> Option<Vec<T>> {
    let texts = section.texts(key)?;
    Some(texts.get_ref().iter().filter_map(|text| section.as_word(key, text, words)).collect())
}
