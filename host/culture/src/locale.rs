//! Which locale may stand in for which, and which one to answer in.
//!
//! Owns tags and their order. Knows no messages: the caller tries the tags of a chain until one has what it needs.

use cuecard_model::Direction;
use icu_locale::{
    Direction as ScriptDirection, LanguageIdentifier, Locale, LocaleCanonicalizer, LocaleDirectionality, LocaleExpander,
};

/// Below this, a detected language does not overrule the customer's own locale. Short messages ("ok", "thanks")
/// come out near chance, while a sentence comes out above 0.8.
const SURE: f64 = 0.5;

/// The tag in its canonical form: `zh_cn` gives `zh-CN`, `iw` gives `he`. `None` if it is no language tag.
pub fn normalize(tag: &str) -> Option<String> {
    identify(tag).map(|id| id.to_string())
}

/// The tags that may serve a locale, best first: the locale, its parents, then those of the default locale.
///
/// A parent writes the same script: `zh-TW` leads to `zh-Hant` and never to `zh`. `es-MX` leads to `es-419` and then
/// to `es`. The last of a language is its own largest region (`en` to `en-US`), as merchants name files that way.
/// A malformed tag leads to the default locale alone.
pub fn fallback_chain(locale: &str, default_locale: &str) -> Vec<String> {
    let mut chain = parents(locale);
    for tag in parents(default_locale) {
        push(&mut chain, tag);
    }
    chain
}

/// Which locale to answer in, from the customer's own locale, the language of the message and the merchant's default.
///
/// - A language that is unknown or unsure (below 0.5): the customer's locale, or else the default.
/// - The language gives language and script, and the customer's locale gives the region, whichever its language:
///   `zh-Hans` with `zh-CN` is `zh-Hans-CN`; `es` with `en-US` is `es-US`, because whoever writes Spanish from the
///   United States reads Spanish with that country's dates and money.
/// - Without a customer's locale the default's region serves, if the default speaks the language.
pub fn locale_for(customer: Option<&str>, detected: &str, confidence: f64, default_locale: &str) -> String {
    let customer = customer.and_then(identify);
    let default = identify(default_locale);
    let detected = identify(detected).filter(|id| !id.language.is_unknown() && confidence >= SURE);
    let Some(mut answer) = detected else {
        return customer.or(default).map_or_else(|| default_locale.to_owned(), |id| id.to_string());
    };
    let default = default.filter(|default| default.language == answer.language);
    let model = customer.or(default);
    if let Some(model) = model {
        answer.region = answer.region.or(model.region);
        if answer.script.is_none() && model.language == answer.language {
            answer.script = model.script;
        }
    }
    answer.to_string()
}

/// The language of a tag, with its script for Chinese, where it matters to a reader.
pub fn language(tag: &str) -> &str {
    let tag = tag.split_once("-u-").map_or(tag, |(tag, _)| tag);
    match tag.split_once('-') {
        Some(("zh", rest)) => match rest.split('-').next() {
            Some("Hant" | "TW" | "HK" | "MO") => "zh-Hant",
            _ => "zh-Hans",
        },
        Some((language, _)) => language,
        None if tag == "zh" => "zh-Hans",
        None => tag,
    }
}

/// Which way the locale's script runs; left to right if the tag is malformed.
pub fn direction(locale: &str) -> Direction {
    let directionality = LocaleDirectionality::new_extended();
    match identify(locale).and_then(|id| directionality.get(&id)) {
        Some(ScriptDirection::RightToLeft) => Direction::Rtl,
        _ => Direction::Ltr,
    }
}

/// Language and script, the pair within which locales may stand in for each other.
pub(crate) fn written_language(tag: &str) -> Option<String> {
    let mut id = identify(tag)?;
    LocaleExpander::new_extended().maximize(&mut id);
    Some(format!("{}-{}", id.language, id.script?))
}

