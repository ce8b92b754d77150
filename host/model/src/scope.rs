//! Whom something serves.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::MerchantId;

/// Whom something serves: every merchant, or one alone.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every merchant that has not disabled it.
    Shared,
    /// One merchant alone.
    Merchant(MerchantId),
}

impl Scope {
    /// The merchant, unless shared.
    pub fn merchant(&self) -> Option<&MerchantId> {
        match self {
            Self::Shared => None,
            Self::Merchant(merchant) => Some(merchant),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared => out.write_str("shared"),
            Self::Merchant(merchant) => write!(out, "@{merchant}"),
        }
    }
}
