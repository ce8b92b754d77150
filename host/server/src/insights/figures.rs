//! A tally as figures: rates, shares, times.

use cuecard_engine::Tally;
use serde::Serialize;

use super::Rate;

/// What a page or a table shows of some turns and cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub(crate) turns: u64,
    /// Turns for which there was something to offer, or nothing to do.
    pub(crate) covered: Rate,
    pub(crate) offered: u64,
    pub(crate) shown: u64,
    /// Of what was shown.
    pub(crate) accepted: Rate,
    pub(crate) sent: u64,
    pub(crate) edited: u64,
    pub(crate) dismissed: u64,
    /// How much of what was sent or edited was changed, on average.
    pub(crate) edit_share: Option<f64>,
    pub(crate) answers: u64,
    /// Seconds.
    pub(crate) answer_median: Option<f64>,
    pub(crate) answer_p90: Option<f64>,
    pub(crate) cases: u64,
    /// Of those that are decided.
    pub(crate) resolved: Rate,
    /// Of those that were resolved once.
    pub(crate) reopened: Rate,
    pub(crate) escalated: Rate,
    /// Four or five, of all ratings.
    pub(crate) rated_well: Rate,
    pub(crate) score: Option<f64>,
    /// Left calm, of those who came frustrated or angry.
    pub(crate) calmed: Rate,
    /// Left frustrated or angry, of those who came otherwise.
    pub(crate) angered: Rate,
    /// Cases after which no order was refunded or cancelled, of those of customers with orders.
    pub(crate) kept: Rate,
}

impl From<Tally> for Figures {
    fn from(tally: Tally) -> Self {
        let Tally { turns, uncovered, offered, shown, accepted, sent, edited, dismissed, edit_sum, mut answers, cases } =
            tally;
        answers.sort_unstable();
        Self {
            turns,
            covered: Rate::new(turns.saturating_sub(uncovered), turns),
            offered,
            shown,
            accepted: Rate::new(accepted, shown),
            sent,
            edited,
            dismissed,
            edit_share: mean(edit_sum, sent + edited),
            answers: answers.len() as u64,
            answer_median: rank(&answers, 50),
            answer_p90: rank(&answers, 90),
            cases: cases.all,
            resolved: Rate::new(cases.resolved, cases.decided),
            reopened: Rate::new(cases.reopened, cases.ever_resolved),
            escalated: Rate::new(cases.escalated, cases.all),
            rated_well: Rate::new(cases.rated_well, cases.rated),
            score: mean(cases.score_sum as f64, cases.rated),
            calmed: Rate::new(cases.calmed, cases.came_angry),
            angered: Rate::new(cases.turned_angry, cases.all.saturating_sub(cases.came_angry)),
            kept: Rate::new(cases.kept, cases.ordered),
        }
    }
}

fn mean(sum: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}

/// The nearest rank: the least time that so many per cent of all do not exceed. In seconds.
fn rank(sorted: &[u32], percent: usize) -> Option<f64> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).map(|ms| f64::from(*ms) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        for (times, percent, expected) in [
            (vec![], 50, None),
            (vec![7000], 50, Some(7.0)),
            (vec![1000, 2000], 50, Some(1.0)),
            (vec![1000, 2000, 3000], 50, Some(2.0)),
            ((1..=10).map(|second| second * 1000).collect(), 90, Some(9.0)),
            ((1..=11).map(|second| second * 1000).collect(), 90, Some(10.0)),
        ] {
            assert_eq!(rank(&times, percent), expected, "{times:?} {percent}");
        }
    }
}
