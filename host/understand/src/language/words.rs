//! The small words by which languages of one script, Latin or Cyrillic, are told apart, and the words that tell nothing.
//!
//! Owns the lists, in normalized form: no accents, no apostrophes. Knows no points.

use std::{collections::HashMap, sync::LazyLock};

/// Words that all the world writes: they speak for no language.
const EVERYWHERE: &[&str] = &[
    "ok",
    "okay",
    "okey",
    "lol",
    "haha",
    "hahaha",
    "hmm",
    "hm",
    "wow",
    "no",
    "email",
    "online",
    "paypal",
    "visa",
    "mastercard",
    "dhl",
    "ups",
    "fedex",
    "usps",
    "dpd",
    "hermes",
    "app",
    "web",
    "chat",
    "bot",
    "iphone",
    "samsung",
    "nike",
    "adidas",
    "amazon",
    "google",
    "whatsapp",
    "instagram",
    "xl",
    "xxl",
    "xs",
    "pdf",
    "sms",
    "id",
    "vip",
    "pro",
    "max",
    "mini",
    "plus",
    "usb",
    "tv",
    "pc",
    "gb",
    "cm",
    "kg",
    "eur",
    "usd",
    "sku",
    "faq",
    "a",
    "o",
    "e",
    "s",
    "m",
    "l",
    "x",
];

static LANGUAGES_OF: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut found: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in include_str!("words.txt").lines() {
        let Some((language, words)) = line.split_once(": ") else { continue };
        for word in words.split(' ') {
            let languages = found.entry(word).or_default();
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
    }
    found
});

/// The languages that a word is a small word of; many share `de` or `me`.
pub(super) fn languages_of(word: &str) -> &'static [&'static str] {
    LANGUAGES_OF.get(word).map_or(&[], Vec::as_slice)
}

/// Whether a word says nothing about its language.
pub(super) fn is_everywhere(word: &str) -> bool {
    EVERYWHERE.contains(&word)
}
