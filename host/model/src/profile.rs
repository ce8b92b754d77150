//! A customer at a glance: computed facts for plugins and agents. Flat: each fact is a field.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{CustomerId, Money, Timestamp};

/// Facts about a customer, all of them computed from what is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Orders placed and not called off.
    pub orders: u32,
    /// What they cost, less what was paid back; one amount for each currency, in order of its code.
    pub spend: Vec<Money>,
    /// Of the orders that arrived, the share with a return, 0 to 1; absent if none has arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns_rate: Option<f64>,
    /// Whether the customer has bought before.
    pub buyer: Buyer,
    /// When the newest order was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_order_at: Option<Timestamp>,
    /// When the customer last wrote, before the message at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_contact_at: Option<Timestamp>,
    /// On which channel that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_contact_channel: Option<String>,
    /// What is not settled, in the order of the orders.
    pub open_problems: Vec<OpenProblem>,
    /// The channel to reach the customer on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<String>,
    /// The language to reach the customer in, BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_language: Option<String>,
    /// How likely the customer is to leave, in three steps.
    pub risk: Risk,
    /// The same from 0 to 1: the sum of what speaks for it.
    pub risk_score: f64,
}

/// Whether somebody has bought before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Buyer {
    /// No order yet.
    #[default]
    Prospect,
    /// One order.
    First,
    /// More than one.
    Repeat,
}

/// How likely a customer is to leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing unusual.
    #[default]
    Low,
    /// Something to set right.
    Medium,
    /// Several things at once.
    High,
}

/// Something that is not settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenProblem {
    /// What.
    pub kind: ProblemKind,
    /// With which order.
    pub order_id: String,
    /// Since when, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// What can be unsettled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Placed and not paid.
    UnpaidOrder,
    /// A parcel was promised earlier and has not arrived.
    LateParcel,
    /// A parcel could not be delivered.
    FailedDelivery,
    /// Goods are on their way back, or are to be.
    OpenReturn,
    /// A return was refused lately.
    DeclinedReturn,
    /// Money is to go back and has not yet.
    OpenRefund,
    /// A refund was refused lately.
    DeclinedRefund,
}

impl ProblemKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnpaidOrder => "unpaid_order",
            Self::LateParcel => "late_parcel",
            Self::FailedDelivery => "failed_delivery",
            Self::OpenReturn => "open_return",
            Self::DeclinedReturn => "declined_return",
            Self::OpenRefund => "open_refund",
            Self::DeclinedRefund => "declined_refund",
        }
    }
}

/// The answer to `GET /v1/customers/{id}/profile`: the facts, and where each came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExplainedProfile {
    /// Whom it is about.
    pub customer_id: CustomerId,
    /// The moment that "late" and "lately" are counted from.
    pub at: Timestamp,
    /// The facts.
    pub profile: Profile,
    /// By the name of a fact, what it was computed from.
    pub sources: BTreeMap<String, Vec<String>>,
}
