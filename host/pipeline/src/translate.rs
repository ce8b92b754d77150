//! *Translate*: what of a reply no message says in its reader's language, and the reply once a machine has said it.
//!
//! Both are plain functions: which texts ([`Offered::to_translate`]), and what becomes of the answers
//! ([`Offered::translate`]). Who translates, how long to wait for it and what must be kept of a text are the caller's.

use std::sync::Arc;

use cuecard_culture::{Manner, direction, language};
use cuecard_model::{MessageForAgent, Register, Suggestion, Trace, Turn};
use cuecard_plugin::words::{Words, words};

use crate::{
    Offered, guard,
    localize::{Worded, foreign, manner, setting},
};

/// A detected language below this is not named: whoever translates may detect it.
const SURE: f64 = 0.5;

/// A text that its reader cannot read.
#[derive(Clone, Debug, PartialEq)]
pub struct ToTranslate {
    /// The text.
    pub text: String,
    /// Its language, BCP 47, where it is known.
    pub source: Option<String>,
    /// The reader's locale, BCP 47.
    pub target: String,
    /// How a customer is addressed; `None` where an agent reads it.
    pub register: Option<Register>,
    /// Names in the text that must not get lost.
    pub names: Vec<String>,
    /// What must be kept to the letter, if it is in the text.
    pub codes: Vec<String>,
    place: Place,
}

/// Where a text stands in what is offered.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// A part of a suggestion: a step, or what stands before all steps.
    Part(usize, Option<usize>),
    /// A suggestion, for the agent.
    ForAgent(usize),
    /// The customer's message, for the agent.
    Message,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Translated {
    /// The text that was asked for.
    pub asked: ToTranslate,
    /// Its translation; or why there is none, for the agent.
    pub outcome: Result<String, String>,
}

impl Offered {
    /// What the customer and the agent cannot read: texts that fell back to another language, a suggestion without words
    /// in the agent's language, the customer's message.
    pub fn to_translate(&self) -> Vec<ToTranslate> {
        let turn = &*self.turn;
        let mut found = Vec::new();
        for (number, worded) in self.worded.iter().enumerate() {
            if !is_same(&worded.suggestion.locale, &turn.locale) {
                self.parts(number, worded, &mut found);
            }
        }
        let Some(agent) = &turn.agent_locale else { return found };
        let for_agent = |text: &str, source: Option<&str>, place| ToTranslate {
            text: text.to_owned(),
            source: source.map(str::to_owned),
            target: agent.clone(),
            register: None,
            names: names(turn),
            codes: Vec::new(),
            place,
        };
        for (number, worded) in self.worded.iter().enumerate() {
            let Worded { suggestion: Suggestion { text, locale, text_for_agent, .. }, .. } = worded;
            if text_for_agent.is_none() && !is_same(agent, &turn.locale) && !is_same(agent, locale) {
                let asked = for_agent(text, Some(locale), Place::ForAgent(number));
                found.push(ToTranslate { codes: codes(worded), ..asked });
            }
        }
        let detected = &turn.signals.language;
        if !is_same(agent, &detected.tag) {
            let is_sure = detected.confidence >= SURE && detected.tag != "und";
            found.push(for_agent(&turn.message.text, is_sure.then_some(&detected.tag), Place::Message));
        }
        found
    }

    fn parts(&self, number: usize, worded: &Worded, found: &mut Vec<ToTranslate>) {
        let Some((said, _)) = self.unpolished(worded) else { return };
        for elsewhere in foreign(&said, &self.turn.locale) {
            let text = match elsewhere.step {
                None => said.said.whole.as_ref(),
                Some(step) => said.said.steps.get(step).map(|step| &step.text),
            };
            found.extend(text.filter(|text| !text.trim().is_empty()).map(|text| ToTranslate {
                text: text.clone(),
                source: Some(elsewhere.locale.clone()),
                target: self.turn.locale.clone(),
                register: Some(self.composed.culture.register),
                names: names(&self.turn),
                codes: codes(worded),
                place: Place::Part(number, elsewhere.step),
            }));
        }
    }

    /// A suggestion in its parts, before any rule changed them, and the manner of the customer's own locale.
    fn unpolished(&self, worded: &Worded) -> Option<(Words, Arc<Manner>)> {
        let Self { turn, composed, .. } = self;
        let (plugin, worked) = composed.drafts.get(worded.draft)?;
        let manner = Arc::new(manner(&composed.cultures, turn, &turn.locale, composed.culture.register));
        let said = words(&worked.draft, &plugin.contents.catalog, &setting(composed, turn, &manner)).ok()?;
        Some((said, manner))
    }

