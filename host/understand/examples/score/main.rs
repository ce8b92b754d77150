//! Scores the scenario classifier on what shops wrote as examples, files of JSON lines `{"text","scenario"}`:
//! `cargo run --release -p cuecard-understand --example score -- SHOP.jsonl... [--outside FILE[=scenario,...]...]
//! [--most N]`.
//!
//! Cross-validated: a third of the scenarios is withheld as out of scope, in turn, and of the rest a fifth of the
//! examples. Each fold is asked twice, as written and as typed in a hurry, and after that about messages from outside:
//! other files' scenarios (all, or those named), or the customers' messages of conversations. `--most` learns from at
//! most so many examples a scenario.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::expect_used, reason = "a program for people")]

mod noise;

use std::{collections::BTreeMap, time::Instant};

use cuecard_model::{Customer, Timestamp};
use cuecard_understand::{Example, Input, Scenario, Understanding, score::Confusions};
use serde_json::Value;

const THIRDS: usize = 3;
const FOLDS: usize = 5;
/// So many messages of each file from outside, spread over it.
const OUTSIDE: usize = 400;

fn main() {
    let (mut shops, mut outside, mut most, mut confusions) = (Vec::new(), Vec::new(), usize::MAX, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--outside" => outside.push(read_outside(&arguments.next().expect("a file after --outside"))),
            "--most" => most = arguments.next().and_then(|text| text.parse().ok()).expect("a number after --most"),
            "--confusions" => confusions = true,
            _ => shops.push(argument),
        }
    }
    if shops.is_empty() {
        eprintln!("usage: score SHOP.jsonl... [--outside FILE[=scenario,...]...] [--most N] [--confusions]");
        std::process::exit(2);
    }
    for shop in shops {
        score(&shop, &outside, most, confusions);
    }
}

type Examples = BTreeMap<String, Vec<String>>;

/// A file from outside: its name and its messages.
type Outside = (String, Vec<String>);

/// What was right, what was found, and how sure the best class was.
struct Answer {
    right: String,
    found: String,
    best: String,
    confidence: f64,
}

