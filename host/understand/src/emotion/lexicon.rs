//! Words and phrases that carry a feeling, and the words that turn it round or up or down.
//!
//! Owns the lists (one file a language, written for this project) and the matching. Knows no punctuation.

use std::{collections::HashMap, sync::LazyLock};

use cuecard_model::EmotionLabel;

use super::mix::Mix;
use crate::text::{Kind, Normalized};

/// What a phrase does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Effect {
    Feeling(EmotionLabel, f64),
    Problem(f64),
    /// Turns a feeling round.
    Not,
    /// Makes it stronger or weaker.
    Times(f64),
    /// Means nothing, and keeps its words from meaning anything: `no problem`.
    Nothing,
}

/// The words of a phrase after its first; one that ends in `*` matches any ending.
#[derive(Debug)]
struct Phrase {
    language: u8,
    /// Whether it means the same in any message.
    telling: bool,
    rest: Vec<String>,
    effect: Effect,
}

/// The lists that are read for a message. Scripts of their own are always read: they cannot be mistaken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexicons {
    language: u8,
    unsure: bool,
}

const FILES: [(&str, &str); 17] = [
    ("en", include_str!("lexicon/en.txt")),
    ("es", include_str!("lexicon/es.txt")),
    ("de", include_str!("lexicon/de.txt")),
    ("fr", include_str!("lexicon/fr.txt")),
    ("pt", include_str!("lexicon/pt.txt")),
    ("it", include_str!("lexicon/it.txt")),
    ("hi", include_str!("lexicon/hi.txt")),
    ("id", include_str!("lexicon/id.txt")),
    ("sv", include_str!("lexicon/sv.txt")),
    ("ro", include_str!("lexicon/ro.txt")),
    ("af", include_str!("lexicon/af.txt")),
    ("ru", include_str!("lexicon/ru.txt")),
    ("uk", include_str!("lexicon/uk.txt")),
    ("ar", include_str!("lexicon/ar.txt")),
    ("ko", include_str!("lexicon/ko.txt")),
    ("th", include_str!("lexicon/th.txt")),
    ("ja", concat!(include_str!("lexicon/ja.txt"), "\n", include_str!("lexicon/zh.txt"))),
];
const ENGLISH: u8 = 0;
/// In Latin letters it is hard to tell from a short message.
const HINDI: u8 = 6;
/// From here on, lists in scripts of their own.
const OWN_SCRIPTS: u8 = 11;
/// A phrase of so many bytes means the same wherever it is met.
const TELLING: usize = 7;
/// Weaker words are negated in passing: `not bad`.
const DENIABLE: f64 = 0.65;

impl Lexicons {
    /// `language`: its tag, and how sure that is.
    pub(super) fn for_language(language: Option<(&str, f64)>) -> Self {
        let (tag, share) = language.unwrap_or_default();
        let primary = tag.split('-').next().unwrap_or_default();
        let known = FILES.iter().position(|(tag, _)| *tag == primary);
        let unsure = known.is_none() || share < 0.6 || primary == "hi";
        Self { language: known.map_or(ENGLISH, |at| at as u8), unsure }
    }

    fn reads(self, language: u8) -> bool {
        language == self.language
            || (self.unsure && (language == ENGLISH || language == HINDI))
            || language >= OWN_SCRIPTS
    }
}

/// All lists: phrases by their first word or its beginning, and runs of characters for scripts without spaces.
#[derive(Debug, Default)]
struct Lexicon {
    words: HashMap<String, Vec<Phrase>>,
    stems: HashMap<String, Vec<Phrase>>,
    /// By their first character: the others, and how many characters there are in all.
    runs: HashMap<char, Vec<(String, usize, Effect)>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (language, (_, lines)) in (0_u8..).zip(FILES) {
        for (head, phrases) in lines.lines().filter_map(|line| line.split_once(": ")) {
            let Some(effect) = effect(head) else { continue };
            phrases.split(" | ").for_each(|phrase| lexicon.add(language, phrase, effect));
        }
    }
    lexicon
});

fn effect(head: &str) -> Option<Effect> {
    match head {
        "not" => return Some(Effect::Not),
        "more" => return Some(Effect::Times(1.3)),
        "less" => return Some(Effect::Times(0.6)),
        _ => {}
    }
    let (name, points) = head.split_once(' ')?;
    let points: f64 = points.parse().ok()?;
    match name {
        "problem" => Some(Effect::Problem(points)),
        "neutral" => Some(Effect::Nothing),
        _ => label_of(name).map(|label| Effect::Feeling(label, points)),
    }
}

pub(super) fn label_of(name: &str) -> Option<EmotionLabel> {
    use EmotionLabel::{Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy};
    Some(match name {
        "happy" => Happy,
        "grateful" => Grateful,
        "confused" => Confused,
        "anxious" => Anxious,
        "disappointed" => Disappointed,
        "frustrated" => Frustrated,
        "angry" => Angry,
        _ => return None,
    })
}

