//! Plugins: manifest, bundle, Lua, WASM, workers, registry, reload.
//!
//! A library that others could embed. Knows no merchant's data beyond the turn it is handed, no database, no HTTP.

pub mod call;
pub mod limits;
pub mod lua;
pub mod watchdog;
