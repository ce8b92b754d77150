//! One feeling out of what a message says and what is known around it.
//!
//! Owns the weighing: which label, how strong. Knows no text and no weights.

use cuecard_model::{EmotionLabel, Voice};

use super::Alone;

/// The labels in the order of the last layer's decisions.
const LABELS: [EmotionLabel; 8] = [
    EmotionLabel::Neutral,
    EmotionLabel::Happy,
    EmotionLabel::Grateful,
    EmotionLabel::Confused,
    EmotionLabel::Anxious,
    EmotionLabel::Disappointed,
    EmotionLabel::Frustrated,
    EmotionLabel::Angry,
];
/// A feeling weaker than this is none.
const FAINT: f64 = 0.3;

/// Praise beside a problem is more often sarcasm than joy: what a problem takes from joy, as a logit.
const SARCASM: f64 = 12.0;

/// What a question in capitals adds to upset, as a logit.
const SHOUTED: f64 = 3.0;
/// What naming and denying it takes from upset, as a logit.
const DENIED: f64 = 2.0;

/// One message's feeling.
#[derive(Clone, Copy, Debug)]
pub struct Feeling {
    /// The strongest feeling.
    pub label: EmotionLabel,
    /// How strong it is, 0 to 1.
    pub intensity: f64,
    /// How likely it is that the writer is disappointed, frustrated or angry, 0 to 1.
    pub upset: f64,
}

/// What is known beside the message's own words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// What is left of earlier upset, 0 to 1.
    pub(super) carried: f64,
    /// Whether the customer has asked the same before.
    pub(super) asked_again: bool,
    /// How long the customer has been waiting for an answer: 0 not at all, 1 far too long.
    pub(super) waited: f64,
    pub(super) voice: Option<Voice>,
}

/// Weighs the message in the light of what is around it.
pub(super) fn feel(alone: &Alone, around: &Around) -> Feeling {
    let nudges = Nudges::of(alone, around);
    let mut decisions = alone.decisions.map(f64::from);
    for (decision, label) in decisions.iter_mut().zip(LABELS) {
        *decision += nudges.on(label);
        if label == EmotionLabel::Happy {
            *decision -= SARCASM * alone.mix.problem.max(0.5 * alone.mix.upset());
        }
    }
    let upset = decisions.last().map_or(0.0, |logit| sigmoid(logit + nudges.upset));
    let shares = softmax(&decisions);
    let share = |label: EmotionLabel| shares.get(label as usize).copied().unwrap_or(0.0);
    let label = strongest(&share, upset);
    let intensity = intensity(alone, around, label, share(label), upset);
    if intensity < FAINT {
        return Feeling { label: EmotionLabel::Neutral, intensity, upset };
    }
    Feeling { label, intensity, upset }
}

/// The upset labels stand together against the others first: between them, words alone decide poorly. And nobody who
/// is rather upset than not is glad.
fn strongest(share: &impl Fn(EmotionLabel) -> f64, upset: f64) -> EmotionLabel {
    let best = |among: &[EmotionLabel]| {
        let first = (EmotionLabel::Neutral, -1.0);
        let shares = among.iter().map(|label| (*label, share(*label)));
        shares.fold(first, |best, next| if next.1 > best.1 { next } else { best })
    };
    let (calm, bad) = LABELS.split_at(5);
    let all: f64 = bad.iter().map(|label| share(*label)).sum();
    let (calmest, most) = best(calm);
    let glad = matches!(calmest, EmotionLabel::Happy | EmotionLabel::Grateful);
    if (all > most && upset > 0.35) || (glad && upset > 0.5) { best(bad).0 } else { calmest }
}

/// How far what is around moves the decisions, as logits.
struct Nudges {
    upset: f64,
    frustrated: f64,
    angry: f64,
    glad: f64,
    anxious: f64,
}

impl Nudges {
    fn of(alone: &Alone, around: &Around) -> Self {
        // Who was upset and tells of a problem still is.
        let problem = (4.0 * alone.mix.problem).min(1.0);
        let again = f64::from(u8::from(around.asked_again));
        let Voice { arousal, valence } = around.voice.unwrap_or(Voice { arousal: 0.0, valence: 0.0 });
        let (arousal, valence) = (arousal.clamp(0.0, 1.0), valence.clamp(-1.0, 1.0));
        // A raised voice is anger or joy or fear: the valence tells which, the arousal how much.
        let raised = (arousal - 0.4).max(0.0);
        let (bad, good) = ((-valence).max(0.0), valence.max(0.0));
        Self {
            upset: (2.0 + 9.0 * problem) * around.carried
                + 2.5 * again
                + 1.2 * around.waited
                + bad * (2.0 + 8.0 * raised)
                - 2.0 * good
                + SHOUTED * f64::from(u8::from(alone.cues.shouts && alone.cues.asks && alone.cues.heat >= 0.5))
                - DENIED * alone.mix.denied,
            frustrated: 0.8 * around.carried + 1.0 * again + 0.8 * around.waited,
            angry: 1.0 * around.carried + 3.0 * bad * raised,
            glad: 2.0 * good - 2.0 * bad - around.carried,
            anxious: bad * raised,
        }
    }

    fn on(&self, label: EmotionLabel) -> f64 {
        match label {
            EmotionLabel::Angry => self.upset + self.angry,
            EmotionLabel::Frustrated => self.upset + self.frustrated,
            EmotionLabel::Disappointed => self.upset,
            EmotionLabel::Happy | EmotionLabel::Grateful => self.glad,
            EmotionLabel::Anxious => self.anxious,
            EmotionLabel::Confused | EmotionLabel::Neutral => 0.0,
        }
    }
}

/// How strong: how sure it is, how strong the words are, and how loud.
fn intensity(alone: &Alone, around: &Around, label: EmotionLabel, share: f64, upset: f64) -> f64 {
    let words = alone.mix.of(label);
    let heat = alone.cues.heat;
    let risen = |base: f64, by: f64| base + (1.0 - base) * by.min(0.7);
    let arousal = around.voice.map_or(0.0, |voice| (voice.arousal.min(1.0) - 0.4).max(0.0));
    match label {
        EmotionLabel::Neutral => (0.5 * upset).min(FAINT - 0.01),
        _ if label.is_upset() => {
            let base = 0.6 * upset + 0.4 * alone.mix.upset();
            risen(base, 0.35 * heat + 0.3 * around.carried + 0.5 * arousal)
        }
        EmotionLabel::Confused => 0.6 * share + 0.4 * words,
        _ => risen(0.6 * share + 0.4 * words, 0.35 * heat + 0.5 * arousal),
    }
}

fn softmax(decisions: &[f64]) -> [f64; 8] {
    let exps = decisions.iter().take(8).map(|logit| logit.clamp(-30.0, 30.0).exp());
    let sum: f64 = exps.clone().sum();
    let mut exps = exps.map(|exp| exp / sum);
    std::array::from_fn(|_| exps.next().unwrap_or(0.0))
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}
