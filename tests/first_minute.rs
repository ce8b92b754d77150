//! A newcomer's first minute: start the demo, ask in three languages, edit a plugin, break it, mend it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test: what goes wrong fails it"
)]

mod support;

use std::{fs, time::Duration};

use serde_json::Value as Json;
use support::{Host, copy_folder, root, wait_for};

fn demo() -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    copy_folder(&root().join("plugins"), &plugins);
    let host = Host::start(&plugins, &folder.path().join("data"));
    (folder, host)
}

fn bodies() -> Vec<(String, Json)> {
    let folder = root().join("examples/shop/messages");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    paths.iter().map(read).collect()
}

#[test]
fn the_demo_answers_in_three_languages() {
    let (_folder, host) = demo();
    let languages = [("en", "en"), ("es", "es"), ("zh", "zh")];
    for (name, body) in bodies() {
        let answer = host.post("/v1/messages", &body);
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let answer = answer.json();
        let expected = languages.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, language)| *language);
        let expected = expected.unwrap_or_else(|| panic!("a body in a language that is not tested: {name}"));
        let suggestions = answer["suggestions"].as_array().unwrap();
        assert!(!suggestions.is_empty(), "{name}: {answer:#}");
        assert_eq!(answer["failures"], Json::Array(vec![]), "{name}");
        for suggestion in suggestions {
            let locale = suggestion["locale"].as_str().unwrap();
            assert!(locale.starts_with(expected), "{name}: {locale}");
            assert_eq!(suggestion["missing"], Json::Array(vec![]), "{name}: {suggestion:#}");
        }
    }
}

#[test]
fn an_edit_shows_in_the_next_answer_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    support::write_in_place(&plugins.join("probe"), &support::probe("probe", 1));
    let host = Host::start(&plugins, &folder.path().join("data"));
    let main = plugins.join("probe/main.luau");
    let said = |id: &str| host.say(id, "hello")["suggestions"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert_eq!(said("first"), "probe says 1.1.0");

    let source = fs::read_to_string(&main).unwrap();
    fs::write(&main, source.replace("says", "now says")).unwrap();
    let mut number = 0;
    let changed = || {
        number += 1;
        (said(&format!("edit-{number}")) == "probe now says 1.1.0").then_some(())
    };
    let ((), took) = wait_for("the edit to show", Duration::from_secs(5), changed);
    println!("saved to live: {took:?}");
    assert!(took < Duration::from_millis(500), "saved to live took {took:?}");

    fs::write(&main, "return {\n  compose = function(turn)\n    return {{{\n").unwrap();
    let refused = || {
        let reloads = host.get("/v1/reloads?limit=5").unwrap().json();
        let list = reloads.as_array().or(reloads["reloads"].as_array()).unwrap().clone();
        list.into_iter().find(|reload| reload["outcome"] == "refused")
    };
    let (refusal, _) = wait_for("the refusal", Duration::from_secs(5), refused);
    let reason = refusal["reason"].as_str().unwrap();
    assert!(reason.contains("main.luau:"), "{reason}");
    assert_eq!(said("broken"), "probe now says 1.1.0");
    assert!(host.log().contains("main.luau:"), "the operator's log says where:\n{}", host.log());

    fs::write(&main, source).unwrap();
    let mended = || {
        number += 1;
        (said(&format!("mend-{number}")) == "probe says 1.1.0").then_some(())
    };
    wait_for("the mended one", Duration::from_secs(5), mended);
}
