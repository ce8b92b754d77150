//! Chatwoot and a real host that is killed again and again, with webhooks that are lost, doubled and late: one note for
//! each message, none twice. And what a stranger may send to the address.
//!
//! `CUECARD_CHATWOOT_KILLS` says how often; the default keeps it to some seconds.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test: what goes wrong fails it"
)]

#[path = "support/chatwoot.rs"]
mod fake;
mod support;

use std::{
    collections::{BTreeMap, HashMap},
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    thread,
    time::Duration,
};

use fake::{Chatwoot, Fault, sign};
use serde_json::{Value as Json, json};
use support::{Host, write_in_place};

const MESSAGES: usize = 8;
const CONVERSATIONS: u64 = 4;

/// Answers all but thanks, in words that Liquid would take for a template and Markdown for signs.
const PLUGIN: &str = "[plugin]\nid = \"teller\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n\n\
    [hooks.compose]\nscenarios = [\"*\"]\n";
const CODE: &str = "return { compose = function(turn)\n\
    \tif string.find(turn.message.text, \"thanks\") then return {} end\n\
    \treturn { { text = \"I look it up.\", reason = \"{{code}} or `{%x%}` in \" .. turn.message.text, confidence = 0.9 } }\n\
    end }\n";

fn shop(folder: &Path, chatwoot: &Chatwoot, more: &str) {
    write_in_place(&folder.join("plugins/teller"), &[("plugin.toml", PLUGIN.into()), ("main.luau", CODE.into())]);
    let address = chatwoot.address;
    let config = format!(
        "[[merchant]]\nid = \"demo\"\n[merchant.chatwoot]\nurl = \"http://{address}\"\naccount = {}\n\
         token_env = \"CHATWOOT_TOKEN\"\nsecret_env = \"CHATWOOT_SECRET\"\ntimeout_ms = 400\n{more}\n",
        fake::ACCOUNT
    );
    write_in_place(folder, &[("config.toml", config)]);
    write_in_place(&folder.join("examples/shop"), &[("shop.toml", "[merchant]\nid = \"demo\"\n".into())]);
}

fn start(folder: &Path) -> Host {
    Host::start_with(&folder.join("plugins"), &folder.join("data"), |command| {
        command.arg("--config").arg(folder.join("config.toml")).current_dir(folder);
        command.env("CHATWOOT_TOKEN", fake::TOKEN).env("CHATWOOT_SECRET", fake::SECRET);
    })
}

fn hook(host: &Host) -> String {
    let made = host.post("/v1/hooks", &json!({"merchant": "demo", "kind": "chatwoot"}));
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["path"].as_str().unwrap().to_owned()
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn one_note_for_each_message_and_none_twice() {
    let kills: usize = std::env::var("CUECARD_CHATWOOT_KILLS").map_or(3, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let chatwoot = Chatwoot::start();
    shop(folder.path(), &chatwoot, "poll_seconds = 1");
    let mut host = start(folder.path());
    let path = hook(&host);
    let (mut random, mut expected, mut late) = (Random(0x2545_f491_4f6c_dd1d), Vec::new(), Vec::<Json>::new());
    let (mut lost, mut doubled) = (0, 0);
    chatwoot.faults(&[
        Fault::None,
        Fault::FailsAfter,
        Fault::None,
        Fault::Later,
        Fault::SlowAfter(700),
        Fault::None,
        Fault::Away,
        Fault::SlowAfter(100),
    ]);
    for round in 0..=kills {
        chatwoot.hook(Some(format!("http://{}{path}", host.address)));
        for number in 0..MESSAGES {
            let conversation = 1 + random.below(CONVERSATIONS);
            // The same words again and again: notes are told apart by their marks alone.
            let is_thanks = random.below(8) == 0;
            let body = chatwoot.says(
                conversation,
                &if is_thanks { "many thanks".to_owned() } else { format!("where is order {}?", number % 2) },
            );
            if !is_thanks {
                expected.push(format!("demo:chatwoot/{}/{}", fake::ACCOUNT, body["id"]));
            }
            match random.below(10) {
                0..=2 => lost += 1,
                3..=4 => {
                    doubled += 1;
                    chatwoot.deliver(&body);
                    chatwoot.deliver(&body);
                }
                5 => late.push(body),
                _ => {
                    chatwoot.deliver(&body);
                }
            }
        }
        for body in late.drain(..) {
            chatwoot.deliver(&body);
        }
        if round == kills {
            break;
        }
        // Not before something is under way, or there would be nothing to hurt.
        let before = chatwoot.posts();
        support::wait_for("a note is posted", Duration::from_secs(30), || {
            thread::park_timeout(Duration::from_millis(1));
            (chatwoot.posts() > before).then_some(())
        });
        thread::park_timeout(Duration::from_millis(random.below(250)));
        host.kill();
        // Somebody writes while nobody is there.
        let body = chatwoot.says(1 + random.below(CONVERSATIONS), &format!("anybody there {round}?"));
        expected.push(format!("demo:chatwoot/{}/{}", fake::ACCOUNT, body["id"]));
        chatwoot.deliver(&body);
        host = start(folder.path());
    }
    let wanted = expected.len();
    support::wait_for("every message has its note", Duration::from_secs(60), || {
        thread::park_timeout(Duration::from_millis(50));
        let notes: HashMap<_, _> = chatwoot.notes().into_iter().collect();
        expected.iter().all(|key| notes.contains_key(key)).then_some(())
    });
    // Whatever is still looked up has its time: two of the longest waits between an attempt and a look.
    thread::park_timeout(Duration::from_millis(2500));
    let mut notes = BTreeMap::<String, usize>::new();
    for (key, text) in chatwoot.notes() {
        *notes.entry(key).or_default() += 1;
        assert!(text.contains("{{code}} or \\`{%x%}\\` in "), "Liquid has eaten something: {text}");
        assert!(text.starts_with("**Suggested reply**"), "{text}");
    }
    assert!(notes.values().all(|count| *count == 1), "twice: {notes:?}");
    assert_eq!(notes.len(), wanted, "no note for what needs none");
    println!(
        "{kills} kills, {wanted} messages with a note, {} posts, {lost} webhooks lost, {doubled} doubled",
        chatwoot.posts()
    );
    drop(host);
    assert!(!holds(&folder.path().join("data"), fake::PUBSUB.as_bytes()), "the token of the widget is kept");
}

/// Whether any file of a folder holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            holds(&path, bytes)
        } else {
            std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes)
        }
    })
}

