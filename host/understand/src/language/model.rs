//! The weights that the training program made, and their lookup.
//!
//! Owns the file's form (`taught.rs` has its sizes). Compiled in and read in place: nothing is loaded. Knows no text.

use super::taught::{HASH_BITS, PLACES, SHELF_BITS};

static FILE: &[u8] = include_bytes!("weights.bin");

const LOW_BITS: u32 = HASH_BITS - SHELF_BITS;
/// First where each shelf starts, then the features' lower bits, then their weights.
const FEATURES_AT: usize = 2 * ((1 << SHELF_BITS) + 1);
const FEATURES: usize = (FILE.len() - FEATURES_AT) / (2 + PLACES);
const ROWS_AT: usize = FEATURES_AT + 2 * FEATURES;

/// The sums of the weights of what was found, a place for each language of a script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums([i32; PLACES]);

impl Sums {
    pub(super) const ZERO: Self = Self([0; PLACES]);

    /// Adds a feature, and says whether the model knows it.
    pub(super) fn add(&mut self, hash: u32) -> bool {
        let Some(row) = row(hash) else { return false };
        self.0.iter_mut().zip(row).for_each(|(sum, weight)| *sum += i32::from(*weight as i8));
        true
    }

    /// In the order of `taught::languages`.
    pub(super) fn iter(&self) -> impl Iterator<Item = i32> {
        self.0.iter().copied()
    }
}

fn row(hash: u32) -> Option<&'static [u8]> {
    let shelf = (hash >> (32 - SHELF_BITS)) as usize;
    let low = ((hash >> (32 - HASH_BITS)) & ((1 << LOW_BITS) - 1)) as u16;
    let (start, end) = (number(2 * shelf)? as usize, number(2 * shelf + 2)? as usize);
    let on_shelf = FILE.get(FEATURES_AT + 2 * start..FEATURES_AT + 2 * end)?;
    let (pairs, _) = on_shelf.as_chunks::<2>();
    let at = start + pairs.iter().position(|pair| u16::from_le_bytes(*pair) == low)?;
    FILE.get(ROWS_AT + at * PLACES..ROWS_AT + (at + 1) * PLACES)
}

fn number(at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*FILE.get(at..)?.first_chunk()?))
}
