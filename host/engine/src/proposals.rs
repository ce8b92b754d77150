//! Words of agents that may become scripts.

use cuecard_model::CustomerId;
use serde::{Deserialize, Serialize};

/// An agent's words on their way to a script. They are the customer's to whom they were said, and are erased with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRecord {
    /// Unique for the merchant; ids sort by time.
    pub id: String,
    /// To whom they were said.
    pub customer: CustomerId,
    /// Where it stands.
    pub state: ProposalState,
    /// The words and more, in JSON; opaque to the engine.
    pub body: String,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Nobody has decided.
    Open,
    /// An author has made a message of it.
    Taken,
    /// An author wants nothing of it.
    Dismissed,
}

impl ProposalState {
    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Taken => "taken",
            Self::Dismissed => "dismissed",
        }
    }
}
