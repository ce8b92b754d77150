//! Makes component plugins out of WebAssembly text, for the tests: a small core module that obeys the canonical ABI
//! of our world except where a test wants it not to.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The parts of a guest. What is left empty behaves well: `compose` answers with an empty list.
#[derive(Clone)]
pub struct Guest {
    /// Imports, in front of everything.
    pub imports: String,
    /// Memories, globals, data, functions.
    pub items: String,
    /// What `compose` does before it returns, and the address of its result.
    pub compose: String,
    /// The same for `classify`, which by itself answers that it understood nothing otherwise.
    pub classify: String,
    /// The body of `cabi_realloc`.
    pub realloc: String,
    /// A function to run after the answer was read.
    pub post: String,
    /// What `migrate` does; it is exported only if this is not empty.
    pub migrate: String,
}

impl Default for Guest {
    fn default() -> Self {
        Self {
            imports: String::new(),
            items: "(memory (export \"memory\") 4)".into(),
            compose: "(i32.const 16)".into(),
            classify: "(i32.const 16)".into(),
            realloc: REALLOC.into(),
            post: String::new(),
            migrate: String::new(),
        }
    }
}

/// A bump allocator that takes more pages when it must.
const REALLOC: &str = "
    (local.set 4 (i32.and (i32.add (global.get $bump) (i32.const 7)) (i32.const -8)))
    (global.set $bump (i32.add (local.get 4) (local.get 3)))
    (block (br_if 0 (i32.le_u (global.get $bump) (i32.mul (memory.size) (i32.const 65536))))
        (drop (memory.grow (i32.const 1))))
    (local.get 4)";

impl Guest {
    /// A guest whose `compose` does this first.
    pub fn doing(body: &str) -> Self {
        Self { compose: format!("{body} (i32.const 16)"), ..Self::default() }
    }

    /// A guest around a core module that exports `run`, which `compose` calls.
    pub fn around(module: &str) -> Self {
        let inner = module.trim().strip_prefix("(module").and_then(|rest| rest.strip_suffix(')')).unwrap();
        let mut inner = inner.replace("(export \"run\")", "$run");
        let mut imports = String::new();
        for (theirs, import, wrapper) in HOST_FUNCTIONS {
            if inner.contains(theirs) {
                inner = inner.replace(theirs, "");
                imports.push_str(import);
                inner.push_str(wrapper);
            }
        }
        if inner.contains("(func $a $run") {
            inner = inner.replace("(func $a $run", "(func $run (return_call $a)) (func $a");
        }
        if !inner.contains("(memory") {
            inner.push_str("(memory 4)");
        }
        if !inner.contains("(export \"memory\")") {
            inner.push_str("(export \"memory\" (memory 0))");
        }
        // What the host wrote there, the turn, is not text that could be logged.
        let clear = "(memory.fill (i32.const 2048) (i32.const 0) (i32.const 8192))";
        let zero = "(memory.fill (i32.const 16) (i32.const 0) (i32.const 16))";
        Self { imports, items: inner, compose: format!("{clear} (call $run) {zero} (i32.const 16)"), ..Self::default() }
    }

    /// The core module as text.
    pub fn text(&self) -> String {
        let Self { imports, items, compose, classify, realloc, post, migrate } = self;
        let migrate = if migrate.is_empty() {
            String::new()
        } else {
            format!("(func (export \"migrate\") (param i32 i32 i32) (result i32) {migrate})")
        };
        let post = if post.is_empty() {
            String::new()
        } else {
            format!("(func (export \"cabi_post_compose\") (param i32) {post})")
        };
        format!(
            "(module {imports} {items} (global $bump (mut i32) (i32.const 2048))
              (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (local i32) {realloc})
              (func (export \"compose\") (param i32) (result i32) {compose})
              (func (export \"localize\") (param i32) (result i32) (unreachable))
              (func (export \"trigger\") (param i32) (result i32) (i32.const 16))
              (func (export \"classify\") (param i32) (result i32) {classify}) {migrate} {post})"
        )
    }

    /// The component, or why there is none.
    pub fn component(&self) -> Result<Vec<u8>, String> {
        let module = wat::parse_str(self.text()).map_err(|error| error.to_string())?;
        let worlds: &[&str] = if self.migrate.is_empty() { &["plugin"] } else { &["plugin", "migrates"] };
        component_with(WIT, worlds, module)
    }
}

/// Wraps a core module that has our world's exports.
pub fn component_of(module: Vec<u8>) -> Result<Vec<u8>, String> {
    component_in(WIT, module)
}

const WIT: &str = include_str!("../../../../sdk/wit/v1/cuecard.wit");

/// Wraps a core module that has the exports of another contract's world.
pub fn component_in(wit: &str, module: Vec<u8>) -> Result<Vec<u8>, String> {
    component_with(wit, &["plugin"], module)
}

fn component_with(wit: &str, worlds: &[&str], mut module: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("cuecard.wit", wit).map_err(|error| error.to_string())?;
    for name in worlds {
        let world = resolve.select_world(&[package], Some(name)).map_err(|error| error.to_string())?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .map_err(|error| error.to_string())?;
    }
    let encoded = ComponentEncoder::default().module(&module).and_then(|encoder| encoder.encode());
    encoded.map_err(|error| format!("{error:#}"))
}

/// The harness's host functions, and what stands for them in our world.
const HOST_FUNCTIONS: [(&str, &str, &str); 3] = [
    (
        "(import \"host\" \"log\" (func $l (param i32 i32)))",
        "(import \"cuecard:plugin/host@1.0.0\" \"log\" (func $log (param i32 i32 i32 i32)))",
        "(func $l (param i32 i32) (call $log (i32.const 1) (local.get 0) (local.get 1) (i32.const 1024)))",
    ),
    (
        "(import \"host\" \"nop\" (func $n))",
        "(import \"cuecard:plugin/host@1.0.0\" \"now\" (func $now (result i64)))",
        "(func $n (drop (call $now)))",
    ),
    // No function of ours panics; the nearest is one that ends the call: keys without the capability.
    (
        "(import \"host\" \"panic\" (func $s))",
        "(import \"cuecard:plugin/host@1.0.0\" \"get-key\" (func $get (param i32 i32 i32)))",
        "(func $s (call $get (i32.const 1024) (i32.const 1) (i32.const 1028)))",
    ),
];
