//! Compares what came of a case with what was expected, in words that an author can act on.

use std::fmt;

use cuecard_model::{Decision, EmotionLabel, Money, ScenarioId, Stage, StepKind, Value};

use super::{
    Answer, CaseOutcome, Count, DecisionInWords, DecisionKind, Expectation, ExpectedSuggestion, SignalsFound,
    SuggestionInWords, expect::STEPS, input::TRENDS,
};

/// One thing that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `suggestion 1, text`
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indented = |text: &str| text.replace('\n', "\n              ");
        writeln!(out, "{}", self.what)?;
        writeln!(out, "    expected: {}", indented(&self.expected))?;
        write!(out, "         got: {}", indented(&self.got))
    }
}

pub(super) fn judge(expect: &Expectation, outcome: &CaseOutcome) -> Vec<Difference> {
    let mut differences = Differences::default();
    match (&outcome.result, expect.failure) {
        (Err(error), Some(kind)) => {
            let got = format!("{}: {}", error.kind.as_str(), error.detail);
            differences.unless(error.kind == kind, "the call", || kind.as_str().to_owned(), || got);
        }
        (Err(error), None) => {
            let got = format!("{}: {}", error.kind.as_str(), error.detail);
            differences.unless(false, "the call", || "an answer".to_owned(), || got);
        }
        (Ok(_), Some(kind)) => {
            differences.unless(
                false,
                "the call",
                || format!("to fail with {}", kind.as_str()),
                || "an answer".to_owned(),
            );
        }
        (Ok(Answer::Suggestions(suggestions)), None) => differences.suggestions(expect, suggestions),
        (Ok(Answer::Decisions(decisions)), None) => differences.decisions(expect, decisions),
        (Ok(Answer::Signals(found)), None) => differences.signals(expect, found),
        (Ok(Answer::Keys), None) => {}
    }
    differences.keys(expect, outcome);
    differences.log(expect, outcome);
    differences.0
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn unless(&mut self, fine: bool, what: &str, expected: impl FnOnce() -> String, got: impl FnOnce() -> String) {
        if !fine {
            self.0.push(Difference { what: what.to_owned(), expected: expected(), got: got() });
        }
    }

    fn suggestions(&mut self, expect: &Expectation, suggestions: &[SuggestionInWords]) {
        if let Some(count) = expect.suggestions {
            let fine = suggestions.len() >= count.min && count.max.is_none_or(|max| suggestions.len() <= max);
            self.unless(fine, "suggestions", || counted(count), || suggestions.len().to_string());
        }
        self.each("suggestion", &expect.each, suggestions);
    }

    fn decisions(&mut self, expect: &Expectation, decisions: &[DecisionInWords]) {
        let kinds: Vec<&str> = decisions.iter().map(|it| kind_of(&it.decision).as_str()).collect();
        let wanted = expect.decisions.as_ref().map(|kinds| kinds.iter().map(|kind| kind.as_str()).collect());
        self.list("decisions", wanted, &kinds);
        let of = |wanted: DecisionKind| -> Vec<&str> {
            let same = decisions.iter().filter(|it| kind_of(&it.decision) == wanted);
            same.map(|it| key_of(&it.decision)).collect()
        };
        self.list("outreach", expect.outreach.as_deref().map(words), &of(DecisionKind::Outreach));
        self.list("timers", expect.timers.as_deref().map(words), &of(DecisionKind::Timer));
        self.list("cancels", expect.cancels.as_deref().map(words), &of(DecisionKind::Cancel));
        let outreaches: Vec<SuggestionInWords> = decisions.iter().filter_map(outreach_in_words).collect();
        self.each("outreach", &expect.each, &outreaches);
    }

    fn signals(&mut self, expect: &Expectation, found: &SignalsFound) {
        let (wanted, signals) = (&expect.signals, &found.signals);
        let trend = |trend| TRENDS.iter().find(|(_, known)| *known == trend).map_or("?", |(word, _)| word);
        self.word("language", wanted.language.as_deref(), &signals.language.tag);
        self.word("scenario", wanted.scenario.as_ref().map(ScenarioId::as_str), signals.scenario.id.as_str());
        let near: Vec<&str> = signals.scenario.alternatives.iter().map(|near| near.id.as_str()).collect();
        self.list("alternatives", wanted.alternatives.as_deref().map(words), &near);
        self.word("emotion", wanted.emotion.map(EmotionLabel::as_str), signals.emotion.label.as_str());
        self.word("trend", wanted.trend.map(trend), trend(signals.emotion.trend));
        self.word("stage", wanted.stage.map(Stage::as_str), signals.stage.as_str());
        self.list("named", expect.named.clone(), &found.named);
        self.contains("reason", &expect.reason_contains, &found.reason);
    }

    fn word(&mut self, what: &str, expected: Option<&str>, got: &str) {
        let Some(expected) = expected else { return };
        self.unless(expected == got, what, || expected.to_owned(), || got.to_owned());
    }

    fn each(&mut self, noun: &str, expected: &[ExpectedSuggestion], got: &[SuggestionInWords]) {
        for (index, expected) in expected.iter().enumerate() {
            let name = format!("{noun} {}", index + 1);
            match got.get(index) {
                Some(got) => self.suggestion(&name, expected, got),
                None => self.unless(
                    false,
                    &name,
                    || format!("a{} {noun}", if noun == "outreach" { "n" } else { "" }),
                    || format!("only {} came", got.len()),
                ),
            }
        }
    }

    fn suggestion(&mut self, name: &str, expected: &ExpectedSuggestion, got: &SuggestionInWords) {
        let what = |part: &str| format!("{name}, {part}");
        if let Some(text) = &expected.text {
            self.unless(*text == got.text, &what("text"), || shown(text), || shown(&got.text));
        }
        self.contains(&what("text"), &expected.text_contains, &got.text);
        for text in &expected.text_not_contains {
            self.unless(
                !got.text.contains(text),
                &what("text"),
                || format!("nothing like {}", shown(text)),
                || shown(&got.text),
            );
        }
        if let Some(title) = &expected.title {
            let given = got.title.as_deref();
            self.unless(given == Some(title), &what("title"), || shown(title), || given.map_or("none".into(), shown));
        }
        if let Some(scenario) = &expected.scenario {
            let given = got.scenario.as_ref();
            let none = || given.map_or_else(|| "none".to_owned(), ToString::to_string);
            self.unless(given == Some(scenario), &what("scenario"), || scenario.to_string(), none);
        }
        let steps: Vec<&str> = got.steps.iter().map(|step| step_word(step.kind)).collect();
        let wanted = expected.steps.as_ref().map(|steps| steps.iter().map(|kind| step_word(*kind)).collect());
        self.list(&what("steps"), wanted, &steps);
        let actions: Vec<&str> = got.actions.iter().map(|action| action.kind.as_str()).collect();
        self.list(&what("actions"), expected.actions.as_deref().map(words), &actions);
        self.contains(&what("reason"), &expected.reason_contains, &got.reason);
        let missing: Vec<&str> = got.missing.iter().map(String::as_str).collect();
        self.list(&what("missing"), expected.missing.as_deref().map(words), &missing);
    }

    fn contains(&mut self, what: &str, expected: &[String], got: &str) {
        for text in expected {
            self.unless(got.contains(text), what, || format!("something with {}", shown(text)), || shown(got));
        }
    }

    fn list(&mut self, what: &str, expected: Option<Vec<&str>>, got: &[&str]) {
        let Some(expected) = expected else { return };
        self.unless(expected == got, what, || bracketed(&expected), || bracketed(got));
    }

    fn keys(&mut self, expect: &Expectation, outcome: &CaseOutcome) {
        for (name, value) in &expect.keys {
            let written = outcome.key_writes.get(name);
            let fine = matches!(written, Some(Some(written)) if same(written, value));
            self.unless(
                fine,
                &format!("key {name}"),
                || written_as(value),
                || match written {
                    Some(Some(value)) => written_as(value),
                    Some(None) => "forgotten".to_owned(),
                    None => "not written".to_owned(),
                },
            );
        }
        for name in &expect.keys_forgotten {
            let written = outcome.key_writes.get(name);
            let got = || if written.is_some() { "written".to_owned() } else { "left as it was".to_owned() };
            self.unless(written == Some(&None), &format!("key {name}"), || "forgotten".to_owned(), got);
        }
    }

    fn log(&mut self, expect: &Expectation, outcome: &CaseOutcome) {
        for text in &expect.log_contains {
            let fine = outcome.log.iter().any(|line| line.text.contains(text));
            self.unless(
                fine,
                "log",
                || format!("a line with {}", shown(text)),
                || {
                    let lines: Vec<&str> = outcome.log.iter().map(|line| line.text.as_str()).collect();
                    if lines.is_empty() { "nothing was logged".to_owned() } else { lines.join("\n") }
                },
            );
        }
    }
}

