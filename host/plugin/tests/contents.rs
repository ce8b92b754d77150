//! Whole bundles: what is read of a good one, and that all problems of a bad one are found at once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use cuecard_plugin::{
    bundle::{Bundle, BundleLimits},
    contents::{CodeFiles, Contents},
    limits::Ceiling,
    scenarios,
};

const MANIFEST: &str = "[plugin]\nid = \"a\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n[hooks.localize]\n";

fn parse(files: &[(&str, &[u8])]) -> Result<Contents, String> {
    let bundle = Bundle::from_files(files.iter().copied(), &BundleLimits::default()).unwrap();
    let parsed = Contents::parse(&bundle, &Ceiling::default());
    parsed.map_err(|problems| problems.iter().map(|problem| format!("{}\n", problem.clone().within("a"))).collect())
}

#[test]
fn a_good_bundle_is_read_whole() {
    let contents = parse(&[
        ("plugin.toml", b"\xef\xbb\xbf[plugin]\nid = \"a\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n[hooks.localize]\n"),
        ("main.luau", b"return {}"),
        ("lib/dates.luau", b"return {}"),
        ("scenarios.toml", "[late]\ntitle = \"Late\"\nexamples.zh-Hans = [\"快递\"]\n".as_bytes()),
        ("messages/en.json", b"{}"),
        ("culture/de.toml", b"off = [\"claim.guaranteed\"]"),
        ("tests/a.toml", b"[[case]]\nname = \"x\"\ndraft = {}\nexpect.suggestions = 1\n"),
    ])
    .unwrap();
    let Some(CodeFiles::Lua { entry, sources }) = &contents.code else { panic!("{:?}", contents.code) };
    assert_eq!((entry.as_str(), sources.len()), ("main.luau", 2));
    assert_eq!(contents.scenarios[0].examples["zh-Hans"], ["快递"]);
    assert_eq!((contents.cases.len(), contents.culture.len()), (1, 1));
}

#[test]
fn all_problems_of_a_bad_bundle_are_found_at_once() {
    let problems = parse(&[
        ("plugin.toml", MANIFEST.replace("1.0.0", "one").as_bytes()),
        ("main.luau", b"return {}"),
        ("scenarios.toml", b"[Late]\ntitle = \"Late\"\n"),
        ("messages/english_us.json", b"{}"),
        ("culture/de.toml", b"a ="),
        ("tests/a.toml", b"[[case]]\nname = \"x\"\n\xff"),
    ])
    .unwrap_err();
    for expected in [
        "a/plugin.toml:3:11: 'one' is not a semantic version\n  hint: ",
        "a/scenarios.toml:1:2: 'Late' cannot be a scenario's id\n  hint: ",
        "a/messages/english_us.json: 'english_us' is not a locale\n  hint: ",
        "a/culture/de.toml:1:4: not valid TOML",
        "a/tests/a.toml:3: not text in UTF-8\n  hint: save the file as UTF-8",
    ] {
        assert!(problems.contains(expected), "should say {expected}\nsays\n{problems}");
    }
}

#[test]
fn what_a_manifest_names_must_be_there() {
    let problems = parse(&[("plugin.toml", MANIFEST.as_bytes()), ("mian.luau", b"")]).unwrap_err();
    assert!(
        problems.contains("the entry 'main.luau' is not in the bundle\n  hint: write entry = \"mian.luau\""),
        "{problems}"
    );
    assert!(parse(&[("main.luau", b"")]).unwrap_err().contains("a/plugin.toml: the file is missing"));
}

#[test]
fn scenarios_are_refused_with_a_place_and_a_hint() {
    let many: String = (0..201).map(|number| format!("[s{number}]\ntitle = \"x\"\nexamples.en = [\"a\"]\n")).collect();
    let crowd: Vec<String> = (0..1001).map(|number| format!("\"e{number}\"")).collect();
    let late = |rest: &str| format!("[late]\ntitle = \"Late\"\n{rest}\n");
    for (text, expected) in [
        ("late = 1".to_owned(), "scenarios.toml:1:8: 'late' must be a table"),
        ("[none]\n".to_owned(), "'none' cannot be a scenario's id"),
        ("[order-status]\n".to_owned(), "'order-status' cannot be a scenario's id"),
        ("[late]\nexamples.en = [\"a\"]\n".to_owned(), "'late.title' is missing"),
        (late(""), "'late.examples' is missing"),
        (late("examples = {}"), "no examples"),
        (late("examples.en = []"), "'late.examples.en' is empty"),
        (late("examples.english = [\"a\"]"), "'english' is not a language"),
        (late("examples.en = [\"a\", 1]"), "'late.examples.en' must be a list of text"),
        (late("examples.en = [\"a\", \" a\"]"), "scenarios.toml:3:21: 'a' stands twice"),
        (late("examples.en = [\" \"]"), "an empty example"),
        (late(&format!("examples.en = [\"{}\"]", "x".repeat(501))), "an example of 501 characters, more than 500"),
        (late(&format!("examples.en = [{}]", crowd.join(","))), "has more than 1000 examples"),
        (late("example.en = [\"a\"]"), "unknown key 'example' in [late]\n  hint: did you mean 'examples'?"),
        (late("examples.en = [\"a\"]\n[late]\n"), "not valid TOML: duplicate key"),
        (many, "more than 200 scenarios"),
    ] {
        let problems = scenarios::parse(&text).unwrap_err();
        let all = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(all.contains(expected), "should say {expected}, says\n{all}");
    }
}
