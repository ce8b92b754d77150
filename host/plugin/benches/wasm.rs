//! One hook call of a component, a fresh instance each: `cargo bench -p cuecard-plugin --bench wasm`.
//!
//! The turn is about 1 KB of JSON: a message, a customer with three orders, two promotions. `guest` is the component
//! that ships; `json to json` adds the turn's parsing and the drafts' writing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::too_many_lines,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers that they share"
)]

#[path = "../tests/support/desk.rs"]
mod desk;

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_model::Turn;
use cuecard_plugin::{
    api::Api,
    limits::Limits,
    wasm::{PoolSize, Size, WasmEngine, compile, load},
};

const TURN: &str = include_str!("turn.json");
const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/size-advisor/plugin.wasm");

fn calls(criterion: &mut Criterion) {
    let engine = WasmEngine::new(PoolSize::default()).unwrap();
    let compiled = compile(Api::V1, &std::fs::read(COMPONENT).unwrap(), &Size::USUAL).unwrap();
    let mut plugin = load(Api::V1, &engine, &compiled).unwrap();
    let turn: Turn = serde_json::from_str(TURN).unwrap();
    criterion.bench_function("wasm: compose in a fresh instance", |bencher| {
        bencher.iter(|| plugin.compose(&mut desk::call(Limits::default(), None), &turn).unwrap());
    });
    criterion.bench_function("wasm: compose, json to json", |bencher| {
        bencher.iter(|| {
            let turn: Turn = serde_json::from_str(TURN).unwrap();
            let drafts = plugin.compose(&mut desk::call(Limits::default(), None), &turn).unwrap();
            serde_json::to_string(&drafts).unwrap()
        });
    });
    criterion.bench_function("wasm: the json alone", |bencher| {
        bencher.iter(|| serde_json::to_string(&serde_json::from_str::<Turn>(TURN).unwrap().live).unwrap());
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
