//! How far a text that was sent is from one that was offered, and which of several offers it came from.
//!
//! Knows texts alone: who offered, who sent and where it is kept is up to others.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Above this share, words that were never inserted have nothing to do with the offer.
const KINDRED: f64 = 0.4;
/// Above this share not even an inserted text is left: it was deleted, and another one written.
const REWRITTEN: f64 = 0.7;
/// Comparing takes time by the product of the lengths; beyond this, words are compared in place of characters.
const LONGEST: usize = 4 << 20;

/// Something that was offered, in the words that the agent had before them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) text: &'a str,
    pub(crate) was_inserted: bool,
}

/// Which offer a text came from, and how much of it was changed; `None` if from none of them.
pub(crate) fn source(sent: &str, offers: &[Offer<'_>]) -> Option<(usize, f64)> {
    let near = offers.iter().enumerate().filter_map(|(place, offer)| {
        let share = edit_share(offer.text, sent);
        let most = if offer.was_inserted { REWRITTEN } else { KINDRED };
        (share <= most).then_some((place, offer.was_inserted, share))
    });
    // What was inserted goes first, unless another offer was sent to the letter.
    let rank = |(_, was_inserted, share): &(usize, bool, f64)| (*share > 0.0, !*was_inserted, *share);
    let best = near.min_by(|one, other| rank(one).partial_cmp(&rank(other)).unwrap_or(std::cmp::Ordering::Equal));
    best.map(|(place, _, share)| (place, share))
}

/// Edits per character of the longer text, from 0, the same, to 1, nothing in common. Characters are those that people
/// see (grapheme clusters); what is composed another way or spaced another way is no edit.
pub(crate) fn edit_share(offered: &str, sent: &str) -> f64 {
    let (offered, sent) = (plain(offered), plain(sent));
    let (one, other): (Vec<_>, Vec<_>) = (offered.graphemes(true).collect(), sent.graphemes(true).collect());
    if one.len().saturating_mul(other.len()) <= LONGEST {
        return share(&one, &other);
    }
    share(&offered.split(' ').collect::<Vec<_>>(), &sent.split(' ').collect::<Vec<_>>())
}

fn plain(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn share(one: &[&str], other: &[&str]) -> f64 {
    let longer = one.len().max(other.len()).max(1);
    let head = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (one.get(head..).unwrap_or_default(), other.get(head..).unwrap_or_default());
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let kept = |units: &[&str]| units.len() - tail;
    let (one, other) = (one.get(..kept(one)).unwrap_or_default(), other.get(..kept(other)).unwrap_or_default());
    distance(one, other) as f64 / longer as f64
}

/// Levenshtein's: how many units are to be put in, taken out or replaced.
fn distance(one: &[&str], other: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, unit) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (above, against) in row.iter_mut().skip(1).zip(other) {
            let replaced = diagonal + usize::from(unit != against);
            diagonal = *above;
            left = replaced.min(left + 1).min(diagonal + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (offered, sent, expected) in [
            ("", "", 0.0),
            ("hello", "hello", 0.0),
            ("hello", " hello \n", 0.0),
            ("a  b", "a\nb", 0.0),
            ("cafe\u{301}", "café", 0.0),
            ("hello", "", 1.0),
            ("", "hello", 1.0),
            ("kitten", "sitting", 3.0 / 7.0),
            ("abcd", "axcd", 0.25),
            ("您好，王先生", "您好，王女士", 2.0 / 6.0),
            ("👨‍👩‍👧 ok", "👍 ok", 0.25),
        ] {
            let found = edit_share(offered, sent);
            assert!((found - expected).abs() < 1e-9, "{offered:?} {sent:?}: {found}");
        }
    }

    #[test]
    fn is_the_same_both_ways_and_quick_with_long_texts() {
        let long: String = (0..3000).map(|number| format!("{} ", number * 7919 % 10_007)).collect();
        let other = long.replace("77", "x");
        assert!((edit_share(&long, &other) - edit_share(&other, &long)).abs() < 1e-9);
        assert!(edit_share(&long, &other) < 0.2);
    }

    #[test]
    fn the_source_is_what_was_inserted_or_what_is_near() {
        let offer = |text, was_inserted| Offer { text, was_inserted };
        let late = "Your parcel is late, we are sorry";
        for (sent, offers, expected) in [
            (late, vec![offer("Something else", false), offer(late, false)], Some((1, 0.0))),
            (late, vec![offer("Your parcel is lost, we are sorry", true), offer(late, false)], Some((1, 0.0))),
            (
                "Your parcel is late, sorry",
                vec![offer("No idea what to say", true), offer(late, false)],
                Some((0, 0.0)),
            ),
            ("Completely different words", vec![offer(late, false)], None),
            ("", vec![], None),
        ] {
            let found = source(sent, &offers);
            assert_eq!(found.map(|it| it.0), expected.map(|it| it.0), "{sent}: {found:?}");
        }
        let (place, share) = source("Your parcel is late, sorry", &[offer(late, true)]).unwrap();
        assert!(place == 0 && share > 0.1 && share < 0.3, "{share}");
    }
}
