//! A rehearsal in words, for a terminal.

use std::fmt::Write;

use cuecard_model::PluginId;

use super::report::{
    DecisionShown, EventShown, FailureShown, OfferShown, Plan, Rehearsal, Spread, Summary, Times, TurnShown, Words,
};

/// Turns, and events, that are written out; the data has all.
const WRITTEN: usize = 20;

/// What a rehearsal found, in lines.
pub(super) fn text(found: &Rehearsal) -> String {
    let mut out = String::new();
    let Rehearsal { plugin, old, new, summary, .. } = found;
    for problem in &found.problems {
        let _ = writeln!(out, "{problem}");
    }
    let version = |it: &Option<super::report::Version>| it.as_ref().map_or("nothing", |it| &it.version).to_owned();
    let _ = writeln!(out, "{plugin}: {} -> {}", version(old), version(new));
    counted(&mut out, summary);
    found.times.iter().filter(|times| times.plugin == *plugin).for_each(|times| time(&mut out, times));
    let different: Vec<_> = found.turns.iter().filter(|turn| turn.different).collect();
    different.iter().take(WRITTEN).for_each(|shown| turn(&mut out, shown));
    if different.len() > WRITTEN {
        let _ = writeln!(out, "\n... and {} turns more", different.len() - WRITTEN);
    }
    let different: Vec<_> = found.events.iter().filter(|event| event.different).collect();
    different.iter().take(WRITTEN).for_each(|shown| event(&mut out, shown));
    if different.len() > WRITTEN {
        let _ = writeln!(out, "\n... and {} events more", different.len() - WRITTEN);
    }
    out
}

/// What a rehearsal of a shared plugin found in all: whose turns they were is nobody's to read.
pub(super) fn total(found: &Rehearsal, merchants: usize) -> String {
    let mut out = String::new();
    let version = |it: &Option<super::report::Version>| it.as_ref().map_or("nothing", |it| &it.version).to_owned();
    let _ = writeln!(out, "{}: {} -> {}", found.plugin, version(&found.old), version(&found.new));
    let _ = writeln!(out, "for {merchants} merchants whom it serves and who want it rehearsed:");
    counted(&mut out, &found.summary);
    out
}

fn counted(out: &mut String, summary: &Summary) {
    let (events, turns) = (summary.events + summary.events_left_out, summary.turns + summary.left_out);
    let failing = format!("; {} newly failing, {} no longer", summary.failing, summary.mended);
    if turns > 0 || events == 0 {
        turned(out, summary, &failing);
    }
    if events > 0 {
        // Failures are said once, for both.
        judged(out, summary, if turns > 0 { "" } else { &failing });
    }
}

