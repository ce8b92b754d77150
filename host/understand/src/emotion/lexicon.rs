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
    rest: Vec<String>,
    effect: Effect,
}

/// The lists that are read for a message. Scripts of their own are always read: they cannot be mistaken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexicons {
    language: u8,
    unsure: bool,
}

const FILES: [(&str, &str); 11] = [
    ("en", include_str!("lexicon/en.txt")),
    ("es", include_str!("lexicon/es.txt")),
    ("de", include_str!("lexicon/de.txt")),
    ("fr", include_str!("lexicon/fr.txt")),
    ("pt", include_str!("lexicon/pt.txt")),
    ("it", include_str!("lexicon/it.txt")),
    ("hi", include_str!("lexicon/hi.txt")),
    ("ru", include_str!("lexicon/ru.txt")),
    ("ar", include_str!("lexicon/ar.txt")),
    ("ko", include_str!("lexicon/ko.txt")),
    ("ja", concat!(include_str!("lexicon/ja.txt"), "\n", include_str!("lexicon/zh.txt"))),
];
const ENGLISH: u8 = 0;
/// In Latin letters it is hard to tell from a short message.
const HINDI: u8 = 6;
const LONGEST_DENSE: usize = 10;

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
        language == self.language || (self.unsure && (language == ENGLISH || language == HINDI)) || language >= 7
    }
}

/// All lists: phrases by their first word or its beginning, and runs of characters for scripts without spaces.
#[derive(Debug, Default)]
struct Lexicon {
    words: HashMap<String, Vec<Phrase>>,
    stems: HashMap<String, Vec<Phrase>>,
    runs: HashMap<String, Effect>,
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
            self.runs.insert([&[first], rest.as_slice()].concat().join(" "), effect);
            return;
        }
        let phrase = Phrase { language, rest, effect };
        match first.strip_suffix('*') {
            Some(stem) => self.stems.entry(stem.to_owned()).or_default().push(phrase),
            None => self.words.entry(first).or_default().push(phrase),
        }
    }

    /// The longest phrase that starts with the first of these words, and how many words it takes.
    fn longest(&self, words: &[&str], lexicons: Lexicons) -> Option<(usize, Effect)> {
        let (first, after) = words.split_first()?;
        let stems = first.char_indices().skip(3).map(|(at, _)| at).chain([first.len()]);
        let stems = stems.filter_map(|end| self.stems.get(first.get(..end)?));
        let phrases = self.words.get(*first).into_iter().chain(stems).flatten();
        let fits = phrases.filter(|phrase| lexicons.reads(phrase.language) && phrase.fits(after));
        fits.map(|phrase| (phrase.rest.len() + 1, phrase.effect)).fold(None, |best, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
    }

    /// The longest run of characters at the start of these, and how many it takes.
    fn longest_run(&self, letters: &[char]) -> Option<(usize, Effect)> {
        let mut run = String::with_capacity(4 * LONGEST_DENSE);
        let mut best = None;
        for (at, letter) in letters.iter().take(LONGEST_DENSE).enumerate() {
            run.push(*letter);
            best = self.runs.get(&run).map(|effect| (at + 1, *effect)).or(best);
        }
        best
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
            let letters: Vec<char> = words.get(..taken).unwrap_or_default().join(" ").chars().collect();
            reader.read_runs(&letters);
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
    fn read_runs(&mut self, letters: &[char]) {
        let mut at = 0;
        while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
            let found = LEXICON.longest_run(rest);
            let taken = found.map_or(1, |(taken, _)| taken);
            if let Some((_, effect)) = found {
                self.meet(effect, taken, 2);
            }
            self.place += taken;
            at += taken;
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
            _ if negated => {}
            _ => self.mix.add(label, points),
        }
    }
}
