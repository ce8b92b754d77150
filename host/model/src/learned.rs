//! What acceptance says of suggestions: counts that fade, by scenario and by what is said.
//!
//! Owns the counts and how they fade. Does not know what counts as accepted, nor what follows for the order.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{PluginId, ScenarioId, Suggestion, Timestamp};

/// After so many days an answer counts half: a season's words fade within a season, a quiet scenario keeps some of its year.
pub const HALF_LIFE_DAYS: f64 = 30.0;

/// What is learned about: one plugin's way of answering one scenario. Versions are not told apart, so that a corrected
/// comma does not cost what was learned; what a new version changed shows as the old days fade.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Arm {
    /// The scenario it was offered for.
    pub scenario: ScenarioId,
    /// Who offers it.
    pub plugin: PluginId,
    /// The message key; empty for raw text, which is one arm a plugin.
    #[serde(default)]
    pub message: Arc<str>,
}

impl Arm {
    /// The arm of a suggestion.
    pub fn of(suggestion: &Suggestion) -> Self {
        let Suggestion { scenario, plugin, message, .. } = suggestion;
        let message = message.as_deref().unwrap_or_default().into();
        Self { scenario: scenario.clone(), plugin: plugin.id.clone(), message }
    }
}

/// How often an arm was looked at and accepted, as of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Times that an agent looked at it and decided.
    pub seen: f64,
    /// How much of that was acceptance.
    pub accepted: f64,
    /// As of when.
    pub at: Timestamp,
}

impl Tally {
    /// The counts as they stand at a later moment.
    #[must_use]
    pub fn faded(self, at: Timestamp) -> Self {
        let left = remains(self.at, at);
        Self { seen: self.seen * left, accepted: self.accepted * left, at: self.at.max(at) }
    }

    /// Adds what happened at a moment, or takes it back with negative counts. Moments may come out of order.
    #[must_use]
    pub fn with(self, seen: f64, accepted: f64, at: Timestamp) -> Self {
        let now = self.faded(at);
        let left = remains(at, now.at);
        let seen = (now.seen + seen * left).max(0.0);
        Self { seen, accepted: (now.accepted + accepted * left).clamp(0.0, seen), at: now.at }
    }
}

/// How much of an answer is left after the time between two moments, from 0 to 1.
fn remains(from: Timestamp, to: Timestamp) -> f64 {
    const DAY: f64 = 86_400_000.0;
    let days = to.millis().saturating_sub(from.millis()).max(0) as f64 / DAY;
    (-days / HALF_LIFE_DAYS).exp2()
}

/// All that acceptance has taught about one merchant's suggestions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    scenarios: HashMap<ScenarioId, Vec<(Arm, Tally)>>,
}

impl Learned {
    /// Puts an arm's counts in the place of those before.
    pub fn set(&mut self, arm: Arm, tally: Tally) {
        let arms = self.scenarios.entry(arm.scenario.clone()).or_default();
        match arms.binary_search_by(|(known, _)| known.cmp(&arm)) {
            Ok(place) => drop(arms.get_mut(place).map(|(_, known)| *known = tally)),
            Err(place) => arms.insert(place, (arm, tally)),
        }
    }

    /// Every arm with its counts, in no order.
    pub fn arms(&self) -> impl Iterator<Item = &(Arm, Tally)> {
        self.scenarios.values().flatten()
    }

    /// What is known of a scenario's suggestions at a moment: what a turn goes by, and keeps.
    pub fn of(&self, scenario: &ScenarioId, now: Timestamp) -> Vec<Acceptance> {
        let arms = self.scenarios.get(scenario).into_iter().flatten();
        arms.map(|(arm, tally)| Acceptance::at(arm, *tally, now)).filter(|it| it.seen > 0.0).collect()
    }
}

impl FromIterator<(Arm, Tally)> for Learned {
    fn from_iter<T: IntoIterator<Item = (Arm, Tally)>>(arms: T) -> Self {
        let mut learned = Self::default();
        arms.into_iter().for_each(|(arm, tally)| learned.set(arm, tally));
        learned
    }
}

/// How one way of answering was accepted in a turn's scenario, at the moment of the turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who offers it.
    pub plugin: PluginId,
    /// The message key; empty for raw text.
    #[serde(default)]
    pub message: Arc<str>,
    /// Times that an agent looked at it and decided; old ones count less.
    pub seen: f64,
    /// How much of that was acceptance.
    pub accepted: f64,
}

impl Acceptance {
    /// Rounded to thousandths, so that what is kept in JSON is exactly what was used.
    fn at(arm: &Arm, tally: Tally, now: Timestamp) -> Self {
        let round = |count: f64| (count * 1000.0).round() / 1000.0;
        let Tally { seen, accepted, .. } = tally.faded(now);
        let (plugin, message) = (arm.plugin.clone(), Arc::clone(&arm.message));
        Self { plugin, message, seen: round(seen), accepted: round(accepted) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_seconds(days * 86_400)
    }

    #[test]
    fn counts_fade_by_half_in_a_half_life() {
        let tally = Tally { seen: 8.0, accepted: 4.0, at: day(0) };
        let later = tally.faded(day(60));
        assert!((later.seen - 2.0).abs() < 1e-9 && (later.accepted - 1.0).abs() < 1e-9, "{later:?}");
        assert_eq!(later.faded(day(0)), later, "nothing grows back");
    }

    #[test]
    fn the_order_of_arrival_makes_no_difference_and_what_is_taken_back_is_gone() {
        let none = Tally { seen: 0.0, accepted: 0.0, at: day(0) };
        let there = none.with(1.0, 1.0, day(3)).with(1.0, 0.0, day(40));
        let back = none.with(1.0, 0.0, day(40)).with(1.0, 1.0, day(3));
        assert!((there.seen - back.seen).abs() < 1e-9 && (there.accepted - back.accepted).abs() < 1e-9);
        let gone = there.with(-1.0, -1.0, day(3)).with(-1.0, 0.0, day(40));
        assert!(gone.seen.abs() < 1e-9 && gone.accepted.abs() < 1e-9, "{gone:?}");
    }
}
