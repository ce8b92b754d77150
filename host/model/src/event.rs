//! Shop events, and what a trigger may decide on one.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CustomerId, EventId, Fields, ScenarioId, Timestamp};

/// One thing that happened in the shop, e.g. `fulfillment.updated`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Event {
    /// Unique for the merchant; the same id twice counts once.
    pub id: EventId,
    /// `cart.updated`, `order.created`, `fulfillment.updated`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// The event's content, flattened.
    #[serde(default)]
    pub fields: Fields,
}

/// What a trigger wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Contact the customer.
    Outreach(Outreach),
    /// Look again later.
    Timer(Timer),
    /// Forget the timer with this key.
    Cancel(String),
}

/// A contact that a trigger proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Outreach {
    /// The same occurrence is proposed once, e.g. `cart-1001`.
    pub occurrence: String,
    /// What consent it needs.
    pub purpose: Purpose,
    /// The scenario it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ScenarioId>,
    /// A message key of the plugin's `messages/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The values for the message.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub arguments: Fields,
    /// Raw text instead of a message key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The channel to use; the customer's preferred one, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The channel's own template that says this, where free words are not allowed: its name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Why, for the agent.
    #[serde(default)]
    pub reason: String,
    /// When that happened which is the reason; the event's moment, if absent. An order since then ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_at: Option<Timestamp>,
    /// After this moment it is of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

/// What a contact is for, and so which consent it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// About something the customer has bought or asked.
    Service,
    /// To sell.
    Marketing,
}

/// An event that the host raises later, unless it is cancelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Unique for the plugin and customer; setting it again moves it.
    pub key: String,
    /// When to fire.
    pub at: Timestamp,
    /// The type of the event that is raised.
    pub event: String,
    /// The fields of the event that is raised.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
}

impl From<Outreach> for crate::Draft {
    /// What is said to the customer, as a draft that takes the same way as any reply.
    fn from(outreach: Outreach) -> Self {
        let Outreach { scenario, message, arguments, text, reason, .. } = outreach;
        Self { scenario, message, arguments, text, reason, ..Self::default() }
    }
}
