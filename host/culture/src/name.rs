//! A customer's name as one would say it.
//!
//! Owns order and honorific. Does not guess gender, so it never says Herr, Frau, 先生 or 女士. The order follows
//! CLDR's personNames (nameOrderLocales, surnameFirst: hu ja ko vi yue zh).

use cuecard_model::{PersonName, Register};

use crate::words::words;

/// The name for addressing the customer; `None` if neither given nor family name is known.
///
/// - zh, ja, ko, vi, hu: family name first; written together where the name is in Han or Hangul.
/// - ja: `田中様` in the formal register, `田中さん` else; ko: `김민수 님`; zh: `王伟`, as 先生 needs a gender.
/// - formal in all else: title or given name, and family name (`Sara Weber`, `Dr. Weber`); informal: the given name.
pub fn person(name: &PersonName, locale: &str, register: Register) -> Option<String> {
    let part =
        |part: &Option<String>| part.as_deref().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
    let (given, family, title) = (part(&name.given), part(&name.family), part(&name.title));
    let formal = register == Register::Formal;
    match words(locale).locale.id.language.as_str() {
        "ja" => {
            let honorific = if formal { "様" } else { "さん" };
            family.or(given).map(|name| format!("{name}{}{honorific}", gap(&name)))
        }
        "ko" => family_first(given, family, true).map(|name| format!("{name} 님")),
        "zh" | "yue" => family_first(given, family, true),
        "vi" | "hu" if formal => family_first(given, family, false),
        _ => western(given, family, title, formal),
    }
}

fn western(given: Option<String>, family: Option<String>, title: Option<String>, formal: bool) -> Option<String> {
    match (given, family, title) {
        (_, Some(family), Some(title)) if formal => Some(format!("{title} {family}")),
        (Some(given), Some(family), None) if formal => Some(format!("{given} {family}")),
        (given, family, _) => given.or(family),
    }
}

/// Family name first; a name in Latin letters keeps its own order when `own_script` is asked for.
fn family_first(given: Option<String>, family: Option<String>, own_script: bool) -> Option<String> {
    match (given, family) {
        (Some(given), Some(family)) if is_east_asian(&given) && is_east_asian(&family) => Some(family + &given),
        (Some(given), Some(family)) if own_script => Some(format!("{given} {family}")),
        (Some(given), Some(family)) => Some(format!("{family} {given}")),
        (given, family) => given.or(family),
    }
}

/// A space between a name in Latin letters and its honorific.
fn gap(name: &str) -> &'static str {
    if is_east_asian(name) { "" } else { " " }
}

/// Written in Han, kana or Hangul.
fn is_east_asian(name: &str) -> bool {
    let is_written_so = |sign| {
        matches!(sign, '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    };
    name.chars().any(is_written_so)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(given: &str, family: &str, title: &str) -> PersonName {
        let part = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        PersonName { given: part(given), family: part(family), title: part(title) }
    }

    #[test]
    fn addresses() {
        for (locale, given, family, title, formal, informal) in [
            ("zh-Hans-CN", "伟", "王", "", "王伟", "王伟"),
            ("zh-TW", "Sara", "Weber", "", "Sara Weber", "Sara Weber"),
            ("ja-JP", "太郎", "田中", "", "田中様", "田中さん"),
            ("ja", "Sara", "Weber", "", "Weber 様", "Weber さん"),
            ("ja", "花子", "", "", "花子様", "花子さん"),
            ("ko", "민수", "김", "", "김민수 님", "김민수 님"),
            ("vi", "Anh", "Nguyễn", "", "Nguyễn Anh", "Anh"),
            ("hu", "Anna", "Nagy", "", "Nagy Anna", "Anna"),
            ("en-US", "Sara", "Weber", "", "Sara Weber", "Sara"),
            ("de-DE", "Sara", "Weber", "", "Sara Weber", "Sara"),
            ("de-DE", "Sara", "Weber", "Dr.", "Dr. Weber", "Sara"),
            ("de-DE", "", "Weber", "", "Weber", "Weber"),
            ("es-MX", "Sara", "López", "", "Sara López", "Sara"),
            ("ar", "سارة", "حداد", "", "سارة حداد", "سارة"),
            ("nonsense!", "Sara", "Weber", "", "Sara Weber", "Sara"),
            ("en", " Sara ", "  ", "", "Sara", "Sara"),
        ] {
            let name = name(given, family, title);
            assert_eq!(person(&name, locale, Register::Formal).as_deref(), Some(formal), "{locale} formal");
            assert_eq!(person(&name, locale, Register::Informal).as_deref(), Some(informal), "{locale} informal");
        }
        assert_eq!(person(&name("", " ", "Dr."), "en", Register::Formal), None);
    }
}
