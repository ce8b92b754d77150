//! Messages that say the same, put together. Cheap: by the words that they share, rare words counting for more.
//!
//! Texts are compared in one form of Unicode and in lower case; scripts without spaces by pairs of characters.

use std::collections::{BTreeSet, HashMap};

use cuecard_engine::Unheard;
use cuecard_model::{Timestamp, TurnId};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// From this share of common words, weighted, two messages say the same.
const ALIKE: f64 = 0.4;
/// Examples of one cluster.
const EXAMPLES: usize = 3;
/// Characters of an example.
const LENGTH: usize = 300;
/// Words of one text that are looked at.
const WORDS: usize = 64;

/// Messages that say the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cluster {
    pub(crate) count: usize,
    /// What they have in common, the most telling first.
    pub(crate) terms: Vec<String>,
    pub(crate) examples: Vec<String>,
    pub(crate) newest_at: Timestamp,
    /// The turn of the newest one.
    pub(crate) turn: TurnId,
}

/// A cluster on its way: its first text leads it.
struct Growing<'a> {
    lead: BTreeSet<usize>,
    members: Vec<(&'a Unheard, BTreeSet<usize>)>,
}

/// The clusters, largest first; of one size that with the newest message.
pub(crate) fn clusters(texts: &[Unheard], most: usize) -> Vec<Cluster> {
    let (words, of_texts) = numbered(texts);
    let mut seen = vec![0_usize; words.len()];
    of_texts.iter().flatten().for_each(|word| increase(&mut seen, *word));
    let weights: Vec<_> = seen.iter().map(|count| (1.0 + texts.len() as f64 / (*count).max(1) as f64).ln()).collect();
    let weigh = |words: &mut dyn Iterator<Item = &usize>| -> f64 { words.filter_map(|word| weights.get(*word)).sum() };

    let mut found: Vec<Growing<'_>> = Vec::new();
    let mut by_word: HashMap<usize, Vec<usize>> = HashMap::new();
    for (text, words) in texts.iter().zip(of_texts) {
        let near: BTreeSet<_> = words.iter().filter_map(|word| by_word.get(word)).flatten().copied().collect();
        let alike = near.into_iter().filter_map(|place| {
            let lead = &found.get(place)?.lead;
            let both = weigh(&mut lead.intersection(&words));
            let share = both / weigh(&mut lead.union(&words)).max(f64::MIN_POSITIVE);
            (share >= ALIKE).then_some((place, share))
        });
        let best = alike.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(place, _)| place);
        match best.and_then(|place| found.get_mut(place)) {
            Some(cluster) => cluster.members.push((text, words)),
            None => {
                words.iter().for_each(|word| by_word.entry(*word).or_default().push(found.len()));
                found.push(Growing { lead: words.clone(), members: vec![(text, words)] });
            }
        }
    }
    let mut clusters: Vec<_> = found.iter().filter_map(|growing| growing.done(&words, &weights)).collect();
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.count), std::cmp::Reverse(cluster.newest_at)));
    clusters.truncate(most);
    clusters
}

fn increase(counts: &mut [usize], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}

impl Growing<'_> {
    fn done(&self, words: &[String], weights: &[f64]) -> Option<Cluster> {
        let newest = self.members.iter().map(|(text, _)| *text).max_by_key(|text| text.at)?;
        let mut shared: HashMap<usize, usize> = HashMap::new();
        self.members.iter().flat_map(|(_, words)| words).for_each(|word| *shared.entry(*word).or_default() += 1);
        // Long words tell more than short ones.
        let tells = |(word, count): (usize, usize)| {
            let text = words.get(word)?;
            Some(((count * text.chars().count()) as f64 * weights.get(word)?, text))
        };
        let mut terms: Vec<_> =
            shared.into_iter().filter(|(_, count)| count * 2 >= self.members.len()).filter_map(tells).collect();
        terms.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        let mut examples: Vec<String> = Vec::new();
        for (text, _) in &self.members {
            let example: String = text.text.chars().take(LENGTH).collect();
            if examples.len() < EXAMPLES && !examples.contains(&example) {
                examples.push(example);
            }
        }
        let terms = terms.into_iter().take(3).map(|(_, word)| word.clone()).collect();
        Some(Cluster { count: self.members.len(), terms, examples, newest_at: newest.at, turn: newest.turn.clone() })
    }
}

/// Every word once, and the words of each text by their numbers.
fn numbered(texts: &[Unheard]) -> (Vec<String>, Vec<BTreeSet<usize>>) {
    let (mut words, mut numbers) = (Vec::new(), HashMap::<String, usize>::new());
    let of_texts = texts.iter().map(|text| {
        let found = terms(&text.text).into_iter().take(WORDS);
        found
            .map(|word| *numbers.entry(word).or_insert_with_key(|word| (words.push(word.clone()), words.len() - 1).1))
            .collect()
    });
    let of_texts = of_texts.collect();
    (words, of_texts)
}

/// The words of a text; of a run in a script without spaces its pairs of characters.
fn terms(text: &str) -> Vec<String> {
    let plain: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    let mut run: Vec<char> = Vec::new();
    for word in plain.unicode_words() {
        let mut letters = word.chars();
        match (letters.next(), letters.next()) {
            // A single ideograph is a word of its own to the segmenter.
            (Some(letter), None) if is_ideographic(letter) => run.push(letter),
            _ => {
                pairs(&mut run, &mut found);
                found.push(word.to_owned());
            }
        }
    }
    pairs(&mut run, &mut found);
    found
}

fn pairs(run: &mut Vec<char>, found: &mut Vec<String>) {
    match run.as_slice() {
        [only] => found.push(only.to_string()),
        more => found.extend(more.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    run.clear();
}

fn is_ideographic(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{e00}'..='\u{eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> Vec<(usize, String)> {
        let text = |(place, text): (usize, &&str)| Unheard {
            turn: format!("t-{place}").into(),
            text: (*text).to_owned(),
            at: Timestamp::from_seconds(place as i64),
        };
        let texts: Vec<_> = texts.iter().enumerate().map(text).collect();
        clusters(&texts, 10).into_iter().map(|it| (it.count, it.terms.join(" "))).collect()
    }

    #[test]
    fn what_says_the_same_is_together() {
        let found = told(&[
            "do you sell gift cards",
            "where can I buy a gift card?",
            "GIFT CARDS?? do you sell those",
            "can my dog eat this",
            "你们有礼品卡吗",
            "请问有礼品卡吗？",
            "do you sell gift cards please",
        ]);
        assert_eq!(found[0].0, 3, "{found:?}");
        assert!(found[0].1.contains("gift") && found[0].1.contains("cards"), "{found:?}");
        assert!(found.iter().any(|(count, terms)| *count == 2 && terms.contains("品卡")), "{found:?}");
        assert_eq!(found.iter().map(|(count, _)| count).sum::<usize>(), 7);
    }

    #[test]
    fn a_thousand_texts_take_no_time_and_nothing_is_lost() {
        let texts: Vec<_> =
            (0..1000).map(|number| format!("question {} about thing {}", number % 10, number % 50)).collect();
        let found = told(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(found.len() == 10 && found[0].0 >= 20, "{found:?}");
        assert_eq!(told(&[]), []);
        assert_eq!(told(&["!!!", "???"]), [(1, String::new()), (1, String::new())]);
    }
}
