//! Outreach over real sockets: from an event to what the carrier was handed, and everything that stands in between.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test that fails says where; its clock is the real one"
)]

mod support;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{Server, conforms, write};
use tempfile::TempDir;

/// Proposes what the event says.
const CODE: &str = r#"
local function trigger(event, customer)
    local f = event.fields
    return { { outreach = {
        occurrence = f.occurrence or event.id, purpose = f.purpose or "service", scenario = f.scenario,
        text = f.text or "Your parcel comes on Tuesday.", channel = f.channel, reason = "pinged",
    } } }
end
return { trigger = trigger }
"#;

/// A shop whose outreach settings are these lines.
fn shop(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("plugins/echo"), "1.0.0", &CODE.replace("return { trigger", "local function compose() return { { text = \"Noted.\", reason = \"asked\", confidence = 0.9 } } end\nreturn { compose = compose, trigger"));
    settle(folder.path(), settings);
    folder
}

fn settle(folder: &Path, settings: &str) {
    let text = format!("[merchant]\nid = \"demo\"\nlinks = [\"shop.example\"]\n[merchant.outreach]\n{settings}\n");
    fs::create_dir_all(folder.join("no-shop")).unwrap();
    fs::write(folder.join("no-shop/shop.toml"), text).unwrap();
}

/// No hours of its own, and what the scenario `news` proposes goes by itself.
const OPEN: &str = "automatic = [\"news\"]\nhours = []";

struct Shop(Server);

impl Shop {
    fn open(settings: &str) -> Self {
        Self::on(shop(settings))
    }

    fn on(folder: TempDir) -> Self {
        let shop = Self(Server::on(folder, |_| ()));
        shop.customer("ada", &json!({}));
        shop
    }

