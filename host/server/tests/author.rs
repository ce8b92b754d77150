//! What authors work with, by real sockets: a bundle's files, saving them, and agents' proposals for scripts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use serde_json::{Value, json};
use support::{Answer, CODE, DEV, JSON, Server, conforms, plugin};

fn files(version: &str, code: &str) -> Value {
    plugin(version, code).into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect()
}

#[test]
fn a_shared_plugin_is_read_and_saved_as_the_merchants_own() {
    let server = Server::start();
    let bundle = server.get("/v1/plugins/echo/bundle").expect(200);
    conforms("PluginBundle", &bundle);
    assert_eq!((&bundle["version"], &bundle["shared"]), (&json!("1.0.0"), &json!(true)));
    assert_eq!(bundle["files"]["main.luau"], CODE);
    let saved = server.send("PUT", "/v1/plugins/echo", &json!({"files": files("1.0.1", CODE)})).expect(201);
    assert_eq!((&saved["version"], &saved["scope"]), (&json!("1.0.1"), &json!("@demo")));
    assert_eq!(server.message("c", "m").expect(200)["suggestions"][0]["text"], "hello from 1.0.1");
    let bundle = server.get("/v1/plugins/echo/bundle").expect(200);
    assert_eq!((&bundle["version"], &bundle["shared"]), (&json!("1.0.1"), &json!(false)));
    // What is refused says where, and leaves a record.
    let refused = server.send("PUT", "/v1/plugins/echo", &json!({"files": files("1.0.2", "return {")})).expect(422);
    assert_eq!(refused["problems"][0]["file"], "main.luau", "{refused}");
    assert_eq!(server.get("/v1/plugins/echo/bundle").expect(200)["version"], "1.0.1");
    assert_eq!(server.get("/v1/reloads").expect(200)["reloads"][0]["outcome"], "refused");
    server.get("/v1/plugins/nothing/bundle").expect(404);
    let template = server.get("/v1/templates/late-gift").expect(200);
    conforms("PluginBundle", &template);
    let made = server.send("PUT", "/v1/plugins/late-gift", &json!({"files": template["files"]})).expect(201);
    assert_eq!(made["plugin"], "late-gift");
    server.get("/v1/templates/Not%20an%20id").expect(400);
}

/// The tag of what serves now, as `If-Match` takes it.
fn tag(server: &Server) -> String {
    let bundle = server.get("/v1/plugins/echo/bundle");
    let tag = bundle.headers.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", bundle.expect(200)["hash"].as_str().unwrap()));
    tag
}

fn save(server: &Server, version: &str, more: &[(&str, &str)], query: &str) -> Answer {
    let headers: Vec<_> = [DEV, JSON].into_iter().chain(more.iter().copied()).collect();
    let body = json!({"files": files(version, CODE)}).to_string();
    server.ask("PUT", &format!("/v1/plugins/echo?{query}"), &headers, body.as_bytes())
}

#[test]
fn nobody_puts_aside_unseen_what_another_has_saved() {
    let server = Server::start();
    let serves = || server.get("/v1/plugins/echo/bundle").expect(200);
    let shared = tag(&server);
    save(&server, "1.0.1", &[("if-match", &shared)], "").expect(201);
    let late = save(&server, "1.0.2", &[("if-match", &shared)], "").expect(412);
    conforms("Problem", &late);
    assert_eq!(late["type"], "urn:cuecard:problem:changed");
    assert!(late["hint"].as_str().unwrap().contains("If-Match"), "{late}");
    assert_eq!((&serves()["version"], &serves()["by"]), (&json!("1.0.1"), &json!("key:dev")));
    assert!(serves()["at"].is_string());
    assert_eq!(server.get("/v1/reloads").expect(200)["reloads"][0]["version"], "1.0.1", "no record of what was not made");
    save(&server, "1.0.2", &[("if-match", &tag(&server))], "").expect(200);
    save(&server, "1.0.3", &[], "").expect(200);
    save(&server, "1.0.4", &[("if-match", "*")], "").expect(200);
    save(&server, "1.0.5", &[("if-none-match", "*")], "").expect(412);
    save(&server, "1.0.5", &[("if-match", "1.0.4")], "").expect(400);
    let new = json!({"files": server.get("/v1/templates/late-gift").expect(200)["files"]}).to_string();
    let begin = |condition| server.ask("PUT", "/v1/plugins/late-gift", &[DEV, JSON, condition], new.as_bytes());
    begin(("if-match", &shared)).expect(412);
    begin(("if-none-match", "*")).expect(201);
    begin(("if-none-match", "*")).expect(412);

    // A canary is the newest: who edits goes on from it, and a promotion changes nothing under the editor's hands.
    let stable = tag(&server);
    save(&server, "2.0.0", &[("if-match", &stable)], "canary=0.25").expect(200);
    assert_eq!((&serves()["version"], &serves()["canary"]), (&json!("2.0.0"), &json!(0.25)));
    conforms("PluginBundle", &serves());
    save(&server, "2.0.1", &[("if-match", &stable)], "").expect(412);
    let canary = tag(&server);
    server.ask("POST", "/v1/plugins/echo/promote", &[DEV], b"").expect(200);
    assert_eq!((tag(&server), &serves()["canary"]), (canary.clone(), &Value::Null));
    save(&server, "2.0.1", &[("if-match", &format!("{stable}, {canary}"))], "").expect(200);
}

