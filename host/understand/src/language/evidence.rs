//! What a message alone says about its language.
//!
//! Owns the points per script, letter, small word and statistical guess. Knows no conversation and no locale.

use whichlang::Lang;

use super::{
    Points,
    script::{self, Script},
    words,
};
use crate::text::{Kind, Normalized, Variant, variant};

/// What a message of a telling script is worth: more than all priors together.
const SCRIPT: f64 = 5.0;
/// Longer messages tell no more.
const MAX_CHARS: usize = 600;

/// How often each script was met, and letters that tell.
#[derive(Debug, Default)]
struct Tally {
    latin: usize,
    han: usize,
    kana: usize,
    cyrillic: usize,
    arabic: usize,
    devanagari: usize,
    only: Vec<(&'static str, usize)>,
    simplified: usize,
    traditional: usize,
    letters: Points,
}

/// Adds the points of a message.
pub(super) fn of(text: &str, normalized: &Normalized, points: &mut Points) {
    let tally = tally(text);
    let small = small_words(normalized, Script::Latin);
    // A character of Chinese weighs a word; foreign product names do not outweigh it, a sentence around it does.
    let foreign = 2 * (tally.han + tally.kana) + tally.others();
    if foreign > 0 && foreign * 2 >= small.weight() {
        by_script(&tally, normalized, points);
    } else if small.letters > 0 {
        by_words(text, &small, &tally, points);
    }
}

fn tally(text: &str) -> Tally {
    let mut tally = Tally::default();
    let plain = text.split_whitespace().filter(|chunk| !chunk.contains("://") && !chunk.contains('@'));
    for letter in plain.flat_map(str::chars).take(MAX_CHARS) {
        tally.count(letter);
    }
    tally
}

impl Tally {
    fn count(&mut self, letter: char) {
        for (language, points) in script::telling(letter.to_lowercase().next().unwrap_or(letter)) {
            self.letters.add(language, *points);
        }
        match script::of(letter) {
            Some(Script::Latin) => self.latin += 1,
            Some(Script::Han) => {
                self.han += 1;
                self.simplified += usize::from(variant(letter) == Some(Variant::Simplified));
                self.traditional += usize::from(variant(letter) == Some(Variant::Traditional));
            }
            Some(Script::Kana) => self.kana += 1,
            Some(Script::Cyrillic) => self.cyrillic += 1,
            Some(Script::Arabic) => self.arabic += 1,
            Some(Script::Devanagari) => self.devanagari += 1,
            Some(Script::Only(language)) => match self.only.iter_mut().find(|(known, _)| *known == language) {
                Some((_, count)) => *count += 1,
                None => self.only.push((language, 1)),
            },
            None => {}
        }
    }

    fn others(&self) -> usize {
        self.cyrillic + self.arabic + self.devanagari + self.only.iter().map(|(_, count)| count).sum::<usize>()
    }

    fn add_letters(&self, among: &[&str], most: f64, points: &mut Points) {
        let telling = self.letters.list.iter().filter(|(language, _)| among.contains(&language.as_str()));
        telling.for_each(|(language, sum)| points.add(language, sum.min(most)));
    }
}

fn by_script(tally: &Tally, normalized: &Normalized, points: &mut Points) {
    let east_asian = tally.han + tally.kana;
    let most = [tally.cyrillic, tally.arabic, tally.devanagari, 2 * east_asian].into_iter().max().unwrap_or(0);
    if let Some((language, count)) = tally.only.iter().max_by_key(|(_, count)| *count)
        && *count >= most
    {
        points.add(language, SCRIPT);
    } else if most == 2 * east_asian {
        chinese_or_japanese(tally, points);
    } else if most == tally.cyrillic {
        points.add("ru", SCRIPT - 3.0);
        tally.add_letters(&["ru", "uk", "be", "sr", "kk"], 7.0, points);
        small_words(normalized, Script::Cyrillic).hits.list.iter().for_each(|(tag, sum)| points.add(tag, sum.min(5.0)));
    } else if most == tally.arabic {
        points.add("ar", SCRIPT - 1.5);
        tally.add_letters(&["ar", "fa", "ur"], 7.0, points);
    } else {
        points.add("hi", SCRIPT - 0.5);
        tally.add_letters(&["mr"], 6.0, points);
    }
}

/// A lone の stands on Chinese labels too; kana among Han is Japanese.
fn chinese_or_japanese(tally: &Tally, points: &mut Points) {
    if tally.kana >= 2 || (tally.kana == 1 && tally.han <= 6) {
        points.add("ja", SCRIPT);
        return;
    }
    tally.add_letters(&["ja"], 4.0, points);
    points.add("ja", 1.0);
    let side = |own: usize, other: usize| {
        let lead = (own as f64 - other as f64).clamp(-3.0, 3.0);
        if own > 0 { SCRIPT + lead } else { 2.5 + lead / 2.0 }
    };
    // Where no character tells, simplified is by far the more common.
    points.add("zh-Hans", side(tally.simplified, tally.traditional) + 1.0);
    points.add("zh-Hant", side(tally.traditional, tally.simplified));
}

/// The words of one script in a message.
#[derive(Debug, Default)]
struct Small {
    letters: usize,
    small_letters: usize,
    hits: Points,
}

impl Small {
    fn weight(&self) -> usize {
        2 * self.small_letters + (self.letters - self.small_letters) / 3
    }
}

fn small_words(normalized: &Normalized, script: Script) -> Small {
    let mut small = Small::default();
    for (kind, word) in normalized.tokens() {
        let fits = word.chars().all(|letter| script::of(letter) == Some(script));
        if kind != Kind::Word || !fits || words::is_everywhere(word) {
            continue;
        }
        let length = word.chars().count();
        small.letters += length;
        let languages = words::languages_of(word);
        if !languages.is_empty() {
            small.small_letters += length;
        }
        // A long word that one language has says more than a short one that five share.
        let worth = (0.5 + 0.15 * length.min(7) as f64) / languages.len().max(1) as f64;
        languages.iter().for_each(|language| small.hits.add(language, worth));
    }
    small
}

fn by_words(text: &str, small: &Small, tally: &Tally, points: &mut Points) {
    small.hits.list.iter().for_each(|(language, sum)| points.add(language, sum.min(6.0)));
    let all: Vec<&str> = tally.letters.list.iter().map(|(language, _)| language.as_str()).collect();
    tally.add_letters(&all, 4.0, points);
    if let Some(language) = latin_tag(whichlang::detect_language(text)) {
        points.add(language, (small.letters as f64 / 10.0).min(2.5));
    }
}

fn latin_tag(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
        _ => return None,
    })
}
