//! Webhooks by real sockets: what is signed is kept once and seen at once, and what is bad leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cuecard::webhooks::signature::sign_timed;
use cuecard_model::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use support::{Answer, DEV, Server, conforms, head};

const SECRET: &str = "a secret of the shop";

fn hook(server: &Server, kind: &str) -> String {
    let made =
        server.send("POST", "/v1/hooks", &json!({"merchant": "demo", "kind": kind, "secret": SECRET})).expect(201);
    conforms("NewHook", &made);
    made["path"].as_str().unwrap().to_owned()
}

fn base64_tag(body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    STANDARD.encode(hmac::sign(&key, body.as_bytes()))
}

/// One delivery as Shopify sends it.
fn shopify(server: &Server, path: &str, topic: &str, ids: (&str, &str), body: &Value) -> Answer {
    let body = body.to_string();
    let tag = base64_tag(&body);
    let headers = [
        ("x-shopify-topic", topic),
        ("x-shopify-hmac-sha256", &tag),
        ("x-shopify-webhook-id", ids.0),
        ("x-shopify-event-id", ids.1),
    ];
    server.ask("POST", path, &headers, body.as_bytes())
}

fn order(status: &str, updated: &str) -> Value {
    json!({"id": 5001, "name": "#1001", "currency": "EUR", "total_price": "31.90", "financial_status": status,
        "created_at": "2026-03-01T10:00:00Z", "updated_at": updated, "line_items": [{"id": 1, "title": "Pack", "quantity": 1}],
        "customer": {"id": 7001, "email": "ann@shop.example", "verified_email": true, "phone": "+4915112345678"}})
}

fn event(id: &str) -> Value {
    json!({"id": id, "type": "ping", "at": "2026-03-01T10:00:00Z", "customer_id": "g-1"})
}

fn now() -> Timestamp {
    cuecard::clock::now()
}

/// How many events of a customer are kept.
fn events(server: &Server, customer: &str) -> usize {
    let export = server.get(&format!("/v1/customers/{customer}/export")).expect(200);
    export["kept"]["events"].as_array().map_or(0, Vec::len)
}

#[test]
fn an_order_is_known_at_once_and_counts_once() {
    let server = Server::start();
    let path = hook(&server, "shopify");
    let paid = order("paid", "2026-03-01T10:05:00Z");
    let began = Instant::now();
    let first = shopify(&server, &path, "orders/paid", ("w-1", "e-1"), &paid).expect(200);
    assert!(began.elapsed() < Duration::from_secs(5), "Shopify would have given up");
    assert_eq!(first["outcome"], "accepted");
    conforms("HookOutcome", &first);
    // By the webhook's id, by the event's, by the body.
    let other = order("paid", "2026-03-01T10:05:01Z");
    for (ids, body) in [(("w-1", "e-9"), &other), (("w-9", "e-1"), &other), (("w-9", "e-9"), &paid)] {
        assert_eq!(shopify(&server, &path, "orders/paid", ids, body).expect(200)["outcome"], "duplicate");
    }
    // Late: nothing newer is taken back.
    shopify(&server, &path, "orders/create", ("w-2", "e-2"), &order("pending", "2026-03-01T10:00:00Z")).expect(200);
    let profile = server.get("/v1/customers/7001").expect(200);
    assert_eq!(
        (profile["orders"][0]["status"].clone(), profile["orders"][0]["number"].clone()),
        ("paid".into(), "#1001".into())
    );
    assert_eq!(events(&server, "7001"), 2);
    // The names without `x-`, and a topic that nothing is done about.
    let body = json!({"id": 1}).to_string();
    let headers = [("shopify-topic", "themes/publish"), ("shopify-hmac-sha256", &base64_tag(&body))];
    assert_eq!(server.ask("POST", &path, &headers, body.as_bytes()).expect(202)["outcome"], "ignored");
    assert!(
        server.get("/metrics").body.contains("cuecard_webhooks_total{kind=\"shopify\",outcome=\"unknown_topic\"} 1")
    );
    // What was acknowledged is there after a restart.
    let server = Server::on(server.stop(), |_| ());
    assert_eq!(server.get("/v1/customers/7001").expect(200)["orders"][0]["status"], "paid");
    assert_eq!(shopify(&server, &path, "orders/paid", ("w-1", "e-1"), &paid).expect(200)["outcome"], "duplicate");
}