#[test]
fn of_many_who_save_at_once_one_does() {
    let server = Server::start();
    let seen = tag(&server);
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let one = |number| {
            let (server, seen) = (&server, &seen);
            scope.spawn(move || save(server, &format!("1.1.{number}"), &[("if-match", seen)], "").status)
        };
        let all: Vec<_> = (0..12).map(one).collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = statuses.iter().partition(|status| matches!(status, 200 | 201));
    assert_eq!(made.len(), 1, "{statuses:?}");
    assert!(refused.iter().all(|status| **status == 412), "{statuses:?}");
    let reloads = server.get("/v1/reloads").expect(200);
    let live = reloads["reloads"].as_array().unwrap().iter().filter(|it| it["scope"] == "@demo" && it["outcome"] == "live");
    assert_eq!(live.count(), 1, "{reloads}");
}

#[test]
fn an_agents_words_become_a_script_once() {
    let server = Server::start();
    let customer = json!({"id": "u-1", "name": {"given": "Sara", "family": "Lopez"}, "email": "sara@example.com",
        "orders": [{"id": "1001", "status": "shipped"}]});
    let body =
        json!({"conversation_id": "c-1", "message_id": "m-1", "text": "where is my order?", "customer": customer});
    server.send("POST", "/v1/messages", &body).expect(200);
    let words =
        json!({"conversation_id": "c-1", "text": "Dear Sara, order 1001 is on its way; I wrote to other@example.com."});
    let preview = server.send("POST", "/v1/proposals/preview", &words).expect(200);
    conforms("ProposalPreview", &preview);
    assert_eq!(preview["variables"][0]["value"], "Sara");
    assert_eq!(server.get("/v1/proposals").expect(200)["proposals"], json!([]), "a preview keeps nothing");
    let made = server.send("POST", "/v1/proposals", &words).expect(200);
    conforms("Proposal", &made);
    assert_eq!(made["message"], "Dear {$person}, order {$order} is on its way; I wrote to [email].");
    let listed = server.get("/v1/proposals").expect(200);
    conforms("ProposalList", &listed);
    assert_eq!(listed["proposals"][0]["id"], made["id"]);
    assert!(!listed.to_string().contains("Sara"));

    let settle = format!("/v1/proposals/{}/settle", made["id"].as_str().unwrap());
    let taken = json!({"state": "taken", "plugin": "echo", "key": "on_its_way"});
    assert_eq!(server.send("POST", &settle, &taken).expect(200)["key"], "on_its_way");
    server.send("POST", &settle, &json!({"state": "dismissed"})).expect(409);
    server.send("POST", &settle, &json!({"state": "open"})).expect(400);
    let audit = server.get("/v1/audit").expect(200);
    let actions: Vec<_> = audit["audit"].as_array().unwrap().iter().map(|it| &it["record"]["action"]).collect();
    assert_eq!(actions[..2], ["proposal.taken", "proposal.made"]);
    let own = json!({"conversation_id": "c-1", "message_id": "m-1"});
    assert_eq!(server.send("POST", "/v1/proposals", &own).expect(200)["message"], "where is my order?");
    server.send("POST", "/v1/proposals", &json!({"conversation_id": "c-1"})).expect(400);
    server.send("POST", "/v1/proposals", &json!({"conversation_id": "none", "text": "x"})).expect(404);
    // Erased with the customer to whom they were said.
    server.ask("DELETE", "/v1/customers/u-1", &[DEV], b"").expect(204);
    assert_eq!(server.get("/v1/proposals").expect(200)["proposals"], json!([]));
}

#[test]
fn conversations_are_redacted() {
    let server = Server::start();
    let body = json!({"conversation_id": "c-1", "message_id": "m-1", "text": "call me: +44 20 7946 0958",
        "customer": {"id": "u-1"}});
    server.send("POST", "/v1/messages", &body).expect(200);
    let listed = server.get("/v1/author/conversations").expect(200);
    conforms("AuthorConversations", &listed);
    assert_eq!(listed["conversations"][0]["text"], "call me: [phone]");
}
