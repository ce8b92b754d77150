//! The languages that the model was taught, by script, and how its weights lie in the file.
//!
//! Shared with the training program. Knows no text.

use super::script::Script;

/// Weights of one feature: a place for each language of its script.
pub(crate) const PLACES: usize = 24;
/// A feature's hash, cut to so many bits.
pub(crate) const HASH_BITS: u32 = 22;
/// By the upper bits of the hash a feature's shelf is found, by the lower ones the feature on it.
pub(crate) const SHELF_BITS: u32 = 12;
/// A weight of one is stored as so much.
pub(crate) const SCALE: f32 = 16.0;

const LATIN: &[&str] = &[
    "en", "es", "pt", "fr", "de", "it", "nl", "sv", "da", "nb", "tr", "id", "vi", "pl", "ro", "cs", "hu", "fi", "hi",
    "ca", "hr", "sk", "fil", "lt",
];
const CYRILLIC: &[&str] = &["ru", "uk", "bg", "mk", "sr"];
const ARABIC: &[&str] = &["ar", "fa", "ur"];
const HAN: &[&str] = &["zh-Hans", "zh-Hant", "ja"];

/// The languages that share a script, each at its place.
pub(crate) fn languages(script: Script) -> &'static [&'static str] {
    match script {
        Script::Latin => LATIN,
        Script::Cyrillic => CYRILLIC,
        Script::Arabic => ARABIC,
        Script::Han => HAN,
        _ => &[],
    }
}
