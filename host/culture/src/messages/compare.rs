//! What is doubtful in the messages of one bundle, for `cuecard check`.
//!
//! Owns the comparison of locales, and the words for what `reach` finds. None of it keeps a bundle from working: a
//! missing key falls back to another locale, and a variant that nothing chooses is in nobody's way.

mod variants;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use super::file;
use crate::locale;
use wording::Uses;

/// Something doubtful in a message file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogFinding {
    /// Where something lacks or is too much, `messages/es.json`.
    pub file: String,
    /// From 1; absent where the message is missing.
    pub line: Option<u32>,
    /// The locale of the file, in canonical form.
    pub locale: String,
    /// The message.
    pub key: String,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

/// One file.
struct Locale<'a> {
    name: &'a str,
    messages: BTreeMap<String, Message>,
}

/// One message.
struct Message {
    line: u32,
    source: String,
    uses: Uses,
}

/// What and what to do.
type Doubt = (String, String);

/// Finds what is doubtful in `messages/<locale>.json` files, given as (locale, text), in order of locale and key: keys
/// that a locale lacks, variables that differ between locales or are worded as another sort of value, and variants that
/// no value chooses.
///
/// A regional file (`es-MX` beside `es`) need not repeat the keys of its parents. Files that
/// [`Catalog::parse`](super::Catalog::parse) refuses are passed over.
pub fn check_messages<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<CatalogFinding> {
    let locales: Locales<'_> = files.into_iter().filter_map(|(name, text)| read(name, text)).collect();
    let keys: BTreeSet<&String> = locales.values().flat_map(|locale| locale.messages.keys()).collect();
    let usual: BTreeMap<_, _> = keys.iter().filter_map(|key| Some((*key, usual(&locales, key)?))).collect();
    let mut findings = Vec::new();
    for (tag, locale) in &locales {
        let sources = locale.messages.iter().map(|(key, message)| (key.as_str(), message.source.as_str()));
        let mut of_variants = variants::doubts(tag, sources);
        for key in &keys {
            let message = locale.messages.get(*key);
            let doubts = match (message, usual.get(key)) {
                (None, _) => lacking(&locales, tag, key).into_iter().collect(),
                (Some(message), usual) => {
                    let differing = usual.and_then(|(name, uses)| message.uses.unlike(uses, name));
                    let variants = of_variants.remove(key.as_str()).unwrap_or_default();
                    differing.into_iter().chain(variants).collect::<Vec<_>>()
                }
            };
            findings.extend(doubts.into_iter().map(|(reason, hint)| CatalogFinding {
                file: format!("messages/{}.json", locale.name),
                line: message.map(|message| message.line),
                locale: tag.clone(),
                key: (*key).clone(),
                reason: format!("'{key}' {reason}"),
                hint,
            }));
        }
    }
    findings
}

/// By canonical tag.
type Locales<'a> = BTreeMap<String, Locale<'a>>;

fn read<'a>(name: &'a str, text: &str) -> Option<(String, Locale<'a>)> {
    let entries = file::read(name, text).ok()?;
    let messages = entries.into_iter().filter_map(|entry| {
        let uses = Uses::of(&entry.source)?;
        Some((entry.key, Message { line: entry.line, source: entry.source, uses }))
    });
    Some((locale::normalize(name)?, Locale { name, messages: messages.collect() }))
}

fn lacking(locales: &Locales<'_>, tag: &str, key: &str) -> Option<Doubt> {
    let has = |locale: &&Locale<'_>| locale.messages.contains_key(key);
    let chain = crate::fallback_chain(tag, "");
    if chain.iter().filter_map(|tag| locales.get(tag)).any(|locale| has(&locale)) {
        return None;
    }
    let others: Vec<_> = locales.values().filter(has).map(|locale| locale.name).collect();
    let reason = format!("is missing, and is there in {}", others.join(", "));
    Some((reason, format!("translate '{key}'; until then another locale's text is shown")))
}

/// What most locales use in a message, and the first that does: the odd one out is to be named, not the others.
fn usual<'l>(locales: &'l Locales<'_>, key: &str) -> Option<(&'l str, &'l Uses)> {
    let all: Vec<_> =
        locales.values().filter_map(|locale| Some((locale.name, &locale.messages.get(key)?.uses))).collect();
    let count = |uses: &Uses| all.iter().filter(|(_, other)| *other == uses).count();
    all.iter().rev().max_by_key(|(_, uses)| count(uses)).copied()
}
