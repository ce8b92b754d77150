//! The one place where bytes are taken for machine code.
//!
//! Why this needs `unsafe`: a compiled component is native code, and wasmtime cannot tell whether it was tampered
//! with. Why it is sound: the bytes come from [`super::compile`] alone, run by the host in a child process that hands
//! them back over a pipe, and are kept in the host's own cache folder under the hash of the component and
//! [`super::WasmEngine::compatibility`]. No merchant's upload ever gets here: an upload is a component and is
//! compiled first. wasmtime checks its own version and settings, written in the bytes, before it takes them.
#![allow(unsafe_code, reason = "loading machine code is the purpose; see above for why it is sound")]

use wasmtime::{Engine, component::Component};

/// Takes what `compile` has given.
pub(super) fn load(engine: &Engine, compiled: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: see the head of this module.
    unsafe { Component::deserialize(engine, compiled) }
}
