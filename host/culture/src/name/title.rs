//! Titles of courtesy: what they say of a person, and what another language says instead.
//!
//! Owns the words. A gender is never guessed: it is known where the customer's own title says it, or not at all.

/// What a title says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Courtesy {
    Masculine,
    Feminine,
    /// Polite, and no more: Mx., 様, 님.
    Neutral,
}

/// A language's titles of courtesy, as customers write them: masculine, feminine, neutral.
type Titles = (&'static str, [&'static [&'static str]; 3]);

/// Those in common use, 2026-11. Short forms stand without their full stop.
const TITLES: &[Titles] = &[
    ("ar", [&["السيد", "سيد", "الأستاذ", "أستاذ"], &["السيدة", "سيدة", "الآنسة", "آنسة", "الأستاذة", "أستاذة"], &[]]),
    ("de", [&["herr", "hr"], &["frau"], &[]]),
    ("en", [&["mr", "mister", "sir"], &["ms", "mrs", "miss", "madam"], &["mx"]]),
    ("es", [&["señor", "sr"], &["señora", "sra", "señorita", "srta"], &[]]),
    ("fr", [&["monsieur", "m"], &["madame", "mme", "mademoiselle", "mlle"], &[]]),
    ("he", [&["מר", "אדון"], &["גברת", "גב׳", "גב'"], &[]]),
    ("hi", [&["श्री", "श्रीमान"], &["श्रीमती", "सुश्री", "कुमारी"], &["जी"]]),
    ("hu", [&["úr"], &["asszony", "hölgy"], &[]]),
    ("id", [&["bapak", "pak", "bpk"], &["ibu", "bu"], &["kak", "kakak"]]),
    ("it", [&["signor", "signore", "sig"], &["signora", "sig.ra", "signorina", "sig.na"], &[]]),
    ("ja", [&[], &[], &["様", "さま", "さん", "氏", "殿"]]),
    ("ko", [&[], &[], &["님", "씨", "귀하"]]),
    ("nl", [&["meneer", "heer", "de heer", "dhr"], &["mevrouw", "mevr", "mw"], &[]]),
    ("pl", [&["pan"], &["pani"], &[]]),
    ("pt", [&["senhor", "sr"], &["senhora", "sra"], &[]]),
    ("ru", [&["господин", "г-н"], &["госпожа", "г-жа"], &[]]),
    ("sv", [&["herr"], &["fru", "fröken"], &[]]),
    ("th", [&["นาย"], &["นาง", "นางสาว"], &["คุณ"]]),
    ("tr", [&["bay", "bey"], &["bayan", "hanım"], &["sayın", "sn"]]),
    ("vi", [&["ông", "anh"], &["bà", "chị", "cô"], &[]]),
    // These go with given names; before a family name the language's usual title is said.
    ("", [&["don", "dom"], &["doña", "dona", "donna"], &[]]),
    ("zh", [&["先生"], &["女士", "小姐", "太太", "夫人"], &[]]),
];

/// What the title says, and whether it is a word of the language; `None` if it is no title of courtesy, as Dr. is not.
pub(super) fn courtesy(title: &str, language: &str) -> Option<(Courtesy, bool)> {
    let plain = title.trim_end_matches('.').to_lowercase();
    let kinds = [Courtesy::Masculine, Courtesy::Feminine, Courtesy::Neutral];
    let mut found = None;
    for (speakers, titles) in TITLES {
        let is_own = *speakers == language;
        if let Some((kind, _)) = kinds.into_iter().zip(titles).find(|(_, titles)| titles.contains(&plain.as_str())) {
            found = found.filter(|_| !is_own).or(Some((kind, is_own)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies() {
        for (title, language, expected) in [
            ("Frau", "de", Some((Courtesy::Feminine, true))),
            ("Frau", "zh", Some((Courtesy::Feminine, false))),
            ("Mr.", "en", Some((Courtesy::Masculine, true))),
            ("MRS", "en", Some((Courtesy::Feminine, true))),
            ("Sr.", "pt", Some((Courtesy::Masculine, true))),
            ("Sr.", "es", Some((Courtesy::Masculine, true))),
            ("Herr", "sv", Some((Courtesy::Masculine, true))),
            ("Mx", "de", Some((Courtesy::Neutral, false))),
            ("Dr.", "de", None),
            ("", "de", None),
        ] {
            assert_eq!(courtesy(title, language), expected, "{title} {language}");
        }
    }
}
