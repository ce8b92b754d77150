//! Reads lines of evidence in the reload history back into their figures, so that pages show them as tables and in their
//! reader's language. Owns no wording: that of a canary's end is the plugin room's, that of a rehearsal `rehearse::verdict`'s.

use serde::Serialize;

/// What a canary came to, beside the other version.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tried {
    /// What spoke against it: `limits`, `errors`, `time` or `acceptance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'static str>,
    seconds: u64,
    candidate: Side,
    stable: Side,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Side {
    calls: u64,
    failed: u64,
    p50_us: u64,
    p99_us: u64,
    accepted: u64,
    offered: u64,
}

/// As `canary::judge` writes it.
const TRIED: &str =
    "in # s # calls (#), # failed (#), median # us (#), 99th percentile # us (#), agents took # of # (# of #)";

/// How each reason begins that takes a canary back.
const AGAINST: [(&str, &str); 4] = [
    ("stopped by the host", "limits"),
    ("it fails more often", "errors"),
    ("it is too slow", "time"),
    ("agents take less", "acceptance"),
];

/// The figures at the end of a reason.
pub(crate) fn tried(reason: &str) -> Option<Tried> {
    let (why, figures) = reason.rsplit_once("; ").unwrap_or(("", reason));
    let found = numbers(figures, TRIED)?;
    let &[seconds, calls, calls_, failed, failed_, p50_us, p50_, p99_us, p99_, accepted, offered, accepted_, offered_] =
        found.as_slice()
    else {
        return None;
    };
    let against = AGAINST.iter().find(|(begins, _)| why.starts_with(begins)).map(|(_, kind)| *kind);
    let candidate = Side { calls, failed, p50_us, p99_us, accepted, offered };
    let stable =
        Side { calls: calls_, failed: failed_, p50_us: p50_, p99_us: p99_, accepted: accepted_, offered: offered_ };
    Some(Tried { against, seconds, candidate, stable })
}

/// The numbers of a text that is of this shape, where each `#` stands for one.
fn numbers(text: &str, shape: &str) -> Option<Vec<u64>> {
    let mut pieces = shape.split('#');
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    for piece in pieces {
        let end = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        found.push(number.parse().ok()?);
        rest = after.strip_prefix(piece)?;
    }
    rest.is_empty().then_some(found)
}

/// What came of a rehearsal that did not let a version pass.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Rehearsed {
    turns: u64,
    different: u64,
    events: u64,
    events_different: u64,
    /// Suggestions and decisions.
    gained: u64,
    lost: u64,
    changed: u64,
    failing: u64,
    slower: u64,
    left_out: u64,
    /// Whether a person's word lets it pass.
    asks: bool,
}

/// The counts in a line of evidence of a rehearsal.
pub(crate) fn rehearsed(reason: &str) -> Option<Rehearsed> {
    let line = reason.strip_prefix("rehearsed on ")?.lines().next()?;
    let (line, asked) = line.split_once("; ").unwrap_or((line, ""));
    // What is not said is nothing.
    let count = |words: &str| {
        let before = line.match_indices(words).filter_map(|(at, _)| line.get(..at));
        before.filter_map(|it| it.rsplit(|sign: char| !sign.is_ascii_digit()).next()?.parse::<u64>().ok()).sum()
    };
    Some(Rehearsed {
        turns: count(" turns:"),
        different: count(" answered otherwise"),
        events: count(" events:"),
        events_different: count(" decided otherwise"),
        gained: count(" gained"),
        lost: count(" lost"),
        changed: count(" changed"),
        failing: count(" calls newly failing"),
        slower: count(" hooks slower"),
        left_out: count(" left out"),
        asks: asked.contains("want a person's word"),
    })
}

#[cfg(test)]
mod tests {
    use cuecard_model::{FailureKind, Timestamp};
    use cuecard_plugin::canary::{Counts, Terms, Verdict, judge};

    use super::*;

    fn counts(calls: u64, micros: u32, errors: u64, limits: u64, taken: (u64, u64)) -> Counts {
        let mut counts = Counts { accepted: taken.0, offered: taken.1, ..Counts::default() };
        (0..calls).for_each(|_| counts.call(None, micros));
        (0..errors).for_each(|_| counts.call(Some(FailureKind::Error), 0));
        (0..limits).for_each(|_| counts.call(Some(FailureKind::Killed), 0));
        counts
    }

    #[test]
    fn what_the_judge_writes_is_read_again() {
        let stable = counts(3000, 300, 2, 0, (300, 1000));
        let half = stable.time.percentile(50);
        for (candidate, against) in [
            (counts(300, 300, 0, 0, (30, 100)), None),
            (counts(300, 300, 0, 1, (30, 100)), Some("limits")),
            (counts(300, 300, 9, 0, (30, 100)), Some("errors")),
            (counts(300, 9000, 0, 0, (30, 100)), Some("time")),
            (counts(300, 300, 0, 0, (2, 100)), Some("acceptance")),
        ] {
            let (since, now) = (Timestamp::from_seconds(5), Timestamp::from_seconds(1805));
            let reason = match judge(&stable, &candidate, &Terms::default(), since, now) {
                Verdict::GoOn(waits) => waits.to_string(),
                Verdict::Promote(why) | Verdict::TakeBack(why) => why,
            };
            let found = tried(&reason).unwrap_or_else(|| panic!("{reason}"));
            assert_eq!((found.against, found.seconds), (against, 1800), "{reason}");
            let Side { calls, failed, p50_us, accepted, offered, .. } = found.stable;
            assert_eq!((calls, failed, p50_us, accepted, offered), (3002, 2, half, 300, 1000));
            let Side { calls, failed, p99_us, accepted, offered, .. } = found.candidate;
            let failures = candidate.errors + candidate.limits;
            assert_eq!((calls, failed, p99_us), (candidate.calls, failures, candidate.time.percentile(99)));
            assert_eq!((accepted, offered), (candidate.accepted, candidate.offered));
        }
        for other in ["", "ends the canary of 2.0.0", "serves 40 % of the conversations beside 3.0.0", "in # s"] {
            assert_eq!(tried(other), None, "{other}");
        }
    }
}
