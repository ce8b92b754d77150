//! What the console asks for, by real sockets: how plugins do, what they said, how a turn came about, what waits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use serde_json::{Value, json};
use support::{CODE, DEV, JSON, Server, archive, conforms, message_body, plugin};

/// Says what it was asked, keeps a key, and breaks on demand.
const TALKER: &str = r#"
local function compose(turn)
    cuecard.log("info", "asked: " .. turn.message.text)
    if turn.message.text == "break" then
        return nil .. "x"
    end
    cuecard.set_key("last", turn.message.text)
    return { { message = "hello", reason = "asked", confidence = 0.9 } }
end
return { compose = compose }
"#;

fn talker() -> Vec<u8> {
    let mut files = plugin("1.0.0", TALKER);
    let manifest =
        files[0].1.replace("id = \"echo\"", "id = \"talker\"").replace("[hooks.trigger]\nevents = [\"ping\"]\n", "");
    files[0].1 = format!("{manifest}[capabilities]\nkeys = true\n");
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    let bundle = cuecard_plugin::bundle::Bundle::from_files(files, &cuecard_plugin::bundle::BundleLimits::default());
    cuecard_plugin::bundle::to_archive(&bundle.unwrap()).unwrap()
}

fn with_talker() -> Server {
    let server = Server::start();
    server.ask("PUT", "/v1/plugins/talker", &[DEV], &talker()).expect(201);
    server
}

fn say(server: &Server, message: &str, text: &str) -> Value {
    let mut body = message_body("c", message);
    body["text"] = text.into();
    server.send("POST", "/v1/messages", &body).expect(200)
}

fn key(server: &Server, role: &str) -> (String, String) {
    let made = server.send("POST", "/v1/keys", &json!({"merchant": "demo", "roles": [role]})).expect(201);
    ("authorization".to_owned(), format!("Bearer {}", made["key"].as_str().unwrap()))
}

#[test]
fn a_plugin_is_shown_in_full() {
    let server = with_talker();
    say(&server, "m-1", "hello there");
    let broken = say(&server, "m-2", "break");
    assert_eq!(broken["failures"][0]["kind"], "error");
    let shown = server.get("/v1/plugins/talker").expect(200);
    conforms("PluginInFull", &shown);
    conforms("PluginList", &server.get("/v1/plugins").expect(200));
    assert_eq!((&shown["calls"], &shown["failures"]), (&json!(2), &json!(1)));
    let compose = &shown["figures"][0];
    assert_eq!((&compose["hook"], &compose["failures"]), (&json!("compose"), &json!({"error": 1})));
    let counted: u64 = compose["histogram"].as_array().unwrap().iter().map(|it| it["calls"].as_u64().unwrap()).sum();
    assert_eq!(counted, 2, "every call is in the histogram");
    let failure = &shown["last_failures"][0];
    assert_eq!(
        (&failure["problem"]["file"], &failure["problem"]["line"]),
        (&json!("main.luau"), &json!(5)),
        "{failure}"
    );
    assert_eq!(failure["turn_id"], broken["turn_id"]);
    assert_eq!(shown["stored_keys"]["keys"], 1);
    assert_eq!((&shown["since"]["by"], &shown["versions"][0]["version"]), (&json!("key:dev"), &json!("1.0.0")));
    server.get("/v1/plugins/nobody").expect(404);
}

#[test]
fn what_was_refused_stands_beside_what_serves() {
    let server = Server::start();
    server.ask("PUT", "/v1/plugins/echo", &[DEV], &archive("2.0.0", CODE)).expect(201);
    server.ask("PUT", "/v1/plugins/echo", &[DEV], &archive("3.0.0", "\nreturn {")).expect(422);
    let echo = server.get("/v1/plugins/echo").expect(200);
    assert_eq!((&echo["state"], &echo["version"]), (&json!("live"), &json!("2.0.0")));
    let problem = &echo["refused"]["problems"][0];
    assert_eq!(
        (&echo["refused"]["version"], &problem["file"], &problem["line"]),
        (&json!("3.0.0"), &json!("main.luau"), &json!(2))
    );
    conforms("PluginInFull", &echo);
    conforms("ReloadList", &server.get("/v1/reloads").expect(200));
    server.ask("PUT", "/v1/plugins/echo", &[DEV], &archive("4.0.0", CODE)).expect(200);
    assert!(server.get("/v1/plugins/echo").expect(200)["refused"].is_null(), "mended");

    let mut files = plugin("1.0.0", "return {");
    files[0].1 = files[0].1.replace("\"echo\"", "\"stillborn\"");
    let files = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    let bundle = cuecard_plugin::bundle::Bundle::from_files(files, &cuecard_plugin::bundle::BundleLimits::default());
    let bytes = cuecard_plugin::bundle::to_archive(&bundle.unwrap()).unwrap();
    server.ask("PUT", "/v1/plugins/stillborn", &[DEV], &bytes).expect(422);
    let never = server.get("/v1/plugins/stillborn").expect(200);
    assert_eq!((&never["state"], &never["refused"]["problems"][0]["file"]), (&json!("refused"), &json!("main.luau")));
    conforms("PluginInFull", &never);
}

