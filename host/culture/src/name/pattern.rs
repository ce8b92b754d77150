//! Patterns such as `{title} {surname-core}, {given-initial}`, and how they are filled.
//!
//! Owns the syntax and the modifiers (UTS 35 part 8). Knows neither locales nor which pattern to take.

use std::borrow::Cow;

use icu::{
    casemap::CaseMapper,
    segmenter::{WordSegmenter, options::WordBreakInvariantOptions},
};
use icu_locale::LanguageIdentifier;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    gap::Gap,
    parts::{Field, NameParts, Part},
};

/// Literal text and fields in turn.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Slot(Slot),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    field: Field,
    part: Part,
    cut: Cut,
    case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Whole,
    /// The first letter of each word.
    Initials,
    /// The same; hyphens between words stay.
    InitialsAndHyphens,
    /// The first letter of all.
    Monogram,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    AsIs,
    Upper,
    FirstUpper,
}

/// How a locale writes initials and capitals.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    /// What stands before and after an initial.
    pub(super) initial: (&'a str, &'a str),
    /// What stands between two initials.
    pub(super) between: &'a str,
    /// Whose capitals: Turkish has its own.
    pub(super) language: &'a LanguageIdentifier,
    /// Write family names in capitals, as is done where readers might take them for given names.
    pub(super) surname_all_caps: bool,
}

impl Pattern {
    /// `None` if a field or modifier is unknown.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, more)) = rest.split_once('{') {
            let (slot, more) = more.split_once('}')?;
            if !literal.is_empty() {
                pieces.push(Piece::Text(literal.into()));
            }
            pieces.push(Piece::Slot(Slot::parse(slot)?));
            rest = more;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Some(Self(pieces))
    }

    /// How many fields of the pattern the name has, and how many it lacks.
    pub(super) fn fit(&self, name: &NameParts<'_>) -> (usize, usize) {
        let has = self.slots().filter(|slot| name.get(slot.field, slot.part).is_some()).count();
        (has, self.slots().count() - has)
    }

    /// The name in this pattern; empty if it has none of the fields.
    pub(super) fn fill(&self, name: &NameParts<'_>, hand: &Hand<'_>) -> String {
        let name = self.with_a_surname(name);
        let mut text = String::with_capacity(64);
        let mut gap = Gap::default();
        for piece in &self.0 {
            match piece {
                Piece::Text(literal) => gap.literal(literal),
                Piece::Slot(slot) => match name.get(slot.field, slot.part) {
                    None => gap.miss(),
                    Some(value) => {
                        gap.close(&mut text);
                        slot.write(&value, hand, &mut text);
                    }
                },
            }
        }
        gap.end(&mut text);
        text
    }

    /// UTS 35 part 8, "Handle missing surname": the given name takes its place where the pattern would hide it.
    fn with_a_surname<'a>(&self, name: &NameParts<'a>) -> NameParts<'a> {
        let shows = |slot: &Slot| slot.field == Field::Given && matches!(slot.cut, Cut::Whole | Cut::Monogram);
        let has_place = self.slots().any(|slot| slot.field == Field::Surname);
        if name.has_surname() || !has_place || self.slots().any(shows) {
            return *name;
        }
        NameParts { surname: name.given, given: None, given_informal: None, ..*name }
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Text(_) => None,
        })
    }
}

impl Slot {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split('-');
        let field = match words.next()? {
            "title" => Field::Title,
            "given" => Field::Given,
            "given2" => Field::Given2,
            "surname" => Field::Surname,
            "surname2" => Field::Surname2,
            "generation" => Field::Generation,
            "credentials" => Field::Credentials,
            _ => return None,
        };
        let mut slot = Self { field, part: Part::Whole, cut: Cut::Whole, case: Case::AsIs };
        for modifier in words {
            match modifier {
                "informal" => slot.part = Part::Informal,
                "prefix" => slot.part = Part::Prefix,
                "core" => slot.part = Part::Core,
                "initial" => slot.cut = Cut::Initials,
                "retain" => slot.cut = Cut::InitialsAndHyphens,
                "monogram" => slot.cut = Cut::Monogram,
                "allCaps" => slot.case = Case::Upper,
                "initialCap" => slot.case = Case::FirstUpper,
                // A customer's record has no inflected forms, so the name stays as it is.
                "vocative" | "genitive" => {}
                _ => return None,
            }
        }
        Some(slot)
    }

    fn write(self, value: &str, hand: &Hand<'_>, text: &mut String) {
        let is_surname = matches!(self.field, Field::Surname | Field::Surname2);
        let value = match self.case {
            _ if hand.surname_all_caps && is_surname => capitals(value, hand),
            Case::AsIs => Cow::Borrowed(value),
            Case::Upper => capitals(value, hand),
            Case::FirstUpper => {
                let first = first(value);
                Cow::Owned(format!("{}{}", capitals(first, hand), value.strip_prefix(first).unwrap_or_default()))
            }
        };
        match self.cut {
            Cut::Whole => text.push_str(&value),
            Cut::Monogram => text.push_str(first(&value)),
            Cut::Initials => initials(&value, hand, false, text),
            Cut::InitialsAndHyphens => initials(&value, hand, true, text),
        }
    }
}

