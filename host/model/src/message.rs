//! One message, as it comes in and as it is remembered.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AgentId, ConversationId, Customer, MessageId, Timestamp};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person who wants something.
    Customer,
    /// The person who answers.
    Agent,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Message {
    /// Who wrote it.
    pub role: Role,
    /// What was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// How a voice on the telephone sounded, as the telephony side measured it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// From 0, calm, to 1, agitated.
    pub arousal: f64,
    /// From -1, bad, to 1, good.
    pub valence: f64,
}

/// The body of `POST /v1/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncomingMessage {
    /// The thread.
    pub conversation_id: ConversationId,
    /// Unique in the thread; the same id twice counts once.
    pub message_id: MessageId,
    /// `web_chat`, `email`, `sms`, ...
    #[serde(default = "web_chat")]
    pub channel: String,
    /// Who wrote it: a customer's message is answered, an agent's is remembered.
    #[serde(default = "customer_role")]
    pub role: Role,
    /// What was written.
    pub text: String,
    /// On a call: how it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// When; now, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who wrote. What stands here goes over the stored profile, field by field.
    pub customer: Customer,
    /// Who will answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The language that the agent reads, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_locale: Option<String>,
}

fn web_chat() -> String {
    "web_chat".to_owned()
}

fn customer_role() -> Role {
    Role::Customer
}
