//! Ranking learns, experiments count, and a share of conversations is left alone: by real sockets.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

mod support;

use std::fs;

use cuecard::config::Config;
use serde_json::{Value, json};
use support::{Server, conforms, message_body};

/// Two answers to everything; `sure` is the more confident. Beside them one that lacks a value, and is surest of all.
const CODE: &str = r#"
return { compose = function(turn)
    return {
        { message = "sure", reason = "asked", confidence = 0.8 },
        { message = "liked", reason = "asked", confidence = 0.7 },
        { message = "gap", reason = "asked", confidence = 0.95 },
    }
end, trigger = function() return {} end }
"#;
const MESSAGES: &str = r#"{"sure": "the sure answer", "liked": "the other words that agents like", "gap": "your order {$order} is on its way"}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let echo = folder.path().join("plugins/echo");
    support::write(&echo, "1.0.0", CODE);
    fs::write(echo.join("messages/en.json"), MESSAGES).unwrap();
    folder
}

fn keys(reply: &Value) -> Vec<&str> {
    reply["suggestions"].as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap()).collect()
}

/// All cards are shown, and the agent sends the words of one of them; or other words.
fn answered(server: &Server, conversation: &str, wanted: &str) -> Value {
    let reply = server.message(conversation, "m-1").expect(200);
    let mut text = "Something else altogether, in the agent's own words".to_owned();
    for suggestion in reply["suggestions"].as_array().unwrap() {
        let path = format!("/v1/suggestions/{}/feedback", suggestion["id"].as_str().unwrap());
        server.send("POST", &path, &json!({"action": "shown"})).expect(200);
        if suggestion["message"] == wanted {
            text = suggestion["text"].as_str().unwrap().to_owned();
        }
    }
    let mut body = message_body(conversation, "m-2");
    (body["role"], body["text"]) = ("agent".into(), text.into());
    server.send("POST", "/v1/messages", &body).expect(204);
    reply
}

#[test]
fn what_agents_send_comes_first_and_never_past_what_is_safer() {
    let server = Server::on(folder(), |_| ());
    let first = answered(&server, "c-0", "liked");
    assert_eq!((keys(&first), first.get("learned")), (vec!["sure", "liked", "gap"], None), "nothing is learned yet");
    for number in 1..30 {
        let reply = answered(&server, &format!("c-{number}"), "liked");
        assert_eq!(keys(&reply)[2], "gap", "what lacks a value stays behind");
    }
    let replies: Vec<_> = (0..40).map(|number| server.message(&format!("d-{number}"), "m-1").expect(200)).collect();
    replies.iter().for_each(|reply| conforms("Reply", reply));
    assert!(replies.iter().all(|reply| keys(reply)[2] == "gap"));
    let liked = replies.iter().filter(|reply| keys(reply)[0] == "liked").count();
    assert!(liked >= 34, "{liked} of 40");
    let why = replies.iter().find(|reply| keys(reply)[0] == "liked").unwrap()["suggestions"][0]["trace"].to_string();
    assert!(why.contains("accepted 30 of 30 times in this scenario"), "{why}");
    let learned = server.get("/v1/learned").expect(200);
    conforms("Learned", &learned);
    let of = |key: &str| learned["learned"].as_array().unwrap().iter().find(|it| it["message"] == key).cloned();
    assert!(of("liked").unwrap()["accepted"].as_f64().unwrap() > 29.9);
    assert_eq!(of("sure").unwrap()["accepted"], 0.0);
    assert_eq!(of("gap"), None, "below the one that was taken, nobody looked at it");

    // A restart forgets nothing.
    let server = Server::on(server.stop(), |_| ());
    let after = server.get("/v1/learned").expect(200);
    let counts =
        |it: &Value| it["learned"].as_array().unwrap().iter().map(|it| it["message"].clone()).collect::<Vec<_>>();
    assert_eq!(counts(&after), counts(&learned));
    let reply = server.message("e", "m-1").expect(200);
    assert_eq!(reply["learned"].as_array().unwrap().len(), 2);

    // All of it was taught by one customer.
    server.ask("DELETE", "/v1/customers/u-2", &[support::DEV], b"").expect(204);
    let left = server.get("/v1/learned").expect(200);
    let seen = left["learned"].as_array().unwrap().iter().map(|it| it["seen"].as_f64().unwrap()).sum::<f64>();
    assert!(seen < 0.001, "{left}");
    assert_eq!(keys(&server.message("f", "m-1").expect(200)), ["sure", "liked", "gap"]);
}

