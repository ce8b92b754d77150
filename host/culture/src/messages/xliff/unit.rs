//! What translators are asked: a unit for each text that the target's language needs.
//!
//! Owns which variants those are. A message that is not translated yet is laid out by the target's plural rules, not by
//! the source's: from `one *` in English come `one few many *` in Russian and a single text in Japanese.

use std::collections::BTreeMap;

use super::{
    super::{
        anatomy::{Anatomy, Key, Variant, written},
        reach::{CATEGORIES, Reach},
    },
    Side, hash,
    inline::{self, Inline},
};

/// The most variants that one message is laid out in; past it a language's plural rules are left to the translator.
const MOST_VARIANTS: usize = 64;

/// One text to translate.
#[derive(Debug)]
pub(super) struct Unit {
    /// Unique, in the letters of an XML name token.
    pub(super) id: String,
    /// `ask_carrier/one`, for people.
    pub(super) name: String,
    pub(super) key: String,
    /// Of the variant in the target; empty if the target selects nothing.
    pub(super) keys: Vec<Key>,
    pub(super) notes: Vec<String>,
    pub(super) marks: Marks,
    pub(super) source: Vec<Inline>,
    pub(super) target: Option<Vec<Inline>>,
}

/// What both messages were when the unit was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) source: String,
    /// Empty if there was no translation.
    pub(super) target: String,
}

/// The units of all messages, in the source's order.
pub(super) fn units(from: &Side<'_>, to: &Side<'_>) -> Vec<Unit> {
    let messages: Vec<_> =
        from.entries.iter().filter_map(|it| Some((it.key.as_str(), Anatomy::of(&it.source)?))).collect();
    let reaches = Reach::of(&to.tag, &messages.iter().map(|(_, source)| source).collect::<Vec<_>>());
    messages.iter().zip(reaches).flat_map(|((key, source), reach)| of_message(key, source, reach, to)).collect()
}

fn of_message(key: &str, source: &Anatomy<'_>, reach: Option<Reach>, to: &Side<'_>) -> Vec<Unit> {
    let there = to.source(key);
    let marks = Marks { source: hash(source.source), target: there.map(hash).unwrap_or_default() };
    let target = there.and_then(Anatomy::of);
    let needed = needed(source, reach.as_ref());
    let layout = match &target {
        Some(target) => {
            let mut layout: Vec<Vec<Key>> = target.variants.iter().map(|variant| variant.keys.clone()).collect();
            if target.selectors == source.selectors {
                layout.extend(needed.into_iter().filter(|keys| !keys.is_empty() && target.find(keys).is_none()));
            }
            layout
        }
        None => needed,
    };
    let selectors = &target.as_ref().unwrap_or(source).selectors;
    let reach = reach.filter(|_| *selectors == source.selectors);
    let unit = |keys: Vec<Key>| {
        let runs = inline::source(&source.nearest(selectors, &keys)?.pieces);
        let translated = target.as_ref().and_then(|target| target.find(&keys));
        let translated = translated.map(|variant| inline::target(&variant.pieces, &runs));
        Some(Unit {
            id: id(key, &keys),
            name: if keys.is_empty() { key.to_owned() } else { format!("{key}/{}", written(&keys)) },
            notes: notes(selectors, &keys, reach.as_ref(), &runs),
            key: key.to_owned(),
            keys,
            marks: marks.clone(),
            source: runs,
            target: translated,
        })
    };
    layout.into_iter().filter_map(unit).collect()
}

impl Anatomy<'_> {
    fn find(&self, keys: &[Key]) -> Option<&Variant<'_>> {
        self.variants.iter().find(|variant| variant.keys == keys)
    }

    /// The variant that a translator of the one with these keys should read: the one with most keys in common.
    fn nearest(&self, selectors: &[&str], keys: &[Key]) -> Option<&Variant<'_>> {
        let asked: BTreeMap<&str, &Key> = selectors.iter().copied().zip(keys).collect();
        let common = |variant: &Variant<'_>| {
            self.selectors.iter().zip(&variant.keys).try_fold(0, |common, (name, key)| match key {
                Key::Any => Some(common),
                key => (asked.get(name) == Some(&key)).then_some(common + 1),
            })
        };
        // `rev`, because the last of equals is the maximum.
        self.variants
            .iter()
            .rev()
            .filter_map(|it| Some((common(it)?, it)))
            .max_by_key(|(common, _)| *common)
            .map(|it| it.1)
    }
}

