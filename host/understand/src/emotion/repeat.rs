//! Whether two messages ask the same in nearly the same words.
//!
//! Owns that comparison. Knows no feeling.

use std::{
    cmp::Ordering,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use crate::text::{Kind, Normalized};

/// Longer messages are compared by their beginning.
const MOST: usize = 60;
/// Shorter messages say nothing about asking again.
const FEWEST: usize = 3;

/// The words of a message, and pairs of characters where there are no words: hashed, in order, each once.
#[derive(Debug)]
pub(super) struct Units(Box<[u32]>);

impl Units {
    pub(super) fn of(text: &Normalized) -> Self {
        let mut units = Vec::new();
        for (kind, token) in text.tokens().take(MOST) {
            if kind == Kind::Dense {
                units.extend(token.chars().zip(token.chars().skip(1)).map(hash));
            } else {
                units.push(hash(token));
            }
        }
        units.sort_unstable();
        units.dedup();
        Self(units.into())
    }

    /// Whether three fifths of all their words are in both.
    pub(super) fn are_like(&self, other: &Self) -> bool {
        let shared = self.shared_with(other);
        let all = self.0.len() + other.0.len() - shared;
        self.0.len() >= FEWEST && other.0.len() >= FEWEST && shared * 10 >= all * 6
    }

    fn shared_with(&self, other: &Self) -> usize {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            match a.cmp(b) {
                Ordering::Less => drop(ours.next()),
                Ordering::Greater => drop(theirs.next()),
                Ordering::Equal => {
                    shared += 1;
                    ours.next();
                    theirs.next();
                }
            }
        }
        shared
    }
}

fn hash(unit: impl std::hash::Hash) -> u32 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(unit) as u32
}
