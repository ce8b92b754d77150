//! Changes a reply by the culture's rules, and says what was changed and why.
//!
//! The order is part of the contract: tone (which parts, in which order), then words that one does not say, then emoji
//! and exclamation marks, then direction. Register and name come before, with the message; channel fit comes after.

pub(crate) mod marks;
mod tone;
mod undo;

use cuecard_model::{Direction, RenderedStep, Trace};

use crate::{Manner, rules::Origin};

/// A reply in words, in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What stands before all steps.
    pub whole: Option<String>,
    /// The steps.
    pub steps: Vec<RenderedStep>,
}

impl Said {
    /// All of it, a line each.
    pub fn text(&self) -> String {
        let parts = self.whole.iter().chain(self.steps.iter().map(|step| &step.text));
        parts.map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        let mut parts = self.whole.iter().chain(self.steps.iter().map(|step| &step.text));
        parts.all(|text| text.trim().is_empty())
    }

    fn has(&self, sign: fn(char) -> bool) -> bool {
        self.whole.iter().chain(self.steps.iter().map(|step| &step.text)).any(|text| text.contains(sign))
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.whole.iter_mut().chain(self.steps.iter_mut().map(|step| &mut step.text))
    }
}

impl Manner {
    /// Changes a reply by the rules. Each change leaves a trace.
    pub fn polish(&self, said: &mut Said, direction: Direction) -> Vec<Trace> {
        let mut trace = Vec::new();
        self.set_tone(said, &mut trace);
        for part in said.parts_mut() {
            self.replace_words(part, &mut trace);
        }
        self.calm(said, &mut trace);
        for part in said.parts_mut() {
            direct(part, direction, &mut trace);
        }
        trace
    }

    /// Words that one does not say, where a rule knows what to say instead.
    fn replace_words(&self, text: &mut String, trace: &mut Vec<Trace>) {
        let words = &self.rules.words;
        for hit in words.hits(text).into_iter().rev() {
            let Some(rule) = words.rules.get(hit.rule) else { continue };
            let Some(instead) = rule.wording.instead.as_ref().filter(|_| self.applies(rule)) else { continue };
            let before = text.clone();
            let bad = before.get(hit.at.clone()).unwrap_or_default();
            text.replace_range(hit.at, &like(bad, instead));
            let origin = self.rules.origin(rule.section, &rule.id);
            trace.push(changed(origin, before, text.clone(), &rule.wording.why));
        }
    }

    /// Whether a rule about words holds for this reply.
    pub(crate) fn applies(&self, rule: &crate::rules::WordRule) -> bool {
        let now = rule.wording.during.as_ref().is_none_or(|holiday| self.occasion.has(holiday));
        now && (self.off.is_empty() || !self.is_off(&format!("{}.{}", rule.section, rule.id)))
    }
}

/// With a capital where the replaced word had one.
fn like(bad: &str, instead: &str) -> String {
    let mut signs = instead.chars();
    match (bad.chars().next(), signs.next()) {
        (Some(old), Some(new)) if old.is_uppercase() && new.is_lowercase() => new.to_uppercase().chain(signs).collect(),
        _ => instead.to_owned(),
    }
}

pub(crate) fn changed(origin: Origin, before: String, after: String, why: &str) -> Trace {
    let why = match (why.is_empty(), origin.source.is_empty()) {
        (true, _) => origin.source,
        (_, true) => why.to_owned(),
        _ => format!("{why}; {}", origin.source),
    };
    Trace { stage: "localize".into(), rule: origin.rule, before: Some(before), after: Some(after), why }
}

/// A text that runs from right to left but begins with Latin letters or digits would be shown from left to right by
/// whatever guesses from the first letter (UAX 9, rule P2); a mark in front settles it.
fn direct(text: &mut String, direction: Direction, trace: &mut Vec<Trace>) {
    const MARK: char = '\u{200f}';
    if direction == Direction::Ltr {
        return;
    }
    let first = text.chars().find(|sign| sign.is_alphabetic() || *sign == MARK);
    if first.is_none_or(|sign| !sign.is_ascii_alphabetic()) {
        return;
    }
    let before = text.clone();
    text.insert(0, MARK);
    let origin = Origin { rule: "direction".into(), source: "Unicode Bidirectional Algorithm, UAX 9, P2".into() };
    trace.push(changed(origin, before, text.clone(), "the text begins in another direction than its own"));
}
