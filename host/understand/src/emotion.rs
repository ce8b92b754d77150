//! How the customer feels, how strongly, and which way it goes.
//!
//! Owns the decision: words and cues of this message, weighed against what was felt before. A calm report of a
//! problem is not anger; the same report for the third time is. Knows no scenario and no orders.

mod cues;
mod lexicon;
mod mix;

use std::sync::Arc;

use cuecard_model::{Emotion, EmotionLabel, Trend};

use crate::{language, reading::Reading, scenario::round, text::Normalized};
use cues::Cues;
use lexicon::Lexicons;
use mix::Mix;

/// How much of a feeling is left one message later.
const MEMORY: f64 = 0.8;
/// What asking the same again adds.
const ASKED_AGAIN: f64 = 0.35;
/// A change of less than this is none.
const STEADY: f64 = 0.12;

/// One message's feeling.
#[derive(Clone, Copy, Debug)]
struct Feeling {
    label: EmotionLabel,
    intensity: f64,
}

/// What a message says of its writer's feelings, without what was felt before.
#[derive(Debug)]
pub(crate) struct Alone {
    mix: Mix,
    cues: Cues,
}

impl Alone {
    pub(crate) fn of(text: &str, normalized: &Normalized, language: &language::Alone) -> Self {
        let mut mix = Mix::default();
        lexicon::read(normalized, Lexicons::for_language(language.best()), &mut mix);
        cues::add_emoji(text, &mut mix);
        Self { mix, cues: Cues::of(text) }
    }
}

/// `past`: the customer's earlier messages, newest first.
pub(crate) fn detect(message: &Reading, past: &[Arc<Reading>]) -> Emotion {
    let mut conversation = Conversation { carried: 0.0, said: Vec::new(), curve: Vec::new() };
    for message in past.iter().rev() {
        conversation.hear(message);
    }
    let Feeling { label, intensity } = conversation.feeling(message);
    let trend = trend(&conversation.curve, distress(label, intensity));
    Emotion { label, intensity: round(intensity), trend }
}

/// The customer's side so far.
struct Conversation<'a> {
    /// What is left of earlier upset, 0 to 1.
    carried: f64,
    said: Vec<&'a Normalized>,
    curve: Vec<f64>,
}

impl<'a> Conversation<'a> {
    fn hear(&mut self, message: &'a Reading) {
        let Feeling { label, intensity } = self.feeling(message);
        let upset = if label.is_upset() { intensity } else { 0.0 };
        self.carried = (self.carried * MEMORY).max(upset);
        self.curve.push(distress(label, intensity));
        self.said.push(&message.normalized);
    }

    fn feeling(&self, message: &Reading) -> Feeling {
        let Alone { mix, cues } = &message.emotion;
        if self.said.iter().any(|before| cues::is_the_same_question(before, &message.normalized)) {
            let mut mix = mix.clone();
            mix.add(EmotionLabel::Frustrated, ASKED_AGAIN);
            return decide(&mix, cues, self.carried * MEMORY);
        }
        decide(mix, cues, self.carried * MEMORY)
    }
}

/// Weighs upset, worry, confusion and joy against each other.
fn decide(mix: &Mix, cues: &Cues, carried: f64) -> Feeling {
    let upset = upset(mix, cues, carried);
    // Courtesy beside a problem is courtesy.
    let courtesy = if mix.problem > 0.0 { 0.6 } else { 1.0 };
    let warmer = |points: f64| points + (1.0 - points) * 0.4 * cues.heat * f64::from(u8::from(points > 0.0));
    let (label, points) = [
        (EmotionLabel::Anxious, warmer(mix.of(EmotionLabel::Anxious))),
        (EmotionLabel::Confused, mix.of(EmotionLabel::Confused)),
        (EmotionLabel::Grateful, warmer(mix.of(EmotionLabel::Grateful)) * courtesy),
        (EmotionLabel::Happy, warmer(mix.of(EmotionLabel::Happy)) * courtesy),
    ]
    .into_iter()
    .fold((EmotionLabel::Neutral, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    let strongest = upset.intensity.max(points);
    if strongest < 0.3 {
        return Feeling { label: EmotionLabel::Neutral, intensity: strongest };
    }
    if upset.intensity >= points || (upset.intensity >= 0.45 && points < upset.intensity + 0.25) {
        return upset;
    }
    Feeling { label, intensity: points }
}

/// The upset in a message, as the strongest of disappointed, frustrated and angry.
fn upset(mix: &Mix, cues: &Cues, carried: f64) -> Feeling {
    use EmotionLabel::{Angry, Disappointed, Frustrated};
    let (angry, frustrated, disappointed) = (mix.of(Angry), mix.of(Frustrated), mix.of(Disappointed));
    let problem = mix.problem.min(0.35);
    let said = 1.0 - (1.0 - angry) * (1.0 - frustrated) * (1.0 - disappointed) * (1.0 - 0.9 * problem);
    let shouted = if cues.shouts && cues.asks { 0.45 } else { 0.0 };
    let base = said.max(shouted);
    if base < 0.1 {
        return Feeling { label: Disappointed, intensity: 0.0 };
    }
    let intensity = base + (1.0 - base) * (0.45 * cues.heat + 0.35 * carried).min(0.8);
    let worn = carried >= 0.3 || cues.heat >= 0.4;
    let label = if angry >= 0.5 && angry >= 0.8 * frustrated.max(disappointed) {
        Angry
    } else if frustrated.max(shouted) >= 0.3_f64.max(disappointed) || (worn && intensity >= 0.42) {
        if worn && intensity >= 0.82 { Angry } else { Frustrated }
    } else {
        Disappointed
    };
    Feeling { label, intensity }
}

/// How bad it is, from -0.5 for joy to 1 for fury.
fn distress(label: EmotionLabel, intensity: f64) -> f64 {
    use EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};
    match label {
        Angry | Frustrated | Disappointed => intensity,
        Anxious | Confused | Neutral => 0.5 * intensity,
        Happy | Grateful => -0.5 * intensity,
    }
}

/// This message against the two before it.
fn trend(curve: &[f64], now: f64) -> Trend {
    let lately: Vec<f64> = curve.iter().rev().take(2).copied().collect();
    if lately.is_empty() {
        return Trend::Steady;
    }
    let change = now - lately.iter().sum::<f64>() / lately.len() as f64;
    match change {
        _ if change > STEADY => Trend::Rising,
        _ if change < -STEADY => Trend::Falling,
        _ => Trend::Steady,
    }
}

#[cfg(test)]
mod tests;
