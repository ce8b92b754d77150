//! What is wrong with a bundle, where, and the cure: one shape for every file of it.
//!
//! Owns the wording of a place and of "did you mean". Knows no file format.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// One thing that is wrong, written `plugin.toml:7:3: unknown key 'hook'` and a line with the hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Problem {
    /// The file within the bundle; empty for the bundle as a whole.
    pub file: String,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What and why: lower case, no full stop.
    pub reason: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn new(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None, reason: reason.into(), hint: None }
    }

    /// A failure of a plugin's code, `main.luau:12: why; hint: cure`, in its parts.
    pub(crate) fn placed(text: &str) -> Self {
        let (text, hint) = text.split_once("; hint: ").map_or((text, None), |(text, hint)| (text, Some(hint)));
        let mut parts = text.splitn(3, ':');
        let place = (parts.next(), parts.next().and_then(|line| line.parse().ok()), parts.next());
        let mut problem = match place {
            (Some(file), Some(line), Some(reason)) if file.ends_with(".luau") => {
                Self { line: Some(line), ..Self::new(file, reason.trim()) }
            }
            _ => Self::new("", text),
        };
        problem.hint = hint.map(str::to_owned);
        problem
    }

    /// With the cure.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the file named from further out, e.g. `late-parcel/plugin.toml`.
    #[must_use]
    pub fn within(mut self, folder: &str) -> Self {
        self.file = if self.file.is_empty() {
            folder.to_owned()
        } else {
            format!("{}/{}", folder.trim_end_matches('/'), self.file)
        };
        self
    }

    /// With line and column of a byte of the file's text.
    #[must_use]
    pub(crate) fn at(mut self, text: &str, byte: usize) -> Self {
        let before = text.get(..byte.min(text.len())).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or(before);
        self.line = u32::try_from(before.matches('\n').count() + 1).ok();
        self.column = u32::try_from(line.chars().count() + 1).ok();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            out.write_str(&self.file)?;
            for place in [self.line, self.column].into_iter().flatten() {
                write!(out, ":{place}")?;
            }
            out.write_str(": ")?;
        }
        out.write_str(&self.reason)?;
        match &self.hint {
            Some(hint) => write!(out, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// Text from outside as it may stand in a message: one line, no control characters, at most 60 characters.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).flat_map(escape).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("'{shown}'")
}

fn escape(character: char) -> Vec<char> {
    // Bidirectional controls reorder the line that they stand in, so they are shown as codes too.
    let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if character.is_control() || reorders { character.escape_unicode().collect() } else { vec![character] }
}

/// The known word nearest to what was written, if one is near enough to be meant.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let folded = written.to_lowercase().replace('-', "_");
    let distance = |word: &str| strsim::damerau_levenshtein(&folded, &word.replace('-', "_"));
    let known: Vec<&str> = known.into_iter().collect();
    // `time` for `time_ms`.
    if let Some(word) = known.iter().find(|word| folded.len() >= 3 && word.starts_with(&folded)) {
        return Some(word);
    }
    let (far, word) = known.into_iter().map(|word| (distance(word), word)).min()?;
    (far <= word.chars().count().max(3) / 3).then_some(word)
}

/// `did you mean 'hooks'?`, or the words that may stand here.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(written, known.clone()) {
        Some(word) => format!("did you mean '{word}'?"),
        None => format!("known here: {}", listed(known)),
    }
}

/// `a, b, c`
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_place_a_reason_and_a_hint() {
        let problem = Problem::new("plugin.toml", "unknown key 'hook'").hint("did you mean 'hooks'?");
        let text = "[plugin]\n快递 = 1\n";
        let placed = problem.at(text, text.find('=').unwrap()).within("late-parcel/");
        assert_eq!(
            placed.to_string(),
            "late-parcel/plugin.toml:2:4: unknown key 'hook'\n  hint: did you mean 'hooks'?"
        );
    }

    #[test]
    fn words_from_outside_cannot_forge_lines() {
        assert_eq!(quoted("a\n\u{202e}b"), "'a\\u{a}\\u{202e}b'");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 63);
    }

    #[test]
    fn near_words_are_offered_and_far_ones_listed() {
        for (written, expected) in [
            ("hook", "did you mean 'hooks'?"),
            ("Limits", "did you mean 'limits'?"),
            ("zzz", "known here: hooks, limits"),
        ] {
            assert_eq!(meant(written, ["hooks", "limits"]), expected);
        }
    }
}
