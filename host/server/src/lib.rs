//! The host itself: everything between HTTP and the rest, and the command line.
//!
//! Owns routes, keys, limits, streams, metrics, the start and the end. Knows no plugin runtime and no database: the
//! first is behind `cuecard_plugin`, the second behind the engine's trait.

pub mod cli;
pub mod clock;
