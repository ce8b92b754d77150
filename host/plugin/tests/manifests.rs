//! Golden manifests: `manifests/<name>.toml` with the rendered problems in `<name>.error` beside it, or none if good.
//! `UPDATE_GOLDEN=1` writes the files anew; read the diff before you commit it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::{fs, path::Path};

use cuecard_plugin::{
    limits::{Ceiling, Limits},
    manifest::Manifest,
};

#[test]
fn every_manifest_is_taken_or_refused_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let (mut good, mut refused, mut wrong) = (0, 0, Vec::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let golden = path.with_extension("error");
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        let got = match Manifest::parse(&fs::read_to_string(&path).unwrap(), &Ceiling::default()) {
            Ok(_) => String::new(),
            Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        };
        if got.is_empty() {
            good += 1
        } else {
            refused += 1
        }
        if update && got.is_empty() {
            let _ = fs::remove_file(&golden);
        } else if update {
            fs::write(&golden, &got).unwrap();
        } else if got != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- got\n{got}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(good >= 8 && refused >= 32, "only {good} good and {refused} refused manifests were found");
}

#[test]
fn a_manifest_says_what_it_means() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifests/good-full.toml")).unwrap();
    let manifest = Manifest::parse(&text, &Ceiling::default()).unwrap();
    assert_eq!(manifest.plugin_version().to_string(), "late-parcel@1.2.0");
    assert_eq!(manifest.code.as_ref().unwrap().entry, "parcel.luau");
    assert!(manifest.composes(&"delivery_delay".into()) && !manifest.composes(&"none".into()));
    assert!(manifest.localizes("zh-Hans-CN") && !manifest.localizes("en"));
    assert!(manifest.triggers_on("fulfillment.updated") && manifest.triggers_on("cart.updated"));
    assert!(!manifest.triggers_on("order.created"));
    assert!(!manifest.classifies(&"none".into()), "a hook that is absent is never called");
    let classifies = |name: &str, scenario: &str| {
        let path = format!("{}/tests/manifests/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        Manifest::parse(&fs::read_to_string(path).unwrap(), &Ceiling::default()).unwrap().classifies(&scenario.into())
    };
    assert!(classifies("good-classify", "none") && classifies("good-classify", "returns"));
    assert!(classifies("good-classify-some", "none") && !classifies("good-classify-some", "returns"));
    assert_eq!((manifest.limits.time_ms, manifest.limits.memory_bytes), (10, 4 << 20));
    assert_eq!(manifest.limits.drafts, Limits::default().drafts);
    assert!(manifest.capabilities.keys);
}

#[test]
fn an_operator_may_raise_the_ceiling() {
    let text = "[plugin]\nid = \"a\"\nversion = \"1.0.0\"\napi = \"1\"\n[limits]\ntime_ms = 50\n";
    assert!(Manifest::parse(text, &Ceiling::default()).is_err());
    let usual = Limits { time_ms: 100, ..Limits::default() };
    let raised = Ceiling { usual, ..Ceiling::default() };
    assert_eq!(Manifest::parse(text, &raised).unwrap().limits.time_ms, 50);
}
