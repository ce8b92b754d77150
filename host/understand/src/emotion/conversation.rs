//! The feeling over a conversation: what earlier messages leave behind, the curve, its trend and turning points.
//!
//! Owns the fold over messages. Knows no words: each message comes as what it says alone.

use std::sync::Arc;

use cuecard_model::{Emotion, EmotionLabel, Role, Timestamp, Trend, TurningPoint};

use super::judge::{self, Around, Feeling};
use crate::{Input, reading::Reading, scenario::round};

/// How much of a feeling is left one message later.
const MEMORY: f64 = 0.8;
/// A change of less than this is none.
const STEADY: f64 = 0.12;
/// The curve turns where it comes back by as much as this.
const TURN: f64 = 0.25;
/// Nobody is impatient before this many seconds without an answer.
const PATIENCE: f64 = 300.0;
/// After this many, waiting longer makes nothing worse: two days.
const WORN_OUT: f64 = 172_800.0;

/// `past`: the customer's earlier messages, newest first.
pub(crate) fn detect(message: &Reading, past: &[Arc<Reading>], input: &Input<'_>) -> Emotion {
    let mut conversation = Conversation::default();
    for message in past.iter().rev() {
        conversation.hear(message, Around::default());
    }
    let around = Around { waited: waited(input), voice: input.voice, ..Around::default() };
    let feeling = conversation.hear(message, around);
    let curve = conversation.curve;
    let trend = trend(&curve);
    let turning_points = turning_points(&curve);
    let curve = if curve.len() > 1 { curve } else { Vec::new() };
    let (label, intensity, upset) = (feeling.label, round(feeling.intensity), round(feeling.upset));
    Emotion { label, intensity, trend, upset, curve, turning_points }
}

/// The customer's side so far.
#[derive(Default)]
struct Conversation<'a> {
    /// What is left of earlier upset, 0 to 1.
    carried: f64,
    said: Vec<&'a Reading>,
    curve: Vec<f64>,
}

impl<'a> Conversation<'a> {
    fn hear(&mut self, message: &'a Reading, around: Around) -> Feeling {
        let asked_again = self.said.iter().any(|before| message.emotion.units.are_like(&before.emotion.units));
        let around = Around { carried: self.carried * MEMORY, asked_again, ..around };
        let feeling = judge::feel(&message.emotion, &around);
        let upset = if feeling.label.is_upset() { feeling.intensity } else { 0.0 };
        self.carried = (self.carried * MEMORY).max(upset);
        self.curve.push(round_signed(distress(feeling)));
        self.said.push(message);
        feeling
    }
}

/// How bad it is, from -0.5 for joy to 1 for fury.
fn distress(feeling: Feeling) -> f64 {
    use EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};
    match feeling.label {
        Angry | Frustrated | Disappointed => feeling.intensity,
        Anxious | Confused | Neutral => 0.5 * feeling.intensity,
        Happy | Grateful => -0.5 * feeling.intensity,
    }
}

/// The newest message against the two before it.
fn trend(curve: &[f64]) -> Trend {
    let Some((now, before)) = curve.split_last() else { return Trend::Steady };
    let lately = before.iter().rev().take(2);
    let count = lately.len();
    if count == 0 {
        return Trend::Steady;
    }
    match now - lately.sum::<f64>() / count as f64 {
        change if change > STEADY => Trend::Rising,
        change if change < -STEADY => Trend::Falling,
        _ => Trend::Steady,
    }
}

/// Where the curve stopped rising or falling and came back by at least [`TURN`].
fn turning_points(curve: &[f64]) -> Vec<TurningPoint> {
    let mut points = Vec::new();
    let Some(first) = curve.first() else { return points };
    let (mut low, mut high) = ((0, *first), (0, *first));
    let mut way = None;
    for (at, value) in curve.iter().copied().enumerate() {
        if value > high.1 {
            high = (at, value);
        }
        if value < low.1 {
            low = (at, value);
        }
        if way != Some(Trend::Falling) && high.1 - value >= TURN {
            points.extend((way.is_some()).then_some(TurningPoint { message: high.0, then: Trend::Falling }));
            (way, low) = (Some(Trend::Falling), (at, value));
        } else if way != Some(Trend::Rising) && value - low.1 >= TURN {
            points.extend((way.is_some()).then_some(TurningPoint { message: low.0, then: Trend::Rising }));
            (way, high) = (Some(Trend::Rising), (at, value));
        }
    }
    points
}

/// How long the customer's last word has been without an answer, from 0 to 1 (logarithmic).
fn waited(input: &Input<'_>) -> f64 {
    let unanswered = input.history.iter().rev().take_while(|message| message.role == Role::Customer);
    let Some(since) = unanswered.map(|message| message.at).filter(|at| *at > Timestamp::default()).min() else {
        return 0.0;
    };
    let seconds = (input.now.millis() - since.millis()) as f64 / 1000.0;
    ((seconds.max(1.0) / PATIENCE).ln() / (WORN_OUT / PATIENCE).ln()).clamp(0.0, 1.0)
}

/// Three places are enough for people.
fn round_signed(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
