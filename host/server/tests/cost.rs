//! What versions cost, by real sockets: counted when a bundle is proved, kept with it, compared with what serves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::{process::Command, sync::Arc};

use cuecard_plugin::bundle::{Bundle, BundleLimits, to_archive};
use serde_json::{Value, json};
use support::{CODE, DEV, Server, archive, conforms};

const CASES: &str = "[[case]]\nname = \"says hello\"\ntext = \"hi\"\nscenario = \"greeting\"\nexpect.suggestions = 1\n[[case]]\nname = \"says it again\"\ntext = \"hi there\"\nscenario = \"greeting\"\nexpect.suggestions = 1\n";

/// As many rounds more as it is told.
fn code(rounds: usize) -> String {
    CODE.replace(
        "local function compose(turn)\n",
        &format!("local function compose(turn)\nfor _ = 1, {rounds} do end\n"),
    )
}

fn bundle(version: &str, code: &str, cases: &str) -> Vec<u8> {
    let mut files = support::plugin(version, code);
    files.push(("tests/a.toml", cases.to_owned()));
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    to_archive(&Bundle::from_files(files, &BundleLimits::default()).unwrap()).unwrap()
}

fn push(server: &Server, query: &str, bundle: &[u8]) -> Value {
    let path = format!("/v1/plugins/echo{query}");
    let answer = server.ask("PUT", &path, &[DEV, ("content-type", "application/octet-stream")], bundle);
    assert!(answer.status < 300, "{answer:?}");
    let said = answer.json();
    conforms("Reload", &said);
    said
}

/// What is said of the merchant's own plugin.
fn shown(server: &Server) -> Value {
    let list = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &list);
    list["plugins"].as_array().unwrap().iter().find(|plugin| plugin["scope"] != "shared").unwrap().clone()
}

#[test]
fn a_dearer_version_is_said_to_be_everywhere_and_after_a_restart() {
    let server = Server::start();
    let first = push(&server, "", &bundle("1.0.0", &code(0), CASES));
    assert_eq!(first["cost"]["compared"], Value::Null, "nothing served in its place: {first}");
    assert_eq!((&first["cost"]["runtime"], first["cost"]["cases"].as_array().unwrap().len()), (&json!("lua"), 2));
    let before = first["cost"]["median"].as_u64().unwrap();

    let second = push(&server, "", &bundle("1.1.0", &code(500), CASES));
    let (compared, cost) = (&second["cost"]["compared"], &second["cost"]);
    assert_eq!(compared["version"], "1.0.0");
    let after = cost["median"].as_u64().unwrap();
    assert_eq!(compared["difference"]["median"], json!([before, after]));
    assert!((before + 500..before + 510).contains(&after), "{before} -> {after}");
    let text = compared["text"].as_str().unwrap();
    let percent = ((after + 1) as f64 / (before + 1) as f64 - 1.0) * 100.0;
    assert!(text.starts_with(&format!("{percent:.0} % dearer than 1.0.0 (median case ")), "{text}");
    assert!(text.contains("; dearest: says"), "{text}");
    assert_eq!(second["reason"], text, "the record of the reload says it");

    let reloads = server.get("/v1/reloads").expect(200);
    assert_eq!(reloads["reloads"][0]["reason"], text);
    let audit = server.get("/v1/audit").expect(200);
    assert!(audit.to_string().contains(&format!("\"reason\":\"{text}\"")), "{audit}");
    assert_eq!(shown(&server)["cost"], *cost);
    let full = server.get("/v1/plugins/echo").expect(200);
    conforms("PluginInFull", &full);
    assert_eq!((&full["cost"], &full["versions"][0]["compared"]), (cost, compared));
    assert_eq!(full["versions"][1]["compared"], Value::Null);

    // Kept with the bundle: not counted again, and the same.
    let server = Server::on(server.stop(), |_| ());
    assert_eq!(shown(&server)["cost"], *cost);
    let third = push(&server, "", &bundle("1.2.0", &code(0), CASES));
    assert!(third["reason"].as_str().unwrap().contains(" % cheaper than 1.1.0 (median case "), "{third}");
    let back = server.ask("POST", "/v1/plugins/echo/rollback", &[DEV], b"").expect(200);
    assert!(back["reason"].as_str().unwrap().contains(" % dearer than 1.2.0"), "{back}");
    server.ask("POST", "/v1/plugins/echo/disable", &[DEV], b"").expect(200);
    let on = server.ask("POST", "/v1/plugins/echo/enable", &[DEV], b"").expect(200);
    assert_eq!((&on["cost"], &on["reason"]), (&back["cost"], &json!("")), "as before, and not said again");
}

