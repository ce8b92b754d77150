//! Ids that sort by time, and keys that nobody guesses.

use std::sync::{Mutex, PoisonError};

/// Crockford's base 32, in lower case: no i, l, o, u, and it sorts as the numbers do.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes ids of 26 characters: 48 bits of milliseconds, 80 bits that grow within a millisecond and are random at its
/// start. The layout is that of a ULID.
#[derive(Debug, Default)]
pub struct Ids {
    last: Mutex<(u64, u128)>,
}

impl Ids {
    /// An id later than all before it, also when the clock steps back.
    pub fn next(&self, now: cuecard_model::Timestamp) -> String {
        let millis = now.millis().max(0).cast_unsigned() & ((1 << 48) - 1);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = if millis > last.0 { (millis, random() >> 49) } else { (last.0, last.1 + 1) };
        base32((u128::from(last.0) << 80) | last.1, 26)
    }
}

/// A new key to the API: 256 random bits.
pub fn new_key() -> String {
    format!("cc_{}", new_token())
}

/// A new token of a session: 256 random bits.
pub fn new_token() -> String {
    format!("{}{}", base32(random(), 26), base32(random(), 26))
}

/// A new salt for a password.
pub fn salt() -> [u8; 16] {
    random().to_le_bytes()
}

/// What is kept of a key or a token.
pub fn key_hash(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex().to_string()
}

fn random() -> u128 {
    let mut bytes = [0; 16];
    // Without random numbers there are no safe keys: nothing to go on with.
    if getrandom::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random numbers");
        std::process::abort();
    }
    u128::from_le_bytes(bytes)
}

fn base32(mut number: u128, length: usize) -> String {
    let mut text = vec![0; length];
    for place in text.iter_mut().rev() {
        *place = DIGITS.get((number & 31) as usize).copied().unwrap_or(b'0');
        number >>= 5;
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cuecard_model::Timestamp;

    use super::*;

    #[test]
    fn ids_grow_even_when_the_clock_does_not() {
        let ids = Ids::default();
        let made: Vec<_> = [5, 5, 4, 6, 7, 1].map(|millis| ids.next(Timestamp::from_millis(millis))).into();
        assert!(made.is_sorted() && made.windows(2).all(|pair| pair[0] != pair[1]), "{made:?}");
        assert!(made.iter().all(|id| id.len() == 26));
    }

    #[test]
    fn keys_differ() {
        assert_ne!(new_key(), new_key());
        assert_eq!(new_key().len(), 55);
    }
}
