//! Scores language detection on files of JSON lines, `{"text","language"}`:
//! `cargo run --release -p cuecard-understand --example language -- messages.jsonl...`.
//!
//! Each message by itself: no conversation, locale or configured languages. Prints accuracy per language and length,
//! the confusions, how far confidence can be trusted, and the time a message takes.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used, reason = "a program for people")]

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use cuecard_understand::language_of;

/// Fewer than 10 characters, up to 25, more.
const CLASSES: [&str; 3] = ["<10", "10-25", ">25"];
/// How often each message is timed.
const REPEATS: u32 = 20;

struct Answer {
    text: String,
    right: String,
    found: String,
    confidence: f64,
    microseconds: f64,
}

impl Answer {
    /// `zh` in a file takes either script.
    fn is_right(&self) -> bool {
        self.found == self.right || self.found.split('-').next() == Some(self.right.as_str())
    }

    fn class(&self) -> usize {
        match self.text.chars().count() {
            0..10 => 0,
            10..=25 => 1,
            _ => 2,
        }
    }
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        eprintln!("usage: language <file.jsonl>...");
        std::process::exit(2);
    }
    let answers: Vec<Answer> = paths.iter().flat_map(|path| read(path)).map(answer).collect();
    print_table(&answers);
    print_confidence(&answers);
    print_confusions(&answers);
    let mut times: Vec<f64> = answers.iter().map(|answer| answer.microseconds).collect();
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!("\nmicroseconds a message: median {:.2}, 99 % {:.2}", at(0.5), at(0.99));
}

fn read(path: &str) -> Vec<(String, String)> {
    let lines = std::fs::read_to_string(path).expect("a readable file");
    let field = |line: &str, name: &str| {
        let json: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        json.get(name).and_then(|value| value.as_str()).expect(name).to_owned()
    };
    lines.lines().map(|line| (field(line, "text"), field(line, "language"))).collect()
}

fn answer((text, right): (String, String)) -> Answer {
    let found = language_of(&text);
    let before = Instant::now();
    for _ in 0..REPEATS {
        black_box(language_of(black_box(&text)));
    }
    let microseconds = before.elapsed().as_secs_f64() * 1e6 / f64::from(REPEATS);
    Answer { text, right, found: found.tag, confidence: found.confidence, microseconds }
}

fn print_table(answers: &[Answer]) {
    println!("{:>8} {:>15} {:>15} {:>15} {:>15}", "", CLASSES[0], CLASSES[1], CLASSES[2], "all");
    let mut languages: Vec<&str> = answers.iter().map(|answer| answer.right.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in languages.into_iter().map(Some).chain([None]) {
        let mine = |answer: &&Answer| language.is_none_or(|language| answer.right == language);
        let cell = |classes: &[usize]| {
            let these = answers.iter().filter(mine).filter(|answer| classes.contains(&answer.class()));
            let (count, right) =
                these.fold((0, 0), |(count, right), answer| (count + 1, right + i32::from(answer.is_right())));
            format!("{:.3} of {count}", f64::from(right) / f64::from(count.max(1)))
        };
        let cells = [cell(&[0]), cell(&[1]), cell(&[2]), cell(&[0, 1, 2])];
        println!("{:>8} {}", language.unwrap_or("all"), cells.map(|cell| format!("{cell:>15}")).join(" "));
    }
}

/// Of those found with a confidence near 0.6, six in ten should be right.
fn print_confidence(answers: &[Answer]) {
    println!("\nconfidence   messages   right");
    let mut error = 0.0;
    for tenth in 0..10 {
        let these: Vec<_> =
            answers.iter().filter(|answer| ((answer.confidence * 10.0) as i32).min(9) == tenth).collect();
        if these.is_empty() {
            continue;
        }
        let count = these.len() as f64;
        let said = these.iter().map(|answer| answer.confidence).sum::<f64>() / count;
        let right = these.iter().filter(|answer| answer.is_right()).count() as f64 / count;
        error += (said - right).abs() * count / answers.len() as f64;
        println!("{said:>10.2} {count:>10} {right:>7.2}");
    }
    println!("expected calibration error {error:.3}");
}

fn print_confusions(answers: &[Answer]) {
    let mut wrong: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for answer in answers.iter().filter(|answer| !answer.is_right()) {
        wrong.entry((&answer.right, &answer.found)).or_default().push(&answer.text);
    }
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_by_key(|(_, texts)| std::cmp::Reverse(texts.len()));
    println!();
    for ((right, found), texts) in wrong {
        println!("{right} taken for {found}, {}: {}", texts.len(), texts.join(" | "));
    }
}
