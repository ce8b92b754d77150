//! The judgement over a canary: go on, promote, or take back, and why. A pure function of figures, terms and the moment.

use std::fmt;

use cuecard_model::Timestamp;
use serde::Serialize;

use super::{Counts, Terms, counts::share, evidence::Happened};

/// The chance that a version which is no worse is taken back for its errors, however often one looks.
const ERRORS: f64 = 0.01;
/// The same for what agents make of it. They differ more among themselves than plugins do.
const ACCEPTANCE: f64 = 0.01;
/// A median of fewer calls says little ...
const MEDIAN: u64 = 50;
/// ... and of a 99th percentile, as three of these calls are above it.
const TAIL: u64 = 300;

/// What is to become of a canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It serves its share on: nothing speaks against it, and this is still to come.
    GoOn(Waits),
    /// It is to serve all.
    Promote(String),
    /// It is to serve nobody.
    TakeBack(String),
}

/// What a canary waits for that nothing speaks against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Waits {
    /// The end of its window, in so many seconds.
    #[serde(rename = "window_s")]
    Window(i64),
    /// So many calls more; its window is over.
    #[serde(rename = "calls")]
    Calls(u64),
}

impl fmt::Display for Waits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window(left) => write!(out, "{left} s of its window are left"),
            Self::Calls(missing) => write!(out, "its window is over, and {missing} more calls are wanted"),
        }
    }
}

/// Judges by failures, time and acceptance. What speaks against a version counts at any moment, what speaks for it when
/// its window is over.
pub fn judge(stable: &Counts, candidate: &Counts, terms: &Terms, since: Timestamp, now: Timestamp) -> Verdict {
    let against = limits(stable, candidate)
        .or_else(|| errors(stable, candidate))
        .or_else(|| slow(stable, candidate, terms))
        .or_else(|| unwanted(stable, candidate));
    if let Some(why) = against {
        return Verdict::TakeBack(format!("{why}; {}", figures(stable, candidate, since, now)));
    }
    let left = i64::from(terms.window_s) - (now.seconds() - since.seconds());
    if left > 0 {
        return Verdict::GoOn(Waits::Window(left));
    }
    let missing = terms.min_calls.saturating_sub(candidate.calls);
    if missing > 0 {
        return Verdict::GoOn(Waits::Calls(missing));
    }
    Verdict::Promote(figures(stable, candidate, since, now))
}

/// What the host had to end costs others something: it counts at once, and alone.
fn limits(stable: &Counts, candidate: &Counts) -> Option<String> {
    let more = share(candidate.limits, candidate.calls) > share(stable.limits, stable.calls);
    let (times, before) = (candidate.limits, stable.limits);
    more.then(|| format!("stopped by the host {times} times for time, memory or not ending ({before} times before)"))
}

fn errors(stable: &Counts, candidate: &Counts) -> Option<String> {
    let errors =
        Happened { candidate: candidate.errors, stable: stable.errors, part: part(stable.calls, candidate.calls) };
    let worse = errors.more() && errors.differs(ERRORS);
    worse.then(|| format!("it fails more often: {} of {} calls", candidate.errors, candidate.calls))
}

fn slow(stable: &Counts, candidate: &Counts, terms: &Terms) -> Option<String> {
    let calls = stable.time.count().min(candidate.time.count());
    [("half of its calls take", 50, MEDIAN), ("one call of a hundred takes", 99, TAIL)].into_iter().find_map(
        |(what, percent, enough)| {
            let (before, now) = (stable.time.percentile(percent), candidate.time.percentile(percent));
            let slow = now as f64 > before as f64 * terms.slower && now > before + u64::from(terms.slower_us);
            let times = now as f64 / before.max(1) as f64;
            (calls >= enough && slow).then(|| {
                format!("it is too slow: {what} {now} us of processor time or more, {times:.1}x the {before} us before")
            })
        },
    )
}

fn unwanted(stable: &Counts, candidate: &Counts) -> Option<String> {
    let part = part(stable.offered, candidate.offered);
    let taken = Happened { candidate: candidate.accepted, stable: stable.accepted, part };
    let worse = !taken.more() && taken.differs(ACCEPTANCE);
    worse.then(|| "agents take less of what it offers".to_owned())
}

/// The candidate's part of all occasions.
fn part(stable: u64, candidate: u64) -> f64 {
    share(candidate, candidate + stable)
}

