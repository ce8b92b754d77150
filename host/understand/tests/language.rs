//! Language detection on messages written for it before it was tuned, each by itself: no conversation, no locale, no
//! configured languages. In every file the odd lines are for tuning; the even ones, held out, are measured here.
//!
//! The floors stand a little below what was measured (see BENCHMARKS.md), so that a worse model fails.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use cuecard_understand::language_of;

const TWELVE: [&str; 12] = ["en", "es", "zh-Hans", "de", "fr", "pt", "ja", "ko", "ar", "hi", "id", "th"];

struct Answer {
    right: String,
    text: String,
    found: String,
    confidence: f64,
}

impl Answer {
    fn is_right(&self) -> bool {
        self.right == self.found
    }
}

fn lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).step_by(2).map(str::to_owned).collect()
}

fn answer(right: &str, text: &str) -> Answer {
    let found = language_of(text);
    Answer { right: right.to_owned(), text: text.to_owned(), found: found.tag, confidence: found.confidence }
}

fn plain(tag: &str) -> Vec<Answer> {
    lines(&format!("{tag}.txt")).iter().map(|text| answer(tag, text)).collect()
}

fn tagged(file: &str) -> Vec<Answer> {
    lines(file).iter().filter_map(|line| line.split_once('\t')).map(|(tag, text)| answer(tag, text)).collect()
}

fn check<'a>(name: &str, answers: impl Iterator<Item = &'a Answer> + Clone, floor: f64) {
    let count = answers.clone().count();
    let wrong: Vec<_> = answers.filter(|answer| !answer.is_right()).collect();
    let share = 1.0 - wrong.len() as f64 / count.max(1) as f64;
    let wrong: Vec<_> =
        wrong.iter().map(|wrong| format!("{}: {} ({})", wrong.text, wrong.found, wrong.right)).collect();
    assert!(count > 10 && share >= floor, "{name}: {share:.3} of {count}: {wrong:#?}");
}

#[test]
fn twelve_languages_by_length() {
    let all: Vec<Answer> = TWELVE.iter().flat_map(|tag| plain(tag)).collect();
    let long = |answer: &&Answer| answer.text.chars().count() > 25;
    let short = |answer: &&Answer| answer.text.chars().count() < 10;
    check("over 25 characters", all.iter().filter(long), 0.99);
    check("10 to 25 characters", all.iter().filter(|answer| !long(answer) && !short(answer)), 0.98);
    check("under 10 characters", all.iter().filter(short), 0.95);
    for tag in TWELVE {
        check(tag, all.iter().filter(|answer| answer.right == tag).filter(long), 0.97);
        check(tag, all.iter().filter(|answer| answer.right == tag).filter(short), 0.85);
    }
}

#[test]
fn mixed_messages_give_the_language_that_their_sentence_is_built_in() {
    check("mixed", tagged("mixed.tsv").iter(), 0.93);
}

#[test]
fn other_languages_go_on_working() {
    check("other", tagged("other.tsv").iter(), 0.94);
}

#[test]
fn confidence_is_the_share_of_right_answers() {
    let all: Vec<Answer> = TWELVE.iter().flat_map(|tag| plain(tag)).collect();
    let near = |tenth: usize| all.iter().filter(move |answer| ((answer.confidence * 10.0) as usize).min(9) == tenth);
    let error: f64 = (0..10)
        .map(|tenth| {
            let said: f64 = near(tenth).map(|answer| answer.confidence).sum();
            let right = near(tenth).filter(|answer| answer.is_right()).count() as f64;
            (said - right).abs()
        })
        .sum();
    assert!(error / (all.len() as f64) < 0.05, "expected calibration error {}", error / all.len() as f64);
}
