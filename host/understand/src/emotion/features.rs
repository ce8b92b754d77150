//! What the learned weights look at: words, pairs of words, pieces of words, emoji and runs of punctuation, hashed.
//!
//! Owns the hashing, which the shipped weights depend on: a change here asks for a new training. Knows no weights.

use crate::text::{Kind, Normalized, is_dense};

/// Longer messages are cut here, so that time stays bounded.
const MOST: usize = 3_000;
/// The longest word that is taken to pieces as a whole.
const LONGEST: usize = 40;
/// The longest piece.
const PIECE_LETTERS: usize = 5;

const WORD: u32 = 0x9e37_79b1;
const PAIR: u32 = 0x85eb_ca6b;
const PIECE: u32 = 0xc2b2_ae35;
const SIGN: u32 = 0x27d4_eb2f;

/// Every feature of a message in the order of the text; the same one twice counts twice.
pub(super) fn of(raw: &str, text: &Normalized, features: &mut Vec<u32>) {
    let mut before = WORD;
    for (kind, token) in text.tokens() {
        if features.len() > MOST {
            return;
        }
        let word = token.chars().fold(WORD, mix);
        let (alone, pair) = (spread(word), spread(mix_in(before, word) ^ PAIR));
        before = word;
        match kind {
            // A word tells more than its many pieces: it counts three times, a pair twice.
            Kind::Word => {
                features.extend([alone, alone, alone, pair, pair]);
                pieces(['<'].into_iter().chain(token.chars()).chain(['>']), 2, PIECE_LETTERS, features);
            }
            Kind::Dense => pieces(token.chars(), 1, 4, features),
            Kind::Number | Kind::Link => features.extend([alone, pair]),
        }
    }
    features.push(spread(mix_in(before, WORD) ^ PAIR));
    signs(raw, features);
}

/// All runs of letters of these lengths.
fn pieces(letters: impl Iterator<Item = char>, shortest: usize, longest: usize, features: &mut Vec<u32>) {
    // The hashes of the runs that end at this letter, the shortest first.
    let mut open = [0_u32; PIECE_LETTERS];
    for (at, letter) in letters.take(LONGEST).enumerate() {
        open.rotate_right(1);
        if let Some(newest) = open.first_mut() {
            *newest = PIECE;
        }
        for (shorter, hash) in open.iter_mut().take(longest.min(at + 1)).enumerate() {
            *hash = mix(*hash, letter);
            if shorter + 1 >= shortest {
                features.push(spread(*hash));
            }
        }
    }
}

/// Emoji one by one; `:(`, `?!`, `...` as runs, of which the fourth sign and what follows is left out.
fn signs(raw: &str, features: &mut Vec<u32>) {
    let mut run = (SIGN, 0_usize);
    for letter in raw.chars().take(2_000).chain([' ']) {
        if letter.is_alphanumeric() || letter.is_whitespace() || matches!(letter, ',' | '\'' | '’' | '-' | '"' | '，')
        {
            if run.1 > 0 {
                features.push(spread(run.0));
            }
            run = (SIGN, 0);
        } else if is_picture(letter) {
            features.push(spread(mix(SIGN, letter)));
        } else if run.1 < 3 {
            run = (mix(run.0, letter), run.1 + 1);
        }
    }
}

fn is_picture(letter: char) -> bool {
    letter >= '\u{2190}' && !is_dense(letter) && !matches!(letter, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

fn mix(hash: u32, letter: char) -> u32 {
    mix_in(hash, letter as u32)
}

fn mix_in(hash: u32, value: u32) -> u32 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b1)
}

/// Spreads the hash over all its bits (the finaliser of `MurmurHash3`, whose constants these are).
fn spread(mut hash: u32) -> u32 {
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
