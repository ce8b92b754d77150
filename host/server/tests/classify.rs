//! What plugins have to say about a message's meaning, from a message to the answer; and a customer at a glance.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]
#![allow(clippy::disallowed_methods, reason = "the host under test goes by the real clock")]

mod support;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use support::{Server, conforms};

/// Says `vip_call` for "vip", and remembers it for its own `compose`.
const FIRST: &str = r#"
local function classify(turn)
    if turn.message.text ~= "vip" then return {} end
    cuecard.set_key("called", turn.now)
    return { scenario = { id = "vip_call", confidence = 0.9 }, language = { tag = "es", confidence = 0.9 }, reason = "they said so" }
end
local function compose(turn)
    local text = `{turn.locale} {turn.profile.orders} {cuecard.get_key("called") == turn.now}`
    return { { text = text, reason = "a call" } }
end
return { classify = classify, compose = compose }
"#;

/// Goes by what the first has said.
const SECOND: &str = r#"
local function classify(turn)
    if turn.signals.scenario.id ~= "vip_call" or turn.locale ~= "es" then return {} end
    return { stage = "after_sale" }
end
return { classify = classify }
"#;

/// Breaks on demand.
const BROKEN: &str = r#"
local function classify(turn)
    if turn.message.text == "lie" then return { emotion = { label = "angry", intensity = 7 } } end
    while turn.message.text == "hang" do end
    if turn.message.text == "raise" then error("no idea") end
    return {}
end
return { classify = classify }
"#;

fn plugin(plugins: &Path, id: &str, hooks: &str, code: &str) {
    let folder = plugins.join(id);
    fs::create_dir_all(&folder).unwrap();
    let manifest = format!(
        "[plugin]\nid = \"{id}\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n{hooks}\n[capabilities]\nkeys = true\n"
    );
    fs::write(folder.join("plugin.toml"), manifest).unwrap();
    fs::write(folder.join("main.luau"), code).unwrap();
}

fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    plugin(
        &plugins,
        "a-first",
        "[hooks.classify]\nscenarios = [\"none\"]\n[hooks.compose]\nscenarios = [\"vip_call\"]",
        FIRST,
    );
    plugin(&plugins, "b-second", "[hooks.classify]", SECOND);
    plugin(&plugins, "c-broken", "[hooks.classify]", BROKEN);
    Server::on(folder, |_| ())
}

fn say(server: &Server, id: &str, text: &str) -> Value {
    let body = json!({"conversation_id": "c", "message_id": id, "text": text, "customer": {"id": "u-700"}});
    let reply = server.send("POST", "/v1/messages", &body).expect(200);
    conforms("Reply", &reply);
    reply
}

