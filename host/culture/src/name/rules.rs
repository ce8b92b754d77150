//! The rules by which locales write names, from `data/names.json` (CLDR).
//!
//! Owns the table: patterns, initials, spaces, and whose names go family name first. Knows no names.

use std::{collections::HashMap, sync::LazyLock};

use icu_locale::LanguageIdentifier;
use serde::Deserialize;

use super::{
    form::{NameForm, NameOrder},
    parts::NameParts,
    pattern::Pattern,
};
use crate::locale;

/// How one locale writes names.
#[derive(Debug, Default)]
pub(super) struct Rules {
    given_first: Vec<LanguageIdentifier>,
    surname_first: Vec<LanguageIdentifier>,
    /// What a space becomes in names of the locale's own language.
    pub(super) native_space: String,
    /// And in others' names.
    pub(super) foreign_space: String,
    initial: String,
    sequence: String,
    /// For each form, the numbers of its patterns.
    slots: Vec<Vec<usize>>,
}

#[derive(Default)]
struct Table {
    patterns: Vec<Option<Pattern>>,
    rows: Vec<Rules>,
    locales: HashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str::<Data>(include_str!("../../data/names.json")).map(Table::from).unwrap_or_default()
});

/// The rules of the locale or of its nearest parent that has some of its own.
pub(super) fn rules_for(tag: &str) -> Option<&'static Rules> {
    let chain = locale::fallback_chain(tag, "");
    chain.iter().find_map(|tag| TABLE.row(tag))
}

/// The rules of those who have none of their own.
pub(super) fn root() -> &'static Rules {
    static NONE: LazyLock<Rules> = LazyLock::new(Rules::default);
    TABLE.row("und").unwrap_or(&NONE)
}

impl Table {
    fn row(&self, tag: &str) -> Option<&Rules> {
        self.rows.get(*self.locales.get(tag)?)
    }
}

