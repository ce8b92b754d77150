//! From a component to machine code, once per version of a plugin, and from there to something that runs.
//!
//! Untrusted bytes: the caller compiles in a child process under limits of CPU and memory, because the time that a
//! compiler takes is outside every promise. What can be refused cheaply is refused before the compiler sees it.

use wasmtime::Engine;

use super::{
    check::{self, Size},
    engine::{self, WasmEngine},
    error::LoadError,
    trusted,
};
use crate::{api::Api, call::Runtime};

/// Checks that `component` is a plugin of this version, and gives the code that [`load`] takes.
pub fn compile(api: Api, component: &[u8], size: &Size) -> Result<Vec<u8>, LoadError> {
    let contract = api.contract();
    check::check(component, contract, size)?;
    let engine = engine::compiler()?;
    let compiled = precompile(&engine, component)?;
    let loaded = trusted::load(&engine, &compiled)
        .map_err(|error| LoadError::from_wasmtime("the compiled component does not load", &error))?;
    (contract.prepare)(&engine, &loaded).map_err(|error| LoadError {
        hint: Some(format!(
            "the component must match the world `plugin` of {}; build it with `cuecard build`",
            contract.folder
        )),
        ..error
    })?;
    Ok(compiled)
}

/// The code of a component that has passed [`compile`], for an engine that counts.
pub fn compile_counting(component: &[u8]) -> Result<Vec<u8>, LoadError> {
    precompile(&engine::counting_compiler()?, component)
}

fn precompile(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, LoadError> {
    let compiled = engine.precompile_component(component);
    compiled.map_err(|error| LoadError::from_wasmtime("the component does not compile", &error))
}

/// Makes ready what [`compile`] gave. The bytes must come from there: they are machine code.
pub fn load(api: Api, engine: &WasmEngine, compiled: &[u8]) -> Result<Box<dyn Runtime>, LoadError> {
    (api.contract().load)(engine, compiled)
}
