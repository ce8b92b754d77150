//! Rehearsals of events by real sockets, and the policy on every way to live: pushes, shared pushes, the folder.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that fails says where, and its clock is the real one"
)]

mod support;

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use cuecard::config::Config;
use cuecard_plugin::bundle;
use serde_json::{Value, json};
use support::{Answer, JSON, Server, conforms};
use tempfile::TempDir;

/// Tells of every parcel once, looks again in 2100 or at once, and stores the carrier.
const GOOD: &str = r#"
local function trigger(event, customer) local f = event.fields
    if event.type == "parcel.check" then return { { cancel = "again" } } end
    local carrier = string.upper(f.carrier or "post")
    cuecard.set_key("carrier", carrier)
    return {
        { outreach = { occurrence = "parcel-" .. f.parcel, purpose = "service", message = "moved",
            arguments = { carrier = carrier }, reason = "for " .. (customer.email or "nobody") } },
        { timer = { key = "again", at = if f.soon then event.at else 4102444800, event = "parcel.check" } },
    }
end
return { trigger = trigger }
"#;

/// Fails where no carrier is named.
fn rare() -> String {
    GOOD.replace("f.carrier or \"post\"", "f.carrier:sub(1)")
}

type Files = Vec<(&'static str, String)>;

/// A plugin that judges events and has no say in turns, with a test that it passes.
fn parcels(version: &str, code: &str, words: &str) -> Files {
    let manifest = format!(
        "[plugin]\nid = \"parcels\"\nversion = \"{version}\"\napi = \"1\"\nruntime = \"lua\"\nentry = \"main.luau\"\n[hooks.trigger]\nevents = [\"parcel.*\"]\n[capabilities]\nkeys = true\n"
    );
    let case = "[[case]]\nname = \"a parcel moved\"\nevent = { type = \"parcel.moved\", id = \"e1\", at = \"2026-11-22T08:00:00Z\", fields = { parcel = \"1\", carrier = \"dhl\" } }\nexpect.outreach = [\"parcel-1\"]\n";
    vec![
        ("plugin.toml", manifest),
        ("main.luau", code.to_owned()),
        ("messages/en.json", format!(r#"{{"moved": "{words}"}}"#)),
        ("tests/moved.toml", case.to_owned()),
    ]
}

const WORDS: &str = "Your parcel is with {$carrier}.";

fn archive(files: &Files) -> Vec<u8> {
    let files = files.iter().map(|(name, text)| (*name, text.clone().into_bytes()));
    bundle::to_archive(&bundle::Bundle::from_files(files, &bundle::BundleLimits::default()).unwrap()).unwrap()
}

fn save(folder: &Path, files: &Files) {
    for (name, text) in files {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }
}

/// A host of merchants with an operator's key each.
struct Host {
    server: Option<Server>,
    keys: Vec<(&'static str, String)>,
    config: &'static str,
}

impl Host {
    fn start(merchants: &[&'static str], config: &'static str, folder: TempDir) -> Self {
        fs::create_dir_all(folder.path().join("plugins")).unwrap();
        let key = |merchant: &&'static str| {
            let arguments = ["keys", "create", "--merchant", merchant, "--role", "operator", "--data"];
            let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
            let made = command.args(arguments).arg(folder.path().join("data")).output().unwrap();
            (*merchant, String::from_utf8(made.stdout).unwrap().trim().to_owned())
        };
        let keys = merchants.iter().map(key).collect();
        let mut host = Self { server: None, keys, config };
        host.open(folder);
        host
    }

    fn open(&mut self, folder: TempDir) {
        let config = Config::parse(self.config).unwrap();
        self.server = Some(Server::on(folder, move |options| {
            (options.config, options.demo) = (config, None);
            let program = env!("CARGO_BIN_EXE_cuecard").into();
            options.workers = cuecard_plugin::workers::Spawn::Processes { program, arguments: vec!["worker".into()] };
        }));
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    fn key(&self, merchant: &str) -> &str {
        &self.keys.iter().find(|(id, _)| *id == merchant).unwrap().1
    }

    fn ask(&self, merchant: &str, method: &str, path: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.key(merchant));
        let kind = if path.contains("/plugins/") { ("content-type", "application/octet-stream") } else { JSON };
        self.server().ask(method, path, &[("authorization", &bearer), kind], body)
    }

    fn push(&self, merchant: &str, query: &str, files: &Files) -> Answer {
        self.ask(merchant, "PUT", &format!("/v1/plugins/parcels{query}"), &archive(files))
    }

    fn rehearse(&self, merchant: &str, query: &str, files: &Files) -> Value {
        let found = self.ask(merchant, "POST", &format!("/v1/plugins/parcels/rehearse{query}"), &archive(files));
        let found = found.expect(200);
        conforms("Rehearsal", &found);
        found
    }

    /// Events of as many customers; the one at `bare` names no carrier.
    fn happen(&self, merchant: &str, count: usize, bare: usize) {
        let event = |number: usize| {
            let carrier = if number == bare { json!({}) } else { json!({"carrier": "dhl"}) };
            let mut fields = json!({"parcel": number.to_string(), "note": "call +44 20 7946 0958"});
            fields.as_object_mut().unwrap().extend(carrier.as_object().unwrap().clone());
            json!({"id": format!("{merchant}-e-{number}"), "type": "parcel.moved", "at": "2026-11-22T08:00:00Z",
                "customer_id": format!("{merchant}-u-{number}"), "fields": fields})
        };
        let events: Vec<_> = (0..count).map(event).collect();
        self.ask(merchant, "POST", "/v1/events", json!(events).to_string().as_bytes()).expect(202);
    }

    fn profile(&self, merchant: &str, customer: &str) {
        let body = json!({"id": customer, "locale": "en", "email": "li@example.com"});
        let path = format!("/v1/customers/{customer}");
        self.ask(merchant, "PUT", &path, body.to_string().as_bytes()).expect(200);
    }

    fn decided(&self, count: usize) {
        let said = format!("events_decided_total {count}");
        until(&said, || self.server().get("/metrics").body.lines().any(|line| line.ends_with(&said)).then_some(()));
    }

    fn serving(&self, merchant: &str) -> String {
        let plugins = self.ask(merchant, "GET", "/v1/plugins", b"").expect(200);
        plugins["plugins"][0]["version"].as_str().unwrap_or_default().to_owned()
    }

    /// The newest line of the history with this outcome and version.
    fn recorded(&self, merchant: &str, outcome: &str, version: &str) -> Value {
        until(&format!("{outcome} {version}"), || {
            let reloads = self.ask(merchant, "GET", "/v1/reloads?limit=50", b"").expect(200);
            let mut lines = reloads["reloads"].as_array().unwrap().iter();
            lines.find(|line| line["outcome"] == outcome && line["version"] == version).cloned()
        })
    }
}

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{what} does not come");
        std::thread::yield_now();
    }
}

const HELD: &str = "[[merchant]]\nid = \"shop\"\n[merchant.rehearsal]\nevents = 150\n";

#[test]
fn a_trigger_that_fails_on_one_event_of_a_hundred_is_refused() {
    let host = Host::start(&["shop"], HELD, tempfile::tempdir().unwrap());
    host.push("shop", "", &parcels("1.0.0", GOOD, WORDS)).expect(201);
    host.profile("shop", "shop-u-7");
    host.happen("shop", 100, 40);
    host.decided(100);
    let kept = |path: &str| host.ask("shop", "GET", path, b"").body;
    let export = kept("/v1/customers/shop-u-7/export");
    assert!(export.contains("judged"), "what it was judged from is the customer's: {export}");
    let before = (kept("/v1/outreach?limit=1000"), kept("/v1/audit"), export);

    let same = host.rehearse("shop", "", &parcels("1.0.1", GOOD, WORDS));
    let summary = &same["summary"];
    assert_eq!((&summary["events"], &summary["decisions_same"]), (&json!(100), &json!(200)), "{same}");
    assert_eq!((&summary["events_different"], &same["events"]), (&json!(0), &json!([])));
    assert_eq!(same["times"][0]["hook"], "trigger");

    // Its own test passes.
    let refused = host.push("shop", "", &parcels("2.0.0", &rare(), WORDS)).expect(422);
    let evidence = "rehearsed on 100 events: 1 decided otherwise (0 gained, 2 lost, 0 changed), 1 calls newly failing";
    assert_eq!(refused["problems"][0]["reason"], evidence, "{refused}");
    let place = &refused["problems"][1];
    assert_eq!((&place["file"], &place["line"]), (&json!("main.luau"), &json!(4)), "{refused}");
    assert!(place["reason"].as_str().unwrap().contains("event shop-e-40"), "{place}");
    let line = host.recorded("shop", "refused", "2.0.0");
    assert_eq!((&line["problems"], host.serving("shop").as_str()), (&refused["problems"], "1.0.0"), "{line}");

    let words = "It is on its way with {$carrier}, said {$nobody}.";
    let other = GOOD.replace("4102444800", "4102448400").replace("set_key(\"carrier\"", "set_key(\"by\"");
    let changed = parcels("3.0.0", &other, words);
    let found = host.rehearse("shop", "?events=5", &changed);
    let event = &found["events"][0];
    assert_eq!((&event["type"], &event["fields"]["note"]), (&json!("parcel.moved"), &json!("call [phone]")), "{found}");
    let [contact, timer] = [0, 1].map(|place| &event["decisions"][place]);
    assert_eq!((&contact["kind"], &contact["fields"]), (&json!("changed"), &json!(["text", "missing"])), "{event}");
    assert_eq!(contact["old"]["text"], "Your parcel is with DHL.");
    assert_eq!(contact["new"]["missing"], json!(["nobody"]));
    assert_eq!((&timer["decision"], &timer["fields"]), (&json!("timer"), &json!(["at"])));
    assert_eq!(timer["new"]["at"], "2100-01-01T01:00:00Z");
    assert_eq!(event["keys"], json!(["parcels"]), "it would store another key");
    let text = found["text"].as_str().unwrap();
    for part in ["5 events judged again", "- Your parcel is with DHL.", "changed timer: at", "would store other keys"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let quiet = "return { trigger = function() return {} end }";
    let found = host.rehearse("shop", "?events=100", &parcels("3.0.0", quiet, WORDS));
    assert_eq!(found["summary"]["decisions_lost"], 200, "{}", found["summary"]);
    assert!(!found.to_string().contains("li@example.com") && found.to_string().contains("for [email]"));

    // As if nothing had been.
    assert_eq!(before, (kept("/v1/outreach?limit=1000"), kept("/v1/audit"), kept("/v1/customers/shop-u-7/export")));

    let changed = parcels("3.0.0", GOOD, "On its way with {$carrier}.");
    let asked = host.push("shop", "", &changed).expect(409);
    conforms("Problem", &asked);
    assert_eq!(asked["rehearsal"]["summary"]["decisions_changed"], 100, "{asked}");
    let hash = asked["rehearsal"]["new"]["hash"].as_str().unwrap();
    host.push("shop", &format!("?confirm={hash}"), &changed).expect(200);
    let line = host.recorded("shop", "live", "3.0.0");
    assert!(line["reason"].as_str().unwrap().ends_with("0 calls newly failing; confirmed"), "{line}");

    // Erased with the customer, the event's words with it.
    host.ask("shop", "DELETE", "/v1/customers/shop-u-7", b"").expect(204);
    let found = host.rehearse("shop", "", &parcels("4.0.0", GOOD, WORDS));
    assert_eq!(found["summary"]["events"], 99, "{}", found["summary"]);
}

#[test]
fn what_a_timer_raised_is_judged_again_too() {
    let host = Host::start(&["shop"], "", tempfile::tempdir().unwrap());
    host.push("shop", "", &parcels("1.0.0", GOOD, WORDS)).expect(201);
    let event = json!({"id": "e", "type": "parcel.moved", "at": "2026-11-22T08:00:00Z", "customer_id": "u",
        "fields": {"parcel": "1", "soon": true}});
    host.ask("shop", "POST", "/v1/events", event.to_string().as_bytes()).expect(202);
    host.decided(2);
    let quiet = parcels("2.0.0", &GOOD.replace("{ { cancel = \"again\" } }", "{}"), WORDS);
    let found = host.rehearse("shop", "", &quiet);
    let summary = &found["summary"];
    assert_eq!(
        (&summary["events"], &summary["decisions_same"], &summary["decisions_lost"]),
        (&json!(2), &json!(2), &json!(1)),
        "{found}"
    );
    let event = &found["events"][0];
    assert!(event["event_id"].as_str().unwrap().starts_with("timer:parcels:u:again:"), "{event}");
    assert_eq!(
        (&event["decisions"][0]["decision"], &event["decisions"][0]["kind"]),
        (&json!("cancel"), &json!("lost"))
    );
}

#[test]
fn a_save_in_the_folder_is_held_to_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let place = |root: &Path| root.join("plugins/@shop/parcels");
    save(&place(folder.path()), &parcels("1.0.0", GOOD, WORDS));
    let mut host = Host::start(&["shop"], HELD, folder);
    assert_eq!(host.serving("shop"), "1.0.0", "the first content has nothing to compare with");
    host.happen("shop", 60, 20);
    host.decided(60);
    let root = host.server().folder.as_ref().unwrap().path().to_owned();

    save(&place(&root), &parcels("2.0.0", &rare(), WORDS));
    let line = host.recorded("shop", "refused", "2.0.0");
    assert_eq!(
        line["problems"][0]["reason"],
        "rehearsed on 60 events: 1 decided otherwise (0 gained, 2 lost, 0 changed), 1 calls newly failing"
    );
    assert_eq!((&line["problems"][1]["line"], host.serving("shop").as_str()), (&json!(4), "1.0.0"), "{line}");
    assert_eq!(line["by"], "watcher");

    save(&place(&root), &parcels("2.0.1", GOOD, WORDS));
    let line = host.recorded("shop", "live", "2.0.1");
    assert_eq!(line["reason"], "rehearsed on 60 events: 0 decided otherwise, 0 calls newly failing");

    save(&place(&root), &parcels("3.0.0", GOOD, "With {$carrier}."));
    let line = host.recorded("shop", "refused", "3.0.0");
    let hash = line["hash"].as_str().unwrap();
    let hint = line["problems"][0]["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("--confirm {hash}")), "{line}");
    let push = |more: &[&str]| {
        let address = format!("http://{}", host.server().address);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuecard"));
        command.arg("push").arg(place(&root)).args(["--server", &address, "--key", host.key("shop")]).args(more);
        let done = command.output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, said) = push(&["--confirm", hash]);
    assert_eq!((code, host.serving("shop").as_str()), (0, "3.0.0"), "{said}");

    // What changed while the host was down does not keep it from starting, nor from serving what served.
    let folder = host.server.take().unwrap().stop();
    save(&place(folder.path()), &parcels("4.0.0", &rare(), "With {$carrier}."));
    host.open(folder);
    assert_eq!(host.serving("shop"), "3.0.0");
    host.recorded("shop", "refused", "4.0.0");
    assert_eq!(host.serving("shop"), "3.0.0");
    // It is the folder's, whoever has confirmed it.
    let root = host.server().folder.as_ref().unwrap().path().to_owned();
    fs::remove_dir_all(place(&root)).unwrap();
    host.recorded("shop", "retired", "3.0.0");
}

const TWO: &str = "[[merchant]]\nid = \"strict\"\n[merchant.rehearsal]\n[[merchant]]\nid = \"free\"\n";

#[test]
fn a_shared_plugin_is_held_to_the_policy_of_each_merchant_that_it_serves() {
    let host = Host::start(&["strict", "free"], TWO, tempfile::tempdir().unwrap());
    host.push("free", "?shared=true", &parcels("1.0.0", GOOD, WORDS)).expect(201);
    host.happen("free", 10, 3);
    host.decided(10);
    // Nobody who wants it rehearsed has anything to rehearse it on.
    host.push("free", "?shared=true", &parcels("1.0.1", &rare(), WORDS)).expect(200);
    host.push("free", "?shared=true", &parcels("1.0.2", GOOD, WORDS)).expect(200);
    host.profile("strict", "strict-u-7");
    host.happen("strict", 50, 7);
    host.decided(60);

    let loud = rare().replace(
        "local carrier",
        "if not f.carrier then error(customer.email .. \" of \" .. customer.id) end local carrier",
    );
    let refused = host.push("free", "?shared=true", &parcels("2.0.0", &loud, WORDS)).expect(422);
    let evidence = "rehearsed on 50 events: 1 decided otherwise (0 gained, 2 lost, 0 changed), 1 calls newly failing (of 1 merchants)";
    assert_eq!(refused["problems"][0]["reason"], evidence, "{refused}");
    let place = &refused["problems"][1];
    assert_eq!((&place["file"], &place["line"]), (&json!("main.luau"), &json!(4)), "{refused}");
    let said = format!("{refused}{}", host.recorded("free", "refused", "2.0.0"));
    assert!(!said.contains("strict") && !said.contains("li@example"), "nothing crosses merchants: {said}");
    // Whose turns they are may see it all.
    let own = host.rehearse("strict", "?shared=true", &parcels("2.0.0", &loud, WORDS));
    assert!(own["text"].as_str().unwrap().contains("event strict-e-7"), "{own}");

    let changed = parcels("3.0.0", GOOD, "With {$carrier}.");
    let asked = host.push("free", "?shared=true", &changed).expect(409);
    conforms("Problem", &asked);
    let found = &asked["rehearsal"];
    assert_eq!((&found["summary"]["events_different"], &found["events"]), (&json!(50), &json!([])), "{asked}");
    assert!(!asked.to_string().contains("strict"), "{asked}");
    assert!(asked["hint"].as_str().unwrap().contains("--shared"), "{asked}");
    let hash = found["new"]["hash"].as_str().unwrap();
    host.push("free", &format!("?shared=true&confirm={hash}"), &changed).expect(200);
    assert_eq!(host.serving("strict"), "3.0.0");
}

#[test]
fn live_turns_come_first_while_events_are_rehearsed() {
    let folder = tempfile::tempdir().unwrap();
    support::write(&folder.path().join("plugins/echo"), "1.0.0", support::CODE);
    let host = Host::start(&["shop"], HELD, folder);
    host.push("shop", "", &parcels("1.0.0", GOOD, WORDS)).expect(201);
    host.happen("shop", 200, 999);
    host.decided(200);
    let say = |round: usize, number: usize| {
        let body = json!({"conversation_id": format!("c-{round}-{number}"), "message_id": "m", "text": "hello there",
            "customer": {"id": format!("v-{number}")}});
        let began = Instant::now();
        let reply = host.ask("shop", "POST", "/v1/messages", body.to_string().as_bytes()).expect(200);
        assert_eq!(reply["failures"], json!([]), "no turn fails because of it");
        began.elapsed()
    };
    let spread = |mut times: Vec<Duration>| {
        times.sort();
        (times[times.len() / 2], times[times.len() * 99 / 100])
    };
    let _warm: Vec<_> = (0..200).map(|number| say(0, number)).collect();
    let quiet = spread((0..200).map(|number| say(1, number)).collect());
    let began = Instant::now();
    let files = parcels("2.0.0", GOOD, "With {$carrier}.");
    let found = host.rehearse("shop", "?turns=200&events=200", &files);
    println!("200 turns and 200 events by both versions: {:?}, {}", began.elapsed(), found["summary"]);
    assert_eq!(
        (&found["summary"]["turns"], &found["summary"]["events"]),
        (&json!(200), &json!(200)),
        "{}",
        found["summary"]
    );
    let busy = std::thread::scope(|scope| {
        let rehearsing =
            scope.spawn(|| (0..3).for_each(|_| drop(host.rehearse("shop", "?turns=200&events=200", &files))));
        let mut times = Vec::new();
        while !rehearsing.is_finished() {
            times.push(say(2, times.len()));
        }
        spread(times)
    });
    println!("a live turn, median and 99th percentile: {quiet:?} alone, {busy:?} while it is rehearsed");
    assert!(busy.1 < Duration::from_millis(500), "{busy:?}");
}
