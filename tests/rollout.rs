//! Rollouts on the real process: a canary that is correct and too slow is taken back while nobody notices; a version that
//! stops answering is answered for by the one before it; and pushes, canaries, promotions and rollbacks at random, with
//! `kill -9` in between, leave the registry in a state that somebody asked for.
//!
//! The last takes 15 s; for a minute and 200 changes set `CUECARD_ROLLOUT_SECONDS=60`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test: what goes wrong fails it"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Write as _},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use support::{Host, agent, call, message, probe, wait_for};

/// A version that says the same as the probe, and something else first.
fn with_work(id: &str, version: u32, work: &str) -> [(&'static str, String); 2] {
    let [manifest, (name, main)] = probe(id, version);
    let main = main.replace("compose = function(turn)\n", &format!("compose = function(turn)\n{work}\n"));
    [manifest, (name, main)]
}

/// Some milliseconds of honest work, as a table too many is searched.
const SLOW: &str =
    "\tlocal sum = 0\n\tfor place = 1, 250000 do sum = sum + place % 7 end\n\tif sum < 0 then return {} end";
/// It does not end where a customer says a word.
const CHOKES: &str = "\tif turn.message.text == \"choke\" then while true do end end";

fn push(host: &Host, files: [(&'static str, String); 2], query: &str) -> support::Answer {
    let id = files[0].1.split('"').nth(1).unwrap().to_owned();
    host.put(&format!("/v1/plugins/{id}?{query}"), bundle(files))
}

fn row(host: &Host, id: &str) -> Option<Json> {
    let plugins = host.get("/v1/plugins").ok()?.json();
    plugins["plugins"].as_array()?.iter().find(|plugin| plugin["id"] == id).cloned()
}

fn reloads(host: &Host) -> Vec<Json> {
    host.get("/v1/reloads?limit=1000").unwrap().json()["reloads"].as_array().unwrap().clone()
}

/// A turn that is answered, by one version from manifest to words.
fn answered_by(answer: &Json, id: &str) -> String {
    assert_eq!(answer["failures"], json!([]), "{answer:#}");
    let suggestions = answer["suggestions"].as_array().unwrap();
    let mine: Vec<_> =
        suggestions.iter().filter(|it| it["plugin"].as_str().unwrap().starts_with(&format!("{id}@"))).collect();
    let [suggestion] = mine[..] else { panic!("{} suggestions of {id}: {answer:#}", mine.len()) };
    let (_, version) = suggestion["plugin"].as_str().unwrap().split_once('@').unwrap();
    assert_eq!(suggestion["text"], format!("{id} says {version}"), "code and manifest of two versions");
    version.to_owned()
}

#[test]
fn a_slow_canary_is_taken_back_and_nobody_notices() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    let told = Told::listen();
    let config = folder.path().join("cuecard.toml");
    std::fs::write(&config, format!("[alerts]\nurl = \"http://{}/alerts\"\nsecret_env = \"ALERTS\"\n", told.address))
        .unwrap();
    let host = Host::start_with(&plugins, &folder.path().join("data"), |command| {
        command.arg("--config").arg(&config).env("ALERTS", "a key for this test");
    });
    assert_eq!(push(&host, probe("steady", 1), "").status, 201);
    let first = push(&host, with_work("fresh", 1, ""), "canary=0.2");
    assert_eq!(first.status, 409, "nothing to try it beside: {}", first.text);
    let same = push(&host, with_work("steady", 1, "-- other bytes"), "canary=0.2");
    assert!(same.status == 409 && same.text.contains("1.1.0 too"), "{}", same.text);

    let load = load(&host, "steady", 6, "slow", Duration::from_millis(4));
    let began = push(&host, with_work("steady", 2, SLOW), "canary=0.2&window_s=600");
    assert!(began.status == 200 && began.json()["outcome"] == "canary", "{}", began.text);
    let ended = || reloads(&host).into_iter().find(|reload| reload["outcome"] == "taken_back");
    let (ended, took) = wait_for("the canary is taken back", Duration::from_secs(60), ended);
    assert_eq!((&ended["by"], &ended["version"]), (&json!("canary"), &json!("1.2.0")), "{ended:#}");
    let reason = ended["reason"].as_str().unwrap().to_owned();
    // On a machine that is busy with other things it may run into the limit of time before there are enough calls.
    let by_time = ["it is too slow: half of its calls take", "stopped by the host"];
    assert!(by_time.iter().any(|why| reason.starts_with(why)), "{reason}");
    let seen = load.stop();
    let by: BTreeMap<_, usize> = seen.iter().fold(BTreeMap::new(), |mut by, (_, plugin, _)| {
        *by.entry(plugin.clone()).or_default() += 1;
        by
    });
    assert!(by["steady@1.2.0"] >= 50, "{by:?}");
    let row = row(&host, "steady").unwrap();
    assert!(row["version"] == "1.1.0" && row.get("canary").is_none(), "{row:#}");
    let audit = host.get("/v1/audit?limit=50").unwrap().json();
    let kept = audit["audit"].as_array().unwrap().iter().map(|it| &it["record"]);
    let kept = kept.filter(|it| it["action"] == "plugin.taken_back" && it["detail"]["reason"] == reason.as_str());
    assert_eq!(kept.count(), 1, "{audit:#}");
    let alert = told.wait("taken_back");
    let alert: Json = serde_json::from_str(&alert).unwrap();
    assert!(alert["reason"] == reason && alert["plugin"] == "steady" && alert["by"] == "canary", "{alert:#}");
    println!("taken back after {took:?}, {} turns answered ({by:?}), none failed: {reason}", seen.len());
}

#[test]
fn a_failing_canary_costs_no_turn() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    let host = Host::start(&plugins, &folder.path().join("data"));
    push(&host, probe("steady", 1), "");
    for (version, work, why) in [
        (2, "\terror(\"a rare bug\")", "it fails more often"),
        (3, CHOKES, "stopped by the host"),
        (4, "\tdo return { { message = \"no_such_key\" } } end", "it fails more often"),
    ] {
        let began = push(&host, with_work("steady", version, work), "canary=0.5&window_s=600");
        assert_eq!(began.status, 200, "{}", began.text);
        let mut place = 0;
        let look = || {
            place += 1;
            let said = host.say(&format!("{version}-{place}"), if version == 3 { "choke" } else { "hello" });
            let by = answered_by(&said, "steady");
            assert_eq!(by, "1.1.0");
            reloads(&host)
                .into_iter()
                .find(|it| it["outcome"] == "taken_back" && it["version"] == format!("1.{version}.0"))
        };
        let (ended, _) = wait_for("it is taken back", Duration::from_secs(60), look);
        assert!(ended["reason"].as_str().unwrap().starts_with(why), "{ended:#}");
        println!("1.{version}.0: {} after {place} turns", ended["reason"]);
    }
}

#[test]
fn the_version_before_answers_for_one_that_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    let host = Host::start(&plugins, &folder.path().join("data"));
    push(&host, probe("steady", 1), "");
    push(&host, with_work("steady", 2, CHOKES), "");
    assert_eq!(answered_by(&host.say("before", "hello"), "steady"), "1.2.0");
    let mut place = 0;
    let choke = || {
        place += 1;
        let said = host.say(&format!("choke-{place}"), "choke");
        said["suggestions"].as_array().unwrap().iter().find(|it| it["plugin"] == "steady@1.1.0").cloned()
    };
    let (relief, _) = wait_for("the version before answers", Duration::from_secs(20), choke);
    let why = relief["trace"].as_array().unwrap().iter().find(|it| it["stage"] == "version").unwrap();
    assert!(why["rule"] == "steady@1.1.0" && why["why"].as_str().unwrap().starts_with("1.2.0 "), "{why:#}");
    let shown = row(&host, "steady").unwrap();
    assert!(shown["version"] == "1.2.0" && shown["relief"] == "1.1.0", "{shown:#}");
    assert!(host.get("/metrics").unwrap().text.contains("cuecard_plugins_set_aside 1"));
    let aside = reloads(&host).into_iter().find(|it| it["outcome"] == "set_aside").unwrap();
    assert!(aside["reason"].as_str().unwrap().contains("1.1.0 answers meanwhile"), "{aside:#}");
    // Well again once it answers: it is tried by one turn after each pause.
    let mut place = 0;
    let well = || {
        place += 1;
        let said = host.say(&format!("well-{place}"), "hello");
        (answered_by(&said, "steady") == "1.2.0").then_some(())
    };
    let ((), took) = wait_for("it is tried again", Duration::from_secs(70), well);
    let back = || reloads(&host).into_iter().find(|it| it["outcome"] == "readmitted");
    wait_for("its return is on record", Duration::from_secs(5), back);
    let shown = row(&host, "steady").unwrap();
    assert!(shown.get("relief").is_none() && shown.get("failing").is_none(), "{shown:#}");
    println!("set aside and answered for; back after {took:?}");
}

