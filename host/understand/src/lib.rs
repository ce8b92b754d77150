//! The *understand* stage: language, scenario, emotion and journey stage of one customer message.
//!
//! Owns what the words mean. Deliberately knows no plugin, no file, no clock and no thread: everything is a plain
//! function of what it is handed, and the same input gives the same signals, on every machine.

pub mod emotion;
mod language;
mod profile;
mod reading;
mod scenario;
pub mod score;
mod stage;
mod text;

use std::sync::Arc;

use cuecard_model::{Customer, DetectedLanguage, Event, Message, Role, ScenarioId, Signals, Timestamp, Voice};

pub use profile::{Around, explained, profile};
use reading::Reading;
use scenario::Classifier;

/// So many of the customer's earlier messages count for what is meant.
const LOOK_BACK: usize = 5;
/// So many count for how the customer feels: the curve of a long conversation.
const CURVE: usize = 30;

/// A scenario as plugins declare it: what customers want, with messages that show how they say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// E.g. `return_dispute`. The same id from several plugins is one scenario with all their examples.
    pub id: ScenarioId,
    /// A short heading for people.
    pub title: String,
    /// Messages that ask for it, in any language.
    pub examples: Vec<Example>,
}

/// One message that asks for a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// BCP 47, as the plugin's author wrote it. Kept for people: the classifier learns from the text alone.
    pub language: String,
    /// The message.
    pub text: String,
}

/// What is known when a customer's message comes in.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The message.
    pub text: &'a str,
    /// What was said before it, oldest first, by both sides.
    pub history: &'a [Message],
    /// Who wrote it: the locale weighs on the language, the orders on the stage.
    pub customer: &'a Customer,
    /// The last events about the customer, oldest first; they weigh on the stage. Empty if nothing is known.
    pub events: &'a [Event],
    /// The turn's clock.
    pub now: Timestamp,
    /// The languages that the merchant answers in, BCP 47; a weak prior. Empty if not configured.
    pub languages: &'a [String],
    /// On a call: how the voice sounded.
    pub voice: Option<Voice>,
}

/// One merchant's trained *understand* stage. It never changes: train another one when the plugins change, and share
/// each in an `Arc`.
#[derive(Debug)]
pub struct Understanding {
    classifier: Classifier,
    titles: Vec<(ScenarioId, String)>,
}

impl Understanding {
    /// Learns the scenarios. The same scenarios in the same order give the same result, to the bit.
    ///
    /// Takes tens of milliseconds for a usual shop: call it off the live path.
    pub fn train(scenarios: &[Scenario]) -> Self {
        let mut titles: Vec<(ScenarioId, String)> = Vec::new();
        for scenario in scenarios {
            if !titles.iter().any(|(id, _)| *id == scenario.id) {
                titles.push((scenario.id.clone(), scenario.title.clone()));
            }
        }
        Self { classifier: Classifier::train(scenarios), titles }
    }

    /// Finds the signals of one message. Cannot fail: what is not found is `und`, `none` or neutral.
    pub fn signals(&self, input: &Input<'_>) -> Signals {
        let message = Reading::of(input.text);
        let theirs = input.history.iter().rev().filter(|message| message.role == Role::Customer);
        let past: Vec<Arc<Reading>> = theirs.take(CURVE).map(|message| Reading::of(&message.text)).collect();
        let lately = past.get(..LOOK_BACK).unwrap_or(&past);
        let language = language::detect(&message, lately, input);
        let scenario = self.classifier.classify(&message, lately);
        let emotion = emotion::detect(&message, &past, input);
        let stage = stage::find(input.customer, input.events, scenario.id.as_str(), input.now);
        Signals { language, scenario, emotion, stage }
    }

    /// The heading of a scenario, from the first plugin that declares it.
    pub fn title(&self, id: &ScenarioId) -> Option<&str> {
        self.titles.iter().find(|(known, _)| known == id).map(|(_, title)| title.as_str())
    }

    /// The scenarios that can be found, in the order in which they were declared.
    pub fn scenarios(&self) -> impl Iterator<Item = (&ScenarioId, &str)> {
        self.titles.iter().map(|(id, title)| (id, title.as_str()))
    }
}

/// What a text says of its language by itself: no conversation, no customer. `und` if it says nothing.
pub fn language_of(text: &str) -> DetectedLanguage {
    language::of_text(text)
}

#[cfg(test)]
mod tests;
