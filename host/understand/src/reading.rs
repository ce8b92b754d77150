//! What one message says by itself: tokens, language, feeling.
//!
//! Owns reading each message once: it is the newest message in one turn and history in those that follow, so what was
//! read is remembered. Knows no conversation: a reading is a function of the text alone.

use std::{
    array,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use crate::{emotion, language, text::Normalized};

/// Readings that are remembered, at some 2 KiB each. A newer one takes the place of an older with the same hash.
const REMEMBERED: usize = 4096;
/// Longer texts are read again when asked for: they are few, and would fill the memory.
const LONGEST: usize = 2048;

type Slot = Mutex<Option<Arc<Reading>>>;

static MEMORY: LazyLock<Box<[Slot; REMEMBERED]>> = LazyLock::new(|| Box::new(array::from_fn(|_| Slot::default())));

/// One message, read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// As it was written.
    pub(crate) text: Box<str>,
    pub(crate) normalized: Normalized,
    pub(crate) language: language::Alone,
    pub(crate) emotion: emotion::Alone,
}

impl Reading {
    /// Reads a message, or remembers having read it.
    pub(crate) fn of(text: &str) -> Arc<Self> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text) as usize;
        let slot = MEMORY.get(hash % REMEMBERED).filter(|_| text.len() <= LONGEST);
        let Some(slot) = slot else { return Arc::new(Self::new(text)) };
        let remembered = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(reading) = remembered.filter(|reading| &*reading.text == text) {
            return reading;
        }
        let reading = Arc::new(Self::new(text));
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reading));
        reading
    }

    fn new(text: &str) -> Self {
        let normalized = Normalized::new(text);
        let language = language::Alone::of(text);
        let emotion = emotion::Alone::of(text, &normalized, &language);
        Self { text: text.into(), normalized, language, emotion }
    }
}
