//! What an agent is offered, and the whole answer to one message.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{Acceptance, Action, Failure, PluginVersion, ScenarioId, Signals, StepKind, SuggestionId, TurnId};

/// The answer to `POST /v1/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// This turn.
    pub turn_id: TurnId,
    /// The snapshot of plugins that answered.
    pub generation: u64,
    /// What *understand* found.
    pub signals: Signals,
    /// The message in the agent's language, where it is another and translations are switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_for_agent: Option<MessageForAgent>,
    /// Best first; at most three.
    pub suggestions: Vec<Suggestion>,
    /// The conversation is in the group that gets no suggestions, so that their effect can be measured.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_out: bool,
    /// The experiments that the conversation is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Assigned>,
    /// What acceptance said of the suggestions when they were ranked: with the turn's id it gives the same order again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<Acceptance>,
    /// Which plugin changed which signal, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Trace>,
    /// Plugins that contributed nothing, and why.
    pub failures: Vec<Failure>,
    /// Time spent.
    pub timing_us: TimingUs,
}

/// Which arm of an experiment a conversation is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Which experiment.
    pub experiment: String,
    /// Which of its arms.
    pub arm: String,
}

/// What an agent is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// For feedback.
    pub id: SuggestionId,
    /// Who offers it.
    pub plugin: PluginVersion,
    /// The scenario it answers.
    pub scenario: ScenarioId,
    /// The message key that it says, or those of its steps joined by `+`; absent where it is raw text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A short heading for the agent.
    pub title: String,
    /// The text to send, in the customer's language.
    pub text: String,
    /// The parts of the text, in order.
    pub steps: Vec<RenderedStep>,
    /// What the agent can set off.
    pub actions: Vec<Action>,
    /// Why this is offered.
    pub reason: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The locale of `text`.
    pub locale: String,
    /// `text`, or a part of it, was translated by a machine, because the plugin has no words in `locale`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub machine_translated: bool,
    /// The same in the agent's language, where it differs and the message is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_for_agent: Option<String>,
    /// `text_for_agent` was translated by a machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub text_for_agent_machine_translated: bool,
    /// Arguments that had no value. Such a suggestion is for the agent to complete.
    pub missing: Vec<String>,
    /// What changed the wording, and why.
    pub trace: Vec<Trace>,
}

/// What the customer wrote, in the agent's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageForAgent {
    /// The text.
    pub text: String,
    /// Its language, BCP 47.
    pub language: String,
    /// True: nobody but a machine has read it.
    pub machine_translated: bool,
}

/// One part of a suggestion, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedStep {
    /// What the part is for.
    pub kind: StepKind,
    /// The part's text.
    pub text: String,
}

/// One thing that happened to a suggestion on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Trace {
    /// The stage, e.g. `localize`.
    pub stage: String,
    /// The rule or the plugin@version that acted.
    pub rule: String,
    /// The text before, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The text after, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Why.
    pub why: String,
}

/// Microseconds spent, per stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimingUs {
    /// Finding the signals, the plugins' `classify` hooks included.
    pub understand: u64,
    /// Calling the plugins, the way to the worker and back included.
    pub compose: u64,
    /// Putting drafts into words, a wait for translations included.
    pub localize: u64,
    /// Checking them.
    pub guard: u64,
    /// Ordering them.
    pub rank: u64,
    /// From the first stage to the last.
    pub total: u64,
}
