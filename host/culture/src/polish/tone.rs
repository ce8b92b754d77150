//! The parts of a reply for a feeling: what comes first, what the host adds, what is left out.

use cuecard_model::{RenderedStep, StepKind, Trace};

use super::{Said, changed};
use crate::{Manner, manner::Saying, pack::ToneRule};

impl Manner {
    pub(super) fn set_tone(&self, said: &mut Said, trace: &mut Vec<Trace>) {
        let Some((id, tone)) = self.rules.tone(&self.emotion, |rule| self.is_off(rule)) else { return };
        self.drop_parts(id, tone, said, trace);
        for kind in &tone.add {
            self.add_part(id, tone, *kind, said, trace);
        }
        let before: Vec<_> = said.steps.iter().map(|step| step.kind).collect();
        said.steps.sort_by_key(|step| place(step.kind, tone));
        let after: Vec<_> = said.steps.iter().map(|step| step.kind).collect();
        if before != after {
            let origin = self.rules.origin("tone", id);
            trace.push(changed(origin, names(&before), names(&after), &tone.why));
        }
    }

    /// An apology is one by its kind or by its words. Never the only thing that is said.
    fn drop_parts(&self, id: &str, tone: &ToneRule, said: &mut Said, trace: &mut Vec<Trace>) {
        let is_unwanted = |step: &RenderedStep| {
            let is_apology = step.kind == StepKind::Empathy && tone.drop.contains(&StepKind::Apology);
            tone.drop.contains(&step.kind) || is_apology && self.rules.apologies.is_in(&step.text)
        };
        if tone.drop.is_empty() || said.whole.is_none() && said.steps.iter().all(is_unwanted) {
            return;
        }
        let before = said.steps.len();
        let text = said.text();
        said.steps.retain(|step| !is_unwanted(step));
        if said.steps.len() < before {
            trace.push(changed(self.rules.origin("tone", id), text, said.text(), &tone.why));
        }
    }

    fn add_part(&self, id: &str, tone: &ToneRule, kind: StepKind, said: &mut Said, trace: &mut Vec<Trace>) {
        let saying = match kind {
            StepKind::Greeting => Saying::Greeting,
            StepKind::Empathy => Saying::Empathy,
            StepKind::Apology => Saying::Apology,
            StepKind::Closing => Saying::Closing,
            StepKind::Fact | StepKind::Solution | StepKind::Question => return,
        };
        if self.has_part(kind, said) {
            return;
        }
        let Some((section, phrase_id, phrase)) = self.phrase(saying) else { return };
        if self.is_off(&format!("{section}.{phrase_id}")) {
            return;
        }
        let before = said.text();
        if let Some(text) = said.whole.take() {
            said.steps.insert(0, RenderedStep { kind: StepKind::Solution, text });
        }
        let text = self.fill(phrase);
        let at = if kind == StepKind::Closing { said.steps.len() } else { first_place(kind, tone, said) };
        said.steps.insert(at, RenderedStep { kind, text });
        let words = self.rules.origin(section, phrase_id);
        let mut entry = changed(self.rules.origin("tone", id), before, said.text(), &tone.why);
        entry.why = format!("{} (words: {})", entry.why, words.rule);
        trace.push(entry);
    }

    /// Whether a plugin has said it already, in a step of that kind or in so many words.
    fn has_part(&self, kind: StepKind, said: &Said) -> bool {
        let rules = &self.rules;
        let in_words = |text: &str| match kind {
            StepKind::Apology => rules.apologies.is_in(text),
            StepKind::Empathy => rules.apologies.is_in(text) || rules.heard.is_in(text),
            _ => false,
        };
        let kin = |other| other == kind || kind == StepKind::Empathy && other == StepKind::Apology;
        said.steps.iter().any(|step| kin(step.kind) || in_words(&step.text))
            || said.whole.as_deref().is_some_and(in_words)
    }
}

/// After a greeting and after what the rule puts before this part.
fn first_place(kind: StepKind, tone: &ToneRule, said: &Said) -> usize {
    let own = place(kind, tone);
    said.steps.iter().take_while(|step| place(step.kind, tone) < own).count()
}

/// A greeting opens and a closing ends; what the order does not name stands between, as the plugin has it.
fn place(kind: StepKind, tone: &ToneRule) -> usize {
    let between = tone.order.len() + 1;
    let first = tone.order.iter().position(|it| *it == kind).map(|at| at + 1);
    let last = || tone.last.iter().position(|it| *it == kind).map(|at| between + 1 + at);
    first.or_else(last).unwrap_or(match kind {
        StepKind::Greeting => 0,
        StepKind::Closing => usize::MAX,
        _ => between,
    })
}

fn names(kinds: &[StepKind]) -> String {
    kinds.iter().map(|kind| name(*kind)).collect::<Vec<_>>().join(", ")
}

/// A kind of step as traces name it.
pub(super) fn name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Greeting => "greeting",
        StepKind::Empathy => "empathy",
        StepKind::Apology => "apology",
        StepKind::Fact => "fact",
        StepKind::Solution => "solution",
        StepKind::Question => "question",
        StepKind::Closing => "closing",
    }
}
