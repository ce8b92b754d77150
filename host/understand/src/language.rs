//! The language to answer in.
//!
//! Owns how evidence and priors add up: the script, the letters, the small words and a statistical guess speak for
//! the message; earlier messages, the customer's locale and the merchant's languages speak beforehand. A message that
//! tells little ("ok", an order number, a brand) therefore does not flip the language. Knows no meaning.

mod evidence;
mod script;
mod words;

use std::sync::Arc;

use cuecard_model::DetectedLanguage;

use crate::{Input, reading::Reading, scenario::round, text::Normalized};

/// What the customer's last message says beforehand; each earlier one half of it.
const CONVERSATION: f64 = 2.0;
/// What the customer's locale says: people write in other languages than their shop account's, but not often.
const LOCALE: f64 = 1.2;
/// What a language gains for being one that the merchant answers in.
const CONFIGURED: f64 = 0.4;
/// How many earlier messages of the customer count.
const LOOK_BACK: usize = 4;

/// Points for each candidate; a point more is e times as likely.
#[derive(Clone, Debug, Default)]
pub(crate) struct Points {
    list: Vec<(String, f64)>,
}

impl Points {
    pub(crate) fn add(&mut self, tag: &str, points: f64) {
        match self.list.iter_mut().find(|(known, _)| known == tag) {
            Some((_, sum)) => *sum += points,
            None => self.list.push((tag.to_owned(), points)),
        }
    }

    /// The best candidate and its share.
    fn best(&self) -> Option<(&str, f64)> {
        let (tag, most) = self.list.iter().fold(None::<&(String, f64)>, |best, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })?;
        // The one stands for all languages that nothing spoke for.
        let all: f64 = 1.0 + self.list.iter().map(|(_, points)| points.exp()).sum::<f64>();
        Some((tag, most.exp() / all))
    }
}

/// What a message says of its language, without what was known beforehand.
#[derive(Debug)]
pub(crate) struct Alone(Points);

impl Alone {
    pub(crate) fn of(text: &str, normalized: &Normalized) -> Self {
        let mut points = Points::default();
        evidence::of(text, normalized, &mut points);
        Self(points)
    }

    /// The likeliest language and its share, if anything spoke for one.
    pub(crate) fn best(&self) -> Option<(&str, f64)> {
        self.0.best()
    }
}

/// `past`: the customer's earlier messages, newest first.
pub(crate) fn detect(message: &Reading, past: &[Arc<Reading>], input: &Input<'_>) -> DetectedLanguage {
    let mut points = message.language.0.clone();
    add_priors(past, input, &mut points);
    match points.best() {
        Some((tag, share)) => DetectedLanguage { tag: tag.to_owned(), confidence: round(share) },
        None => DetectedLanguage { tag: "und".to_owned(), confidence: 0.0 },
    }
}

fn add_priors(past: &[Arc<Reading>], input: &Input<'_>, points: &mut Points) {
    let mut weight = CONVERSATION;
    for (tag, share) in past.iter().take(LOOK_BACK).filter_map(|message| message.language.best()) {
        points.add(tag, weight * share);
        weight /= 2.0;
    }
    if let Some(tag) = input.customer.locale.as_deref().and_then(tag_of_locale) {
        points.add(&tag, LOCALE);
    }
    for tag in input.languages.iter().filter_map(|locale| tag_of_locale(locale)) {
        points.add(&tag, CONFIGURED);
    }
}

/// The language of a locale, with a script for Chinese alone: `zh-CN` gives `zh-Hans`, `pt-BR` gives `pt`.
pub(crate) fn tag_of_locale(locale: &str) -> Option<String> {
    let mut parts = locale.split(['-', '_']);
    let language = parts.next()?.to_ascii_lowercase();
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    if language != "zh" {
        return (language != "und").then_some(language);
    }
    let rest: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let says = |part: &str| rest.iter().any(|known| known == part);
    let traditional = says("hant") || (!says("hans") && (says("tw") || says("hk") || says("mo")));
    Some(if traditional { "zh-Hant" } else { "zh-Hans" }.to_owned())
}

#[cfg(test)]
mod tests;
