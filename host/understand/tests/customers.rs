//! Messages of customers in twelve languages, written for this test and never trained on.
#![allow(missing_docs, reason = "a test")]

use cuecard_model::EmotionLabel;
use cuecard_understand::emotion::{Feeling, feeling};

/// Each line with its label and what is felt in it.
fn lines() -> impl Iterator<Item = (&'static str, &'static str, Feeling)> {
    let lines = include_str!("customers.txt").lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(label, text)| (label, text, feeling(text)))
}

fn name(label: EmotionLabel) -> String {
    format!("{label:?}").to_lowercase()
}

#[test]
fn most_are_read_as_they_are_meant() {
    let meant: Vec<_> = lines().filter(|(label, ..)| *label != "sarcastic").collect();
    let wrong: Vec<_> = meant.iter().filter(|(label, _, felt)| *label != name(felt.label)).collect();
    assert!(meant.len() > 100 && wrong.len() * 100 <= meant.len() * 20, "{wrong:#?}");
}

#[test]
fn a_calm_report_of_a_problem_is_not_anger() {
    let upset: Vec<_> = lines().filter(|(label, _, felt)| *label == "neutral" && felt.label.is_upset()).collect();
    assert!(upset.len() <= 1, "{upset:#?}");
}

#[test]
fn anger_is_upset() {
    let calm: Vec<_> = lines().filter(|(label, _, felt)| *label == "angry" && !felt.label.is_upset()).collect();
    assert!(calm.len() <= 1, "{calm:#?}");
}

#[test]
fn sarcasm_does_not_read_as_happy() {
    let glad: Vec<_> = lines()
        .filter(|(label, ..)| *label == "sarcastic")
        .filter(|(.., felt)| matches!(felt.label, EmotionLabel::Happy | EmotionLabel::Grateful))
        .collect();
    assert!(glad.is_empty(), "{glad:#?}");
}