#[test]
fn stored_keys_are_shown_and_deleted_with_a_record() {
    let server = with_talker();
    say(&server, "m-1", &"long ".repeat(200));
    let path = "/v1/plugins/talker/keys?customer_id=u-2";
    let stored = server.get(path).expect(200);
    conforms("StoredKeys", &stored);
    let shown = &stored["keys"][0];
    assert_eq!((&shown["name"], &shown["cut"]), (&json!("last"), &json!(true)));
    assert!(shown["bytes"].as_u64().unwrap() > 900 && shown["value"].as_str().unwrap().len() == 400);
    server.get("/v1/plugins/talker/keys").expect(400);
    let deleted = server.ask("DELETE", path, &[DEV], b"").expect(200);
    conforms("DeletedKeys", &deleted);
    assert_eq!(deleted["deleted"], 1);
    assert_eq!(server.ask("DELETE", path, &[DEV], b"").expect(200)["deleted"], 0);
    assert_eq!(server.get(path).expect(200)["keys"], json!([]));
    let records = server.get("/v1/audit").expect(200);
    let of = records["audit"].as_array().unwrap().iter().filter(|it| it["record"]["action"] == "plugin.keys_deleted");
    assert_eq!(of.count(), 1, "what deleted nothing leaves no record");
    assert!(!records.to_string().contains("u-2"), "the audit outlives the customer, so it does not name them");
}

#[test]
fn lines_are_read_and_heard() {
    let server = with_talker();
    let reply = say(&server, "m-1", "one");
    let log = server.get("/v1/plugins/talker/logs").expect(200);
    conforms("PluginLog", &log);
    let line = &log["lines"][0];
    assert_eq!(
        (&line["text"], &line["turn_id"], &line["level"]),
        (&json!("asked: one"), &reply["turn_id"], &json!("info"))
    );

    let mut heard = server.listen("/v1/plugins/talker/logs?follow=true", None);
    let (event, first, line) = heard.next();
    assert_eq!((event.as_str(), &line["text"]), ("line", &json!("asked: one")));
    say(&server, "m-2", "break");
    assert_eq!(heard.next().2["text"], "asked: break");
    let (_, _, failure) = heard.next();
    assert_eq!((&failure["failure"], &failure["problem"]["line"]), (&json!("error"), &json!(5)));
    conforms("LogLine", &failure);
    let headers = [DEV, ("accept", "text/event-stream"), ("last-event-id", first.as_str())];
    assert_eq!(
        server.listen_as("/v1/plugins/talker/logs", &headers).next().2["text"],
        "asked: break",
        "taken up again"
    );

    let (name, agent) = key(&server, "agent");
    server.ask("GET", "/v1/plugins/talker/logs", &[(&name, &agent)], b"").expect(403);
    assert_eq!(server.get("/v1/plugins/echo/logs").expect(200)["lines"], json!([]), "nobody else's");
    server.ask("DELETE", "/v1/customers/u-2", &[DEV], b"").expect(204);
    assert_eq!(server.get("/v1/plugins/talker/logs").expect(200)["lines"], json!([]), "erased with the customer");
}

