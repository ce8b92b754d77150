//! The parts of a person's name, and what may stand in for a part that is not known.
//!
//! Owns the fields of UTS 35 part 8 and their "core and prefix" table. Knows no patterns and no locales.

use std::borrow::Cow;

/// The parts of a name, as far as they are known (UTS 35 part 8, PersonName Data Interface).
#[derive(Clone, Copy, Debug, Default)]
pub struct NameParts<'a> {
    /// A title or honorific: Dr., Frau.
    pub title: Option<&'a str>,
    /// The given name.
    pub given: Option<&'a str>,
    /// The given name among friends: Kate for Katherine.
    pub given_informal: Option<&'a str>,
    /// A middle name, second given name or patronymic.
    pub given2: Option<&'a str>,
    /// The family name, whole.
    pub surname: Option<&'a str>,
    /// What stands before the family name and does not count in sorting: van den.
    pub surname_prefix: Option<&'a str>,
    /// The family name without that: Berg.
    pub surname_core: Option<&'a str>,
    /// A second family name, as in Spanish.
    pub surname2: Option<&'a str>,
    /// Jr., III.
    pub generation: Option<&'a str>,
    /// Credentials: MP, PhD.
    pub credentials: Option<&'a str>,
    /// The locale that the name comes from, BCP 47; it decides the order.
    pub locale: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Given,
    Given2,
    Surname,
    Surname2,
    Generation,
    Credentials,
}

/// Which side of a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Informal,
    Prefix,
    Core,
}

impl<'a> NameParts<'a> {
    /// The text of a field, or what stands in for it.
    pub(super) fn get(&self, field: Field, part: Part) -> Option<Cow<'a, str>> {
        let text = match (field, part) {
            (Field::Surname, part) => return self.surname_of(part),
            (Field::Title, _) => self.title,
            (Field::Given, Part::Informal) => known(self.given_informal).or(self.given),
            (Field::Given, _) => self.given,
            (Field::Given2, _) => self.given2,
            (Field::Surname2, _) => self.surname2,
            (Field::Generation, _) => self.generation,
            (Field::Credentials, _) => self.credentials,
        };
        known(text).map(Cow::Borrowed)
    }

    /// UTS 35 part 8, "Handle core and prefix".
    fn surname_of(&self, part: Part) -> Option<Cow<'a, str>> {
        let (whole, prefix, core) = (known(self.surname), known(self.surname_prefix), known(self.surname_core));
        let borrowed = match (part, whole, prefix, core) {
            (Part::Prefix, _, prefix, Some(_)) => prefix,
            (Part::Prefix, ..) => None,
            (Part::Core, whole, None, core) => whole.or(core),
            (Part::Core, whole, Some(_), core) => core.or(whole),
            (_, None, Some(prefix), Some(core)) => return Some(Cow::Owned(format!("{prefix} {core}"))),
            (_, whole, _, core) => whole.or(core),
        };
        borrowed.map(Cow::Borrowed)
    }

    pub(super) fn has_surname(&self) -> bool {
        known(self.surname).or(known(self.surname_core)).is_some()
    }

    /// Every letter that tells the script, family name first.
    pub(super) fn letters(&self) -> impl Iterator<Item = char> {
        [self.surname, self.surname_core, self.given].into_iter().flatten().flat_map(str::chars)
    }
}

/// An empty text is an unknown one.
fn known(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_and_prefix() {
        for (whole, prefix, core, expected) in [
            ("von Berg", "von", "Berg", ["von Berg", "von", "Berg"]),
            ("von Berg", "von", "", ["von Berg", "", "von Berg"]),
            ("Berg", "", "", ["Berg", "", "Berg"]),
            ("", "von und zu", "Berg", ["von und zu Berg", "von und zu", "Berg"]),
            ("", "", "Berg", ["Berg", "", "Berg"]),
            ("", "von", "", ["", "", ""]),
        ] {
            let parts = NameParts {
                surname: Some(whole),
                surname_prefix: Some(prefix),
                surname_core: Some(core),
                ..NameParts::default()
            };
            let found = [Part::Whole, Part::Prefix, Part::Core]
                .map(|part| parts.get(Field::Surname, part).unwrap_or_default().into_owned());
            assert_eq!(found, expected, "{whole} {prefix} {core}");
        }
    }
}
