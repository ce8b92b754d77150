//! The vocabulary with its weights, and the separators over it.
//!
//! Owns the way from a message to margins: counts dampened by logarithm, rare features louder (inverse document
//! frequency), and a fixed say for each part. Knows no ids and no thresholds.

use super::{
    compact::Compact,
    documents::Document,
    features::{PARTS, Part, part},
    hashing::ByHash,
    linear::{Linear, Sparse},
};

/// The share of each part in a vector's squared length: runs, words, concepts.
const SHARES: [f32; PARTS] = [0.42, 0.28, 0.3];
/// The value of the feature that every message has.
const BIAS: f32 = 0.3;
/// What a feature that no example has adds to the length, against one that few have: product names are new each time.
const UNSEEN: f32 = 0.5;

/// A trained model.
#[derive(Debug, Default)]
pub(super) struct Model {
    index: ByHash<u32>,
    idf: Vec<f32>,
    unseen_idf: f32,
    weights: Compact,
}

/// What the model says of a message.
#[derive(Debug)]
pub(super) struct Scores {
    /// The margin of each class.
    pub(super) margins: Vec<f32>,
    /// The margin of the background.
    pub(super) background: f32,
    /// The share of the message, by weight, that was ever seen in training, 0 to 1.
    pub(super) seen: f32,
}

impl Model {
    pub(super) fn fit(documents: &[&Document], classes: usize) -> Self {
        let mut made = Self::default();
        made.learn_vocabulary(documents);
        let samples: Vec<_> = documents
            .iter()
            .map(|document| (made.vector(&document.features).0, document.class.or(Some(classes))))
            .collect();
        made.weights = Compact::new(&Linear::fit(&samples, made.idf.len() + 1, classes + 1));
        made
    }

    pub(super) fn scores(&self, features: &[u64]) -> Scores {
        let (sparse, seen) = self.vector(features);
        let mut margins = self.weights.scores(&sparse);
        let background = margins.pop().unwrap_or(-1.0);
        Scores { margins, background, seen }
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
        let mut found: Vec<(u32, Part)> = Vec::with_capacity(features.len());
        let mut lengths = Lengths::default();
        for feature in features {
            match self.index.get(feature) {
                Some(index) => found.push((*index, part(*feature))),
                None => lengths.add(part(*feature), UNSEEN * self.unseen_idf),
            }
        }
        found.sort_unstable_by_key(|(index, _)| *index);
        let mut values: Vec<(u32, f32, Part)> = Vec::with_capacity(found.len());
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            let Some((index, part)) = same.first().copied() else { continue };
            let idf = self.idf.get(index as usize).copied().unwrap_or(0.0);
            let value = (1.0 + (same.len() as f32).ln()) * idf;
            lengths.add(part, value);
            values.push((index, value, part));
        }
        let scales = lengths.scales();
        let scale = |part: Part| scales.get(part as usize).copied().unwrap_or(0.0);
        let mut entries: Vec<_> = values.into_iter().map(|(index, value, part)| (index, value * scale(part))).collect();
        let seen = entries.iter().map(|(_, value)| value * value).sum();
        entries.push((self.idf.len() as u32, BIAS));
        (Sparse { entries }, seen)
    }
}

/// Squared lengths of the parts of a vector. What was never seen counts too: a message of which little is known
/// scores low everywhere.
#[derive(Debug, Default)]
struct Lengths([f32; PARTS]);

impl Lengths {
    fn add(&mut self, part: Part, value: f32) {
        if let Some(length) = self.0.get_mut(part as usize) {
            *length += value * value;
        }
    }

    /// What each part is multiplied with, so that each has its share of a length of one; the share of a part that the
    /// message does not have goes to the others.
    fn scales(&self) -> [f32; PARTS] {
        let there = self.0.iter().zip(SHARES).filter(|(length, _)| **length > 0.0);
        let all: f32 = there.map(|(_, share)| share).sum();
        let mut scales = [0.0; PARTS];
        for (scale, (length, share)) in scales.iter_mut().zip(self.0.iter().zip(SHARES)) {
            *scale = (share / (all * length).max(1e-6)).sqrt();
        }
        scales
    }
}
