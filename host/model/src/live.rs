//! Live data: what a merchant pushes at run time, with a validity span.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{Fields, Timestamp};

/// One promotion, stock notice or policy; the key tells which, e.g. `promotion.black-friday`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LiveItem {
    /// Chosen by the merchant; the part before the first dot is the kind.
    pub key: String,
    /// The item's content, flattened.
    pub fields: Fields,
    /// Valid from here; always, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Valid before here; for ever, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

impl LiveItem {
    /// Whether the item holds at a moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= now) && self.valid_until.is_none_or(|until| now < until)
    }
}
