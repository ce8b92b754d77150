//! A name in a form, as a locale writes it: UTS 35 part 8, "Formatting Process".
//!
//! Owns the choice of locale, order and spaces. Knows no honorifics: a title comes with the name.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use icu::properties::{CodePointMapData, PropertyNamesShort, props};
use icu_locale::{
    LanguageIdentifier, LocaleExpander,
    subtags::{Language, Region, Script, language, script},
};

use super::{
    form::{NameForm, NameOrder},
    parts::NameParts,
    pattern::{Hand, Pattern},
    rules::{self, Rules},
};
use crate::locale;

/// The name in the form wanted, as the locale writes it.
///
/// A name in a script that the locale does not write is formatted by the rules of its own locale, or of the likely
/// language of its script. Empty if no part of the name is known.
pub fn format_name(name: &NameParts<'_>, locale: &str, form: NameForm) -> String {
    format_with(name, locale, form, None)
}

/// The same, in another pattern than CLDR's where one is given.
pub(super) fn format_with(name: &NameParts<'_>, locale: &str, form: NameForm, own: Option<&Pattern>) -> String {
    let script = script_of(name);
    let home = name.locale.map_or_else(|| likely(script, None), writer);
    let wanted = writer(locale);
    let writer = if wanted.writes(script) { wanted } else { writer_of(&home, script) };
    let rules = writer.rules.unwrap_or_else(rules::root);
    let order = form.order.unwrap_or_else(|| rules.order_of(&home.id));
    let hand = Hand {
        initial: rules.initial(),
        between: rules.between_initials(),
        language: &writer.id,
        surname_all_caps: form.surname_all_caps && order == NameOrder::SurnameFirst,
    };
    let Some(pattern) = own.or_else(|| rules.pattern(name, form, order)) else { return String::new() };
    let text = pattern.fill(name, &hand);
    let is_native = same_names(writer.id.language, home.id.language);
    with_spaces(text, if is_native { &rules.native_space } else { &rules.foreign_space })
}

/// Whether the locale writes the script of the name; a name without letters is written anywhere.
pub(super) fn is_written_in(name: &NameParts<'_>, locale: &str) -> bool {
    writer(locale).writes(script_of(name))
}

/// A locale as a writer of names.
struct Writer {
    /// With the likely script and region.
    id: LanguageIdentifier,
    /// `None` if the locale has none of its own.
    rules: Option<&'static Rules>,
}

/// Locales come from customers, so the cache is bounded.
const CACHED: usize = 64;

/// The locale as a writer, from this thread's cache.
fn writer(tag: &str) -> Rc<Writer> {
    thread_local! {
        static CACHE: RefCell<HashMap<String, Rc<Writer>>> = RefCell::new(HashMap::new());
    }
    CACHE.with_borrow_mut(|cache| {
        if let Some(writer) = cache.get(tag) {
            return Rc::clone(writer);
        }
        if cache.len() >= CACHED {
            cache.clear();
        }
        let mut id = locale::parse(tag).id;
        LocaleExpander::new_extended().maximize(&mut id);
        let writer = Rc::new(Writer { id, rules: rules::rules_for(tag) });
        cache.insert(tag.to_owned(), Rc::clone(&writer));
        writer
    })
}

/// Who writes a name in a foreign script: its own locale, if that writes so, or whoever is likely to.
fn writer_of(home: &Rc<Writer>, script: Option<Script>) -> Rc<Writer> {
    if home.writes(script) {
        return Rc::clone(home);
    }
    let mut id = home.id.clone();
    id.script = script;
    let found = writer(&id.to_string());
    if found.rules.is_some() { found } else { likely(script, id.region) }
}

/// The language most likely to be written so. Han alone leads to Chinese, which is found in its own scripts.
fn likely(script: Option<Script>, region: Option<Region>) -> Rc<Writer> {
    let mut id = LanguageIdentifier { script, region, ..LanguageIdentifier::UNKNOWN };
    LocaleExpander::new_extended().maximize(&mut id);
    let language = writer(id.language.as_str());
    if language.writes(script) { language } else { writer(&id.to_string()) }
}

impl Writer {
    fn writes(&self, script: Option<Script>) -> bool {
        let (Some(own), Some(other)) = (self.id.script, script) else { return true };
        own == other || members(own).contains(&other)
    }
}

/// The scripts that a script code stands for, where it stands for several (UTS 24).
fn members(set: Script) -> &'static [Script] {
    match set.as_str() {
        "Jpan" => const { &[script!("Hani"), script!("Hira"), script!("Kana")] },
        "Kore" => const { &[script!("Hang"), script!("Hani")] },
        "Hans" | "Hant" => const { &[script!("Hani")] },
        "Hanb" => const { &[script!("Hani"), script!("Bopo")] },
        "Hrkt" => const { &[script!("Hira"), script!("Kana")] },
        _ => &[],
    }
}

/// The script of the first letter that has one, family name first.
fn script_of(name: &NameParts<'_>) -> Option<Script> {
    let scripts = CodePointMapData::<props::Script>::new();
    let own = name
        .letters()
        .map(|sign| scripts.get(sign))
        .find(|script| !matches!(*script, props::Script::Common | props::Script::Inherited | props::Script::Unknown))?;
    PropertyNamesShort::<props::Script>::new().get_locale_script(own)
}

/// Whether names of the one language are native to the other.
fn same_names(one: Language, other: Language) -> bool {
    const HAN: [Language; 3] = [language!("ja"), language!("zh"), language!("yue")];
    one == other || (HAN.contains(&one) && HAN.contains(&other))
}

/// Each run of spaces becomes the locale's own sign between names.
fn with_spaces(text: String, space: &str) -> String {
    if space == " " && !text.contains("  ") {
        return text;
    }
    let mut spaced = String::with_capacity(text.len());
    for (at, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if at > 0 {
            spaced.push_str(space);
        }
        spaced.push_str(word);
    }
    spaced
}
