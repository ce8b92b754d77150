//! Translations that were made before, up to so many bytes, those that nobody asked for longest going first.
//!
//! One for each merchant. Texts are looked up by the hash of all that decides on a translation, so that a source is not
//! held beside its translation.

use hashlink::LruCache;

use super::{Asked, Translation};

/// What one merchant's translations may take, in bytes.
const LIMIT: usize = 4 << 20;
/// What an entry takes beside its words: the key, two strings, its place in the list.
const OVERHEAD: usize = 160;

/// The hash of what was asked.
pub(super) type Key = [u8; 32];

pub(super) struct Cache {
    entries: LruCache<Key, Translation>,
    bytes: usize,
    limit: usize,
}

impl Default for Cache {
    fn default() -> Self {
        Self { entries: LruCache::new_unbounded(), bytes: 0, limit: LIMIT }
    }
}

impl Cache {
    pub(super) fn get(&mut self, key: &Key) -> Option<Translation> {
        self.entries.get(key).cloned()
    }

    pub(super) fn put(&mut self, key: Key, made: Translation) {
        self.bytes += size(&made);
        if let Some(old) = self.entries.insert(key, made) {
            self.bytes -= size(&old);
        }
        while self.bytes > self.limit {
            let Some((_, old)) = self.entries.remove_lru() else { return };
            self.bytes -= size(&old);
        }
    }
}

fn size(made: &Translation) -> usize {
    OVERHEAD + made.text.len() + made.source.as_ref().map_or(0, String::len)
}

/// Provider, source, target, formality and text. What must be kept is not part of it: what is remembered has lost nothing.
pub(super) fn key(provider: &str, asked: &Asked) -> Key {
    let formality = format!("{:?}", asked.formality);
    let source = asked.source.as_deref().unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    for part in [provider, source, &asked.target, &formality, &asked.text] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_asked_for_last() {
        let mut cache = Cache { limit: 3 * (OVERHEAD + 1), ..Cache::default() };
        let made = |text: &str| Translation { text: text.into(), source: None };
        (1..=3).for_each(|number| cache.put([number; 32], made("x")));
        assert_eq!(cache.get(&[1; 32]), Some(made("x")));
        cache.put([4; 32], made("y"));
        assert_eq!([1, 2, 3, 4].map(|number| cache.get(&[number; 32]).is_some()), [true, false, true, true]);
        cache.put([4; 32], made("z"));
        assert_eq!(cache.bytes, 3 * (OVERHEAD + 1));
        // What is larger than all of it is not kept, and empties it.
        cache.put([5; 32], made(&"x".repeat(1000)));
        assert_eq!((cache.bytes, cache.get(&[5; 32])), (0, None));
    }

    #[test]
    fn everything_that_decides_counts() {
        let asked = Asked { text: "a".into(), target: "de".into(), ..Asked::default() };
        let other = [
            Asked { text: "b".into(), ..asked.clone() },
            Asked { source: Some("en".into()), ..asked.clone() },
            Asked { target: "da".into(), ..asked.clone() },
            Asked { formality: super::super::Formality::More, ..asked.clone() },
        ];
        assert!(other.iter().all(|it| key("deepl", it) != key("deepl", &asked)));
        assert_ne!(key("openai", &asked), key("deepl", &asked));
    }
}
