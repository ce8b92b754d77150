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

/// What a plugin's `classify` hook understood otherwise. What is absent stays as it was.
#[derive(Clone, Debug, Default, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Classification {
    /// In place of the language.
    pub language: Option<DetectedLanguage>,
    /// In place of the scenario. Without alternatives, what it replaces becomes the first of them.
    pub scenario: Option<DetectedScenario>,
    /// In place of the emotion.
    pub emotion: Option<ClassifiedEmotion>,
    /// In place of the stage.
    pub stage: Option<Stage>,
    /// Why, for the trace.
    pub reason: String,
}

/// A feeling as a plugin names it.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct ClassifiedEmotion {
    /// The strongest feeling.
    pub label: EmotionLabel,
    /// 0 to 1.
    pub intensity: f64,
    /// Over the conversation so far; stays as it was, if absent.
    pub trend: Option<Trend>,
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
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Happy => "happy",
            Self::Grateful => "grateful",
            Self::Confused => "confused",
            Self::Anxious => "anxious",
            Self::Disappointed => "disappointed",
            Self::Frustrated => "frustrated",
            Self::Angry => "angry",
        }
    }

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

impl Stage {
    /// Every stage, in the order in which a customer usually goes through them.
    pub const ALL: [Self; 8] = [
        Self::Browsing,
        Self::Hesitating,
        Self::Checkout,
        Self::AwaitingShipment,
        Self::InTransit,
        Self::Delivered,
        Self::AfterSale,
        Self::Lapsed,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browsing => "browsing",
            Self::Hesitating => "hesitating",
            Self::Checkout => "checkout",
            Self::AwaitingShipment => "awaiting_shipment",
            Self::InTransit => "in_transit",
            Self::Delivered => "delivered",
            Self::AfterSale => "after_sale",
            Self::Lapsed => "lapsed",
        }
    }
}