#[test]
fn a_canary_has_its_cost_beside_the_other() {
    let server = Server::start();
    push(&server, "", &bundle("1.0.0", &code(0), CASES));
    let tried = push(&server, "?canary=0.5", &bundle("1.1.0", &code(500), CASES));
    assert!(tried["reason"].as_str().unwrap().contains(" % dearer than 1.0.0"), "{tried}");
    let server = Server::on(server.stop(), |_| ());
    let plugin = shown(&server);
    assert_eq!((&plugin["version"], &plugin["canary"]["cost"]), (&json!("1.0.0"), &tried["cost"]), "{plugin}");
    server.ask("POST", "/v1/plugins/echo/promote", &[DEV], b"").expect(200);
    let plugin = shown(&server);
    assert_eq!((&plugin["version"], &plugin["cost"]), (&json!("1.1.0"), &tried["cost"]), "{plugin}");
}

#[test]
fn what_cannot_be_compared_says_why() {
    let server = Server::start();
    // Without a test there is no figure, and nothing is said.
    let bare = push(&server, "", &archive("1.0.0", CODE));
    assert_eq!((&bare["cost"], &bare["reason"]), (&Value::Null, &json!("")));
    let first = push(&server, "", &bundle("1.1.0", &code(0), CASES));
    assert_eq!(first["reason"], "its cost cannot be compared with 1.0.0: its steps were not counted");
    let other = CASES.replace("\"hi", "\"ho");
    let second = push(&server, "", &bundle("1.2.0", &code(0), &other));
    assert_eq!(
        second["reason"],
        "its cost cannot be compared with 1.1.0: no case has the same name and the same input"
    );
    // The same words expected or not: what counts is what the hook is handed.
    let stricter =
        other.replace("expect.suggestions = 1", "expect.suggestions = 1\nexpect.text_contains = [\"hello\"]");
    let third = push(&server, "", &bundle("1.3.0", &code(0), &stricter));
    assert!(third["reason"].as_str().unwrap().starts_with("costs the same as 1.2.0 (2 cases, median "), "{third}");
}

#[test]
fn a_budget_is_held_before_anything_serves() {
    let server = Server::start();
    push(&server, "", &bundle("1.0.0", &code(0), CASES));
    let mut files = support::plugin("1.1.0", &code(5000));
    files[0].1.push_str("[limits]\ncost = 4000\n");
    files.push(("tests/a.toml", CASES.to_owned()));
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    let dear = to_archive(&Bundle::from_files(files, &BundleLimits::default()).unwrap()).unwrap();
    let headers = [DEV, ("content-type", "application/octet-stream")];
    let refused = server.ask("PUT", "/v1/plugins/echo", &headers, &dear).expect(422).to_string();
    assert!(refused.contains("steps, 4000 are allowed by `cost` under [limits] in plugin.toml"), "{refused}");
    assert_eq!(shown(&server)["version"], "1.0.0");
}

#[test]
fn a_rehearsal_counts_the_steps_of_each_call() {
    let server = Server::start();
    push(&server, "", &bundle("1.0.0", &code(0), CASES));
    for number in 0..70 {
        server.message("c-1", &format!("m-{number}")).expect(200);
    }
    let ask = |bundle: &[u8]| {
        let headers = [DEV, ("content-type", "application/octet-stream")];
        let found = server.ask("POST", "/v1/plugins/echo/rehearse", &headers, bundle).expect(200);
        conforms("Rehearsal", &found);
        found
    };
    let found = ask(&bundle("1.1.0", &code(500), CASES));
    assert!(found["cost"]["text"].as_str().unwrap().contains(" % dearer than 1.0.0 (median case "), "{found}");
    let times = found["times"].as_array().unwrap().iter().find(|times| times["hook"] == "compose").unwrap();
    let steps = &times["steps"];
    // A sample of the turns, evenly.
    assert_eq!((&steps["calls"], &times["old"]["calls"]), (&json!(35), &json!(70)), "{times}");
    let [old, new] = [0, 1].map(|side| steps["median"][side].as_u64().unwrap());
    assert!(old > 0 && (old + 500..old + 510).contains(&new), "{old} -> {new}");
    let text = found["text"].as_str().unwrap();
    assert!(text.contains("compose: ") && text.contains(" % dearer than 1.0.0 (median call "), "{text}");
    assert!(text.contains("tests: "), "{text}");
    // Nothing in common between the tests: by the rehearsal alone.
    let found = ask(&bundle("1.1.0", &code(500), &CASES.replace("\"hi", "\"ho")));
    assert!(found["cost"]["text"].as_str().unwrap().contains("no case has the same name"), "{found}");
    assert!(found["times"][0]["steps"]["percent"].as_f64().unwrap() > 10.0, "{found}");
    // And nothing of the counting is to be seen elsewhere: not in what the plugin would say, not in its figures.
    assert_eq!(found["summary"]["failing"], 0);
    assert_eq!(shown(&server)["calls"], 70);
}

