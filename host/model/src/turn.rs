//! A turn: one customer message with all that is known at that moment. It is what `compose` is handed.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{ConversationId, Customer, LiveItem, Message, Profile, Signals, Timestamp, TurnId};

/// One customer message with all that is known at that moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Turn {
    /// This turn; also the seed of its random numbers.
    pub id: TurnId,
    /// The turn's clock. A plugin has no other.
    pub now: Timestamp,
    /// `web_chat`, `email`, `sms`, ...
    pub channel: String,
    /// The thread.
    pub conversation_id: ConversationId,
    /// The message to answer.
    pub message: Message,
    /// What was said before, oldest first, at most the last 20.
    pub history: Vec<Message>,
    /// What *understand* found.
    pub signals: Signals,
    /// Who wrote, with orders. Shared with whoever stores it.
    pub customer: Arc<Customer>,
    /// The same customer at a glance.
    #[serde(default)]
    pub profile: Profile,
    /// The merchant's live data that is valid now.
    pub live: Vec<Arc<LiveItem>>,
    /// The locale of the answer, BCP 47.
    pub locale: String,
    /// The locale that the agent reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_locale: Option<String>,
}
