//! `cuecard build` says what is missing and how to get it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use std::fs;

use cuecard_plugin::build::build;

#[test]
fn what_is_missing_is_named_with_the_cure() {
    for (main, text, expected) in [
        ("README.md", "", "no sources to build: no Cargo.toml, main.ts, main.js, main.py or main.c"),
        ("main.js", "export function compose() {}", "needs the npm package esbuild; hint: run `npm install` in "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(main), text).unwrap();
        let said = build(folder.path(), |_| ()).unwrap_err().to_string();
        assert!(said.contains(expected), "{main}: {said}");
        assert!(!folder.path().join("plugin.wasm").exists());
    }
}