fn score(path: &str, outside: &[Outside], most: usize, confusions: bool) {
    let scenarios = read(path);
    let (mut clean, mut noisy, mut training, mut folds) = (Vec::new(), Vec::new(), 0.0, Vec::new());
    let mut two = [0_usize; 3];
    let mut strangers: Vec<(Vec<Answer>, Vec<Answer>)> = outside.iter().map(|_| Default::default()).collect();
    for third in 0..THIRDS {
        for fold in 0..FOLDS {
            let before = Instant::now();
            let understanding = Understanding::train(&part(&scenarios, third, fold, most));
            training += before.elapsed().as_secs_f64();
            let asked = asked(&scenarios, third, fold);
            let answers = ask(&understanding, asked.iter().map(|(right, text)| (*right, (*text).clone())));
            folds.push(format!("{:.3}", confused(&answers).matthews()));
            clean.extend(answers);
            noisy.extend(ask(&understanding, asked.iter().map(|(right, text)| (*right, noise::noisy(text, 1)))));
            ask_two(&understanding, &asked, &mut two);
            for ((_, texts), (clean, noisy)) in outside.iter().zip(&mut strangers) {
                let some = || texts.iter().skip(fold).step_by(FOLDS);
                clean.extend(ask(&understanding, some().map(|text| ("none", text.clone()))));
                noisy.extend(ask(&understanding, some().map(|text| ("none", noise::noisy(text, 1)))));
            }
        }
    }
    println!("{path}");
    println!("  {} messages a round, {:.0} ms to train", clean.len(), training * 1000.0 / (THIRDS * FOLDS) as f64);
    println!("  Matthews by fold: {}", folds.join(" "));
    println!("  {:34} Matthews  best cut  in scope  without none  none found  macro F1  calibration", "");
    print("as written", &clean);
    print("typed in a hurry", &noisy);
    for ((name, _), (clean_outside, noisy_outside)) in outside.iter().zip(&mut strangers) {
        let refused = |answers: &[Answer]| confused(answers).accuracy();
        let (written, hurry) = (refused(clean_outside), refused(noisy_outside));
        println!("  from outside, none found: {name:60} {written:.3} as written, {hurry:.3} in a hurry");
    }
    let all = strangers.into_iter().flat_map(|(_, noisy)| noisy);
    let share = noisy.iter().filter(|answer| answer.right == "none").count() as f64;
    let all: Vec<_> = all.collect();
    let keep = (all.len() as f64 / share.max(1.0)).max(1.0);
    let picked = all.into_iter().enumerate().filter(|(at, _)| (*at as f64 / keep).fract() < 1.0 / keep);
    let mut live = noisy;
    live.extend(picked.map(|(_, answer)| answer));
    print("in a hurry, half from outside", &live);
    let [all, both, one] = two;
    let share = |count: usize| count as f64 / all.max(1) as f64;
    println!("  two wishes in one message: both named {:.3}, one {:.3}", share(both), share(one));
    if confusions {
        for mistake in confused(&clean).mistakes().iter().take(40) {
            println!("    {:4} {} taken for {}", mistake.times, mistake.right, mistake.found);
        }
    }
}

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| {
        eprintln!("{path}: {error}");
        std::process::exit(2);
    });
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn field(json: &Value, name: &str) -> String {
    json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn read(path: &str) -> Examples {
    let mut scenarios = Examples::new();
    for json in lines(path) {
        scenarios.entry(field(&json, "scenario")).or_default().push(field(&json, "text"));
    }
    scenarios
}

/// Messages, and those of conversations but for the first, which says what is wanted.
fn read_outside(argument: &str) -> Outside {
    let (path, only) = argument.split_once('=').unwrap_or((argument, ""));
    let only: Vec<_> = only.split(',').filter(|name| !name.is_empty()).collect();
    let mut texts = Vec::new();
    for json in lines(path) {
        if let Some(messages) = json.get("messages").and_then(Value::as_array) {
            let theirs = messages.iter().filter(|message| field(message, "role") == "customer");
            texts.extend(theirs.skip(1).map(|message| field(message, "text")));
        } else if only.is_empty() || only.contains(&field(&json, "scenario").as_str()) {
            texts.push(field(&json, "text"));
        }
    }
    let step = texts.len().div_ceil(OUTSIDE).max(1);
    let name = argument.rsplit('/').next().unwrap_or_default().chars().take(60).collect();
    (name, texts.into_iter().step_by(step).collect())
}

/// What is trained on: the scenarios in scope without the fold's examples.
fn part(scenarios: &Examples, third: usize, fold: usize, most: usize) -> Vec<Scenario> {
    let in_scope = scenarios.iter().enumerate().filter(|(at, _)| at % THIRDS != third);
    let examples = |texts: &[String]| {
        let kept = texts.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
        kept.take(most).map(|(_, text)| Example { language: "en".into(), text: text.clone() }).collect()
    };
    in_scope
        .map(|(_, (id, texts))| Scenario { id: id.as_str().into(), title: id.clone(), examples: examples(texts) })
        .collect()
}

fn asked(scenarios: &Examples, third: usize, fold: usize) -> Vec<(&str, &String)> {
    let mut asked = Vec::new();
    for (at, (id, texts)) in scenarios.iter().enumerate() {
        let right = if at % THIRDS == third { "none" } else { id.as_str() };
        asked.extend(texts.iter().skip(fold).step_by(FOLDS).map(|text| (right, text)));
    }
    asked
}

fn ask<'a>(understanding: &Understanding, questions: impl Iterator<Item = (&'a str, String)>) -> Vec<Answer> {
    let customer = Customer::unknown("u-1".into());
    let answer = |(right, text): (&str, String)| {
        let input = Input {
            text: &text,
            history: &[],
            customer: &customer,
            events: &[],
            now: Timestamp::default(),
            languages: &[],
            voice: None,
        };
        let scenario = understanding.signals(&input).scenario;
        let found = scenario.id.to_string();
        let first = scenario.alternatives.first().map(|first| (first.id.to_string(), first.confidence));
        let (best, confidence) =
            if found == "none" { first.unwrap_or_default() } else { (found.clone(), scenario.confidence) };
        Answer { right: right.to_owned(), found, best, confidence }
    };
    questions.map(answer).collect()
}

