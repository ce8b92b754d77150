//! `kill -9` between an attempt and its answer: nothing is ever handed to the carrier twice, and nothing is forgotten.
//! The carrier is a real server that counts what it takes by key, however the host fares.

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
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use support::{Host, write_in_place};

const KILLS: usize = 10;
const EVENTS: usize = 30;

const PLUGIN: &str = "[plugin]\nid = \"teller\"\nversion = \"1.0.0\"\napi = \"1\"\nruntime = \"lua\"\n\n\
    [hooks.trigger]\nevents = [\"parcel.late\"]\n";
const CODE: &str = "return { trigger = function(event)\n\
    \treturn { { outreach = { occurrence = event.id, purpose = \"service\", scenario = \"delivery_delay\",\n\
    \t\ttext = \"It comes on Tuesday.\", channel = \"email\", reason = \"late\" } } }\nend }\n";

/// A carrier: how often it has taken each key.
#[derive(Clone)]
struct Carrier {
    address: String,
    taken: Arc<Mutex<HashMap<String, u32>>>,
}

impl Carrier {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let carrier = Self { address, taken: Arc::default() };
        let serving = carrier.clone();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
                let carrier = serving.clone();
                thread::spawn(move || carrier.serve(stream, number));
            }
        });
        carrier
    }

    /// One request. It is taken when it is read, and answered a little later: there a kill hurts most.
    fn serve(&self, stream: TcpStream, number: usize) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let (mut line, mut key, mut length) = (String::new(), String::new(), 0);
        reader.read_line(&mut line).ok()?;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim_end();
            let Some((name, value)) = header.split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "idempotency-key" => key = value.to_owned(),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = if line.starts_with("POST") {
            *self.taken.lock().unwrap().entry(key).or_default() += 1;
            thread::park_timeout(Duration::from_millis((number as u64 * 7) % 60));
            "200 OK"
        } else if self.taken.lock().unwrap().contains_key(&key) {
            "200 OK"
        } else {
            "404 Not Found"
        };
        let mut stream = stream;
        write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok()
    }
}

/// A folder in which the demo shop sends by itself, at any hour, through the carrier.
fn shop(folder: &Path, carrier: &Carrier, lookup: bool) {
    write_in_place(&folder.join("plugins/teller"), &[("plugin.toml", PLUGIN.into()), ("main.luau", CODE.into())]);
    let customers: Vec<Json> = (0..KILLS * EVENTS)
        .map(
            |number| json!({"id": format!("u-{number}"), "email": format!("u-{number}@mail.example"), "country": "DE"}),
        )
        .collect();
    let settings = "[merchant]\nid = \"demo\"\n[merchant.outreach]\nautomatic = [\"delivery_delay\"]\nhours = []\n";
    let address = &carrier.address;
    let ask = if lookup { format!(", lookup_url = \"http://{address}/taken/{{key}}\"") } else { String::new() };
    let config = format!(
        "[limits]\nsend_timeout_ms = 2000\n[[connector]]\nmerchant = \"demo\"\n\
         through.webhook = {{ url = \"http://{address}/\", secret_env = \"CARRIER_SECRET\"{ask} }}\n"
    );
    write_in_place(
        &folder.join("examples/shop"),
        &[("shop.toml", settings.into()), ("customers.json", json!(customers).to_string())],
    );
    write_in_place(folder, &[("config.toml", config)]);
}

fn start(folder: &Path) -> Host {
    Host::start_with(&folder.join("plugins"), &folder.join("data"), |command| {
        command.arg("--config").arg(folder.join("config.toml")).env("CARRIER_SECRET", "s3cret").current_dir(folder);
    })
}

fn states(host: &Host) -> HashMap<String, usize> {
    let listed = host.get("/v1/outreach?limit=1000").unwrap().json();
    let mut states = HashMap::new();
    for contact in listed["outreach"].as_array().unwrap() {
        *states.entry(contact["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

/// Kills the host again and again while it sends; gives where the contacts stand when all is quiet.
fn faults(lookup: bool) -> (HashMap<String, usize>, Carrier) {
    let folder = tempfile::tempdir().unwrap();
    let carrier = Carrier::start();
    shop(folder.path(), &carrier, lookup);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..KILLS {
        let host = start(folder.path());
        let events: Vec<Json> = (round * EVENTS..(round + 1) * EVENTS)
            .map(|number| {
                json!({"id": format!("e-{number}"), "type": "parcel.late", "at": "2026-11-22T08:00:00Z",
                    "customer_id": format!("u-{number}"), "fields": {}})
            })
            .collect();
        assert_eq!(host.post("/v1/events", &json!(events)).status, 202);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Not before the first call is out, or there would be nothing to hurt.
        let before = carrier.taken.lock().unwrap().len();
        let began = Instant::now();
        while carrier.taken.lock().unwrap().len() == before && began.elapsed() < Duration::from_secs(20) {
            thread::yield_now();
        }
        thread::park_timeout(Duration::from_millis((random >> 33) % 150));
        host.kill();
    }
    let host = start(folder.path());
    let (states, _) = support::wait_for("all is quiet", Duration::from_secs(150), || {
        let states = states(&host);
        let done = |state: &str| states.get(state).copied().unwrap_or_default();
        let all = states.values().sum::<usize>();
        // Nothing is under way, and what nobody knows has been asked about.
        let quiet = done("sent") + done("unknown") == KILLS * EVENTS && (!lookup || done("unknown") == 0);
        (all == KILLS * EVENTS && quiet).then_some(states)
    });
    (states, carrier)
}

#[test]
fn a_carrier_that_cannot_be_asked_is_never_handed_the_same_twice() {
    let (states, carrier) = faults(false);
    let taken = carrier.taken.lock().unwrap();
    assert!(taken.values().all(|count| *count == 1), "handed over twice: {taken:?}");
    let (sent, unknown) = (states["sent"], states.get("unknown").copied().unwrap_or_default());
    println!("{KILLS} kills, {} taken, {sent} known to be sent, {unknown} left to a person", taken.len());
    assert!(taken.len() >= sent && taken.len() <= sent + unknown);
    assert!(unknown > 0, "no kill came between an attempt and its answer: nothing is shown");
}

#[test]
fn a_carrier_that_can_be_asked_gets_each_exactly_once() {
    let (states, carrier) = faults(true);
    let taken = carrier.taken.lock().unwrap();
    println!("{KILLS} kills, {} taken, {states:?}", taken.len());
    assert_eq!((taken.len(), states["sent"]), (KILLS * EVENTS, KILLS * EVENTS));
    assert!(taken.values().all(|count| *count == 1), "handed over twice: {taken:?}");
}