    /// A customer in Berlin, which has no rules for service mail.
    fn customer(&self, id: &str, more: &Value) {
        let mut body = json!({"email": format!("{id}@mail.example"), "country": "DE", "time_zone": "Europe/Berlin", "locale": "en"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.0.send("PUT", &format!("/v1/customers/{id}"), &body).expect(200);
    }

    fn ping(&self, id: &str, fields: Value) {
        let event =
            json!({"id": id, "type": "ping", "at": "2026-11-22T08:00:00Z", "customer_id": "ada", "fields": fields});
        self.0.send("POST", "/v1/events", &event).expect(202);
    }

    /// The contact that an event led to, once it stands in one of these states.
    fn contact(&self, event: &str, states: &[&str]) -> Value {
        let began = Instant::now();
        loop {
            let listed = self.0.get("/v1/outreach?limit=1000").expect(200);
            let mut contacts = listed["outreach"].as_array().unwrap().iter();
            let stands = |it: &Value| it["event"]["id"] == event && states.contains(&it["state"].as_str().unwrap());
            if let Some(found) = contacts.find(|it| stands(it)) {
                conforms("Outreach", found);
                return found.clone();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{event} does not come to {states:?}: {listed:#}");
            std::thread::yield_now();
        }
    }

    fn act(&self, contact: &Value, what: &str, body: &Value) -> support::Answer {
        let id = contact["id"].as_str().unwrap();
        self.0.send("POST", &format!("/v1/outreach/{id}/{what}"), body)
    }

    /// What the carrier was handed.
    fn taken(&self) -> Vec<Value> {
        let path = self.0.folder.as_ref().unwrap().path().join("data/outbox.jsonl");
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn check<'a>(verdict: &'a Value, rule: &str) -> &'a Value {
    let checks = verdict["checks"].as_array().unwrap();
    checks.iter().find(|check| check["rule"]["id"] == rule).unwrap_or_else(|| panic!("no {rule} in {verdict:#}"))
}

fn millis(moment: &Value) -> i64 {
    let moment: jiff::Timestamp = moment.as_str().unwrap().parse().unwrap();
    moment.as_millisecond()
}

#[test]
fn an_agent_approves_and_it_is_sent_once() {
    let shop = Shop::open(OPEN);
    shop.ping("e-1", json!({}));
    let contact = shop.contact("e-1", &["proposed"]);
    assert_eq!((&contact["reason"], &contact["channel"]), (&json!("clear"), &json!("email")));
    assert_eq!(contact["rendered"]["text"], "Your parcel comes on Tuesday.");
    assert_eq!(contact["decided"]["answer"], "send");
    conforms("OutreachMoved", &shop.act(&contact, "approve", &Value::Null).expect(200));
    let sent = shop.contact("e-1", &["sent"]);
    assert_eq!((&sent["attempts"], &sent["by"]), (&json!(1), &json!("key:dev")));
    assert_eq!(sent["reference"], format!("demo:{}", sent["id"].as_str().unwrap()));
    let taken = shop.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert_eq!((&taken[0]["to"], &taken[0]["text"]), (&json!("ada@mail.example"), &sent["rendered"]["text"]));
    assert_eq!(shop.act(&contact, "approve", &Value::Null).expect(409)["detail"], "the contact is sent already");
    let unknown = shop.0.send("POST", "/v1/outreach/none/resolve", &json!({"sent": true})).expect(404);
    conforms("Problem", &unknown);
}

#[test]
fn without_consent_an_offer_is_dropped_and_says_why() {
    let shop = Shop::open(OPEN);
    shop.ping("e-1", json!({"purpose": "marketing", "scenario": "news"}));
    let contact = shop.contact("e-1", &["dropped"]);
    assert_eq!(contact["reason"], "consent_missing");
    assert_eq!(check(&contact["decided"], "consent")["answer"], "never");
    let consent =
        |answer: &str| json!({"purpose": "marketing", "channel": "email", "answer": answer, "wording": "w-1"});
    shop.customer("ada", &json!({"consents": [consent("granted")]}));
    shop.ping("e-2", json!({"purpose": "marketing"}));
    let contact = shop.contact("e-2", &["proposed"]);
    assert_eq!(check(&contact["decided"], "consent")["answer"], "pass");
    let kept = shop.0.send("POST", "/v1/customers/ada/consents", &consent("withdrawn")).expect(200);
    conforms("ConsentList", &kept);
    assert_eq!(kept["consents"].as_array().unwrap().len(), 2);
    shop.act(&contact, "approve", &Value::Null).expect(200);
    let dropped = shop.contact("e-2", &["dropped", "sent"]);
    assert_eq!(dropped["reason"], "consent_withdrawn", "asked again when it was about to be sent");
    assert_eq!(dropped["decided"]["answer"], "send");
    assert!(shop.taken().is_empty());
    let dropped = shop.0.get("/v1/outreach?state=dropped&reason=consent_missing").expect(200);
    assert_eq!(dropped["outreach"].as_array().unwrap().len(), 1);
    let metrics = shop.0.get("/metrics").body;
    let line = r#"cuecard_gate_decisions_total{moment="sent",answer="drop",reason="consent_withdrawn"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
}

#[test]
fn at_night_it_waits_for_the_morning_also_over_a_restart() {
    let now = cuecard::clock::now().to_jiff();
    let open = (now + jiff::SignedDuration::from_hours(3)).to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
    let (from, to) = (open.strftime("%H:00").to_string(), open.strftime("%H:59").to_string());
    let night = format!(
        "automatic = [\"news\"]\n[[merchant.outreach.hours]]\nid = \"own\"\nweek = {{ daily = \"{from}-{to}\" }}"
    );
    let shop = Shop::open(&night);
    shop.ping("e-1", json!({"scenario": "news"}));
    let held = shop.contact("e-1", &["held"]);
    assert_eq!(held["reason"], "quiet_hours");
    let hour = open.round(jiff::ZonedRound::new().smallest(jiff::Unit::Hour).mode(jiff::RoundMode::Trunc)).unwrap();
    assert_eq!(millis(&held["due_at"]), hour.timestamp().as_millisecond());
    // An agent's word is no reason to ring at night.
    shop.act(&held, "approve", &Value::Null).expect(200);
    let held = shop.contact("e-1", &["held", "sent"]);
    assert_eq!((&held["reason"], &held["by"]), (&json!("quiet_hours"), &json!("key:dev")));
    let folder = shop.0.stop();
    settle(folder.path(), OPEN);
    let shop = Shop::on(folder);
    let held = shop.contact("e-1", &["held"]);
    shop.act(&held, "approve", &Value::Null).expect(200);
    shop.contact("e-1", &["sent"]);
    assert_eq!(shop.taken().len(), 1);
}

#[test]
fn a_pause_holds_everything_and_its_end_is_kept_to_the_moment() {
    let shop = Shop::open(OPEN);
    let until = cuecard::clock::now().to_jiff() + jiff::SignedDuration::from_millis(1500);
    conforms(
        "OutreachPause",
        &shop.0.send("PUT", "/v1/outreach/pause", &json!({"until": until.to_string()})).expect(200),
    );
    shop.ping("e-1", json!({"scenario": "news"}));
    let held = shop.contact("e-1", &["held"]);
    assert_eq!((&held["reason"], millis(&held["due_at"])), (&json!("paused"), until.as_millisecond()));
    let sent = shop.contact("e-1", &["sent"]);
    let late = millis(&sent["attempted_at"]) - until.as_millisecond();
    assert!((0..1000).contains(&late), "{late} ms late");

    let far = cuecard::clock::now().to_jiff() + jiff::SignedDuration::from_hours(1);
    shop.0.send("PUT", "/v1/outreach/pause", &json!({"until": far.to_string()})).expect(200);
    shop.ping("e-2", json!({"scenario": "news"}));
    shop.contact("e-2", &["held"]);
    shop.0.ask("DELETE", "/v1/outreach/pause", &[support::DEV], b"").expect(204);
    shop.contact("e-2", &["sent"]);
    assert_eq!(shop.taken().len(), 2);
}

#[test]
fn over_a_cap_the_second_waits() {
    let shop = Shop::open(&format!("{OPEN}\n[[merchant.outreach.cap]]\nid = \"one\"\ncount = 1\nper = \"24h\""));
    shop.ping("e-1", json!({"scenario": "news"}));
    let first = shop.contact("e-1", &["sent"]);
    shop.ping("e-2", json!({"scenario": "news"}));
    let held = shop.contact("e-2", &["held"]);
    assert_eq!(held["reason"], "frequency_cap");
    assert_eq!(millis(&held["due_at"]), millis(&first["attempted_at"]) + 24 * 3_600_000);
    assert_eq!(shop.taken().len(), 1);
}

#[test]
fn what_an_agent_writes_passes_the_same_checks() {
    let shop = Shop::open(OPEN);
    shop.ping("e-1", json!({}));
    let contact = shop.contact("e-1", &["proposed"]);
    let bad = json!({"text": "See https://elsewhere.example/x"});
    let refused = shop.act(&contact, "approve", &bad).expect(422);
    conforms("Problem", &refused);
    assert!(refused["detail"].as_str().unwrap().contains("elsewhere.example"), "{refused}");
    let good = "It comes on Wednesday: https://shop.example/x";
    shop.act(&contact, "approve", &json!({"text": good})).expect(200);
    let sent = shop.contact("e-1", &["sent"]);
    assert_eq!((&sent["edited"], &sent["rendered"]["text"]), (&json!(good), &json!(good)));
    assert_eq!(shop.taken()[0]["text"], good);
}

#[test]
fn the_word_stop_ends_contacts_on_its_channel() {
    let shop = Shop::open(OPEN);
    shop.customer("ada", &json!({"phone": "+4915112345678"}));
    let message = json!({"conversation_id": "c", "message_id": "m", "channel": "sms", "text": "Stopp.", "customer": {"id": "ada"}});
    let reply = shop.0.send("POST", "/v1/messages", &message).expect(200);
    conforms("Reply", &reply);
    assert_eq!(reply["trace"][0]["rule"], "keyword STOP", "{reply:#}");
    let consents = shop.0.get("/v1/customers/ada/consents").expect(200);
    assert_eq!(consents["consents"].as_array().unwrap().len(), 3);
    shop.ping("e-1", json!({"channel": "sms"}));
    assert_eq!(shop.contact("e-1", &["dropped"])["reason"], "consent_withdrawn");
    shop.ping("e-2", json!({"channel": "email"}));
    assert_eq!(shop.contact("e-2", &["proposed"])["reason"], "conversation_open");
}

#[test]
fn a_receipt_says_what_came_of_it() {
    let shop = Shop::open(OPEN);
    shop.ping("e-1", json!({"scenario": "news"}));
    let sent = shop.contact("e-1", &["sent"]);
    let receipt = |id: &str, kind: &str, fields: Value| json!({"id": id, "type": format!("delivery.{kind}"), "at": "2026-11-22T09:00:00Z", "fields": fields});
    let events = json!([
        receipt("r-1", "delivered", json!({"outreach_id": sent["id"]})),
        receipt("r-2", "bounced", json!({"reference": sent["reference"]})),
        receipt("r-3", "bounced", json!({"reference": "nobody knows it"})),
    ]);
    shop.0.send("POST", "/v1/events", &events).expect(202);
    let began = Instant::now();
    while shop.contact("e-1", &["sent"])["outcome"] != "bounced" {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    shop.ping("e-2", json!({"scenario": "news"}));
    assert_eq!(shop.contact("e-2", &["dropped", "sent"])["reason"], "suppressed");
}

#[test]
fn two_plugins_words_for_one_occurrence_are_one_contact() {
    let folder = shop(OPEN);
    let second = folder.path().join("plugins/echo-two");
    write(&second, "1.0.0", CODE);
    let manifest = fs::read_to_string(second.join("plugin.toml")).unwrap();
    let manifest = manifest.replace("\"echo\"", "\"echo-two\"").replace("[hooks.compose]\nscenarios = [\"*\"]\n", "");
    fs::write(second.join("plugin.toml"), manifest).unwrap();
    let shop = Shop::on(folder);
    shop.ping("e-1", json!({"scenario": "news"}));
    shop.contact("e-1", &["sent"]);
    let began = Instant::now();
    let states = loop {
        let listed = shop.0.get("/v1/outreach").expect(200);
        let states: Vec<_> =
            listed["outreach"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap().to_owned()).collect();
        if states.contains(&"duplicate".to_owned()) {
            break states;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{listed:#}");
    };
    assert_eq!(states.len(), 2);
    assert_eq!(shop.taken().len(), 1);
}

#[test]
fn a_contact_explains_itself_also_when_the_host_is_stopped() {
    let shop = Shop::open(OPEN);
    shop.ping("e-1", json!({"purpose": "marketing", "scenario": "news"}));
    let contact = shop.contact("e-1", &["dropped"]);
    let explain = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cuecard"));
        let output = command.args(["explain", "outreach", contact["id"].as_str().unwrap()]).args(arguments).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let asked = explain(&["--server", &format!("http://{}", shop.0.address), "--key", "dev"]);
    for expected in [
        "to ada on email: dropped (consent_missing)",
        "event e-1 of 2026-11-22T08:00:00Z: ping",
        "proposed by echo@1.0.0",
        "drop (consent_missing)",
        "never consent",
        "[Europe/Berlin]",
        "[UTC]",
    ] {
        assert!(asked.contains(expected), "no '{expected}' in\n{asked}");
    }
    println!("{asked}");
    let folder = shop.0.stop();
    let data = folder.path().join("data").display().to_string();
    assert_eq!(explain(&["--data", &data]), asked);
    let json: Value = serde_json::from_str(&explain(&["--data", &data, "--json"])).unwrap();
    assert_eq!(json, contact);
}

#[test]
fn settings_that_the_gate_cannot_take_are_refused_with_a_hint() {
    let folder = shop("time_zone = \"Mars/Olympus\"");
    let config = fs::read_to_string(folder.path().join("no-shop/shop.toml")).unwrap();
    let config = cuecard::config::Config::parse(&config.replace("[merchant]", "[[merchant]]")).unwrap_err();
    let text = format!("{config:#}");
    assert!(text.contains("Mars/Olympus") && text.contains("hint: ") && text.contains("line "), "{text}");
}
