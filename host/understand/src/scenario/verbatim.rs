//! Messages that an example says outright: the same but for case, punctuation, spaces, numbers and courtesies.
//!
//! Owns the keys under which two messages count as the same. Knows no weights.

use super::{
    documents::Document,
    hashing::{ByHash, hash_word},
};
use crate::text::{Kind, Normalized};

/// Words that change the tone of a wish, not the wish. Left out of the second key.
const COURTESIES: &[&str] = &[
    "hi", "hello", "hey", "please", "pls", "plz", "thanks", "thx", "kindly", "sir", "madam", "team", "hola", "favor",
    "por", "gracias", "buenas", "hallo", "bitte", "danke", "bonjour", "svp", "merci", "ola", "obrigado", "ciao",
    "grazie", "there", "dear",
];

/// What a message says outright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No example says the same.
    Nothing,
    /// Small talk that wants nothing.
    Background,
    /// An example of this class.
    Class(usize),
}

/// The keys of all examples. `None` stands for a key that examples of different classes share.
#[derive(Debug, Default)]
pub(super) struct Verbatim {
    known: ByHash<Found>,
}

impl Verbatim {
    pub(super) fn new(documents: &[&Document]) -> Self {
        let mut known = ByHash::default();
        for document in documents {
            let found = document.class.map_or(Found::Background, Found::Class);
            for key in document.keys {
                let entry = known.entry(key).or_insert(found);
                if *entry != found {
                    // Two scenarios claim the same words: let the classifier weigh them.
                    *entry = Found::Nothing;
                }
            }
        }
        Self { known }
    }

    pub(super) fn find(&self, text: &Normalized) -> Found {
        let found = keys(text).into_iter().filter_map(|key| self.known.get(&key).copied());
        found.into_iter().find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
    }
}

/// The key of the whole message, and that without courtesies (the same, if nothing else is left).
pub(super) fn keys(text: &Normalized) -> [u64; 2] {
    let whole = hash_word(text.key());
    let mut bare = String::with_capacity(text.key().len());
    for (kind, token) in text.tokens() {
        match kind {
            Kind::Word if COURTESIES.contains(&token) => {}
            Kind::Dense => bare.push_str(without_courtesies(token)),
            _ => bare.push_str(token),
        }
    }
    [whole, if bare.is_empty() { whole } else { hash_word(&bare) }]
}

fn without_courtesies(run: &str) -> &str {
    let rest = ["您好", "你好", "请问", "请", "亲"].iter().find_map(|start| run.strip_prefix(start)).unwrap_or(run);
    rest.strip_suffix("谢谢").unwrap_or(rest)
}
