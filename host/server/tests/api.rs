//! The API by real sockets: keys and roles, problems, messages, events, streams, plugins, the document.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use serde_json::{Value, json};
use support::{CODE, DEV, JSON, Server, archive, conforms, message_body};

fn key(server: &Server, merchant: &str, roles: &[&str]) -> String {
    let answer = server.send("POST", "/v1/keys", &json!({"merchant": merchant, "roles": roles})).expect(201);
    format!("Bearer {}", answer["key"].as_str().unwrap())
}

#[test]
fn keys_open_what_their_roles_say() {
    let server = Server::start();
    let [ingest, agent, author, operator] =
        ["ingest", "agent", "author", "operator"].map(|role| key(&server, "shop", &[role]));
    let message = message_body("c", "m").to_string();
    for (method, path, authorization, expected) in [
        ("POST", "/v1/messages", "", 401),
        ("POST", "/v1/messages", "Bearer", 401),
        ("POST", "/v1/messages", "Bearer cc_wrong", 401),
        ("POST", "/v1/messages", "Basic ZGV2Og==", 401),
        ("POST", "/v1/messages", "bearer dev", 200),
        ("POST", "/v1/messages", ingest.as_str(), 200),
        ("POST", "/v1/messages", agent.as_str(), 200),
        ("POST", "/v1/messages", author.as_str(), 403),
        ("POST", "/v1/messages", operator.as_str(), 200),
        ("GET", "/v1/outreach", ingest.as_str(), 403),
        ("GET", "/v1/outreach", agent.as_str(), 200),
        ("GET", "/v1/plugins", ingest.as_str(), 403),
        ("GET", "/v1/plugins", author.as_str(), 200),
        ("GET", "/v1/reloads", agent.as_str(), 200),
        ("PUT", "/v1/plugins/echo?shared=true", author.as_str(), 403),
        ("PUT", "/v1/plugins/echo", agent.as_str(), 403),
        ("GET", "/v1/keys", author.as_str(), 403),
        ("GET", "/v1/keys", operator.as_str(), 200),
        ("GET", "/healthz", "", 200),
        ("GET", "/readyz", "", 200),
        ("GET", "/metrics", "", 200),
        ("GET", "/openapi.json", "", 200),
    ] {
        let headers = [("authorization", authorization), JSON];
        let headers = if authorization.is_empty() { &headers[1..] } else { &headers[..] };
        let body = if path == "/v1/messages" { message.as_str() } else { "" };
        let answer = server.ask(method, path, headers, body.as_bytes());
        assert_eq!(answer.status, expected, "{method} {path} {authorization}: {answer:?}");
        if expected >= 400 {
            assert!(answer.json()["hint"].is_string(), "{answer:?}");
        }
    }
    let listed = server.get("/v1/keys").expect(200);
    let id =
        listed["keys"].as_array().unwrap().iter().find(|key| key["roles"] == json!(["agent"])).unwrap()["id"].clone();
    server.ask("DELETE", &format!("/v1/keys/{}", id.as_str().unwrap()), &[DEV], b"").expect(204);
    server.ask("GET", "/v1/outreach", &[("authorization", &agent)], b"").expect(401);
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_hint() {
    let server = Server::start();
    let huge = format!(r#"{{"text":"{}"}}"#, "x".repeat(300 << 10));
    let long = message_body("c", "m").to_string().replace("hello there", &"x".repeat(17 << 10));
    let with = |from: &str, to: &str| message_body("c", "m").to_string().replace(from, to);
    let typo = with(r#""text""#, r#""txt""#);
    let blank = with("hello there", "  ");
    let future = with(r#""text""#, r#""at":"2999-01-01T00:00:00Z","text""#);
    let date = with(r#""text""#, r#""at":"yesterday","text""#);
    let order = with(r#""id":"u-2""#, r#""id":"u-2","orders":[{"id":"1","status":"gone"}]"#);
    let empty_id = with(r#""message_id":"m""#, r#""message_id":"""#);
    for (method, path, kind, body, status, expected) in [
        ("POST", "/v1/messages", "application/json", "{", 400, "EOF"),
        ("POST", "/v1/messages", "application/json", "{} x", 400, "missing field"),
        ("POST", "/v1/messages", "application/json", &*typo, 400, "unknown field `txt`"),
        ("POST", "/v1/messages", "application/json", &*blank, 400, "the text is empty"),
        ("POST", "/v1/messages", "application/json", &*long, 400, r#""field":"text""#),
        ("POST", "/v1/messages", "application/json", &*future, 400, "at is in the future"),
        ("POST", "/v1/messages", "application/json", &*date, 400, "is not an RFC 3339 time"),
        ("POST", "/v1/messages", "application/json", &*order, 400, r#""field":"customer.orders[0].status""#),
        ("POST", "/v1/messages", "application/json", &*empty_id, 400, "message_id is empty"),
        ("POST", "/v1/messages", "application/json", &*huge, 413, "larger than 262144 bytes"),
        ("POST", "/v1/messages", "text/plain", "{}", 415, "application/json"),
        ("POST", "/v1/events", "application/json", r#"[{"id":"e"}]"#, 400, "[0]"),
        ("POST", "/v1/events", "application/json", "7", 400, "expected an event, or a list"),
        ("PUT", "/v1/live/a", "application/json", r#"{"valid_from":"soon"}"#, 400, "valid_from"),
        ("PUT", "/v1/customers/a", "application/json", r#"{"id":"b"}"#, 400, "the body is about 'b'"),
        ("POST", "/v1/suggestions/x.1/feedback", "application/json", r#"{"action":"sent"}"#, 404, "no such suggestion"),
        ("POST", "/v1/outreach/x/approve", "application/json", "", 404, "no such contact"),
        ("GET", "/v1/outreach?state=lost", "application/json", "", 400, "query"),
        ("GET", "/v1/customers/nobody", "application/json", "", 404, "not known"),
        ("PUT", "/v1/plugins/echo", "application/octet-stream", "not an archive", 422, "problems"),
        ("POST", "/v1/plugins/none/rollback", "application/json", "", 404, "none"),
        ("POST", "/hooks/shopify/k", "application/json", "{}", 404, "there is no webhook at this address"),
        ("GET", "/nowhere", "application/json", "", 404, "/openapi.json"),
        ("PATCH", "/v1/messages", "application/json", "", 405, "does not take PATCH"),
    ] {
        let answer = server.ask(method, path, &[DEV, ("content-type", kind)], body.as_bytes());
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert!(answer.headers.contains("application/problem+json"), "{answer:?}");
        assert!(answer.body.contains(expected), "{method} {path}: expected {expected}, got {answer:?}");
        conforms("Problem", &answer.json());
    }
}

#[test]
fn the_same_message_is_answered_once() {
    let server = Server::start();
    let first = server.message("c", "m");
    conforms("Reply", &first.expect(200));
    assert_eq!(first.json()["suggestions"][0]["text"], "hello from 1.0.0");
    assert!(!first.headers.contains("cuecard-duplicate"));
    let again = server.message("c", "m");
    assert!(again.headers.contains("cuecard-duplicate: true"));
    assert_eq!(again.body, first.body);

    let at_once: Vec<String> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| server.message("c", "m-2").body)).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert!(at_once.iter().all(|body| *body == at_once[0]), "{at_once:?}");

    let mut agents = message_body("c", "m-3");
    agents["role"] = "agent".into();
    assert_eq!(server.send("POST", "/v1/messages", &agents).status, 204);
    assert!(server.send("POST", "/v1/messages", &agents).headers.contains("cuecard-duplicate: true"));
}

#[test]
fn a_message_adds_to_the_profile_and_takes_nothing_away() {
    let server = Server::start();
    let before = server.get("/v1/customers/u-2").expect(200);
    let mut body = message_body("c", "m");
    body["customer"]["phone"] = "+15550100".into();
    server.send("POST", "/v1/messages", &body).expect(200);
    let after = server.get("/v1/customers/u-2").expect(200);
    assert_eq!((&after["phone"], &after["orders"]), (&json!("+15550100"), &before["orders"]));
    conforms("Customer", &after);
}

#[test]
fn events_count_once_and_lead_to_one_contact() {
    let server = Server::start();
    let mut stream = server.listen("/v1/stream", None);
    let event =
        json!({"id": "e-1", "type": "ping", "at": "2026-11-22T08:00:00Z", "customer_id": "u-2", "cart": {"sum": 3}});
    let both = json!([event, event]);
    let receipts = server.send("POST", "/v1/events", &both).expect(202);
    conforms("EventReceipts", &receipts);
    assert_eq!(
        receipts["events"],
        json!([{"id": "e-1", "outcome": "accepted"}, {"id": "e-1", "outcome": "duplicate"}])
    );
    let (name, _, contact) = stream.next();
    assert_eq!(name, "outreach");
    let again = server.send("POST", "/v1/events", &event).expect(202);
    assert_eq!(again["events"][0]["outcome"], "duplicate");

    let listed = server.get("/v1/outreach?state=proposed").expect(200);
    conforms("OutreachList", &listed);
    assert_eq!(listed["outreach"], json!([contact]));
    let id = contact["id"].as_str().unwrap();
    let moved = server.send("POST", &format!("/v1/outreach/{id}/cancel"), &Value::Null).expect(200);
    conforms("OutreachMoved", &moved);
    let late = server.send("POST", &format!("/v1/outreach/{id}/approve"), &Value::Null).expect(409);
    assert_eq!(late["detail"], "the contact is cancelled already");
}

#[test]
fn a_broken_stream_is_taken_up_where_it_ended() {
    let server = Server::start();
    let mut stream = server.listen("/v1/stream", None);
    let mut other = server.listen("/v1/stream?conversation_id=other", None);
    for message in ["m-1", "m-2"] {
        server.message("c", message).expect(200);
    }
    let heard: Vec<_> = (0..3).map(|_| stream.next()).collect();
    let names: Vec<_> = heard.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["suggestion", "withdrawn", "suggestion"]);
    conforms("Reply", &heard[0].2["reply"]);
    assert_eq!(heard[1].2["suggestions"][0], heard[0].2["reply"]["suggestions"][0]["id"]);
    drop(stream);

    server.message("c", "m-3").expect(200);
    let mut again = server.listen("/v1/stream", Some(&heard[1].1));
    assert_eq!(again.next(), heard[2]);
    assert_eq!((again.next().0.as_str(), again.next().2["message_id"].as_str()), ("withdrawn", Some("m-3")));
    assert_eq!(server.listen("/v1/stream", Some("another-run-7")).next().0, "reset");
    server.message("other", "m-4").expect(200);
    assert_eq!(other.next().2["message_id"], "m-4");

    let open = again.next().2["reply"]["suggestions"][0]["id"].clone();
    let path = format!("/v1/suggestions/{}/feedback", open.as_str().unwrap());
    conforms("Feedback", &server.send("POST", &path, &json!({"action": "sent"})).expect(200));
    let (name, _, data) = again.next();
    assert_eq!((name.as_str(), &data["suggestions"][0]), ("withdrawn", &open));
    server.stop();
    assert!(again.ends());
}

#[test]
fn plugins_are_pushed_refused_rolled_back_and_kept() {
    let server = Server::start();
    let push = |server: &Server, version: &str, code: &str| {
        server.ask("PUT", "/v1/plugins/echo", &[DEV], &archive(version, code))
    };
    let mut stream = server.listen("/v1/stream", None);
    let live = push(&server, "2.0.0", CODE).expect(201);
    conforms("Reload", &live);
    assert_eq!((stream.next().2["version"].as_str(), live["source"].as_str()), (Some("2.0.0"), Some("pushed")));
    assert_eq!(server.message("c", "m-1").expect(200)["suggestions"][0]["text"], "hello from 2.0.0");

    let refused = push(&server, "3.0.0", "return {").expect(422);
    assert_eq!(
        (refused["problems"][0]["file"].as_str(), refused["problems"][0]["line"].as_u64()),
        (Some("main.luau"), Some(1))
    );
    conforms("Problem", &refused);
    assert_eq!(server.message("c", "m-2").expect(200)["suggestions"][0]["text"], "hello from 2.0.0");

    push(&server, "4.0.0", CODE).expect(200);
    let back = server.send("POST", "/v1/plugins/echo/rollback", &Value::Null).expect(200);
    assert_eq!((back["outcome"].as_str(), back["version"].as_str()), (Some("rolled_back"), Some("2.0.0")));
    server.send("POST", "/v1/plugins/echo/disable", &Value::Null).expect(200);
    let listed = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &listed);
    let reloads = server.get("/v1/reloads").expect(200);
    conforms("ReloadList", &reloads);
    let outcomes: Vec<_> =
        reloads["reloads"].as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["disabled", "rolled_back", "live", "refused", "live", "live"]);

    let generation = listed["generation"].as_u64().unwrap();
    let server = Server::on(server.stop(), |_| ());
    let kept = server.get("/v1/plugins").expect(200);
    assert!(kept["generation"].as_u64().unwrap() > generation);
    assert_eq!(kept["plugins"], listed["plugins"]);
    server.send("POST", "/v1/plugins/echo/enable", &Value::Null).expect(200);
    assert_eq!(server.message("c", "m-3").expect(200)["suggestions"][0]["text"], "hello from 2.0.0");
}

#[test]
fn live_data_comes_and_goes() {
    let server = Server::start();
    let item = json!({"code": "X", "fields": {"percent": 10}, "valid_until": "2999-01-01T00:00:00Z"});
    let put = server.send("PUT", "/v1/live/promotion.x", &item).expect(200);
    conforms("LiveItem", &put);
    assert_eq!(put["fields"], json!({"code": "X", "percent": 10.0}));
    assert_eq!(server.get("/v1/live/promotion.x").expect(200), put);
    conforms("LiveList", &server.get("/v1/live").expect(200));
    server.ask("DELETE", "/v1/live/promotion.x", &[DEV], b"").expect(204);
    server.ask("DELETE", "/v1/live/promotion.x", &[DEV], b"").expect(404);
    conforms("Signals", &server.send("POST", "/v1/understand", &json!({"text": "hola"})).expect(200));
    conforms("KeyList", &server.get("/v1/keys").expect(200));
}
