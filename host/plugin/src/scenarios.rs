//! `scenarios.toml`: what customers may want, with example messages per language.
//!
//! Owns the file's shape and limits. Knows nothing of how scenarios are recognised.

use std::collections::{BTreeMap, BTreeSet};

use cuecard_model::ScenarioId;
use toml::Spanned;

use crate::{
    document::{Document, Section},
    manifest::is_scenario_id,
    problem::{Problem, quoted},
};

/// The file's name in every bundle.
pub const FILE: &str = "scenarios.toml";

const MOST_BYTES: usize = 2 << 20;
const MOST_SCENARIOS: usize = 200;
const MOST_EXAMPLES: usize = 1000;
const MOST_CHARACTERS: usize = 500;

/// Something that customers may want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// `delivery_delay`
    pub id: ScenarioId,
    /// For agents, e.g. `Parcel is late`.
    pub title: String,
    /// For authors.
    pub description: Option<String>,
    /// Messages that mean it, by language, BCP 47.
    pub examples: BTreeMap<String, Vec<String>>,
}

/// Reads the file.
pub fn parse(text: &str) -> Result<Vec<Scenario>, Vec<Problem>> {
    let document = Document::new(FILE, text);
    let scenarios = document.parse(MOST_BYTES).map(read).unwrap_or_default();
    if document.is_sound() { Ok(scenarios) } else { Err(document.into_problems()) }
}

fn read(mut root: Section<'_, '_>) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for (id, value) in root.rest() {
        if !is_scenario_id(id.get_ref()) || id.get_ref() == "none" {
            let reason = format!("{} cannot be a scenario's id", quoted(id.get_ref()));
            root.error(id.span(), reason, "lower-case words joined by underscores, e.g. [delivery_delay]; not 'none'");
            continue;
        }
        if scenarios.len() == MOST_SCENARIOS {
            root.error(id.span(), format!("more than {MOST_SCENARIOS} scenarios"), "split them over several plugins");
            break;
        }
        let scenario = root.as_table(id.get_ref(), value).and_then(|section| scenario(id.get_ref(), section));
        scenarios.extend(scenario);
    }
    scenarios
}

fn scenario(id: &str, mut section: Section<'_, '_>) -> Option<Scenario> {
    let title = section.bounded_text("title", 80);
    if title.is_none() && !section.was_mistyped("title") {
        section.missing("title", "add title = \"…\", as agents will read it");
    }
    let description = section.bounded_text("description", 500).map(Spanned::into_inner);
    let examples = section.table("examples");
    if examples.is_none() && !section.was_mistyped("examples") {
        section.missing("examples", "add examples.en = [\"…\", \"…\"], some ten messages as customers write them");
    }
    let examples = examples.map(read_examples).unwrap_or_default();
    section.finish();
    Some(Scenario { id: ScenarioId::from(id), title: title?.into_inner(), description, examples })
}

fn read_examples(mut section: Section<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (language, value) in section.rest() {
        let key = language.get_ref();
        if !is_locale(key) {
            let reason = format!("{} is not a language", quoted(key));
            section.error(language.span(), reason, "a BCP 47 tag such as en, es or zh-Hans");
            continue;
        }
        let Some(examples) = section.as_texts(key, value) else { continue };
        if examples.get_ref().is_empty() {
            section.error(
                examples.span(),
                format!("'{}' is empty", section.path(key)),
                "add messages as customers write them",
            );
        }
        check_examples(&section, key, examples.get_ref());
        all.insert(key.clone(), examples.into_inner().into_iter().map(Spanned::into_inner).collect());
    }
    if all.is_empty() {
        section
            .error_here("no examples", "add examples.en = [\"…\", \"…\"], some ten messages as customers write them");
    }
    all
}

fn check_examples(section: &Section<'_, '_>, language: &str, examples: &[Spanned<String>]) {
    if let Some(first) = examples.get(MOST_EXAMPLES) {
        let reason = format!("'{}' has more than {MOST_EXAMPLES} examples", section.path(language));
        section.error(first.span(), reason, "keep the ones that differ most");
    }
    let mut seen = BTreeSet::new();
    for example in examples.iter().take(MOST_EXAMPLES) {
        let text = example.get_ref().trim();
        let length = text.chars().count();
        if length == 0 {
            section.error(example.span(), "an empty example", "remove it");
        } else if length > MOST_CHARACTERS {
            let reason = format!("an example of {length} characters, more than {MOST_CHARACTERS}");
            section.error(example.span(), reason, "shorten it to what tells the scenario");
        } else if !seen.insert(text) {
            section.error(example.span(), format!("{} stands twice", quoted(text)), "remove one of them");
        }
    }
}

/// Whether text has the shape of a BCP 47 tag: a language of two or three letters and subtags of 1 to 8.
pub(crate) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let language_fits = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    language_fits && text.len() <= 35 && parts.all(fits)
}
