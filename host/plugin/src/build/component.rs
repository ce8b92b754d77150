//! From what cargo made to a component of our world.

use std::path::PathBuf;

use wit_component::ComponentEncoder;

use super::{BuildError, TARGET};

/// Wraps a core module that was built with the SDK into a component, and checks that it is one.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let encode = |module| ComponentEncoder::default().validate(true).module(module)?.encode();
    let wrong = |error| BuildError::NotAPlugin { reason: format!("the module does not make a component: {error:#}") };
    encode(module).map_err(wrong)
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