/// The tag with a region: that of most of its speakers where it names none, as the packs have it (`pt` is `pt-BR`).
pub fn with_region(tag: &str) -> String {
    let Some(mut id) = identify(tag) else { return tag.to_owned() };
    if id.region.is_none() {
        let mut likely = id.clone();
        LocaleExpander::new_extended().maximize(&mut likely);
        id.region = likely.region;
    }
    id.to_string()
}

/// The country whose ways hold for a locale: `US` for `en`.
pub(crate) fn region(tag: &str) -> Option<String> {
    identify(&with_region(tag))?.region.map(|region| region.to_string())
}

/// The locale as ICU takes it, with its extensions; the root if malformed.
pub(crate) fn parse(tag: &str) -> Locale {
    let mut locale = Locale::try_from_str(&tag.replace('_', "-")).unwrap_or(Locale::UNKNOWN);
    LocaleCanonicalizer::new_extended().canonicalize(&mut locale);
    locale
}

fn identify(tag: &str) -> Option<LanguageIdentifier> {
    let mut locale = Locale::try_from_str(&tag.trim().replace('_', "-")).ok()?;
    LocaleCanonicalizer::new_extended().canonicalize(&mut locale);
    let mut id = locale.id;
    id.variants = icu_locale::subtags::Variants::default();
    (!id.language.is_unknown()).then_some(id)
}

/// The locale and what it may fall back to within its language and script.
fn parents(tag: &str) -> Vec<String> {
    let Some(id) = identify(tag) else { return Vec::new() };
    let expander = LocaleExpander::new_extended();
    let full = maximized(&expander, &id);
    let (language, Some(script), Some(region)) = (id.language, full.script, full.region) else {
        return vec![id.to_string()];
    };
    let is_likely = |tag: &str| identify(tag).is_some_and(|id| maximized(&expander, &id).script == Some(script));
    let mut chain = vec![id.to_string()];
    if id.region.is_some() {
        push(&mut chain, format!("{language}-{script}-{region}"));
        for tag in std::iter::once(format!("{language}-{region}")).chain(regional_parents(&full)) {
            if is_likely(&tag) {
                push(&mut chain, tag);
            }
        }
    }
    push(&mut chain, format!("{language}-{script}"));
    if is_likely(language.as_str()) {
        push(&mut chain, language.to_string());
    }
    let home = identify(&format!("{language}-{script}")).and_then(|id| maximized(&expander, &id).region);
    if let Some(home) = home {
        push(&mut chain, format!("{language}-{script}-{home}"));
        if is_likely(&format!("{language}-{home}")) {
            push(&mut chain, format!("{language}-{home}"));
        }
    }
    chain
}

/// Parents between a region and its language: the parent locales of CLDR (supplementalData.xml, `parentLocales`)
/// that matter to the languages shipped.
fn regional_parents(full: &LanguageIdentifier) -> Vec<String> {
    const LATIN_AMERICA: &[&str] = &[
        "AR", "BO", "BR", "BZ", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "PY",
        "SV", "US", "UY", "VE",
    ];
    const LIKE_PORTUGAL: &[&str] = &["AO", "CH", "CV", "FR", "GQ", "GW", "LU", "MO", "MZ", "ST", "TL"];
    let (Some(script), Some(region)) = (full.script, full.region) else { return Vec::new() };
    match (full.language.as_str(), script.as_str(), region.as_str()) {
        ("es", _, region) if LATIN_AMERICA.contains(&region) => vec!["es-419".into()],
        ("pt", _, region) if LIKE_PORTUGAL.contains(&region) => vec!["pt-PT".into()],
        ("zh", "Hant", "MO") => vec!["zh-Hant-HK".into(), "zh-HK".into()],
        ("en", _, region) if region != "US" => vec!["en-001".into()],
        _ => Vec::new(),
    }
}

fn maximized(expander: &LocaleExpander, id: &LanguageIdentifier) -> LanguageIdentifier {
    let mut full = id.clone();
    expander.maximize(&mut full);
    full
}

