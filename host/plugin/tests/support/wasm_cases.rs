//! Components that mean harm: the fixtures of `tests/hostile/wasm`, and lies of our own about the boundary.

use std::{fs, path::PathBuf};

use super::guest::Guest;

/// Core modules, put into a component of our world; `bulk_fill_straightline` has a test of its own.
pub const MODULES: &[(&str, &str)] = &[
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
    ("multi_memory_2_grow", "memory: 16777216 bytes"),
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

/// The text of a fixture.
pub fn fixture(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hostile/wasm"));
    fs::read_to_string(folder.join(format!("{name}.wat"))).unwrap()
}

/// The fixtures that are components, in order.
pub fn components() -> Vec<String> {
    let names = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/hostile/wasm")).unwrap();
    let names = names
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".wat").map(str::to_owned));
    let mut components: Vec<_> = names.filter(|name| name.starts_with("c_")).collect();
    components.sort();
    components
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

/// What tries to deceive at the boundary: a name, the guest, the expected outcome.
pub fn lies() -> Vec<(&'static str, Guest, &'static str)> {
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
    vec![
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
    ]
}
