//! What a merchant settles about outreach, as it is written in TOML or kept as JSON.
//!
//! It can add hours and caps to the rules and has no word to take one away.

use cuecard_model::{Purpose, ScenarioId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{GateError, WeekSettings, error::parse};

/// A merchant's settings; what is absent is as in the shipped defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Scenarios whose outreach is sent without an agent's word, once the gate lets it pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<ScenarioId>,
    /// No outreach at all until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// No outreach before this moment, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// The merchant's own zone, for those who read verdicts; IANA name, UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Where a customer is taken to live if nothing tells: ISO 3166-1 alpha-2. Empty: such a customer is not contacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markets: Vec<String>,
    /// The longest wait, in hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_defer_hours: Option<u32>,
    /// How long an open conversation must have been silent, in hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_quiet_hours: Option<u32>,
    /// Who is not contacted, to measure the effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    /// Hours beside those of the law; all that are given hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<HoursSettings>>,
    /// Caps beside those of the law; all that are given hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Vec<CapSettings>>,
}

impl Settings {
    /// Reads settings strictly: an unknown key is an error with its line.
    pub fn parse(text: &str) -> Result<Self, GateError> {
        parse("outreach settings", text)
    }
}

/// The share of customers who are not contacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holdout {
    /// 0 to 1.
    pub share: f64,
    /// Another seed draws another group; the merchant's id, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// For which purposes.
    #[serde(default = "marketing")]
    pub purposes: Vec<Purpose>,
}

fn marketing() -> Vec<Purpose> {
    vec![Purpose::Marketing]
}

/// Hours in which something may be sent, by the customer's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursSettings {
    /// How it is called in verdicts.
    pub id: String,
    /// In which countries; everywhere, if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// On which channels; if empty, on all but those on which the customer is there already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// For which purposes; all, if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// When.
    pub week: WeekSettings,
}

/// How much may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapSettings {
    /// How it is called in verdicts.
    pub id: String,
    /// On which channels, all together; if empty, on all but those on which the customer is there already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// For which purposes, all together; all, if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// How many.
    pub count: u32,
    /// In which time: `day` is the customer's own calendar day, `24h` and `7d` are hours and days back from the moment.
    pub per: String,
}
