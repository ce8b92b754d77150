//! What is kept about contacting a customer: what they agreed to, what was sent, what must not be used.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{CustomerId, Purpose, Timestamp};

/// What a customer agreed to, or no longer agrees to. Never changed once written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRecord {
    /// Whose.
    pub customer: CustomerId,
    /// For what.
    pub purpose: ConsentPurpose,
    /// On which channel; on every one, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// Yes or no.
    pub answer: ConsentAnswer,
    /// Which version of the words the customer was shown, e.g. `checkout-2026-03`.
    pub wording: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Where it was said: `checkout`, `keyword STOP`, `unsubscribe link`, an agent.
    pub source: Arc<str>,
}

/// What consent is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    /// News about what was bought or asked.
    Service,
    /// Selling.
    Marketing,
    /// Selling at night, where the law asks for a consent of its own.
    MarketingAtNight,
}

impl From<Purpose> for ConsentPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Service => Self::Service,
            Purpose::Marketing => Self::Marketing,
        }
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    /// Agreed.
    Granted,
    /// No longer agreed. Later in order: of two records of one moment the withdrawal decides.
    Withdrawn,
}

/// One contact that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// On which channel.
    pub channel: Arc<str>,
    /// What for.
    pub purpose: Purpose,
}

/// A channel that must not be used for a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// Which channel; every one, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// Why.
    pub cause: SuppressionCause,
    /// Since when.
    pub at: Timestamp,
}

/// Why a channel must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionCause {
    /// The address takes nothing.
    Bounced,
    /// The customer told the provider that it was unwanted.
    Complained,
    /// The customer was erased and must not come back.
    Erased,
}

/// What is kept about contacting one customer, read in one go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFacts {
    /// Every record of this customer, oldest first.
    pub consents: Vec<ConsentRecord>,
    /// Channels that must not be used.
    pub suppressions: Vec<Suppression>,
    /// The last contacts that were proposed, newest first; at most [`ContactFacts::CONTACTS`].
    pub contacts: Vec<PastContact>,
    /// When somebody last wrote, the customer or an agent, in the customer's latest conversation.
    pub last_message_at: Option<Timestamp>,
}

impl ContactFacts {
    /// So many contacts are more than any cap counts in a month.
    pub const CONTACTS: usize = 256;
}

/// A contact that was proposed before, without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastContact {
    /// Unique for the merchant.
    pub id: Arc<str>,
    /// Of what it speaks.
    pub occurrence: String,
    /// When it was proposed.
    pub at: Timestamp,
    /// The channel, once one is chosen.
    pub channel: Option<Arc<str>>,
    /// What for.
    pub purpose: Purpose,
    /// Whether it was sent, or still may be.
    pub stands: bool,
    /// When it was handed over, if it was or may have been: this counts for caps.
    pub attempted_at: Option<Timestamp>,
}
