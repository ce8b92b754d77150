//! How long *understand* takes for one message of about 60 characters, with 30 and 60 scenarios.
#![allow(missing_docs, clippy::indexing_slicing, reason = "a benchmark over constants, and criterion's macros")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_model::{Customer, Message, Role, Timestamp};
use cuecard_understand::{Example, Input, Scenario, Understanding, language_of};

const VERBS: [&str; 10] =
    ["return", "track", "cancel", "exchange", "insure", "gift wrap", "repair", "register", "compare", "pre-order"];
const THINGS: [&str; 6] = ["jacket", "kettle", "phone", "mattress", "voucher", "bicycle"];
const FRAMES: [&str; 10] = [
    "I want to {} please",
    "how do I {}?",
    "can you help me {}",
    "is it possible to {} today",
    "{}!!",
    "quiero saber cómo {}",
    "necesito {} cuanto antes",
    "我想 {}",
    "请问怎么 {}",
    "it does not let me {}, what now",
];
const MESSAGE: &str = "Hello, I would like to return the jacket that I got last week";

/// Scenarios that share their words, as those of a shop do.
fn scenarios(count: usize, examples: usize) -> Vec<Scenario> {
    let wishes = VERBS.iter().flat_map(|verb| THINGS.iter().map(move |thing| format!("{verb} my {thing}")));
    let example = |wish: &str, at: usize| {
        let frame = FRAMES[at % FRAMES.len()];
        let text = format!("{} {}", frame.replace("{}", wish), ["", "now", "thanks", "asap", "ok?"][at / 10 % 5]);
        Example { language: "en".into(), text }
    };
    wishes
        .take(count)
        .map(|wish| Scenario {
            id: wish.replace(' ', "_").into(),
            title: wish.clone(),
            examples: (0..examples).map(|at| example(&wish, at)).collect(),
        })
        .collect()
}

fn signals(criterion: &mut Criterion) {
    let customer = Customer::unknown("u-1".into());
    let said = ["hi there", "where is my parcel, it is late", "still nothing!"];
    let history: Vec<_> = said
        .iter()
        .map(|text| Message { role: Role::Customer, text: (*text).to_owned(), at: Timestamp::default() })
        .collect();
    let languages = ["en".to_owned()];
    for count in [30, 60] {
        let understanding = Understanding::train(&scenarios(count, 50));
        for (name, history) in [("alone", &history[..0]), ("after three messages", &history[..])] {
            let now = Timestamp::default();
            let input = Input { text: MESSAGE, history, customer: &customer, now, languages: &languages, voice: None };
            criterion.bench_function(&format!("signals, {count} scenarios, {name}"), |bencher| {
                bencher.iter(|| understanding.signals(black_box(&input)));
            });
        }
    }
}

fn language(criterion: &mut Criterion) {
    for text in [MESSAGE, "si", "订单还没到，我要退货！", "mera order kab aayega"] {
        criterion.bench_function(&format!("language of {text:?}"), |bencher| {
            bencher.iter(|| language_of(black_box(text)));
        });
    }
}

fn train(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("train");
    group.sample_size(10);
    for (count, examples) in [(10, 10), (30, 20), (60, 50)] {
        let scenarios = scenarios(count, examples);
        group.bench_function(format!("{count} scenarios of {examples} examples"), |bencher| {
            bencher.iter(|| Understanding::train(black_box(&scenarios)));
        });
    }
}

criterion_group!(benches, signals, language, train);
criterion_main!(benches);
