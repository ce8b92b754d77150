//! Components that mean harm: each is contained, its author told why, and a neighbour answers right after.
//!
//! The fixtures of `tests/hostile/wasm` are core modules and components of other worlds. Modules are put into a
//! component of our world whose `compose` runs them; components are given as they are, and what they try is tried
//! again in our world's own terms.

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

#[path = "support/desk.rs"]
mod desk;
#[path = "support/guest.rs"]
mod guest;
#[path = "support/wasm_cases.rs"]
mod wasm_cases;

use std::{collections::BTreeMap, fs};

use cuecard_model::FailureKind;
use cuecard_plugin::{limits::Limits, wasm::PoolSize};
use desk::{Desk, turn};
use guest::{Guest, component_of};
use wasm_cases::{MODULES, components, fixture, lies};

/// What becomes of a hostile plugin.
#[derive(Debug)]
enum Outcome {
    /// No component of our world can be made of it.
    NoComponent(String),
    /// Refused when it is compiled or loaded.
    Refused(String),
    /// Runs and fails.
    Fails(FailureKind, String),
    /// Runs and answers.
    Answers,
}

struct Court {
    desk: Desk,
    neighbour: cuecard_plugin::wasm::WasmPlugin,
}

impl Court {
    fn new() -> Self {
        let desk = Desk::new(PoolSize(8), || ());
        let neighbour = desk.load(&Guest::default().component().unwrap()).unwrap();
        Self { desk, neighbour }
    }

    fn run(&self, component: Result<Vec<u8>, String>) -> Outcome {
        let component = match component {
            Ok(component) => component,
            Err(reason) => return Outcome::NoComponent(reason),
        };
        let mut plugin = match self.desk.load(&component) {
            Ok(plugin) => plugin,
            Err(error) => return Outcome::Refused(error.to_string()),
        };
        let (answer, call, took) = self.desk.compose(&mut plugin, &turn("hello"));
        // The hard bound is the worker's end; here a machine that is busy with other tests must not fail this one.
        let bound = (call.limits().time() + Limits::GRACE) * 8;
        assert!(took < bound, "ran for {took:?}");
        match answer {
            Ok(_) => Outcome::Answers,
            Err(error) => Outcome::Fails(error.kind, error.detail),
        }
    }

    /// Judges one case: the outcome as expected, with a reason, and the neighbour unharmed.
    fn judge(&mut self, name: &str, component: Result<Vec<u8>, String>, expected: &str) -> Result<(), String> {
        let outcome = self.run(component);
        println!("{name:28} {outcome:.160?}");
        let (found, reason) = match &outcome {
            Outcome::NoComponent(reason) => ("no component".to_owned(), reason.as_str()),
            Outcome::Refused(reason) => ("refused".to_owned(), reason.as_str()),
            Outcome::Fails(kind, reason) => (kind.as_str().to_owned(), reason.as_str()),
            Outcome::Answers => ("answers".to_owned(), "fine"),
        };
        let (wanted, words) = expected.split_once(": ").unwrap_or((expected, ""));
        let (answer, ..) = self.desk.compose(&mut self.neighbour, &turn("hello"));
        if found != wanted || reason.is_empty() || !reason.contains(words) || answer.as_deref() != Ok(&[]) {
            return Err(format!("{name}: expected '{expected}', found {outcome:?}; the neighbour: {answer:?}"));
        }
        Ok(())
    }
}

fn verdict(failures: Vec<String>) {
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Bytes of memory that this process holds.
fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[test]
fn memory_comes_back() {
    let court = Court::new();
    let hungry = Guest::doing(
        "(drop (memory.grow (i32.const 250))) (memory.fill (i32.const 4096) (i32.const 1) (i32.const 16000000))",
    );
    let mut plugin = court.desk.load(&hungry.component().unwrap()).unwrap();
    let mut eat = || court.desk.compose(&mut plugin, &turn("hello")).0.map(|drafts| drafts.len());
    assert!(matches!(eat(), Ok(0)) || eat().unwrap_err().kind == FailureKind::Timeout);
    let before = resident();
    for _ in 0..100 {
        let _ = eat();
    }
    let after = resident();
    assert!(after < before + (8 << 20), "{before} bytes before, {after} after 100 calls of 16 MB each");
}

#[test]
fn core_modules_are_contained() {
    let mut court = Court::new();
    let cases = MODULES.iter();
    verdict(
        cases
            .filter_map(|(name, expected)| court.judge(name, Guest::around(&fixture(name)).component(), expected).err())
            .collect(),
    );
}

#[test]
fn components_of_other_worlds_are_refused() {
    let mut court = Court::new();
    let components = components();
    assert_eq!(components.len(), 23);
    let special = BTreeMap::from([
        ("c_alias_arg_to_host", "refused: imports `take`"),
        ("c_core_module_given", "refused: core WebAssembly module"),
        ("c_nested_components_90", "refused: nested more than 4 deep"),
        ("c_nested_components_2000", "no component: nesting too deep"),
        ("c_type_double_18_used", "refused: imports `x`"),
    ]);
    let judged = components.iter().filter_map(|name| {
        let expected = special.get(name.as_str()).unwrap_or(&"refused: does not export the function `compose`");
        let component = wat::parse_str(fixture(name)).map_err(|error| error.to_string());
        court.judge(name, component, expected).err()
    });
    verdict(judged.collect());
}

#[test]
fn lies_about_the_boundary_are_caught() {
    let mut court = Court::new();
    verdict(
        lies()
            .into_iter()
            .filter_map(|(name, guest, expected)| court.judge(name, guest.component(), expected).err())
            .collect(),
    );
}

#[test]
fn a_full_pool_and_a_large_limit_are_served_on_demand() {
    let desk = Desk::new(PoolSize(0), desk::overrun);
    let mut plugin = desk.load(&Guest::default().component().unwrap()).unwrap();
    assert_eq!(desk.compose(&mut plugin, &turn("hello")).0.as_deref(), Ok(&[][..]));
}

#[test]
fn too_large_is_refused_before_it_is_read() {
    let error = cuecard_plugin::wasm::compile(&vec![0; 5 << 20], 4 << 20).unwrap_err();
    assert!(error.to_string().contains("5242880 bytes, more than 4194304"), "{error}");
    let module = component_of(wat::parse_str("(module)").unwrap());
    assert!(module.is_err());
}
