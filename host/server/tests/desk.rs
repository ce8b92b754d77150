//! What the desk asks for, by real sockets: conversations, scripts, what agents did without being asked, the pages.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use serde_json::{Value, json};
use support::{DEV, Server, conforms, message_body};

fn by_agent(conversation: &str, message: &str, text: &str) -> Value {
    let mut body = message_body(conversation, message);
    (body["role"], body["text"], body["agent_id"]) = ("agent".into(), text.into(), "a-1".into());
    body
}

/// What is kept about a suggestion: each action with its share of edits, without what changes from run to run.
fn feedback(server: Server, suggestions: &[Value]) -> Vec<(String, Option<f64>, Option<String>, bool)> {
    use cuecard_engine::{Engine, SqliteEngine};
    let folder = server.stop();
    let engine = SqliteEngine::open(folder.path().join("data")).unwrap();
    let ids: Vec<_> = suggestions.iter().map(|it| it["id"].as_str().unwrap().into()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(engine.feedback_on(&"demo".into(), &ids)).unwrap();
    let word = |it: &cuecard_engine::Feedback| serde_json::to_value(it.action).unwrap().as_str().unwrap().to_owned();
    let one = |it: cuecard_engine::Feedback| {
        (word(&it), it.edit_share, it.message.map(|id| id.to_string()), it.took_ms.is_some())
    };
    found.into_iter().map(one).collect()
}

#[test]
fn conversations_are_listed_and_read() {
    let server = Server::start();
    server.message("a", "m-1").expect(200);
    let reply = server.message("b", "m-1").expect(200);
    server.send("POST", "/v1/messages", &by_agent("a", "m-2", "hi")).expect(204);
    let listed = server.get("/v1/conversations").expect(200);
    conforms("ConversationList", &listed);
    let all = listed["conversations"].as_array().unwrap();
    let told: Vec<_> = all.iter().map(|it| (it["id"].as_str().unwrap(), it["unanswered"].as_u64().unwrap())).collect();
    assert_eq!(told, [("a", 0), ("b", 1)]);
    assert_eq!(all[1]["customer"]["name"]["given"], "Emily");
    assert!(all[0]["waiting_since"].is_null() && all[1]["waiting_since"].is_string() && listed["next"].is_null());
    let first = server.get("/v1/conversations?limit=1").expect(200);
    let rest = server.get(&format!("/v1/conversations?limit=1&before={}", first["next"])).expect(200);
    assert_eq!(rest["conversations"][0], all[1]);

    let read = server.get("/v1/conversations/b").expect(200);
    conforms("Conversation", &read);
    assert_eq!(read["suggestions"], reply["suggestions"]);
    assert_eq!(
        (&read["messages"][0]["signals"], &read["messages"][0]["text"]),
        (&reply["signals"], &json!("hello there"))
    );
    let answered = server.get("/v1/conversations/a").expect(200);
    assert_eq!((answered["suggestions"].clone(), answered["messages"].as_array().unwrap().len()), (json!([]), 2));
    server.get("/v1/conversations/nowhere").expect(404);
    server.get("/v1/conversations?limit=x").expect(400);
    server.ask("GET", "/v1/conversations", &[], b"").expect(401);
}

#[test]
fn a_suggestion_that_is_put_away_is_open_no_more() {
    let server = Server::start();
    let reply = server.message("c", "m-1").expect(200);
    let path = format!("/v1/suggestions/{}/feedback", reply["suggestions"][0]["id"].as_str().unwrap());
    let kept = server.send("POST", &path, &json!({"action": "dismissed", "reason": "wrong_tone"})).expect(200);
    conforms("Feedback", &kept);
    assert_eq!((&kept["reason"], &kept["action"]), (&json!("wrong_tone"), &json!("dismissed")));
    assert_eq!(server.get("/v1/conversations/c").expect(200)["suggestions"], json!([]));
    let long = json!({"action": "dismissed", "reason": "x".repeat(2000)});
    server.send("POST", &path, &long).expect(400);
}

/// What was really sent says what was done with the suggestion.
#[test]
fn nobody_is_asked_what_they_did() {
    for (shown, inserted, sent, expected) in [
        (true, true, "hello from 1.0.0", Some(("sent", Some(0.0)))),
        (true, true, "hello from 1.0.0!", Some(("edited", Some(1.0 / 17.0)))),
        (false, false, "hello from 1.0.0", Some(("sent", Some(0.0)))),
        (true, false, "Something that has nothing to do with it", Some(("ignored", None))),
        (false, false, "Something that has nothing to do with it", None),
    ] {
        let server = Server::start();
        let reply = server.message("c", "m-1").expect(200);
        let suggestions = reply["suggestions"].as_array().unwrap().clone();
        let path = format!("/v1/suggestions/{}/feedback", suggestions[0]["id"].as_str().unwrap());
        for (action, _) in [("shown", shown), ("inserted", inserted)].into_iter().filter(|(_, was_done)| *was_done) {
            server.send("POST", &path, &json!({"action": action})).expect(200);
        }
        server.send("POST", "/v1/messages", &by_agent("c", "m-2", sent)).expect(204);
        // The same message again is the same event.
        server.send("POST", "/v1/messages", &by_agent("c", "m-2", "another text")).expect(204);
        // Within one millisecond all is at once, so the order says nothing.
        let mut all = feedback(server, &suggestions);
        all.retain(|(action, ..)| !matches!(&**action, "shown" | "inserted"));
        assert!(all.len() <= 1, "{all:?}");
        let expected = expected.map(|(action, share)| (action.to_owned(), share, Some("m-2".to_owned()), shown));
        assert_eq!(all.pop(), expected, "{sent}");
    }
}

/// A card that the customer's next message took away can still be what was sent, but was not passed over.
#[test]
fn what_was_withdrawn_was_not_ignored() {
    for (sent, expected) in [("Something else altogether, not offered", None), ("hello from 1.0.0!", Some("edited"))] {
        let server = Server::start();
        let first = server.message("c", "m-1").expect(200)["suggestions"].as_array().unwrap().clone();
        let path = format!("/v1/suggestions/{}/feedback", first[0]["id"].as_str().unwrap());
        for action in ["shown", "inserted"] {
            server.send("POST", &path, &json!({"action": action})).expect(200);
        }
        server.message("c", "m-2").expect(200);
        server.send("POST", "/v1/messages", &by_agent("c", "m-3", sent)).expect(204);
        let mut all = feedback(server, &first);
        all.retain(|(action, ..)| !matches!(&**action, "shown" | "inserted"));
        assert_eq!(all.pop().map(|(action, ..)| action).as_deref(), expected, "{sent}");
    }
}

#[test]
fn agents_hear_of_each_others_messages() {
    let server = Server::start();
    let mut stream = server.listen("/v1/stream", None);
    server.message("c", "m-1").expect(200);
    let (name, _, data) = stream.next();
    assert_eq!((name.as_str(), &data["message"]["text"]), ("suggestion", &json!("hello there")));
    assert_eq!(data["message"]["customer"]["name"]["given"], "Emily");
    server.send("POST", "/v1/messages", &by_agent("c", "m-2", "hi")).expect(204);
    assert_eq!(stream.next().0, "withdrawn");
    let (name, _, data) = stream.next();
    assert_eq!((name.as_str(), &data["message"]["text"], &data["agent_id"]), ("message", &json!("hi"), &Value::Null));
}

#[test]
fn scripts_are_found_by_their_words() {
    let server = Server::start();
    let found = server.get("/v1/scripts?q=HELLO+1.0.0&customer_id=u-2").expect(200);
    conforms("ScriptList", &found);
    assert_eq!(found["scripts"][0]["text"], "hello from 1.0.0");
    assert_eq!(server.get("/v1/scripts?q=nothing+like+it").expect(200)["scripts"], json!([]));
    server.get(&format!("/v1/scripts?q={}", "x".repeat(300))).expect(400);
}

#[test]
fn the_pages_are_there_and_are_sent_once() {
    let server = Server::start();
    for (path, kind) in [
        ("/desk", "text/html"),
        ("/pages/desk/app.js", "text/javascript"),
        ("/pages/desk/desk.css", "text/css"),
        ("/pages/shared/vendor/lit-html/lit-html.js", "text/javascript"),
    ] {
        let page = server.ask("GET", path, &[], b"");
        assert_eq!(page.status, 200, "{path}: {page:?}");
        assert!(page.headers.contains(&format!("content-type: {kind}")), "{page:?}");
        assert!(page.headers.contains("script-src 'self'; style-src 'self'"), "{page:?}");
        let tag = page.headers.split("etag: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
        let again = server.ask("GET", path, &[("if-none-match", &tag)], b"");
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
    for path in ["/pages/desk/nothing.js", "/pages/../Cargo.toml", "/pages/desk/types.d.ts"] {
        server.ask("GET", path, &[DEV], b"").expect(404);
    }
}

/// A merchant's system that takes one request and answers it.
fn merchants_system(status: u16) -> (String, std::thread::JoinHandle<(String, String)>) {
    use std::io::{BufRead, BufReader, Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/actions", listener.local_addr().unwrap());
    let taken = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).unwrap();
        }
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        write!(stream, "HTTP/1.1 {status} Done\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        (head, String::from_utf8(body).unwrap())
    });
    (url, taken)
}

const ACTING: &str = r#"
local function compose(turn)
    return { { text = "Shall I?", reason = "asked", confidence = 0.9,
        actions = { { type = "create_return", args = { order_id = "1" } } } } }
end
return { compose = compose, trigger = function() return {} end }
"#;

/// The demo host with a plugin that offers an action, and the address for it if there is one.
fn acting(url: Option<&str>) -> (Server, Value) {
    let folder = tempfile::tempdir().unwrap();
    support::write(&folder.path().join("plugins/echo"), "1.0.0", ACTING);
    let hook =
        url.map(|url| format!("actions = {{ url = \"{url}\", secret_env = \"CARGO_PKG_NAME\" }}")).unwrap_or_default();
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    std::fs::write(folder.path().join("shop/shop.toml"), format!("[merchant]\nid = \"demo\"\n{hook}\n")).unwrap();
    let shop = folder.path().join("shop");
    let server = Server::on(folder, move |options| options.demo = Some(shop));
    let reply = server.message("c", "m-1").expect(200);
    (server, json!({"suggestion_id": reply["suggestions"][0]["id"], "number": 1}))
}

#[test]
fn an_action_is_done_by_the_merchants_system() {
    let (url, taken) = merchants_system(201);
    let (server, body) = acting(Some(&url));
    assert_eq!(server.get("/v1/conversations/c").expect(200)["can_act"], true);
    let done = server.send("POST", "/v1/actions", &body).expect(200);
    conforms("ActionDone", &done);
    let (head, text) = taken.join().unwrap();
    let sent: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&sent["type"], &sent["args"], &sent["by"]),
        (&json!("create_return"), &json!({"order_id": "1"}), &json!("key:dev"))
    );
    assert!(head.contains("cuecard-signature: t=") && head.contains("idempotency-key: "), "{head}");
    let audit = server.get("/v1/audit").expect(200).to_string();
    assert!(audit.contains("action.sent") && audit.contains(r#""outcome":"201""#), "{audit}");
}

#[test]
fn an_action_that_is_not_done_says_so() {
    let (url, taken) = merchants_system(500);
    let (server, body) = acting(Some(&url));
    let answer = server.send("POST", "/v1/actions", &body).expect(502);
    assert_eq!(answer["detail"], "the merchant's system answered 500");
    taken.join().unwrap();
    let answer = server.send("POST", "/v1/actions", &body).expect(502);
    assert!(answer["detail"].as_str().unwrap().starts_with("the merchant's system gave no answer: cannot connect"));
    let (mut none, mut other) = (body.clone(), body.clone());
    (none["number"], other["suggestion_id"]) = (2.into(), "x.1".into());
    server.send("POST", "/v1/actions", &none).expect(404);
    server.send("POST", "/v1/actions", &other).expect(404);
    let (server, body) = acting(None);
    server.send("POST", "/v1/actions", &body).expect(409);
    assert_eq!(server.get("/v1/conversations/c").expect(200)["can_act"], false);
}
