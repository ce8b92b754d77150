//! All that speaks for a feeling in one message, as numbers for the last layer.
//!
//! Owns which numbers, and their order. Knows no weights.

use cuecard_model::EmotionLabel;

use super::{cues::Cues, mix::Mix, weights::OUTPUTS};

/// The feelings that the table and the lexicon know, in their order.
pub const FEELINGS: [EmotionLabel; 7] = [
    EmotionLabel::Angry,
    EmotionLabel::Frustrated,
    EmotionLabel::Disappointed,
    EmotionLabel::Anxious,
    EmotionLabel::Confused,
    EmotionLabel::Happy,
    EmotionLabel::Grateful,
];
/// How many numbers there are.
pub const EVIDENCE: usize = 1 + OUTPUTS + FEELINGS.len() + 15;

/// The table's outputs, the lexicon's points, what the eye sees, and where two of them together mean something else.
pub(super) fn of(outputs: &[f32; OUTPUTS], mix: &Mix, cues: &Cues, features: usize) -> [f32; EVIDENCE] {
    let points = FEELINGS.map(|label| mix.of(label) as f32);
    let said = 1.0 - points.iter().take(3).fold(1.0, |left, points| left * (1.0 - points));
    let glad = 1.0 - points.iter().skip(5).fold(1.0, |left, points| left * (1.0 - points));
    let (problem, heat) = (mix.problem as f32, cues.heat as f32);
    let (shouts, asks) = (f32::from(u8::from(cues.shouts)), f32::from(u8::from(cues.asks)));
    let learned = outputs.last().copied().unwrap_or_default();
    let others = [
        problem,
        heat,
        shouts,
        asks,
        shouts * asks,
        mix.denied as f32,
        learned * learned.abs(),
        learned * said,
        learned * glad,
        said,
        // Praise beside a problem, or beside anger, is rarely praise.
        glad * problem,
        glad * said,
        heat * said.max(problem),
        heat * glad,
        (features as f32 / 200.0).min(3.0).sqrt(),
    ];
    let mut numbers = [1.0].into_iter().chain(*outputs).chain(points).chain(others);
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}
