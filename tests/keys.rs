//! Stored keys on the real process: ten thousand customers' keys come to a new version while others are answered, and
//! `kill -9` at any moment leaves old keys with the old version or new keys with the new one.

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
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_engine::{Batch, Engine, SqliteEngine, Write};
use serde_json::{Value as Json, json};
use support::{Answer, Host, agent, call};

const CUSTOMERS: usize = 10_000;
const CLIENTS: usize = 4;
const KILLS: u32 = 12;

/// Counts a customer's messages, and fails where the keys are not of its own version.
fn counter(keys: u32) -> Vec<u8> {
    let manifest = format!(
        "[plugin]\nid = \"counter\"\nversion = \"{keys}.0.0\"\napi = \"1\"\nruntime = \"lua\"\n\
         [hooks.compose]\nscenarios = [\"*\"]\n[capabilities]\nkeys = true\n[keys]\nversion = {keys}\n"
    );
    let main = format!(
        "local VERSION = {keys}\n\
         local function compose(turn)\n\
         \tlocal found = cuecard.get_key('version')\n\
         \tif found ~= nil and found ~= VERSION then error('keys of version ' .. found) end\n\
         \tlocal count = (cuecard.get_key('count') or 0) + 1\n\
         \tcuecard.set_key('count', count)\n\
         \tcuecard.set_key('version', VERSION)\n\
         \treturn {{ {{ text = VERSION .. ' counts ' .. count, reason = 'counted', confidence = 0.9 }} }}\n\
         end\n\
         local function migrate(from, keys)\n\
         \tif keys.version ~= from then error('keys of version ' .. keys.version .. ' as ' .. from) end\n\
         \tkeys.version = VERSION\n\
         \treturn keys\n\
         end\n\
         return {{ compose = compose, migrate = migrate }}\n"
    );
    let files = [("plugin.toml".to_owned(), manifest.into_bytes()), ("main.luau".to_owned(), main.into_bytes())];
    let limits = cuecard_plugin::bundle::BundleLimits::default();
    let bundle = cuecard_plugin::bundle::Bundle::from_files(files, &limits).unwrap();
    cuecard_plugin::bundle::to_archive(&bundle).unwrap()
}

fn push(host: &Host, keys: u32) -> Answer {
    host.put("/v1/plugins/counter", counter(keys))
}

fn body(customer: usize, number: u64) -> Json {
    json!({
        "conversation_id": format!("c-{customer}"), "message_id": format!("m-{number}"), "channel": "web_chat",
        "text": "hello", "customer": {"id": format!("u-{customer}"), "locale": "en-US"},
    })
}

/// The version that counted, and how far. `None`: on a busy machine it was kept waiting past its time, and stored nothing.
fn counted(answer: &Json) -> Option<(u32, u64)> {
    let mine = |it: &&Json| it["plugin"].as_str().unwrap().starts_with("counter@");
    if let Some(failure) = answer["failures"].as_array().unwrap().iter().find(mine) {
        assert!(matches!(failure["kind"].as_str().unwrap(), "timeout" | "killed" | "skipped"), "{answer:#}");
        return None;
    }
    let suggestion = answer["suggestions"].as_array().unwrap().iter().find(mine).unwrap();
    let (version, count) = suggestion["text"].as_str().unwrap().split_once(" counts ").unwrap();
    Some((version.parse().unwrap(), count.parse().unwrap()))
}

/// Keys of many customers, as if each had written once.
fn fill(data: &Path, customers: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = SqliteEngine::open(data).unwrap();
    let ids: Vec<_> = (0..customers).collect();
    for some in ids.chunks(500) {
        let write = |customer: &usize| Write::PluginKeys {
            set: "counter".into(),
            customer: format!("u-{customer}").into(),
            writes: [("count".to_owned(), Some(1.0.into())), ("version".to_owned(), Some(1.0.into()))].into(),
        };
        let batch = Batch::new("demo".into(), some.iter().map(write).collect());
        runtime.block_on(engine.commit(batch)).unwrap();
    }
    runtime.block_on(engine.close());
}

#[test]
fn ten_thousand_customers_keys_come_along_while_others_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (plugins, data) = (folder.path().join("plugins"), folder.path().join("data"));
    std::fs::create_dir_all(&plugins).unwrap();
    fill(&data, CUSTOMERS);
    let host = Host::start(&plugins, &data);
    assert_eq!(push(&host, 1).status, 201);
    let (stop, moving) = (AtomicBool::new(false), AtomicBool::new(false));
    let (took, said, seen) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (address, stop, moving) = (host.address.clone(), &stop, &moving);
                scope.spawn(move || {
                    let (agent, mut seen, mut count) = (agent(), Vec::new(), 1);
                    for number in 1.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let (began, meanwhile) = (Instant::now(), moving.load(Ordering::Relaxed));
                        let body = body(client, number).to_string().into_bytes();
                        let answer = call(&agent, &address, "POST", "/v1/messages", body).unwrap();
                        if answer.status == 429 {
                            panic!("too fast: {}", answer.text);
                        }
                        let micros = u64::try_from(began.elapsed().as_micros()).unwrap();
                        if let Some((_, now)) = counted(&answer.json()) {
                            count += 1;
                            assert_eq!(now, count, "a count is lost");
                        }
                        seen.push((meanwhile || moving.load(Ordering::Relaxed), micros));
                        // Some twenty messages a second, each.
                        thread::park_timeout(Duration::from_millis(45));
                    }
                    seen
                })
            })
            .collect();
        thread::sleep(Duration::from_secs(3));
        moving.store(true, Ordering::Relaxed);
        let began = Instant::now();
        let live = push(&host, 2);
        let took = began.elapsed();
        moving.store(false, Ordering::Relaxed);
        thread::sleep(Duration::from_secs(1));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(live.status, 200, "{}", live.text);
        let seen: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        (took, live.json()["reason"].as_str().unwrap().to_owned(), seen)
    });
    assert_eq!(said, "keys 1 -> 2, 10,000 customers");
    let line = host.log().lines().find(|line| line.contains("keys migrated")).unwrap_or_default().to_owned();
    let of = |meanwhile: bool| {
        let mut micros: Vec<_> = seen.iter().filter(|it| it.0 == meanwhile).map(|it| it.1).collect();
        micros.sort_unstable();
        let at = |share: usize| micros[(micros.len() - 1) * share / 100];
        (micros.len(), at(50), at(99))
    };
    let (calm, busy) = (of(false), of(true));
    println!("{said}: {took:?}\n{line}\nturns before and after (count, p50 us, p99 us) {calm:?}, meanwhile {busy:?}");
    assert!(busy.2 < 2_000_000, "turns wait for a migration");
}

