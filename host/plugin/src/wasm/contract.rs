//! What differs between versions of the contract, as one value a version. All else of this room is the same for all.

use wasmtime::{Engine, component::Component};

use super::{engine::WasmEngine, error::LoadError};
use crate::call::Runtime;

/// Makes compiled code ready to be called.
type Loader = fn(&WasmEngine, &[u8]) -> Result<Box<dyn Runtime>, LoadError>;

/// One version of the contract as the host serves it to components.
pub(crate) struct Contract {
    /// Where its WIT stands, for people.
    pub(super) folder: &'static str,
    /// What a component may import. Nothing else is ever given to it.
    pub(super) imports: &'static [&'static str],
    /// What a component exports.
    pub(super) exports: &'static [&'static str],
    /// Whether imports and hooks have the types of this version.
    pub(super) prepare: fn(&Engine, &Component) -> Result<(), LoadError>,
    /// Takes what [`super::compile`] gave and makes it ready to be called.
    pub(super) load: Loader,
}
