//! Versions of the contract: which this host speaks, what serves each, and what is going away in each.
//!
//! A new version is one more case here, a folder in sdk/wit and a file in `wasm/`. What plugins of older versions meet
//! does not change with it.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::wasm::{self, Contract};

/// A version of the contract, as `api = "1"` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Api {
    /// `sdk/wit/v1`, and its spelling in Luau.
    V1,
}

/// A host function that plugins should no longer call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// As WIT spells it: `format-date`.
    pub name: &'static str,
    /// What to write, for people.
    pub instead: &'static str,
}

impl Api {
    /// Every version that this host speaks, oldest first.
    pub const ALL: &[Self] = &[Self::V1];

    /// The version that new plugins are written for.
    pub fn newest() -> Self {
        Self::ALL.last().copied().unwrap_or(Self::V1)
    }

    /// `1`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1",
        }
    }

    /// The version of a name, if this host speaks it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|api| api.as_str() == name)
    }

    /// All names, for people: `1`, `1 and 2`
    pub fn spoken() -> String {
        Self::ALL.iter().map(|api| api.as_str()).collect::<Vec<_>>().join(" and ")
    }

    /// Host functions of this version that will not be in the next.
    pub fn deprecated(self) -> &'static [Deprecated] {
        match self {
            Self::V1 => &[],
        }
    }

    /// What serves components of this version.
    pub(crate) fn contract(self) -> &'static Contract {
        match self {
            Self::V1 => &wasm::v1::CONTRACT,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
