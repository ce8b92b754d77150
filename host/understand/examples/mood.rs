//! Scores the emotion stage on files of JSON lines, `{"text","emotions":[..]}`, one file a language:
//! `cargo run --release -p cuecard-understand --example mood -- [--all] FILE...`.
//!
//! Reads the fifth of each file that the weights have not seen, or all of it. Prints how well upset is told from the
//! rest (area under the curve), for three notions of upset, and F1 for each of our labels.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a program for people"
)]

#[path = "feelings/area.rs"]
mod area;
#[path = "feelings/data.rs"]
mod data;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use area::area;
use cuecard_model::EmotionLabel::{self, Angry, Anxious, Confused, Disappointed, Frustrated, Grateful, Happy, Neutral};
use cuecard_understand::emotion::{Feeling, feeling};
use data::Labelled;

/// Upset as it is trained, narrower, and with sadness.
const UPSET: [(&str, &[&str]); 3] = [
    ("upset", &["anger", "annoyance", "disappointment", "disgust", "disapproval"]),
    ("narrow", &["anger", "annoyance", "disappointment"]),
    ("with sadness", &["anger", "annoyance", "disappointment", "disgust", "disapproval", "sadness", "grief"]),
];
const LABELS: [EmotionLabel; 8] = [Neutral, Happy, Grateful, Confused, Anxious, Disappointed, Frustrated, Angry];

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word == "--all");
    println!("{:>12} {:>8} {:>7} {:>7} {:>7} {:>7}", "file", "messages", "upset", "narrow", "sadness", "F1");
    let (mut sums, mut spent, mut read) = ([0.0; 4], Duration::ZERO, 0);
    let (own, files): (Vec<String>, Vec<String>) = files.into_iter().partition(|file| file.ends_with(".txt"));
    for (source, file) in files.iter().enumerate() {
        let mut messages = Vec::new();
        data::read(Path::new(file), source, &mut messages);
        messages.retain(|message| !flags.is_empty() || message.is_held_out());
        let began = Instant::now();
        let felt: Vec<(&Labelled, Feeling)> =
            messages.iter().map(|message| (message, feeling(&message.text))).collect();
        spent += began.elapsed();
        read += felt.len();
        let areas =
            UPSET.map(|(_, upset)| area(felt.iter().map(|(theirs, ours)| (ours.upset, theirs.has(upset))).collect()));
        let (macro_f1, each) = f1(&felt);
        let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
        let [upset, narrow, sadness] = areas;
        println!("{name:>12} {:>8} {upset:>7.3} {narrow:>7.3} {sadness:>7.3} {macro_f1:>7.3}  {each}", felt.len());
        sums.iter_mut().zip([upset, narrow, sadness, macro_f1]).for_each(|(sum, figure)| *sum += figure);
    }
    let [upset, narrow, sadness, f1] = sums.map(|sum| sum / files.len().max(1) as f64);
    println!("{:>12} {:>8} {upset:>7.3} {narrow:>7.3} {sadness:>7.3} {f1:>7.3}", "mean", "");
    println!("{:.1} us a message, with its tokens and its language", spent.as_secs_f64() * 1e6 / read.max(1) as f64);
    own.iter().for_each(|file| customers(Path::new(file)));
}

/// Our own lines: how many of each label are read as which.
fn customers(file: &Path) {
    let mut lines = Vec::new();
    data::read_customers(&std::fs::read_to_string(file).expect("a readable file"), 0, &mut lines);
    let felt: Vec<(&Labelled, Feeling)> = lines.iter().map(|line| (line, feeling(&line.text))).collect();
    let areas = area(
        felt.iter().map(|(theirs, ours)| (ours.upset, theirs.label().is_some_and(EmotionLabel::is_upset))).collect(),
    );
    println!("\n{}: {} lines, upset {areas:.3}, F1 {:.3}", file.display(), felt.len(), f1(&felt).0);
    let mut table: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for (theirs, ours) in &felt {
        let row = table.entry(theirs.theirs.first().map_or("", String::as_str)).or_default();
        *row.entry(format!("{:?}", ours.label).to_lowercase()).or_default() += 1;
    }
    for (theirs, ours) in table {
        println!(
            "{theirs:>12}  {}",
            ours.iter().map(|(label, count)| format!("{label} {count}")).collect::<Vec<_>>().join("  ")
        );
    }
    for (theirs, ours) in felt.iter().filter(|(theirs, ours)| theirs.label().is_none_or(|label| label != ours.label)) {
        println!(
            "{:?} {:.2} upset {:.2}: {} ({})",
            ours.label,
            ours.intensity,
            ours.upset,
            theirs.text,
            theirs.theirs.join(" ")
        );
    }
}

/// The mean F1 over the labels that people gave, and F1 for each. Messages whose labels are not one of ours are left out.
fn f1(felt: &[(&Labelled, Feeling)]) -> (f64, String) {
    let known: Vec<_> = felt.iter().filter_map(|(theirs, ours)| Some((theirs.label()?, ours.label))).collect();
    let (mut figures, mut words) = (Vec::new(), Vec::new());
    for label in LABELS {
        let theirs = known.iter().filter(|(theirs, _)| *theirs == label).count() as f64;
        let ours = known.iter().filter(|(_, ours)| *ours == label).count() as f64;
        let both = known.iter().filter(|(theirs, ours)| *theirs == label && *ours == label).count() as f64;
        if theirs > 0.0 {
            figures.push(2.0 * both / (theirs + ours));
            words.push(format!("{} {:.2}", format!("{label:?}").to_lowercase(), 2.0 * both / (theirs + ours)));
        }
    }
    (figures.iter().sum::<f64>() / figures.len().max(1) as f64, words.join("  "))
}
