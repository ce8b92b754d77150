//! `migrate`: a bundle's way from stored keys of an older version to its own, in Luau and in WebAssembly.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers that they share"
)]

#[path = "support/guest.rs"]
mod guest;

use cuecard_model::{Fields, Timestamp, Value};
use cuecard_plugin::{
    bundle::{Bundle, BundleLimits},
    limits::Ceiling,
    manifest::Manifest,
    prove::{Migration, Proof, Prover, Spawn},
};
use guest::Guest;

const LUA: &str = r#"
local function migrate(from, keys)
    if keys.broken then
        error("cannot be read")
    end
    local total = (keys.count or 0) * 100
    return { total = total, from = from, name = keys.name, price = keys.price, known = cuecard.get_key("count") ~= nil }
end
return { compose = function() return {} end, migrate = migrate }
"#;

/// Multiplies the first key, a number, by a hundred.
const WASM: &str = "
    (f64.store offset=16 (local.get 1) (f64.mul (f64.load offset=16 (local.get 1)) (f64.const 100)))
    (i32.store8 (i32.const 16) (i32.const 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.store (i32.const 24) (local.get 2))
    (i32.const 16)";

fn manifest(runtime: &str, keys: &str) -> String {
    format!(
        "[plugin]\nid = \"counter\"\nversion = \"2.0.0\"\napi = \"1\"\nruntime = \"{runtime}\"\n\
         [hooks.compose]\nscenarios = [\"*\"]\n{keys}"
    )
}

const SECOND: &str = "[capabilities]\nkeys = true\n[keys]\nversion = 2\n";

fn bundle(files: &[(&str, &[u8])]) -> Bundle {
    let files = files.iter().filter(|(_, bytes)| !bytes.is_empty());
    let files = files.map(|(name, bytes)| (name.to_string(), bytes.to_vec()));
    Bundle::from_files(files, &BundleLimits::default()).unwrap()
}

fn lua(code: &str, case: &str) -> Bundle {
    let manifest = manifest("lua", SECOND);
    bundle(&[("plugin.toml", manifest.as_bytes()), ("main.luau", code.as_bytes()), ("tests/a.toml", case.as_bytes())])
}

fn prover() -> Prover {
    Prover::new(Spawn::Caller, None, Ceiling::default())
}

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn said(proof: &Proof) -> String {
    proof.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn run(migration: &mut Migration, keys: Vec<Fields>) -> Result<Vec<Fields>, String> {
    migration.run(1, Timestamp::from_seconds(1_795_000_000), keys).map_err(|problem| problem.to_string())
}

const CASE: &str = "[[case]]\nname = \"in hundredths\"\nfrom = 1\nkeys = { count = 3 }\n\
    expect.keys = { total = 300 }\nexpect.keys_forgotten = [\"count\"]\n";

#[test]
fn customers_are_migrated_one_by_one() {
    let bundle = lua(LUA, CASE);
    let proof = prover().prove(&bundle);
    assert_eq!(said(&proof), "");
    assert_eq!(proof.cases.len(), 1);
    let mut migration = prover().migration(&bundle).unwrap();
    let many: Vec<_> = (0..200).map(|count| fields(&[("count", f64::from(count).into())])).collect();
    let done = run(&mut migration, many).unwrap();
    assert_eq!(done.len(), 200);
    assert_eq!(done[7], fields(&[("total", 700.0.into()), ("from", 1.0.into()), ("known", true.into())]));
    assert_eq!(run(&mut migration, vec![fields(&[("name", "Ana".into())])]).unwrap()[0]["name"], "Ana".into());

    let broken = vec![fields(&[("count", 1.0.into())]), fields(&[("broken", "Ana".into()), ("other", true.into())])];
    let told = run(&mut migration, broken).unwrap_err();
    let expected = "main.luau:4: migrate(1) failed for a customer whose keys are broken (a text of 3 bytes), other \
        (a boolean): cannot be read";
    assert_eq!(told, expected);
    assert!(run(&mut migration, vec![fields(&[("count", 1.0.into())])]).is_ok(), "and goes on");
}

#[test]
fn a_large_customer_fits_and_a_hostile_hook_does_not() {
    let mut migration = prover()
        .migration(&lua("return { compose = print, migrate = function(_, keys) return keys end }", ""))
        .unwrap();
    let large = fields(&[("a", "x".repeat(300 << 10).into()), ("b", "y".repeat(300 << 10).into())]);
    assert_eq!(run(&mut migration, vec![large.clone()]).unwrap(), [large]);
    for (body, expected) in [
        ("while true do end", "stopped after 20 ms"),
        ("return 1", "a table of names and values is wanted"),
        ("return { a = {} }", "not a decimal amount"),
        ("return { [string.rep('n', 200)] = 1 }", "1 to 128 bytes"),
        ("cuecard.set_key('a', 1) return keys", "set_key has no say"),
        ("local t = {} for i = 1, 1e9 do t[i] = string.rep('x', 1000) end", "more memory than it may have"),
    ] {
        let code = format!("return {{ compose = print, migrate = function(from, keys) {body} end }}");
        let mut migration = prover().migration(&lua(&code, "")).unwrap();
        let told = run(&mut migration, vec![Fields::new()]).unwrap_err();
        assert!(told.contains(expected), "{body}: {told}");
        // What hit a limit is replaced, as everywhere.
        assert!(run(&mut migration, vec![Fields::new()]).unwrap_err().contains(expected));
    }
}

#[test]
fn what_the_manifest_asks_for_must_be_there() {
    for (keys, expected) in [
        ("[keys]\nversion = 2\n", "keys have a version, but the plugin keeps none"),
        ("[capabilities]\nkeys = true\n[keys]\nversion = 0\n", "'keys.version' cannot be 0"),
        ("[capabilities]\nkeys = true\n[keys]\nversions = 2\n", "unknown key 'versions' in [keys]"),
    ] {
        let problems = Manifest::parse(&manifest("lua", keys), &Ceiling::default()).unwrap_err();
        let told = problems[0].to_string();
        assert!(told.contains(expected), "{told}");
    }
    let without = prover().prove(&lua("return { compose = print }", ""));
    assert!(said(&without).contains("keys above version 1 need 'migrate'"), "{}", said(&without));
    let proof = prover().prove(&lua(LUA, &CASE.replace("300", "301")));
    assert!(said(&proof).contains("the case 'in hundredths' failed: key total"), "{}", said(&proof));
    let proof = prover().prove(&lua(LUA, &CASE.replace("from = 1", "from = 0")));
    assert!(said(&proof).contains("'from' is not a version of keys"), "{}", said(&proof));
}

#[test]
fn a_component_may_bring_it_beside_its_hooks() {
    let manifest = manifest("wasm", SECOND);
    let with = |component: &[u8], case: &str| {
        bundle(&[("plugin.toml", manifest.as_bytes()), ("plugin.wasm", component), ("tests/a.toml", case.as_bytes())])
    };
    let plain = Guest::default().component().unwrap();
    let without = prover().prove(&with(&plain, ""));
    assert!(
        said(&without).contains("plugin.wasm: keys above version 1 need the function `migrate`"),
        "{}",
        said(&without)
    );

    let component = Guest { migrate: WASM.into(), ..Guest::default() }.component().unwrap();
    let case = "[[case]]\nname = \"in hundredths\"\nfrom = 1\nkeys = { count = 3 }\nexpect.keys = { count = 300 }\n";
    let bundle = with(&component, case);
    assert_eq!(said(&prover().prove(&bundle)), "");
    let mut migration = prover().migration(&bundle).unwrap();
    let done = run(&mut migration, vec![fields(&[("count", 7.0.into()), ("name", "Ana".into())])]).unwrap();
    assert_eq!(done, [fields(&[("count", 700.0.into()), ("name", "Ana".into())])]);

    let endless = Guest { migrate: "(loop (br 0)) (i32.const 16)".into(), ..Guest::default() }.component().unwrap();
    let mut migration = prover().migration(&with(&endless, "")).unwrap();
    let told = run(&mut migration, vec![Fields::new()]).unwrap_err();
    assert!(told.contains("ran past 20 ms"), "{told}");
}
