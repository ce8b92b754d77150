//! How messages addressed their reader, remembered: the newest message of one turn is history in those that follow.
//!
//! Owns the memory alone. A reading is a function of text and language, so nothing in it grows old; how much is
//! remembered is bounded.

use std::{
    array,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{LazyLock, Mutex, PoisonError},
};

use cuecard_model::Register;

/// Readings that are remembered. A newer one takes the place of an older with the same hash.
const REMEMBERED: usize = 2048;
/// Longer texts are read again when asked for: they are few, and would fill the memory.
const LONGEST: usize = 2048;

/// One reading.
struct Reading {
    text: Box<str>,
    language: Box<str>,
    shown: Option<Register>,
}

type Slot = Mutex<Option<Reading>>;

static MEMORY: LazyLock<Box<[Slot; REMEMBERED]>> = LazyLock::new(|| Box::new(array::from_fn(|_| Slot::default())));

/// What `read` said of this text, or says now.
pub(super) fn remembered(text: &str, language: &str, read: impl FnOnce() -> Option<Register>) -> Option<Register> {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((text, language)) as usize;
    let slot = MEMORY.get(hash % REMEMBERED).filter(|_| text.len() <= LONGEST);
    let Some(slot) = slot else { return read() };
    let is_it = |reading: &&Reading| &*reading.text == text && &*reading.language == language;
    if let Some(reading) = slot.lock().unwrap_or_else(PoisonError::into_inner).as_ref().filter(is_it) {
        return reading.shown;
    }
    let shown = read();
    let reading = Reading { text: text.into(), language: language.into(), shown };
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_for_each_language() {
        let (formal, informal) = (Some(Register::Formal), Some(Register::Informal));
        assert_eq!(remembered("memory: a text", "xx", || formal), formal);
        assert_eq!(remembered("memory: a text", "xx", || informal), formal);
        assert_eq!(remembered("memory: a text", "yy", || informal), informal);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(remembered(&long, "xx", || formal), formal);
        assert_eq!(remembered(&long, "xx", || informal), informal);
    }
}