    /// Puts translations where they belong. What could not be translated stays as it was, and its trace says why.
    pub fn translate(&mut self, provider: &str, translated: Vec<Translated>) {
        let (mut parts, mut for_agent) = (Vec::new(), Vec::new());
        for it in translated {
            match it.asked.place {
                Place::Part(number, step) => parts.push((number, step, it)),
                Place::ForAgent(number) => for_agent.push((number, it)),
                Place::Message => self.read_message(provider, it),
            }
        }
        for number in 0..self.worded.len() {
            let own: Vec<_> = parts.extract_if(.., |part| part.0 == number).map(|(_, step, it)| (step, it)).collect();
            let said = if own.is_empty() { Ok(None) } else { self.reworded(number, provider, &own).map(Some) };
            let Some(worded) = self.worded.get_mut(number) else { continue };
            match said {
                Ok(None) => {}
                Ok(Some((suggestion, manner))) => (worded.suggestion, worded.manner) = (suggestion, manner),
                Err(why) => worded.suggestion.trace.push(failed(provider, &why)),
            }
        }
        for (number, Translated { asked, outcome }) in for_agent {
            let Some(Worded { suggestion, .. }) = self.worded.get_mut(number) else { continue };
            match outcome {
                Ok(text) => {
                    suggestion.trace.push(made(provider, &asked, None));
                    suggestion.text_for_agent = Some(text);
                    suggestion.text_for_agent_machine_translated = true;
                }
                Err(why) => suggestion.trace.push(failed(provider, &format!("for the agent: {why}"))),
            }
        }
        self.timing_us.localize += self.clock.lap("translate");
    }

    fn read_message(&mut self, provider: &str, Translated { asked, outcome }: Translated) {
        match outcome {
            // A text that is the same in both languages need not be shown twice.
            Ok(text) if text.trim() == asked.text.trim() => {}
            Ok(text) => {
                let machine_translated = true;
                self.message_for_agent = Some(MessageForAgent { text, language: asked.target, machine_translated });
            }
            Err(why) => self.trace.push(failed(provider, &format!("the message for the agent: {why}"))),
        }
    }

    /// The suggestion with its translated parts, in the customer's manner, if nothing is missing and guard lets it pass.
    fn reworded(
        &self,
        number: usize,
        provider: &str,
        parts: &[(Option<usize>, Translated)],
    ) -> Result<(Suggestion, Arc<Manner>), String> {
        let gone = || "the draft is gone".to_owned();
        let worded = self.worded.get(number).ok_or_else(gone)?;
        let (mut words, manner) = self.unpolished(worded).ok_or_else(gone)?;
        let own = self.composed.drafts.get(worded.draft).map(|(_, worked)| worked.trace.as_slice()).unwrap_or_default();
        let fallbacks = worded.suggestion.trace.iter().filter(|entry| entry.rule == "locale-fallback");
        let mut trace: Vec<_> = own.iter().chain(fallbacks).cloned().collect();
        for (step, Translated { asked, outcome }) in parts {
            let text = outcome.as_ref().map_err(Clone::clone)?;
            let place = match step {
                None => words.said.whole.as_mut(),
                Some(step) => words.said.steps.get_mut(*step).map(|step| &mut step.text),
            };
            text.clone_into(place.ok_or_else(gone)?);
            trace.push(made(provider, asked, Some(text)));
        }
        let locale = self.turn.locale.clone();
        trace.extend(manner.polish(&mut words.said, direction(&locale)));
        let (text, steps) = (words.said.text(), words.said.steps);
        let suggestion =
            Suggestion { text, steps, locale, trace, machine_translated: true, ..worded.suggestion.clone() };
        let checked = guard::check_words(suggestion, &manner).map_err(|failure| failure.detail)?;
        Ok((checked, manner))
    }
}

fn is_same(one: &str, other: &str) -> bool {
    language(one) == language(other)
}

fn made(provider: &str, asked: &ToTranslate, after: Option<&String>) -> Trace {
    let source = asked.source.as_deref().unwrap_or("a language that it detects");
    let reader = if asked.register.is_none() { " for the agent" } else { "" };
    Trace {
        stage: "translate".into(),
        rule: "translation".into(),
        before: after.map(|_| asked.text.clone()),
        after: after.cloned(),
        why: format!("{provider} translated it from {source} to {}{reader}; no human has read it", asked.target),
    }
}

fn failed(provider: &str, why: &str) -> Trace {
    Trace {
        stage: "translate".into(),
        rule: "translation-failed".into(),
        before: None,
        after: None,
        why: format!("not translated by {provider}: {why}"),
    }
}

fn names(turn: &Turn) -> Vec<String> {
    let name = turn.customer.name.as_ref();
    let parts = name.into_iter().flat_map(|name| [&name.given, &name.family]);
    parts.flatten().filter(|name| !name.is_empty()).cloned().collect()
}

/// Words in capitals that the plugin put in, such as coupons; and variables that the agent is to fill in.
fn codes(worded: &Worded) -> Vec<String> {
    let is_code = |text: &&String| {
        text.len() > 2 && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || b"-_".contains(&it))
    };
    let given = worded.inserted.iter().filter(is_code).cloned();
    given.chain(worded.suggestion.missing.iter().map(|name| format!("{{${name}}}"))).collect()
}
