//! What the classifier learns from: the merchants' examples, each with its class, and background that has none.
//!
//! Owns the order (that of declaration, for the same result each time) and the merging of ids.

use std::collections::HashMap;

use cuecard_model::ScenarioId;

use super::{background, features, hashing::ByHash, spelling::Speller, verbatim};
use crate::{
    Scenario,
    text::{Kind, Normalized},
};

/// One example, ready to count.
#[derive(Debug)]
pub(super) struct Document {
    /// The hashed features, in the order of the text, with repeats.
    pub(super) features: Vec<u64>,
    /// The keys under which the message counts as said outright.
    pub(super) keys: [u64; 2],
    /// The scenario; `None` for background.
    pub(super) class: Option<usize>,
    /// Its place among the documents of its class, for folds that spread evenly.
    pub(super) nth: usize,
}

/// All examples and the background.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) classes: Vec<ScenarioId>,
    pub(super) speller: Speller,
    /// The features of each word by itself.
    pub(super) words: ByHash<Vec<u64>>,
    all: Vec<Document>,
}

impl Documents {
    pub(super) fn new(scenarios: &[Scenario]) -> Self {
        let mut classes: Vec<ScenarioId> = Vec::new();
        let mut examples: Vec<(Normalized, usize)> = Vec::new();
        for scenario in scenarios {
            let class = classes.iter().position(|id| *id == scenario.id).unwrap_or(classes.len());
            if class == classes.len() {
                classes.push(scenario.id.clone());
            }
            examples.extend(scenario.examples.iter().map(|example| (Normalized::new(&example.text), class)));
        }
        let speller = Speller::new(examples.iter().map(|(text, _)| text));
        let mut made = Self { classes, speller, words: ByHash::default(), all: Vec::with_capacity(examples.len()) };
        examples.iter().for_each(|(text, class)| made.push(text, Some(*class)));
        if !made.classes.is_empty() {
            made.add_background();
        }
        made.number();
        made
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.all.iter()
    }

    /// A group of background that a merchant made a scenario of is background no more, nor is a message that is one of
    /// its examples.
    fn add_background(&mut self) {
        let keys: std::collections::HashSet<u64> = self.all.iter().flat_map(|document| document.keys).collect();
        for group in background::groups() {
            if self.classes.iter().any(|id| id.as_str() == group.name) {
                continue;
            }
            let texts = group.messages.iter().map(|text| Normalized::new(text));
            let talk = texts.filter(|text| !verbatim::keys(text).iter().any(|key| keys.contains(key)));
            talk.for_each(|text| self.push(&text, None));
        }
    }

    fn push(&mut self, text: &Normalized, class: Option<usize>) {
        if text.len() > 0 {
            let tokens = self.speller.read(text);
            let features = features::of(&tokens);
            self.words.extend(tokens.iter().filter(|it| it.0 == Kind::Word).map(|(_, word)| features::of_word(word)));
            self.all.push(Document { features, keys: verbatim::keys(text), class, nth: 0 });
        }
    }

    fn number(&mut self) {
        let mut next = HashMap::new();
        for document in &mut self.all {
            let next = next.entry(document.class).or_insert(0);
            document.nth = *next;
            *next += 1;
        }
    }
}
