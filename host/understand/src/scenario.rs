//! What the customer wants: one of the merchant's scenarios, or `none`.
//!
//! Owns the decision. A message that an example says outright is taken at its word; everything else goes through a
//! linear classifier, whose margin the calibration turns into a probability of being right. Below one half: `none`.
//! Knows no language, no emotion and no orders.

mod background;
mod calibrate;
mod clauses;
mod compact;
mod concepts;
mod documents;
mod features;
mod follow_up;
mod hashing;
mod linear;
mod model;
mod spelling;
mod verbatim;

use std::sync::Arc;

use cuecard_model::{Alternative, DetectedScenario, ScenarioId};

use crate::{Scenario, reading::Reading, text::Normalized};
use calibrate::{Calibration, Evidence};
use documents::Documents;
use model::Model;
use spelling::Speller;
use verbatim::{Found, Verbatim};

/// Below this probability of being right, `none` is the better answer.
const THRESHOLD: f64 = 0.5;
/// An alternative less likely than this is not worth an agent's glance.
const WORTH_NAMING: f64 = 0.1;
/// How sure a message is that an example says outright, and nothing is surer: a person could still mean something else.
const SAID_OUTRIGHT: f64 = 0.97;
const ALTERNATIVES: usize = 3;
/// What the odds of a clause are worth for the whole message, shared among its clauses: each is one more chance to err.
const IN_A_CLAUSE: f64 = 0.5;

/// A merchant's scenarios, learned.
#[derive(Debug)]
pub(crate) struct Classifier {
    classes: Vec<ScenarioId>,
    model: Model,
    calibration: Calibration,
    verbatim: Verbatim,
    speller: Speller,
}

/// A class with its probability of being right, best first.
type Ranking = Vec<(usize, f64)>;

impl Classifier {
    pub(crate) fn train(scenarios: &[Scenario]) -> Self {
        let documents = Documents::new(scenarios);
        let all: Vec<_> = documents.iter().collect();
        let classes = documents.classes.len();
        let (model, calibration) = if classes == 0 {
            (Model::default(), Calibration::default())
        } else {
            (Model::fit(&all, classes).with_words(&documents.words), Calibration::cross_validated(&all, classes))
        };
        let verbatim = Verbatim::new(&all);
        Self { classes: documents.classes, model, calibration, verbatim, speller: documents.speller }
    }

    /// `past`: the customer's earlier messages, newest first.
    pub(crate) fn classify(&self, message: &Reading, past: &[Arc<Reading>]) -> DetectedScenario {
        let text = &message.normalized;
        if self.classes.is_empty() {
            return DetectedScenario { id: none(), confidence: 1.0, alternatives: Vec::new() };
        }
        let said = self.verbatim.find(text);
        let mut ranking = self.rank(text, said);
        // As it was written: punctuation parts two wishes. A greeting beside one wish parts nothing.
        let clauses = Some(clauses::of(&message.text)).filter(|clauses| clauses.len() > 1).into_iter().flatten();
        let clauses = clauses.map(Normalized::new).map(|clause| (self.verbatim.find(&clause), clause));
        let wishes: Vec<_> = clauses.filter(|(said, _)| *said != Found::Background).collect();
        if wishes.len() > 1 {
            let worth = IN_A_CLAUSE / wishes.len() as f64;
            wishes.iter().for_each(|(said, clause)| add_clause(&mut ranking, self.rank(clause, *said), worth));
        }
        let found = ranking.first().is_some_and(|(_, confidence)| *confidence >= THRESHOLD);
        if !found
            && follow_up::leans_on_what_was_said(text)
            && said != Found::Background
            && let Some(carried) = self.carried(past)
        {
            return self.detected(carried);
        }
        self.detected(ranking)
    }

    /// What the customer last wanted, a little less sure: a follow-up may also turn to something new.
    fn carried(&self, past: &[Arc<Reading>]) -> Option<Ranking> {
        let mut ranking = past
            .iter()
            .take(follow_up::LOOK_BACK)
            .map(|message| self.rank(&message.normalized, self.verbatim.find(&message.normalized)))
            .find(|ranking| ranking.first().is_some_and(|(_, confidence)| *confidence >= THRESHOLD))?;
        for (_, confidence) in &mut ranking {
            *confidence *= follow_up::CARRIED;
        }
        Some(ranking)
    }

    /// `said`: what an example says of it outright.
    fn rank(&self, text: &Normalized, said: Found) -> Ranking {
        let evidence = Evidence::of(self.model.scores_of(&self.speller.read(text)));
        let odds = |class| (class, self.calibration.log_odds(&evidence, class));
        let mut ranking: Ranking = (0..self.classes.len()).map(odds).collect();
        if !matches!(said, Found::Class(_)) {
            // Only the first few are wanted, and the curve keeps the order.
            sort(&mut ranking);
        }
        for (_, odds) in &mut ranking {
            *odds = calibrate::logistic(*odds).min(SAID_OUTRIGHT);
        }
        match said {
            Found::Nothing => {}
            Found::Background => ranking.iter_mut().for_each(|(_, confidence)| *confidence *= 0.5),
            Found::Class(class) => {
                for (other, confidence) in &mut ranking {
                    *confidence = if *other == class { SAID_OUTRIGHT } else { confidence.min(THRESHOLD) };
                }
            }
        }
        sort(&mut ranking);
        ranking
    }

    fn detected(&self, ranking: Ranking) -> DetectedScenario {
        let best = ranking.first().map_or(0.0, |(_, confidence)| *confidence);
        let named = |(class, confidence): (usize, f64)| {
            self.classes.get(class).map(|id| Alternative { id: id.clone(), confidence: round(confidence) })
        };
        let mut named = ranking.into_iter().filter(|(_, confidence)| *confidence >= WORTH_NAMING).filter_map(named);
        let first = if best >= THRESHOLD { named.next() } else { None };
        let first = first.unwrap_or_else(|| Alternative { id: none(), confidence: round(1.0 - best) });
        let alternatives = named.take(ALTERNATIVES).collect();
        DetectedScenario { id: first.id, confidence: first.confidence, alternatives }
    }
}

/// A wish that stands in a clause of its own counts nearly as one that is all of the message.
fn add_clause(ranking: &mut Ranking, clause: Ranking, worth: f64) {
    for (class, confidence) in clause {
        let confidence = confidence * worth / (confidence * worth + 1.0 - confidence);
        match ranking.iter_mut().find(|(known, _)| *known == class) {
            Some((_, whole)) => *whole = whole.max(confidence),
            None => ranking.push((class, confidence)),
        }
    }
    sort(ranking);
}

/// Best first; equals in the order of declaration.
fn sort(ranking: &mut Ranking) {
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking.truncate(ALTERNATIVES + 1);
}

fn none() -> ScenarioId {
    ScenarioId::new("none")
}

/// Three digits say all that there is to say.
pub(crate) fn round(confidence: f64) -> f64 {
    (confidence.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests;
