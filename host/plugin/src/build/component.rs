//! From what cargo made to a component of our world.

use std::path::PathBuf;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{BuildError, TARGET, sdk};

/// Wraps a core module that was built with the SDK into a component, and checks that it is one.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let encode = |module| ComponentEncoder::default().validate(true).module(module)?.encode();
    let wrong = |error| BuildError::NotAPlugin { reason: format!("the module does not make a component: {error:#}") };
    encode(module).map_err(wrong)
}

/// Writes the contract's types into a core module whose compiler does not know them.
pub(super) fn with_types(mut module: Vec<u8>) -> Result<Vec<u8>, BuildError> {
    let mut resolve = Resolve::default();
    let wrong =
        |error| BuildError::NotAPlugin { reason: format!("the contract does not go into the module: {error:#}") };
    let world = resolve
        .push_str("cuecard.wit", sdk::WIT)
        .and_then(|package| resolve.select_world(&[package], Some("plugin")))
        .map_err(wrong)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).map_err(wrong)?;
    Ok(module)
}

/// Whether these are a core module's bytes, not a component's.
pub(super) fn is_module(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(&[1, 0, 0, 0])
}

/// The library for our target among cargo's messages, one JSON object a line.
pub(super) fn artifact(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut files = artifacts.filter_map(|message| {
        let files = message.get("filenames")?.as_array()?;
        files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
    });
    files.rfind(|file: &PathBuf| file.components().any(|part| part.as_os_str() == TARGET))
}
