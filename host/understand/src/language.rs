//! The language to answer in.
//!
//! Owns how evidence and priors add up: what a message alone says (`alone.rs`, a model trained offline) is weighed
//! with what is known beforehand from the conversation, the customer's locale and the merchant's languages. A message
//! that tells little ("ok", an order number, a brand) therefore does not flip the language. Knows no meaning.

mod alone;
mod everywhere;
mod features;
mod model;
mod script;
mod tally;
mod taught;

use std::{borrow::Cow, sync::Arc};

use cuecard_model::DetectedLanguage;

use crate::{Input, reading::Reading, scenario::round};

pub(crate) use alone::Alone;

/// What the customer's last message says beforehand; each earlier one a third of it.
const CONVERSATION: f32 = 4.0;
/// What the customer's locale says: people write in other languages than their shop account's, but not often.
const LOCALE: f32 = 2.0;
/// What a language gains for being one that the merchant answers in.
const CONFIGURED: f32 = 0.7;
/// The share of languages that we do not know.
const REST: f32 = 0.01;
/// How many earlier messages of the customer count.
const LOOK_BACK: usize = 4;

/// Logarithms of shares; one more is e times as likely.
struct Points<'a> {
    list: Vec<(Cow<'a, str>, f32)>,
    message: &'a Alone,
}

impl<'a> Points<'a> {
    fn of(message: &'a Alone) -> Self {
        let mut list = Vec::with_capacity(12);
        list.extend(message.candidates().iter().map(|(tag, share)| (Cow::Borrowed(*tag), *share)));
        Self { list, message }
    }

    /// What is known beforehand. From here on the message can rule out only as much as it tells.
    fn add(&mut self, tag: Cow<'a, str>, points: f32) {
        match self.list.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, sum)) => *sum = sum.max(self.message.ruled_out()) + points,
            None => self.list.push((tag, self.message.others() + points)),
        }
    }

    fn best(self) -> DetectedLanguage {
        // The languages that nothing spoke for; after a message that tells nothing they are as good as any.
        let rest = if self.message.candidates().is_empty() { 1.0 } else { REST };
        let all: f32 = rest + self.list.iter().map(|(_, points)| points.exp()).sum::<f32>();
        match self.list.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((tag, most)) => {
                DetectedLanguage { tag: tag.into_owned(), confidence: round(f64::from(most.exp() / all)) }
            }
            None => DetectedLanguage { tag: "und".to_owned(), confidence: 0.0 },
        }
    }
}

/// `past`: the customer's earlier messages, newest first.
pub(crate) fn detect(message: &Reading, past: &[Arc<Reading>], input: &Input<'_>) -> DetectedLanguage {
    let mut points = Points::of(&message.language);
    let mut weight = CONVERSATION;
    for (tag, share) in past.iter().take(LOOK_BACK).filter_map(|message| message.language.best()) {
        points.add(Cow::Borrowed(tag), weight * share as f32);
        weight /= 3.0;
    }
    if let Some(tag) = input.customer.locale.as_deref().and_then(tag_of_locale) {
        points.add(tag, LOCALE);
    }
    for tag in input.languages.iter().filter_map(|locale| tag_of_locale(locale)) {
        points.add(tag, CONFIGURED);
    }
    points.best()
}

/// What a text says by itself.
pub(crate) fn of_text(text: &str) -> DetectedLanguage {
    Points::of(&Alone::of(text)).best()
}

/// The language of a locale, with a script for Chinese alone: `zh-CN` gives `zh-Hans`, `pt-BR` gives `pt`.
pub(crate) fn tag_of_locale(locale: &str) -> Option<Cow<'_, str>> {
    let mut parts = locale.split(['-', '_']);
    let language = parts.next()?;
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let says = |part: &str| parts.clone().any(|known| known.eq_ignore_ascii_case(part));
    if language.eq_ignore_ascii_case("zh") {
        let traditional = says("hant") || (!says("hans") && (says("tw") || says("hk") || says("mo")));
        return Some(Cow::Borrowed(if traditional { "zh-Hant" } else { "zh-Hans" }));
    }
    let is_lower = language.bytes().all(|byte| byte.is_ascii_lowercase());
    let tag = if is_lower { Cow::Borrowed(language) } else { Cow::Owned(language.to_ascii_lowercase()) };
    (tag != "und").then_some(tag)
}

#[cfg(test)]
mod tests;
