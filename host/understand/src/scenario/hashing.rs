//! Words and runs of characters as 64-bit hashes, and maps by them.
//!
//! Owns the hash functions; the same text gives the same hash on every machine. Knows no text.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

/// A map by hashes.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;
/// A set of hashes.
pub(super) type Hashes = HashSet<u64, BuildHasherDefault<AsIs>>;

/// A hash of a whole token or text.
pub(super) fn hash_word(word: &str) -> u64 {
    mix(word.bytes().fold(!SEED, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

/// What a hash of characters starts with; end it with [`mix`].
pub(super) const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Takes one more character into a hash.
pub(super) fn step(hash: u64, letter: char) -> u64 {
    (hash ^ u64::from(letter)).wrapping_mul(PRIME)
}

/// Spreads the bits, after `MurmurHash3`'s 64-bit finalizer.
pub(super) fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Passes a hash on: the features are hashed already.
#[derive(Debug, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