fn capitals<'a>(value: &'a str, hand: &Hand<'_>) -> Cow<'a, str> {
    CaseMapper::new().uppercase_to_string(value, hand.language)
}

/// The first letter as a reader sees it.
fn first(value: &str) -> &str {
    value.graphemes(true).next().unwrap_or_default()
}

/// UTS 35 part 8, "Derive initials". Chinese, Japanese, Thai and their like write words without spaces, so the words are
/// a dictionary's.
fn initials(value: &str, hand: &Hand<'_>, hyphens: bool, text: &mut String) {
    let breaks = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()).segment_str(value);
    let (mut start, mut between) = (0, "");
    for end in breaks {
        let word = value.get(start..end).unwrap_or_default();
        start = end;
        if word.contains(char::is_alphanumeric) {
            let (open, close) = hand.initial;
            text.extend([between, open, first(word), close]);
            between = hand.between;
        } else if hyphens && matches!(word, "-" | "\u{2010}") {
            between = word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_locale::langid;

    fn fill(pattern: &str, parts: [Option<&str>; 4], hand: &Hand<'_>) -> String {
        let [title, given, given2, surname] = parts;
        let name = NameParts { title, given, given2, surname, ..NameParts::default() };
        Pattern::parse(pattern).unwrap().fill(&name, hand)
    }

    #[test]
    fn missing_fields() {
        let language = langid!("en");
        let hand = Hand { initial: ("", "."), between: " ", language: &language, surname_all_caps: false };
        let (foo, bar, baz) = (Some("Foo"), Some("Bar"), Some("Baz"));
        for (pattern, parts, expected) in [
            ("{title} {given} {surname}, {credentials}", [None, foo, None, baz], "Foo Baz"),
            ("{given-initial}. ({given2}) {surname}", [None, foo, bar, baz], "F.. (Bar) Baz"),
            ("{given} ({given2}) {surname}", [None, foo, None, baz], "Foo Baz"),
            ("{given}.({given2}) {surname}", [None, foo, None, baz], "Foo Baz"),
            ("{given}({given2}){surname}", [None, foo, None, baz], "FooBaz"),
            ("{surname}, {title} {given}", [None, foo, None, baz], "Baz, Foo"),
            ("{surname}, {title} {given2} {given}", [None, foo, None, baz], "Baz, Foo"),
            ("{given} «{given2}»", [None, foo, bar, None], "Foo «Bar»"),
            ("«{given2}» {given}", [None, foo, None, None], "Foo"),
            ("{title} {surname}", [Some("Dr."), foo, None, None], "Dr. Foo"),
            ("{surname}{given-initial}", [None, foo, None, None], "Foo"),
            ("{credentials}", [None, foo, None, None], ""),
            ("{surname-initialCap}", [None, None, None, Some("van Dam")], "Van Dam"),
        ] {
            assert_eq!(fill(pattern, parts, &hand), expected, "{pattern}");
        }
    }

    #[test]
    fn initials_and_capitals() {
        let (english, turkish) = (langid!("en"), langid!("tr"));
        let mut hand = Hand { initial: ("", "."), between: " ", language: &english, surname_all_caps: false };
        let given = |text| [None, Some(text), None, None];
        for (pattern, name, expected) in [
            ("{given-initial}", "Mary  Beth", "M. B."),
            ("{given-initial}", "Anne-Marie", "A. M."),
            ("{given-initial-retain}", "Anne-Marie Lou", "A.-M. L."),
            ("{given-monogram}", "Anne Marie", "A"),
            ("{given-allCaps}", "Straße", "STRASSE"),
            ("{given-monogram-allCaps}", "क्षमा", "क्ष"),
        ] {
            assert_eq!(fill(pattern, given(name), &hand), expected, "{pattern} {name}");
        }
        hand.language = &turkish;
        hand.surname_all_caps = true;
        assert_eq!(fill("{given} {surname}", [None, Some("Ali"), None, Some("Işık Kiriş")], &hand), "Ali IŞIK KİRİŞ");
    }

    #[test]
    fn strange_patterns() {
        for pattern in ["{nickname}", "{given-loud}", "{given", "{}"] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }
}
