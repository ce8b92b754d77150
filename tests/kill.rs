//! `kill -9` at random moments under load: what was acknowledged is there after the restart, and counts once.

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
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use support::{Host, agent, call, message, probe, write_in_place};

const KILLS: u32 = 20;
const CLIENTS: u32 = 6;

/// What the host has acknowledged: a message and its answer, byte for byte, or an event.
#[derive(Default)]
struct Acknowledged {
    messages: HashMap<String, String>,
    events: Vec<String>,
}

#[test]
fn what_was_acknowledged_survives() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    write_in_place(&plugins.join("probe"), &probe("probe", 1));
    let data = folder.path().join("data");
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    // Spread over 50 to 700 ms by a fixed sequence, so that a failing run can be repeated.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..KILLS {
        let host = Host::start(&plugins, &data);
        verify(&host, &acknowledged.lock().unwrap(), round);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let life = Duration::from_millis(50 + (random >> 33) % 650);
        load_until_killed(host, round, life, &acknowledged);
    }
    let host = Host::start(&plugins, &data);
    let acknowledged = acknowledged.lock().unwrap();
    verify_all(&host, &acknowledged);
    println!(
        "{KILLS} kills, {} messages and {} events acknowledged, none lost",
        acknowledged.messages.len(),
        acknowledged.events.len()
    );
    assert!(acknowledged.messages.len() > 100, "too little load to show anything");
}

fn load_until_killed(host: Host, round: u32, life: Duration, acknowledged: &Arc<Mutex<Acknowledged>>) {
    let stop = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(AtomicU32::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (address, stop, sent) = (host.address.clone(), Arc::clone(&stop), Arc::clone(&sent));
            let acknowledged = Arc::clone(acknowledged);
            thread::spawn(move || {
                let agent = agent();
                while !stop.load(Ordering::Relaxed) {
                    let id = format!("{round}-{client}-{}", sent.fetch_add(1, Ordering::Relaxed));
                    let body = message(&id, "where is my order?").to_string().into_bytes();
                    match call(&agent, &address, "POST", "/v1/messages", body) {
                        Ok(answer) if answer.status == 200 => {
                            acknowledged.lock().unwrap().messages.insert(id.clone(), answer.text);
                        }
                        _ => continue,
                    }
                    let event = event(&id).to_string().into_bytes();
                    if call(&agent, &address, "POST", "/v1/events", event).is_ok_and(|answer| answer.status == 202) {
                        acknowledged.lock().unwrap().events.push(id);
                    }
                }
            })
        })
        .collect();
    let began = Instant::now();
    while began.elapsed() < life {
        thread::yield_now();
    }
    host.kill();
    stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
}

fn event(id: &str) -> serde_json::Value {
    json!({"id": format!("e-{id}"), "type": "cart.updated", "at": "2026-11-22T08:00:00Z", "customer_id": format!("u-{id}")})
}

/// The last ones, each round: those are the ones that a kill could have cost.
fn verify(host: &Host, acknowledged: &Acknowledged, round: u32) {
    let last = format!("{}-", round.wrapping_sub(1));
    for (id, answer) in acknowledged.messages.iter().filter(|(id, _)| id.starts_with(&last)) {
        same(host, id, answer);
    }
}

fn verify_all(host: &Host, acknowledged: &Acknowledged) {
    acknowledged.messages.iter().for_each(|(id, answer)| same(host, id, answer));
    for id in &acknowledged.events {
        let answer = host.post("/v1/events", &event(id));
        assert!(answer.text.contains("duplicate"), "event {id} was lost: {}", answer.text);
    }
}

fn same(host: &Host, id: &str, answer: &str) {
    let again = host.post("/v1/messages", &message(id, "where is my order?"));
    assert_eq!(again.status, 200, "message {id}: {}", again.text);
    assert!(again.duplicate, "message {id} was lost");
    assert_eq!(again.text, answer, "message {id} has another answer");
}
