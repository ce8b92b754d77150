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

use std::{collections::BTreeMap, fs, path::PathBuf};

use cuecard_model::FailureKind;
use cuecard_plugin::{limits::Limits, wasm::PoolSize};
use desk::{Desk, turn};
use guest::{Guest, component_of};

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

fn fixture(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hostile/wasm"));
    fs::read_to_string(folder.join(format!("{name}.wat"))).unwrap()
}

fn verdict(failures: Vec<String>) {
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Core modules, put into a component of our world; `bulk_fill_straightline` has a test of its own.
const MODULES: &[(&str, &str)] = &[
    ("unreachable", "error: unreachable"),
    ("div_zero", "error: divide by zero"),
    ("div_overflow", "error: integer overflow"),
    ("atomic_wait_forever", "refused: threads"),
    ("atomic_wait_unshared", "refused: threads"),
    ("loop_inf_nobranch_body", "timeout: ran past 20 ms"),
    ("loop_counted_i64", "timeout: ran past 20 ms"),
    ("bulk_fill_loop", "timeout: ran past 20 ms"),
    ("bulk_copy_loop", "timeout: ran past 20 ms"),
    ("call_indirect_loop", "timeout: ran past 20 ms"),
    ("call_tree_2_30", "timeout: ran past 20 ms"),
    ("tail_call_mutual", "timeout: ran past 20 ms"),
    ("throw_loop", "refused: exceptions"),
    ("grow_loop_trap", "memory: 16777216 bytes"),
    ("grow_one_huge", "memory: 16777216 bytes"),
    ("data_segment_oob", "error: out of bounds memory access"),
    ("memory64_huge", "refused: var_u32"),
    ("table_min_huge", "memory: 10000 table entries"),
    ("oob_store_offset", "error: out of bounds memory access"),
    ("tables_100", "error: table count too high"),
    ("multi_memory_2_grow", "refused: multiple memories"),
    ("gc_linked_list", "refused: GC proposal"),
    ("hostcall_storm", "host_limit: 1000 calls"),
    ("log_flood", "host_limit: 100 lines"),
    ("log_len_overflow", "error: out of bounds"),
    ("host_panic", "error: keys = true"),
    ("log_bad_ptr", "error: out of bounds"),
    ("export_wrong_type", "refused: type mismatch"),
    ("wasi_import", "no component: wasi_snapshot_preview1"),
    ("br_table_nested", "answers"),
];

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
    let names = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hostile/wasm")).unwrap();
    let names = names
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".wat").map(str::to_owned));
    let mut components: Vec<_> = names.filter(|name| name.starts_with("c_")).collect();
    components.sort();
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

/// An answer of `Err(text)` at an address with a length.
fn refusal(at: u32, length: u32) -> String {
    format!(
        "(i32.store (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (i32.const {at})) (i32.store (i32.const 24) (i32.const {length}))"
    )
}

/// An answer of one draft whose bytes are all zero but for what `patch` stores; the draft lies at 512.
fn draft(patch: &str) -> String {
    format!("(i32.store (i32.const 20) (i32.const 512)) (i32.store (i32.const 24) (i32.const 1)) {patch}")
}

const RENDER: &str = "(import \"cuecard:plugin/host@1.0.0\" \"render\" (func $render (param i32 i32 i32 i32 i32)))";

/// A guest that does as the SDK does when it panics: it logs the message, then traps.
fn panicking() -> Guest {
    let mut guest =
        Guest::doing("(call $log (i32.const 3) (i32.const 32) (i32.const 30) (i32.const 1024)) (unreachable)");
    guest.imports = "(import \"cuecard:plugin/host@1.0.0\" \"log\" (func $log (param i32 i32 i32 i32)))".into();
    guest.items.push_str("(data (i32.const 32) \"panicked at src/lib.rs:7: boom\")");
    guest
}

