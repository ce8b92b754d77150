//! A rehearsal in a few lines: what differs, alike ones together.

use cuecard_plugin::cost::Difference;
use serde_json::Value as Json;

use super::super::remote::{rows, text};

/// Differences that are written out.
const WRITTEN: usize = 4;
/// Characters of a text that are.
const WIDTH: usize = 96;

/// One way in which turns differ, and the messages of these turns.
struct Kind {
    lines: Vec<String>,
    messages: Vec<String>,
}

/// What a rehearsal found.
pub(super) fn shown(found: &Json) -> Vec<String> {
    let count = |name: &str| found.pointer(&format!("/summary/{name}")).and_then(Json::as_u64).unwrap_or(0);
    let (turns, events) = (count("turns") + count("left_out"), count("events") + count("events_left_out"));
    if turns + events == 0 {
        return vec!["there are no turns yet to answer again".to_owned()];
    }
    let version = found.pointer("/old/version").and_then(Json::as_str).unwrap_or("nothing");
    let words = [
        ("gained", "suggestions gained"),
        ("lost", "lost"),
        ("changed", "changed"),
        ("decisions_gained", "decisions gained"),
        ("decisions_lost", "decisions lost"),
        ("decisions_changed", "decisions changed"),
        ("failing", "calls newly failing"),
        ("mended", "no longer failing"),
        ("understood", "turns understood otherwise"),
    ];
    let words = words.iter().filter(|(name, _)| count(name) > 0).map(|(name, word)| format!("{} {word}", count(name)));
    let words = words.collect::<Vec<_>>().join(", ");
    let differ = match count("different") + count("events_different") {
        0 if words.is_empty() => "nothing differs".to_owned(),
        many if words.is_empty() => format!("{many} differ"),
        many => format!("{many} differ ({words})"),
    };
    let left = Some(count("left_out") + count("events_left_out"))
        .filter(|left| *left > 0)
        .map(|left| format!(", {left} left out for want of time"));
    let head = format!(
        "{}{} beside {version}: {differ}{}, {} ms",
        if turns > 0 || events == 0 { format!("{} turns", count("turns")) } else { String::new() },
        match (turns, events) {
            (_, 0) => String::new(),
            (0, _) => format!("{} events", count("events")),
            _ => format!(" and {} events", count("events")),
        },
        left.unwrap_or_default(),
        count("took_ms")
    );
    let mut lines = vec![head];
    lines.extend(steps(found, version));
    let kinds = kinds(found);
    let more: usize = kinds.iter().skip(WRITTEN).map(|kind| kind.messages.len()).sum();
    kinds.iter().take(WRITTEN).for_each(|kind| lines.extend(kind.shown()));
    if more > 0 {
        lines.push(format!("  … and {more} more"));
    }
    lines
}

/// What a call takes beside the other version, hook by hook, where it is not the same.
fn steps(found: &Json, version: &str) -> impl Iterator<Item = String> {
    let steps = rows(found, "times").filter_map(|times| {
        let difference: Difference = serde_json::from_value(times.get("steps")?.clone()).ok()?;
        Some(format!("  {}: {}", text(times, "hook"), difference.words(version, "call")))
    });
    let steps: Vec<_> = steps.filter(|line| !line.contains(": costs the same as ")).collect();
    steps.into_iter()
}

fn kinds(found: &Json) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    let heard = rows(found, "turns").chain(rows(found, "events"));
    for turn in heard.filter(|turn| turn.get("different") == Some(&Json::Bool(true))) {
        // A customer's words, or what happened.
        let (lines, message) = (differences(turn), cut(&[text(turn, "message"), text(turn, "type")].concat()));
        match kinds.iter_mut().find(|kind| kind.lines == lines) {
            Some(kind) => kind.messages.push(message),
            None => kinds.push(Kind { lines, messages: vec![message] }),
        }
    }
    // What fails first, then what is most often so.
    let fails = |kind: &Kind| kind.lines.iter().any(|line| line.starts_with("    ! "));
    kinds.sort_by_key(|kind| (!fails(kind), std::cmp::Reverse(kind.messages.len())));
    kinds
}

impl Kind {
    fn shown(&self) -> Vec<String> {
        let alike = match self.messages.len() {
            0 | 1 => String::new(),
            many => format!(" (and {} alike)", many - 1),
        };
        let first = self.messages.first().map_or("", String::as_str);
        std::iter::once(format!("  “{first}”{alike}")).chain(self.lines.iter().cloned()).collect()
    }
}

