//! What the classifier learns from: the merchants' examples, each with its class, and background that has none.
//!
//! Owns the order (that of declaration, for the same result each time) and the merging of ids.

use cuecard_model::ScenarioId;

use super::{background, features, verbatim};
use crate::{Scenario, text::Normalized};

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
    all: Vec<Document>,
}

impl Documents {
    pub(super) fn new(scenarios: &[Scenario]) -> Self {
        let mut made = Self { classes: Vec::new(), all: Vec::new() };
        for scenario in scenarios {
            let class = made.class_of(&scenario.id);
            for example in &scenario.examples {
                made.push(&example.text, Some(class));
            }
        }
        if !made.classes.is_empty() {
            made.add_background();
        }
        made
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.all.iter()
    }

    fn class_of(&mut self, id: &ScenarioId) -> usize {
        let known = self.classes.iter().position(|class| class == id);
        known.unwrap_or_else(|| {
            self.classes.push(id.clone());
            self.classes.len() - 1
        })
    }

    /// A group of background that a merchant made a scenario of is background no more.
    fn add_background(&mut self) {
        let keys: std::collections::HashSet<u64> = self.all.iter().flat_map(|document| document.keys).collect();
        for group in background::groups() {
            let claimed = self.classes.iter().any(|id| id.as_str() == group.name)
                || group.messages.iter().any(|text| keys.contains(&verbatim::keys(&Normalized::new(text))[0]));
            if !claimed {
                group.messages.iter().for_each(|text| self.push(text, None));
            }
        }
    }

    fn push(&mut self, text: &str, class: Option<usize>) {
        let normalized = Normalized::new(text);
        if normalized.len() == 0 {
            return;
        }
        let nth = self.all.iter().filter(|document| document.class == class).count();
        let features = features::of(&normalized);
        self.all.push(Document { features, keys: verbatim::keys(&normalized), class, nth });
    }
}
