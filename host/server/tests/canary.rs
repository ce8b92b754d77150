//! Two versions of a plugin beside each other: who answers whom, and how it ends by a person's word, a newer change, a
//! restart.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that fails says where")]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use cuecard::config::Config;
use serde_json::{Value, json};
use support::{Answer, CODE, DEV, Server, archive, conforms, write};

fn push(server: &Server, version: &str, code: &str, query: &str) -> Answer {
    server.ask("PUT", &format!("/v1/plugins/echo?{query}"), &[DEV], &archive(version, code))
}

fn echo(server: &Server) -> Value {
    let plugins = server.get("/v1/plugins").expect(200);
    conforms("PluginList", &plugins);
    plugins["plugins"].as_array().unwrap().iter().find(|plugin| plugin["id"] == "echo").unwrap().clone()
}

fn last(server: &Server) -> Value {
    let reloads = server.get("/v1/reloads?limit=1").expect(200);
    conforms("ReloadList", &reloads);
    reloads["reloads"][0].clone()
}

fn said(server: &Server, conversation: &str, number: u32) -> String {
    let reply = server.message(conversation, &format!("m-{conversation}-{number}")).expect(200);
    assert_eq!(reply["failures"], json!([]), "{reply:#}");
    reply["suggestions"][0]["text"].as_str().unwrap().to_owned()
}

fn wait(what: &str, mut look: impl FnMut() -> bool) {
    let began = Instant::now();
    while !look() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        thread::yield_now();
    }
}

#[test]
fn conversations_stay_with_their_version_and_people_end_it_once() {
    let server = Server::start();
    push(&server, "2.0.0", CODE, "").expect(201);
    push(&server, "3.0.0", CODE, "").expect(200);
    for wrong in ["canary=1.5", "canary=-1", "canary=0.1&slower=0.5", "canary=x"] {
        push(&server, "4.0.0", CODE, wrong).expect(400);
    }
    let began = push(&server, "4.0.0", CODE, "canary=0.4&window_s=9999").expect(200);
    conforms("Reload", &began);
    assert_eq!(
        (&began["outcome"], &began["reason"]),
        (&json!("canary"), &json!("serves 40 % of the conversations beside 3.0.0"))
    );

    let conversations: Vec<_> = (0..40).map(|number| format!("c-{number}")).collect();
    let first: BTreeMap<_, _> = conversations.iter().map(|id| (id, said(&server, id, 1))).collect();
    let by: BTreeSet<_> = first.values().cloned().collect();
    assert_eq!(by, ["hello from 3.0.0", "hello from 4.0.0"].map(str::to_owned).into());
    let second: BTreeMap<_, _> = conversations.iter().map(|id| (id, said(&server, id, 2))).collect();
    assert_eq!(first, second, "a conversation stays with its version");
    let shown = echo(&server);
    let (canary, hash) = (&shown["canary"], shown["canary"]["hash"].as_str().unwrap());
    assert_eq!((&shown["version"], &canary["version"]), (&json!("3.0.0"), &json!("4.0.0")));
    let left = canary["waits_for"]["window_s"].as_u64().unwrap();
    assert!((9000..=9999).contains(&left), "{canary}");
    conforms("PluginInFull", &server.get("/v1/plugins/echo").expect(200));
    let sum = canary["candidate"]["calls"].as_u64().unwrap() + canary["stable"]["calls"].as_u64().unwrap();
    let with_canary = first.values().filter(|text| text.contains("4.0.0")).count() as u64;
    assert_eq!((sum, canary["candidate"]["offered"].as_u64()), (80, Some(2 * with_canary)), "{canary:#}");

    let back = server.ask("POST", &format!("/v1/plugins/echo/rollback?hash={hash}"), &[DEV], b"").expect(200);
    assert_eq!((&back["outcome"], &back["version"]), (&json!("taken_back"), &json!("4.0.0")));
    let evidence = last(&server)["evidence"].clone();
    assert_eq!(evidence["candidate"]["calls"], canary["candidate"]["calls"], "a person's step has its figures too");
    assert_eq!(evidence["stable"]["offered"], canary["stable"]["offered"], "{evidence}");
    // The other operator has seen the same page: their click must not take back one version more.
    server.ask("POST", &format!("/v1/plugins/echo/rollback?hash={hash}"), &[DEV], b"").expect(409);
    server.ask("POST", &format!("/v1/plugins/echo/promote?hash={hash}"), &[DEV], b"").expect(409);
    server.ask("POST", "/v1/plugins/echo/rollback?hash=nonsense", &[DEV], b"").expect(400);
    assert!(
        echo(&server)["version"] == "3.0.0" && conversations.iter().all(|id| said(&server, id, 3).contains("3.0.0"))
    );

    push(&server, "4.0.0", CODE, "canary=0.4").expect(200);
    let all = server.ask("POST", "/v1/plugins/echo/promote", &[DEV], b"").expect(200);
    assert_eq!((&all["outcome"], &echo(&server)["version"]), (&json!("promoted"), &json!("4.0.0")));
    let back = server.ask("POST", "/v1/plugins/echo/rollback", &[DEV], b"").expect(200);
    assert_eq!((&back["outcome"], &back["version"]), (&json!("rolled_back"), &json!("3.0.0")));
}

