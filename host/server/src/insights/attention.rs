//! Which scenarios a person should look at first: those that do worse lately than they did before, and those that
//! nobody has looked over for a week.

use cuecard_engine::{Review, ScenarioTally};
use cuecard_model::Timestamp;
use serde::Serialize;

use super::{Difference, Figures, Rate};

/// A scenario is to be looked over once in so many milliseconds.
pub(crate) const REVIEW: i64 = 7 * 24 * 3600 * 1000;

/// Why a scenario is to be looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Reason {
    /// So surely that it is hardly chance: the whole interval of the difference lies below zero.
    BelowAverage { measure: &'static str, lately: Rate, before: Rate },
    /// Since this moment nobody has looked over it, or ever.
    Unreviewed { since: Timestamp },
}

/// A scenario to look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Attention {
    pub(crate) scenario: String,
    pub(crate) turns: u64,
    pub(crate) reasons: Vec<Reason>,
}

/// What is to be looked at, first what does worse, by how many messages it concerns.
pub(crate) fn attention<'a>(
    scenarios: impl Iterator<Item = (&'a String, &'a ScenarioTally)>,
    reviews: &[Review],
    now: Timestamp,
) -> Vec<Attention> {
    let mut found: Vec<_> = scenarios.filter_map(|(name, tally)| one(name, tally, reviews, now)).collect();
    let rank = |it: &Attention| {
        let below = it.reasons.iter().filter(|reason| matches!(reason, Reason::BelowAverage { .. })).count();
        (std::cmp::Reverse(below), std::cmp::Reverse(it.turns))
    };
    found.sort_by_key(rank);
    found
}

fn one(name: &str, tally: &ScenarioTally, reviews: &[Review], now: Timestamp) -> Option<Attention> {
    let turns = tally.earlier.turns + tally.lately.turns;
    if turns == 0 || matches!(name, "none" | "greeting" | "thanks" | "goodbye") {
        return None;
    }
    let (lately, before) = (Figures::from(tally.lately.clone()), Figures::from(tally.earlier.clone()));
    let mut reasons = Vec::new();
    for (measure, lately, before) in [
        ("resolved", lately.resolved, before.resolved),
        ("accepted", lately.accepted, before.accepted),
        ("calmed", lately.calmed, before.calmed),
    ] {
        if Difference::between(lately, before).is_some_and(|difference| difference.high < 0.0) {
            reasons.push(Reason::BelowAverage { measure, lately, before });
        }
    }
    let reviewed = reviews.iter().find(|review| review.scenario.as_str() == name).map(|review| review.at);
    if let Some(since) = reviewed.or(tally.first_at)
        && now.millis() - since.millis() > REVIEW
    {
        reasons.push(Reason::Unreviewed { since });
    }
    (!reasons.is_empty()).then(|| Attention { scenario: name.to_owned(), turns, reasons })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cuecard_engine::Tally;

    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    fn scenario(before: (u64, u64), lately: (u64, u64), first_day: i64) -> ScenarioTally {
        let tally = |(accepted, shown): (u64, u64)| Tally { turns: shown, shown, accepted, ..Tally::default() };
        let first_at = Some(Timestamp::from_millis(first_day * DAY));
        ScenarioTally { earlier: tally(before), lately: tally(lately), first_at }
    }

    #[test]
    fn what_does_worse_comes_first_and_few_cases_are_no_proof() {
        let scenarios: BTreeMap<_, _> = [
            ("worse", scenario((80, 100), (10, 40), 20)),
            ("busy", scenario((500, 1000), (50, 100), 10)),
            ("few", scenario((8, 10), (1, 3), 25)),
            ("reviewed", scenario((50, 100), (5, 10), 1)),
            ("thanks", scenario((0, 100), (0, 10), 1)),
        ]
        .map(|(name, tally)| (name.to_owned(), tally))
        .into();
        let at = Timestamp::from_millis(25 * DAY);
        let reviews = [Review { scenario: "reviewed".into(), at, by: "person:ana".into(), note: None }];
        let found = attention(scenarios.iter(), &reviews, Timestamp::from_millis(30 * DAY));
        let told: Vec<_> = found.iter().map(|it| (it.scenario.as_str(), it.reasons.len())).collect();
        assert_eq!(told, [("worse", 2), ("busy", 1)]);
        assert_eq!(found[1].reasons[0], Reason::Unreviewed { since: Timestamp::from_millis(10 * DAY) });
    }
}