impl Rules {
    /// The pattern for a form; among several the one that shows most of the name and lacks least of it.
    pub(super) fn pattern(&self, name: &NameParts<'_>, form: NameForm, order: NameOrder) -> Option<&'static Pattern> {
        let numbers = self.slots.get(slot(form, order))?;
        let mut patterns = numbers.iter().filter_map(|number| TABLE.patterns.get(*number)?.as_ref());
        match numbers.len() {
            0 | 1 => patterns.next(),
            _ => patterns.rev().max_by_key(|pattern| {
                let (has, lacks) = pattern.fit(name);
                (has, std::cmp::Reverse(lacks))
            }),
        }
    }

    /// The order of a name that comes from this locale, with its likely script and region (UTS 35 part 8, "Derive the
    /// name order").
    pub(super) fn order_of(&self, name: &LanguageIdentifier) -> NameOrder {
        let best = |entries: &[LanguageIdentifier]| entries.iter().filter_map(|entry| nearness(entry, name)).max();
        if best(&self.surname_first) > best(&self.given_first) {
            NameOrder::SurnameFirst
        } else {
            NameOrder::GivenFirst
        }
    }

    /// What stands before and after an initial.
    pub(super) fn initial(&self) -> (&str, &str) {
        self.initial.split_once("{0}").unwrap_or_default()
    }

    /// What stands between initials.
    pub(super) fn between_initials(&self) -> &str {
        self.sequence.strip_prefix("{0}").and_then(|rest| rest.strip_suffix("{1}")).unwrap_or_default()
    }
}

/// Where a form's patterns are in a row: as `data/names.mjs` writes them.
fn slot(form: NameForm, order: NameOrder) -> usize {
    let (length, formality) = (form.length as usize, form.formality as usize);
    match order {
        NameOrder::Sorting => 36 + length * 2 + formality,
        _ => order as usize * 18 + length * 6 + form.usage as usize * 2 + formality,
    }
}

/// How near an entry comes to a name's locale: script counts more than region, and region more than language, as the
/// parents of `de-Latn-DE` are looked up in the order `de-Latn-DE und-Latn-DE de-Latn und-Latn de-DE und-DE de und`.
fn nearness(entry: &LanguageIdentifier, name: &LanguageIdentifier) -> Option<u8> {
    let (script, region) = (entry.script.is_some(), entry.region.is_some());
    let fits = (entry.language.is_unknown() || entry.language == name.language)
        && (!script || entry.script == name.script)
        && (!region || entry.region == name.region);
    fits.then(|| u8::from(script) * 4 + u8::from(region) * 2 + u8::from(!entry.language.is_unknown()))
}

#[derive(Deserialize)]
struct Data {
    patterns: Vec<String>,
    rows: Vec<Row>,
    locales: HashMap<String, usize>,
}

#[derive(Deserialize)]
struct Row {
    given_first: String,
    surname_first: String,
    native_space: String,
    foreign_space: String,
    initial: String,
    sequence: String,
    slots: String,
}

impl From<Data> for Table {
    fn from(data: Data) -> Self {
        Self {
            patterns: data.patterns.iter().map(|pattern| Pattern::parse(pattern)).collect(),
            rows: data.rows.into_iter().map(Rules::from).collect(),
            locales: data.locales,
        }
    }
}

impl From<Row> for Rules {
    fn from(row: Row) -> Self {
        let tags = |list: &str| {
            let tags = list.split(' ').filter_map(|tag| LanguageIdentifier::try_from_str(&tag.replace('_', "-")).ok());
            tags.collect()
        };
        let numbers = |slot: &str| slot.split('|').filter_map(|number| number.parse().ok()).collect();
        Self {
            given_first: tags(&row.given_first),
            surname_first: tags(&row.surname_first),
            native_space: row.native_space,
            foreign_space: row.foreign_space,
            initial: row.initial,
            sequence: row.sequence,
            slots: row.slots.split(' ').map(numbers).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.patterns.iter().all(Option::is_some) && TABLE.patterns.len() > 300);
        for rules in &TABLE.rows {
            assert_eq!(rules.slots.len(), 42);
            assert!(
                rules.slots.iter().all(|slot| !slot.is_empty() && slot.iter().all(|at| *at < TABLE.patterns.len()))
            );
            assert!(
                rules.initial.contains("{0}") && rules.sequence.starts_with("{0}") && rules.sequence.ends_with("{1}")
            );
        }
        assert!(TABLE.locales.values().all(|row| *row < TABLE.rows.len()));
    }

    /// The form in which customers are addressed by their whole name.
    #[test]
    fn the_longest_form_is_whole_in_every_locale() {
        let name = NameParts { given: Some("Aaa"), surname: Some("Bbb"), ..NameParts::default() };
        for (tag, row) in &TABLE.locales {
            let form = |order| crate::NameForm { order: Some(order), ..crate::name::WHOLE };
            for order in [NameOrder::GivenFirst, NameOrder::SurnameFirst] {
                let text = crate::format_name(&name, tag, form(order));
                assert!(text.contains("Aaa") && text.contains("Bbb"), "{tag} {row} {order:?}: {text}");
                let is_first = text.starts_with("Aaa");
                assert_eq!(is_first, order == NameOrder::GivenFirst, "{tag} {row} {order:?}: {text}");
            }
        }
    }

    #[test]
    fn orders() {
        let order = |rules: &str, name: &str| rules_for(rules).unwrap().order_of(&name.parse().unwrap());
        for (rules, name, expected) in [
            ("de", "hu-Latn-HU", NameOrder::GivenFirst),
            ("hu", "hu-Latn-HU", NameOrder::SurnameFirst),
            ("hu", "de-Latn-DE", NameOrder::GivenFirst),
            ("ja", "zh-Hant-TW", NameOrder::SurnameFirst),
            ("en", "ja-Jpan-JP", NameOrder::SurnameFirst),
            ("kok", "kok-Latn-IN", NameOrder::GivenFirst),
        ] {
            assert_eq!(order(rules, name), expected, "{name} among {rules}");
        }
    }
}
