//! How a reply is worded, through the API: the customer's own form of address, and rules that an agent switches off.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::Server;

const GERMAN: &str = r#"{"hello": ".input {$register :string} .match $register informal {{Dein Paket kommt garantiert morgen.}} * {{Ihr Paket kommt garantiert morgen.}}"}"#;

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

/// A text message has room for some 450 letters: the shorter words come first, and are cut only if they are too long as well.
#[test]
fn a_channel_without_room_gets_the_shorter_words() {
    let sentence = "Wir haben beim Paketdienst nachgefragt und melden uns mit seiner Antwort. ";
    let full = sentence.repeat(8);
    let say = |short: &str, channel: &str| {
        let folder = tempfile::tempdir().unwrap();
        let plugin = folder.path().join("plugins/echo");
        support::write(&plugin, "1.0.0", support::CODE);
        let message = format!(".input {{$length :string}} .match $length short {{{{{short}}}}} * {{{{{full}}}}}");
        fs::write(plugin.join("messages/de.json"), json!({ "hello": message }).to_string()).unwrap();
        let server = Server::on(folder, |_| ());
        let text = "Wo ist mein Paket, das ich bestellt habe?";
        let customer = json!({"id": "u-2", "locale": "de-DE"});
        let body =
            json!({"conversation_id": "c", "message_id": "m", "text": text, "channel": channel, "customer": customer});
        server.send("POST", "/v1/messages", &body).expect(200)["suggestions"][0].clone()
    };
    let chat = say("Wir fragen nach.", "web_chat");
    assert_eq!(chat["text"].as_str().unwrap().trim(), full.trim());
    let sms = say("Wir fragen nach.", "sms");
    assert_eq!(sms["text"], "Wir fragen nach.");
    let why = sms["trace"].as_array().unwrap().iter().find(|it| it["rule"] == "shorter-words/sms").unwrap();
    let expected = "sms takes 3 text message parts and the text has 4, so the messages' shorter words serve";
    assert_eq!(why["why"], expected);

    let cut = say(&sentence.repeat(7), "sms");
    assert_eq!(cut["text"].as_str().unwrap(), sentence.repeat(6).trim_end());
    let rules = rules(&cut);
    assert!(rules.contains(&"shorter-words/sms") && rules.contains(&"channel-length/sms"), "{rules:?}");
}

/// As the agent sees it: what was changed, and the same without the rules that were not wanted.
#[test]
fn an_agent_switches_rules_off() {
    let server = server();
    let given = say(&server, "m1", "Das ist eine Frechheit!!! Ich bin stinksauer, wo ist mein Paket?");
    let text = given["text"].as_str().unwrap();
    assert!(text.ends_with("Ihr Paket kommt voraussichtlich morgen."), "{text}");
    assert_eq!(given["steps"][0]["kind"], "empathy");
    let path = format!("/v1/suggestions/{}/reword", given["id"].as_str().unwrap());
    let reword = |off: &[&str]| server.send("POST", &path, &json!({ "off": off }));

    // Without switching anything off, it is as it was.
    let again = reword(&[]).expect(200);
    assert_eq!(again, given);

    for (off, ends, steps) in [
        (&["de-DE/claim.guaranteed"][..], "Ihr Paket kommt garantiert morgen.", 2),
        (&["root/tone.upset"], "Ihr Paket kommt voraussichtlich morgen.", 1),
        (&["tone", "style", "claim"], "Ihr Paket kommt garantiert morgen.", 1),
    ] {
        let reworded = reword(off).expect(200);
        let text = reworded["text"].as_str().unwrap();
        assert!(text.ends_with(ends), "{off:?}: {text}");
        assert_eq!(reworded["steps"].as_array().unwrap().len(), steps, "{off:?}: {reworded}");
        assert_eq!(reworded["id"], given["id"]);
        assert!(!rules(&reworded).iter().any(|rule| off.contains(rule)), "{off:?}: {reworded}");
        assert_eq!(rules(&reworded)[0], "de-DE/register.shop");
    }

    for (path, body, status, expected) in [
        (path.as_str(), json!({"off": ["de-DE/register.shop"]}), 400, "no rule 'register.shop' can be switched off"),
        (&path, json!({"off": ["claim.nothing"]}), 400, "claim.nothing"),
        (&path, json!({"of": []}), 400, "unknown field `of`"),
        ("/v1/suggestions/x.1/reword", json!({"off": []}), 404, "no such suggestion"),
    ] {
        let answer = server.send("POST", path, &body);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.body.contains(expected), "{answer:?}");
    }
}
