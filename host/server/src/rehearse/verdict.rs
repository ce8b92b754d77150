//! What a merchant's policy says of a rehearsal. Plain functions of the two.

use std::collections::BTreeSet;

use cuecard_pipeline::Rehearsed;
use cuecard_plugin::problem::Problem;

use super::{FailureShown, Rehearsal, Summary};
use crate::reasons::problem;

/// Failures that a refusal names.
const SHOWN: usize = 5;

/// What a policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// It may serve.
    Passes,
    /// It may if a person wants it.
    Asks,
    /// It may not.
    Fails,
}

impl Verdict {
    pub(super) fn of(terms: &Rehearsed, summary: &Summary) -> Self {
        let Summary { turns, different, events, events_different, failing, .. } = summary;
        // Each for itself: a plugin that listens to events alone must not hide behind turns that it has no say in.
        let is_more = |different: usize, of: usize| different as f64 > terms.ask_above * of as f64;
        if terms.refuse_new_failures && *failing > 0 {
            Self::Fails
        } else if is_more(*different, *turns) || is_more(*events_different, *events) {
            Self::Asks
        } else {
            Self::Passes
        }
    }
}

/// A rehearsal in a line, for the record.
pub(super) fn evidence(summary: &Summary) -> String {
    let Summary { turns, different, events, events_different, failing, left_out, events_left_out, .. } = summary;
    let mut parts = Vec::new();
    if *turns > 0 || *events == 0 {
        parts.push(format!("{turns} turns: {different} answered otherwise"));
    }
    if *events > 0 {
        parts.push(format!("{events} events: {events_different} decided otherwise"));
    }
    parts.push(format!("{failing} calls newly failing"));
    match left_out + events_left_out {
        0 => {}
        left => parts.push(format!("{left} left out for want of time")),
    }
    format!("rehearsed on {}", parts.join(", "))
}

/// The newest failures with their places, turns and events; the first says how many there are.
pub(super) fn failures(found: &Rehearsal) -> Vec<Problem> {
    let turns = found.turns.iter().map(|turn| (format!("turn {}", turn.turn_id), &turn.failures));
    let events = found.events.iter().map(|event| (format!("event {}", event.event_id), &event.failures));
    let all = turns.chain(events).flat_map(|(place, failures)| failures.iter().map(move |it| (place.clone(), it)));
    let one = |(place, failure): (String, &FailureShown)| {
        let problem = problem(what(failure));
        Problem { reason: format!("{} ({}, {place})", problem.reason, failure.plugin), ..problem }
    };
    let newly = all.filter(|(_, failure)| failure.kind == "failing").take(SHOWN).map(one);
    std::iter::once(Problem::new("", evidence(&found.summary))).chain(newly).collect()
}

/// The same for a record that every merchant reads: places in the code and kinds, and nothing that a customer's data could
/// be part of.
pub(super) fn places<'a>(evidence: String, found: impl Iterator<Item = &'a Rehearsal>) -> Vec<Problem> {
    let failures = found.flat_map(|found| {
        let turns = found.turns.iter().flat_map(|turn| &turn.failures);
        turns.chain(found.events.iter().flat_map(|event| &event.failures))
    });
    let one = |failure: &FailureShown| {
        let Problem { file, line, .. } = problem(what(failure));
        (file, line, failure.failure.as_str(), failure.plugin.clone())
    };
    let places: BTreeSet<_> = failures.filter(|failure| failure.kind == "failing").map(one).collect();
    let places = places.into_iter().take(SHOWN).map(|(file, line, kind, plugin)| Problem {
        line,
        ..Problem::new(file, format!("{kind} ({plugin}, for a merchant whom it serves)"))
    });
    std::iter::once(Problem::new("", evidence)).chain(places).collect()
}

/// Without the hook.
fn what(failure: &FailureShown) -> &str {
    let hook = failure.detail.strip_prefix("in ").and_then(|said| said.split_once(": "));
    hook.map_or(&*failure.detail, |(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_events_count_each_for_itself() {
        let terms = Rehearsed::default();
        for (turns, different, events, events_different, failing, expected) in [
            (0, 0, 0, 0, 0, Verdict::Passes),
            (200, 20, 0, 0, 0, Verdict::Passes),
            (200, 21, 0, 0, 0, Verdict::Asks),
            (200, 0, 10, 1, 0, Verdict::Passes),
            (200, 0, 10, 2, 0, Verdict::Asks),
            (200, 0, 200, 0, 1, Verdict::Fails),
        ] {
            let summary = Summary { turns, different, events, events_different, failing, ..Summary::default() };
            assert_eq!(Verdict::of(&terms, &summary), expected, "{}", evidence(&summary));
        }
        let lenient = Rehearsed { refuse_new_failures: false, ..terms };
        assert_eq!(Verdict::of(&lenient, &Summary { failing: 3, ..Summary::default() }), Verdict::Passes);
    }
}