#[test]
fn plugins_have_a_say_one_after_the_other() {
    let server = server();
    let reply = say(&server, "m-1", "vip");
    assert_eq!(reply["signals"]["scenario"], json!({"id": "vip_call", "confidence": 0.9, "alternatives": []}));
    assert_eq!((&reply["signals"]["stage"], &reply["failures"]), (&json!("after_sale"), &json!([])));
    let trace = reply["trace"].as_array().unwrap();
    let lines: Vec<_> =
        trace.iter().map(|line| format!("{} {} {}", line["rule"], line["after"], line["why"])).collect();
    assert_eq!(
        lines,
        [
            r#""a-first@1.0.0" "language es 0.90" "they said so""#,
            r#""a-first@1.0.0" "scenario vip_call 0.90" "they said so""#,
            r#""b-second@1.0.0" "stage after_sale" "changed by the plugin's classify hook""#,
        ]
    );
    let suggestion = &reply["suggestions"][0];
    assert_eq!(suggestion["text"], "es 0 true", "compose sees the new language and what classify has stored");
    assert_eq!(suggestion["scenario"], "vip_call", "a scenario that nobody declares with examples");
    assert_eq!(suggestion["trace"].as_array().unwrap()[..3], trace[..]);

    let understood = server.send("POST", "/v1/understand", &json!({"text": "vip"})).expect(200);
    assert_eq!(understood, reply["signals"], "the signals alone are the same");

    let silent = say(&server, "m-2", "1001 and more");
    assert_eq!((&silent["signals"]["scenario"]["id"], silent.get("trace")), (&json!("none"), None));

    let listed = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &listed);
    let first = listed["plugins"].as_array().unwrap().iter().find(|plugin| plugin["id"] == "a-first").unwrap();
    assert_eq!(first["hooks"], json!(["compose", "classify"]));
    assert!(server.get("/metrics").body.contains(r#"hook="classify""#));
}

#[test]
fn a_plugin_that_fails_changes_nothing() {
    let server = server();
    for (text, kind, detail) in [
        ("lie", "reply", "in classify: reply.emotion.intensity: 7 is not from 0 to 1"),
        ("hang", "timeout", "in classify: main.luau"),
        ("raise", "error", "in classify: main.luau:5: no idea"),
    ] {
        let reply = say(&server, text, text);
        let failures = reply["failures"].as_array().unwrap();
        assert_eq!(failures.len(), 1, "{reply}");
        assert_eq!((&failures[0]["plugin"], &failures[0]["kind"]), (&json!("c-broken@1.0.0"), &json!(kind)));
        assert!(failures[0]["detail"].as_str().unwrap().starts_with(detail), "{reply}");
        assert_eq!(reply["signals"]["emotion"]["label"], "neutral", "the host's own signals stand");
    }
    assert_eq!(say(&server, "m", "vip")["signals"]["stage"], "after_sale", "and so do the other plugins'");
}

#[test]
fn a_customer_at_a_glance() {
    let server = server();
    let orders = json!([
        {"id": "2", "status": "shipped", "placed_at": "2026-05-01T00:00:00Z", "total": {"amount": "20.00", "currency": "EUR"},
         "fulfillments": [{"id": "f", "status": "in_transit", "expected_at": "2026-05-04T00:00:00Z"}]},
        {"id": "1", "status": "delivered", "placed_at": "2026-01-01T00:00:00Z", "total": {"amount": "5.50", "currency": "EUR"}}
    ]);
    server.send("PUT", "/v1/customers/u-2", &json!({"locale": "de-AT", "orders": orders})).expect(200);
    let body = json!({"conversation_id": "c-9", "message_id": "m", "text": "vip", "channel": "sms", "customer": {"id": "u-2"}});
    let reply = server.send("POST", "/v1/messages", &body).expect(200);
    assert_eq!(reply["suggestions"][0]["text"], "es-AT 2 true", "plugins see the facts on the turn: {reply}");

    let shown = server.get("/v1/customers/u-2/profile").expect(200);
    conforms("CustomerProfile", &shown);
    let profile = &shown["profile"];
    for (fact, expected) in [
        ("orders", json!(2)),
        ("spend", json!([{"amount": "25.50", "currency": "EUR"}])),
        ("returns_rate", json!(0.0)),
        ("buyer", json!("repeat")),
        ("last_order_at", json!("2026-05-01T00:00:00Z")),
        ("last_contact_channel", json!("sms")),
        ("open_problems", json!([{"kind": "late_parcel", "order_id": "2", "since": "2026-05-04T00:00:00Z"}])),
        ("preferred_channel", json!("sms")),
        ("preferred_language", json!("de-AT")),
    ] {
        assert_eq!(profile[fact], expected, "{fact}");
    }
    assert_eq!(shown["sources"]["last_contact_channel"], json!(["a message of conversation c-9"]));
    for fact in profile.as_object().unwrap().keys().filter(|fact| *fact != "risk_score" && *fact != "risk") {
        assert!(shown["sources"][fact].is_array(), "{fact} has no source: {shown}");
    }
    server.get("/v1/customers/nobody/profile").expect(404);
}

/// From the event to the signal, without another word from the shop.
#[test]
fn a_cart_is_seen_in_the_stage() {
    let server = server();
    let stage = || {
        let asked = json!({"text": "hello there", "customer": {"id": "u-700"}});
        server.send("POST", "/v1/understand", &asked).expect(200)["stage"].clone()
    };
    let happens = |id: &str, kind: &str| {
        let now = jiff::Timestamp::now().to_string();
        server
            .send("POST", "/v1/events", &json!({"id": id, "type": kind, "at": now, "customer_id": "u-700"}))
            .expect(202);
    };
    assert_eq!(stage(), "browsing");
    for (id, kind, expected) in [
        ("e-1", "cart.updated", "hesitating"),
        ("e-2", "checkout.started", "checkout"),
        ("e-3", "checkout.completed", "browsing"),
    ] {
        happens(id, kind);
        assert_eq!(stage(), expected, "{kind}");
    }
}

/// `cuecard`, as somebody types it.
fn cuecard(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cuecard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

#[test]
fn a_new_plugin_passes_its_own_tests_and_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().to_str().unwrap();
    for (id, hook) in [("greets", "compose"), ("sees-vips", "classify")] {
        cuecard(&["new", id, "--hook", hook, "--plugins", plugins, "--scenario", "vip_call"], "");
    }
    let tested = cuecard(&["test", "--plugins", plugins], "");
    assert!(tested.ends_with("4 passed, 0 failed\n"), "{tested}");
    let lines = "{\"id\": 1, \"text\": \"it has A SURE SIGN\"}\n{\"id\": 2, \"text\": \"zzz\"}\n";
    let found = cuecard(&["understand", "--plugins", plugins], lines);
    let scenarios = found.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let scenarios: Vec<_> = scenarios.map(|line| line["signals"]["scenario"]["id"].clone()).collect();
    assert_eq!(scenarios, ["vip_call", "none"]);
}
