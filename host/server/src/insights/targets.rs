//! What a merchant wants to reach, and whether it is reached.

use cuecard_engine::Tally;
use serde::{Deserialize, Serialize};

use super::{Figures, Rate};

/// What a target is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    /// Cases that are resolved.
    Resolved,
    /// Resolved cases that were opened again: at most.
    Reopened,
    /// Suggestions that were used.
    Accepted,
    /// Ratings of four or five.
    RatedWell,
    /// Customers who came in anger and left calm.
    Calmed,
    /// Orders that were neither refunded nor cancelled.
    Kept,
    /// Messages for which there was something to offer.
    Covered,
    /// Seconds to an answer, the median: at most.
    AnswerSeconds,
}

/// What a merchant wants to reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) measure: Measure,
    /// In this scenario; in all together, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scenario: Option<String>,
    /// A share from 0 to 1, or seconds.
    pub(crate) value: f64,
}

/// Where a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Met,
    Missed,
    /// Below, but by so few cases that it may be chance.
    Close,
    /// Nothing to count.
    Unknown,
}

/// A target with what was reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Judged {
    #[serde(flatten)]
    pub(crate) target: Target,
    pub(crate) standing: Standing,
    /// What was reached: a share, or seconds.
    pub(crate) reached: Option<f64>,
    /// The interval, for shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate: Option<Rate>,
}

/// Why a target cannot be kept.
pub(crate) fn wrong(target: &Target) -> Option<&'static str> {
    let most = if target.measure == Measure::AnswerSeconds { 7.0 * 24.0 * 3600.0 } else { 1.0 };
    let fits = target.value.is_finite() && target.value > 0.0 && target.value <= most;
    (!fits).then_some("value is a share above 0 and up to 1, or for answer_seconds up to a week of seconds")
}

/// Where a target stands, by the tally that it is about.
pub(crate) fn judge(target: Target, tally: Option<&Tally>) -> Judged {
    let figures = Figures::from(tally.cloned().unwrap_or_default());
    let rate = match target.measure {
        Measure::Resolved => figures.resolved,
        Measure::Reopened => figures.reopened,
        Measure::Accepted => figures.accepted,
        Measure::RatedWell => figures.rated_well,
        Measure::Calmed => figures.calmed,
        Measure::Kept => figures.kept,
        Measure::Covered => figures.covered,
        Measure::AnswerSeconds => {
            let reached = figures.answer_median;
            let standing = reached.map_or(Standing::Unknown, |seconds| {
                if seconds <= target.value { Standing::Met } else { Standing::Missed }
            });
            return Judged { target, standing, reached, rate: None };
        }
    };
    let standing = match (rate.rate, target.measure) {
        (None, _) => Standing::Unknown,
        (Some(reached), Measure::Reopened) if reached <= target.value => Standing::Met,
        (Some(_), Measure::Reopened) => {
            if rate.low > target.value {
                Standing::Missed
            } else {
                Standing::Close
            }
        }
        (Some(reached), _) if reached >= target.value => Standing::Met,
        (Some(_), _) => {
            if rate.high < target.value {
                Standing::Missed
            } else {
                Standing::Close
            }
        }
    };
    Judged { target, standing, reached: rate.rate, rate: Some(rate) }
}

#[cfg(test)]
mod tests {
    use cuecard_engine::CaseTally;

    use super::*;

    #[test]
    fn few_cases_miss_no_target() {
        for (resolved, decided, standing) in [
            (0, 0, Standing::Unknown),
            (92, 100, Standing::Met),
            (9, 10, Standing::Close),
            (91, 100, Standing::Close),
            (80, 100, Standing::Missed),
        ] {
            let cases = CaseTally { resolved, decided, ..CaseTally::default() };
            let tally = Tally { cases, ..Tally::default() };
            let target = Target { measure: Measure::Resolved, scenario: None, value: 0.92 };
            assert_eq!(judge(target, Some(&tally)).standing, standing, "{resolved} of {decided}");
        }
        let slow = Tally { answers: vec![61_000], ..Tally::default() };
        let target = Target { measure: Measure::AnswerSeconds, scenario: None, value: 60.0 };
        assert_eq!(judge(target, Some(&slow)).standing, Standing::Missed);
    }
}
