//! *Rank*: the best three, complete ones first, none that is too unsure or says what another says.
//!
//! What agents have accepted moves the order, but only among suggestions that are equally safe. A pure function: the same
//! suggestions, the same acceptance and the same seed give the same order.

mod bandit;
mod chance;

use cuecard_model::{Acceptance, ScenarioId, Trace};

use self::{
    bandit::{Candidate, order},
    chance::Chance,
};
use crate::localize::Worded;

/// More than this an agent does not read while a customer waits.
const MOST: usize = 3;

/// What a turn offers, and what it went by.
pub(crate) struct Ranked {
    /// Best first.
    pub(crate) worded: Vec<Worded>,
    /// What was known of these suggestions and of those that were left out.
    pub(crate) learned: Vec<Acceptance>,
}

/// Best first. Ties go by plugin, so that a replay gives the same order. `learned` is of the scenario that was found, and
/// `seed` the turn's.
pub(crate) fn rank(
    mut worded: Vec<Worded>,
    min_confidence: f64,
    scenario: &ScenarioId,
    learned: &[Acceptance],
    seed: &str,
) -> Ranked {
    worded.retain(|worded| worded.suggestion.confidence >= min_confidence);
    worded.sort_by(|a, b| {
        let (a, b) = (&a.suggestion, &b.suggestion);
        let complete = a.missing.is_empty().cmp(&b.missing.is_empty()).reverse();
        complete.then(b.confidence.total_cmp(&a.confidence)).then_with(|| a.plugin.cmp(&b.plugin))
    });
    let used: Vec<_> = learned.iter().filter(|it| worded.iter().any(|worded| is_of(it, worded))).cloned().collect();
    if !used.is_empty() {
        worded = moved(worded, scenario, &used, seed);
    }
    let mut ranked: Vec<Worded> = Vec::with_capacity(MOST);
    for worded in worded {
        if ranked.len() < MOST && ranked.iter().all(|better| better.suggestion.text != worded.suggestion.text) {
            ranked.push(worded);
        }
    }
    Ranked { worded: ranked, learned: used }
}

/// How much there is to say against a suggestion; 0 is whole. Order is only learned among equals.
fn risk(worded: &Worded, scenario: &ScenarioId) -> u8 {
    let suggestion = &worded.suggestion;
    let remarked = suggestion.trace.iter().any(|entry| entry.stage == "guard");
    let elsewhere = suggestion.scenario != *scenario;
    4 * u8::from(!suggestion.missing.is_empty()) + 2 * u8::from(remarked) + u8::from(elsewhere)
}

fn is_of(acceptance: &Acceptance, worded: &Worded) -> bool {
    let suggestion = &worded.suggestion;
    acceptance.plugin == suggestion.plugin.id
        && *acceptance.message == *suggestion.message.as_deref().unwrap_or_default()
}

/// The suggestions in the order that acceptance gives them. Each kind of risk is ordered for itself; then the riskier are
/// put in, each behind all the safer ones that it stood behind before. So nothing ever passes what is safer than it.
fn moved(mut worded: Vec<Worded>, scenario: &ScenarioId, learned: &[Acceptance], seed: &str) -> Vec<Worded> {
    let risks: Vec<u8> = worded.iter().map(|worded| risk(worded, scenario)).collect();
    let mut kinds = risks.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let mut chance = Chance::of(seed);
    let mut places: Vec<usize> = Vec::with_capacity(worded.len());
    for kind in kinds {
        let equals: Vec<usize> = (0..).zip(&risks).filter(|(_, risk)| **risk == kind).map(|(place, _)| place).collect();
        let mut from = 0;
        for place in among_equals(&mut worded, &equals, learned, &mut chance) {
            let before = places.iter().rposition(|safer| {
                let is_safer = risks.get(*safer) < risks.get(place);
                is_safer && *safer < place
            });
            let at = before.map_or(from, |before| from.max(before + 1));
            places.insert(at, place);
            from = at + 1;
        }
    }
    let mut worded: Vec<_> = worded.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| worded.get_mut(place)?.take()).collect()
}

/// Equally safe suggestions, by their places: in the order that is learned, each with a word on why it stands there.
fn among_equals(worded: &mut [Worded], equals: &[usize], learned: &[Acceptance], chance: &mut Chance) -> Vec<usize> {
    let known = |worded: &Worded| learned.iter().find(|it| is_of(it, worded));
    let candidates: Vec<_> = equals.iter().filter_map(|place| worded.get(*place)).collect();
    let candidates: Vec<_> = candidates
        .into_iter()
        .map(|worded| {
            let (seen, accepted) = known(worded).map_or((0.0, 0.0), |it| (it.seen, it.accepted));
            Candidate { confidence: worded.suggestion.confidence, seen, accepted }
        })
        .collect();
    let (order, explored) = order(&candidates, chance);
    let ordered: Vec<usize> = order.into_iter().filter_map(|at| equals.get(at).copied()).collect();
    for (at, place) in ordered.iter().enumerate() {
        let Some(worded) = worded.get_mut(*place) else { continue };
        let trace = why(learned.iter().find(|it| is_of(it, worded)), explored && at == 0);
        worded.suggestion.trace.push(trace);
    }
    ordered
}

fn why(known: Option<&Acceptance>, explored: bool) -> Trace {
    let counted = match known {
        Some(Acceptance { seen, accepted, .. }) => {
            let (seen, accepted) = (seen.round().max(1.0), accepted.round());
            format!("accepted {accepted} of {seen} times in this scenario; older answers count less")
        }
        None => "no agent has decided on it in this scenario yet; its confidence speaks for it".to_owned(),
    };
    let (rule, why) = if explored {
        ("explored", format!("put first by chance, to go on learning; {counted}"))
    } else {
        ("accepted", counted)
    };
    Trace { stage: "rank".into(), rule: rule.into(), before: None, after: None, why }
}

#[cfg(test)]
mod tests;