/// Sends bytes as they are, and gives the answer; half a request ends with the line, and gets none.
fn raw(address: &str, bytes: &[u8], is_half: bool) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(bytes);
    if is_half {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(path: &str, headers: &[(&str, &str)], body: &[u8], length: usize) -> Vec<u8> {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n");
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    [head.as_bytes(), b"\r\n", body].concat()
}

#[test]
fn strangers_get_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let chatwoot = Chatwoot::start();
    shop(folder.path(), &chatwoot, "poll_seconds = 0\nnotes = true");
    let host = start(folder.path());
    let path = hook(&host);
    let message = chatwoot.says(1, "where is it?");
    let body = message.to_string();
    let now = fake::now();
    let signed = |body: &str, at: u64| (at.to_string(), sign(fake::SECRET, &at.to_string(), body.as_bytes()));
    let send = |path: &str, (at, signature): (String, String), body: &str, length: usize| {
        let headers = [("x-chatwoot-timestamp", &*at), ("x-chatwoot-signature", &*signature)];
        let answer = raw(&host.address, &request(path, &headers, body.as_bytes(), length), length > body.len());
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let mut elsewhere = message.clone();
    elsewhere["account"]["id"] = json!(4);
    let elsewhere = elsewhere.to_string();
    let huge = format!("{{\"event\":\"message_created\",\"x\":\"{}\"}}", "x".repeat(3 << 20));
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let odd =
        json!({"event": "message_created", "id": "x", "message_type": {}, "conversation": {"id": "../7"}}).to_string();
    for (what, status, expected) in [
        ("no such address", send("/hooks/chatwoot/cc_nobody", signed(&body, now), &body, body.len()), "404"),
        ("another kind", send(&path.replace("chatwoot", "generic"), signed(&body, now), &body, body.len()), "404"),
        (
            "another secret",
            send(&path, (now.to_string(), sign("no", &now.to_string(), body.as_bytes())), &body, body.len()),
            "401",
        ),
        ("another body", send(&path, signed("{}", now), &body, body.len()), "401"),
        ("another time", send(&path, ((now + 1).to_string(), signed(&body, now).1), &body, body.len()), "401"),
        ("six minutes ago", send(&path, signed(&body, now - 360), &body, body.len()), "401"),
        ("in six minutes", send(&path, signed(&body, now + 360), &body, body.len()), "401"),
        ("no signature", send(&path, (now.to_string(), String::new()), &body, body.len()), "401"),
        ("half a body", send(&path, signed(&body, now), &body[..body.len() / 2], body.len()), "400"),
        ("a huge body", send(&path, signed(&huge, now), &huge, huge.len()), "413"),
        ("no JSON", send(&path, signed("{", now), "{", 1), "400"),
        ("deep JSON", send(&path, signed(&deep, now), &deep, deep.len()), "400"),
        ("another account", send(&path, signed(&elsewhere, now), &elsewhere, elsewhere.len()), "422"),
        ("odd fields", send(&path, signed(&odd, now), &odd, odd.len()), "422"),
        ("a list", send(&path, signed("[1]", now), "[1]", 3), "422"),
    ] {
        assert_eq!(status, expected, "{what}");
    }
    assert_eq!(chatwoot.posts(), 0, "nothing was believed");
    assert_eq!(send(&path, signed(&body, now), &body, body.len()), "200");
    support::wait_for("the note", Duration::from_secs(20), || (!chatwoot.notes().is_empty()).then_some(()));
}

#[test]
fn agents_answers_notes_and_changes_are_read_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let chatwoot = Chatwoot::start();
    shop(folder.path(), &chatwoot, "poll_seconds = 0\nnotes = true");
    let host = start(folder.path());
    chatwoot.hook(Some(format!("http://{}{}", host.address, hook(&host))));
    let deliver = |body: &Json| assert_eq!(chatwoot.deliver(body), Some(200), "{body}");
    let spoken = |wanted: usize| {
        let (found, _) = support::wait_for("the conversation", Duration::from_secs(20), || {
            let answer = host.get("/v1/conversations/chatwoot-3-1").unwrap();
            let found = (answer.status == 200).then(|| answer.json())?;
            (found["messages"].as_array()?.len() == wanted).then_some(found)
        });
        found
    };
    let first = chatwoot.says(1, "where is my order?");
    deliver(&first);
    // Messages are read from the file, profiles from memory, which learns of a commit a moment after the file.
    let (conversation, _) = support::wait_for("the customer's name", Duration::from_secs(20), || {
        Some(spoken(1)).filter(|it| it["customer"]["name"] == json!({"given": "Wei", "family": "Wang"}))
    });
    assert_eq!(conversation["customer"]["id"], "chatwoot-3-901", "nobody has signed for the identifier");
    let offered = conversation["suggestions"][0]["text"].as_str().unwrap().to_owned();
    support::wait_for("the note", Duration::from_secs(20), || (chatwoot.notes().len() == 1).then_some(()));

    // Our own note comes back, a colleague's note, a bot's and a system's message, and a picture.
    let own = chatwoot.messages(1).pop().unwrap();
    deliver(&fake::webhook("message_created", 1, &own));
    let write = |message: Json| deliver(&chatwoot.write(1, message));
    write(json!({"content": "careful", "message_type": 1, "private": true, "sender": {"id": 4, "type": "user"}}));
    write(
        json!({"content": "I am a bot", "message_type": 1, "private": false, "sender": {"id": 1, "type": "agent_bot"}}),
    );
    write(json!({"content": "Ana joined", "message_type": 2, "private": false}));
    write(json!({"content": null, "message_type": 0, "private": false, "sender": fake::contact(1),
        "attachments": [{"id": 1, "file_type": "image"}]}));
    let conversation = spoken(2);
    assert_eq!(conversation["messages"][1]["text"], "[image]");

    // The agent sends what was suggested: feedback without asking.
    deliver(&chatwoot.agent_says(1, &offered));
    let conversation = spoken(3);
    assert_eq!(conversation["messages"][2]["role"], "agent");
    let listed = host.get("/v1/conversations").unwrap().json();
    assert_eq!(listed["conversations"][0]["unanswered"], 0);

    // The customer takes the first message back, and Chatwoot says so twice; then it is resolved.
    let mut gone = fake::webhook("message_updated", 1, &chatwoot.messages(1)[0]);
    gone["content"] = json!("This message was deleted");
    gone["content_attributes"] = json!({"deleted": true});
    deliver(&gone);
    deliver(&gone);
    support::wait_for("it is gone", Duration::from_secs(20), || {
        let found = host.get("/v1/conversations/chatwoot-3-1").unwrap().json();
        (found["messages"][0]["text"] == "").then_some(())
    });
    let mut resolved = first["conversation"].clone();
    for event in ["conversation_status_changed", "conversation_resolved"] {
        (resolved["event"], resolved["status"]) = (json!(event), json!("resolved"));
        resolved["updated_at"] = json!(fake::now());
        deliver(&resolved);
    }
    assert_eq!(chatwoot.notes().iter().filter(|(key, _)| !key.is_empty()).count(), 1, "one message had words");

    // A change overtakes the message, and a status that is read is no change.
    let late = chatwoot.says(2, "and this one?");
    let message = chatwoot.messages(2).pop().unwrap();
    deliver(&fake::webhook("message_updated", 2, &message));
    deliver(&late);
    let mut read = fake::webhook("message_updated", 2, &message);
    read["status"] = json!("read");
    deliver(&read);
    let key = format!("demo:chatwoot/3/{}", late["id"]);
    support::wait_for("its note", Duration::from_secs(20), || {
        chatwoot.notes().iter().any(|(found, _)| *found == key).then_some(())
    });
    deliver(&late);
    thread::park_timeout(Duration::from_millis(1500));
    let keys: Vec<_> = chatwoot.notes().into_iter().map(|(key, _)| key).filter(|key| !key.is_empty()).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
}
