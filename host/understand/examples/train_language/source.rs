//! What each language is learned from: word lists, sentences, chat phrases, examples. Owns reading them, and how usual
//! each is.

use std::{collections::HashMap, path::Path};

use crate::{
    random::{Random, pick},
    romanise::romanise,
    script::{self, Script},
};

/// How usual the example messages are together, beside the phrases of the lists.
const EXAMPLES: f64 = 0.5;

/// What one language is learned from.
#[derive(Default)]
pub(crate) struct Language {
    words: Vec<String>,
    /// The frequencies, added up.
    until: Vec<f64>,
    pub(crate) sentences: Vec<Vec<String>>,
    pub(crate) phrases: Vec<Vec<String>>,
    phrases_until: Vec<f64>,
}

impl Language {
    pub(crate) fn word(&self, random: &mut Random) -> &str {
        self.words.get(pick(&self.until, random)).map_or("", String::as_str)
    }

    pub(crate) fn phrase(&self, random: &mut Random) -> &[String] {
        self.phrases.get(pick(&self.phrases_until, random)).map_or(&[], Vec::as_slice)
    }
}

pub(crate) fn read_language(folder: &Path, script: Script, tag: &str) -> Language {
    let mut language = Language::default();
    let list = |tag: &str| std::fs::read_to_string(folder.join(format!("words/{tag}.tsv"))).unwrap_or_default();
    if (script, tag) == (Script::Latin, "hi") {
        add_romanised(&mut language, &list("hi"));
    } else if (script, tag) == (Script::Cyrillic, "sr") {
        add_words(&mut language, &list("hr").chars().map(cyrillic).collect::<String>(), script);
    } else {
        add_words(&mut language, &list(tag), script);
    }
    let texts = std::fs::read_to_string(folder.join(format!("texts/{tag}.txt"))).unwrap_or_default();
    language.sentences = texts.lines().map(|line| split(line, script)).filter(|words| words.len() > 1).collect();
    language
}

/// The phrases of a language's list, and the examples. Those of simplified Chinese count for traditional too, so that
/// what both write alike speaks for neither.
pub(crate) fn add_chat(
    language: &mut Language,
    chats: &Path,
    examples: &[(String, String)],
    script: Script,
    tag: &str,
) {
    let list = |tag: &str| std::fs::read_to_string(chats.join(format!("{tag}.txt"))).unwrap_or_default();
    let simplified = (tag == "zh-Hant").then(|| traditional(&list("zh-Hans")));
    for (row, line) in simplified.unwrap_or_default().lines().chain(list(tag).lines()).enumerate() {
        add_phrases(language, line, row, script);
    }
    let tags = if tag == "zh-Hant" { "zh-Hans" } else { tag };
    let mine = examples.iter().filter(|(known, _)| known == tags).map(|(_, text)| text);
    let texts: Vec<String> = mine.map(|text| if tag == "zh-Hant" { traditional(text) } else { text.clone() }).collect();
    let weight = language.phrases_until.last().copied().unwrap_or(1.0) * EXAMPLES / texts.len().max(1) as f64;
    texts.iter().for_each(|text| add_example(language, text, weight, script));
}

/// By the crate's pairs of characters: good enough to learn from.
fn traditional(text: &str) -> String {
    let pairs: HashMap<char, char> = include_str!("../../src/text/han.txt")
        .split_whitespace()
        .filter_map(|pair| Some((pair.chars().nth(1)?, pair.chars().next()?)))
        .collect();
    text.chars().map(|letter| pairs.get(&letter).copied().unwrap_or(letter)).collect()
}

/// In each file the lines and the phrases of a line stand in the order of how usual they are.
fn add_phrases(language: &mut Language, line: &str, row: usize, script: Script) {
    for (place, phrase) in line.split(',').enumerate() {
        let weight = 1.0 / (1.0 + row as f64).sqrt() / (2.0 + place as f64).sqrt();
        push_phrase(language, phrase, weight, script);
    }
}

