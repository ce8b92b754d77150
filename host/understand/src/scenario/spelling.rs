//! Slips and shorthand read as the words that were meant: "dlvry", "oredr", "whereis", "pls".
//!
//! Owns which words are known and which of them an unknown one stands for. Knows no meaning.

use std::sync::LazyLock;

use super::{
    background, concepts,
    hashing::{Hashes, SEED, hash_word, mix, step},
};
use crate::text::{Kind, Normalized};

/// A token as it is read.
pub(super) type Token<'a> = (Kind, &'a str);

/// Shorter words are too near to each other to be corrected.
const SHORTEST: usize = 4;
/// A letter in place of another says little in a word as short as four.
const SHORTEST_REPLACED: usize = 5;
/// Longer ones are not words.
const LONGEST: usize = 24;

/// What people type for common words. Nothing that is a word of another language.
const SHORTHAND: &[(&str, &str)] = &[
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("nd", "and"),
    ("plz", "please"),
    ("pls", "please"),
    ("plzz", "please"),
    ("plss", "please"),
    ("hw", "how"),
    ("wat", "what"),
    ("wht", "what"),
    ("wen", "when"),
    ("whn", "when"),
    ("whr", "where"),
    ("bcz", "because"),
    ("coz", "because"),
    ("cuz", "because"),
    ("hv", "have"),
    ("nt", "not"),
    ("abt", "about"),
    ("frm", "from"),
    ("wid", "with"),
    ("wth", "with"),
    ("gud", "good"),
    ("msg", "message"),
    ("amt", "amount"),
    ("acct", "account"),
    ("addr", "address"),
    ("dlvry", "delivery"),
    ("recd", "received"),
    ("rcvd", "received"),
    ("recvd", "received"),
    ("qty", "quantity"),
    ("cn", "can"),
    ("gt", "get"),
    ("mch", "much"),
    ("wnt", "want"),
    ("wanna", "want"),
    ("avl", "available"),
    ("avlbl", "available"),
    ("pymt", "payment"),
    ("tmrw", "tomorrow"),
    ("diff", "difference"),
];

/// The words of one merchant's examples, beside those that all have in common.
#[derive(Debug, Default)]
pub(super) struct Speller {
    words: Words,
}

/// Known words.
#[derive(Debug, Default)]
struct Words {
    all: Vec<Box<str>>,
    known: Hashes,
    /// Words by what is left of them, in the order of the hashes; see [`keys`].
    near: Vec<(u32, u32)>,
}

/// The words of the background and of concepts.
static COMMON: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    let background = background::groups().into_iter().flat_map(|group| group.messages);
    background.chain(concepts::vocabulary()).for_each(|text| words.add(&Normalized::new(text)));
    words.sort();
    words
});

impl Speller {
    pub(super) fn new<'a>(examples: impl Iterator<Item = &'a Normalized>) -> Self {
        let mut words = Words::default();
        examples.for_each(|text| words.add(text));
        words.sort();
        Self { words }
    }

    /// The message's tokens, each unknown one as the known word that it most likely stands for.
    pub(super) fn read<'a>(&'a self, text: &'a Normalized) -> Vec<Token<'a>> {
        let mut out = Vec::with_capacity(text.len() + 2);
        for (kind, token) in text.tokens() {
            if kind != Kind::Word {
                out.push((kind, token));
            } else if let Some((_, long)) = SHORTHAND.iter().find(|(short, _)| *short == token) {
                out.push((kind, long));
            } else if self.is_known(token) {
                out.push((kind, token));
            } else if let Some(word) = self.meant(token) {
                out.push((kind, word));
            } else if let Some((first, second)) = self.parted(token) {
                out.extend([(kind, first), (kind, second)]);
            } else {
                out.push((kind, token));
            }
        }
        out
    }

    fn is_known(&self, token: &str) -> bool {
        let hash = hash_word(token);
        self.words.known.contains(&hash) || COMMON.known.contains(&hash)
    }

    /// The nearest known word; of equals the merchant's own.
    fn meant(&self, token: &str) -> Option<&str> {
        let letters: Vec<char> = token.chars().take(LONGEST + 1).collect();
        if !is_worth_correcting(&letters) {
            return None;
        }
        let keys = keys(&letters);
        let nearest = [&self.words, &*COMMON].into_iter().filter_map(|words| words.nearest(&letters, &keys));
        nearest.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
    }

    /// Two known words without the space between them; the more even, the likelier.
    fn parted<'a>(&self, token: &'a str) -> Option<(&'a str, &'a str)> {
        let splits = token.char_indices().map(|(at, _)| at).skip(2);
        let parts = splits.filter_map(|at| token.split_at_checked(at)).filter(|(_, second)| second.len() >= 2);
        let known = parts.filter(|(first, second)| self.is_known(first) && self.is_known(second));
        known.max_by_key(|(first, second)| first.len().min(second.len())).filter(|_| token.len() > SHORTEST)
    }
}

