//! A proposed contact as it is kept: what was proposed, where it stands, and everything that was said about it.

use std::{fmt, sync::Arc};

use cuecard_model::{CustomerId, Event, MerchantId, Outreach, PluginVersion, ScenarioId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One proposed contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutreachId(Arc<str>);

impl OutreachId {
    /// Wraps any text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutreachId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A proposed contact and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutreachRecord {
    /// Unique for the merchant.
    pub id: OutreachId,
    /// Counts the changes: each change names the one that it follows.
    #[serde(default)]
    pub revision: u32,
    /// Who proposed it.
    pub plugin: PluginVersion,
    /// To whom.
    pub customer: CustomerId,
    /// What was proposed.
    pub outreach: Outreach,
    /// The event that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// The channel that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// The words, as a suggestion. Opaque to the engine, as are the verdicts below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Json>,
    /// What a person wrote in place of the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<String>,
    /// Where it stands.
    pub state: OutreachState,
    /// Why it stands there: a reason code, e.g. `quiet_hours`; may be empty.
    pub reason: String,
    /// The same for people, where the code does not say all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// When it is to be looked at by itself; never, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it was last handed over, unless it was surely not taken. It counts for caps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted_at: Option<Timestamp>,
    /// How often it was handed over.
    #[serde(default)]
    pub attempts: u32,
    /// What was last handed over, and to which address. Opaque to the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<Json>,
    /// The carrier's own id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What came of it: `delivered`, `bounced`, `complained`, `replied`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The gate's verdict when it was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Json>,
    /// The gate's verdict when it was last about to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Json>,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl OutreachRecord {
    /// A new proposal, for an agent to look at.
    pub fn new(
        id: OutreachId,
        plugin: PluginVersion,
        customer: CustomerId,
        outreach: Outreach,
        event: Event,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            revision: 0,
            plugin,
            customer,
            outreach,
            event: Some(event),
            channel: None,
            rendered: None,
            edited: None,
            state: OutreachState::Proposed,
            reason: String::new(),
            detail: String::new(),
            due_at: None,
            attempted_at: None,
            attempts: 0,
            handed: None,
            reference: None,
            outcome: None,
            decided: None,
            checked: None,
            created_at: now,
            updated_at: now,
            by: None,
        }
    }

    /// The record that follows this one: another state for this reason, looked at no more by itself.
    #[must_use]
    pub fn next(&self, state: OutreachState, reason: &str, now: Timestamp) -> Self {
        Self {
            revision: self.revision + 1,
            state,
            reason: reason.to_owned(),
            detail: String::new(),
            due_at: None,
            updated_at: now,
            by: None,
            ..self.clone()
        }
    }
}

/// Where a contact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutreachState {
    /// Waits for an agent.
    Proposed,
    /// Is to be sent, and the gate holds it back for now.
    Held,
    /// Is to be sent.
    Approved,
    /// Is being handed over.
    Sending,
    /// Was sent.
    Sent,
    /// Will not be sent: the gate says so.
    Dropped,
    /// Will not be sent: a person says so.
    Cancelled,
    /// Could not be sent.
    Failed,
    /// Was handed over, and nobody knows whether it was taken.
    Unknown,
}

impl OutreachState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Proposed,
        Self::Held,
        Self::Approved,
        Self::Sending,
        Self::Sent,
        Self::Dropped,
        Self::Cancelled,
        Self::Failed,
        Self::Unknown,
    ];

    /// The word, as in JSON and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it was sent, or still may be: its occurrence is taken.
    pub fn stands(self) -> bool {
        !matches!(self, Self::Dropped | Self::Cancelled | Self::Failed)
    }
}

/// A contact that is to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct DueOutreach {
    /// Whose.
    pub merchant: MerchantId,
    /// As it stands.
    pub record: OutreachRecord,
}

/// Which contacts to list; an empty filter takes all.
#[derive(Clone, Debug, Default)]
pub struct OutreachFilter {
    /// In this state.
    pub state: Option<OutreachState>,
    /// To this customer.
    pub customer: Option<CustomerId>,
    /// Standing where they do for this reason.
    pub reason: Option<String>,
    /// Of this scenario.
    pub scenario: Option<ScenarioId>,
    /// Proposed at or after this moment.
    pub since: Option<Timestamp>,
}
