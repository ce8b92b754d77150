//! Messages for translators and back: XLIFF 2.1 (OASIS, 2018), core and metadata module.
//!
//! Owns what a unit is and what an import may change. Knows no files: it is handed texts and gives texts.
//!
//! Each variant of a message is a unit, so that a translator sees sentences and never MessageFormat's syntax.
//! Placeholders are inline codes; on the way back only their ids count, so nothing that stands in a translated document
//! becomes syntax. Each unit carries the hashes of the two messages as they were exported. An import writes a text only
//! if both are still the same.

mod document;
mod inline;
mod merge;
mod read;
mod unit;
mod write;

use super::{FileProblem, file::Entry};
use crate::locale;

pub use merge::{Import, Skipped};
pub use read::{LONGEST_DOCUMENT, Xliff, XliffError};

/// A message file, or the place for one.
#[derive(Clone, Copy, Debug)]
pub struct MessageFile<'a> {
    /// The locale as the file is named.
    pub name: &'a str,
    /// Its text; `None` if there is no such file yet.
    pub text: Option<&'a str>,
}

/// A message file, read.
struct Side<'a> {
    name: &'a str,
    tag: String,
    text: Option<&'a str>,
    entries: Vec<Entry>,
}

impl<'a> Side<'a> {
    fn read(file: MessageFile<'a>) -> Result<Self, Vec<FileProblem>> {
        let path = format!("messages/{}.json", file.name);
        let Some(tag) = locale::normalize(file.name) else {
            let reason = format!("'{}' is not a language tag", file.name);
            let hint = Some("name a locale by its BCP 47 tag, such as es-MX or zh-Hans".into());
            return Err(vec![FileProblem { file: path, line: None, reason, hint }]);
        };
        let entries = match file.text {
            Some(text) => {
                super::Catalog::parse([(file.name, text)])?;
                super::file::read(&path, text)?
            }
            None => Vec::new(),
        };
        Ok(Self { name: file.name, tag, text: file.text, entries })
    }

    fn source(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.source.as_str())
    }
}

/// A plugin's messages as an XLIFF document, with the translations that are there. Refused if one of the files is not
/// fit to serve.
pub fn export_xliff(plugin: &str, from: MessageFile<'_>, to: MessageFile<'_>) -> Result<String, Vec<FileProblem>> {
    let (from, to) = (Side::read(from)?, Side::read(to)?);
    let original = format!("{plugin}/messages/{}.json", from.name);
    Ok(write::document(&original, &from.tag, &to.tag, &unit::units(&from, &to)))
}

/// What a message was when it was exported.
fn hash(source: &str) -> String {
    blake3::hash(source.as_bytes()).to_hex().chars().take(16).collect()
}
