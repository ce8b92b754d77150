//! What shops' customers speak of, whatever the word or language: "rate", "how much" and "多少钱" are one concept.
//!
//! Owns the table, written for this project, and finding its words. Knows no scenario: what a concept is worth, each
//! merchant's examples teach.

use std::sync::LazyLock;

use super::{
    hashing::{ByHash, SEED, hash_word, mix, step},
    spelling::Token,
};
use crate::text::{Kind, Normalized};

/// A line of the table.
pub(super) type Concept = u8;

/// So many characters of a script without spaces are looked up at once.
const LONGEST_RUN: usize = 16;

/// Concepts by hash; a word may stand for several.
type Lookup = ByHash<Vec<Concept>>;

#[derive(Debug, Default)]
struct Table {
    words: Lookup,
    phrases: Lookup,
    /// By a word's beginning.
    stems: Lookup,
    /// Of scripts without spaces.
    runs: Lookup,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for (concept, words) in (0_u8..).zip(lines()) {
        words.for_each(|word| table.add(word, concept));
    }
    table
});

fn lines() -> impl Iterator<Item = std::str::SplitWhitespace<'static>> {
    let lines = include_str!("concepts.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(": ")).map(|(_, words)| words.split_whitespace())
}

/// The words and beginnings of words in the table: words that customers are likely to mean.
pub(super) fn vocabulary() -> impl Iterator<Item = &'static str> {
    lines().flatten().map(|word| word.trim_end_matches('*'))
}

impl Table {
    fn add(&mut self, entry: &str, concept: Concept) {
        let text = Normalized::new(&entry.replace('_', " "));
        let tokens: Vec<_> = text.tokens().collect();
        let (lookup, hash) = match tokens.as_slice() {
            [(Kind::Dense, run)] => (&mut self.runs, hash_run(run)),
            [(Kind::Word, word)] if entry.ends_with('*') || is_hangul(word) => (&mut self.stems, hash_run(word)),
            [(Kind::Word, word)] => (&mut self.words, hash_word(word)),
            [(_, first), (_, second)] => (&mut self.phrases, pair(hash_word(first), hash_word(second))),
            _ => return,
        };
        let concepts = lookup.entry(hash).or_default();
        if !concepts.contains(&concept) {
            concepts.push(concept);
        }
    }
}

/// The concepts of a message in their order.
pub(super) fn of(tokens: &[Token<'_>]) -> Vec<Concept> {
    let table = &*TABLE;
    let mut found: Vec<Concept> = Vec::with_capacity(2 * tokens.len());
    let mut before = 0;
    for (kind, token) in tokens {
        let word = hash_word(token);
        found.extend(table.phrases.get(&pair(before, word)).into_iter().flatten());
        match kind {
            Kind::Word => {
                found.extend(table.words.get(&word).into_iter().flatten());
                push_stems(table, token, &mut found);
            }
            Kind::Dense => push_runs(table, token, &mut found),
            Kind::Number | Kind::Link => {}
        }
        before = word;
    }
    found.dedup();
    found
}

/// The concepts of all beginnings that are known. Arabic words may stand behind their article.
fn push_stems(table: &Table, token: &str, found: &mut Vec<Concept>) {
    let mut hash = SEED;
    for letter in token.strip_prefix("ال").unwrap_or(token).chars() {
        hash = step(hash, letter);
        found.extend(table.stems.get(&mix(hash)).into_iter().flatten());
    }
}

/// The longest known runs, from left to right.
fn push_runs(table: &Table, token: &str, found: &mut Vec<Concept>) {
    let mut rest = token;
    while let Some(first) = rest.chars().next() {
        let mut hash = SEED;
        let mut longest: (usize, &[Concept]) = (first.len_utf8(), &[]);
        for (at, letter) in rest.char_indices().take(LONGEST_RUN) {
            hash = step(hash, letter);
            if let Some(concepts) = table.runs.get(&mix(hash)) {
                longest = (at + letter.len_utf8(), concepts);
            }
        }
        found.extend(longest.1);
        rest = rest.get(longest.0..).unwrap_or_default();
    }
}

/// Korean words carry their particles at the end.
fn is_hangul(word: &str) -> bool {
    word.chars().all(|letter| matches!(letter, '\u{ac00}'..='\u{d7a3}'))
}

fn hash_run(run: &str) -> u64 {
    mix(run.chars().fold(SEED, step))
}

fn pair(first: u64, second: u64) -> u64 {
    first.rotate_left(23) ^ second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_other_words() {
        for (texts, different) in [
            (&["price", "RATE", "precio", "多少钱", "가격이", "いくら", "harga"][..], "colour"),
            (&["cancelled", "CANCELLATION", "取消", "cancelar", "취소하고"], "order"),
            (&["refund", "money back", "退款", "reembolso", "환불"], "money"),
        ] {
            let of = |text| {
                let text = Normalized::new(text);
                of(&text.tokens().collect::<Vec<_>>())
            };
            let shared: Vec<_> = of(texts[0]);
            for text in texts {
                assert!(of(text).iter().any(|concept| shared.contains(concept)), "{text}");
            }
            assert!(of(different).iter().all(|concept| *concept != shared[0]), "{different}");
        }
    }

    #[test]
    fn every_word_of_the_table_is_found() {
        for word in lines().flatten() {
            let text = Normalized::new(&word.replace('_', " ").replace('*', "xyz"));
            assert!(!of(&text.tokens().collect::<Vec<_>>()).is_empty(), "{word}");
        }
    }
}
