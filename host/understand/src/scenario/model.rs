//! The vocabulary with its weights, and the separators over it.
//!
//! Owns the way from a message to margins: counts dampened by logarithm, rare features louder (inverse document
//! frequency), words and characters of equal say. Knows no ids and no thresholds.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    documents::Document,
    features::WORD,
    linear::{Linear, Sparse},
};

/// The share of words against character runs in a vector's squared length.
const WORDS: f32 = 0.4;
/// The value of the feature that every message has.
const BIAS: f32 = 0.3;

/// A trained model.
#[derive(Debug, Default)]
pub(super) struct Model {
    index: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
    idf: Vec<f32>,
    unseen_idf: f32,
    linear: Linear,
}

/// What the model says of a message.
#[derive(Debug)]
pub(super) struct Scores {
    /// The margin of each class.
    pub(super) margins: Vec<f32>,
    /// The share of the message, by weight, that was ever seen in training, 0 to 1.
    pub(super) seen: f32,
}

impl Model {
    pub(super) fn fit(documents: &[&Document], classes: usize) -> Self {
        let mut made = Self::default();
        made.learn_vocabulary(documents);
        let samples: Vec<_> =
            documents.iter().map(|document| (made.vector(&document.features).0, document.class)).collect();
        made.linear = Linear::fit(&samples, made.idf.len() + 1, classes);
        made
    }

    pub(super) fn scores(&self, features: &[u64]) -> Scores {
        let (sparse, seen) = self.vector(features);
        Scores { margins: self.linear.scores(&sparse), seen }
    }

    fn learn_vocabulary(&mut self, documents: &[&Document]) {
        let mut counts: Vec<(u32, u32)> = Vec::new();
        for (at, document) in (1_u32..).zip(documents) {
            for feature in &document.features {
                let next = counts.len() as u32;
                let index = *self.index.entry(*feature).or_insert(next);
                match counts.get_mut(index as usize) {
                    Some((_, last)) if *last == at => {}
                    Some((count, last)) => (*count, *last) = (*count + 1, at),
                    None => counts.push((1, at)),
                }
            }
        }
        let all = documents.len() as f32;
        let idf = |count: u32| ((1.0 + all) / (1.0 + count as f32)).ln() + 1.0;
        self.idf = counts.iter().map(|(count, _)| idf(*count)).collect();
        self.unseen_idf = idf(0);
    }

    /// The message as a vector, and the share of its weight that is known.
    fn vector(&self, features: &[u64]) -> (Sparse, f32) {
        let mut found: Vec<(u32, bool)> = Vec::with_capacity(features.len());
        let mut lengths = Lengths::default();
        for feature in features {
            let word = feature & WORD != 0;
            match self.index.get(feature) {
                Some(index) => found.push((*index, word)),
                None => lengths.add(word, self.unseen_idf),
            }
        }
        found.sort_unstable();
        let mut values: Vec<(u32, f32, bool)> = Vec::with_capacity(found.len());
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            let Some((index, word)) = same.first().copied() else { continue };
            let idf = self.idf.get(index as usize).copied().unwrap_or(0.0);
            let value = (1.0 + (same.len() as f32).ln()) * idf;
            lengths.add(word, value);
            values.push((index, value, word));
        }
        let (words, runs) = lengths.scales();
        let scaled = |(index, value, word)| (index, value * if word { words } else { runs });
        let mut entries: Vec<(u32, f32)> = values.into_iter().map(scaled).collect();
        let seen = entries.iter().map(|(_, value)| value * value).sum();
        entries.push((self.idf.len() as u32, BIAS));
        (Sparse { entries }, seen)
    }
}

/// Squared lengths of the two parts of a vector. What was never seen counts too: a message of which little is known
/// scores low everywhere.
#[derive(Debug, Default)]
struct Lengths {
    words: f32,
    runs: f32,
}

impl Lengths {
    fn add(&mut self, word: bool, value: f32) {
        *(if word { &mut self.words } else { &mut self.runs }) += value * value;
    }

    /// What each part is multiplied with, so that each has its share of a length of one.
    fn scales(&self) -> (f32, f32) {
        ((WORDS / self.words.max(1e-6)).sqrt(), ((1.0 - WORDS) / self.runs.max(1e-6)).sqrt())
    }
}

/// Passes a hash on: the features are hashed already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
