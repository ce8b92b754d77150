//! The cases of `tests/hostile/lua.jsonl`, each as a file of a plugin whose `compose` runs it.

use std::fs;

/// The host that the cases speak of, in terms of ours. `call` goes through a C function.
const HOST: &str = r#"local host = {
 log = function(text) cuecard.log("info", text) end, logany = cuecard.log, fail = cuecard.format_money,
 panic = function() cuecard.render(nil) end, json = function(value) return cuecard.render("x", value) end,
 call = function(f, ...) local given = { ... } string.gsub("x", "x", function() f(table.unpack(given)) end) end } "#;

/// One case.
pub struct Case {
    /// What it is called.
    pub name: String,
    /// What it attacks.
    pub category: String,
    /// The file.
    pub source: String,
}

/// All cases.
pub fn cases() -> Vec<Case> {
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
    Case { name, category: line["category"].as_str().unwrap_or_default().to_owned(), source }
}

/// The cases that have no code: a whole file of the kind that the name says, as long as a file may be.
fn generated(name: &str) -> String {
    // A little less, for what stands around it.
    const FILE: usize = (64 << 10) - 64;
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
        "locals_1e5" => (0..5000).map(|n| format!("local a{n}\n")).collect(),
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
