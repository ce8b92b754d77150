//! Who is who, as it is shown; what became of webhooks' senders; what a sweep finds.

use std::sync::Arc;

use cuecard_model::{CustomerId, IdentityKind, MerchantId, Timestamp};
use serde::{Deserialize, Serialize};

/// One customer by all names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identities {
    /// The id that everything is kept under.
    pub customer_id: Option<CustomerId>,
    /// Other ids of the same customer, found by a rule.
    pub also: Vec<CustomerId>,
    /// By what the customer is known.
    pub identities: Vec<Identity>,
    /// How the ids came together, and which merges were undone, oldest first.
    pub merges: Vec<Merge>,
}

/// One name of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// What it is.
    pub kind: IdentityKind,
    /// In one spelling.
    pub value: String,
    /// Whether it links: somebody made sure of it.
    pub verified: bool,
    /// Who said so first.
    pub source: String,
    /// When.
    pub at: Timestamp,
}

/// That two ids were found to be one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The id that is now another name.
    pub customer_id: CustomerId,
    /// The id that everything is kept under since.
    pub into: CustomerId,
    /// When.
    pub at: Timestamp,
    /// Why: `same_email`, `same_phone`, `same_shop`, `same_contact`.
    pub rule: String,
    /// By which event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<String>,
}

/// Where a system sends its webhooks. The key in its address is never kept, only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// The hash of the key, in hex.
    pub hash: Arc<str>,
    /// Whose.
    pub merchant: MerchantId,
    /// Which system: `shopify`, `woocommerce`, ...
    pub kind: String,
    /// What the system signs with: a shared secret, or its public keys as a JWK set.
    pub secret: Arc<str>,
    /// Set if the merchant has more than one shop: goes before the ids of its customers and orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A row that a sweep looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged {
    /// Its place; rows are looked at in this order.
    pub row: i64,
    /// Whose.
    pub merchant: MerchantId,
    /// From when it is.
    pub at: Timestamp,
}

/// What a sweep goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Messages with their turns and feedback.
    Messages,
    /// Events that have been decided.
    Events,
    /// What turns were answered from. Their messages stay.
    Inputs,
    /// What events were judged from. The events stay.
    Judged,
}
