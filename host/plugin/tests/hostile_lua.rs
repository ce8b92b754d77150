//! Every case of `tests/hostile/lua.jsonl`, as a plugin: each ends in time, in bounded memory, with a reason.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

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

/// Cases that nothing in the process ends in time: they are the worker kill's.
const NEED_THE_KILL: &[&str] = &[];

/// What a busy machine adds to the deadline and the grace.
const SLACK: Duration = Duration::from_millis(100);

/// The host that the cases speak of, in terms of ours. `call` goes through a C function.
const HOST: &str = r#"local host = {
 log = function(text) cuecard.log("info", text) end, logany = cuecard.log, fail = cuecard.format_money,
 panic = function() cuecard.render(nil) end, json = function(value) return cuecard.render("x", value) end,
 call = function(f, ...) local given = { ... } string.gsub("x", "x", function() f(table.unpack(given)) end) end } "#;

struct Case {
    name: String,
    source: String,
}

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

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hostile/lua.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| case(&serde_json::from_str(line).unwrap())).collect()
}

fn case(line: &serde_json::Value) -> Case {
    let name = line["name"].as_str().unwrap().to_owned();
    let source = match (line["code"].as_str(), line["category"].as_str()) {
        (Some(code), Some("compile")) => code.to_owned(),
        (Some(code), _) => format!("return {{ compose = function(turn) {HOST}\n{code}\nend }}"),
        (None, _) => generated(&name),
    };
    Case { name, source }
}

/// The cases that have no code: a whole file of the kind that the name says, as long as a file may be.
fn generated(name: &str) -> String {
    const FILE: usize = 64 << 10;
    let fill = |unit: &str| unit.repeat(FILE / unit.len());
    let half = |open: &str, close: &str| format!("return {}1{}", open.repeat(FILE / 2), close.repeat(FILE / 2));
    match name {
        "paren_nest_900" => format!("return {}1{}", "(".repeat(900), ")".repeat(900)),
        "paren_nest_1e6" => half("(", ")"),
        "table_nest_900" => format!("return {}1{}", "{".repeat(900), "}".repeat(900)),
        "unary_chain_1e6" => format!("return {}1", fill("- ")),
        "add_chain_1e6" => format!("return 1{}", fill("+1")),
        "semicolons_16mb" => fill(";"),
        "consts_1e6" => (0..6000).map(|n| format!("x={n}.5\n")).collect(),
        "locals_1e5" => (0..6000).map(|n| format!("local a{n}\n")).collect(),
        "long_string_16mb" => format!("return '{}'", fill("x")),
        "long_comment_16mb" => format!("--[[{}]] return {{}}", fill("x")),
        "unclosed_long_string" => format!("return [[{}", fill("x")),
        "optimize2_unroll" => fill("for i=1,127 do x=i end\n"),
        "optimize2_inline" => format!("local function f() return 1 end {}", fill("x=f()+f()\n")),
        "functions_1e5" | "loadstring_many_funcs" => fill("do local function f() end end\n"),
        "interp_nest" => format!("return {}1{}", "`{".repeat(FILE / 4), "}`".repeat(FILE / 4)),
        "loadstring_once_big" => "return loadstring('return 1')".into(),
        "loadstring_error_flood" => "while true do loadstring('(') end".into(),
        "bytecode_v0_error_file" => "\u{0}error".into(),
        "bytecode_garbage_file" => "\u{6}\u{3}\u{1}garbage\u{7f}".into(),
        other => panic!("no source for the case {other}"),
    }
}
