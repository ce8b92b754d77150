//! Reads the word lists in `data/register`: `key: words`, a line continues until the next key.
//!
//! Knows no language.

/// The words under one key.
pub(super) fn list<'a>(file: &'a str, key: &str) -> impl Iterator<Item = &'a str> {
    let mut inside = false;
    let lines = file.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let Some((head, words)) = line.split_once(':') else { return inside.then_some(line) };
        inside = head == key;
        inside.then_some(words)
    });
    lines.flat_map(str::split_whitespace)
}
