//! How a reply is worded, through the API: the customer's own form of address, and rules that an agent switches off.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::Server;

const GERMAN: &str = r#"{"hello": ".input {$register :string} .match $register informal {{Dein Paket kommt garantiert morgen! 😊😊}} * {{Ihr Paket kommt garantiert morgen! 😊😊}}"}"#;

/// A shop whose plugin speaks German.
fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("plugins/echo");
    support::write(&plugin, "1.0.0", support::CODE);
    fs::write(plugin.join("messages/de.json"), GERMAN).unwrap();
    Server::on(folder, |_| ())
}

fn say(server: &Server, message: &str, text: &str) -> Value {
    let customer = json!({"id": "u-2", "locale": "de-DE"});
    let body = json!({"conversation_id": "c", "message_id": message, "text": text, "customer": customer});
    server.send("POST", "/v1/messages", &body).expect(200)["suggestions"][0].clone()
}

fn rules(suggestion: &Value) -> Vec<&str> {
    suggestion["trace"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect()
}

#[test]
fn who_says_du_is_answered_alike() {
    let server = server();
    for (message, text, starts, rule) in [
        ("m1", "Wo ist mein Paket, das ich bestellt habe?", "Ihr", "de-DE/register.shop"),
        ("m2", "Kannst du bitte nachsehen, wo mein Paket ist?", "Dein", "de-DE/register.mirrored"),
        // Says nothing new, and is too short to tell its language.
        ("m3", "ok", "Dein", "de-DE/register.mirrored"),
        ("m4", "Könnten Sie bitte nachsehen, wo mein Paket bleibt?", "Ihr", "de-DE/register.shop"),
    ] {
        let suggestion = say(&server, message, text);
        assert!(suggestion["text"].as_str().unwrap().starts_with(starts), "{text}: {suggestion}");
        assert_eq!(rules(&suggestion)[0], rule, "{text}");
    }
}
