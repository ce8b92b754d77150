//! Traditional Han characters and their simplified forms.
//!
//! Owns the pairs that shop conversations use, not the whole of Unihan.

use std::sync::LazyLock;

/// Traditional and simplified form, pair after pair.
const PAIRS: &str = include_str!("han.txt");

static TO_SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs: Vec<(char, char)> = pairs().collect();
    pairs.sort_unstable();
    pairs
});

fn pairs() -> impl Iterator<Item = (char, char)> {
    PAIRS.split_whitespace().filter_map(|pair| {
        let mut letters = pair.chars();
        Some((letters.next()?, letters.next()?))
    })
}

/// The simplified form; any other character as it is.
pub(super) fn simplified(letter: char) -> char {
    if !('\u{4e00}'..='\u{9fff}').contains(&letter) {
        return letter;
    }
    let found = TO_SIMPLIFIED.binary_search_by_key(&letter, |pair| pair.0).ok();
    found.and_then(|at| TO_SIMPLIFIED.get(at)).map_or(letter, |pair| pair.1)
}