/// Two messages of different scenarios joined into one: counts all, those of which both scenarios are named, and one.
fn ask_two(understanding: &Understanding, asked: &[(&str, &String)], counts: &mut [usize; 3]) {
    const JOINTS: [&str; 4] = [" and ", ". ", ", also ", " "];
    let customer = Customer::unknown("u-1".into());
    let in_scope: Vec<_> = asked.iter().filter(|(right, _)| *right != "none").collect();
    let pairs = in_scope.iter().zip(in_scope.iter().skip(in_scope.len() / 2)).filter(|(a, b)| a.0 != b.0);
    for (joint, (first, second)) in JOINTS.iter().cycle().zip(pairs) {
        let text = &format!("{}{joint}{}", first.1.trim(), second.1.trim());
        let input = Input {
            text,
            history: &[],
            customer: &customer,
            events: &[],
            now: Timestamp::default(),
            languages: &[],
            voice: None,
        };
        let found = understanding.signals(&input).scenario;
        let named =
            |id: &str| found.id.as_str() == id || found.alternatives.iter().any(|other| other.id.as_str() == id);
        let [all, both, one] = counts;
        *all += 1;
        *both += usize::from(named(first.0) && named(second.0));
        *one += usize::from(named(first.0) != named(second.0));
    }
}

fn confused(answers: &[Answer]) -> Confusions {
    let mut confusions = Confusions::default();
    answers.iter().for_each(|answer| confusions.add(&answer.right, &answer.found));
    confusions
}

fn print(name: &str, answers: &[Answer]) {
    let confusions = confused(answers);
    let share = |of: fn(&&Answer) -> bool, right: fn(&Answer) -> bool| {
        let of: Vec<_> = answers.iter().filter(of).collect();
        of.iter().filter(|answer| right(answer)).count() as f64 / of.len().max(1) as f64
    };
    let best = (1..20).map(|step| cut(answers, f64::from(step) / 20.0).matthews()).fold(0.0, f64::max);
    let in_scope = share(|answer| answer.right != "none", |answer| answer.right == answer.found);
    let ranked = share(|answer| answer.right != "none", |answer| answer.right == answer.best);
    let refused = share(|answer| answer.right == "none", |answer| answer.found == "none");
    println!(
        "  {name:34} {:8.3}  {best:8.3}  {in_scope:8.3}  {ranked:12.3}  {refused:10.3}  {:8.3}  {:11.3}",
        confusions.matthews(),
        confusions.macro_f1(),
        calibration_error(answers)
    );
}

/// The answers under another threshold.
fn cut(answers: &[Answer], threshold: f64) -> Confusions {
    let mut confusions = Confusions::default();
    for answer in answers {
        let found = if answer.confidence >= threshold { &answer.best } else { "none" };
        confusions.add(&answer.right, found);
    }
    confusions
}

/// Mean distance between confidence and the share that was right, in ten bins.
fn calibration_error(answers: &[Answer]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for answer in answers {
        if let Some(bin) = bins.get_mut(((answer.confidence * 10.0) as usize).min(9)) {
            *bin = (bin.0 + answer.confidence, bin.1 + f64::from(u8::from(answer.best == answer.right)));
        }
    }
    bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / answers.len().max(1) as f64
}
