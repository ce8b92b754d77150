//! The vocabulary with its weights, and the separators over it.
//!
//! Owns the way from a message to margins: counts dampened by logarithm, rare features louder (inverse document
//! frequency), and a fixed say for each part. Knows no ids and no thresholds.

use super::{
    compact::Compact,
    documents::Document,
    features::{self, PARTS, Part, part},
    hashing::ByHash,
    linear::{Linear, Sparse},
    spelling::Token,
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
    known: Vec<Known>,
    words: Words,
    unseen_idf: f32,
    weights: Compact,
}

/// A feature of the vocabulary.
#[derive(Clone, Copy, Debug)]
struct Known {
    idf: f32,
    part: Part,
}

/// Words of which every feature is in the vocabulary: such a word is looked up once, and not letter by letter.
#[derive(Debug, Default)]
struct Words {
    /// Where a word's features begin and end.
    places: ByHash<(u32, u32)>,
    features: Vec<u32>,
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
        made.weights = Compact::new(&Linear::fit(&samples, made.known.len() + 1, classes + 1));
        made
    }

    /// Takes down where the features of each of these words stand.
    pub(super) fn with_words(mut self, words: &ByHash<Vec<u64>>) -> Self {
        for (word, features) in words {
            let start = self.words.features.len();
            self.words.features.extend(features.iter().filter_map(|feature| self.index.get(feature)));
            let end = self.words.features.len();
            if end - start == features.len() {
                self.words.places.insert(*word, (start as u32, end as u32));
            }
        }
        self.words.features.shrink_to_fit();
        self
    }

    /// What it says of a message's tokens.
    pub(super) fn scores_of(&self, tokens: &[Token<'_>]) -> Scores {
        let mut found = Vec::with_capacity(24 * tokens.len());
        let rest = features::beside(tokens, |word| self.words.push(word, &mut found));
        self.judged(self.look_up(&rest, found))
    }

    /// What it says of a message's features.
    pub(super) fn scores(&self, features: &[u64]) -> Scores {
        self.judged(self.vector(features))
    }

    fn judged(&self, (sparse, seen): (Sparse, f32)) -> Scores {
        let mut margins = self.weights.scores(&sparse);
        let background = margins.pop().unwrap_or(-1.0);
        Scores { margins, background, seen }
    }

    fn learn_vocabulary(&mut self, documents: &[&Document]) {
        let mut counts: Vec<(u32, u32, Part)> = Vec::new();
        for (at, document) in (1_u32..).zip(documents) {
            for feature in &document.features {
                let next = counts.len() as u32;
                let index = *self.index.entry(*feature).or_insert(next);
                match counts.get_mut(index as usize) {
                    Some((_, last, _)) if *last == at => {}
                    Some((count, last, _)) => (*count, *last) = (*count + 1, at),
                    None => counts.push((1, at, part(*feature))),
                }
            }
        }
        let all = documents.len() as f32;
        let idf = |count: u32| ((1.0 + all) / (1.0 + count as f32)).ln() + 1.0;
        self.known = counts.iter().map(|(count, _, part)| Known { idf: idf(*count), part: *part }).collect();
        self.unseen_idf = idf(0);
    }

    /// The message as a vector, and the share of its weight that is known.
    fn vector(&self, features: &[u64]) -> (Sparse, f32) {
        self.look_up(features, Vec::with_capacity(features.len()))
    }

    /// The same of these features and those that were found before.
    fn look_up(&self, features: &[u64], mut found: Vec<u32>) -> (Sparse, f32) {
        let mut lengths = Lengths::default();
        for feature in features {
            match self.index.get(feature) {
                Some(index) => found.push(*index),
                None => lengths.add(part(*feature), UNSEEN * self.unseen_idf),
            }
        }
        found.sort_unstable();
        let mut entries: Vec<(u32, f32)> = Vec::with_capacity(found.len() + 1);
        for same in found.chunk_by(|a, b| a == b) {
            let Some((index, known)) = same.first().and_then(|index| Some((*index, self.known.get(*index as usize)?)))
            else {
                continue;
            };
            let value = (1.0 + (same.len() as f32).ln()) * known.idf;
            lengths.add(known.part, value);
            entries.push((index, value));
        }
        let scales = lengths.scales();
        for (index, value) in &mut entries {
            let part = self.known.get(*index as usize).map(|known| known.part as usize);
            *value *= part.and_then(|part| scales.get(part)).copied().unwrap_or(0.0);
        }
        let seen = entries.iter().map(|(_, value)| value * value).sum();
        entries.push((self.known.len() as u32, BIAS));
        (Sparse { entries }, seen)
    }
}

impl Words {
    /// Adds the features of a word; `false` if it is not known.
    fn push(&self, word: u64, found: &mut Vec<u32>) -> bool {
        let Some((start, end)) = self.places.get(&word).copied() else { return false };
        found.extend_from_slice(self.features.get(start as usize..end as usize).unwrap_or_default());
        true
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
