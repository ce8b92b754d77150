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

use cuecard_model::{Alternative, Classification, ClassifiedEmotion, EmotionLabel, FailureKind, Stage, Trend};
use cuecard_plugin::{
    api::Api,
    call::Runtime,
    limits::Limits,
    wasm::{PoolSize, Size},
};
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
    neighbour: Box<dyn Runtime>,
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

/// An answer of `classify`, written where the canonical ABI wants it: the result at 16, texts from 1024 on.
fn classifier(stores: &str) -> Guest {
    let mut guest = Guest { classify: format!("{stores} (i32.const 16)"), ..Guest::default() };
    guest.items.push_str("(data (i32.const 1024) \"order_status\") (data (i32.const 1040) \"No Id\")");
    guest
}

const SCENARIO: &str = "(i32.store8 (i32.const 48) (i32.const 1)) (i32.store (i32.const 56) (i32.const 1024))
    (i32.store (i32.const 60) (i32.const 12)) (f64.store (i32.const 64) (f64.const 0.5))";
const ALTERNATIVE: &str = "(i32.store (i32.const 72) (i32.const 1104)) (i32.store (i32.const 76) (i32.const 1))
    (i32.store (i32.const 1104) (i32.const 1024)) (i32.store (i32.const 1108) (i32.const 5))
    (f64.store (i32.const 1112) (f64.const 0.25))";
const EMOTION: &str = "(i32.store8 (i32.const 80) (i32.const 1)) (i32.store8 (i32.const 88) (i32.const 7))
    (f64.store (i32.const 96) (f64.const 0.75)) (i32.store8 (i32.const 104) (i32.const 1))
    (i32.store8 (i32.const 105) (i32.const 2))";
const STAGE: &str = "(i32.store8 (i32.const 112) (i32.const 1)) (i32.store8 (i32.const 113) (i32.const 6))";

#[test]
fn a_component_classifies() {
    let desk = Desk::new(PoolSize(2), desk::overrun);
    let guest = classifier(&[SCENARIO, ALTERNATIVE, EMOTION, STAGE].concat());
    let mut plugin = desk.load(&guest.component().unwrap()).unwrap();
    let found = plugin.classify(&mut desk::call(Limits::default(), None), &turn("1001")).unwrap();
    let scenario = cuecard_model::DetectedScenario {
        id: "order_status".into(),
        confidence: 0.5,
        alternatives: vec![Alternative { id: "order".into(), confidence: 0.25 }],
    };
    let (label, trend) = (EmotionLabel::Angry, Some(Trend::Falling));
    let emotion = Some(ClassifiedEmotion { label, intensity: 0.75, trend });
    let stage = Some(Stage::AfterSale);
    assert_eq!(
        found,
        Classification { language: None, scenario: Some(scenario), emotion, stage, reason: String::new() }
    );
}

#[test]
fn what_is_no_signal_is_refused_with_its_path() {
    let desk = Desk::new(PoolSize(2), desk::overrun);
    let no_id = SCENARIO.replace("1024", "1040").replace("(i32.const 12)", "(i32.const 5)");
    let language = "(i32.store8 (i32.const 24) (i32.const 1)) (i32.store (i32.const 32) (i32.const 1040))
        (i32.store (i32.const 36) (i32.const 5))";
    for (stores, expected) in [
        (no_id, "reply.scenario.id: 'No Id' is not a scenario's id; hint: lower-case words"),
        (SCENARIO.replace("0.5", "1.5"), "reply.scenario.confidence: 1.5 is not from 0 to 1"),
        (SCENARIO.replace("0.5", "nan"), "reply.scenario.confidence: NaN is not from 0 to 1"),
        (
            [SCENARIO, ALTERNATIVE].concat().replace("0.25", "-0.25"),
            "reply.scenario.alternatives[0].confidence: -0.25 is not from 0 to 1",
        ),
        (
            [SCENARIO, ALTERNATIVE].concat().replace("(i32.const 76) (i32.const 1)", "(i32.const 76) (i32.const 9)"),
            "reply.scenario.alternatives: 9 items, at most 8 are taken",
        ),
        (EMOTION.replace("0.75", "2"), "reply.emotion.intensity: 2 is not from 0 to 1"),
        (language.to_owned(), "reply.language.tag: 'No Id' is not a language; hint: a BCP 47 tag"),
    ] {
        let mut plugin = desk.load(&classifier(&stores).component().unwrap()).unwrap();
        let error = plugin.classify(&mut desk::call(Limits::default(), None), &turn("1001")).unwrap_err();
        assert_eq!(error.kind, FailureKind::Reply, "{stores}: {error}");
        assert!(error.detail.starts_with(expected), "{stores}: {error}");
    }
    // A label that the contract does not have is no value of its type at all.
    let labels = EMOTION.replace("(i32.const 88) (i32.const 7)", "(i32.const 88) (i32.const 8)");
    let mut plugin = desk.load(&classifier(&labels).component().unwrap()).unwrap();
    let error = plugin.classify(&mut desk::call(Limits::default(), None), &turn("1001")).unwrap_err();
    assert!(error.detail.contains("discriminant"), "{error:?}");
}

/// Built before the hook was there: refused when it is loaded, with what to do.
#[test]
fn a_component_without_classify_is_refused() {
    let text = Guest::default().text().replace("(export \"classify\")", "");
    let wit = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit/v1/cuecard.wit")).unwrap();
    let old = wit.lines().filter(|line| !line.contains("export classify")).collect::<Vec<_>>().join("\n");
    let component = guest::component_in(&old, wat::parse_str(text).unwrap()).unwrap();
    let error = Desk::new(PoolSize(0), || ()).load(&component).err().unwrap().to_string();
    assert!(error.contains("does not export the function `classify`") && error.contains("`cuecard build`"), "{error}");
}

#[test]
fn a_full_pool_and_a_large_limit_are_served_on_demand() {
    let desk = Desk::new(PoolSize(0), desk::overrun);
    let mut plugin = desk.load(&Guest::default().component().unwrap()).unwrap();
    assert_eq!(desk.compose(&mut plugin, &turn("hello")).0.as_deref(), Ok(&[][..]));
}

#[test]
fn too_large_is_refused_before_it_is_read() {
    let error = cuecard_plugin::wasm::compile(Api::V1, &vec![0; 5 << 20], &Size::USUAL).unwrap_err();
    assert!(error.to_string().contains("5242880 bytes, more than 4194304"), "{error}");
    let module = component_of(wat::parse_str("(module)").unwrap());
    assert!(module.is_err());
}
