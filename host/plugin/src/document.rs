//! Reads TOML files of a bundle piece by piece, with a place and a hint for everything that is wrong.
//!
//! Owns the wording shared by manifest, scenarios and cases: missing, unknown and mistyped keys. Goes on after a
//! problem, so that an author sees all of them at once. Knows none of those files.

use std::{cell::RefCell, ops::Range};

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use crate::problem::{Problem, meant, quoted};

/// More than this helps nobody, and a hostile file could bring a million.
const MOST_PROBLEMS: usize = 50;

/// One TOML file and what is wrong with it.
pub(crate) struct Document<'a> {
    file: &'a str,
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Document<'a> {
    /// A file that has not been parsed yet.
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// The file's top level, or `None` if it is no TOML or longer than `most_bytes`.
    pub(crate) fn parse(&self, most_bytes: usize) -> Option<Section<'_, 'a>> {
        if self.text.len() > most_bytes {
            let reason = format!("the file has {} bytes, more than {most_bytes}", self.text.len());
            self.report(Problem::new(self.file, reason).hint("make it smaller"));
            return None;
        }
        // The parser bounds its own depth (80), so nesting cannot exhaust the stack; `deep_nesting` below shows it.
        match DeTable::parse(self.text) {
            Ok(table) => Some(Section::new(self, String::new(), 0..0, table.into_inner())),
            Err(error) => {
                self.error(
                    error.span().unwrap_or_default(),
                    not_toml(error.message()),
                    hint_for_syntax(error.message()),
                );
                None
            }
        }
    }

    /// Notes a problem at a place.
    pub(crate) fn error(&self, at: Range<usize>, reason: impl Into<String>, hint: impl Into<String>) {
        let hint = hint.into();
        let mut problem = Problem::new(self.file, reason).at(self.text, at.start);
        problem.hint = (!hint.is_empty()).then_some(hint);
        self.report(problem);
    }

    fn report(&self, problem: Problem) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST_PROBLEMS && !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// The line of a byte, from 1.
    pub(crate) fn line_of(&self, byte: usize) -> u32 {
        Problem::new("", "").at(self.text, byte).line.unwrap_or(1)
    }

    /// What was wrong, in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }
}

/// What is wrong with a file whose content is another's business.
pub(crate) fn syntax_problems(file: &str, text: &str) -> Vec<Problem> {
    const MOST_BYTES: usize = 256 << 10;
    let document = Document::new(file, text);
    drop(document.parse(MOST_BYTES));
    document.into_problems()
}

fn not_toml(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    if first.contains("recurs") { "nested too deeply".to_owned() } else { format!("not valid TOML: {first}") }
}

fn hint_for_syntax(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "a key or table may stand once; merge the two"
    } else if message.contains("recurs") {
        "nothing in this file needs more than a few levels"
    } else if message.contains("string values must be quoted") {
        "put text in double quotes"
    } else if message.contains("key with no value") {
        "write key = \"value\""
    } else if message.contains("string, expected `\"`") {
        "close the text with a double quote"
    } else {
        "see toml.io for how TOML is written"
    }
}

/// One table, of which each key is taken once; what remains is unknown.
pub(crate) struct Section<'d, 'a> {
    document: &'d Document<'a>,
    name: String,
    at: Range<usize>,
    table: DeTable<'a>,
    asked: Vec<&'static str>,
    mistyped: RefCell<Vec<String>>,
}

impl<'d, 'a> Section<'d, 'a> {
    pub(crate) fn new(document: &'d Document<'a>, name: String, at: Range<usize>, table: DeTable<'a>) -> Self {
        Self { document, name, at, table, asked: Vec::new(), mistyped: RefCell::default() }
    }

    /// Notes a problem at a place of the file.
    pub(crate) fn error(&self, at: Range<usize>, reason: impl Into<String>, hint: impl Into<String>) {
        self.document.error(at, reason, hint);
    }

    /// Notes a problem of the table as a whole.
    pub(crate) fn error_here(&self, reason: impl Into<String>, hint: impl Into<String>) {
        self.document.error(self.at.clone(), reason, hint);
    }