// ---- at random, with kills

const PLUGINS: [&str; 2] = ["alpha", "beta"];
const OPERATORS: u64 = 2;

/// What was asked for, and what was acknowledged of it.
#[derive(Default)]
struct Asked {
    /// Plugin, `live` or `canary`, version.
    pushes: BTreeSet<(String, &'static str, String)>,
    /// Plugin, `promote` or `rollback`.
    changes: BTreeMap<(String, &'static str), usize>,
    /// Plugin, outcome, version, generation, as the host has answered.
    acknowledged: Vec<(String, String, String, u64)>,
    refused: usize,
    versions: u32,
}

/// One plugin's versions at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Serving {
    stable: String,
    canary: Option<String>,
}

#[test]
fn what_serves_is_what_somebody_asked_for() {
    let seconds = std::env::var("CUECARD_ROLLOUT_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let folder = tempfile::tempdir().unwrap();
    let (plugins, data) = (folder.path().join("plugins"), folder.path().join("data"));
    std::fs::create_dir_all(&plugins).unwrap();
    let asked = Arc::new(Mutex::new(Asked::default()));
    let (mut random, began) = (Random(0x2545_f491_4f6c_dd1d), Instant::now());
    let (mut kills, mut seen, mut restarts_on_trial) = (0_u64, Vec::new(), 0);
    while began.elapsed() < Duration::from_secs(seconds) {
        let host = Host::start(&plugins, &data);
        if kills == 0 {
            PLUGINS.iter().for_each(|id| drop(operate(&host.address, &asked, id, Step::Push)));
        }
        let serving = verify(&host, &asked.lock().unwrap());
        restarts_on_trial += usize::from(serving.values().any(|serving| serving.canary.is_some()));
        let load = load(&host, "", 4, &format!("life-{kills}"), Duration::from_millis(12));
        let operators: Vec<_> = (0..OPERATORS)
            .map(|number| {
                let (address, asked) = (host.address.clone(), Arc::clone(&asked));
                let mut random = Random(random.next() ^ number);
                thread::spawn(move || {
                    for _ in 0..3 + random.below(5) {
                        random_step(&address, &asked, &mut random).unwrap();
                        thread::park_timeout(Duration::from_millis(random.below(120)));
                    }
                })
            })
            .collect();
        operators.into_iter().for_each(|operator| operator.join().unwrap());
        verify(&host, &asked.lock().unwrap());
        // One change more is under way when the process dies: it was made or it was not, and nothing between.
        let (address, last, mut its_random) = (host.address.clone(), Arc::clone(&asked), Random(random.next()));
        let last = thread::spawn(move || drop(random_step(&address, &last, &mut its_random)));
        thread::park_timeout(Duration::from_millis(random.below(160)));
        load.dies.store(true, Ordering::SeqCst);
        host.kill();
        last.join().unwrap();
        seen.extend(load.stop());
        kills += 1;
    }
    let host = Host::start(&plugins, &data);
    let asked = asked.lock().unwrap();
    verify(&host, &asked);
    let history = history(&host);
    let states = states(&history);
    let turns = check_turns(&seen, &states);
    let outcomes = history.iter().fold(BTreeMap::<_, usize>::new(), |mut count, reload| {
        *count.entry(reload["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
        count
    });
    let asked_for = asked.pushes.len() + asked.changes.values().sum::<usize>();
    println!(
        "{asked_for} changes asked for in {:?}, {} acknowledged, {} refused with a reason, {kills} kills ({restarts_on_trial} \
         restarts with a canary running); history {outcomes:?}; {turns} answers of turns by {} generations, {} of them by \
         canaries, none failed",
        began.elapsed(),
        asked.acknowledged.len(),
        asked.refused,
        seen.iter().map(|(generation, ..)| generation).collect::<BTreeSet<_>>().len(),
        by_canaries(&seen, &states),
    );
    assert!(asked_for as u64 >= seconds * 200 / 60, "only {asked_for} changes");
    assert!(restarts_on_trial > 0 && by_canaries(&seen, &states) > 0, "no canary to speak of");
}

enum Step {
    Push,
    Canary(&'static str),
    Promote,
    Rollback,
    RollbackOfSomethingElse,
}

fn random_step(address: &str, asked: &Arc<Mutex<Asked>>, random: &mut Random) -> Result<(), ureq::Error> {
    let id = PLUGINS[random.below(2) as usize];
    let step = match random.below(10) {
        0 | 1 => Step::Push,
        2..=4 => Step::Canary("canary=0.3&window_s=600"),
        // The host promotes it by itself.
        5 => Step::Canary("canary=0.4&window_s=0&min_calls=5"),
        6 | 7 => Step::Promote,
        8 => Step::Rollback,
        _ => Step::RollbackOfSomethingElse,
    };
    operate(address, asked, id, step)
}

/// Asks for a change; notes what was asked before, and what was acknowledged after.
fn operate(address: &str, asked: &Arc<Mutex<Asked>>, id: &str, step: Step) -> Result<(), ureq::Error> {
    let agent = agent();
    let mut note = asked.lock().unwrap();
    note.versions += 1;
    let version = note.versions;
    let (method, path, body) = match step {
        Step::Push | Step::Canary(_) => {
            let (kind, query) = if let Step::Canary(query) = step { ("canary", query) } else { ("live", "") };
            note.pushes.insert((id.to_owned(), kind, format!("1.{version}.0")));
            ("PUT", format!("/v1/plugins/{id}?{query}"), bundle(probe(id, version)))
        }
        Step::Promote | Step::Rollback => {
            let kind = if matches!(step, Step::Promote) { "promote" } else { "rollback" };
            *note.changes.entry((id.to_owned(), kind)).or_default() += 1;
            ("POST", format!("/v1/plugins/{id}/{kind}"), Vec::new())
        }
        Step::RollbackOfSomethingElse => {
            ("POST", format!("/v1/plugins/{id}/rollback?hash={}", "ab".repeat(32)), Vec::new())
        }
    };
    drop(note);
    let answer = call(&agent, address, method, &path, body)?;
    let mut note = asked.lock().unwrap();
    match answer.status {
        200 | 201 => {
            assert!(!path.contains("hash="), "a change of something else was made: {}", answer.text);
            let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
            let generation = answer.json()["generation"].as_u64().unwrap();
            note.acknowledged.push((id.to_owned(), text("outcome"), text("version"), generation));
        }
        // No canary is running, there is no earlier version, or somebody else was faster.
        409 => note.refused += 1,
        other => panic!("{method} {path}: {other} {}", answer.text),
    }
    Ok(())
}

/// The reload history, oldest first.
fn history(host: &Host) -> Vec<Json> {
    let mut reloads = reloads(host);
    reloads.reverse();
    reloads
}

/// That what serves is what the history says, that somebody has asked for each line of it, and that nothing that was
/// acknowledged is missing. Gives what serves.
fn verify(host: &Host, asked: &Asked) -> BTreeMap<String, Serving> {
    // A canary may be promoted between the two looks; then both are taken again.
    let (history, shown) = loop {
        let before = history(host);
        let shown = host.get("/v1/plugins").unwrap().json();
        if history(host).len() == before.len() {
            break (before, shown);
        }
    };
    let mut made: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for reload in &history {
        let text = |name: &str| reload[name].as_str().unwrap().to_owned();
        let (id, version, by_host) = (text("plugin"), text("version"), reload["by"] == "canary");
        let push = |kind| asked.pushes.contains(&(id.clone(), kind, version.clone()));
        match reload["outcome"].as_str().unwrap() {
            "live" => assert!(push("live"), "nobody pushed {reload:#}"),
            "canary" => assert!(push("canary"), "nobody pushed {reload:#}"),
            "promoted" | "taken_back" if by_host => assert!(!text("reason").is_empty(), "{reload:#}"),
            "promoted" => *made.entry((id, "promote")).or_default() += 1,
            "taken_back" | "rolled_back" => *made.entry((id, "rollback")).or_default() += 1,
            other => panic!("an outcome that this test does not make: {other}"),
        }
    }
    for (change, count) in made {
        assert!(asked.changes.get(&change) >= Some(&count), "{change:?} was made {count} times");
    }
    for (id, outcome, version, generation) in &asked.acknowledged {
        let is_it = |reload: &&Json| {
            reload["plugin"] == id.as_str()
                && reload["outcome"] == outcome.as_str()
                && reload["version"] == version.as_str()
                && reload["generation"] == *generation
        };
        assert_eq!(history.iter().filter(is_it).count(), 1, "{outcome} {id}@{version} in {generation} is lost");
    }
    let expected = states(&history).last_key_value().map(|(_, state)| state.clone()).unwrap_or_default();
    let serves = shown["plugins"].as_array().unwrap().iter().map(|row| {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let canary = row.get("canary").and_then(|canary| text(&canary["version"]));
        (text(&row["id"]).unwrap(), Serving { stable: text(&row["version"]).unwrap(), canary })
    });
    assert_eq!(serves.collect::<BTreeMap<_, _>>(), expected, "what serves is not what the history says");
    expected
}

/// What served from each generation on; each step must follow from the one before.
fn states(history: &[Json]) -> BTreeMap<u64, BTreeMap<String, Serving>> {
    let (mut now, mut before) = (BTreeMap::<String, Serving>::new(), BTreeSet::new());
    let mut states = BTreeMap::new();
    for reload in history {
        let id = reload["plugin"].as_str().unwrap().to_owned();
        let version = reload["version"].as_str().unwrap().to_owned();
        let serving = now.entry(id.clone()).or_default();
        match reload["outcome"].as_str().unwrap() {
            "live" => *serving = Serving { stable: version, canary: None },
            "canary" => serving.canary = Some(version),
            "promoted" => {
                assert_eq!(serving.canary.as_ref(), Some(&version), "{reload:#}");
                *serving = Serving { stable: version, canary: None };
            }
            "taken_back" => assert_eq!(serving.canary.take(), Some(version), "{reload:#}"),
            "rolled_back" => {
                assert!(before.contains(&(id.clone(), version.clone())), "it never served: {reload:#}");
                *serving = Serving { stable: version, canary: None };
            }
            other => panic!("{other}"),
        }
        before.insert((id, serving.stable.clone()));
        let generation = reload["generation"].as_u64().unwrap();
        let twice = states.insert(generation, now.clone());
        assert_eq!(twice, None, "generation {generation} was given twice");
    }
    states
}

fn at(states: &BTreeMap<u64, BTreeMap<String, Serving>>, generation: u64) -> &BTreeMap<String, Serving> {
    states.range(..=generation).next_back().unwrap().1
}

/// Each turn was answered by a version that served then, and in one generation a conversation by the same.
fn check_turns(seen: &[Turn], states: &BTreeMap<u64, BTreeMap<String, Serving>>) -> usize {
    let mut stable = BTreeMap::new();
    for (generation, plugin, conversation) in seen {
        let (id, version) = plugin.split_once('@').unwrap();
        let Serving { stable: serves, canary } = &at(states, *generation)[id];
        assert!(serves == version || canary.as_deref() == Some(version), "{plugin} in generation {generation}");
        let first = stable.entry((generation, id, conversation)).or_insert(version);
        assert_eq!(*first, version, "a conversation changed its version within a generation");
    }
    seen.len()
}

fn by_canaries(seen: &[Turn], states: &BTreeMap<u64, BTreeMap<String, Serving>>) -> usize {
    let is_canary = |(generation, plugin, _): &&Turn| {
        let (id, version) = plugin.split_once('@').unwrap();
        at(states, *generation)[id].canary.as_deref() == Some(version)
    };
    seen.iter().filter(is_canary).count()
}

// ---- load

/// Generation, plugin@version, conversation.
type Turn = (u64, String, String);

struct Load {
    stop: Arc<AtomicBool>,
    /// The process is about to be killed: turns may end without an answer.
    dies: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<Turn>>>,
}

impl Load {
    fn stop(self) -> Vec<Turn> {
        self.stop.store(true, Ordering::SeqCst);
        self.clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    }
}

/// Messages in a hundred conversations a client; all answers whole, by one version of each plugin.
fn load(host: &Host, id: &'static str, clients: u32, name: &str, pause: Duration) -> Load {
    let (stop, dies) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let number = Arc::new(AtomicU64::new(0));
    let client = |client: u32| {
        let (address, name) = (host.address.clone(), format!("{name}-{client}"));
        let (stop, dies, number) = (Arc::clone(&stop), Arc::clone(&dies), Arc::clone(&number));
        thread::spawn(move || {
            let (agent, mut seen) = (agent(), Vec::new());
            while !stop.load(Ordering::SeqCst) {
                let number = number.fetch_add(1, Ordering::SeqCst);
                let conversation = format!("{name}-{}", number % 100);
                let mut body = message(&conversation, "hello");
                body["message_id"] = json!(format!("m-{name}-{number}"));
                match call(&agent, &address, "POST", "/v1/messages", body.to_string().into_bytes()) {
                    Ok(answer) => {
                        assert_eq!(answer.status, 200, "{}", answer.text);
                        let answer = answer.json();
                        let generation = answer["generation"].as_u64().unwrap();
                        let ids = if id.is_empty() { &PLUGINS[..] } else { &[id][..] };
                        let answered = ids.iter().map(|id| format!("{id}@{}", answered_by(&answer, id)));
                        seen.extend(answered.map(|plugin| (generation, plugin, conversation.clone())));
                    }
                    Err(error) => {
                        assert!(dies.load(Ordering::SeqCst), "a turn failed: {error}");
                        break;
                    }
                }
                thread::park_timeout(pause);
            }
            seen
        })
    };
    let clients = (0..clients).map(client).collect();
    Load { stop, dies, clients }
}

fn bundle(files: [(&'static str, String); 2]) -> Vec<u8> {
    let files = files.map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let limits = cuecard_plugin::bundle::BundleLimits::default();
    let bundle = cuecard_plugin::bundle::Bundle::from_files(files, &limits).unwrap();
    cuecard_plugin::bundle::to_archive(&bundle).unwrap()
}

/// A fixed sequence, so that a failing run can be looked into.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 11
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 16) % bound
    }
}

/// An operator's system that takes alerts.
struct Told {
    address: String,
    alerts: Arc<Mutex<Vec<String>>>,
}

impl Told {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, alerts) = (listener.local_addr().unwrap().to_string(), Arc::default());
        let kept: Arc<Mutex<Vec<String>>> = Arc::clone(&alerts);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                if reader.read_exact(&mut body).is_ok() {
                    assert!(head.contains("cuecard-signature: t="), "{head}");
                    kept.lock().unwrap().push(String::from_utf8(body).unwrap());
                    let _ = reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
                }
            }
        });
        Self { address, alerts }
    }

    fn wait(&self, kind: &str) -> String {
        let kind = format!("\"kind\":\"{kind}\"");
        let look = || self.alerts.lock().unwrap().iter().find(|alert| alert.contains(&kind)).cloned();
        wait_for("an alert", Duration::from_secs(20), look).0
    }
}