#[test]
fn a_component_is_counted_in_processes_and_not_compared_with_lua() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/size-advisor");
    let folder = cuecard_plugin::bundle::read_folder(root.as_ref(), &BundleLimits::default()).unwrap();
    let versioned = |version: &str| {
        let files = folder.files().iter().map(|(name, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            let bytes = match &**name {
                "plugin.toml" => text.replace("version = \"1.0.0\"", &format!("version = \"{version}\"")).into_bytes(),
                _ => bytes.to_vec(),
            };
            (name.clone(), bytes)
        });
        to_archive(&Bundle::from_files(files, &BundleLimits::default()).unwrap()).unwrap()
    };
    let server = Server::with(|options| {
        let program: std::path::PathBuf = env!("CARGO_BIN_EXE_cuecard").into();
        let process = |word: &str| (program.clone(), vec![word.to_owned()]);
        let ((program, arguments), prover) = (process("worker"), process("prove-worker"));
        options.workers = cuecard_plugin::workers::Spawn::Processes { program, arguments };
        options.prover = cuecard_plugin::prove::Spawn::Process { program: prover.0, arguments: prover.1 };
    });
    let headers = [DEV, ("content-type", "application/octet-stream")];
    let push = |bundle: &[u8]| server.ask("PUT", "/v1/plugins/size-advisor", &headers, bundle).json();
    let first = push(&versioned("1.0.0"));
    assert_eq!(first["cost"]["runtime"], "wasm", "{first}");
    let second = push(&versioned("1.0.1"));
    assert!(second["reason"].as_str().unwrap().contains("costs the same as 1.0.0"), "{second}");
    for (number, text) in
        ["which size should I take?", "is the M too small for me?", "size 42 or 43?"].iter().enumerate()
    {
        let body =
            json!({"conversation_id": "c", "message_id": format!("m-{number}"), "text": text, "customer": {"id": "u"}});
        server.send("POST", "/v1/messages", &body).expect(200);
    }
    let ask = |bundle: &[u8]| server.ask("POST", "/v1/plugins/size-advisor/rehearse", &headers, bundle).expect(200);
    let found = ask(&versioned("1.0.2"));
    let times = found["times"].as_array().unwrap().iter().find(|times| times["plugin"] == "size-advisor").unwrap();
    assert_eq!(times["steps"]["percent"], 0.0, "fuel of the same code: {found}");
    assert!(times["steps"]["median"][0].as_u64().unwrap() > 1000, "{times}");

    let lua = "[plugin]\nid = \"size-advisor\"\nversion = \"2.0.0\"\napi = \"1\"\nruntime = \"lua\"\nentry = \"main.luau\"\n[hooks.compose]\nscenarios = [\"*\"]\n";
    let main = "return { compose = function(turn) return { { text = 'hello', reason = 'asked' } } end }";
    let files = [("plugin.toml", lua), ("main.luau", main)].map(|(name, text)| (name, text.as_bytes().to_vec()));
    let lua = to_archive(&Bundle::from_files(files, &BundleLimits::default()).unwrap()).unwrap();
    let found = ask(&lua);
    let why = "its cost cannot be compared with 1.0.1: steps of Lua and of WebAssembly are not the same";
    assert_eq!(found["cost"]["text"], why, "{found}");
    assert!(found["times"].as_array().unwrap().iter().all(|times| times["steps"].is_null()), "{found}");
}

#[test]
fn the_command_line_says_it_after_a_push_before_one_and_in_the_status() {
    let server = Server::start();
    push(&server, "", &bundle("1.0.0", &code(0), CASES));
    server.message("c-1", "m-1").expect(200);
    let folder = tempfile::tempdir().unwrap();
    support::write(folder.path(), "1.1.0", &code(500));
    std::fs::create_dir(folder.path().join("tests")).unwrap();
    std::fs::write(folder.path().join("tests/a.toml"), CASES).unwrap();
    let address: Arc<str> = format!("http://{}", server.address).into();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
        let done = command.args(arguments).args(["--server", &address, "--key", "dev"]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let path = folder.path().display().to_string();
    let dry = run(&["push", &path, "--dry-run"]);
    assert!(dry.contains("tests: ") && dry.contains(" % dearer than 1.0.0 (median call "), "{dry}");
    let said = run(&["push", &path]);
    assert!(said.contains("echo@1.1.0 serves from generation ") && said.contains(" % dearer than 1.0.0 ("), "{said}");
    let status = run(&["status"]);
    assert!(
        status.contains("STEPS") && status.contains("\n  ") && status.contains(" % dearer than 1.0.0 ("),
        "{status}"
    );
}
