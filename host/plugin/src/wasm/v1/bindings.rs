//! The contract's types as wasmtime's typed bindings, generated from `sdk/wit/v1`; nothing here is written by hand.
//!
//! What a hook is handed is borrowed (`...Param`), what it answers is owned (`...Result`). No dynamic values: they
//! would take 45 times the memory of what they stand for.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_variables,
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "generated"
)]
#![allow(unsafe_code, reason = "the generator skips a type check that it has just made when the plugin was loaded")]

wasmtime::component::bindgen!({
    path: "../../sdk/wit/v1",
    world: "plugin",
    ownership: Borrowing { duplicate_if_necessary: true },
    imports: { default: trappable },
});

pub use cuecard::plugin::{host, types};