fn differences(turn: &Json) -> Vec<String> {
    let mut lines = Vec::new();
    for failure in rows(turn, "failures").filter(|it| text(it, "kind") == "failing") {
        lines.push(format!("    ! {}: {}", text(failure, "failure"), cut(&text(failure, "detail"))));
    }
    if let Some(before) = turn.get("signals_before") {
        let of = |signals: Option<&Json>| {
            signals.and_then(|it| it.pointer("/scenario/id")?.as_str()).unwrap_or("").to_owned()
        };
        lines.push(format!("    ~ understood: {} -> {}", of(Some(before)), of(turn.get("signals"))));
    }
    let offers = rows(turn, "offers").chain(rows(turn, "decisions"));
    for offer in offers.filter(|offer| text(offer, "kind") != "same") {
        let side = |side: &str, what: &str| offer.pointer(&format!("/{side}/{what}")).and_then(Json::as_str);
        // A timer has a name and no words.
        let named = |it: &str| side(it, "name").map(|name| format!("{} {name}", text(offer, "decision")));
        let said = |it: &str| side(it, "text").map(str::to_owned).or_else(|| named(it)).map(|words| cut(&words));
        let (old, new) = (said("old"), said("new"));
        if old == new {
            let fields: Vec<_> = rows(offer, "fields").map(|field| field.as_str().unwrap_or_default()).collect();
            lines.push(format!("    ~ {}", fields.join(", ")));
            continue;
        }
        lines.extend(old.map(|old| format!("    - {old}")));
        lines.extend(new.map(|new| format!("    + {new}")));
    }
    if rows(turn, "keys").next().is_some() {
        lines.push("    ~ stores other keys".to_owned());
    }
    lines
}

/// On one line, and no longer than fits.
fn cut(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let signs = || line.chars().filter(|sign| !sign.is_control());
    if signs().count() <= WIDTH { signs().collect() } else { signs().take(WIDTH - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_differences_are_shown_and_alike_ones_once() {
        let offer = |old: &str, new: &str| json!({"plugin": "p", "kind": "changed", "fields": ["text"], "old": {"text": old}, "new": {"text": new}});
        let turn = |number: usize, offers: Json, failures: Json| json!({"message": format!("message {number}"), "different": true, "signals": {}, "offers": offers, "failures": failures, "keys": []});
        let mut turns: Vec<_> =
            (0..12).map(|number| turn(number, json!([offer("hello", "good day")]), json!([]))).collect();
        turns.extend(
            (12..20).map(|number| turn(number, json!([offer("hello", &format!("hello {number}"))]), json!([]))),
        );
        turns.push(turn(
            20,
            json!([]),
            json!([{"kind": "failing", "failure": "error", "detail": "main.luau:3: no\ncows"}]),
        ));
        let same = json!({"plugin": "p", "kind": "changed", "fields": ["confidence", "reason"], "old": {"text": "a"}, "new": {"text": "a"}});
        turns.push(turn(21, json!([same, {"plugin": "p", "kind": "same", "new": {"text": "b"}}]), json!([])));
        let found = json!({
            "old": {"version": "1.3.0"},
            "summary": {"turns": 50, "different": 22, "changed": 21, "failing": 1, "took_ms": 140},
            "times": [
                {"plugin": "p", "hook": "compose", "steps": {"calls": 9, "percent": 12.0, "median": [1840, 2061], "most": {"name": "t-1", "steps": [900, 1700]}}},
                {"plugin": "p", "hook": "localize", "steps": {"calls": 9, "percent": 0.0, "median": [10, 10]}},
            ],
            "turns": turns,
        });
        let expected = "\
50 turns beside 1.3.0: 22 differ (21 changed, 1 calls newly failing), 140 ms
  compose: 12 % dearer than 1.3.0 (median call 1,840 -> 2,061 steps; dearest: t-1 900 -> 1,700)
  “message 20”
    ! error: main.luau:3: no cows
  “message 0” (and 11 alike)
    - hello
    + good day
  “message 12”
    - hello
    + hello 12
  “message 13”
    - hello
    + hello 13
  … and 7 more";
        assert_eq!(shown(&found).join("\n"), expected);
        let none =
            json!({"old": {"version": "1.3.0"}, "summary": {"turns": 50, "different": 0, "took_ms": 9}, "turns": []});
        assert_eq!(shown(&none), ["50 turns beside 1.3.0: nothing differs, 9 ms"]);
    }

    #[test]
    fn what_differs_on_events_is_shown_too() {
        let timer =
            json!({"plugin": "p", "decision": "timer", "kind": "lost", "fields": [], "old": {"name": "remind"}});
        let contact = json!({"plugin": "p", "decision": "outreach", "kind": "changed", "fields": ["text"],
            "old": {"name": "o-1", "text": "late"}, "new": {"name": "o-1", "text": "very late"}});
        let event = |decisions: Json| json!({"type": "fulfillment.updated", "different": true, "decisions": decisions, "failures": [], "keys": []});
        let found = json!({
            "old": {"version": "1.0.0"},
            "summary": {"events": 9, "events_different": 2, "decisions_lost": 1, "decisions_changed": 1, "took_ms": 12},
            "events": [event(json!([timer])), event(json!([contact]))],
        });
        let expected = "\
9 events beside 1.0.0: 2 differ (1 decisions lost, 1 decisions changed), 12 ms
  “fulfillment.updated”
    - timer remind
  “fulfillment.updated”
    - late
    + very late";
        assert_eq!(shown(&found).join("\n"), expected);
        let failing = json!({"old": {"version": "1"}, "summary": {"events": 3, "failing": 3}, "events": []});
        assert_eq!(shown(&failing), ["3 events beside 1: 0 differ (3 calls newly failing), 0 ms"]);
    }
}