#[test]
fn lies_about_the_boundary_are_caught() {
    let with = |change: &dyn Fn(&mut Guest)| {
        let mut guest = Guest::default();
        change(&mut guest);
        guest
    };
    let alias = "(local $k i32)
        (loop $l (i32.store offset=4096 (i32.mul (local.get $k) (i32.const 32)) (i32.const 200000))
            (i32.store offset=4100 (i32.mul (local.get $k) (i32.const 32)) (i32.const 60000))
            (local.set $k (i32.add (local.get $k) (i32.const 1))) (br_if $l (i32.lt_u (local.get $k) (i32.const 5000))))
        (call $render (i32.const 0) (i32.const 1) (i32.const 4096) (i32.const 5000) (i32.const 1024)) (i32.const 16)";
    let cases: Vec<(&str, Guest, &str)> = vec![
        ("c_retptr_oob", with(&|guest| guest.compose = "(i32.const -4)".into()), "error: out of bounds"),
        ("c_retptr_unaligned", with(&|guest| guest.compose = "(i32.const 3)".into()), "error: aligned"),
        ("c_realloc_unaligned", with(&|guest| guest.realloc = "(i32.const 33)".into()), "error: aligned"),
        ("c_realloc_oob", with(&|guest| guest.realloc = "(i32.const -8)".into()), "error: beyond end of memory"),
        ("c_realloc_loop", with(&|guest| guest.realloc = "(loop (br 0)) (i32.const 0)".into()), "timeout"),
        (
            "c_string_invalid_utf8",
            {
                let mut guest = Guest::doing(&refusal(32, 3));
                guest.items.push_str("(data (i32.const 32) \"\\ff\\fe\\80\")");
                guest
            },
            "error: utf-8",
        ),
        ("c_string_latin1_utf16_flag", Guest::doing(&refusal(32, u32::MAX)), "error: out of bounds"),
        (
            "c_list_u64_overflow",
            Guest::doing("(i32.store (i32.const 20) (i32.const 32)) (i32.store (i32.const 24) (i32.const 536870912))"),
            "error: out of bounds",
        ),
        (
            "c_list_u8_val_amplify",
            Guest::doing(&format!("(drop (memory.grow (i32.const 250))) {}", refusal(0, 16_000_000))),
            "host_limit: 1 MiB",
        ),
        ("c_bad_discriminant", Guest::doing("(i32.store (i32.const 16) (i32.const 7))"), "error: discriminant"),
        ("c_bad_option", Guest::doing(&draft("(i32.store8 (i32.const 512) (i32.const 9))")), "error: discriminant"),
        (
            "c_nan_confidence",
            Guest::doing(&draft(
                "(i32.store8 (i32.const 592) (i32.const 1)) (f64.store (i32.const 600) (f64.const nan))",
            )),
            "reply: reply[0].confidence: NaN",
        ),
        (
            "nine_drafts",
            Guest::doing("(i32.store (i32.const 20) (i32.const 512)) (i32.store (i32.const 24) (i32.const 9))"),
            "reply: 9 suggestions, more than 8",
        ),
        (
            "nul_in_reason",
            Guest::doing(&draft("(i32.store (i32.const 584) (i32.const 4)) (i32.store (i32.const 588) (i32.const 1))")),
            "reply: reply[0].reason: holds U+0000",
        ),
        (
            "long_reason",
            Guest::doing(&format!(
                "(memory.fill (i32.const 100000) (i32.const 65) (i32.const 70000)) {}",
                draft("(i32.store (i32.const 584) (i32.const 100000)) (i32.store (i32.const 588) (i32.const 70000))")
            )),
            "reply: reply[0].reason: the reply has more than 65536 bytes",
        ),
        ("c_postreturn_loop", with(&|guest| guest.post = "(loop (br 0))".into()), "timeout"),
        ("c_postreturn_trap", with(&|guest| guest.post = "(unreachable)".into()), "error: unreachable"),
        ("c_loop", Guest::doing("(loop (br 0))"), "timeout"),
        (
            "c_alias_arg_to_host",
            with(&|guest| {
                guest.imports = RENDER.into();
                guest.compose = alias.into();
            }),
            "host_limit: 1 MiB",
        ),
        (
            "stack_overflow",
            {
                let mut guest = Guest::doing("(call $deep)");
                guest.items.push_str("(func $deep (call $deep) (call $deep))");
                guest
            },
            "error: stack overflow",
        ),
        ("panic", panicking(), "error: panicked at src/lib.rs:7: boom"),
        ("start_loop", with(&|guest| guest.items.push_str("(func $start (loop (br 0))) (start $start)")), "timeout"),
    ];
    let mut court = Court::new();
    verdict(
        cases
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
