//! Rehearsals by real sockets: another version on turns that were answered, and nothing of it is kept.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::time::Instant;

use cuecard::config::Config;
use cuecard_plugin::bundle;
use serde_json::{Value, json};
use support::{CODE, DEV, JSON, Server, archive, conforms};

/// Says the customer's mail address and what it has stored, and fails where the message says so.
const NEW: &str = r#"
local function compose(turn)
    if string.find(turn.message.text, "cow") then error("no cows here") end
    cuecard.log("info", "for someone@example.com")
    cuecard.set_key("seen", "yes")
    return { { message = "hello", reason = "mail " .. (turn.customer.email or "none"), confidence = 0.9 } }
end
return { compose = compose, trigger = function() return {} end }
"#;

fn say(server: &Server, conversation: &str, message: &str, text: &str) -> Value {
    let body = json!({"conversation_id": conversation, "message_id": message, "text": text,
        "customer": {"id": conversation, "email": "li@example.com"}});
    server.send("POST", "/v1/messages", &body).expect(200)
}

/// The test's plugin, with keys.
fn keeping(version: &str, code: &str) -> Vec<u8> {
    let mut files = support::plugin(version, code);
    files[0].1.push_str("[capabilities]\nkeys = true\n");
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    bundle::to_archive(&bundle::Bundle::from_files(files, &bundle::BundleLimits::default()).unwrap()).unwrap()
}

fn rehearse(server: &Server, query: &str, bundle: &[u8]) -> Value {
    let headers = [DEV, ("content-type", "application/octet-stream")];
    let found = server.ask("POST", &format!("/v1/plugins/echo/rehearse{query}"), &headers, bundle).expect(200);
    conforms("Rehearsal", &found);
    found
}

#[test]
fn the_difference_is_shown_and_nothing_is_kept() {
    let server = Server::start();
    say(&server, "c-1", "m-1", "hello, my number is +44 20 7946 0958");
    say(&server, "c-1", "m-2", "and a cow");
    say(&server, "c-2", "m-1", "hello there");
    let before = (server.get("/v1/plugins").body, server.get("/v1/reloads").body, server.get("/v1/audit").body);

    let same = rehearse(&server, "", &archive("1.0.0", CODE));
    assert_eq!((&same["summary"]["turns"], &same["summary"]["different"]), (&json!(3), &json!(0)), "{same}");
    assert_eq!((&same["summary"]["same"], &same["summary"]["approximate"]), (&json!(3), &json!(0)), "{same}");
    assert_eq!(same["turns"], json!([]));

    let found = rehearse(&server, "?turns=200", &keeping("1.1.0", NEW));
    let summary = &found["summary"];
    assert_eq!(
        (&summary["different"], &summary["changed"], &summary["lost"]),
        (&json!(3), &json!(2), &json!(1)),
        "{found}"
    );
    assert_eq!((&summary["failing"], &summary["mended"]), (&json!(1), &json!(0)));
    assert_eq!((&found["old"]["version"], &found["new"]["version"]), (&json!("1.0.0"), &json!("1.1.0")));
    let [newest, cow, first] = [0, 1, 2].map(|place| &found["turns"][place]);
    assert_eq!(first["message"], "hello, my number is [phone]");
    assert_eq!(newest["offers"][0]["old"]["text"], "hello from 1.0.0");
    assert_eq!(newest["offers"][0]["new"]["text"], "hello from 1.1.0");
    assert_eq!(newest["offers"][0]["fields"], json!(["text", "reason"]));
    assert_eq!(newest["offers"][0]["new"]["reason"], "mail [email]");
    assert_eq!(newest["keys"], json!(["echo"]), "it would store something");
    assert_eq!(newest["log"], json!([{"level": "info", "text": "for [email]"}]));
    assert_eq!((&cow["failures"][0]["kind"], &cow["failures"][0]["failure"]), (&json!("failing"), &json!("error")));
    assert!(cow["failures"][0]["detail"].as_str().unwrap().contains("main.luau:3"), "{cow}");
    let text = found["text"].as_str().unwrap();
    for part in [
        "echo: 1.0.0 -> 1.1.0",
        "3 turns answered again",
        "- hello from 1.0.0",
        "+ hello from 1.1.0",
        "echo failing: error",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!found.to_string().contains("li@example.com"), "{found}");

    // As if nothing had been.
    let after = (server.get("/v1/plugins").body, server.get("/v1/reloads").body, server.get("/v1/audit").body);
    assert_eq!(before, after);
    let export = server.get("/v1/customers/c-1/export").expect(200).to_string();
    assert!(!export.contains("seen"), "no keys were written: {export}");
    assert!(!server.get("/metrics").body.contains("1.1.0"));
}

