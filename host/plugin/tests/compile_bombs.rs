//! Components made to exhaust a compiler, each compiled in a child process under the host's limits: 3 s of CPU and
//! 600 MB. Each is refused with a reason, compiled in time, or ended by the limits; the host sees nothing of it.
//!
//! The child is this test again, told by the environment what to do.

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

#[path = "support/bombs.rs"]
mod bombs;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/guest.rs"]
mod guest;

use std::{
    env,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use bombs::BOMBS;
use cuecard_plugin::{
    api::Api,
    wasm::{PoolSize, Size, compile},
};
use desk::{Desk, OVERRUN, turn};
use guest::Guest;
use rustix::process::{Resource, Rlimit, setrlimit};

const TOLD: &str = "CUECARD_TEST_CHILD";
const CPU_SECONDS: u64 = 3;
const MAKING_SECONDS: u64 = 3;
const DATA_BYTES: u64 = 600 << 20;

#[test]
fn compile_bombs_are_contained() {
    if let Ok(told) = env::var(TOLD) {
        return explode(&told);
    }
    let mut failures = vec![];
    for (name, _, expected) in BOMBS {
        let (output, took) = child("compile_bombs_are_contained", name);
        let said = said(&output);
        let ended = if output.status.code().is_none() { "ended by the limits" } else { "" };
        println!("{name:26} {took:>8.1?} {said:.150} {ended}");
        let contained = !ended.is_empty() || said.starts_with("refused: ") || said.starts_with("compiled");
        if !contained || !said.contains(expected) {
            failures.push(format!("{name}: {said} {:?}", output.status));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn broken_bytes_are_refused() {
    let good = Guest::default().component().unwrap();
    let mut bad_magic = good.clone();
    bad_magic[0] = b'x';
    let mut length_lies = good.clone();
    let code = good.windows(4).position(|bytes| bytes == b"\0asm" && bytes != &good[..4]).unwrap_or(9);
    length_lies[code + 1] = 0xff;
    for (name, bytes) in [
        ("x_bad_magic", bad_magic),
        ("x_body_len_lie", length_lies),
        ("x_truncated", good[..good.len() / 2].to_vec()),
        ("empty", vec![]),
        ("text", b"(component)".to_vec()),
    ] {
        let error = compile(Api::V1, &bytes, &Size::USUAL).expect_err(name);
        assert!(error.to_string().contains("not a WebAssembly component"), "{name}: {error}");
    }
}

/// Bytes changed at random, 300 times: a reason each, or a component that still holds to the contract.
#[test]
fn mutated_components_never_panic() {
    let good = Guest::default().component().unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut refused = 0;
    for _ in 0..300 {
        let mut bytes = good.clone();
        for _ in 0..3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (random >> 33) as usize % bytes.len();
            bytes[at] ^= (random >> 20) as u8;
        }
        refused += u32::from(compile(Api::V1, &bytes, &Size::USUAL).is_err());
    }
    assert!(refused > 100, "only {refused} of 300 were refused");
}

/// Straight-line code without a loop has no safe point: the watchdog ends the process, as in a worker.
#[test]
fn code_without_a_safe_point_is_killed_in_time() {
    if env::var(TOLD).is_ok() {
        let desk = Desk::new(PoolSize(1), desk::overrun);
        let text = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/hostile/wasm/bulk_fill_straightline.wat"
        ));
        let mut plugin = desk.load(&Guest::around(&text.unwrap()).component().unwrap()).unwrap();
        let (answer, _, took) = desk.compose(&mut plugin, &turn("hello"));
        println!("said: stopped after {took:?}: {answer:?}");
        return;
    }
    let (output, _) = child("code_without_a_safe_point_is_killed_in_time", "run");
    println!("{:?} {}", output.status, said(&output));
    assert!(output.status.code() == Some(OVERRUN) || said(&output).contains("stopped after"), "{output:?}");
}

fn explode(name: &str) {
    let (_, items, _) = BOMBS.iter().find(|(bomb, ..)| *bomb == name).unwrap();
    let mut guest = Guest::default();
    guest.items.push_str(&items());
    let component = match guest.component() {
        Ok(component) => component,
        Err(reason) => return println!("said: refused: {reason}"),
    };
    let limit = |amount| Rlimit { current: Some(amount), maximum: Some(amount) };
    // What making the bomb took counts too: a test process has no other CPU to offer.
    setrlimit(Resource::Cpu, limit(CPU_SECONDS + MAKING_SECONDS)).unwrap();
    setrlimit(Resource::Data, limit(DATA_BYTES)).unwrap();
    match compile(Api::V1, &component, &Size::USUAL) {
        Ok(code) => println!("said: compiled {} to {} bytes", component.len(), code.len()),
        Err(error) => println!("said: refused: {error}"),
    }
}

fn child(test: &str, told: &str) -> (Output, Duration) {
    let began = Instant::now();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(TOLD, told)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output, began.elapsed())
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_once("said: ").map_or(String::new(), |(_, said)| said.lines().next().unwrap_or_default().to_owned())
}
