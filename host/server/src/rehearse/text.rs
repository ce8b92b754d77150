//! A rehearsal in words, for a terminal.

use std::fmt::Write;

use super::report::{FailureShown, OfferShown, Rehearsal, Spread, Times, TurnShown, Words};

/// Turns that are written out; the data has all.
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
        "{} turns differ: {} suggestions gained, {} lost, {} changed, {} the same; {} newly failing, {} no longer",
        summary.different, summary.gained, summary.lost, summary.changed, summary.same, summary.failing, summary.mended
    );
    let old = version(old);
    found.times.iter().filter(|times| times.plugin == *plugin).for_each(|times| time(&mut out, times, &old));
    if let Some(cost) = &found.cost {
        let _ = writeln!(out, "tests: {}", cost.text);
    }
    let different: Vec<_> = found.turns.iter().filter(|turn| turn.different).collect();
    different.iter().take(WRITTEN).for_each(|shown| turn(&mut out, shown));
    if different.len() > WRITTEN {
        let _ = writeln!(out, "\n... and {} turns more", different.len() - WRITTEN);
    }
    out
}

fn time(out: &mut String, times: &Times, version: &str) {
    let Times { hook, old, new, slower, steps, .. } = times;
    let said = |it: &Spread| {
        if it.calls == 0 {
            "not called".to_owned()
        } else {
            format!("{} us, 99th percentile {} us", it.p50_us, it.p99_us)
        }
    };
    let mark = if *slower { "  SLOWER" } else { "" };
    let _ = writeln!(out, "{hook}: {} (was {}) of processor time a call{mark}", said(new), said(old));
    if let Some(steps) = steps {
        let _ = writeln!(out, "{hook}: {}", steps.words(version, "call"));
    }
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
    for FailureShown { plugin, kind, failure, detail } in turn.failures.iter().filter(|it| it.kind != "still") {
        let _ = writeln!(out, "  {plugin} {kind}: {}: {detail}", failure.as_str());
    }
    for plugin in &turn.keys {
        let _ = writeln!(out, "  {plugin} would store other keys");
    }
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
