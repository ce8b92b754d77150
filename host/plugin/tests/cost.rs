//! What cases cost: the same figure on every run, for code that never changes the same in every release.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::{fs, path::Path, sync::Arc};

use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, read_folder},
    cost::Cost,
    limits::Ceiling,
    prove::{Proof, Prover, Spawn},
};

const MAIN: &str = r#"
local function compose(turn)
    local words = {}
    for word in string.gmatch(turn.message.text, "%a+") do
        table.insert(words, word)
    end
    table.sort(words)
    return { { text = table.concat(words, " "), reason = "sorted", confidence = 0.5 } }
end
local function localize(draft, culture)
    draft.text = draft.text .. " (" .. culture.locale .. ")"
    return draft
end
return { compose = compose, localize = localize }
"#;

const CASES: &str = r#"
[[case]]
name = "few"
text = "the quick brown fox"
expect.suggestions = 1

[[case]]
name = "many"
text = "pack my box with five dozen liquor jugs and then go home again"
expect.suggestions = 1

[[case]]
name = "a draft"
draft.text = "hello"
expect.text_contains = ["hello"]

[[case]]
name = "what fails has no cost"
text = "x"
expect.suggestions = 2
"#;

fn bundle(main: &str, cases: &str) -> Bundle {
    let manifest = "[plugin]\nid = \"sorts\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\nentry = \"main.luau\"\n[hooks.compose]\nscenarios = [\"*\"]\n[hooks.localize]\n";
    let files = [("plugin.toml", manifest), ("main.luau", main), ("tests/a.toml", cases)];
    let files = files.map(|(name, text)| (name, text.as_bytes().to_vec()));
    Bundle::from_files(files, &BundleLimits::default()).unwrap()
}

fn prove(bundle: &Bundle, cache: Option<&Path>) -> Proof {
    Prover::new(Spawn::Caller, cache.map(Into::into), Ceiling::default()).counting().prove(bundle)
}

fn steps(cost: &Cost) -> Vec<(&str, &str, u64)> {
    cost.cases.iter().map(|case| (&*case.name, &*case.hook, case.steps)).collect()
}

/// If this fails after an update of Luau or wasmtime, the same code costs another number of steps than before: raise
/// `COUNTING` in `cost.rs`, so that no figures of two kinds are compared, and write the new ones here.
#[test]
fn code_that_never_changes_costs_what_it_always_did() {
    let proof = prove(&bundle(MAIN, CASES), None);
    let cost = proof.cost.clone().unwrap();
    assert_eq!(steps(&cost), [("few", "compose", 22), ("many", "compose", 58), ("a draft", "localize", 2)]);
    assert_eq!(proof.problems.len(), 1, "{:?}", proof.problems);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/v1");
    let manifest = fs::read(folder.join("plugin.toml")).unwrap();
    let component = fs::read(folder.join("plugin.wasm")).unwrap();
    let case = b"[[case]]\nname = \"all of it\"\ntext = \"hello?\"\nexpect.suggestions = 1\n".to_vec();
    let words = br#"{"hello": "Good day."}"#.to_vec();
    let files =
        [("plugin.toml", manifest), ("plugin.wasm", component), ("messages/en.json", words), ("tests/a.toml", case)];
    let fixture = Bundle::from_files(files, &BundleLimits::default()).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let first = prove(&fixture, Some(cache.path()));
    assert_eq!(first.problems, []);
    assert_eq!(steps(first.cost.as_ref().unwrap()), [("all of it", "compose", 6163)]);
    // The code that counts is kept beside the other, and used again.
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 2);
    assert_eq!(prove(&fixture, Some(cache.path())).cost, first.cost);
    let prover = Prover::new(Spawn::Caller, Some(cache.path().into()), Ceiling::default());
    assert!(prover.counting_code(first.contents().unwrap()).is_some());
    assert!(prover.prove(&fixture).cost.is_none(), "who was not asked to count does not");
}

#[test]
fn versions_are_compared_over_what_both_were_asked() {
    let old = prove(&bundle(MAIN, CASES), None).cost.unwrap();
    let slower = MAIN.replace("table.sort(words)", "for _ = 1, 100 do end table.sort(words)");
    // Written otherwise and said elsewhere, but the same; one asks something else, and one is new.
    let cases = CASES
        .replace("name = \"few\"\ntext = \"the quick brown fox\"", "text = 'the quick brown fox'\nname = 'few'")
        .replace("draft.text = \"hello\"", "draft.text = \"good hello\"")
        .replace("expect.suggestions = 2", "expect.suggestions = 1");
    let new = prove(&bundle(&slower, &cases), None).cost.unwrap();
    assert_eq!(new.cases.len(), 4);
    let version = Arc::from("1.0.0");
    let found = new.beside(&version, Some(&old));
    let difference = found.difference.unwrap();
    assert_eq!(difference.calls, 2, "{}", found.text);
    let by_name = |cost: &Cost, name: &str| cost.cases.iter().find(|case| case.name == name).unwrap().steps;
    assert_eq!(difference.most.as_ref().unwrap().steps, [by_name(&old, "few"), by_name(&new, "few")]);
    assert!(by_name(&new, "few") - by_name(&old, "few") >= 100);
    assert!(found.text.contains(" % dearer than 1.0.0 (median case "), "{}", found.text);
    assert!(old.beside(&version, Some(&new)).text.contains(" % cheaper than 1.0.0"));
    assert!(old.beside(&version, Some(&old)).text.starts_with("costs the same as 1.0.0 (3 cases"));
}

#[test]
fn a_long_case_costs_all_its_rounds() {
    // A good part of its time as it runs live, and more than that where each round is counted.
    let busy = MAIN.replace("table.sort(words)", "local x = 0 while x < 300000 do x += 1 end table.sort(words)");
    let one = |number: usize| format!("[[case]]\nname = \"{number}\"\ntext = \"a b\"\nexpect.suggestions = 1\n");
    let proof = prove(&bundle(&busy, &(0..20).map(one).collect::<String>()), None);
    assert_eq!(proof.problems, []);
    let costs: Vec<_> = proof.cases.iter().map(|case| case.cost.unwrap()).collect();
    assert!(costs.iter().all(|cost| *cost == costs[0] && (300_000..300_100).contains(cost)), "{costs:?}");
}

#[test]
fn the_plugins_that_ship_are_counted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    for plugin in ["returns", "order-numbers", "size-advisor"] {
        let bundle = read_folder(&folder.join(plugin), &BundleLimits::default()).unwrap();
        let cost = prove(&bundle, None).cost.unwrap();
        assert!(cost.cases.iter().all(|case| case.steps > 0 && case.input.len() == 16), "{plugin}: {cost:?}");
    }
}

/// `cargo nextest run -p cuecard-plugin --test cost --run-ignored only --no-capture`
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stdout, reason = "its result")]
fn how_long_counting_takes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    for plugin in ["late-parcel", "size-advisor"] {
        let bundle = read_folder(&folder.join(plugin), &BundleLimits::default()).unwrap();
        let time = |counts: bool| {
            let mut times: Vec<_> = (0..15)
                .map(|_| {
                    let prover = Prover::new(Spawn::Caller, None, Ceiling::default());
                    let prover = if counts { prover.counting() } else { prover };
                    let began = std::time::Instant::now();
                    assert_eq!(prover.prove(&bundle).problems, []);
                    began.elapsed()
                })
                .collect();
            times.sort_unstable();
            times[7]
        };
        println!("{plugin}: proved in {:?}, and counted in {:?}, at the median of 15", time(false), time(true));
    }
}