#[test]
fn a_kill_leaves_the_keys_of_the_version_that_serves() {
    let folder = tempfile::tempdir().unwrap();
    let (plugins, data) = (folder.path().join("plugins"), folder.path().join("data"));
    std::fs::create_dir_all(&plugins).unwrap();
    fill(&data, 1000);
    let host = Host::start(&plugins, &data);
    assert_eq!(push(&host, 1).status, 201);
    // How long it takes on this machine: kills come anywhere in four times that time, for it takes longer under load.
    let began = Instant::now();
    let live = push(&host, 2);
    assert_eq!(live.status, 200, "{}", live.text);
    let usual = began.elapsed();
    host.kill();
    // What each customer was last told, and the last number of a message.
    let told = Arc::new(Mutex::new(BTreeMap::from_iter((0..CLIENTS).map(|client| (client, 1_u64)))));
    let numbers = Arc::new(AtomicU64::new(0));
    let (mut random, mut keys, mut moved) = (0x2545_f491_4f6c_dd1d_u64, 2, 0);
    for _ in 0..KILLS {
        let host = Host::start(&plugins, &data);
        let serves = verify(&host, &told, &numbers);
        assert!(serves == keys || serves == keys + 1, "{serves} serves, and {keys} or the next was asked for");
        moved += u32::from(serves != keys);
        keys = serves;
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let life = usual.mul_f64(((random >> 33) % 1000) as f64 / 250.0);
        count_until_killed(host, keys + 1, life, &told, &numbers);
    }
    let host = Host::start(&plugins, &data);
    moved += u32::from(verify(&host, &told, &numbers) != keys);
    println!("{KILLS} kills while keys came to a new version, after {moved} of which the new one serves");
    assert!(moved > 0, "no kill came after a swap");
}

/// Nothing that was acknowledged is lost, nothing is counted that nobody has sent, and all are of one version.
fn verify(host: &Host, told: &Mutex<BTreeMap<usize, u64>>, numbers: &AtomicU64) -> u32 {
    let mut versions = Vec::new();
    for (client, told) in told.lock().unwrap().iter_mut() {
        let look = || {
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            counted(&host.post("/v1/messages", &body(*client, number)).json())
        };
        let ((version, count), _) = support::wait_for("the customer is counted", Duration::from_secs(30), look);
        // One more may have been kept and not acknowledged before the kill.
        assert!(count == *told + 1 || count == *told + 2, "customer {client} was told {told}, and now {count}");
        *told = count;
        versions.push(version);
    }
    versions.dedup();
    assert_eq!(versions.len(), 1, "{versions:?}");
    versions[0]
}

fn count_until_killed(
    host: Host,
    next: u32,
    life: Duration,
    told: &Arc<Mutex<BTreeMap<usize, u64>>>,
    numbers: &Arc<AtomicU64>,
) {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (address, stop) = (host.address.clone(), Arc::clone(&stop));
            let (told, numbers) = (Arc::clone(told), Arc::clone(numbers));
            thread::spawn(move || {
                let agent = agent();
                while !stop.load(Ordering::Relaxed) {
                    let body = body(client, numbers.fetch_add(1, Ordering::Relaxed)).to_string().into_bytes();
                    match call(&agent, &address, "POST", "/v1/messages", body) {
                        Ok(answer) if answer.status == 200 => {
                            let Some((_, count)) = counted(&answer.json()) else { continue };
                            let before = told.lock().unwrap().insert(client, count);
                            assert_eq!(before, Some(count - 1));
                            thread::park_timeout(Duration::from_millis(5));
                        }
                        Ok(_) => {}
                        // Whatever came of the last one: nothing is sent after it.
                        Err(_) => return,
                    }
                }
            })
        })
        .collect();
    let (address, archive) = (host.address.clone(), counter(next));
    let pusher = thread::spawn(move || drop(call(&agent(), &address, "PUT", "/v1/plugins/counter", archive)));
    let began = Instant::now();
    while began.elapsed() < life {
        thread::yield_now();
    }
    host.kill();
    stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
    pusher.join().unwrap();
}
