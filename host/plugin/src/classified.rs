//! What a `classify` hook may answer, and what becomes of the turn's signals.
//!
//! Owns the checks that both runtimes make and the rule of the last word. Knows no runtime and no manifest.

use cuecard_model::{
    Alternative, Classification, ClassifiedEmotion, DetectedLanguage, DetectedScenario, PluginVersion, Trace, Turn,
};

use crate::{manifest::is_scenario_id, problem::quoted, scenarios::is_locale};

/// Scenarios that may be said to have come near.
pub(crate) const MOST_ALTERNATIVES: usize = 8;

/// The form of a scenario's id. It need not be one that a plugin declares with examples: a scenario that only code can
/// see has none, and a plugin that composes for it is asked all the same.
pub(crate) fn scenario(id: &str) -> Result<(), String> {
    let hint = "lower-case words joined by underscores, e.g. order_status, or none";
    if is_scenario_id(id) { Ok(()) } else { Err(format!("{} is not a scenario's id; hint: {hint}", quoted(id))) }
}

/// The form of a language's tag.
pub(crate) fn language(tag: &str) -> Result<(), String> {
    let hint = "a BCP 47 tag such as en, zh-Hans or es-MX";
    if is_locale(tag) { Ok(()) } else { Err(format!("{} is not a language; hint: {hint}", quoted(tag))) }
}

/// From nothing to everything.
pub(crate) fn share(number: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&number) { Ok(()) } else { Err(format!("{number} is not from 0 to 1")) }
}

/// Puts what a plugin found in place of what was there. One line for each signal that is another now: what it was,
/// what it is, who said so and why.
pub fn overrule(turn: &mut Turn, found: &Classification, by: &PluginVersion, default_locale: &str) -> Vec<Trace> {
    let Classification { language, scenario, emotion, stage, reason } = found;
    let mut changes = Changes { by, reason, trace: Vec::new() };
    let signals = &mut turn.signals;
    if let Some(found) = language {
        let before = std::mem::replace(&mut signals.language, found.clone());
        changes.note("language", &language_word(&before), &language_word(found));
        let own = turn.customer.locale.as_deref();
        turn.locale = cuecard_culture::locale_for(own, &found.tag, found.confidence, default_locale);
        if own.is_none() {
            turn.profile.preferred_language = Some(found.tag.clone());
        }
    }
    if let Some(found) = scenario {
        let after = in_place_of(&signals.scenario, found.clone());
        let before = std::mem::replace(&mut signals.scenario, after);
        changes.note("scenario", &scenario_word(&before), &scenario_word(found));
    }
    if let Some(ClassifiedEmotion { label, intensity, trend }) = emotion {
        let feeling = &mut signals.emotion;
        let before = format!("{} {:.2}", feeling.label.as_str(), feeling.intensity);
        (feeling.label, feeling.intensity, feeling.trend) = (*label, *intensity, trend.unwrap_or(feeling.trend));
        feeling.upset = if label.is_upset() { *intensity } else { 0.0 };
        changes.note("emotion", &before, &format!("{} {intensity:.2}", label.as_str()));
    }
    if let Some(found) = stage {
        let before = std::mem::replace(&mut signals.stage, *found);
        changes.note("stage", before.as_str(), found.as_str());
    }
    changes.trace
}

struct Changes<'a> {
    by: &'a PluginVersion,
    reason: &'a str,
    trace: Vec<Trace>,
}

impl Changes<'_> {
    fn note(&mut self, signal: &str, before: &str, after: &str) {
        if before == after {
            return;
        }
        let why = if self.reason.is_empty() { "changed by the plugin's classify hook" } else { self.reason };
        self.trace.push(Trace {
            stage: "classify".into(),
            rule: self.by.to_string(),
            before: Some(format!("{signal} {before}")),
            after: Some(format!("{signal} {after}")),
            why: why.into(),
        });
    }
}

/// A scenario without alternatives of its own keeps what it replaces among them.
fn in_place_of(before: &DetectedScenario, mut after: DetectedScenario) -> DetectedScenario {
    if after.alternatives.is_empty() {
        let best = Alternative { id: before.id.clone(), confidence: before.confidence };
        let best = (before.id.as_str() != "none").then_some(best);
        let near = best.into_iter().chain(before.alternatives.iter().cloned());
        after.alternatives = near.filter(|near| near.id != after.id).take(MOST_ALTERNATIVES).collect();
    }
    after
}

fn language_word(language: &DetectedLanguage) -> String {
    format!("{} {:.2}", language.tag, language.confidence)
}

fn scenario_word(scenario: &DetectedScenario) -> String {
    format!("{} {:.2}", scenario.id, scenario.confidence)
}

#[cfg(test)]
mod tests;
