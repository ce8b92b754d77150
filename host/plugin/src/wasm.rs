//! Plugins as WebAssembly components: compiling, loading and calling them.
//!
//! Owns the engine's settings and one fresh store per call. What a component is handed and may answer belongs to its
//! version of the contract, a folder each (`v1/`). Deliberately knows no bundle, no worker and no clock: the caller has
//! the calls watched, and the watchdog's tick moves the epoch on ([`WasmEngine::ticker`]).

mod check;
mod compile;
mod contract;
mod engine;
mod error;
mod instances;
mod store;
mod trap;
mod trusted;
pub(crate) mod v1;

pub use check::Size;
pub use compile::{compile, compile_counting, load};
pub(crate) use contract::Contract;
pub use engine::{PoolSize, WasmEngine};
pub use error::LoadError;

pub(crate) use check::{exports, imported_functions};