/// Numbers agree up to what a double loses on its way through a plugin.
fn same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => (one - two).abs() <= f64::EPSILON * one.abs().max(two.abs()),
        _ => one == two,
    }
}

fn outreach_in_words(it: &DecisionInWords) -> Option<SuggestionInWords> {
    let Decision::Outreach(outreach) = &it.decision else { return None };
    Some(SuggestionInWords {
        scenario: outreach.scenario.clone(),
        text: it.text.clone().unwrap_or_default(),
        reason: outreach.reason.clone(),
        ..SuggestionInWords::default()
    })
}

fn kind_of(decision: &Decision) -> DecisionKind {
    match decision {
        Decision::Outreach(_) => DecisionKind::Outreach,
        Decision::Timer(_) => DecisionKind::Timer,
        Decision::Cancel(_) => DecisionKind::Cancel,
    }
}

fn key_of(decision: &Decision) -> &str {
    match decision {
        Decision::Outreach(outreach) => &outreach.occurrence,
        Decision::Timer(timer) => &timer.key,
        Decision::Cancel(key) => key,
    }
}

fn step_word(kind: StepKind) -> &'static str {
    STEPS.iter().find(|(_, step)| *step == kind).map_or("?", |(word, _)| word)
}

fn words(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn bracketed(list: &[&str]) -> String {
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

fn counted(count: Count) -> String {
    match count.max {
        Some(max) if max == count.min => max.to_string(),
        Some(max) => format!("{} to {max}", count.min),
        None => format!("at least {}", count.min),
    }
}

fn shown(text: &str) -> String {
    format!("\"{text}\"")
}

fn written_as(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => shown(text),
        Value::Money(Money { amount, currency }) => format!("{amount} {currency}"),
    }
}
