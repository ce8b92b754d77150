//! Who did what, from the request to the check of the file.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use support::{CODE, DEV, JSON, Server, archive, conforms};

fn audit(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let program = env!("CARGO_BIN_EXE_cuecard");
    let Output { status, stdout, stderr } =
        Command::new(program).arg("audit").args(arguments).arg("--data").arg(data).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// `by action subject`, oldest first.
fn told(server: &Server, path: &str) -> Vec<String> {
    let listed = server.get(path).expect(200);
    conforms("AuditList", &listed);
    let line = |stored: &Value| {
        let record = &stored["record"];
        ["by", "action", "subject"].map(|name| record[name].as_str().unwrap()).join(" ")
    };
    listed["audit"].as_array().unwrap().iter().rev().map(line).collect()
}

#[test]
fn what_is_done_is_told() {
    let server = Server::start();
    let mut stream = server.listen("/v1/stream", None);
    server.send("PUT", "/v1/live/sale", &json!({"code": "X"})).expect(200);
    server.ask("DELETE", "/v1/live/sale", &[DEV], b"").expect(204);
    server.ask("DELETE", "/v1/live/sale", &[DEV], b"").expect(404);
    let [contact, other] = ["e-1", "e-2"].map(|id| {
        let at = "2026-11-22T08:00:00Z";
        let event = json!({"id": id, "type": "ping", "at": at, "customer_id": "u-2"});
        server.send("POST", "/v1/events", &event).expect(202);
        stream.next().2["id"].as_str().unwrap().to_owned()
    });
    server.send("POST", &format!("/v1/outreach/{contact}/approve"), &Value::Null).expect(200);
    server.send("POST", &format!("/v1/outreach/{contact}/approve"), &Value::Null).expect(409);
    server.send("POST", &format!("/v1/outreach/{other}/cancel"), &Value::Null).expect(200);
    for (version, code, status) in [("2.0.0", CODE, 201), ("3.0.0", "return {", 422), ("4.0.0", CODE, 200)] {
        server.ask("PUT", "/v1/plugins/echo", &[DEV], &archive(version, code)).expect(status);
    }
    for action in ["rollback", "disable", "enable"] {
        server.send("POST", &format!("/v1/plugins/echo/{action}"), &Value::Null).expect(200);
    }
    let made = server.send("POST", "/v1/keys", &json!({"merchant": "demo", "roles": ["agent"]})).expect(201);
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    server.ask("GET", "/v1/audit", &[("authorization", &format!("Bearer {key}"))], b"").expect(403);
    server.ask("DELETE", &format!("/v1/keys/{id}"), &[DEV], b"").expect(204);
    for (name, password, status) in [("demo", "wrong", 401), ("demo", "demo", 200), ("who", "demo", 401)] {
        let body = json!({"name": name, "password": password}).to_string();
        server.ask("POST", "/v1/session", &[JSON], body.as_bytes()).expect(status);
    }
    let expected = [
        "live.put sale".to_owned(),
        "live.deleted sale".to_owned(),
        format!("outreach.approved {contact}"),
        format!("outreach.cancelled {other}"),
        "plugin.live echo".to_owned(),
        "plugin.live echo".to_owned(),
        "plugin.rolled_back echo".to_owned(),
        "plugin.disabled echo".to_owned(),
        "plugin.enabled echo".to_owned(),
        format!("key.created {id}"),
        format!("key.revoked {id}"),
    ];
    let mut expected: Vec<_> = expected.iter().map(|line| format!("key:dev {line}")).collect();
    expected.extend(["person:demo login.failed demo".to_owned(), "person:demo login.ok demo".to_owned()]);
    assert_eq!(told(&server, "/v1/audit"), expected);
    let (code, ..) = audit(&server.folder.as_ref().unwrap().path().join("data"), &["verify"]);
    assert_eq!(code, Some(0), "a host may be running");
    let shared = told(&server, "/v1/audit?shared=true");
    assert_eq!(shared, ["watcher plugin.live echo", "person:unknown login.failed unknown"]);
    assert_eq!(told(&server, "/v1/audit?before=3").len(), 2);
}

#[test]
fn a_byte_changed_in_the_file_is_found() {
    let server = Server::start();
    for number in 1..=5 {
        server.send("PUT", &format!("/v1/live/notice-{number}"), &json!({"code": "X"})).expect(200);
    }
    let folder = server.stop();
    let data = folder.path().join("data");
    let (code, said, _) = audit(&data, &["verify"]);
    assert!(code == Some(0) && said.contains("@demo  5 records hold  head "), "{said}");
    let head = said.lines().find(|line| line.starts_with("@demo")).unwrap().rsplit(' ').next().unwrap();
    assert_eq!(audit(&data, &["verify", "--head", head]).0, Some(0));
    let (code, _, said) = audit(&data, &["verify", "--head", "0123"]);
    assert!(code == Some(1) && said.contains("no record has the hash 0123"), "{said}");
    let (code, lines, _) = audit(&data, &["export", "--merchant", "demo"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, lines.len(), &lines[4]["record"]["subject"]), (Some(0), 5, &json!("notice-5")));
    // The hash can be computed by anybody.
    let follows = format!("{}{}", lines[3]["hash"].as_str().unwrap(), lines[4]["record"]);
    assert_eq!(lines[4]["hash"], json!(blake3::hash(follows.as_bytes()).to_hex().to_string()));

    let file = data.join("cuecard.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let what = br#""subject":"notice-3""#;
    let places: Vec<_> = (0..bytes.len() - what.len()).filter(|place| bytes[*place..].starts_with(what)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|place| bytes[place + what.len() - 2] = b'4');
    std::fs::write(&file, bytes).unwrap();
    let (code, lines, said) = audit(&data, &["verify"]);
    assert_eq!(code, Some(1), "{lines}{said}");
    assert!(said.contains("record 3 of the chain '@demo' was changed"), "{said}");
    assert!(lines.contains("@demo  2 records hold"), "{lines}");
    let (code, _, said) = audit(&folder.path().join("nowhere"), &["verify"]);
    assert!(code == Some(1) && said.contains("cuecard:"), "{said}");
}
