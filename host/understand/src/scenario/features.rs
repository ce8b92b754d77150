//! The features of a message: words and pairs of words, concepts and pairs of concepts, and runs of characters, each as
//! one hash.
//!
//! Owns what is counted and how it is hashed; knows no weights. Words catch what is said, concepts what is meant by
//! words that no example has, character runs endings and scripts without spaces.

use super::{
    concepts,
    hashing::{SEED, hash_word, mix, step},
    spelling::Token,
};
use crate::text::Kind;

/// The kinds of features, which have a fixed share each in what a message weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Runs = 0,
    Words = 1,
    Concepts = 2,
}

/// How many parts there are.
pub(super) const PARTS: usize = 3;

const LONGEST_RUN: usize = 4;
/// A concept makes pairs with so many that follow it.
const PAIRED: usize = 3;
/// The part stands in the highest bits of a hash.
const PART: u32 = 62;

/// The part that a feature belongs to.
pub(super) fn part(feature: u64) -> Part {
    match feature >> PART {
        0 => Part::Runs,
        1 => Part::Words,
        _ => Part::Concepts,
    }
}

/// All features in the order of the text, with repeats.
pub(super) fn of(tokens: &[Token<'_>]) -> Vec<u64> {
    beside(tokens, |_| false)
}

/// The same without the [`of_word`] of those words that the caller has already: `has` is asked with each word's hash.
pub(super) fn beside(tokens: &[Token<'_>], mut has: impl FnMut(u64) -> bool) -> Vec<u64> {
    let bytes: usize = tokens.iter().map(|(_, token)| token.len()).sum();
    let mut out = Vec::with_capacity(4 * bytes + 16);
    let mut before = hash_word("");
    for (kind, token) in tokens {
        let word = hash_word(token);
        match kind {
            Kind::Word if has(word) => {}
            Kind::Word => push_word(token, word, &mut out),
            Kind::Dense => runs(token.chars(), 1, &mut out),
            Kind::Number | Kind::Link => out.push(of_part(word, Part::Words)),
        }
        if *kind != Kind::Dense {
            out.push(of_part(mix(before.rotate_left(17) ^ word), Part::Words));
        }
        before = word;
    }
    push_concepts(&concepts::of(tokens), &mut out);
    out
}

/// The hash of a word, and what it is by itself, wherever it stands: its runs and the word.
pub(super) fn of_word(word: &str) -> (u64, Vec<u64>) {
    let (hash, mut out) = (hash_word(word), Vec::new());
    push_word(word, hash, &mut out);
    (hash, out)
}

fn push_word(word: &str, hash: u64, out: &mut Vec<u64>) {
    runs([' '].into_iter().chain(word.chars()).chain([' ']), 2, out);
    out.push(of_part(hash, Part::Words));
}

/// Each concept, and each pair of near ones in either order.
fn push_concepts(found: &[concepts::Concept], out: &mut Vec<u64>) {
    for (at, concept) in found.iter().enumerate() {
        out.push(of_part(mix(1 + u64::from(*concept)), Part::Concepts));
        for other in found.iter().skip(at + 1).take(PAIRED) {
            let (first, second) = (concept.min(other), concept.max(other));
            out.push(of_part(mix(1 << 16 | u64::from(*first) << 8 | u64::from(*second)), Part::Concepts));
        }
    }
}

/// The runs of `shortest..=LONGEST_RUN` characters. Hangul syllables are two or three letters in one.
fn runs(letters: impl Iterator<Item = char> + Clone, shortest: usize, out: &mut Vec<u64>) {
    let mut rest = letters;
    while rest.clone().next().is_some() {
        let mut hash = SEED;
        for (length, letter) in rest.clone().take(LONGEST_RUN).enumerate() {
            hash = step(hash, letter);
            if length + 1 >= shortest {
                out.push(of_part(mix(hash), Part::Runs));
            }
        }
        rest.next();
    }
}

fn of_part(hash: u64, part: Part) -> u64 {
    hash >> 2 | (part as u64) << PART
}