    /// Notes that a key must be there.
    pub(crate) fn missing(&self, key: &str, hint: impl Into<String>) {
        self.error_here(format!("'{}' is missing", self.path(key)), hint);
    }

    /// `hooks.compose.scenarios`
    pub(crate) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// The raw value of a key.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.remove(key)
    }

    /// Whether no key is left that nobody asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// A hash of what the table says, but for some keys: the same however it is written.
    pub(crate) fn fingerprint(&self, without: &[&str]) -> String {
        let mut hasher = blake3::Hasher::new();
        feed_table(&mut hasher, &self.table, without);
        hasher.finalize().to_hex().chars().take(16).collect()
    }

    /// The table itself.
    pub(crate) fn into_table(self) -> DeTable<'a> {
        self.table
    }

    /// Fills in what the table does not say.
    pub(crate) fn inherit(&mut self, defaults: &DeTable<'a>) {
        merge(&mut self.table, defaults);
    }

    /// Takes keys whose values do not matter here.
    pub(crate) fn ignore(&mut self, keys: &[&'static str]) {
        for key in keys {
            drop(self.take(key));
        }
    }

    /// Where the table stands.
    pub(crate) fn place(&self) -> Range<usize> {
        self.at.clone()
    }

    /// Whether a key that was taken had a value of the wrong type, which is reported already.
    pub(crate) fn was_mistyped(&self, key: &str) -> bool {
        self.mistyped.borrow().iter().any(|name| name == key)
    }

    /// Whether a key stands there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Text.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.take(key)?;
        let at = value.span();
        match value.into_inner() {
            DeValue::String(text) => Some(Spanned::new(at, text.into_owned())),
            other => self.mistyped(key, at, &other, "text", "put it in double quotes"),
        }
    }

    /// Text of at least one and at most so many characters.
    pub(crate) fn bounded_text(&mut self, key: &'static str, most: usize) -> Option<Spanned<String>> {
        let text = self.text(key)?;
        let length = text.get_ref().chars().count();
        if text.get_ref().trim().is_empty() {
            self.error(text.span(), format!("'{}' is empty", self.path(key)), "write something, or leave the key out");
        } else if length > most {
            let reason = format!("'{}' has {length} characters, more than {most}", self.path(key));
            self.error(text.span(), reason, "shorten it");
        }
        Some(text)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let value = self.take(key)?;
        let at = value.span();
        match value.into_inner() {
            DeValue::Boolean(flag) => Some(Spanned::new(at, flag)),
            other => self.mistyped(key, at, &other, "true or false", "write it without quotes"),
        }
    }

    /// A whole number from 0.
    pub(crate) fn whole(&mut self, key: &'static str) -> Option<Spanned<u64>> {
        let value = self.take(key)?;
        let at = value.span();
        if let DeValue::Integer(number) = value.get_ref()
            && let Ok(number) = u64::from_str_radix(number.as_str(), number.radix())
        {
            return Some(Spanned::new(at, number));
        }
        self.mistyped(key, at, value.get_ref(), "a whole number", "write digits without quotes, dot or sign")
    }

    /// A list of text; one text alone stands for a list of one.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Spanned<Vec<Spanned<String>>>> {
        let value = self.take(key)?;
        self.as_texts(key, value)
    }

    /// As `texts`, of a value already taken.
    pub(crate) fn as_texts(&self, key: &str, value: Spanned<DeValue<'a>>) -> Option<Spanned<Vec<Spanned<String>>>> {
        let at = value.span();
        let items = match value.into_inner() {
            DeValue::Array(items) => items,
            DeValue::String(text) => return Some(Spanned::new(at.clone(), vec![Spanned::new(at, text.into_owned())])),
            other => return self.mistyped(key, at, &other, "a list of text", "write [\"…\", \"…\"]"),
        };
        let texts = items.into_iter().filter_map(|item| {
            let at = item.span();
            match item.into_inner() {
                DeValue::String(text) => Some(Spanned::new(at, text.into_owned())),
                other => self.mistyped(key, at, &other, "a list of text", "put each in double quotes"),
            }
        });
        Some(Spanned::new(at, texts.collect()))
    }

    /// A table.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<Section<'d, 'a>> {
        let value = self.take(key)?;
        self.as_table(key, value)
    }

    /// As `table`, of a value already taken.
    pub(crate) fn as_table(&self, key: &str, value: Spanned<DeValue<'a>>) -> Option<Section<'d, 'a>> {
        let at = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(Section::new(self.document, self.path(key), at, table)),
            other => self.mistyped(key, at, &other, "a table", format!("write [{}]", self.path(key))),
        }
    }

    /// A list of tables, written `[[key]]` or `[{…}, {…}]`.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Section<'d, 'a>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let at = value.span();
        match value.into_inner() {
            DeValue::Array(items) => items.into_iter().filter_map(|item| self.as_table(key, item)).collect(),
            other => {
                let hint = format!("write [[{}]]", self.path(key));
                self.mistyped::<()>(key, at, &other, "a list of tables", hint);
                Vec::new()
            }
        }
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        self.as_word(key, &text, words)
    }

    /// As `word`, of a text already taken.
    pub(crate) fn as_word<T: Copy>(&self, key: &str, text: &Spanned<String>, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| word == text.get_ref());
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let reason = format!("'{}' cannot be {}", self.path(key), quoted(text.get_ref()));
            self.error(text.span(), reason, meant(text.get_ref(), known));
        }
        found.map(|(_, value)| *value)
    }

    /// Anything that serde reads, for shapes that the model owns; of a value already taken.
    pub(crate) fn as_deserialized<T: DeserializeOwned>(&self, key: &str, value: Spanned<DeValue<'a>>) -> Option<T> {
        let at = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some(value),
            Err(error) => {
                let (reason, hint) = serde_words(error.message());
                self.error(error.span().unwrap_or(at), format!("'{}': {reason}", self.path(key)), hint);
                None
            }
        }
    }

    /// The keys not yet asked for, with their values: for tables whose keys the author chooses.
    pub(crate) fn rest(&mut self) -> Vec<(Spanned<String>, Spanned<DeValue<'a>>)> {
        let mut rest: Vec<_> = std::mem::take(&mut self.table)
            .into_iter()
            .map(|(key, value)| (Spanned::new(key.span(), key.into_inner().into_owned()), value))
            .collect();
        rest.sort_by_key(|(key, _)| key.span().start);
        rest
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(mut self) {
        for (key, _) in self.rest() {
            let place = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
            let hint = meant(key.get_ref(), self.asked.iter().copied());
            self.error(key.span(), format!("unknown key {}{place}", quoted(key.get_ref())), hint);
        }
    }

    fn mistyped<T>(
        &self,
        key: &str,
        at: Range<usize>,
        found: &DeValue<'_>,
        wanted: &str,
        hint: impl Into<String>,
    ) -> Option<T> {
        self.mistyped.borrow_mut().push(key.to_owned());
        self.error(at, format!("'{}' must be {wanted}, not {}", self.path(key), kind(found)), hint);
        None
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(number) if number.as_str().starts_with('-') => "a negative number",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a dot",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What `cuecard_model::Value` expects, in its own words.
const NO_VALUE: &str = "expected true or false, a number, a text, or an amount";

/// Serde's words in ours: ``unknown field `x`, expected one of `a`, `b` `` becomes a reason and a hint.
fn serde_words(message: &str) -> (String, String) {
    let first = message.lines().next().unwrap_or_default();
    if first.contains(NO_VALUE) {
        let hint = "a value is text, a number, true or false, or { amount = \"12.50\", currency = \"EUR\" }";
        return ("not a value that a plugin can be handed".to_owned(), hint.to_owned());
    }
    let words: Vec<&str> = first.split('`').skip(1).step_by(2).collect();
    match (first.starts_with("unknown "), words.split_first()) {
        (true, Some((written, known))) if !known.is_empty() => {
            let what = if first.starts_with("unknown variant") { "word" } else { "key" };
            (format!("unknown {what} {}", quoted(written)), meant(written, known.iter().copied()))
        }
        (false, Some((key, []))) if first.starts_with("missing field") => {
            (format!("'{key}' is missing"), format!("add {key} = …"))
        }
        _ => (first.chars().take(200).collect(), String::new()),
    }
}

/// Fills in what a table does not say, table by table; lists are not mixed.
fn merge<'a>(into: &mut DeTable<'a>, defaults: &DeTable<'a>) {
    for (key, value) in defaults {
        match (into.get_mut(key), value.get_ref()) {
            (None, _) => {
                into.insert(key.clone(), value.clone());
            }
            (Some(own), DeValue::Table(defaults)) => {
                if let DeValue::Table(own) = own.get_mut() {
                    merge(own, defaults);
                }
            }
            _ => (),
        }
    }
}

fn feed_table(hasher: &mut blake3::Hasher, table: &DeTable<'_>, without: &[&str]) {
    let mut said: Vec<_> = table.iter().map(|(key, value)| (&**key.get_ref(), value.get_ref())).collect();
    said.retain(|(key, _)| !without.contains(key));
    said.sort_unstable_by_key(|(key, _)| *key);
    feed(hasher, "t", &said.len().to_string());
    for (key, value) in said {
        feed(hasher, "k", key);
        feed_value(hasher, value);
    }
}

/// Each piece with its kind and its length, so that no two tables read the same.
fn feed(hasher: &mut blake3::Hasher, kind: &str, piece: &str) {
    hasher.update(format!("{kind}{}:{piece}", piece.len()).as_bytes());
}

fn feed_value(hasher: &mut blake3::Hasher, value: &DeValue<'_>) {
    match value {
        DeValue::String(text) => feed(hasher, "s", text),
        DeValue::Integer(number) => feed(hasher, "i", &number.to_string()),
        DeValue::Float(number) => feed(hasher, "f", &number.to_string()),
        DeValue::Boolean(it) => feed(hasher, "b", &it.to_string()),
        DeValue::Datetime(moment) => feed(hasher, "d", &moment.to_string()),
        DeValue::Table(table) => feed_table(hasher, table, &[]),
        DeValue::Array(array) => {
            feed(hasher, "a", &array.len().to_string());
            array.iter().for_each(|value| feed_value(hasher, value.get_ref()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, read: impl FnOnce(&mut Section<'_, '_>)) -> Vec<String> {
        let document = Document::new("a.toml", text);
        if let Some(mut section) = document.parse(1 << 20) {
            read(&mut section);
            section.finish();
        }
        document.into_problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn deep_nesting_is_an_error() {
        const DEEP: usize = 100_000;
        for text in [
            format!("a = {}", "[".repeat(DEEP)),
            format!("a = {}{}", "[".repeat(DEEP), "]".repeat(DEEP)),
            format!("a = {}", "{a=".repeat(DEEP)),
            format!("{}a = 1", "a.".repeat(DEEP)),
            format!("[{}a]", "a.".repeat(DEEP)),
            format!("[[{}a]]", "a.".repeat(DEEP)),
        ] {
            let found = problems(&text, |_| ());
            assert!(found.iter().any(|problem| problem.contains("nested too deeply")), "{found:?}");
        }
    }

    #[test]
    fn all_problems_are_found_in_file_order() {
        let found = problems("z = 1\na = 2\nb = 'x'\n", |section| {
            section.whole("b");
            section.text("a");
        });
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("a.toml:1:1: unknown key 'z'"), "{found:?}");
    }

    #[test]
    fn a_fingerprint_is_of_what_is_said() {
        let of = |text: &str| Document::new("a.toml", text).parse(1 << 20).unwrap().fingerprint(&["name"]);
        let one = of("name = 'a'\ntext = 'hi'\ncustomer.id = 'u'\nlist = [1, 'b']\n");
        assert_eq!(one, of("list = [1,\"b\"] # the same\nname='b'\ntext = \"hi\"\n[customer]\nid='u'"));
        for other in [
            "text = 'hi'",
            "text = 'hi'\ncustomer.id = 'u'\nlist = ['1', 'b']",
            "text = 'hi'\ncustomer.id = 'v'\nlist = [1, 'b']",
        ] {
            assert_ne!(one, of(other), "{other}");
        }
        assert_eq!(one.len(), 16);
    }

    #[test]
    fn the_number_of_problems_is_bounded() {
        let text: String = (0..10_000).map(|number| format!("key{number} = 1\n")).collect();
        assert_eq!(problems(&text, |_| ()).len(), MOST_PROBLEMS);
    }
}
