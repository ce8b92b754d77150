//! One realistic `compose` in Lua: a turn of 1 KB of JSON in, three drafts out. The parts are measured one by one:
//! a call that does nothing, one that is handed the turn and returns nothing, and the whole.
//!
//! `cargo bench -p cuecard-plugin --bench lua`

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::{collections::BTreeMap, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_culture::Setting;
use cuecard_model::{Register, Timestamp, Turn};
use cuecard_plugin::{
    call::{Call, Runtime},
    limits::Limits,
    lua::{Hook, LuaPlugin},
    watchdog::Watchdog,
};

const NOTHING: &str = "return { compose = function() return {} end }";
const FIXED: &str = r#"return { compose = function()
    local drafts = {}
    for index = 1, 3 do
        drafts[index] = {
            message = "order_late", reason = "the parcel is late", confidence = 0.8,
            arguments = { name = "Sara", order = "1001", carrier = "DHL", due = 1795300000, days = 3,
                total = { amount = "59.90", currency = "EUR" }, back = { amount = "5.00", currency = "EUR" },
                promo = "WINTER" },
        }
    end
    return drafts
end }"#;
const SCRIPT: &str = include_str!("lua/script.luau");

fn compose(criterion: &mut Criterion) {
    let json = include_str!("lua/turn.json");
    let turn: Turn = serde_json::from_str(json).unwrap();
    let setting = Arc::new(setting());
    let mut group = criterion.benchmark_group("lua");
    for (name, source) in [("enter and push", NOTHING), ("and read three drafts", FIXED), ("the script", SCRIPT)] {
        let mut plugin = load(source);
        group.bench_function(name, |bench| {
            bench.iter_custom(|rounds| {
                let mut spent = std::time::Duration::ZERO;
                for _ in 0..rounds {
                    let mut call = call(&setting);
                    let before = std::time::Instant::now();
                    let drafts = plugin.compose(&mut call, black_box(&turn)).unwrap();
                    spent += before.elapsed();
                    black_box(drafts);
                    plugin.tidy();
                }
                spent
            });
        });
    }
    let mut plugin = load(SCRIPT);
    group.bench_function("the script, JSON to JSON", |bench| {
        bench.iter_custom(|rounds| {
            let mut spent = std::time::Duration::ZERO;
            for _ in 0..rounds {
                let before = std::time::Instant::now();
                let turn: Turn = serde_json::from_str(black_box(json)).unwrap();
                let drafts = plugin.compose(&mut call(&setting), &turn).unwrap();
                black_box(serde_json::to_string(&drafts).unwrap());
                spent += before.elapsed();
                plugin.tidy();
            }
            spent
        });
    });
    group.finish();
}

fn load(source: &str) -> LuaPlugin {
    let watchdog = Arc::new(Watchdog::start(|| (), || ()).unwrap());
    let sources = BTreeMap::from([("main.luau".to_owned(), source.into())]);
    let name = serde_json::from_str("\"bench@1.0.0\"").unwrap();
    LuaPlugin::load(&name, &sources, "main.luau", &[Hook::Compose], &Limits::default(), watchdog).unwrap()
}

fn call(setting: &Arc<Setting>) -> Call {
    // Time enough where the machine has other work: what counts here is the median.
    let limits = Limits { time_ms: 1000, ..Limits::default() };
    Call::new(limits, Arc::default(), Arc::clone(setting), None, "turn-1")
}

fn setting() -> Setting {
    Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(1_795_335_304),
        register: Register::Formal,
        name: None,
        manner: None,
    }
}

criterion_group!(benches, compose);
criterion_main!(benches);
