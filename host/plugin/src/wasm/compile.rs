//! From a component to machine code, once per version of a plugin.
//!
//! Untrusted bytes: the caller runs this in a child process under limits of CPU and memory, because the time that a
//! compiler takes is outside every promise. What can be refused cheaply is refused before the compiler sees it.

use wasmtime::Engine;

use super::{
    check, engine,
    error::LoadError,
    plugin::{linker, prepare},
    trusted,
};

/// The largest component that is compiled, unless the operator allows more.
pub const COMPONENT_BYTES: usize = 4 << 20;

/// Checks that `component` is a plugin, and gives the code that [`super::WasmPlugin::load`] takes.
pub fn compile(component: &[u8], limit_bytes: usize) -> Result<Vec<u8>, LoadError> {
    check::check(component, limit_bytes)?;
    let engine = engine::compiler()?;
    let compiled = precompile(&engine, component)?;
    let loaded = trusted::load(&engine, &compiled)
        .map_err(|error| LoadError::from_wasmtime("the compiled component does not load", &error))?;
    prepare(&linker(&engine)?, &loaded)?;
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
