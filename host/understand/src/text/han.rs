//! Traditional and simplified Han: which of the two a character belongs to, and its simplified form.
//!
//! Owns the pairs that shop conversations use, not the whole of Unihan. A character that both write alike says nothing.

use std::sync::LazyLock;

/// Which way of writing a character belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Written so in simplified Chinese alone.
    Simplified,
    /// Written so in traditional Chinese alone.
    Traditional,
}

/// Traditional and simplified form, pair after pair.
const PAIRS: &str = include_str!("han.txt");

static TO_SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs: Vec<(char, char)> = pairs().collect();
    pairs.sort_unstable();
    pairs
});

static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut letters: Vec<char> = pairs().map(|(_, simplified)| simplified).collect();
    // These stand for a traditional character too, so they tell nothing.
    letters.retain(|letter| !"后里只面干几台系回才出向云于复制准志占余采松范谷郁致丑卷折".contains(*letter));
    letters.sort_unstable();
    letters
});

fn pairs() -> impl Iterator<Item = (char, char)> {
    PAIRS.split_whitespace().filter_map(|pair| {
        let mut letters = pair.chars();
        Some((letters.next()?, letters.next()?))
    })
}

/// Which of the two, if it tells.
pub(crate) fn variant(letter: char) -> Option<Variant> {
    if !('\u{4e00}'..='\u{9fff}').contains(&letter) {
        return None;
    }
    if TO_SIMPLIFIED.binary_search_by_key(&letter, |pair| pair.0).is_ok() {
        return Some(Variant::Traditional);
    }
    SIMPLIFIED.binary_search(&letter).is_ok().then_some(Variant::Simplified)
}

/// The simplified form; any other character as it is.
pub(super) fn simplified(letter: char) -> char {
    if !('\u{4e00}'..='\u{9fff}').contains(&letter) {
        return letter;
    }
    let found = TO_SIMPLIFIED.binary_search_by_key(&letter, |pair| pair.0).ok();
    found.and_then(|at| TO_SIMPLIFIED.get(at)).map_or(letter, |pair| pair.1)
}
