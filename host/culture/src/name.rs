//! A customer's name as one would say it.
//!
//! Owns how a customer is addressed; `name/` writes names in any form, by UTS 35 part 8 and CLDR's data. Does not
//! guess gender: Herr, Frau, 先生 and 女士 are said only to those whose own title tells.

mod custom;
mod form;
mod format;
mod gap;
mod parts;
mod pattern;
mod rules;
mod title;

use std::borrow::Cow;

use cuecard_model::{PersonName, Register};

use self::{
    custom::{Address, Said, Titles, custom},
    format::{format_with, is_written_in},
    pattern::Pattern,
    title::{Courtesy, courtesy},
};
pub use self::{
    form::{Formality, NameForm, NameLength, NameOrder, NameUsage},
    format::format_name,
    parts::NameParts,
};
use crate::words::words;

/// The name for addressing the customer; `None` if neither given nor family name is known.
///
/// - formal: the language's honorific (`田中様`, `김민수 님`, `คุณสมชาย`); else title and name where a title is known
///   (`Dr. Weber`, `王女士`, `Ayşe Hanım`), translated if it is another language's (`Frau` to `女士`); else the whole name.
/// - informal: the given name, or what the language says instead (`田中さん`, `王伟`).
///
/// The order is that of the locale, if it writes the name's script; else that of the script's likely language.
pub fn person(name: &PersonName, locale: &str, register: Register) -> Option<String> {
    let (given, surname) = (known(&name.given), known(&name.family));
    let mut parts = NameParts { given, surname, ..NameParts::default() };
    given.or(surname)?;
    let is_native = is_written_in(&parts, locale);
    parts.locale = is_native.then_some(locale);
    let words = words(locale);
    let language = words.locale.id.language.as_str();
    let custom = custom(language);
    if register != Register::Formal {
        return Some(address(&parts, locale, custom.informal));
    }
    let title = known(&name.title).filter(|_| is_native);
    let titled = title.and_then(|title| with_title(&parts, title, language, locale));
    Some(titled.unwrap_or_else(|| address(&parts, locale, custom.formal)))
}

fn known(part: &Option<String>) -> Option<&str> {
    part.as_deref().map(str::trim).filter(|part| !part.is_empty())
}

const FORMAL: NameForm = NameForm {
    order: None,
    length: NameLength::Medium,
    usage: NameUsage::Addressing,
    formality: Formality::Formal,
    surname_all_caps: false,
};
const WHOLE: NameForm = NameForm { length: NameLength::Long, usage: NameUsage::Referring, ..FORMAL };

/// Title and name, if the language says the title: its own as it came, others' by what they tell.
fn with_title(name: &NameParts<'_>, title: &str, language: &str, locale: &str) -> Option<String> {
    let (own, masculine, feminine) = match custom(language).titles {
        Titles::Never => return None,
        Titles::Rare => (None, "", ""),
        Titles::Usual(masculine, feminine) => (None, masculine, feminine),
        Titles::Own(pattern, masculine, feminine) => (Some(pattern), masculine, feminine),
    };
    let (title, pattern) = match courtesy(title, language) {
        None if is_written_in(&NameParts { given: Some(title), ..NameParts::default() }, locale) => (title, None),
        Some((Courtesy::Masculine, is_own)) if !masculine.is_empty() => (if is_own { title } else { masculine }, own),
        Some((Courtesy::Feminine, is_own)) if !feminine.is_empty() => (if is_own { title } else { feminine }, own),
        _ => return None,
    };
    // A title that goes with the family name does not go with the given name.
    if name.surname.is_none() && !pattern.is_some_and(|pattern| pattern.contains("{given}")) {
        return None;
    }
    let pattern = pattern.and_then(Pattern::parse);
    let name = NameParts { title: Some(title), ..*name };
    // Where the part that the pattern says is not known, the title would stand alone.
    Some(format_with(&name, locale, FORMAL, pattern.as_ref())).filter(|text| text != title)
}

/// A part of the name with its honorific; a space parts the two where the name is in Latin letters.
fn address(name: &NameParts<'_>, locale: &str, Address { said, before, after }: Address) -> String {
    let part = match said {
        Said::Full => None,
        Said::Given => name.given.or(name.surname),
        Said::Surname => name.surname.or(name.given),
    };
    let name = part.map_or_else(|| Cow::Owned(format_name(name, locale, WHOLE)), Cow::Borrowed);
    if before.is_empty() && after.is_empty() {
        return name.into_owned();
    }
    let gap = |affix: &str, edge: Option<char>| {
        let is_apart = !affix.is_empty() && !affix.starts_with(' ') && edge.is_some_and(|sign| sign < '\u{250}');
        if is_apart { " " } else { "" }
    };
    let (open, close) = (gap(before, name.chars().next()), gap(after, name.chars().next_back()));
    [before, open, &name, close, after].concat()
}

#[cfg(test)]
mod tests;