impl Lexicon {
    fn add(&mut self, language: u8, phrase: &str, effect: Effect) {
        let mut parts = phrase.split_whitespace().flat_map(|part| {
            let stem = if part.ends_with('*') { "*" } else { "" };
            let normalized = Normalized::new(part);
            let mut parts: Vec<String> = normalized.tokens().map(|(_, token)| token.to_owned()).collect();
            if let Some(last) = parts.last_mut() {
                last.push_str(stem);
            }
            parts
        });
        let Some(first) = parts.next() else { return };
        let rest: Vec<String> = parts.collect();
        if first.chars().next().is_some_and(is_run) {
            self.add_run(&[&[first], rest.as_slice()].concat().join(" "), effect);
            return;
        }
        let length = first.len() + rest.iter().map(String::len).sum::<usize>();
        let telling = length >= TELLING && matches!(effect, Effect::Feeling(..));
        let phrase = Phrase { language, telling, rest, effect };
        match first.strip_suffix('*') {
            Some(stem) => self.stems.entry(stem.to_owned()).or_default().push(phrase),
            None => self.words.entry(first).or_default().push(phrase),
        }
    }

    fn add_run(&mut self, run: &str, effect: Effect) {
        let mut letters = run.chars();
        let Some(first) = letters.next() else { return };
        self.runs.entry(first).or_default().push((letters.as_str().to_owned(), run.chars().count(), effect));
    }

    /// The longest phrase that starts with the first of these words, and how many words it takes.
    fn longest(&self, words: &[&str], lexicons: Lexicons) -> Option<(usize, Effect)> {
        let (first, after) = words.split_first()?;
        let stems = first.char_indices().skip(3).map(|(at, _)| at).chain([first.len()]);
        let stems = stems.filter_map(|end| self.stems.get(first.get(..end)?));
        let phrases = self.words.get(*first).into_iter().chain(stems).flatten();
        let read = phrases.filter(|phrase| phrase.telling || lexicons.reads(phrase.language));
        let fits = read.filter(|phrase| phrase.fits(after));
        fits.map(|phrase| (phrase.rest.len() + 1, phrase.effect)).fold(None, |best, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
    }

    /// The longest run of characters at the start of these, and how many it takes. Of the same run in two lists, the first
    /// counts, as with words.
    fn longest_run(&self, letters: &str) -> Option<(usize, Effect)> {
        let mut rest = letters.chars();
        let runs = self.runs.get(&rest.next()?)?;
        let fits = runs.iter().rev().filter(|(others, ..)| rest.as_str().starts_with(others.as_str()));
        fits.max_by_key(|(_, length, _)| *length).map(|(_, length, effect)| (*length, *effect))
    }
}

impl Phrase {
    fn fits(&self, after: &[&str]) -> bool {
        self.rest.len() <= after.len()
            && self.rest.iter().zip(after).all(|(part, word)| match part.strip_suffix('*') {
                Some(stem) => word.starts_with(stem),
                None => part == word,
            })
    }
}

/// Han, kana, Thai; and Hangul, whose endings grow onto the word.
fn is_run(letter: char) -> bool {
    crate::text::is_dense(letter) || ('\u{ac00}'..='\u{d7a3}').contains(&letter)
}

/// Adds the feelings of all phrases of a message.
pub(super) fn read(text: &Normalized, lexicons: Lexicons, mix: &mut Mix) {
    let mut reader = Reader { mix, place: 0, not: None, times: None };
    let tokens: Vec<&str> = text.tokens().map(|(kind, token)| if kind == Kind::Link { "" } else { token }).collect();
    let mut at = 0;
    while let Some(words) = tokens.get(at..).filter(|words| !words.is_empty()) {
        if words.first().and_then(|word| word.chars().next()).is_some_and(is_run) {
            let taken = words.iter().take_while(|word| word.chars().next().is_some_and(is_run)).count();
            reader.read_runs(&words.get(..taken).unwrap_or_default().join(" "));
            at += taken;
            continue;
        }
        let found = LEXICON.longest(words, lexicons);
        let taken = found.map_or(1, |(taken, _)| taken);
        if let Some((_, effect)) = found {
            reader.meet(effect, taken, 3);
        }
        reader.place += taken;
        at += taken;
    }
}

/// Reads on with what was said just before in mind.
struct Reader<'a> {
    mix: &'a mut Mix,
    place: usize,
    not: Option<usize>,
    times: Option<(usize, f64)>,
}

impl Reader<'_> {
    fn read_runs(&mut self, letters: &str) {
        let mut rest = letters.chars();
        while !rest.as_str().is_empty() {
            let found = LEXICON.longest_run(rest.as_str());
            let taken = found.map_or(1, |(taken, _)| taken);
            if let Some((_, effect)) = found {
                self.meet(effect, taken, 2);
            }
            self.place += taken;
            rest.nth(taken - 1);
        }
    }

    /// `reach`: how far before a feeling its modifier may stand.
    fn meet(&mut self, effect: Effect, taken: usize, reach: usize) {
        let near = |place: usize| self.place - place <= reach;
        let negated = self.not.is_some_and(near);
        let times = self.times.filter(|(place, _)| near(*place)).map_or(1.0, |(_, times)| times);
        match effect {
            Effect::Not => self.not = Some(self.place + taken - 1),
            Effect::Times(times) => self.times = Some((self.place + taken - 1, times)),
            Effect::Problem(points) => self.mix.add_problem(points * times),
            Effect::Feeling(label, points) => self.feel(label, points * times, negated && points < 0.8),
            Effect::Nothing => {}
        }
    }

    fn feel(&mut self, label: EmotionLabel, points: f64, negated: bool) {
        match label {
            EmotionLabel::Happy if negated => self.mix.add(EmotionLabel::Disappointed, 0.8 * points),
            label if negated && label.is_upset() && points >= DENIABLE => self.mix.denied = points,
            _ if negated => {}
            _ => self.mix.add(label, points),
        }
    }
}
