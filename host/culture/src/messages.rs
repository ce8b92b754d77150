//! The messages of a bundle: keys in files, words out.
//!
//! Owns which file's message serves a setting, and what is missing. Knows MessageFormat only through `set`, the one
//! module (with `functions`) that touches the mf2 crates, so that the interpreter can be exchanged.

mod anatomy;
mod arguments;
mod compare;
mod edit;
mod file;
mod functions;
mod reach;
mod scene;
mod set;
mod wording;
mod xliff;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use cuecard_model::Fields;

pub use compare::{CatalogFinding, check_messages};
pub use wording::{MessageFinding, lint_messages};
pub use xliff::{Import, LONGEST_DOCUMENT, MessageFile, Skipped, Xliff, XliffError, export_xliff};

use crate::{
    Cultures, Manner, Occasion, Setting, locale,
    name::person,
    setting::zone,
    words::{Words, words},
};
use scene::Scene;
use set::MessageSet;

/// A message in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// The locale whose message was found.
    pub locale: String,
    /// Variables that the message wanted and the arguments did not have, in order, each once.
    pub missing: Vec<String>,
}

/// Why a message could not be put into words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No such key in any locale that may serve.
    #[error("no message '{key}' for {locale}")]
    UnknownKey {
        /// The key asked for.
        key: String,
        /// The locale asked for.
        locale: String,
    },
}

/// What is wrong with a file of messages or of culture rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// `messages/en.json`
    pub file: String,
    /// From 1.
    pub line: Option<u32>,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

/// The messages of one bundle, parsed and checked.
#[derive(Debug, Default)]
pub struct Catalog {
    /// By canonical tag.
    locales: BTreeMap<String, LocaleMessages>,
}

/// One file's messages.
#[derive(Debug)]
struct LocaleMessages {
    /// The tag as the file is named.
    name: String,
    /// Within which locales may stand in for each other.
    written_language: Option<String>,
    messages: LazyLock<Option<MessageSet>, Compile>,
}

/// Compiles one file's messages, now or when the first of them is needed.
type Compile = Box<dyn FnOnce() -> Option<MessageSet> + Send>;

impl LocaleMessages {
    fn index(&self, key: &str) -> Option<usize> {
        self.messages.as_ref()?.index(key)
    }

    fn variables(&self, index: usize) -> &[String] {
        self.messages.as_ref().map_or(&[], |messages| messages.variables(index))
    }
}

impl Catalog {
    /// Parses `messages/<locale>.json` files, given as (locale, text). Finds all problems of all files at once.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<FileProblem>> {
        let mut catalog = Self::default();
        let (mut problems, mut seen) = (Vec::new(), BTreeMap::new());
        for (name, text) in files {
            if let Err(mut found) = catalog.add(name, text, &mut seen) {
                problems.append(&mut found);
            }
        }
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    /// Takes files that [`Catalog::parse`] has passed before, and compiles each when the first of its messages is
    /// needed: compiling a file takes some 10 ms, and who holds many catalogs uses few of them.
    pub fn parsed_before<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut catalog = Self::default();
        for (name, text) in files {
            let Some(tag) = locale::normalize(name) else { continue };
            let (language, file, text) = (tag.clone(), format!("messages/{name}.json"), text.to_owned());
            let compile = move || MessageSet::compile(&language, &file, &file::read(&file, &text).ok()?).ok();
            catalog.insert(name, tag, Box::new(compile));
        }
        catalog
    }

    fn insert(&mut self, name: &str, tag: String, compile: Compile) {
        let written_language = locale::written_language(&tag);
        let messages = LazyLock::new(compile);
        self.locales.insert(tag, LocaleMessages { name: name.to_owned(), written_language, messages });
    }

    fn add<'a>(
        &mut self,
        name: &'a str,
        text: &str,
        seen: &mut BTreeMap<String, &'a str>,
    ) -> Result<(), Vec<FileProblem>> {
        let file = format!("messages/{name}.json");
        let problem =
            |reason, hint: &str| vec![FileProblem { file: file.clone(), line: None, reason, hint: Some(hint.into()) }];
        let Some(tag) = locale::normalize(name) else {
            let reason = format!("'{name}' is not a language tag");
            return Err(problem(reason, "name the file after a BCP 47 tag, such as es-MX or zh-Hans"));
        };
        if let Some(other) = seen.insert(tag.clone(), name) {
            let reason = format!("messages/{other}.json is for {tag} too");
            return Err(problem(reason, "put all messages of a locale into one file"));
        }
        let entries = file::read(&file, text)?;
        let messages = MessageSet::compile(&tag, &file, &entries)?;
        self.insert(name, tag, Box::new(|| Some(messages)));
        Ok(())
    }

    /// Puts a message into words.
    ///
    /// The locale is the first of the fallback chain that has the key; before the default locale any other region
    /// of the same language and script may serve, in name order. Values are written as the setting's locale writes
    /// them, or as the message's does where their languages differ.
    pub fn render(&self, key: &str, arguments: &Fields, setting: &Setting) -> Result<Rendered, RenderError> {
        let Some((tag, found, index)) = self.find(key, setting) else {
            return Err(RenderError::UnknownKey { key: key.into(), locale: setting.locale.clone() });
        };
        let wanted = words(&setting.locale);
        let words = if same_writing(&wanted, found) { wanted } else { words(tag) };
        let named = found.variables(index).iter().any(|name| name == "person");
        let name = setting.name.as_ref().filter(|_| named);
        let says = found.messages.as_ref().is_some_and(MessageSet::says_things);
        let manner = says.then(|| manner(setting, &words));
        let scene = Scene {
            zone: zone(setting.time_zone.as_deref()),
            now: setting.now,
            register: setting.register,
            person: name.and_then(|name| person(name, &words.tag, setting.register)).unwrap_or_default(),
            gender: setting.manner.as_ref().and_then(|manner| manner.gender.clone()).unwrap_or_default(),
            short: setting.manner.as_ref().is_some_and(|manner| manner.short),
            speaker: setting.manner.as_ref().map_or("", |manner| manner.speaker()),
            manner,
            words,
        };
        let Some(messages) = found.messages.as_ref() else {
            return Err(RenderError::UnknownKey { key: key.into(), locale: setting.locale.clone() });
        };
        let formatted = messages.format(index, arguments, scene);
        let text = with_single_stops(formatted.text);
        Ok(Rendered { text, locale: found.name.clone(), missing: formatted.missing })
    }

    /// The locales that the bundle has messages for, by canonical tag.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.locales.keys().map(String::as_str)
    }

    /// Whether any locale has the key.
    pub fn has(&self, key: &str) -> bool {
        self.locales.values().any(|locale| locale.index(key).is_some())
    }

    /// All keys, in order. Compiles every file that has not been needed yet.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.locales.values().filter_map(|locale| locale.messages.as_ref()).flat_map(MessageSet::keys).collect()
    }

    fn find(&self, key: &str, setting: &Setting) -> Option<(&str, &LocaleMessages, usize)> {
        let wanted = words(&setting.locale);
        self.among(key, &wanted.chain)
            .or_else(|| {
                let kin = self.locales.iter().filter(|(_, it)| same_writing(&wanted, it));
                first(key, kin)
            })
            .or_else(|| self.among(key, &words(&setting.default_locale).chain))
    }

    fn among(&self, key: &str, chain: &[String]) -> Option<(&str, &LocaleMessages, usize)> {
        first(key, chain.iter().filter_map(|tag| self.locales.get_key_value(tag)))
    }
}

