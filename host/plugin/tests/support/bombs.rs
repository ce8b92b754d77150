//! Components made to exhaust a compiler.

use std::fmt::Write as _;

/// A name, how the text of a module's items is made, and what must become of it.
pub type Bomb = (&'static str, fn() -> String, &'static str);

/// The bombs: how the text of a module's items is made, and what must become of it (empty: anything but harm).
pub const BOMBS: &[Bomb] = &[
    ("x_exports_100001", || exports(100_001), ""),
    ("x_exports_100k", || exports(90_000), ""),
    ("x_locals_50001", || format!("(func {})", "(local i32)".repeat(50_001)), "refused"),
    ("x_loads_1m", || body("(drop (i32.load (i32.const 0)))", 750_000), "refused: the component has"),
    ("x_loads_60k", || body("(drop (i32.load (i32.const 0)))", 60_000), "refused: a function has"),
    ("x_ifs_seq_1m", || body("(if (i32.const 1) (then))", 300_000), "refused: a function has"),
    ("x_ifs_many_locals", || format!("(func {} {})", "(local i32)".repeat(2_000), many_locals(18_000)), ""),
    ("x_blocks_nest_50k", || nested("block", 50_000), "refused: a function nests"),
    ("x_blocks_nest_4k", || nested("block", 4_000), ""),
    ("x_loops_nest_50k", || nested("loop", 50_000), "refused: a function nests"),
    ("x_adds_7m", || body("(drop (i32.add (i32.const 1) (i32.const 2)))", 700_000), "refused"),
    ("x_adds_in_many_functions", || body("(drop (i32.add (i32.const 1) (i32.const 2)))", 35_000).repeat(14), ""),
    ("x_simd_1m", || body("(drop (i8x16.swizzle (v128.const i64x2 1 2) (v128.const i64x2 3 4)))", 60_000), "refused"),
    ("x_br_tables_many", || body(&format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(100)), 1_500), ""),
    ("x_br_table_1m", || body(&format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(1_000_000)), 1), "refused"),
    ("x_types_1m", || "(type (func))".repeat(1_000_000), "refused"),
    (
        "x_local_chain_1m",
        || format!("(func (local i32) {})", "(local.set 0 (i32.add (local.get 0) (i32.const 1)))".repeat(36_000)),
        "",
    ),
    (
        "x_callind_many",
        || format!("(table 1 funcref) (type $t (func)) {}", body("(call_indirect (type $t) (i32.const 0))", 50_000)),
        "",
    ),
    ("x_memgrow_1m", || body("(drop (memory.grow (i32.const 0)))", 50_000), ""),
];

fn body(instruction: &str, count: usize) -> String {
    format!("(func {})", instruction.repeat(count))
}

fn nested(kind: &str, depth: usize) -> String {
    format!("(func {} {})", format!("{kind} ").repeat(depth), "end ".repeat(depth))
}

fn exports(count: u32) -> String {
    let mut text = String::from("(func $exported)");
    for number in 0..count {
        let _ = write!(text, "(export \"e{number}\" (func $exported))");
    }
    text
}

fn many_locals(count: usize) -> String {
    let set = |index: usize| format!("(if (i32.const 1) (then (local.set {} (i32.const 1))))", index % 2_000);
    (0..count).map(set).collect()
}
