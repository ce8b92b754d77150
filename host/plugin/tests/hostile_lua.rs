//! Every case of `tests/hostile/lua.jsonl`, as a plugin: each ends in time, in bounded memory, with a reason.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

#[path = "support/lua_cases.rs"]
mod lua_cases;

use std::{
    collections::BTreeMap,
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use cuecard_culture::Setting;
use cuecard_model::{FailureKind, Register, Timestamp, Turn};
use cuecard_plugin::{
    call::{Call, CallError, Runtime},
    limits::Limits,
    lua::{Hook, LuaPlugin},
    watchdog::Watchdog,
};
use lua_cases::cases;

/// Cases that nothing in the process ends in time: they are the worker kill's.
const NEED_THE_KILL: &[&str] = &[];

/// What a busy machine adds to the deadline and the grace.
const SLACK: Duration = Duration::from_millis(100);

struct Outcome {
    load: Duration,
    call: Duration,
    memory: usize,
    error: Option<(FailureKind, String)>,
}

#[test]
fn every_case_is_contained() {
    let cases = cases();
    assert_eq!(cases.len(), 159, "cases were lost");
    let mut late = Vec::new();
    for case in cases.iter().filter(|case| !NEED_THE_KILL.contains(&case.name.as_str())) {
        let outcome = on_fresh_thread(&case.source);
        println!("{:32} load {:>9.1?} call {:>9.1?} {:?}", case.name, outcome.load, outcome.call, outcome.error);
        let limits = Limits::default();
        if outcome.call > limits.time() + Limits::GRACE + SLACK {
            late.push((case.name.clone(), outcome.call));
        }
        assert!(outcome.load < Duration::from_secs(1), "{} took {:?} to load", case.name, outcome.load);
        let most = limits.memory_bytes as usize + (1 << 20);
        assert!(outcome.memory <= most, "{} left {} bytes", case.name, outcome.memory);
        let reason = outcome.error.as_ref().map_or("", |(_, reason)| reason);
        assert!(!reason.contains(|c: char| c.is_control() && c != '\n'), "{}: {reason:?}", case.name);
    }
    assert!(late.is_empty(), "past deadline and grace: {late:?}");
    let honest = on_fresh_thread("return { compose = function() return { { text = 'hello' } } end }");
    assert_eq!(honest.error, None);
}

fn on_fresh_thread(source: &str) -> Outcome {
    let source: Arc<str> = source.into();
    let run = move || {
        let watchdog = Arc::new(Watchdog::start(|| (), || ()).unwrap());
        let sources = BTreeMap::from([("main.luau".to_owned(), source)]);
        let name = serde_json::from_str("\"hostile@1.0.0\"").unwrap();
        let (limits, hooks) = (Limits::default(), [Hook::Compose]);
        let before = cpu_time();
        let loaded = LuaPlugin::load(&name, &sources, "main.luau", &hooks, &limits, watchdog);
        let load = cpu_time() - before;
        match loaded {
            Err(error) => {
                let error = Some((FailureKind::Load, error.to_string()));
                Outcome { load, call: Duration::ZERO, memory: 0, error }
            }
            Ok(mut plugin) => {
                let before = cpu_time();
                let result = plugin.compose(&mut call(), &turn());
                let call = cpu_time() - before;
                let error = result.err().map(|CallError { kind, detail }| (kind, detail));
                Outcome { load, call, memory: plugin.memory(), error }
            }
        }
    };
    thread::Builder::new().stack_size(8 << 20).spawn(run).unwrap().join().unwrap()
}

/// The time that this thread has run: other work on the machine does not count.
fn cpu_time() -> Duration {
    let nanos = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = nanos.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(wall_time, Duration::from_nanos)
}

fn wall_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

fn call() -> Call {
    let setting = Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now: Timestamp::from_seconds(1_800_000_000),
        register: Register::Formal,
        name: None,
        manner: None,
    };
    Call::new(Limits::default(), Arc::default(), Arc::new(setting), None, "turn-1")
}

fn turn() -> Turn {
    serde_json::from_value(serde_json::json!({
        "id": "t-1", "now": "2026-11-22T08:15:04Z", "channel": "web_chat", "conversation_id": "c-1",
        "message": {"role": "customer", "text": "where is my parcel", "at": "2026-11-22T08:15:04Z"}, "history": [],
        "signals": {"language": {"tag": "en", "confidence": 1.0},
            "scenario": {"id": "order_status", "confidence": 0.9, "alternatives": []},
            "emotion": {"label": "neutral", "intensity": 0.1, "trend": "steady"}, "stage": "in_transit"},
        "customer": {"id": "u-1"}, "live": [], "locale": "en"
    }))
    .unwrap()
}
