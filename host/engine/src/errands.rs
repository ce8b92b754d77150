//! An errand: something that came from another system's conversation, and what the host still owes it.
//!
//! What is in one is the business of whoever runs it; kept are whose it is, its place in line and when it is due.

use std::sync::Arc;

use cuecard_model::{ConversationId, CustomerId, MerchantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One errand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Errand {
    /// Unique for the merchant: the same thing told twice is one errand.
    pub id: Arc<str>,
    /// Counts the changes: each change names the one that it follows.
    pub revision: u32,
    /// The customer of the conversation.
    pub customer: CustomerId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Whether those of its conversation that came later and are in line too wait for it.
    pub in_line: bool,
    /// When it is to be looked at; never again, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Opaque to the engine.
    pub body: Json,
}

impl Errand {
    /// The errand that follows this one.
    #[must_use]
    pub fn next(&self, body: Json, due_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self { revision: self.revision + 1, body, due_at, updated_at: now, ..self.clone() }
    }
}

/// An errand that is to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct DueErrand {
    /// Whose.
    pub merchant: MerchantId,
    /// As it stands.
    pub errand: Errand,
}