/// What was counted, the version before in brackets.
pub(super) fn figures(stable: &Counts, candidate: &Counts, since: Timestamp, now: Timestamp) -> String {
    let time = |counts: &Counts| [50, 99].map(|percent| counts.time.percentile(percent));
    let ([half, most], [half_before, most_before]) = (time(candidate), time(stable));
    format!(
        "in {} s {} calls ({}), {} failed ({}), median {half} us ({half_before}), 99th percentile {most} us \
         ({most_before}), agents took {} of {} ({} of {})",
        now.seconds() - since.seconds(),
        candidate.calls,
        stable.calls,
        candidate.errors + candidate.limits,
        stable.errors + stable.limits,
        candidate.accepted,
        candidate.offered,
        stable.accepted,
        stable.offered,
    )
}

#[cfg(test)]
mod tests {
    use cuecard_model::FailureKind;

    use super::*;

    /// Calls that took `micros`, with some slow ones, failures and what agents took of what they were offered.
    fn counts(calls: u64, micros: u32, errors: u64, limits: u64, taken: (u64, u64)) -> Counts {
        let mut counts = Counts { offered: taken.1, accepted: taken.0, ..Counts::default() };
        (0..calls - errors - limits).for_each(|_| counts.call(None, micros));
        (0..errors).for_each(|_| counts.call(Some(FailureKind::Error), 0));
        (0..limits).for_each(|_| counts.call(Some(FailureKind::Timeout), 0));
        counts
    }

    fn with_tail(mut counts: Counts, calls: u64, micros: u32) -> Counts {
        (0..calls).for_each(|_| counts.call(None, micros));
        counts
    }

    #[test]
    fn each_figure_decides_alone() {
        let good = || counts(3000, 300, 2, 0, (300, 1000));
        let same = || counts(300, 300, 0, 0, (30, 100));
        let table = [
            ("alike, window open", good(), same(), 10, "go on: 1790 s of its window are left"),
            ("alike, window over", good(), same(), 1800, "promote: in 1800 s 300 calls (3000), 0 failed (2)"),
            ("too few calls", good(), counts(199, 300, 0, 0, (0, 0)), 9999, "go on: its window is over, and 1 more"),
            ("nothing at all", Counts::default(), Counts::default(), 1800, "go on: its window is over, and 200 more"),
            ("one limit", good(), counts(2, 300, 0, 1, (0, 0)), 1, "take back: stopped by the host 1 times"),
            ("both meet limits", counts(3000, 300, 0, 30, (0, 0)), counts(300, 300, 0, 2, (0, 0)), 1, "go on: 1799 s"),
            ("two errors", good(), counts(100, 300, 2, 0, (0, 0)), 10, "go on"),
            ("a rare bug", good(), counts(300, 300, 5, 0, (0, 0)), 10, "take back: it fails more often: 5 of 300"),
            ("errors as before", counts(3000, 300, 100, 0, (0, 0)), counts(300, 300, 11, 0, (0, 0)), 10, "go on"),
            ("fewer errors", counts(3000, 300, 900, 0, (0, 0)), counts(300, 300, 0, 0, (0, 0)), 1800, "promote"),
            ("slow", good(), counts(60, 2000, 0, 0, (0, 0)), 10, "take back: it is too slow: half of its calls"),
            ("slow, few calls", good(), counts(49, 2000, 0, 0, (0, 0)), 10, "go on"),
            ("slower, by little", good(), counts(300, 1200, 0, 0, (0, 0)), 1800, "promote"),
            (
                "slower, in proportion",
                counts(3000, 9000, 0, 0, (0, 0)),
                counts(300, 11_000, 0, 0, (0, 0)),
                1800,
                "promote",
            ),
            (
                "slow at times",
                good(),
                with_tail(same(), 6, 8000),
                10,
                "take back: it is too slow: one call of a hundred",
            ),
            ("taken less", good(), counts(300, 300, 0, 0, (2, 100)), 10, "take back: agents take less"),
            ("taken a little less", good(), counts(300, 300, 0, 0, (24, 100)), 1800, "promote"),
            ("taken more", good(), counts(300, 300, 0, 0, (80, 100)), 1800, "promote"),
            ("no feedback", counts(3000, 300, 0, 0, (0, 0)), counts(300, 300, 0, 0, (0, 100)), 1800, "promote"),
        ];
        for (name, stable, candidate, seconds, expected) in table {
            let terms = Terms::default();
            let verdict =
                judge(&stable, &candidate, &terms, Timestamp::from_seconds(5), Timestamp::from_seconds(5 + seconds));
            let said = match verdict {
                Verdict::GoOn(why) => format!("go on: {why}"),
                Verdict::Promote(why) => format!("promote: {why}"),
                Verdict::TakeBack(why) => format!("take back: {why}"),
            };
            assert!(said.starts_with(expected), "{name}: {said}");
        }
    }
}
