//! One plugin in six languages, and one test file for all of them. What is small is kept built; `tests/run` builds the rest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "tests, and helpers that they share"
)]

use std::{fs, path::PathBuf, sync::Arc};

use cuecard_model::{Draft, Timestamp};
use cuecard_plugin::{
    bundle::{BundleLimits, read_folder},
    call::{Call, Runtime},
    cases::{Case, Input},
    contents::Contents,
    limits::{Ceiling, Limits},
    prove::{Prover, Spawn, load},
    runtimes::Runtimes,
};

const LANGUAGES: [&str; 6] = ["lua", "rust", "c", "js", "ts", "python"];

fn folder(language: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../examples/guests", language].iter().collect()
}

/// Whether there is a program to run. `tests/run` says that all are built: then a missing one is a failure.
fn is_built(language: &str) -> bool {
    let built = language == "lua" || folder(language).join("plugin.wasm").is_file();
    assert!(
        built || std::env::var_os("CUECARD_GUESTS_BUILT").is_none() && !matches!(language, "rust" | "c"),
        "{language} is not built; hint: cuecard build examples/guests/{language}"
    );
    if !built {
        println!("{language}: not built here, tests/run builds it");
    }
    built
}

#[test]
fn all_share_one_test_file_byte_for_byte() {
    for file in ["tests/late.toml", "messages/en.json"] {
        let of_lua = fs::read(folder("lua").join(file)).unwrap();
        for language in LANGUAGES {
            assert!(fs::read(folder(language).join(file)).unwrap() == of_lua, "{language}/{file} differs from Lua's");
        }
    }
}

#[test]
fn each_passes_it_and_is_a_pure_function() {
    for language in LANGUAGES.into_iter().filter(|language| is_built(language)) {
        let bundle = read_folder(&folder(language), &BundleLimits::LARGE_GUESTS).unwrap();
        let proof = Prover::new(Spawn::Caller, None, Ceiling::new(true)).prove(&bundle);
        assert!(proof.problems.is_empty(), "{language}: {:#?}", proof.problems);
        assert_eq!(proof.cases.len(), 6, "{language}");
        let (contents, code) = proof.into_parts().unwrap();
        let load = load(0, &contents, &bundle, code.unwrap());
        let runtimes = Runtimes::start().unwrap();
        let (mut one, mut other) = (runtimes.load(&load).unwrap(), runtimes.load(&load).unwrap());
        for case in &contents.cases {
            let first = compose(&mut *one, &contents, case, "seed");
            // Neither an earlier call nor another instance nor the hour of the day shows.
            assert_eq!(first, compose(&mut *one, &contents, case, "seed"), "{language}: {}", case.name);
            assert_eq!(first, compose(&mut *other, &contents, case, "seed"), "{language}: {}", case.name);
        }
        let draw = contents.cases.iter().find(|case| case.name.contains("draws")).unwrap();
        let drawn: Vec<_> = ["a", "b"].iter().map(|seed| compose(&mut *one, &contents, draw, seed)).collect();
        assert_ne!(drawn[0], drawn[1], "{language}: another turn draws another number");
    }
}

/// A guest that carries its language is refused where the operator has not granted it, with the way to ask.
#[test]
fn a_large_guest_needs_a_grant() {
    let manifest = fs::read_to_string(folder("python").join("plugin.toml")).unwrap();
    let bytes: Arc<[u8]> = vec![0; 5 << 20].into();
    let bundle = |manifest: &str, limits: &BundleLimits| {
        let files = [("plugin.toml", Arc::from(manifest.as_bytes())), ("plugin.wasm", Arc::clone(&bytes))];
        cuecard_plugin::bundle::Bundle::from_files(files, limits)
    };
    let refused = bundle(&manifest, &BundleLimits::default()).unwrap_err();
    assert!(refused[0].reason.contains("larger than 4 MiB"), "{refused:?}");
    let large = bundle(&manifest, &BundleLimits::LARGE_GUESTS).unwrap();
    let refused = Contents::parse(&large, &Ceiling::default()).unwrap_err();
    assert!(refused[0].to_string().contains("large_plugins = true"), "{refused:?}");
    let contents = Contents::parse(&large, &Ceiling::new(true)).unwrap();
    assert_eq!(contents.manifest.limits.memory_bytes, 64 << 20);
    let silent = bundle(&manifest.replace("large = true", ""), &BundleLimits::LARGE_GUESTS).unwrap();
    let refused = Contents::parse(&silent, &Ceiling::new(true)).unwrap_err();
    assert!(refused[0].to_string().contains("`large = true`"), "{refused:?}");
}

fn compose(runtime: &mut dyn Runtime, contents: &Contents, case: &Case, seed: &str) -> Vec<Draft> {
    let Input::Compose(turn) = &case.input else { panic!("{} is no case for compose", case.name) };
    assert!(turn.now > Timestamp::from_seconds(0));
    let setting = Arc::new(case.setting.clone());
    let catalog = Arc::clone(&contents.catalog);
    // What is shown here has nothing to do with time, and the machine may be busy.
    let limits = Limits { time_ms: 1000, ..contents.manifest.limits };
    let mut call = Call::new(limits, catalog, setting, Some(case.keys.clone()), seed);
    let drafts = runtime.compose(&mut call, turn).unwrap();
    runtime.tidy();
    drafts
}
