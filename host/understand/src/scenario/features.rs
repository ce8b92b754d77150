//! The features of a message: words, pairs of words, and runs of two to five characters, each as one hash.
//!
//! Owns what is counted and how it is hashed; knows no weights. Words catch what is said, character runs catch
//! typos, endings and scripts without spaces.

use crate::text::{Kind, Normalized};

/// Marks the hashes of words and word pairs; the rest are character runs.
pub(super) const WORD: u64 = 1 << 63;

const LONGEST_RUN: usize = 5;

/// All features in the order of the text, with repeats.
pub(super) fn of(text: &Normalized) -> Vec<u64> {
    let mut out = Vec::with_capacity(text.key().len() * 5 + 16);
    let mut letters: Vec<char> = Vec::with_capacity(24);
    let mut before = hash_word("");
    for (kind, token) in text.tokens() {
        let word = hash_word(token);
        match kind {
            Kind::Word => {
                letters.clear();
                letters.push(' ');
                letters.extend(token.chars());
                letters.push(' ');
                runs(&letters, 2, LONGEST_RUN, &mut out);
            }
            Kind::Dense => {
                letters.clear();
                letters.extend(token.chars());
                runs(&letters, 1, 4, &mut out);
            }
            Kind::Number | Kind::Link => {}
        }
        if kind != Kind::Dense {
            out.push(word | WORD);
            out.push(mix(before.rotate_left(17) ^ word) | WORD);
        }
        before = word;
    }
    out
}

/// The characters of runs of `shortest..=longest`. Hangul syllables are two or three letters in one.
fn runs(letters: &[char], shortest: usize, longest: usize, out: &mut Vec<u64>) {
    for start in 0..letters.len() {
        let mut hash = SEED;
        for (length, letter) in letters.iter().skip(start).take(longest).enumerate() {
            hash = (hash ^ u64::from(*letter)).wrapping_mul(PRIME);
            if length + 1 >= shortest {
                out.push(mix(hash) & !WORD);
            }
        }
    }
}

/// A hash of a whole token or text.
pub(super) fn hash_word(word: &str) -> u64 {
    mix(word.bytes().fold(!SEED, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Spreads the bits, after `MurmurHash3`'s 64-bit finalizer.
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
