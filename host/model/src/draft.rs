//! A draft: what a plugin offers before the host has put it into words.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{Fields, ScenarioId};

/// A suggestion in the making: a message key with arguments, or raw text, or steps of either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The scenario it answers; the turn's, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ScenarioId>,
    /// A short heading for the agent; the scenario's title, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A message key of the plugin's `messages/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The values for the message.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub arguments: Fields,
    /// Raw text instead of a message key; it passes the same checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Parts in order, e.g. empathy and then the solution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What the agent can set off with one key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Why this is offered, for the agent.
    #[serde(default)]
    pub reason: String,
    /// 0 to 1; the scenario's confidence, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

/// One part of a suggestion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the part is for.
    pub kind: StepKind,
    /// A message key of the plugin's `messages/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The values for the message.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub arguments: Fields,
    /// Raw text instead of a message key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a part of a reply is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Opens the reply.
    Greeting,
    /// Shows that the customer was heard.
    Empathy,
    /// Says sorry.
    Apology,
    /// States what is known.
    Fact,
    /// Says what will be done.
    Solution,
    /// Asks for what is missing.
    Question,
    /// Ends the reply.
    Closing,
}

/// Something that the agent can set off, e.g. `create_return`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What to do; the merchant's systems know the word.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what.
    #[serde(default)]
    pub args: Fields,
}

/// How the answer will be worded; what `localize` is handed beside the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Culture {
    /// The locale of the answer, BCP 47.
    pub locale: String,
    /// The form of address.
    pub register: Register,
    /// Which way the text runs.
    pub direction: Direction,
    /// The customer's name as one would say it, e.g. `王先生` or `Sara`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The longest text that the channel takes, in grapheme clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
}

/// The form of address, e.g. du or Sie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// Du, tú, 你.
    Informal,
    /// Sie, usted, 您.
    Formal,
}

/// Which way a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}