#[test]
fn a_number_that_rings_is_the_shops_customer() {
    let server = Server::start();
    let path = hook(&server, "shopify");
    shopify(&server, &path, "orders/paid", ("w-1", "e-1"), &order("paid", "2026-03-01T10:05:00Z")).expect(200);
    let message = |channel: &str, customer: Value, id: &str| {
        let body = json!({"conversation_id": id, "message_id": "m", "channel": channel, "text": "hello", "customer": customer});
        server.send("POST", "/v1/messages", &body).expect(200)
    };
    // Typed into a chat: that proves nothing.
    message("web_chat", json!({"id": "chat-1", "phone": "+4915112345678", "email": "ann@shop.example"}), "c-1");
    assert_eq!(server.get("/v1/customers/chat-1/identities").expect(200)["customer_id"], "chat-1");
    message("whatsapp", json!({"id": "wa-1", "phone": "+49 151 12345678"}), "c-2");
    let who = server.get("/v1/customers/wa-1/identities").expect(200);
    conforms("Identities", &who);
    assert_eq!((who["customer_id"].clone(), who["merges"][0]["rule"].clone()), ("7001".into(), "same_phone".into()));
    assert_eq!(server.get("/v1/customers/wa-1").expect(200)["orders"][0]["id"], "5001");
    server.ask("POST", "/v1/customers/7001/split", &[DEV], b"").expect(409);
    assert_eq!(server.ask("POST", "/v1/customers/wa-1/split", &[DEV], b"").expect(200)["customer_id"], "wa-1");
    message("whatsapp", json!({"id": "wa-1", "phone": "+49 151 12345678"}), "c-3");
    assert_eq!(server.get("/v1/customers/wa-1/identities").expect(200)["customer_id"], "wa-1");
}

#[test]
fn the_parts_of_an_event_change_the_profile() {
    let server = Server::start();
    let body = json!([
        {"id": "e-1", "type": "fulfillment.updated", "at": "2026-03-02T00:00:00Z",
            "fulfillment": {"order_id": "O1", "id": "f", "status": "in_transit"}},
        {"id": "e-2", "type": "order.created", "at": "2026-03-01T00:00:00Z", "customer_id": "u-77",
            "order": {"id": "O1", "status": "paid", "total": {"amount": "5.00", "currency": "EUR"}}},
    ]);
    server.send("POST", "/v1/events", &body).expect(202);
    let profile = server.get("/v1/customers/u-77").expect(200);
    assert_eq!(profile["orders"][0]["fulfillments"][0]["status"], "in_transit");
    let wrong = json!({"id": "e-3", "type": "x", "at": "2026-03-01T00:00:00Z", "customer_id": "u", "order": {"id": "1", "status": "gone"}});
    assert_eq!(server.send("POST", "/v1/events", &wrong).expect(400)["field"], "[0].order.status");
}

/// Each is a clear refusal, and leaves nothing behind.
#[test]
fn bad_input_is_refused_and_leaves_nothing() {
    let server = Server::start();
    let path = hook(&server, "generic");
    let good = event("e-1").to_string();
    let signed =
        |body: &str, ahead: i64| sign_timed(SECRET, body.as_bytes(), Timestamp::from_seconds(now().seconds() + ahead));
    let half = good.get(..good.len() / 2).unwrap();
    let list = json!([event("e-1"), {"id": "e-2", "type": 7, "at": "2026-03-01T10:00:00Z"}]).to_string();
    let date = event("e-1").to_string().replace("2026-03-01T10:00:00Z", "soon");
    for (signature, body, status, says) in [
        (String::new(), good.as_str(), 401, "there is no signature"),
        ("nonsense".to_owned(), &good, 401, "not of the form"),
        (signed(&good, 0).replace("v1=", "v1=0"), &good, 401, "does not fit"),
        (signed("{}", 0), &good, 401, "does not fit"),
        // A replay, and a sender whose clock is wrong.
        (signed(&good, -301), &good, 401, "five minutes"),
        (signed(&good, 400), &good, 401, "five minutes"),
        (signed(half, 0), half, 400, "EOF"),
        (signed("", 0), "", 400, "EOF"),
        (signed("[1]", 0), "[1]", 422, "[0]"),
        (signed(&list, 0), &list, 422, "[1].type"),
        (signed(&date, 0), &date, 422, "at"),
    ] {
        let headers = [("cuecard-signature", signature.as_str())];
        let answer = server.ask("POST", &path, &headers, body.as_bytes());
        answer.expect(status);
        assert!(answer.body.contains(says), "{says}: {answer:?}");
    }
    assert_eq!(events(&server, "g-1"), 0);
    server.ask("POST", "/hooks/generic/cc_wrong", &[], b"{}").expect(404);
    server.ask("POST", &path.replace("generic", "shopify"), &[], b"{}").expect(404);
    // Signed well, it is taken; the same body signed anew is the same event.
    for (ahead, outcome) in [(0, "accepted"), (1, "duplicate")] {
        let signature = signed(&good, ahead);
        let answer = server.ask("POST", &path, &[("cuecard-signature", &signature)], good.as_bytes());
        assert_eq!(answer.expect(200)["outcome"], outcome);
    }
    assert_eq!(events(&server, "g-1"), 1);
    // Taken back: nothing is there.
    let id = server.get("/v1/hooks").expect(200)["hooks"][0]["id"].as_str().unwrap().to_owned();
    server.ask("DELETE", &format!("/v1/hooks/{id}"), &[DEV], b"").expect(204);
    let signature = signed(&good, 0);
    server.ask("POST", &path, &[("cuecard-signature", &signature)], good.as_bytes()).expect(404);
}

