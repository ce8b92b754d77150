//! What is kept of an experiment: one row a conversation, and sums by arm.

use cuecard_model::{ConversationId, CustomerId, Timestamp, TurnId};

/// A conversation in an experiment.
///
/// It counts by its first turn there and by the first answer alone, so that what was counted never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Which experiment.
    pub experiment: String,
    /// Which of its arms.
    pub arm: String,
    /// Which conversation.
    pub conversation: ConversationId,
    /// Whose.
    pub customer: CustomerId,
    /// The turn.
    pub turn: TurnId,
    /// When it began.
    pub at: Timestamp,
    /// What an agent answered.
    pub answer: Option<TrialAnswer>,
}

/// How the first turn of a conversation in an experiment was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialAnswer {
    /// When.
    pub at: Timestamp,
    /// How much of it was a suggestion: 1 as it was offered, 0 the agent's own words.
    pub accepted: f64,
    /// How much of the suggestion was changed, where one was sent.
    pub edit_share: Option<f64>,
    /// Milliseconds from the message to the answer.
    pub took_ms: u64,
}

/// What became of one arm's conversations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmResult {
    /// Which arm.
    pub arm: String,
    /// Conversations in it.
    pub conversations: u64,
    /// Acceptance, over those that were answered.
    pub accepted: Sums,
    /// Edit shares, over those where a suggestion was sent.
    pub edit_share: Sums,
    /// Hours to the answer, of which more than one counts as one: so one forgotten conversation is not the mean.
    pub hours: Sums,
}

/// What means and their spread follow from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
}