fn push(chain: &mut Vec<String>, tag: String) {
    if !chain.contains(&tag) {
        chain.push(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains() {
        for (locale, expected) in [
            ("es-MX", "es-MX es-Latn-MX es-419 es-Latn es es-Latn-ES es-ES"),
            ("es-ES", "es-ES es-Latn-ES es-Latn es"),
            ("zh-TW", "zh-TW zh-Hant-TW zh-Hant"),
            ("zh-HK", "zh-HK zh-Hant-HK zh-Hant zh-Hant-TW zh-TW"),
            ("zh-CN", "zh-CN zh-Hans-CN zh-Hans zh"),
            ("zh_cn", "zh-CN zh-Hans-CN zh-Hans zh"),
            ("zh-Hans-CN", "zh-Hans-CN zh-CN zh-Hans zh"),
            ("zh-Hant-CN", "zh-Hant-CN zh-Hant zh-Hant-TW zh-TW"),
            ("zh-Hans", "zh-Hans zh zh-Hans-CN zh-CN"),
            ("pt-BR", "pt-BR pt-Latn-BR pt-Latn pt"),
            ("pt-AO", "pt-AO pt-Latn-AO pt-PT pt-Latn pt pt-Latn-BR pt-BR"),
            ("en-GB", "en-GB en-Latn-GB en-001 en-Latn en en-Latn-US en-US"),
            ("iw", "he he-Hebr he-Hebr-IL he-IL"),
            ("sr-Latn", "sr-Latn sr-Latn-RS"),
            ("en-GB-u-ca-buddhist", "en-GB en-Latn-GB en-001 en-Latn en en-Latn-US en-US"),
            ("not a tag", ""),
            ("", ""),
            ("und", ""),
        ] {
            let chain = fallback_chain(locale, locale);
            assert_eq!(chain.join(" "), expected, "{locale}");
        }
    }

    #[test]
    fn the_default_comes_last() {
        assert_eq!(
            fallback_chain("de", "fr"),
            ["de", "de-Latn", "de-Latn-DE", "de-DE", "fr", "fr-Latn", "fr-Latn-FR", "fr-FR"]
        );
        assert_eq!(fallback_chain("???", "ja"), ["ja", "ja-Jpan", "ja-Jpan-JP", "ja-JP"]);
    }

    #[test]
    fn answers() {
        for (customer, detected, confidence, expected) in [
            (Some("zh-CN"), "zh-Hans", 0.99, "zh-Hans-CN"),
            (Some("zh-CN"), "zh-Hant", 0.99, "zh-Hant-CN"),
            (Some("en-US"), "es", 0.9, "es-US"),
            (Some("en-US"), "es", 0.3, "en-US"),
            (Some("en-US"), "und", 0.0, "en-US"),
            (Some("en-GB"), "en", 0.9, "en-GB"),
            (Some("zh-Hans-CN"), "zh", 0.9, "zh-Hans-CN"),
            (Some("rubbish!"), "de", 0.9, "de"),
            (None, "es", 0.9, "es"),
            (None, "en", 0.9, "en-GB"),
            (None, "und", 0.9, "en-GB"),
        ] {
            assert_eq!(locale_for(customer, detected, confidence, "en-GB"), expected, "{customer:?} {detected}");
        }
    }

    #[test]
    fn directions() {
        for (locale, expected) in [
            ("ar-EG", Direction::Rtl),
            ("he", Direction::Rtl),
            ("fa", Direction::Rtl),
            ("ckb", Direction::Rtl),
            ("dv", Direction::Rtl),
            ("az-Arab", Direction::Rtl),
            ("en", Direction::Ltr),
            ("zh-Hant", Direction::Ltr),
            ("%", Direction::Ltr),
        ] {
            assert_eq!(direction(locale), expected, "{locale}");
        }
    }
}
