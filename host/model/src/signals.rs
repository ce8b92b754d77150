//! What *understand* found in a turn.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::ScenarioId;

/// Language, scenario, emotion and journey stage of one customer message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Signals {
    /// The language to answer in.
    pub language: DetectedLanguage,
    /// What the customer wants.
    pub scenario: DetectedScenario,
    /// How the customer feels.
    pub emotion: Emotion,
    /// Where the customer is on the way from browsing to after-sale.
    pub stage: Stage,
}

/// A language with its script where that matters, e.g. `zh-Hans`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct DetectedLanguage {
    /// BCP 47; `und` if nothing tells.
    pub tag: String,
    /// 0 to 1.
    pub confidence: f64,
}

/// The scenario found; its id is `none` where nothing fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct DetectedScenario {
    /// One of the scenarios that the merchant's plugins declare, or `none`.
    pub id: ScenarioId,
    /// 0 to 1.
    pub confidence: f64,
    /// The next best, best first.
    pub alternatives: Vec<Alternative>,
}

/// A scenario that came near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Alternative {
    /// The scenario.
    pub id: ScenarioId,
    /// 0 to 1.
    pub confidence: f64,
}

/// How the customer feels, and which way it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Emotion {
    /// The strongest feeling.
    pub label: EmotionLabel,
    /// 0 to 1.
    pub intensity: f64,
    /// Over the conversation so far.
    pub trend: Trend,
    /// How likely it is that the customer is disappointed, frustrated or angry, 0 to 1.
    #[serde(default)]
    pub upset: f64,
    /// How bad each of the customer's messages was, oldest first, this one last: from -0.5 for joy to 1 for fury.
    /// Empty with the first message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<f64>,
    /// Where the curve turned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turning_points: Vec<TurningPoint>,
}

impl Emotion {
    /// A feeling without a conversation around it.
    pub fn new(label: EmotionLabel, intensity: f64, trend: Trend) -> Self {
        let upset = if label.is_upset() { intensity } else { 0.0 };
        Self { label, intensity, trend, upset, curve: Vec::new(), turning_points: Vec::new() }
    }
}

/// A message after which the feeling went another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct TurningPoint {
    /// Its place on the curve, from 0.
    pub message: usize,
    /// Which way it went from there.
    pub then: Trend,
}

/// Feelings that ask for different words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmotionLabel {
    /// Nothing to react to.
    Neutral,
    /// Pleased.
    Happy,
    /// Thankful.
    Grateful,
    /// Does not understand.
    Confused,
    /// Worried.
    Anxious,
    /// Let down.
    Disappointed,
    /// Tried before, in vain.
    Frustrated,
    /// Furious.
    Angry,
}

impl EmotionLabel {
    /// Disappointed, frustrated or angry.
    pub fn is_upset(self) -> bool {
        matches!(self, Self::Disappointed | Self::Frustrated | Self::Angry)
    }
}

/// Which way the feeling goes over the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Stronger than before.
    Rising,
    /// As before.
    Steady,
    /// Weaker than before.
    Falling,
}

/// Where the customer is on the way from browsing to after-sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looking around.
    Browsing,
    /// Has a cart or questions, has not decided.
    Hesitating,
    /// Is paying.
    Checkout,
    /// Has paid, nothing has left yet.
    AwaitingShipment,
    /// A parcel is on its way.
    InTransit,
    /// A parcel arrived lately.
    Delivered,
    /// A return, refund or exchange is under way.
    AfterSale,
    /// Bought once, long ago.
    Lapsed,
}