#[test]
fn a_turn_tells_how_it_came_about() {
    let server = with_talker();
    let reply = say(&server, "m-1", "hello there");
    let turn = server.get(&format!("/v1/turns/{}", reply["turn_id"].as_str().unwrap())).expect(200);
    conforms("Turn", &turn);
    assert_eq!((&turn["suggestions"], &turn["text"]), (&reply["suggestions"], &json!("hello there")));
    let stages: Vec<_> = turn["spans"].as_array().unwrap().iter().map(|it| it["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["understand", "compose", "localize", "guard", "rank"]);
    let span = |at: &Value| (at["start_us"].as_u64().unwrap(), at["us"].as_u64().unwrap());
    let ends: Vec<_> = turn["spans"].as_array().unwrap().iter().map(span).collect();
    assert!(ends.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0 + 1), "one after the other: {ends:?}");
    let (from, long) = ends[1];
    for call in turn["calls"].as_array().unwrap() {
        let (start, us) = span(call);
        assert!(
            start >= from && start + us <= from + long + 1,
            "a hook runs within its stage: {call} in {from}+{long}"
        );
    }
    let talker = turn["calls"].as_array().unwrap().iter().find(|it| it["plugin"] == "talker@1.0.0").unwrap();
    assert_eq!(talker["log"], json!([{"level": "info", "text": "asked: hello there"}]));
    server.get("/v1/turns/nowhere").expect(404);
}

#[test]
fn turns_are_found() {
    let server = with_talker();
    let ids: Vec<_> = (0..5)
        .map(|number| say(&server, &format!("m-{number}"), if number == 2 { "break" } else { "hi" })["turn_id"].clone())
        .collect();
    let listed = server.get("/v1/turns?limit=2").expect(200);
    conforms("TurnList", &listed);
    let told = |list: &Value| list["turns"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(told(&listed), [ids[4].clone(), ids[3].clone()]);
    let next = listed["next"].as_str().unwrap();
    assert_eq!(
        told(&server.get(&format!("/v1/turns?limit=2&before={next}")).expect(200)),
        [ids[2].clone(), ids[1].clone()]
    );
    assert_eq!(told(&server.get("/v1/turns?failed=true").expect(200)), [ids[2].clone()]);
    assert_eq!(told(&server.get("/v1/turns?plugin=talker").expect(200)).len(), 5);
    assert!(told(&server.get("/v1/turns?plugin=nobody").expect(200)).is_empty());
    server.get("/v1/turns?failed=perhaps").expect(400);
}

#[test]
fn the_operator_sees_what_the_host_stands_on() {
    let server = Server::start();
    server.message("c", "m-1").expect(200);
    let status = server.get("/v1/status").expect(200);
    conforms("Status", &status);
    assert_eq!((&status["turns"], &status["workers"]["waiting"]), (&json!({"answering": 0, "limit": 1024}), &json!(0)));
    assert!(
        status["workers"]["count"].as_u64().unwrap() > 1 && status["workers"]["idle"] == status["workers"]["count"]
    );
    assert!(status["data"]["bytes"].as_u64().unwrap() > 10_000, "{status}");
    assert_eq!(status["confinement"].as_array().unwrap().len(), 4);
    let (name, author) = key(&server, "author");
    server.ask("GET", "/v1/status", &[(&name, &author)], b"").expect(403);
}

/// The same from the command line.
#[test]
fn an_author_reads_it_in_a_terminal() {
    let server = with_talker();
    let turn = say(&server, "m-1", "break")["turn_id"].as_str().unwrap().to_owned();
    let told = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cuecard"));
        let asked = command.args(arguments).args(["--key", "dev", "--server", &format!("http://{}", server.address)]);
        let done = asked.output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, log, _) = told(&["logs", "talker"]);
    assert!(code == Some(0) && log.contains("    asked: break") && log.contains("main.luau:5"), "{log}");
    assert!(log.contains(&turn), "{log}");
    let (code, trace, _) = told(&["trace", &turn]);
    assert!(code == Some(0) && trace.contains("compose") && trace.contains("talker@1.0.0 compose (error)"), "{trace}");
    assert!(trace.contains('▒') && trace.contains('█') && trace.contains("main.luau:5"), "{trace}");
    let (_, list, _) = told(&["trace"]);
    assert!(list.contains(&turn) && list.contains("failed: talker@1.0.0 error"), "{list}");
    let (code, _, error) = told(&["trace", "nowhere"]);
    assert!(code == Some(1) && error.contains("there is no such turn"), "{error}");

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cuecard"));
    let address = format!("http://{}", server.address);
    let asked = command.args(["logs", "talker", "-f", "--limit", "1", "--key", "dev", "--server", &address]);
    let mut following = asked.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(following.stdout.take().unwrap()));
    let mut until = |wanted: &str| lines.find(|line| line.as_ref().unwrap().contains(wanted)).is_some();
    assert!(until("main.luau:5"), "what was said last");
    say(&server, "m-2", "as it is said");
    assert!(until("asked: as it is said"));
    following.kill().unwrap();
    following.wait().unwrap();
}

/// Whatever people change leaves a record.
#[test]
fn operators_and_merchants_leave_records() {
    let server = Server::start();
    let made = server
        .send("POST", "/v1/hooks", &json!({"merchant": "demo", "kind": "generic", "secret": "a long secret"}))
        .expect(201);
    server.ask("DELETE", &format!("/v1/hooks/{}", made["id"].as_str().unwrap()), &[DEV], b"").expect(204);
    server.ask("PUT", "/v1/outreach/pause", &[DEV, JSON], b"").expect(200);
    server.ask("DELETE", "/v1/outreach/pause", &[DEV], b"").expect(204);
    let consent = json!({"purpose": "marketing", "answer": "granted", "wording": "yes", "at": "2026-11-22T08:00:00Z"});
    server.send("POST", "/v1/customers/u-2/consents", &consent).expect(200);
    server.send("POST", "/v1/customers/u-2/consents", &consent).expect(200);
    server.ask("DELETE", "/v1/customers/u-2", &[DEV], b"").expect(204);
    let records = server.get("/v1/audit").expect(200);
    let told: Vec<_> =
        records["audit"].as_array().unwrap().iter().rev().map(|it| it["record"]["action"].clone()).collect();
    let expected =
        ["hook.created", "hook.revoked", "outreach.paused", "outreach.resumed", "consent.recorded", "customer.erased"];
    assert_eq!(told, expected);
}