fn push_phrase(language: &mut Language, phrase: &str, weight: f64, script: Script) {
    let words = split(phrase, script);
    if !words.is_empty() {
        let before = language.phrases_until.last().copied().unwrap_or_default();
        language.phrases_until.push(before + weight);
        language.phrases.push(words);
    }
}

/// The language and text of every example message of the plugins that ship.
pub(crate) fn read_examples(plugins: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<_> =
        std::fs::read_dir(plugins).expect("plugins").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders {
        let Ok(file) = std::fs::read_to_string(folder.join("scenarios.toml")) else { continue };
        let scenarios: toml::Table = file.parse().expect("a scenario file");
        let examples = scenarios.values().filter_map(|scenario| scenario.get("examples")?.as_table());
        for (tag, texts) in examples.flatten() {
            let texts = texts.as_array().into_iter().flatten().filter_map(|text| text.as_str());
            found.extend(texts.map(|text| (tag.clone(), text.to_owned())));
        }
    }
    found
}

/// A customer's whole message, unless it is written in two scripts.
fn add_example(language: &mut Language, text: &str, weight: f64, script: Script) {
    let others = |letter: char| script::of(letter).is_some_and(|other| other != script);
    if script == Script::Han || !text.chars().any(others) {
        push_phrase(language, text, weight, script);
    }
}

fn add_words(language: &mut Language, list: &str, script: Script) {
    for line in list.lines() {
        let Some((word, frequency)) = line.split_once('\t') else { continue };
        let fits = word.chars().all(|letter| script::of(letter) == Some(script) || script::is_ignored(letter));
        if fits {
            push(language, word.to_owned(), frequency.parse().unwrap_or(0.0));
        }
    }
}

fn add_romanised(language: &mut Language, list: &str) {
    let mut random = Random::new(7);
    for line in list.lines().take(8_000) {
        let Some((word, frequency)) = line.split_once('\t') else { continue };
        for _ in 0..3 {
            if let Some(made) = romanise(word, |ways| random.below(ways)) {
                push(language, made, frequency.parse().unwrap_or(0.0) / 3.0);
            }
        }
    }
}

/// Rare words are met a little more often than they are written.
fn push(language: &mut Language, word: String, frequency: f64) {
    let before = language.until.last().copied().unwrap_or_default();
    language.until.push(before + frequency.powf(0.85));
    language.words.push(word);
}

/// The words of a sentence that are of a script; Chinese and Japanese by runs.
fn split(line: &str, script: Script) -> Vec<String> {
    let fits =
        |letter: char| script::of(letter) == Some(script) || (script != Script::Han && script::is_ignored(letter));
    let runs = line.split(|letter| !fits(letter)).filter(|run| !run.is_empty());
    runs.map(str::to_lowercase).collect()
}

fn cyrillic(letter: char) -> char {
    const PAIRS: &[(char, char)] = &[
        ('a', 'а'),
        ('b', 'б'),
        ('v', 'в'),
        ('g', 'г'),
        ('d', 'д'),
        ('đ', 'ђ'),
        ('e', 'е'),
        ('ž', 'ж'),
        ('z', 'з'),
        ('i', 'и'),
        ('j', 'ј'),
        ('k', 'к'),
        ('l', 'л'),
        ('m', 'м'),
        ('n', 'н'),
        ('o', 'о'),
        ('p', 'п'),
        ('r', 'р'),
        ('s', 'с'),
        ('t', 'т'),
        ('ć', 'ћ'),
        ('u', 'у'),
        ('f', 'ф'),
        ('h', 'х'),
        ('c', 'ц'),
        ('č', 'ч'),
        ('š', 'ш'),
    ];
    PAIRS.iter().find(|(latin, _)| *latin == letter).map_or(letter, |(_, cyrillic)| *cyrillic)
}
