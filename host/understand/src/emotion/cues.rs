//! Feeling beside the words: capitals, runs of punctuation, drawn-out letters, emoji.
//!
//! Owns what the eye sees. Knows no language.

use std::sync::LazyLock;

use cuecard_model::EmotionLabel;

use super::{lexicon::label_of, mix::Mix};

/// What stands out in a message.
#[derive(Debug)]
pub(super) struct Cues {
    /// Loudness of any kind, 0 to 1.
    pub(super) heat: f64,
    /// Whether it is written in capitals, or ends in a run of question and exclamation marks.
    pub(super) shouts: bool,
    /// Whether it asks.
    pub(super) asks: bool,
}

impl Cues {
    pub(super) fn of(text: &str) -> Self {
        let count = |marks: &[char]| text.chars().filter(|letter| marks.contains(letter)).count();
        let exclamations = count(&['!', '！']);
        let questions = count(&['?', '？', '؟']);
        let capitals = capitals(text);
        let marks = match exclamations {
            0 => 0.0,
            1 => 0.1,
            2 => 0.3,
            _ => 0.45,
        };
        let run = questions >= 3 || (questions >= 1 && exclamations >= 1 && questions + exclamations >= 3);
        let heat = marks + capitals + if run { 0.3 } else { 0.0 } + if drawn_out(text) { 0.1 } else { 0.0 };
        Self { heat: heat.min(1.0), shouts: capitals >= 0.5 || run, asks: questions > 0 }
    }
}

/// 0.5 for a message in capitals, a little for a single word. Short codes (`DHL`, `XL`) are no shouting.
fn capitals(text: &str) -> f64 {
    let words = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.chars().count() >= 3);
    let (mut all, mut loud, mut long) = (0_usize, 0_usize, 0_usize);
    for word in words.filter(|word| word.chars().any(|letter| letter.is_lowercase() || letter.is_uppercase())) {
        let upper = word.chars().all(char::is_uppercase);
        all += 1;
        loud += usize::from(upper);
        long += usize::from(upper && word.chars().count() >= 5);
    }
    match (all, loud) {
        (2.., loud) if loud * 10 >= all * 7 => 0.5,
        _ if long > 0 && all >= 3 => 0.15,
        _ => 0.0,
    }
}

/// `sooooo`, `!!!!` aside: the same letter four times.
fn drawn_out(text: &str) -> bool {
    let mut run = (' ', 0_usize);
    text.chars().any(|letter| {
        run = if letter == run.0 { (letter, run.1 + 1) } else { (letter, 1) };
        run.1 >= 4 && letter.is_alphabetic()
    })
}

static EMOJI: LazyLock<Vec<(char, EmotionLabel, f64)>> = LazyLock::new(|| {
    let mut emoji = Vec::new();
    for line in include_str!("lexicon/emoji.txt").lines() {
        let Some((head, signs)) = line.split_once(": ") else { continue };
        let Some((label, points)) = head.split_once(' ') else { continue };
        if let (Some(label), Ok(points)) = (label_of(label), points.parse::<f64>()) {
            emoji.extend(signs.chars().map(|sign| (sign, label, points)));
        }
    }
    emoji.sort_by_key(|(sign, _, _)| *sign);
    emoji
});

/// Emoji speak every language.
pub(super) fn add_emoji(text: &str, mix: &mut Mix) {
    for sign in text.chars().filter(|letter| !letter.is_ascii() && !letter.is_alphanumeric()).take(20) {
        let found = EMOJI.binary_search_by_key(&sign, |(known, _, _)| *known).ok();
        if let Some((_, label, points)) = found.and_then(|at| EMOJI.get(at)) {
            mix.add(*label, *points);
        }
    }
}