#[test]
fn a_body_cut_in_half_on_the_way_is_not_taken() {
    let server = Server::start();
    let path = hook(&server, "generic");
    let good = event("e-1").to_string();
    let signature = sign_timed(SECRET, good.as_bytes(), now());
    let mut stream = server.connect();
    stream.write_all(&head("POST", &path, &[("cuecard-signature", &signature)], Some(good.len()))).unwrap();
    stream.write_all(&good.as_bytes()[..good.len() / 2]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty() || String::from_utf8_lossy(&rest).starts_with("HTTP/1.1 400"));
    assert_eq!(events(&server, "g-1"), 0);
}

/// Said at once where the length is said, and after the limit where it is not; in no case is it read to the end.
#[test]
fn fifty_megabytes_are_not_read() {
    let server = Server::start();
    let path = hook(&server, "generic");
    let mut stream = server.connect();
    stream.write_all(&head("POST", &path, &[], Some(50 << 20))).unwrap();
    assert_eq!(Answer::read(stream).status, 413);

    let mut stream = server.connect();
    let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 65536], b"\r\n"].concat();
    let mut sent = 0;
    let mut reader = stream.try_clone().unwrap();
    // Until the host lets go.
    while sent < 50 << 20 && stream.write_all(&chunk).is_ok() {
        sent += 65536;
    }
    let mut answer = [0; 12];
    let told = reader.read_exact(&mut answer).is_ok();
    assert!(!told || &answer == b"HTTP/1.1 413", "{:?}", String::from_utf8_lossy(&answer));
    // Socket buffers on both sides hold some megabytes; the host itself stopped at two.
    assert!(sent < 20 << 20, "{sent} bytes were taken");
    server.get("/healthz").expect(200);
}

/// Nothing of the erased can be read in the file, and whoever brings the address back cannot be contacted by it.
#[test]
fn what_is_erased_is_gone_from_the_file() {
    let server = Server::start();
    let path = hook(&server, "shopify");
    let secret_words = ["Zanzibarina", "zanzibarina@shop.example", "+4915199988877", "a most private sentence"];
    for round in 0..30 {
        let mut body = order("paid", &format!("2026-03-01T10:05:{:02}Z", round));
        body["customer"]["first_name"] = secret_words[0].into();
        body["customer"]["email"] = secret_words[1].into();
        body["customer"]["phone"] = secret_words[2].into();
        body["note"] = "x".repeat(round * 97).into();
        let ids = (format!("w-{round}"), format!("e-{round}"));
        shopify(&server, &path, "orders/updated", (&ids.0, &ids.1), &body).expect(200);
        let message = json!({"conversation_id": "c", "message_id": format!("m-{round}"), "text": secret_words[3],
            "customer": {"id": "7001"}});
        server.send("POST", "/v1/messages", &message).expect(200);
        server.message(&format!("other-{round}"), "m").expect(200);
    }
    let redact = json!({"shop_domain": "a.example", "customer": {"id": 7001, "email": secret_words[1]}});
    shopify(&server, &path, "customers/redact", ("w-r", "e-r"), &redact).expect(200);
    server.get("/v1/customers/7001").expect(404);
    let export = server.get("/v1/customers/7001/export").expect(200);
    assert_eq!(export["kept"], json!({}));
    let data = server.folder.as_ref().unwrap().path().join("data");
    let found = |data: &std::path::Path| -> Vec<String> {
        let files =
            ["cuecard.db", "cuecard.db-wal"].map(|name| (name, std::fs::read(data.join(name)).unwrap_or_default()));
        let has = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        let words = secret_words.iter().flat_map(|word| files.iter().map(move |file| (word, file)));
        words
            .filter(|(word, (_, bytes))| has(bytes, word))
            .map(|(word, (name, _))| format!("{word} in {name}"))
            .collect()
    };
    assert_eq!(found(&data), Vec::<String>::new());
    // Asked again: there is nothing, and that is fine.
    server.ask("DELETE", "/v1/customers/7001", &[DEV], b"").expect(204);
}
