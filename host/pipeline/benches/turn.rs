//! A whole turn, from the message to its suggestions, without the commit: the plugins that ship, three of which
//! answer (in Chinese a fourth touches the words), and 27 scenarios. `cargo bench -p cuecard-pipeline --bench turn`
//!
//! The workers are threads; with `CUECARD_BIN=target/release/cuecard` they are processes as under `serve` too.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, missing_docs, reason = "a benchmark")]

mod support;

use std::{sync::Arc, time::Instant};

use cuecard_model::{LiveItem, MerchantId, Message, Role, Timestamp, TimingUs};
use cuecard_pipeline::{Incoming, Merchant, Snapshot, Terms, answer};
use cuecard_plugin::workers::{self, Spawn, Workers};

const TURNS: usize = 5000;
/// What is asked, by what it sets off, and how many hooks answer.
const ASKED: [(&str, &[&str], usize); 2] = [
    (
        "three plugins",
        &["Where is my order AF-1002?", "¿Dónde está mi pedido AF-1002?", "我的订单AF-1002到哪里了？"],
        3,
    ),
    // No words: a plugin says what it means, in an exchange of its own, before the three are asked.
    ("one that classifies and three", &["AF-1002", "#AF-1002", "af 1002"], 4),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let snapshot = Arc::new(support::snapshot());
    for (name, spawn) in support::kinds() {
        for (what, texts, hooks) in ASKED {
            let (snapshot, spawn) = (Arc::clone(&snapshot), spawn.clone());
            println!("{TURNS} turns, {what}, workers are {name}; microseconds");
            // A task of the runtime, as a request is.
            runtime.block_on(runtime.spawn(measure(texts, hooks, spawn, snapshot))).unwrap();
        }
    }
}

async fn measure(texts: &'static [&'static str], hooks: usize, spawn: Spawn, snapshot: Arc<Snapshot>) {
    let (workers, _) = Workers::start(workers::Options::new(spawn)).await.unwrap();
    let merchant = Merchant { links: vec!["alder-fern.example".into()], ..Merchant::new(MerchantId::from("bench")) };
    let understanding = snapshot.understanding(&merchant.id).unwrap();
    let asked: Vec<_> = texts.iter().map(|text| incoming(text)).collect();
    let mut whole = Vec::with_capacity(TURNS);
    let mut stages: Vec<TimingUs> = Vec::with_capacity(TURNS);
    for number in 0..TURNS + 500 {
        let incoming = asked[number % asked.len()].clone();
        let began = Instant::now();
        let answered = answer(&snapshot, &understanding, &workers, &merchant, incoming).await.unwrap();
        let spent = began.elapsed();
        let asked = answered.calls.iter().filter(|call| call.hook != "localize").count();
        assert_eq!(asked, hooks, "{:?}", answered.calls);
        assert!(answered.reply.failures.is_empty(), "{:?}", answered.reply.failures);
        assert!(!answered.reply.suggestions.is_empty(), "{:?}", answered.reply);
        if number >= 500 {
            whole.push(u64::try_from(spent.as_nanos()).unwrap());
            stages.push(answered.reply.timing_us);
        }
    }
    println!("{:<12}{:>10}{:>10}", "", "median", "p99");
    let of = |stage: fn(&TimingUs) -> u64| stages.iter().map(|timing| stage(timing) * 1000).collect();
    for (stage, times) in [
        ("understand", of(|timing| timing.understand)),
        ("compose", of(|timing| timing.compose)),
        ("localize", of(|timing| timing.localize)),
        ("guard", of(|timing| timing.guard)),
        ("rank", of(|timing| timing.rank)),
        ("whole turn", whole),
    ] {
        row(stage, times);
    }
}

fn row(stage: &str, mut nanos: Vec<u64>) {
    nanos.sort_unstable();
    let at = |percent: usize| nanos[nanos.len() * percent / 100] as f64 / 1000.0;
    println!("{stage:<12}{:>10.1}{:>10.1}", at(50), at(99));
}

fn incoming(text: &str) -> Incoming {
    let now: Timestamp = "2026-11-22T08:15:04Z".parse().unwrap();
    let mut message: cuecard_model::IncomingMessage = serde_json::from_str(include_str!("turn/message.json")).unwrap();
    message.text = text.into();
    let profile = Arc::new(message.customer.clone());
    message.customer = cuecard_model::Customer::unknown(profile.id.clone());
    let said = |role, text: &str| Message { role, text: text.into(), at: now };
    let item = |key: &str| LiveItem {
        key: key.into(),
        fields: [("code".into(), "WARM10".into()), ("percent".into(), 10.0.into())].into(),
        valid_from: None,
        valid_until: None,
    };
    Incoming {
        turn_id: "01jd9z8q7w0000000000000000".into(),
        now,
        message,
        history: vec![said(Role::Customer, "Hello"), said(Role::Agent, "Hello, how can I help you today?")],
        profile: Some(profile),
        live: vec![item("promotion.warm").into(), item("promotion.sorry").into()],
        keys: Arc::default(),
        recent: Arc::default(),
        learned: Arc::default(),
        terms: Terms::default(),
    }
}