#[test]
fn a_turn_is_answered_again_as_it_was() {
    let server = Server::start();
    let body = json!({"id": "c-1", "locale": "en", "email": "old@example.com", "attributes": {"tier": "gold"}});
    server.send("PUT", "/v1/customers/c-1", &body).expect(200);
    server.send("PUT", "/v1/live/z.policy", &json!({"fields": {"days": 30}})).expect(200);
    let body = json!({"conversation_id": "c-1", "message_id": "m-1", "text": "hello", "customer": {"id": "c-1"}});
    server.send("POST", "/v1/messages", &body).expect(200);
    // All of it changes.
    server.send("PUT", "/v1/customers/c-1", &json!({"id": "c-1", "attributes": {"tier": "none"}})).expect(200);
    server.ask("DELETE", "/v1/live/z.policy", &[DEV], b"").expect(204);
    let code = r#"
local function compose(turn)
    local words = { turn.customer.attributes.tier, #turn.live > 0 and turn.live[#turn.live].key or "", turn.now, #turn.history, math.random(1000000) }
    return { { message = "hello", reason = table.concat(words, " "), confidence = 0.9 } }
end
return { compose = compose, trigger = function() return {} end }
"#;
    let said = |found: &Value| found["turns"][0]["offers"][0]["new"]["reason"].as_str().unwrap().to_owned();
    let (one, two) = (rehearse(&server, "", &archive("1.1.0", code)), rehearse(&server, "", &archive("1.1.0", code)));
    assert_eq!(said(&one), said(&two), "the same clock and the same seed");
    assert!(said(&one).starts_with("gold z.policy "), "{}", said(&one));
    // Erased with the customer.
    server.ask("DELETE", "/v1/customers/c-1", &[DEV], b"").expect(204);
    assert_eq!(rehearse(&server, "", &archive("1.1.0", code))["summary"]["turns"], 0);
}

#[test]
fn files_of_an_editor_are_rehearsed_too_and_their_problems_have_a_place() {
    let server = Server::start();
    say(&server, "c-1", "m-1", "hello");
    say(&server, "c-2", "m-1", "hello");
    let files = |code: &str, test: &str| {
        let mut files: serde_json::Map<_, _> =
            support::plugin("1.1.0", code).into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
        files.extend((!test.is_empty()).then(|| ("tests/a.toml".to_owned(), json!(test))));
        json!({"files": files, "conversations": ["c-1"]})
    };
    let ask = |body: &Value| server.ask("POST", "/v1/plugins/echo/rehearse", &[DEV, JSON], body.to_string().as_bytes());
    let test = "[[case]]\nname = \"says goodbye\"\ntext = \"hi\"\nexpect.text_contains = [\"goodbye\"]\n";
    let found = ask(&files(CODE, test)).expect(200);
    assert_eq!((&found["cases"][0]["passed"], &found["cases"][0]["line"]), (&json!(false), &json!(1)), "{found}");
    assert_eq!(found["problems"][0]["file"], "tests/a.toml");
    assert_eq!(found["turns"].as_array().unwrap().len(), 1, "a chosen conversation is shown: {found}");
    assert_eq!(found["turns"][0]["offers"][0]["kind"], "changed");

    let found = ask(&files("local function compose(", "")).expect(200);
    assert_eq!((&found["problems"][0]["file"], &found["new"]), (&json!("main.luau"), &Value::Null), "{found}");
    assert_eq!(found["problems"][0]["line"], 1);
    let wrong = json!({"files": {}, "keep": ["plugin.wasm"]});
    assert_eq!(ask(&wrong).expect(400)["field"], "keep");
    let other = ask(&json!({"files": {"plugin.toml": "[plugin]\nid = \"other\"\nversion = \"1.0.0\"\napi = \"1\"\n"}}));
    assert!(other.expect(200)["problems"][0]["reason"].as_str().unwrap().contains("'other'"));
}

#[test]
fn a_hostile_version_costs_live_turns_nothing() {
    let server = Server::with(|options| {
        let program = env!("CARGO_BIN_EXE_cuecard").into();
        options.workers = cuecard_plugin::workers::Spawn::Processes { program, arguments: vec!["worker".into()] };
    });
    for number in 0..20 {
        say(&server, &format!("c-{number}"), "m", "hello");
    }
    let began = Instant::now();
    let found = rehearse(
        &server,
        "?turns=20",
        &archive("1.1.0", "return { compose = function() while true do end end, trigger = function() return {} end }"),
    );
    let took = began.elapsed();
    let failing = &found["summary"]["failing"];
    assert_eq!((failing, &found["problems"]), (&json!(20), &json!([])), "every time, it never rests: {found}");
    let kind = found["turns"][0]["failures"][0]["failure"].as_str().unwrap();
    assert!(["timeout", "killed"].contains(&kind), "{kind}");
    assert!(took.as_secs() < 25, "{took:?}");
    let plugins = server.get("/v1/plugins").expect(200);
    assert_eq!(plugins["plugins"][0]["failing"], Value::Null, "{plugins}");
    assert_eq!(say(&server, "c-0", "m-2", "hello")["suggestions"][0]["text"], "hello from 1.0.0");
}

#[test]
fn the_command_line_shows_it_and_puts_nothing_in_service() {
    let server = Server::start();
    say(&server, "c-1", "m-1", "hello");
    let folder = tempfile::tempdir().unwrap();
    let push = |version: &str, code: &str| {
        support::write(folder.path(), version, code);
        let address = format!("http://{}", server.address);
        let program = env!("CARGO_BIN_EXE_cuecard");
        let arguments = ["--dry-run", "--turns", "5", "--server", &address, "--key", "dev"];
        let done = std::process::Command::new(program).arg("push").arg(folder.path()).args(arguments).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, said) = push("1.1.0", CODE);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 turns differ") && said.contains("+ hello from 1.1.0"), "{said}");
    let (code, said) =
        push("1.1.0", "return { compose = function() error('no') end, trigger = function() return {} end }");
    assert_eq!(code, 1, "newly failing: {said}");
    let (code, said) = push("1.1.0", "return {");
    assert!(code == 1 && said.contains("main.luau:1"), "{said}");
    assert_eq!(server.get("/v1/plugins").expect(200)["plugins"][0]["version"], "1.0.0");
}

/// Fails for who has two orders.
const RARE: &str = r#"
local function compose(turn)
    local newest = turn.customer.orders[1]
    for place = 2, #turn.customer.orders do
        if turn.customer.orders[place].parcel.sent > newest.parcel.sent then newest = turn.customer.orders[place] end
    end
    return { { message = "hello", reason = "asked", confidence = 0.9 } }
end
return { compose = compose, trigger = function() return {} end }
"#;

/// With words of its own and a test that it passes.
fn tested(version: &str, code: &str, words: &str) -> Vec<u8> {
    let case = "[[case]]\nname = \"one order\"\nscenario = \"order_status\"\ntext = \"where is it?\"\ncustomer.orders = [{ id = \"1\", status = \"shipped\" }]\nexpect.suggestions = 1\n";
    let mut files = support::plugin(version, code);
    files[2].1 = format!(r#"{{"hello": "{words}"}}"#);
    files.push(("tests/one.toml", case.to_owned()));
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    bundle::to_archive(&bundle::Bundle::from_files(files, &bundle::BundleLimits::default()).unwrap()).unwrap()
}

#[test]
fn a_push_with_a_rare_bug_is_refused_and_a_large_difference_wants_a_word() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("plugins")).unwrap();
    let data = folder.path().join("data");
    let arguments = ["keys", "create", "--merchant", "shop", "--role", "operator", "--data"];
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_cuecard")).args(arguments).arg(&data).output().unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let bearer = format!("Bearer {key}");
    let config = Config::parse("[[merchant]]\nid = \"shop\"\n[merchant.rehearsal]\nturns = 150").unwrap();
    let server = Server::on(folder, move |options| (options.config, options.demo) = (config, None));
    let ask = |method: &str, path: &str, body: &[u8]| {
        let headers = [("authorization", bearer.as_str()), JSON];
        server.ask(method, path, if method == "PUT" { &headers[..1] } else { &headers }, body)
    };
    ask("PUT", "/v1/plugins/echo", &tested("1.0.0", CODE, "hello")).expect(201);
    for number in 0..100 {
        let orders = if number == 40 { 2 } else { 1 };
        let orders: Vec<_> =
            (0..orders).map(|it| json!({"id": format!("{number}-{it}"), "status": "shipped"})).collect();
        let body = json!({"conversation_id": format!("c-{number}"), "message_id": "m", "text": "where is it?",
            "customer": {"id": format!("u-{number}"), "orders": orders}});
        ask("POST", "/v1/messages", body.to_string().as_bytes()).expect(200);
    }
    let serving = || ask("GET", "/v1/plugins", b"").expect(200)["plugins"][0]["version"].clone();
    // The registry takes it down after the answer is out.
    let recorded = |reason: &str| {
        let began = Instant::now();
        loop {
            let last = ask("GET", "/v1/reloads?limit=1", b"").expect(200)["reloads"][0].clone();
            if last["reason"].as_str().is_some_and(|said| said.contains(reason)) {
                return last;
            }
            assert!(began.elapsed().as_secs() < 20, "{reason}: {last}");
        }
    };

    let refused = ask("PUT", "/v1/plugins/echo", &tested("2.0.0", RARE, "hello")).expect(422);
    let evidence = "rehearsed on 100 turns: 1 answered otherwise (0 gained, 1 lost, 0 changed), 1 calls newly failing";
    assert!(refused["problems"][0]["reason"].as_str().unwrap().starts_with(evidence), "its own test passes: {refused}");
    let place = &refused["problems"][1];
    assert_eq!((&place["file"], &place["line"]), (&json!("main.luau"), &json!(5)), "{refused}");
    assert!(place["reason"].as_str().unwrap().contains("turn "), "{place}");
    assert_eq!(serving(), "1.0.0");
    let record = recorded(evidence);
    conforms("Reload", &record);
    assert_eq!((&record["outcome"], &record["version"]), (&json!("refused"), &json!("2.0.0")));
    let counts = &record["rehearsal"];
    assert_eq!(
        (&counts["turns"], &counts["lost"], &counts["failing"]),
        (&json!(100), &json!(1), &json!(1)),
        "{record}"
    );
    assert_eq!(counts["asks"], false);

    let other = tested("3.0.0", CODE, "good day");
    let asked = ask("PUT", "/v1/plugins/echo", &other).expect(409);
    conforms("Problem", &asked);
    assert_eq!(asked["rehearsal"]["summary"]["changed"], 100);
    let hash = asked["rehearsal"]["new"]["hash"].as_str().unwrap();
    let record = recorded("100 answered otherwise");
    assert_eq!((&record["outcome"], &record["hash"]), (&json!("refused"), &json!(hash)));
    assert_eq!(
        (&record["rehearsal"]["changed"], &record["rehearsal"]["asks"]),
        (&json!(100), &json!(true)),
        "{record}"
    );
    ask("PUT", &format!("/v1/plugins/echo?confirm={hash}"), &tested("3.0.1", CODE, "good bye")).expect(409);
    assert_eq!(serving(), "1.0.0", "other bytes than those that were seen");

    let folder = tempfile::tempdir().unwrap();
    let unpacked = bundle::from_archive(&other, &bundle::BundleLimits::default()).unwrap();
    for (name, bytes) in unpacked.files() {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let push = |more: &[&str]| {
        let address = format!("http://{}", server.address);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cuecard"));
        command.arg("push").arg(folder.path()).args(["--server", &address, "--key", &key]).args(more);
        let done = command.output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, said) = push(&[]);
    assert!(code == 1 && said.contains("+ good day") && said.contains(&format!("--confirm {hash}")), "{said}");
    let (code, said) = push(&["--confirm", hash]);
    assert_eq!((code, serving()), (0, json!("3.0.0")), "{said}");
    let audit = ask("GET", "/v1/audit", b"").expect(200).to_string();
    assert!(audit.contains("rehearsed on 100 turns") && audit.contains("; confirmed"), "{audit}");
}
