//! What came of a case, put into words by the caller: the other half of the judgement.

use std::collections::BTreeMap;

use cuecard_model::{Action, Decision, RenderedStep, ScenarioId, Signals, Value};

use crate::call::{CallError, LogLine};

/// What came of a case.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The hook's answer.
    pub result: Result<Answer, CallError>,
    /// Keys written; `None` is forgotten. Of `migrate`, all that there are now, and those that are not there any more.
    pub key_writes: BTreeMap<String, Option<Value>>,
    /// Lines written to the author.
    pub log: Vec<LogLine>,
}

/// A hook's answer in words.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Of `compose`, best first; of `localize`, the one draft.
    Suggestions(Vec<SuggestionInWords>),
    /// Of `trigger`.
    Decisions(Vec<DecisionInWords>),
    /// Of `classify`.
    Signals(SignalsFound),
    /// Of `migrate`: all is in the keys written.
    Keys,
}

/// The signals of a turn after a plugin had its say.
#[derive(Clone, Debug)]
pub struct SignalsFound {
    /// As they are now.
    pub signals: Signals,
    /// Which of them the plugin named: `language`, `scenario`, `emotion`, `stage`, in this order.
    pub named: Vec<&'static str>,
    /// Why.
    pub reason: String,
}

/// A draft in words.
#[derive(Clone, Debug, Default)]
pub struct SuggestionInWords {
    /// The scenario that it answers.
    pub scenario: Option<ScenarioId>,
    /// The heading.
    pub title: Option<String>,
    /// The whole text; that of the steps joined, if it has steps.
    pub text: String,
    /// The parts.
    pub steps: Vec<RenderedStep>,
    /// What the agent can set off.
    pub actions: Vec<Action>,
    /// Why it is offered.
    pub reason: String,
    /// Arguments without a value.
    pub missing: Vec<String>,
}

/// A decision, and its text in words if it is an outreach that has one.
#[derive(Clone, Debug)]
pub struct DecisionInWords {
    /// As the plugin made it.
    pub decision: Decision,
    /// What would be sent.
    pub text: Option<String>,
}
