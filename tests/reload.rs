//! Hot reload on the real process: 30 s of load while plugins are saved, broken, mended, renamed over, deleted and
//! pushed. No answer fails, waits or mixes generations.

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
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use support::{Host, agent, call, message, probe, write_in_place};

const CLIENTS: usize = 12;
const QUIET: Duration = Duration::from_secs(10);
const BUSY: Duration = Duration::from_secs(30);

/// What one answer says of the plugins behind it.
struct Seen {
    generation: u64,
    plugins: BTreeSet<String>,
    micros: u64,
}

#[test]
fn reloads_under_load_are_not_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    for id in ["alpha", "beta"] {
        write_in_place(&plugins.join(id), &probe(id, 0));
    }
    let host = Host::start(&plugins, &folder.path().join("data"));
    // Connections, caches and the pages of a fresh process are warmed first.
    drop(load(&host, Duration::from_secs(2), "warm"));
    let quiet = load(&host, QUIET, "quiet").join();
    let busy = load(&host, BUSY, "busy");
    let changes = disturb(&host, &plugins, BUSY);
    let busy = busy.join();

    let reloads = host.get("/v1/reloads?limit=5000").unwrap().json();
    let reloads = reloads.as_array().or(reloads["reloads"].as_array()).unwrap().clone();
    let refused = reloads.iter().filter(|reload| reload["outcome"] == "refused").count();
    let existed = plugin_sets(&reloads);
    for seen in quiet.iter().chain(&busy) {
        let set = existed.get(&seen.generation);
        assert_eq!(set, Some(&seen.plugins), "generation {} never was like this", seen.generation);
    }
    let generations: BTreeSet<_> = busy.iter().map(|seen| seen.generation).collect();
    let (before, during) = (percentile(&quiet, 0.99), percentile(&busy, 0.99));
    println!(
        "{changes} changes, {} reloads kept ({refused} refused), {} generations seen by {} answers; \
         99th percentile {before} us quiet, {during} us while reloading ({:.2}x); medians {} and {} us",
        reloads.len(),
        generations.len(),
        busy.len(),
        during as f64 / before as f64,
        percentile(&quiet, 0.5),
        percentile(&busy, 0.5),
    );
    assert!(changes >= 200, "only {changes} changes");
    assert!(refused > 10, "broken plugins were not refused");
    assert!(generations.len() > 100, "the load saw only {} generations", generations.len());
}

struct Load {
    clients: Vec<JoinHandle<Vec<Seen>>>,
}

impl Load {
    fn join(self) -> Vec<Seen> {
        self.clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    }
}

/// Messages over many connections, at a steady pace per connection so that both runs offer the same load.
fn load(host: &Host, time: Duration, name: &'static str) -> Load {
    let number = Arc::new(AtomicU64::new(0));
    let client = |client: usize| {
        let (address, number) = (host.address.clone(), Arc::clone(&number));
        thread::spawn(move || {
            let (agent, end) = (agent(), Instant::now() + time);
            let mut seen = Vec::new();
            while Instant::now() < end {
                let id = format!("{name}-{client}-{}", number.fetch_add(1, Ordering::Relaxed));
                let began = Instant::now();
                let answer =
                    call(&agent, &address, "POST", "/v1/messages", message(&id, "hello").to_string().into_bytes());
                let answer = answer.unwrap_or_else(|error| panic!("{id} failed: {error}"));
                let micros = began.elapsed().as_micros() as u64;
                assert_eq!(answer.status, 200, "{id}: {}", answer.text);
                seen.push(look(&answer.json(), micros));
                thread::park_timeout(Duration::from_millis(8));
            }
            seen
        })
    };
    Load { clients: (0..CLIENTS).map(client).collect() }
}

/// A plugin's manifest, its code and the answer's trace must all be of one version.
fn look(answer: &Json, micros: u64) -> Seen {
    assert_eq!(answer["failures"], Json::Array(vec![]), "{answer:#}");
    let suggestions = answer["suggestions"].as_array().unwrap();
    let plugins = suggestions.iter().map(|suggestion| {
        let plugin = suggestion["plugin"].as_str().unwrap();
        let (id, version) = plugin.split_once('@').unwrap();
        assert_eq!(suggestion["text"], format!("{id} says {version}"), "code and manifest of two versions");
        plugin.to_owned()
    });
    Seen { generation: answer["generation"].as_u64().unwrap(), plugins: plugins.collect(), micros }
}

