//! What the gate is asked about, and what is known around it: plain data, read by the caller in one go.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{ConsentRecord, CustomerId, Outreach, Purpose, Sent, Suppression, Timestamp};
use serde::{Deserialize, Serialize};

/// A contact that may or may not be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The same occurrence is proposed once, e.g. `cart-1001`.
    pub occurrence: String,
    /// What it is for.
    pub purpose: Purpose,
    /// `sms`, `email`, `whatsapp`, ...
    pub channel: Arc<str>,
    /// Free words, or a template that the channel's owner has approved.
    #[serde(default)]
    pub form: Form,
    /// When that happened which is the reason: the cart was left, the parcel was late.
    pub reason_at: Timestamp,
    /// After this moment it is of no use, e.g. when the offer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

impl Proposal {
    /// An outreach on this channel, proposed on an event of this moment.
    pub fn new(outreach: &Outreach, channel: impl Into<Arc<str>>, event_at: Timestamp) -> Self {
        Self {
            occurrence: outreach.occurrence.clone(),
            purpose: outreach.purpose,
            channel: channel.into(),
            form: if outreach.template.is_some() { Form::Template } else { Form::Free },
            reason_at: outreach.reason_at.unwrap_or(event_at),
            valid_until: outreach.valid_until,
        }
    }
}

/// What kind of message a channel would be handed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Free words.
    #[default]
    Free,
    /// A template that the channel's owner has approved.
    Template,
}

/// What is known about the customer and the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Whom it concerns; decides the holdout group.
    pub customer: CustomerId,
    /// Where the customer may be.
    #[serde(default)]
    pub evidence: Evidence,
    /// Every record of this customer, in any order.
    #[serde(default)]
    pub consents: Vec<ConsentRecord>,
    /// Channels that must not be used.
    #[serde(default)]
    pub suppressions: Vec<Suppression>,
    /// What was sent, or is being sent, in any order; 30 days back suffice.
    #[serde(default)]
    pub sends: Vec<Sent>,
    /// A conversation that an agent has open with the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<OpenConversation>,
    /// When the customer last ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_order: Option<Timestamp>,
    /// When the customer last wrote, by channel.
    #[serde(default)]
    pub last_inbound: BTreeMap<String, Timestamp>,
    /// Another outreach for the same occurrence that was sent or still may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Earlier>,
}

impl Facts {
    /// A customer of whom nothing is known.
    pub fn unknown(customer: CustomerId) -> Self {
        Self {
            customer,
            evidence: Evidence::default(),
            consents: Vec::new(),
            suppressions: Vec::new(),
            sends: Vec::new(),
            conversation: None,
            last_order: None,
            last_inbound: BTreeMap::new(),
            earlier: None,
        }
    }
}

/// What tells where a customer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// IANA name, from the browser or the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// ISO 3166-1 alpha-2, from the address or the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The part of the country, as ISO 3166-2 without the country: `FL`, `NSW`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A conversation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenConversation {
    /// When somebody last wrote in it.
    pub last_message_at: Timestamp,
}

/// Another outreach for the same occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// Its id.
    pub id: String,
    /// When it was proposed.
    pub at: Timestamp,
}
