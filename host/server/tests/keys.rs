//! `cuecard keys` by the real binary on a real data folder.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::process::{Command, Output};

use support::{JSON, Server, message_body};

fn keys(data: &std::path::Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_cuecard");
    Command::new(program).arg("keys").args(arguments).arg("--data").arg(data).output().unwrap()
}

#[test]
fn a_key_is_made_used_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(folder.path().join("plugins")).unwrap();
    let made = keys(&data, &["create", "--merchant", "shop", "--role", "ingest,agent", "--name", "till"]);
    assert!(made.status.success(), "{made:?}");
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(key.starts_with("cc_"));
    let listed = String::from_utf8(keys(&data, &["list"]).stdout).unwrap();
    assert!(listed.contains("shop  ingest,agent  'till'") && !listed.contains(&key), "{listed}");

    let server = Server::on(folder, |options| options.demo = None);
    let authorization = format!("Bearer {key}");
    let ask = |server: &Server| {
        let body = message_body("c", "m").to_string();
        server.ask("POST", "/v1/messages", &[("authorization", &authorization), JSON], body.as_bytes())
    };
    ask(&server).expect(200);
    server.get("/v1/live").expect(401);
    let held = keys(&data, &["list"]);
    let said = String::from_utf8(held.stderr).unwrap();
    assert!(held.status.code() == Some(1) && said.contains("a running host holds") && said.contains("hint:"), "{said}");

    let folder = server.stop();
    let id = listed.split(' ').next().unwrap();
    assert!(keys(&data, &["revoke", id]).status.success());
    assert_eq!(keys(&data, &["revoke", "no-such-key"]).status.code(), Some(1));
    assert_eq!(keys(&data, &["create", "--merchant", "shop"]).status.code(), Some(2));
    let server = Server::on(folder, |options| options.demo = None);
    ask(&server).expect(401);
}
