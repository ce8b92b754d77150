//! Plugins: manifest, bundle, Lua, WASM, workers, registry, reload.
//!
//! A library that others could embed. Knows no merchant's data beyond the turn it is handed, no database, no HTTP.

pub mod bundle;
pub mod call;
pub mod cases;
pub mod contents;
mod document;
pub mod limits;
pub mod manifest;
pub mod problem;
pub mod scenarios;
pub mod watchdog;