/// The variants that a message needs in a language.
fn needed(source: &Anatomy<'_>, reach: Option<&Reach>) -> Vec<Vec<Key>> {
    let as_it_is = || source.variants.iter().map(|variant| variant.keys.clone()).collect();
    let mut needed: Vec<Vec<Key>> = Vec::new();
    for variant in &source.variants {
        let mut rows: Vec<Vec<Key>> = vec![Vec::new()];
        for (selector, key) in variant.keys.iter().enumerate() {
            let keys = keys_for(key, source, selector, reach);
            rows = rows
                .iter()
                .flat_map(|row| keys.iter().map(|key| [&row[..], std::slice::from_ref(key)].concat()))
                .collect();
            if rows.len() > MOST_VARIANTS {
                return as_it_is();
            }
        }
        for row in rows {
            if !needed.contains(&row) {
                needed.push(row);
            }
        }
        if needed.len() > MOST_VARIANTS {
            return as_it_is();
        }
    }
    match needed.as_slice() {
        [only] if only.iter().all(|key| *key == Key::Any) => vec![Vec::new()],
        _ => needed,
    }
}

/// What stands for a key in the language: for a plural category all categories that it needs, else the key itself.
fn keys_for(key: &Key, source: &Anatomy<'_>, selector: usize, reach: Option<&Reach>) -> Vec<Key> {
    let numbers = reach.and_then(|reach| reach.categories.get(selector)).filter(|categories| !categories.is_empty());
    let (Some(numbers), Some(category)) = (numbers, key.literal()) else { return vec![key.clone()] };
    if !CATEGORIES.contains(&category) {
        return vec![key.clone()];
    }
    let used = |category: &str| {
        source.variants.iter().filter_map(|it| it.keys.get(selector)?.literal()).any(|key| key == category)
    };
    let everyday = |numbers: &[f64]| numbers.iter().any(|it| it.fract() != 0.0 || *it <= 100.0);
    // `*` serves what is left: `other`, and a form for millions alone, unless the source has them too.
    let wanted = CATEGORIES.iter().filter(|category| {
        let numbers = numbers.get(**category);
        numbers.is_some_and(|numbers| used(category) || (**category != "other" && everyday(numbers)))
    });
    wanted.map(|category| Key::Literal((*category).to_owned())).collect()
}

/// `key·one·-`: letters, digits, `-`, `_` and `.` stand for themselves, `:2F:` for any other sign, `-` for `*`.
fn id(key: &str, keys: &[Key]) -> String {
    let mut id = String::new();
    encode(key, "-_.", &mut id);
    for key in keys {
        id.push('·');
        match key.literal() {
            Some(text) => encode(text, "_.", &mut id),
            None => id.push('-'),
        }
    }
    id
}

fn encode(text: &str, plain: &str, out: &mut String) {
    for sign in text.chars() {
        if sign.is_ascii_alphanumeric() || plain.contains(sign) {
            out.push(sign);
        } else {
            out.push_str(&format!(":{:X}:", u32::from(sign)));
        }
    }
}

/// ` (1, 21, 31, 41 ...)`
fn examples(numbers: &[f64]) -> String {
    let shown = numbers.iter().take(4).map(f64::to_string).collect::<Vec<_>>().join(", ");
    format!(" ({shown}{})", if numbers.len() > 4 { " ..." } else { "" })
}

fn notes(selectors: &[&str], keys: &[Key], reach: Option<&Reach>, source: &[Inline]) -> Vec<String> {
    let mut notes = Vec::new();
    let cases = selectors.iter().zip(keys).enumerate().map(|(selector, (name, key))| match key.literal() {
        None => format!("${name} is anything else"),
        Some("") => format!("${name} is not known"),
        Some(text) => {
            let numbers = reach.and_then(|reach| reach.categories.get(selector)?.get(text));
            format!("${name} is {text}{}", numbers.map_or_else(String::new, |numbers| examples(numbers)))
        }
    });
    let cases = cases.collect::<Vec<_>>().join("; ");
    if !cases.is_empty() {
        notes.push(format!("This text is for the case: {cases}."));
    }
    if inline::tags(source).any(|tag| tag.code.name == "$person") {
        notes.push("{$person} is the customer's name with the title that the language wants; add none.".into());
    }
    notes
}
