//! Plugins: manifest, bundle, Lua, WASM, workers, registry, reload.
//!
//! A library that others could embed. Knows no merchant's data beyond the turn it is handed, no database, no HTTP.

pub mod api;
pub mod build;
pub mod bundle;
pub mod call;
pub mod canary;
pub mod cases;
pub mod classified;
pub mod contents;
pub mod cost;
pub mod deprecated;
mod document;
pub mod frame;
pub mod generation;
pub mod job;
pub mod limits;
pub mod lua;
pub mod manifest;
pub mod problem;
pub mod prove;
pub mod registry;
pub mod runtimes;
pub mod scenarios;
pub mod signature;
pub mod standing;
pub mod wasm;
pub mod watch;
pub mod watchdog;
pub mod words;
pub mod worker;
pub mod workers;