/// A sentence that ends with a value that ends with a full stop has two (*25 нояб. 2026 г.*): one is enough.
fn with_single_stops(mut text: String) -> String {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("..")).map(|at| from + at) {
        let dots = text.get(at..).map_or(0, |rest| rest.bytes().take_while(|byte| *byte == b'.').count());
        let ends = text.get(at + dots..).and_then(|rest| rest.chars().next()).is_none_or(char::is_whitespace);
        if dots == 2 && ends {
            text.remove(at);
        }
        from = at + dots;
    }
    text
}

/// Whether values may be written as the wanted locale writes them inside the found locale's text.
fn same_writing(wanted: &Words, found: &LocaleMessages) -> bool {
    wanted.written_language.is_some() && wanted.written_language == found.written_language
}

/// The setting's manner, or that of the message's language where it is another one.
fn manner(setting: &Setting, words: &Words) -> Arc<Manner> {
    let own = setting.manner.as_ref().filter(|_| words.tag == setting.locale);
    own.cloned().unwrap_or_else(|| {
        let rules = Cultures::shipped().rules(&words.tag);
        let occasion = Occasion::at(setting.now, setting.time_zone.as_deref(), &rules);
        let channel = setting.manner.as_ref().map_or("web_chat", |manner| manner.channel.as_str());
        let plain = Manner::plain(rules, channel, setting.register, occasion);
        Arc::new(plain.with_person(setting.name.as_ref(), &words.tag))
    })
}

fn first<'a>(
    key: &str,
    locales: impl Iterator<Item = (&'a String, &'a LocaleMessages)>,
) -> Option<(&'a str, &'a LocaleMessages, usize)> {
    let mut locales = locales;
    locales.find_map(|(tag, locale)| Some((tag.as_str(), locale, locale.index(key)?)))
}

#[cfg(test)]
mod tests {
    use super::Catalog;

    #[test]
    fn one_full_stop_ends_a_sentence() {
        for (text, expected) in [
            ("прибудет 25 нояб. 2026 г.. Ждите..", "прибудет 25 нояб. 2026 г. Ждите."),
            ("Well... 1..2 ..x", "Well... 1..2 ..x"),
            ("", ""),
        ] {
            assert_eq!(super::with_single_stops(text.to_owned()), expected);
        }
    }

    /// A generation shares its catalogs over all threads.
    #[test]
    fn catalogs_are_shared() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Catalog>();
    }
}