#[test]
fn an_experiment_is_drawn_counted_and_stopped() {
    let server = Server::on(folder(), |_| ());
    let wanted = json!({"title": "Does it help?", "arms": [
        {"name": "with", "share": 0.5}, {"name": "without", "share": 0.5, "plugins": {"echo": "off"}},
    ]});
    let begun = server.send("PUT", "/v1/experiments/late", &wanted).expect(200);
    conforms("Experiment", &begun);
    server.send("PUT", "/v1/experiments/late", &wanted).expect(200);
    let other = json!({"arms": [
        {"name": "with", "share": 0.9}, {"name": "without", "share": 0.1, "plugins": {"echo": "off"}},
    ]});
    server.send("PUT", "/v1/experiments/late", &other).expect(409);
    let version =
        json!({"arms": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "plugins": {"echo": "1.3.0"}}]});
    let refused = server.send("PUT", "/v1/experiments/version", &version).expect(400);
    assert!(refused["hint"].as_str().unwrap().contains("\"off\""), "{refused}");

    let mut counted = [0_u64; 2];
    for number in 0..24 {
        let reply = answered(&server, &format!("c-{number}"), "sure");
        conforms("Reply", &reply);
        let without = reply["experiments"][0]["arm"] == "without";
        assert_eq!(reply["suggestions"].as_array().unwrap().is_empty(), without, "{reply}");
        counted[usize::from(without)] += 1;
        let again = server.message(&format!("c-{number}"), "m-3").expect(200);
        assert_eq!(again["experiments"], reply["experiments"], "a conversation stays in its arm");
    }
    assert!(counted[0] > 4 && counted[1] > 4, "{counted:?}");
    let found = server.get("/v1/experiments/late").expect(200);
    conforms("Experiment", &found);
    for (place, accepted) in [(0, 1.0), (1, 0.0)] {
        let arm = &found["arms"][place];
        assert_eq!((&arm["conversations"], &arm["answered"]), (&json!(counted[place]), &json!(counted[place])));
        assert_eq!(arm["acceptance"], accepted);
    }
    let acceptance = &found["comparisons"][0]["acceptance"];
    assert_eq!((&acceptance["difference"], &acceptance["verdict"]), (&json!(-100.0), &json!("undecided")));
    assert!(acceptance["words"].as_str().unwrap().starts_with("not decided: about "), "{acceptance}");

    let stopped = server.send("POST", "/v1/experiments/late/stop", &json!({})).expect(200);
    assert_eq!(stopped["state"], "stopped");
    server.send("POST", "/v1/experiments/nothing/stop", &json!({})).expect(404);
    let server = Server::on(server.stop(), |_| ());
    let reply = server.message("z", "m-1").expect(200);
    assert_eq!((keys(&reply).len(), reply.get("experiments")), (3, None), "everybody is treated alike again");
    let listed = server.get("/v1/experiments").expect(200);
    conforms("ExperimentList", &listed);
    assert_eq!(listed["experiments"][0]["arms"], found["arms"], "the result stays");
    let audit = server.get("/v1/audit").expect(200)["audit"].to_string();
    assert!(audit.contains("experiment.started") && audit.contains("experiment.stopped"), "{audit}");
}

#[test]
fn who_is_held_out_gets_signals_and_no_suggestions() {
    let folder = folder();
    let settings = "id = \"demo\"\nholdout = { share = 0.5, seed = \"spring\" }";
    fs::create_dir(folder.path().join("no-shop")).unwrap();
    fs::write(folder.path().join("no-shop/shop.toml"), format!("[merchant]\n{settings}")).unwrap();
    let server = Server::on(folder, |_| ());
    let mut held = 0;
    for number in 0..24 {
        let conversation = format!("c-{number}");
        let reply = server.message(&conversation, "m-1").expect(200);
        conforms("Reply", &reply);
        let is_held_out = reply["held_out"] == true;
        held += usize::from(is_held_out);
        assert_eq!(reply["suggestions"].as_array().unwrap().is_empty(), is_held_out);
        assert!(reply["signals"]["scenario"].is_object() && reply["failures"] == json!([]));
        let shown = server.get(&format!("/v1/conversations/{conversation}")).expect(200);
        conforms("Conversation", &shown);
        assert_eq!(shown["held_out"], is_held_out);
        let again = server.message(&conversation, "m-2").expect(200);
        assert_eq!(again["held_out"] == true, is_held_out, "for good");
    }
    assert!((4..=20).contains(&held), "{held} of 24");
    let wrong = Config::parse(&format!("[[merchant]]\n{}", settings.replace("0.5", "1.5"))).unwrap_err();
    assert!(format!("{wrong:#}").contains("1.5 is not a share"), "{wrong:#}");
}
