//! Scores the scenario classifier on a file of JSON lines, `{"text","scenario"}`:
//! `cargo run --release -p cuecard-understand --example score -- messages.jsonl [most examples a scenario]`.
//!
//! Cross-validated: a third of the scenarios is withheld as out of scope, in turn, and of the rest a fifth of the
//! examples. Prints accuracy in scope, macro F1 and Matthews correlation, `none` counted as a class.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used, reason = "a program for people")]

use std::{collections::BTreeMap, time::Instant};

use cuecard_model::{Customer, Timestamp};
use cuecard_understand::{Example, Input, Scenario, Understanding};

const THIRDS: usize = 3;
const FOLDS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: score <file.jsonl> [most examples a scenario]");
        std::process::exit(2);
    };
    let most = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let scenarios = read(&path, most);
    let mut answers = Vec::new();
    let mut training = 0.0;
    for third in 0..THIRDS {
        for fold in 0..FOLDS {
            let before = Instant::now();
            let understanding = Understanding::train(&part(&scenarios, third, fold));
            training += before.elapsed().as_secs_f64();
            answers.extend(ask(&understanding, &scenarios, third, fold));
        }
    }
    print(&answers, training / (THIRDS * FOLDS) as f64);
}

type Examples = BTreeMap<String, Vec<String>>;

/// What was right, what was found, and how sure the best class was.
struct Answer {
    right: String,
    found: String,
    best: String,
    confidence: f64,
}

fn read(path: &str, most: usize) -> Examples {
    let mut scenarios = Examples::new();
    for line in std::fs::read_to_string(path).expect("a readable file").lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let field = |name: &str| json.get(name).and_then(|value| value.as_str()).expect(name).to_owned();
        let examples = scenarios.entry(field("scenario")).or_default();
        if examples.len() < most {
            examples.push(field("text"));
        }
    }
    scenarios
}

/// What is trained on: the scenarios in scope without the fold's examples.
fn part(scenarios: &Examples, third: usize, fold: usize) -> Vec<Scenario> {
    let in_scope = scenarios.iter().enumerate().filter(|(at, _)| at % THIRDS != third);
    let examples = |texts: &[String]| {
        let kept = texts.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
        kept.map(|(_, text)| Example { language: "en".into(), text: text.clone() }).collect()
    };
    in_scope
        .map(|(_, (id, texts))| Scenario { id: id.as_str().into(), title: id.clone(), examples: examples(texts) })
        .collect()
}

fn ask(understanding: &Understanding, scenarios: &Examples, third: usize, fold: usize) -> Vec<Answer> {
    let customer = Customer::unknown("u-1".into());
    let mut answers = Vec::new();
    for (at, (id, texts)) in scenarios.iter().enumerate() {
        let right = if at % THIRDS == third { "none" } else { id };
        for text in texts.iter().skip(fold).step_by(FOLDS) {
            let input = Input {
                text,
                history: &[],
                customer: &customer,
                events: &[],
                now: Timestamp::default(),
                languages: &[],
            };
            let scenario = understanding.signals(&input).scenario;
            let found = scenario.id.to_string();
            let first = scenario.alternatives.first().map(|first| (first.id.to_string(), first.confidence));
            let (best, confidence) = if found == "none" {
                first.unwrap_or((String::new(), 0.0))
            } else {
                (found.clone(), scenario.confidence)
            };
            answers.push(Answer { right: right.to_owned(), found, best, confidence });
        }
    }
    answers
}

fn print(answers: &[Answer], training: f64) {
    let pairs: Vec<_> = answers.iter().map(|answer| (answer.right.as_str(), answer.found.as_str())).collect();
    let in_scope: Vec<_> = answers.iter().filter(|answer| answer.right != "none").collect();
    let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
    let found = in_scope.iter().filter(|answer| answer.right == answer.found).count();
    let ranked = in_scope.iter().filter(|answer| answer.right == answer.best).count();
    let refused = answers.iter().filter(|answer| answer.right == "none" && answer.found == "none").count();
    println!("messages            {} ({} out of scope)", answers.len(), answers.len() - in_scope.len());
    println!("accuracy            {:.3}", share(pairs.iter().filter(|(a, b)| a == b).count(), pairs.len()));
    println!("in scope, found     {:.3}", share(found, in_scope.len()));
    println!("in scope, best      {:.3}  (without none)", share(ranked, in_scope.len()));
    println!("out of scope, none  {:.3}", share(refused, answers.len() - in_scope.len()));
    println!("macro F1            {:.3}", macro_f1(&pairs));
    println!("Matthews            {:.3}", matthews(&pairs));
    let best = (1..20).map(|step| f64::from(step) / 20.0).map(|at| (matthews(&cut(answers, at)), at));
    let (best, at) = best.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
    println!("Matthews, best cut  {best:.3} at {at:.2}  (what a perfect threshold would reach)");
    println!("calibration error   {:.3}", calibration_error(answers));
    println!("training            {:.0} ms", training * 1000.0);
}

fn cut(answers: &[Answer], threshold: f64) -> Vec<(&str, &str)> {
    let found = |answer: &'_ Answer| answer.confidence >= threshold;
    answers
        .iter()
        .map(|answer| (answer.right.as_str(), if found(answer) { answer.best.as_str() } else { "none" }))
        .collect()
}

/// Gorodkin's correlation for many classes.
fn matthews(pairs: &[(&str, &str)]) -> f64 {
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let mut right = 0.0;
    for (truth, found) in pairs {
        counts.entry(truth).or_default().0 += 1.0;
        counts.entry(found).or_default().1 += 1.0;
        right += f64::from(u8::from(truth == found));
    }
    let all = pairs.len() as f64;
    let sum = |of: fn((f64, f64)) -> f64| counts.values().map(|pair| of(*pair)).sum::<f64>();
    let (both, truths, founds) = (sum(|(t, f)| t * f), sum(|(t, _)| t * t), sum(|(_, f)| f * f));
    (right * all - both) / ((all * all - founds).sqrt() * (all * all - truths).sqrt()).max(1e-9)
}

fn macro_f1(pairs: &[(&str, &str)]) -> f64 {
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (truth, found) in pairs {
        counts.entry(truth).or_default().1 += 1.0;
        counts.entry(found).or_default().1 += 1.0;
        if truth == found {
            counts.entry(truth).or_default().0 += 2.0;
        }
    }
    counts.values().map(|(twice_right, all)| twice_right / all).sum::<f64>() / counts.len().max(1) as f64
}

/// Mean distance between confidence and the share that was right, in ten bins.
fn calibration_error(answers: &[Answer]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for answer in answers {
        if let Some(bin) = bins.get_mut(((answer.confidence * 10.0) as usize).min(9)) {
            *bin = (bin.0 + 1.0, bin.1 + answer.confidence, bin.2 + f64::from(u8::from(answer.best == answer.right)));
        }
    }
    bins.iter().map(|(_, sure, right)| (sure - right).abs()).sum::<f64>() / answers.len().max(1) as f64
}