#[test]
fn what_agents_take_is_counted_for_the_version_that_offered_it() {
    let server = Server::start();
    push(&server, "2.0.0", CODE, "").expect(201);
    push(&server, "3.0.0", CODE, "canary=0.5&window_s=9999").expect(200);
    let mut taken = BTreeMap::<String, u64>::new();
    for number in 0..12 {
        let reply = server.message(&format!("c-{number}"), "m-1").expect(200);
        let suggestion = &reply["suggestions"][0];
        let path = format!("/v1/suggestions/{}/feedback", suggestion["id"].as_str().unwrap());
        for action in ["shown", "inserted", "sent"] {
            server.send("POST", &path, &json!({ "action": action })).expect(200);
        }
        *taken.entry(suggestion["plugin"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let canary = &echo(&server)["canary"];
    let counted = |of: &str| canary[of]["accepted"].as_u64().unwrap();
    assert_eq!((counted("stable"), counted("candidate")), (taken["echo@2.0.0"], taken["echo@3.0.0"]), "{canary:#}");
}

#[test]
fn newer_changes_end_it_and_a_restart_does_not() {
    let server = Server::start();
    let shared = "shared=true&canary=0.5&window_s=9999";
    push(&server, "2.0.0", CODE, shared).expect(200);
    assert_eq!(echo(&server)["canary"]["version"], "2.0.0");
    let folder = server.folder.as_ref().unwrap().path().join("plugins/echo");
    write(&folder, "3.0.0", CODE);
    wait("the folder's change is live", || echo(&server)["version"] == "3.0.0");
    assert_eq!(last(&server)["reason"], "ends the canary of 2.0.0");
    assert!(echo(&server).get("canary").is_none());

    push(&server, "4.0.0", CODE, shared).expect(200);
    push(&server, "5.0.0", CODE, "shared=true").expect(200);
    assert_eq!(
        (&last(&server)["reason"], &echo(&server)["version"]),
        (&json!("ends the canary of 4.0.0"), &json!("5.0.0"))
    );
    push(&server, "6.0.0", CODE, shared).expect(200);
    push(&server, "7.0.0", CODE, shared).expect(200);
    assert!(last(&server)["reason"].as_str().unwrap().ends_with("beside 5.0.0; ends the canary of 6.0.0"));
    let before = echo(&server);

    let server = Server::on(server.stop(), |_| ());
    let after = echo(&server);
    assert_eq!((&after["version"], &after["canary"]["version"]), (&json!("5.0.0"), &json!("7.0.0")), "{after:#}");
    assert_eq!(after["canary"]["since"], before["canary"]["since"]);
    let by: BTreeSet<_> = (0..40).map(|number| said(&server, &format!("c-{number}"), 1)).collect();
    assert_eq!(by, ["hello from 5.0.0", "hello from 7.0.0"].map(str::to_owned).into());
}

#[test]
fn switching_off_ends_it() {
    let server = Server::start();
    push(&server, "2.0.0", CODE, "").expect(201);
    push(&server, "3.0.0", CODE, "canary=0.5").expect(200);
    let off = server.ask("POST", "/v1/plugins/echo/disable", &[DEV], b"").expect(200);
    assert_eq!(off["reason"], "ends the canary of 3.0.0");
    let refused = push(&server, "3.0.0", CODE, "canary=0.5").expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("it is switched off"), "{refused:#}");
    server.ask("POST", "/v1/plugins/echo/enable", &[DEV], b"").expect(200);
    assert!(echo(&server)["version"] == "2.0.0" && echo(&server).get("canary").is_none());
}

#[test]
fn a_merchant_can_have_every_push_tried() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(folder.path().join("plugins")).unwrap();
    let key = |role: &str| {
        let arguments = ["keys", "create", "--merchant", "shop", "--role", role, "--data"];
        let made = Command::new(env!("CARGO_BIN_EXE_cuecard")).args(arguments).arg(&data).output().unwrap();
        format!("Bearer {}", String::from_utf8(made.stdout).unwrap().trim())
    };
    let (author, operator) = (key("author"), key("operator"));
    let config = Config::parse("[[merchant]]\nid = \"shop\"\n[merchant.canary]\nshare = 0.5\nwindow_s = 77").unwrap();
    let server = Server::on(folder, move |options| (options.config, options.demo) = (config, None));
    let push = |by: &str, version: &str, query: &str| {
        let path = format!("/v1/plugins/echo?{query}");
        server.ask("PUT", &path, &[("authorization", by)], &archive(version, CODE))
    };
    let first = push(&author, "2.0.0", "").expect(201);
    assert_eq!(first["outcome"], "live", "there is nothing to try a first version beside");
    assert_eq!(push(&author, "3.0.0", "").expect(200)["outcome"], "canary");
    let plugins = server.ask("GET", "/v1/plugins", &[("authorization", &author)], b"").expect(200);
    let canary = &plugins["plugins"][0]["canary"];
    assert_eq!((&canary["version"], &canary["window_s"], &canary["share"]), (&json!("3.0.0"), &json!(77), &json!(0.5)));
    push(&author, "4.0.0", "canary=0").expect(403);
    assert_eq!(push(&operator, "4.0.0", "canary=0").expect(200)["outcome"], "live");
}

/// The same as the test's plugin, with a `trigger` and a `classify` that fail.
const FAILS: &str = r#"
local function compose(turn)
    return { { message = "hello", reason = "asked", confidence = 0.9 } }
end
local function trigger(event, customer)
    error("no idea")
end
return { compose = compose, trigger = trigger }
"#;

#[test]
fn events_go_to_a_version_by_customer_and_none_is_lost_to_a_bad_one() {
    let server = Server::start();
    push(&server, "2.0.0", CODE, "").expect(201);
    let ping = |wave: &str| {
        for number in 0..24 {
            let event = json!({"id": format!("{wave}-{number}"), "type": "ping", "at": "2026-11-22T08:00:00Z",
                "customer_id": format!("u-{number}")});
            server.send("POST", "/v1/events", &event).expect(202);
        }
        let of_wave = || {
            let all = server.get("/v1/outreach?limit=500").expect(200);
            let all = all["outreach"].as_array().unwrap().clone();
            all.into_iter()
                .filter(|it| it["outreach"]["occurrence"].as_str().unwrap().starts_with(wave))
                .collect::<Vec<_>>()
        };
        wait("every event led to a contact", || of_wave().len() == 24);
        of_wave().iter().map(|it| (it["customer"].to_string(), it["plugin"].as_str().unwrap().to_owned())).collect()
    };
    push(&server, "3.0.0", CODE, "canary=0.5&window_s=9999").expect(200);
    let first: BTreeMap<String, String> = ping("first");
    assert_eq!(first.values().collect::<BTreeSet<_>>().len(), 2, "{first:?}");
    assert_eq!(first, ping("second"), "a customer stays with its version");

    push(&server, "4.0.0", FAILS, "canary=0.5&window_s=9999").expect(200);
    let third: BTreeMap<String, String> = ping("third");
    assert!(third.values().all(|plugin| plugin == "echo@2.0.0"), "{third:?}");
    wait("it is taken back", || echo(&server).get("canary").is_none());
    assert!(last(&server)["reason"].as_str().unwrap().starts_with("it fails more often"));
    assert_eq!(last(&server)["evidence"]["against"], "errors");
}

#[test]
fn the_terminal_shows_a_canary_and_waits_for_its_end() {
    let server = Server::start();
    let cuecard = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
        command.args(arguments).args(["--server", &format!("http://{}", server.address), "--key", "dev"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let ended = |child: Child| {
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    push(&server, "2.0.0", CODE, "").expect(201);
    let (code, none) = ended(cuecard(&["rollout", "echo"]));
    assert!(code == Some(0) && none.contains("no version of echo") && none.contains("echo@2.0.0 live by"), "{none}");

    for (change, outcome, exit) in [("promote", "promoted", 0), ("rollback", "taken back", 1)] {
        let version = if exit == 0 { "3.0.0" } else { "4.0.0" };
        push(&server, version, CODE, "canary=0.07&window_s=9999").expect(200);
        let (code, shown) = ended(cuecard(&["rollout"]));
        assert!(code == Some(0) && shown.contains(&format!("canary {version}: 7 % since")), "{shown}");
        let following = cuecard(&["rollout", "echo", "-f"]);
        assert_eq!(ended(cuecard(&[change, "echo"])).0, Some(0));
        let (code, shown) = ended(following);
        assert!(code == Some(exit) && shown.contains(&format!("echo@{version} {outcome} by")), "{shown}");
    }
}
