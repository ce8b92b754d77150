//! How the customer feels, how strongly, and which way it goes.
//!
//! Owns the decision. What one message says alone is a function of its text: learned weights, words and cues. The
//! conversation is a fold over such values. A calm report of a problem is not anger; the same report for the third
//! time is. Knows no scenario and no orders.

mod conversation;
mod cues;
mod evidence;
mod features;
mod judge;
mod lexicon;
mod mix;
mod repeat;
mod weights;

pub use evidence::{EVIDENCE, FEELINGS};
pub use judge::Feeling;
pub use weights::{DECISIONS, LINE, LINES, OUTPUTS, SIZE, SLOTS, place};

pub(crate) use conversation::detect;

use crate::{language, reading::Reading, text::Normalized};
use cues::Cues;
use lexicon::Lexicons;
use mix::Mix;
use repeat::Units;

/// What a message says of its writer's feelings, without what was felt before.
#[derive(Debug)]
pub(crate) struct Alone {
    /// What the last layer makes of it, as logits.
    decisions: [f32; DECISIONS],
    mix: Mix,
    cues: Cues,
    units: Units,
}

impl Alone {
    pub(crate) fn of(text: &str, normalized: &Normalized, language: &language::Alone) -> Self {
        let (mix, cues) = told(text, normalized, language);
        let mut features = Vec::with_capacity(512);
        features::of(text, normalized, &mut features);
        let evidence = evidence::of(&weights::outputs(&features), &mix, &cues, features.len());
        Self { decisions: weights::decisions(&evidence), mix, cues, units: Units::of(normalized) }
    }
}

/// What needs no learning: words of the lexicon, emoji, capitals, punctuation.
fn told(text: &str, normalized: &Normalized, language: &language::Alone) -> (Mix, Cues) {
    let mut mix = Mix::default();
    lexicon::read(normalized, Lexicons::for_language(language.best()), &mut mix);
    cues::add_emoji(text, &mut mix);
    (mix, Cues::of(text))
}

/// What a message says alone, read as the first of a conversation.
pub fn feeling(text: &str) -> Feeling {
    judge::feel(&Reading::of(text).emotion, &judge::Around::default())
}

/// The features of a message that the table weighs, for the training program.
pub fn features(text: &str) -> Vec<u32> {
    let mut features = Vec::new();
    features::of(text, &Normalized::new(text), &mut features);
    features
}

/// The evidence of a message for the last layer, given the table's outputs, for the training program.
pub fn evidence(text: &str, outputs: &[f32; OUTPUTS]) -> [f32; EVIDENCE] {
    let normalized = Normalized::new(text);
    let (mix, cues) = told(text, &normalized, &language::Alone::of(text));
    evidence::of(outputs, &mix, &cues, features(text).len())
}

#[cfg(test)]
mod tests;
