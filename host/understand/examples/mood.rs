//! Scores the emotion rules on a file of JSON lines, `{"text","emotions":[..]}`:
//! `cargo run --release -p cuecard-understand --example mood -- messages.jsonl language`.
//!
//! Prints how well upset (anger, annoyance, disgust, disappointment, disapproval) is told from the rest, as area
//! under the curve, precision and recall, and the share of each of our labels among each of theirs.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used, reason = "a program for people")]

use std::collections::BTreeMap;

use cuecard_model::{Customer, Emotion, EmotionLabel, Timestamp};
use cuecard_understand::{Input, Understanding};

const UPSET: [&str; 5] = ["anger", "annoyance", "disgust", "disappointment", "disapproval"];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(language)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: mood <file.jsonl> <language>");
        std::process::exit(2);
    };
    let understanding = Understanding::train(&[]);
    let customer = Customer { locale: Some(language), ..Customer::unknown("u-1".into()) };
    let mut scored: Vec<(f64, bool)> = Vec::new();
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for line in std::fs::read_to_string(path).expect("a readable file").lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = json.get("text").and_then(|text| text.as_str()).expect("text");
        let theirs: Vec<&str> = json
            .get("emotions")
            .and_then(|list| list.as_array())
            .expect("emotions")
            .iter()
            .filter_map(|emotion| emotion.as_str())
            .collect();
        let input =
            Input { text, history: &[], customer: &customer, events: &[], now: Timestamp::default(), languages: &[] };
        let emotion = understanding.signals(&input).emotion;
        scored.push((distress(&emotion), theirs.iter().any(|emotion| UPSET.contains(emotion))));
        let row = table.entry(theirs.first().copied().unwrap_or("-").to_owned()).or_default();
        *row.entry(format!("{:?}", emotion.label).to_lowercase()).or_default() += 1;
    }
    print(&mut scored, &table);
}

/// From the gladdest to the angriest.
fn distress(emotion: &Emotion) -> f64 {
    match emotion.label {
        EmotionLabel::Happy | EmotionLabel::Grateful => -emotion.intensity,
        label if label.is_upset() => 1.0 + emotion.intensity,
        EmotionLabel::Neutral => emotion.intensity,
        _ => 0.5,
    }
}

fn print(scored: &mut [(f64, bool)], table: &BTreeMap<String, BTreeMap<String, usize>>) {
    let upset = scored.iter().filter(|(_, upset)| *upset).count() as f64;
    let found = scored.iter().filter(|(score, _)| *score >= 1.0).count() as f64;
    let right = scored.iter().filter(|(score, upset)| *upset && *score >= 1.0).count() as f64;
    println!("messages {}  upset {upset}  found {found}", scored.len());
    println!("area under the curve {:.3}", area(scored));
    println!("precision {:.3}  recall {:.3}", right / found.max(1.0), right / upset.max(1.0));
    for (theirs, ours) in table {
        let all: usize = ours.values().sum();
        let shares = ours.iter().map(|(label, count)| format!("{label} {:.2}", *count as f64 / all as f64));
        println!("{theirs:>15} {all:>6}  {}", shares.collect::<Vec<_>>().join("  "));
    }
}

/// The share of pairs in order, ties counted half (Mann and Whitney).
fn area(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum) = (0.0, 0.0);
    for same in scored.chunk_by(|a, b| a.0 == b.0) {
        let upset = same.iter().filter(|(_, upset)| *upset).count() as f64;
        let rest = same.len() as f64 - upset;
        sum += upset * (below + rest / 2.0);
        below += rest;
    }
    sum / (below * (scored.len() as f64 - below)).max(1.0)
}
