//! From margins to a probability of being right, learned from the merchant's own examples.
//!
//! Owns the one rule for the threshold: models are trained without a part of the examples and without a part of the
//! scenarios, asked about both, and a logistic curve is fitted to when they were right. It leans on a curve fitted
//! beforehand, the more the fewer examples there are. Knows no text.

use std::collections::HashMap;

use super::{
    documents::Document,
    model::{Model, Scores},
};

/// What there is to judge an answer by.
#[derive(Debug)]
pub(super) struct Evidence {
    margins: Vec<f32>,
    seen: f32,
    best: (usize, f32),
    second: f32,
    background: f32,
}

const TERMS: usize = 5;
/// The curve before any example was seen: from shops whose scenarios were withheld in turn.
const PRIOR: [f64; TERMS] = [-0.3, 3.5, 1.8, 1.2, 1.0];
/// How many answers the prior is worth.
const PRIOR_WEIGHT: f64 = 10.0;
/// Each round withholds one scenario and one example in so many.
const ROUNDS: usize = 4;
/// Rounds learn from so many examples a scenario, or from half of them: more make the margins better, not the
/// curve, but a curve from few would trust a model that has seen many too much.
const EXAMPLES: usize = 16;
/// With fewer scenarios there is nothing to withhold.
const SCENARIOS: usize = 4;

/// How many messages out of scope there are for one in scope: as many, in shops' live traffic.
const OUT_OF_SCOPE: f64 = 1.0;
/// How many of those are talk; the others want what the merchant has no scenario for, which is harder to tell.
const TALK: f64 = 0.7;

/// One question to a model that had not seen it.
#[derive(Debug)]
struct Answer {
    terms: [f64; TERMS],
    from: Origin,
    right: bool,
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Scope,
    Withheld,
    Background,
}

/// The curve.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calibration {
    curve: [f64; TERMS],
}

impl Default for Calibration {
    fn default() -> Self {
        Self { curve: PRIOR }
    }
}

impl Calibration {
    /// Fits the curve to answers about what the models had not seen.
    pub(super) fn cross_validated(documents: &[&Document], classes: usize) -> Self {
        if classes < SCENARIOS {
            return Self::default();
        }
        let mut answers = Vec::new();
        let few = few(documents);
        for round in 0..ROUNDS {
            let (asked, known): (Vec<_>, Vec<_>) =
                few.iter().copied().partition(|document| is_withheld(*document, round));
            let known: Vec<&Document> = known.into_iter().map(|(_, document)| document).collect();
            let model = Model::fit(&known, classes);
            answers.extend(asked.into_iter().map(|(_, document)| answer(&model, document, round)));
        }
        Self { curve: fit(&answers) }
    }

    /// How likely it is that a class is what the customer wants; [`logistic`] makes a probability of it.
    pub(super) fn log_odds(&self, evidence: &Evidence, class: usize) -> f64 {
        dot(&self.curve, &evidence.terms(class))
    }
}

impl Evidence {
    pub(super) fn of(scores: Scores) -> Self {
        let (mut best, mut second) = ((0, f32::NEG_INFINITY), f32::NEG_INFINITY);
        for (class, margin) in scores.margins.iter().copied().enumerate() {
            if margin > best.1 {
                second = best.1;
                best = (class, margin);
            } else if margin > second {
                second = margin;
            }
        }
        Self {
            margins: scores.margins,
            seen: scores.seen,
            best,
            second: second.max(-1.0),
            background: scores.background,
        }
    }

    /// One, the margin, the lead over the best other class, the share of the message that was ever seen, and how unlike
    /// background it is.
    fn terms(&self, class: usize) -> [f64; TERMS] {
        let margin = self.margins.get(class).copied().unwrap_or(-1.0);
        let other = if class == self.best.0 { self.second } else { self.best.1 };
        [
            1.0,
            f64::from(margin),
            f64::from(margin - other),
            f64::from(self.seen) - 0.5,
            -1.0 - f64::from(self.background),
        ]
    }
}

/// All background, and examples from all over each scenario, because they stand by language; each with its place.
fn few<'a>(documents: &[&'a Document]) -> Vec<(usize, &'a Document)> {
    let mut counts: HashMap<Option<usize>, usize> = HashMap::new();
    for document in documents {
        *counts.entry(document.class).or_default() += 1;
    }
    let place = |document: &&'a Document| {
        let count = counts.get(&document.class).copied().unwrap_or(1);
        let taken = EXAMPLES.max(count / 2);
        if document.class.is_none() || count <= taken {
            return Some((document.nth, *document));
        }
        let place = document.nth * taken / count;
        (place != (document.nth + 1) * taken / count).then_some((place, *document))
    };
    documents.iter().filter_map(place).collect()
}

fn is_withheld((place, document): (usize, &Document), round: usize) -> bool {
    place % ROUNDS == round || document.class.is_some_and(|class| class % ROUNDS == round)
}

/// The terms of the best class, and whether it was right.
fn answer(model: &Model, document: &Document, round: usize) -> Answer {
    let evidence = Evidence::of(model.scores(&document.features));
    let from = match document.class {
        Some(class) if class % ROUNDS != round => Origin::Scope,
        Some(_) => Origin::Withheld,
        None => Origin::Background,
    };
    let right = from == Origin::Scope && document.class == Some(evidence.best.0);
    Answer { terms: evidence.terms(evidence.best.0), from, right }
}

/// Logistic regression towards the prior, by gradient descent: four terms need nothing better.
fn fit(answers: &[Answer]) -> [f64; TERMS] {
    const STEPS: usize = 400;
    let mut curve = PRIOR;
    let count = |from: Origin| answers.iter().filter(|answer| answer.from == from).count().max(1) as f64;
    let in_scope = count(Origin::Scope);
    let rate = 2.0 / (1.0 + PRIOR_WEIGHT / answers.len().max(1) as f64);
    let share = 1.0 / (in_scope * (1.0 + OUT_OF_SCOPE));
    let outer = |part: f64, from: Origin| share * OUT_OF_SCOPE * part * in_scope / count(from);
    let (withheld, background) = (outer(1.0 - TALK, Origin::Withheld), outer(TALK, Origin::Background));
    for _ in 0..STEPS {
        let mut slope = [0.0; TERMS];
        for (at, slope) in slope.iter_mut().enumerate() {
            let gone = curve.get(at).zip(PRIOR.get(at)).map_or(0.0, |(now, prior)| now - prior);
            *slope = PRIOR_WEIGHT * share * gone * 0.1;
        }
        for Answer { terms, from, right } in answers {
            let weight = match from {
                Origin::Scope => share,
                Origin::Withheld => withheld,
                Origin::Background => background,
            };
            let error = (logistic(dot(&curve, terms)) - f64::from(u8::from(*right))) * weight;
            slope.iter_mut().zip(terms).for_each(|(slope, term)| *slope += error * term);
        }
        curve.iter_mut().zip(slope).for_each(|(value, slope)| *value -= rate * slope);
    }
    curve
}

fn dot(a: &[f64; TERMS], b: &[f64; TERMS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