impl Words {
    fn add(&mut self, text: &Normalized) {
        for (_, word) in text.tokens().filter(|(kind, _)| *kind == Kind::Word) {
            let id = self.all.len() as u32;
            if !self.known.insert(hash_word(word)) {
                continue;
            }
            let letters: Vec<char> = word.chars().take(LONGEST + 1).collect();
            if is_worth_correcting(&letters) {
                self.near.extend(keys(&letters).into_iter().map(|key| (key, id)));
                self.all.push(word.into());
            }
        }
    }

    fn sort(&mut self) {
        self.near.sort_unstable();
        self.near.dedup();
        self.near.shrink_to_fit();
    }

    /// The word at the smallest distance; of equals the one that was added first.
    fn nearest(&self, letters: &[char], keys: &[u32]) -> Option<(u8, &str)> {
        let mut best: Option<(u8, u32)> = None;
        for key in keys {
            let start = self.near.partition_point(|(known, _)| known < key);
            for (_, id) in self.near.iter().skip(start).take_while(|(known, _)| known == key) {
                let distance = self.all.get(*id as usize).and_then(|word| distance(letters, word));
                if let Some(distance) = distance
                    && best.is_none_or(|best| (distance, *id) < best)
                {
                    best = Some((distance, *id));
                }
            }
        }
        best.and_then(|(distance, id)| Some((distance, &**self.all.get(id as usize)?)))
    }
}

fn is_worth_correcting(letters: &[char]) -> bool {
    (SHORTEST..=LONGEST).contains(&letters.len()) && letters.iter().all(|letter| letter.is_alphabetic())
}

/// Under which two words one slip apart meet: the word, the word without each letter, and its consonants (after the
/// symmetric deletions of `SymSpell`).
fn keys(letters: &[char]) -> Vec<u32> {
    let without = |left_out: usize| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != left_out);
        mix(kept.fold(SEED, |hash, (_, letter)| step(hash, *letter))) as u32
    };
    let mut keys: Vec<_> = (0..=letters.len()).map(without).collect();
    keys.push(mix(consonants(letters).fold(!SEED, step)) as u32);
    keys
}

/// How unlikely it is that the word was meant; `None` if it is more than a slip.
fn distance(typed: &[char], word: &str) -> Option<u8> {
    let meant: Vec<char> = word.chars().collect();
    let start = typed.iter().zip(&meant).take_while(|(a, b)| a == b).count();
    let (typed_rest, meant_rest) = (typed.get(start..)?, meant.get(start..)?);
    let end = typed_rest.iter().rev().zip(meant_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (typed_rest, meant_rest) =
        (typed_rest.get(..typed_rest.len() - end)?, meant_rest.get(..meant_rest.len() - end)?);
    // The first letter is seldom wrong; another one makes another word.
    let first = if start == 0 { 4 } else { 0 };
    match (typed_rest, meant_rest) {
        ([a, b], [c, d]) if a == d && b == c => Some(1 + first),
        ([_], []) | ([], [_]) => Some(1 + first),
        ([a], [b]) if start > 0 && typed.len() >= SHORTEST_REPLACED && are_near(*a, *b) => Some(2),
        _ if start > 0 && typed.iter().skip(1).all(|letter| !is_vowel(*letter)) => {
            consonants(typed).eq(consonants(&meant)).then_some(3)
        }
        _ => None,
    }
}

/// The first letter and all that are no vowels.
fn consonants(letters: &[char]) -> impl Iterator<Item = char> {
    letters.iter().enumerate().filter(|(at, letter)| *at == 0 || !is_vowel(**letter)).map(|(_, letter)| *letter)
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// Letters that are taken for each other: neighbours on the keyboard, and those that sound alike.
fn are_near(a: char, b: char) -> bool {
    const ALIKE: [&str; 6] = ["aeiou", "yie", "cks", "sz", "vw", "gj"];
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let place = |letter: char| (0..).zip(ROWS).find_map(|(row, keys)| Some((row, keys.find(letter)?)));
    let neighbours = |((row_a, at_a), (row_b, at_b)): ((i32, usize), (i32, usize))| {
        row_a.abs_diff(row_b) <= 1 && at_a.abs_diff(at_b) <= 1
    };
    ALIKE.iter().any(|letters| letters.contains(a) && letters.contains(b))
        || place(a).zip(place(b)).is_some_and(neighbours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_read_as_what_was_meant() {
        let examples = ["where is my delivery", "the mattress cover", "track my order", "kettle"].map(Normalized::new);
        let speller = Speller::new(examples.iter());
        for (typed, expected) in [
            ("whre is my dlivery", "where is my delivery"),
            ("dlvry of d oredr", "delivery of d order"),
            ("matress", "mattress"),
            ("whereis my order", "where is my order"),
            ("pls trakc ordr", "please track order"),
            ("settle", "settle"),
            ("my kettle", "my kettle"),
            ("wxyz qkqz", "wxyz qkqz"),
            ("ok ab 订单 12345", "ok ab 订单 \u{1}"),
        ] {
            let text = Normalized::new(typed);
            let read: Vec<_> = speller.read(&text).into_iter().map(|(_, token)| token).collect();
            assert_eq!(read.join(" "), expected, "{typed}");
        }
    }
}
