//! The components that ship are what their sources make. Takes a compiler for the target and some minutes, so that it
//! runs only when asked for: `cargo test -p cuecard-plugin --test rebuild -- --ignored`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::{fs, path::Path};

use cuecard_plugin::build::build;

#[test]
#[ignore = "compiles the standard library; run by continuous integration"]
fn shipped_components_are_what_their_sources_make() {
    let plugins = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins"));
    let folders = fs::read_dir(plugins).unwrap().map(|entry| entry.unwrap().path());
    let rust: Vec<_> = folders.filter(|folder| folder.join("Cargo.toml").is_file()).collect();
    assert!(!rust.is_empty());
    for folder in rust {
        let shipped = fs::read(folder.join("plugin.wasm")).unwrap();
        let built = fs::read(build(&folder, |line| println!("{line}")).unwrap()).unwrap();
        fs::write(folder.join("plugin.wasm"), &shipped).unwrap();
        let what = format!("{}: {} bytes shipped, {} built", folder.display(), shipped.len(), built.len());
        assert!(shipped == built, "{what}; hint: run `cuecard build` there and commit plugin.wasm");
    }
}
