//! What agents did with suggestions. Learned from, so each row says what it was about and how long it took.

use cuecard_model::{AgentId, MessageId, PluginVersion, SuggestionId, Timestamp};
use serde::{Deserialize, Serialize};

/// What an agent did with a suggestion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// Which suggestion.
    pub suggestion: SuggestionId,
    /// Who offered it.
    pub plugin: PluginVersion,
    /// What was done.
    pub action: FeedbackAction,
    /// The words that were inserted or sent, where they are not those that were offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_text: Option<String>,
    /// How much of the words was changed before they were sent: 0 nothing, 1 all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_share: Option<f64>,
    /// Why it was dismissed: a reason code, or the agent's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The agent's message that it became, or that was sent in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Milliseconds since it was first on the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// When.
    pub at: Timestamp,
}

impl Feedback {
    /// That something was done, and no more.
    pub fn new(suggestion: SuggestionId, plugin: PluginVersion, action: FeedbackAction, at: Timestamp) -> Self {
        let (final_text, edit_share, reason, message, took_ms, agent) = (None, None, None, None, None, None);
        Self { suggestion, plugin, action, final_text, edit_share, reason, message, took_ms, agent, at }
    }
}

/// What an agent can do with a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackAction {
    /// It was on the screen.
    Shown,
    /// It was put into the reply.
    Inserted,
    /// It was sent as it is.
    Sent,
    /// It was sent with changes.
    Edited,
    /// It was put away.
    Dismissed,
    /// It was on the screen, and something else was sent.
    Ignored,
}
