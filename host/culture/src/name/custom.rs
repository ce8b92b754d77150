//! Which part of the name a language addresses a customer by, and the honorific that goes with it.
//!
//! Owns the table. Knows neither names nor patterns; where a language has no entry, CLDR's patterns serve alone.

/// Which part of the name is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Full,
    Given,
    Surname,
}

/// A part of the name, and what stands before and after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) said: Said,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
}

/// What a language does with titles in the formal register.
#[derive(Clone, Copy, Debug)]
pub(super) enum Titles {
    /// Says none: its honorific is for everyone.
    Never,
    /// Says those that are more than courtesy, such as Dr.
    Rare,
    /// Says these too, masculine and feminine, where CLDR's pattern has the title.
    Usual(&'static str, &'static str),
    /// Says these too, in a pattern of their own.
    Own(&'static str, &'static str, &'static str),
}

/// How a language addresses a customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Custom {
    /// In the formal register, where no title is known.
    pub(super) formal: Address,
    /// In the informal register.
    pub(super) informal: Address,
    /// In the formal register, where one is.
    pub(super) titles: Titles,
}

const FULL: Address = Address { said: Said::Full, before: "", after: "" };
const GIVEN: Address = Address { said: Said::Given, before: "", after: "" };

const fn titled(titles: Titles) -> Custom {
    Custom { formal: FULL, informal: GIVEN, titles }
}

const fn always(formal: Address, informal: Address) -> Custom {
    Custom { formal, informal, titles: Titles::Never }
}

/// The custom of a language. The whole name is formal anywhere and presumes nothing; a family name without a title
/// would be curt. Our reading of how large shops and polite letters address customers, 2026-11.
pub(super) fn custom(language: &str) -> Custom {
    let after = |said, after| Address { said, before: "", after };
    match language {
        // 様 to customers, in writing always; さん among friends. Neither asks for a gender.
        "ja" => always(after(Said::Surname, "様"), after(Said::Surname, "さん")),
        // 님 follows the whole name, whatever the speech level.
        "ko" => always(after(Said::Full, " 님"), after(Said::Full, " 님")),
        // คุณ and the given name, to anyone.
        "th" => {
            let polite = Address { said: Said::Given, before: "คุณ", after: "" };
            always(polite, polite)
        }
        // The whole name among friends too, as one character alone is too intimate.
        "zh" | "yue" => Custom { formal: FULL, informal: FULL, titles: Titles::Usual("先生", "女士") },
        "hi" => Custom {
            formal: after(Said::Full, " जी"), informal: GIVEN, titles: Titles::Usual("श्री", "सुश्री")
        },
        // Bey and Hanım follow the given name.
        "tr" => titled(Titles::Own("{given} {title}", "Bey", "Hanım")),
        // The given name, with a word of kinship.
        "vi" => titled(Titles::Own("{title} {given}", "anh", "chị")),
        // Many Indonesians have no family name, and the given name is the one said.
        "id" => titled(Titles::Own("{title} {given}", "Bapak", "Ibu")),
        "ar" => titled(Titles::Own("{title} {given} {surname}", "السيد", "السيدة")),
        "de" => titled(Titles::Usual("Herr", "Frau")),
        "en" => titled(Titles::Usual("Mr.", "Ms.")),
        "es" => titled(Titles::Usual("Sr.", "Sra.")),
        "fr" => titled(Titles::Usual("Monsieur", "Madame")),
        "it" => titled(Titles::Usual("signor", "signora")),
        "nl" => titled(Titles::Own("{title} {surname-initialCap}", "meneer", "mevrouw")),
        "pt" => titled(Titles::Usual("Sr.", "Sra.")),
        "ru" => titled(Titles::Usual("господин", "госпожа")),
        "hu" => titled(Titles::Own("{surname} {title}", "úr", "")),
        // Given names are the custom in Nordic countries and Israel; Polish, Czech and their like would need a
        // vocative. (A Hungarian woman's title would tell her marriage.)
        _ => titled(Titles::Rare),
    }
}