/// Changes plugins in every way that people do, until the time is up.
fn disturb(host: &Host, plugins: &Path, time: Duration) -> u32 {
    let stop = AtomicBool::new(false);
    let end = Instant::now() + time;
    let mut changes = 0_u32;
    while Instant::now() < end && !stop.load(Ordering::Relaxed) {
        changes += 1;
        let id = if changes.is_multiple_of(2) { "alpha" } else { "beta" };
        let folder = plugins.join(id);
        match changes % 9 {
            0 => drop(fs::remove_dir_all(&folder)),
            1 | 2 => rename_over(&folder, &probe(id, changes)),
            3 => rename_folder_over(plugins, id, changes),
            4 | 5 => break_it(&folder, id, changes),
            6 => push(host, id, changes),
            _ => write_in_place(&folder, &probe(id, changes)),
        }
        thread::park_timeout(Duration::from_millis(110));
    }
    changes
}

/// As most editors save: written beside, then renamed over.
fn rename_over(folder: &Path, files: &[(&str, String)]) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        let beside = folder.join(format!(".{name}.swp"));
        fs::write(&beside, text).unwrap();
        fs::rename(beside, folder.join(name)).unwrap();
    }
}

/// As a deployment does: a whole folder made beside, then put in the place of the old one.
fn rename_folder_over(plugins: &Path, id: &str, version: u32) {
    let (beside, old) = (plugins.join(format!(".{id}-new")), plugins.join(format!(".{id}-old")));
    write_in_place(&beside, &probe(id, version));
    let _ = fs::rename(plugins.join(id), &old);
    fs::rename(&beside, plugins.join(id)).unwrap();
    let _ = fs::remove_dir_all(old);
}

fn break_it(folder: &Path, id: &str, version: u32) {
    let [manifest, (name, main)] = probe(id, version);
    let broken = if version.is_multiple_of(2) { main.replace("end", "") } else { format!("{main}\n)(") };
    write_in_place(folder, &[manifest, (name, broken)]);
}

/// Pushed over the API for every merchant, in the place of what the folder holds.
fn push(host: &Host, id: &str, version: u32) {
    let files = probe(id, version).map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let limits = cuecard_plugin::bundle::BundleLimits::default();
    let bundle = cuecard_plugin::bundle::Bundle::from_files(files, &limits).unwrap();
    let answer =
        host.put(&format!("/v1/plugins/{id}?shared=true"), cuecard_plugin::bundle::to_archive(&bundle).unwrap());
    assert!(answer.status < 300, "{}", answer.text);
}

/// Which plugins the demo merchant had in each generation, as the reload history tells it.
fn plugin_sets(reloads: &[Json]) -> BTreeMap<u64, BTreeSet<String>> {
    let mut changes: Vec<_> = reloads.iter().filter(|reload| reload["outcome"] != "refused").collect();
    changes.sort_by_key(|reload| reload["generation"].as_u64());
    let (mut shared, mut own) = (BTreeMap::new(), BTreeMap::new());
    let mut sets = BTreeMap::new();
    for change in changes {
        let plugin = change["plugin"].as_str().unwrap().to_owned();
        let place = if change["scope"] == "shared" { &mut shared } else { &mut own };
        match change["outcome"].as_str().unwrap() {
            "live" | "rolled_back" => {
                drop(place.insert(plugin.clone(), change["version"].as_str().unwrap().to_owned()))
            }
            "retired" => drop(place.remove(&plugin)),
            other => panic!("an outcome that this test does not make: {other}"),
        }
        let mut set: BTreeMap<_, _> = shared.clone();
        set.extend(own.clone());
        let set = set.into_iter().map(|(id, version): (String, String)| format!("{id}@{version}")).collect();
        sets.insert(change["generation"].as_u64().unwrap(), set);
    }
    sets
}

fn percentile(seen: &[Seen], share: f64) -> u64 {
    let mut micros: Vec<_> = seen.iter().map(|seen| seen.micros).collect();
    micros.sort_unstable();
    micros[((micros.len() - 1) as f64 * share) as usize]
}
