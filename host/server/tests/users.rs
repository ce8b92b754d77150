//! People are added and kept out: by the real binary on a data folder, and over HTTP while a host runs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use support::{JSON, Server, conforms};

fn users(data: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
    command.arg("users").args(arguments).arg("--data").arg(data);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who needs no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn log_in(server: &Server, name: &str, password: &str) -> u16 {
    let body = json!({"name": name, "password": password}).to_string();
    server.ask("POST", "/v1/session", &[JSON], body.as_bytes()).status
}

#[test]
fn people_are_added_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(folder.path().join("plugins")).unwrap();
    let ana = ["create", "--merchant", "shop", "--role", "agent,operator", "Ana"];
    let (code, made, said) = users(&data, &ana, "");
    assert!(code == Some(0) && said.contains("shop  ana  agent,operator  since"), "{said}");
    let (code, _, said) = users(&data, &ana, "");
    assert!(code == Some(1) && said.contains("has a person 'ana' already") && said.contains("hint:"), "{said}");
    let bo = ["create", "--merchant", "shop", "--role", "agent", "bo", "--password-stdin"];
    let (code, _, said) = users(&data, &bo, "short\n");
    assert!(code == Some(1) && said.contains("at least 15 are needed"), "{said}");
    let (code, shown, _) = users(&data, &bo, "four words will do\n");
    assert_eq!((code, &*shown), (Some(0), ""), "a chosen password is not shown");
    let (code, _, said) = users(&data, &["password", "--merchant", "shop", "bo", "--ask"], "four words will do\n");
    assert!(code == Some(1) && said.contains("no terminal"), "{said}");
    assert_eq!(users(&data, &["disable", "--merchant", "other", "bo"], "").0, Some(1));
    let cy = ["create", "--merchant", "shop", "--role", "agent", "--no-password", "cy@shop.example"];
    let (code, shown, said) = users(&data, &cy, "");
    assert!((code, &*shown) == (Some(0), "") && said.contains("no password"), "{said}");
    assert_eq!(users(&data, &["create", "--merchant", "shop", "eve"], "").0, Some(2));

    let server = Server::on(folder, |options| options.demo = None);
    assert_eq!([log_in(&server, "ana", made.trim()), log_in(&server, "BO", "four words will do")], [200, 200]);
    assert_eq!(log_in(&server, "cy@shop.example", ""), 401, "no password fits where there is none");
    let (code, _, said) = users(&data, &["list"], "");
    assert!(code == Some(1) && said.contains("/v1/users"), "{said}");
    let folder = server.stop();
    let (code, listed, _) = users(&data, &["disable", "--merchant", "shop", "bo"], "");
    assert!(code == Some(0) && listed.contains("disabled 20"), "{listed}");
    let (_, made_anew, _) = users(&data, &["password", "--merchant", "shop", "ana"], "");
    let (_, listed, _) = users(&data, &["list"], "");
    assert!(listed.lines().count() == 3 && !listed.contains(made.trim()) && !listed.contains("argon2"), "{listed}");
    let server = Server::on(folder, |options| options.demo = None);
    let statuses = [("bo", "four words will do"), ("ana", made.trim()), ("ana", made_anew.trim())];
    assert_eq!(statuses.map(|(name, password)| log_in(&server, name, password)), [401, 401, 200]);
    let folder = server.stop();
    assert_eq!(users(&data, &["enable", "--merchant", "shop", "bo"], "").0, Some(0));
    let server = Server::on(folder, |options| options.demo = None);
    assert_eq!(log_in(&server, "bo", "four words will do"), 200);
}

#[test]
fn an_operator_adds_people_while_the_host_runs() {
    let server = Server::start();
    let made = server.send("POST", "/v1/users", &json!({"name": " Ana", "roles": ["agent", "agent"]})).expect(201);
    conforms("NewPassword", &made);
    assert_eq!((&made["name"], &made["merchant"], &made["roles"]), (&json!("ana"), &json!("demo"), &json!(["agent"])));
    let password = made["password"].as_str().unwrap();
    assert_eq!(log_in(&server, "ana", password), 200);
    for (method, path, body, status, expected) in [
        ("POST", "/v1/users", json!({"name": "ANA", "roles": ["agent"]}), 409, "already"),
        ("POST", "/v1/users", json!({"name": "", "roles": ["agent"]}), 400, "name is empty"),
        ("POST", "/v1/users", json!({"name": "bo", "roles": []}), 400, "at least one role"),
        ("POST", "/v1/users", json!({"name": "bo", "roles": ["agent"], "password": "bo"}), 400, "15"),
        ("POST", "/v1/users/ana/password", json!({"password": "ana"}), 400, "15"),
        ("POST", "/v1/users/ana/password", json!({"password": "four words will do", "no_password": true}), 400, "too"),
        ("POST", "/v1/users/bo/disable", Value::Null, 404, "no person of that name"),
        ("POST", "/v1/users/ana/disable?merchant=other", Value::Null, 404, "no person of that name"),
    ] {
        let answer = server.send(method, path, &body);
        assert_eq!(answer.status, status, "{path} {body}: {answer:?}");
        assert!(answer.body.contains(expected) && answer.json()["hint"].is_string(), "{path} {body}: {answer:?}");
    }
    let chosen = json!({"password": "four other words will"});
    let changed = server.send("POST", "/v1/users/ana/password", &chosen).expect(200);
    assert!(changed.get("password").is_none(), "{changed}");
    assert_eq!([log_in(&server, "ana", password), log_in(&server, "ana", "four other words will")], [401, 200]);
    conforms("Person", &server.send("POST", "/v1/users/ana/disable", &Value::Null).expect(200));
    assert_eq!(log_in(&server, "ana", "four other words will"), 401);
    let without = server.send("POST", "/v1/users", &json!({"name": "cy", "roles": ["agent"], "no_password": true}));
    let without = without.expect(201);
    conforms("NewPassword", &without);
    assert!(without["has_password"] == false && without.get("password").is_none(), "{without}");
    let given = server.send("POST", "/v1/users/cy/password", &json!({})).expect(200);
    assert_eq!(log_in(&server, "cy", given["password"].as_str().unwrap()), 200);
    let taken = server.send("POST", "/v1/users/cy/password", &json!({"no_password": true})).expect(200);
    assert_eq!(
        (&taken["has_password"], log_in(&server, "cy", given["password"].as_str().unwrap())),
        (&json!(false), 401)
    );
    let listed = server.get("/v1/users").expect(200);
    conforms("PersonList", &listed);
    assert!(listed["users"][0]["disabled_at"].is_string() && !listed.to_string().contains("argon2"), "{listed}");
    server.send("POST", "/v1/users/ana/enable", &Value::Null).expect(200);
    assert_eq!(log_in(&server, "ana", "four other words will"), 200);
    // Who sees what: an agent's session does not open it.
    let agent = server.send("POST", "/v1/keys", &json!({"merchant": "demo", "roles": ["agent"]})).expect(201);
    let agent = format!("Bearer {}", agent["key"].as_str().unwrap());
    server.ask("GET", "/v1/users", &[("authorization", &agent)], b"").expect(403);
}
