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
    let Summary { turns, different, gained, lost, changed, events, events_different, failing, slower, .. } = summary;
    let Summary { decisions_gained, decisions_lost, decisions_changed, left_out, events_left_out, .. } = summary;
    let counts = |different: usize, [gained, lost, changed]: [&usize; 3]| match different {
        0 => String::new(),
        _ => format!(" ({gained} gained, {lost} lost, {changed} changed)"),
    };
    let mut parts = Vec::new();
    if *turns > 0 || *events == 0 {
        let counts = counts(*different, [gained, lost, changed]);
        parts.push(format!("{turns} turns: {different} answered otherwise{counts}"));
    }
    if *events > 0 {
        let counts = counts(*events_different, [decisions_gained, decisions_lost, decisions_changed]);
        parts.push(format!("{events} events: {events_different} decided otherwise{counts}"));
    }
    parts.push(format!("{failing} calls newly failing"));
    if *slower > 0 {
        parts.push(format!("{slower} hooks slower"));
    }
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
    use crate::reasons::evidence::rehearsed;

    #[test]
    fn what_stays_of_a_rehearsal_is_read_again() {
        let summary = Summary {
            turns: 100,
            different: 12,
            gained: 3,
            lost: 4,
            changed: 5,
            events: 20,
            events_different: 2,
            decisions_gained: 10,
            decisions_changed: 1,
            failing: 6,
            slower: 1,
            left_out: 7,
            ..Summary::default()
        };
        let read = |line: &str| serde_json::to_value(rehearsed(line)).unwrap();
        let asked = format!("{}; more than 10 % want a person's word\n  hint: read it", evidence(&summary));
        let expected = serde_json::json!({
            "turns": 100, "different": 12, "events": 20, "events_different": 2, "gained": 13, "lost": 4, "changed": 6,
            "failing": 6, "slower": 1, "left_out": 7, "asks": true,
        });
        assert_eq!(read(&asked), expected, "{asked}");
        let nothing = evidence(&Summary { events: 9, ..Summary::default() });
        let expected = serde_json::json!({
            "turns": 0, "different": 0, "events": 9, "events_different": 0, "gained": 0, "lost": 0, "changed": 0,
            "failing": 0, "slower": 0, "left_out": 0, "asks": false,
        });
        assert_eq!(read(&format!("{nothing} (of 3 merchants)\nmain.luau:3: no")), expected, "{nothing}");
        assert_eq!(rehearsed("main.luau:3: rehearsed on 9 turns"), None);
    }

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