fn turned(out: &mut String, summary: &Summary, failing: &str) {
    let mut notes = Vec::new();
    if summary.approximate > 0 {
        notes.push(format!("{} of them with today's customer and live data", summary.approximate));
    }
    if summary.left_out > 0 {
        notes.push(format!("{} more were left out: the time was up", summary.left_out));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    let _ = writeln!(out, "{} turns answered again in {} ms{notes}", summary.turns, summary.took_ms);
    let _ = writeln!(
        out,
        "{} turns differ: {} suggestions gained, {} lost, {} changed, {} the same{failing}",
        summary.different, summary.gained, summary.lost, summary.changed, summary.same
    );
}

fn judged(out: &mut String, summary: &Summary, failing: &str) {
    let left = match summary.events_left_out {
        0 => String::new(),
        left => format!(" ({left} more were left out: the time was up)"),
    };
    let _ = writeln!(out, "{} events judged again in {} ms{left}", summary.events, summary.took_ms);
    let Summary { events_different, decisions_gained, decisions_lost, decisions_changed, decisions_same, .. } = summary;
    let _ = writeln!(
        out,
        "{events_different} events differ: {decisions_gained} decisions gained, {decisions_lost} lost, {decisions_changed} changed, {decisions_same} the same{failing}"
    );
}

fn time(out: &mut String, times: &Times) {
    let Times { hook, old, new, slower, .. } = times;
    let said = |it: &Spread| {
        if it.calls == 0 {
            "not called".to_owned()
        } else {
            format!("{} us, 99th percentile {} us", it.p50_us, it.p99_us)
        }
    };
    let mark = if *slower { "  SLOWER" } else { "" };
    let _ = writeln!(out, "{hook}: {} (was {}) of processor time a call{mark}", said(new), said(old));
}

fn turn(out: &mut String, turn: &TurnShown) {
    let TurnShown { turn_id, at, message, signals, signals_before, .. } = turn;
    let mark = if turn.approximate.is_empty() { "" } else { "  ~" };
    let _ = writeln!(out, "\nturn {turn_id} at {at}{mark}\n  {}", line(message));
    if let Some(before) = signals_before {
        let found = |it: &cuecard_model::Signals| {
            format!("{}, {}, {}", it.scenario.id, it.emotion.label.as_str(), it.language.tag)
        };
        let _ = writeln!(out, "  understood: {} -> {}", found(before), found(signals));
    }
    turn.offers.iter().filter(|it| it.kind != "same").for_each(|it| offer(out, it));
    rest(out, &turn.failures, &turn.keys);
}

fn event(out: &mut String, event: &EventShown) {
    let EventShown { event_id, kind, at, .. } = event;
    let _ = writeln!(out, "\nevent {event_id} at {at}\n  {kind}");
    event.decisions.iter().filter(|it| it.kind != "same").for_each(|it| decision(out, it));
    rest(out, &event.failures, &event.keys);
}

fn rest(out: &mut String, failures: &[FailureShown], keys: &[PluginId]) {
    for FailureShown { plugin, kind, failure, detail } in failures.iter().filter(|it| it.kind != "still") {
        let _ = writeln!(out, "  {plugin} {kind}: {}: {detail}", failure.as_str());
    }
    for plugin in keys {
        let _ = writeln!(out, "  {plugin} would store other keys");
    }
}

fn decision(out: &mut String, decision: &DecisionShown) {
    let DecisionShown { plugin, decision, kind, fields, old, new } = decision;
    let listed = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
    let _ = writeln!(out, "  {plugin} {kind} {decision}{listed}");
    for (mark, plan) in [("-", old), ("+", new)] {
        for (name, value) in plan.iter().flat_map(|plan| planned(plan, fields)) {
            let _ = writeln!(out, "    {mark} {name}{}", line(&value));
        }
    }
}

/// What is to be seen of a decision: all that tells it from others, or what has changed.
fn planned(plan: &Plan, fields: &[&str]) -> Vec<(&'static str, String)> {
    let whole = fields.is_empty();
    let is = |name: &str| fields.contains(&name);
    let word = |value: &Option<String>| value.clone().unwrap_or_default();
    let moment = |value: Option<cuecard_model::Timestamp>| value.map(|at| at.to_string()).unwrap_or_default();
    let purpose = plan.purpose.and_then(|it| serde_json::to_value(it).ok()).unwrap_or_default();
    let purpose = purpose.as_str().unwrap_or_default().to_owned();
    let all = [
        ("", whole || is("text"), word(&plan.text)),
        ("", whole || is("occurrence"), plan.name.clone()),
        ("cannot be said: ", whole || is("text"), word(&plan.held)),
        ("subject: ", whole || is("subject"), word(&plan.subject)),
        ("channel: ", whole || is("channel"), word(&plan.channel)),
        ("purpose: ", is("purpose"), purpose),
        ("scenario: ", is("scenario"), word(&plan.scenario)),
        ("reason: ", whole || is("reason"), word(&plan.reason)),
        ("valid until: ", is("valid_until"), moment(plan.valid_until)),
        ("missing: ", is("missing"), plan.missing.join(", ")),
        ("at: ", whole || is("at"), moment(plan.at)),
        ("raises: ", whole || is("event"), word(&plan.event)),
        ("fields: ", is("fields"), serde_json::to_string(&plan.fields).unwrap_or_default()),
    ];
    let shown = all.into_iter().filter(|(_, shows, value)| *shows && !value.is_empty());
    shown.map(|(name, _, value)| (name, value)).collect()
}

fn offer(out: &mut String, offer: &OfferShown) {
    let OfferShown { plugin, kind, fields, old, new } = offer;
    let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
    let _ = writeln!(out, "  {plugin} {kind}{fields}");
    for (mark, words) in [("-", old), ("+", new)] {
        for (name, value) in words.iter().flat_map(|words| lines(words, &offer.fields)) {
            let _ = writeln!(out, "    {mark} {name}{}", line(&value));
        }
    }
}

/// What is to be seen of a suggestion: its text, and what else has changed.
fn lines(words: &Words, fields: &[&str]) -> Vec<(&'static str, String)> {
    let Words { title, text, actions, reason, confidence, scenario, missing, .. } = words;
    let is = |name: &str| fields.contains(&name);
    let mut shown = Vec::new();
    if fields.is_empty() || is("text") || is("steps") {
        shown.push(("", text.clone()));
    }
    let rest = [
        ("title: ", is("title"), title.clone()),
        ("scenario: ", is("scenario"), scenario.clone()),
        ("actions: ", is("actions") || is("arguments"), serde_json::to_string(actions).unwrap_or_default()),
        ("reason: ", is("reason"), reason.clone()),
        ("confidence: ", is("confidence"), format!("{confidence:.2}")),
        ("missing: ", is("missing"), missing.join(", ")),
    ];
    shown.extend(rest.into_iter().filter(|(_, shows, _)| *shows).map(|(name, _, value)| (name, value)));
    shown
}

/// On one line, whatever stands in it.
fn line(text: &str) -> String {
    let shown = |sign: char| if sign == '\n' { " / ".to_owned() } else { sign.to_string() };
    text.trim().chars().filter(|sign| *sign == '\n' || !sign.is_control()).map(shown).collect()
}
