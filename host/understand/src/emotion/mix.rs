//! How much of each feeling is in a message. Owns the adding up; knows no words.

use cuecard_model::EmotionLabel;

/// Points for each feeling, 0 to 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Mix {
    points: [f64; 8],
    /// Things that went wrong, told without a feeling.
    pub(super) problem: f64,
    /// Upset that is named and denied: `not angry`.
    pub(super) denied: f64,
}

impl Mix {
    /// Two signs of the same feeling are stronger than one, and never more than all.
    pub(super) fn add(&mut self, label: EmotionLabel, points: f64) {
        if let Some(sum) = self.points.get_mut(label as usize) {
            *sum = either(*sum, points);
        }
    }

    pub(super) fn add_problem(&mut self, points: f64) {
        self.problem = either(self.problem, points);
    }

    pub(super) fn of(&self, label: EmotionLabel) -> f64 {
        self.points.get(label as usize).copied().unwrap_or(0.0)
    }

    /// Disappointed, frustrated and angry together.
    pub(super) fn upset(&self) -> f64 {
        use EmotionLabel::{Angry, Disappointed, Frustrated};
        [Angry, Frustrated, Disappointed].into_iter().map(|label| self.of(label)).fold(0.0, either)
    }
}

fn either(a: f64, b: f64) -> f64 {
    1.0 - (1.0 - a) * (1.0 - b.clamp(0.0, 0.95))
}
