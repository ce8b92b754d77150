//! Plugins as WebAssembly components: compiling, loading and calling them.
//!
//! Owns the engine's settings and one fresh store per call. Deliberately knows no bundle, no worker and no clock: the
//! caller has the calls watched, and the watchdog's tick moves the epoch on ([`WasmEngine::ticker`]).

mod bindings;
mod check;
mod compile;
mod engine;
mod error;
mod host;
mod lift;
mod lower;
mod plugin;
mod store;
mod trap;
mod trusted;

pub use compile::{COMPONENT_BYTES, compile, compile_counting};
pub use engine::{PoolSize, WasmEngine};
pub use error::LoadError;
pub use plugin::WasmPlugin;
