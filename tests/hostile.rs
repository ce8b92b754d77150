//! Hostile plugins on the running host: each is contained and named, a neighbour answers every turn, and afterwards
//! the host is as it was. The fixtures lie in `tests/hostile`; what else hurts is written here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test: what goes wrong fails it"
)]
#![allow(dead_code, unreachable_pub, reason = "helpers are shared by tests that use parts of them")]

#[path = "../host/plugin/tests/support/bombs.rs"]
mod bombs;
#[path = "../host/plugin/tests/support/chance.rs"]
mod chance;
#[path = "support/court.rs"]
mod court;
#[path = "../host/plugin/tests/support/guest.rs"]
mod guest;
#[path = "../host/plugin/tests/support/lua_cases.rs"]
mod lua_cases;
#[path = "support/processes.rs"]
mod processes;
mod support;
#[path = "../host/plugin/tests/support/wasm_cases.rs"]
mod wasm_cases;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use chance::Chance;
use court::{Court, NEIGHBOUR, Outcome, did, manifest, quantile, spread, tar, timed};
use guest::Guest;
use processes::{resident, signal, workers, zombies};
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use support::{agent, call, message, probe, wait_for, write_in_place};

/// A hook's time and the grace after it, in microseconds: by then it has answered or its worker is dead.
const BOUND: u64 = 60_000;
/// What a turn may take on top where two processors also run other tests: to be scheduled, and to ask the others
/// again on a worker that was perhaps only just started.
const BUSY_MACHINE: u64 = 340_000;
/// What the host and its three workers may hold more than before: pages that are free, but that the allocator keeps.
const MARGIN: u64 = 128 << 20;

#[test]
fn every_fixture_is_contained() {
    let mut court = Court::new();
    let host = court.host.pid();
    let (before, count) = (resident(host), workers(host).len());
    let mut pushed = 0;
    for case in lua_cases::cases() {
        let manifest = manifest("hostile", "lua", "main.luau");
        let files = [("plugin.toml", manifest.as_bytes()), ("main.luau", case.source.as_bytes())];
        show(&format!("lua/{}", case.category), &case.name, &court.judge(&files));
        pushed += 1;
    }
    assert_eq!(pushed, 159, "cases were lost");
    let (lua, mut core) = (pushed, 0);
    for (name, component) in components() {
        let manifest = manifest("hostile", "wasm", "plugin.wasm");
        let outcome = match component {
            Ok(component) => {
                pushed += 1;
                court.judge(&[("plugin.toml", manifest.as_bytes()), ("plugin.wasm", &component)])
            }
            Err(reason) => Outcome::Refused(format!("no component can be made of it: {reason}")),
        };
        core += 1;
        show("wasm", &name, &outcome);
    }
    println!("{lua} in Lua, {core} in WebAssembly, {pushed} pushed");
    println!("compose: {}; failures {:?}", spread(&court.compose), court.kinds);
    let within = court.compose.iter().filter(|time| **time <= BOUND + 40_000).count();
    assert!(within * 100 >= court.compose.len() * 99, "only {within} of {} turns in 100 ms", court.compose.len());
    assert!(quantile(&court.compose, 1.0) <= BOUND + BUSY_MACHINE, "longest {} us", quantile(&court.compose, 1.0));
    as_it_was(&mut court, before, count);

    let reloads = court.host.get("/v1/reloads?limit=1000").unwrap().json();
    // Those that choke are set aside besides, which is on record too.
    let pushed_record = |record: &Json| record["outcome"] == "live" || record["outcome"] == "refused";
    let of_ours = |record: &&Json| record["plugin"] == "hostile" && pushed_record(record);
    let records = reloads["reloads"].as_array().unwrap().iter().filter(of_ours).count();
    assert_eq!(records, pushed + 1, "a push left no record");
}

/// Every WASM fixture and lie, as a component if one can be made of it.
fn components() -> Vec<(String, Result<Vec<u8>, String>)> {
    let modules = wasm_cases::MODULES.iter().map(|(name, _)| *name).chain(["bulk_fill_straightline"]);
    let modules = modules.map(|name| (name.to_owned(), Guest::around(&wasm_cases::fixture(name)).component()));
    let foreign = wasm_cases::components().into_iter().map(|name| {
        let component = wat::parse_str(wasm_cases::fixture(&name)).map_err(|error| error.to_string());
        (format!("foreign/{name}"), component)
    });
    let lies = wasm_cases::lies().into_iter().map(|(name, guest, _)| (format!("lie/{name}"), guest.component()));
    let bombs = bombs::BOMBS.iter().map(|(name, items, _)| {
        let mut guest = Guest::default();
        guest.items.push_str(&items());
        (format!("bomb/{name}"), guest.component())
    });
    modules.chain(foreign).chain(lies).chain(bombs).collect()
}

fn show(category: &str, name: &str, outcome: &Outcome) {
    let line = match outcome {
        Outcome::Refused(reason) => format!("refused: {reason}"),
        Outcome::Live(turns) => turns.first().cloned().unwrap_or_default(),
    };
    println!("{category:16} {name:32} {:.150}", line.replace('\n', " "));
}

/// Puts a harmless plugin in the place of the hostile one; then nothing of it may be left.
fn as_it_was(court: &mut Court, before: u64, count: usize) {
    let host = court.host.pid();
    let source = "return { compose = function() return {} end }";
    let files = [("plugin.toml", manifest("hostile", "lua", "main.luau")), ("main.luau", source.to_owned())];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    assert!(matches!(court.push(tar(&files)).status, 200 | 201));
    // Each worker gets a turn, and lets go of what serves no more.
    let (address, body) = (court.host.address.clone(), |n: u32| message(&format!("after-{n}"), "hello").to_string());
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let address = address.clone();
            thread::spawn(move || {
                let agent = agent();
                for turn in 0..40 {
                    let body = body(client * 1000 + turn).into_bytes();
                    assert_eq!(call(&agent, &address, "POST", "/v1/messages", body).unwrap().status, 200);
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(did(&court.turn("hello"), "hostile"), "answered");
    wait_for("all workers to be back", Duration::from_secs(20), || (workers(host).len() == count).then_some(()));
    wait_for("no zombie to be left", Duration::from_secs(5), || (zombies(host) == 0).then_some(()));
    let after = resident(host);
    println!("{} MiB before, {} MiB after; workers {count}", before >> 20, after >> 20);
    for pid in workers(host).into_iter().chain([host]) {
        println!("  process {pid}: {} MiB", processes::resident_of(pid) >> 20);
    }
    assert!(after <= before + MARGIN, "{before} bytes before, {after} after");
    assert_eq!(court.host.get("/readyz").unwrap().status, 200);
}

/// Thousands of comparisons of equal long strings: no call, no loop, no allocation, so nothing in the process stops it.
fn unstoppable() -> String {
    // One statement with as many values as a call may have, again and again: four bytes a comparison.
    let body = format!("t={}\n", ["a<b"; 200].join(",")).repeat(80);
    format!(
        "return {{ compose = function()\nlocal s, t = string.rep('x', 500000)\nlocal a, b = s .. 'a', s .. 'b'\n{body}\
         return {{ {{ text = tostring(t) }} }} end }}"
    )
}

const SPIN: &str = "return { compose = function() while true do end end }";
const EAT: &str =
    "return { compose = function() local t = {} while true do t[#t + 1] = string.rep('x', 9999) .. #t end end }";

#[test]
fn what_hurts_most_hurts_nobody_else() {
    let mut court = Court::new();
    let host = court.host.pid();
    let (before, count) = (resident(host), workers(host).len());
    let unstoppable = unstoppable();
    let turns_bad =
        unstoppable.replace("\nlocal s, t =", "if turn.message.text ~= 'now' then return {} end local s, t =");
    let turns_bad = turns_bad.replace("function()", "function(turn)");
    // One that is asked after the hostile one, and known.
    write_in_place(&court.own("zz"), &probe("zz", 1));
    wait_for("zz", Duration::from_secs(5), || court.turn("hello").to_string().contains("zz says").then_some(()));
    let full = "return { compose = function() local t = {} for i = 1, 30 do t[i] = table.create(25000, i) end \
                return { { text = tostring(#t) } } end }";
    let chatty = "return { compose = function() for i = 1, 100 do cuecard.log('info', string.rep('l', 1024)) end return {} end }";
    let wordy = "return { compose = function() local d = {} for i = 1, 8 do d[i] = { text = string.rep('w ', 4000) } end \
                 return d end }";
    for (name, source, expected, next) in [
        ("stopped by the kill alone", unstoppable.as_str(), "killed: did not stop", "skipped: set aside until"),
        ("spins", SPIN, "timeout: ", "timeout: "),
        ("eats all its memory", EAT, "memory: ", "memory: "),
        ("eats nearly all its memory", full, "answered", "answered"),
        ("100 lines of 1 KiB", chatty, "answered", "answered"),
        ("8 drafts of 8 KiB", wordy, "answered", "answered"),
        ("turns bad", &turns_bad, "answered", "answered"),
    ] {
        let manifest = manifest("hostile", "lua", "main.luau");
        let Outcome::Live(turns) =
            court.judge(&[("plugin.toml", manifest.as_bytes()), ("main.luau", source.as_bytes())])
        else {
            panic!("{name} was refused")
        };
        let times = &court.compose[court.compose.len() - 3..];
        println!("{name:28} {times:?} us {turns:.120?}");
        // Where other tests have the processors, 20 ms may pass without the plugin having run for as long.
        let fits = |turn: &String, wanted: &str| turn.starts_with(wanted) || turn.starts_with("timeout: ");
        // A fast processor is through with the comparisons just before the kill, now and then.
        assert!(turns.iter().any(|turn| turn.starts_with(expected)), "{name}: {turns:?}");
        let all = |turn: &String| fits(turn, expected) || fits(turn, next) || turn.starts_with("skipped: ");
        assert!(turns.iter().all(all), "{name}: {turns:?}");
        if name == "spins" {
            assert!(did(&court.turn("hello"), "hostile").starts_with("skipped: set aside"), "three times is enough");
            let plugins = court.host.get("/v1/plugins").unwrap().json();
            let of_it = |plugin: &&Json| plugin["id"] == "hostile";
            let failing = &plugins["plugins"].as_array().unwrap().iter().find(of_it).unwrap()["failing"];
            assert_eq!((&failing["in_a_row"], &failing["last"]), (&json!(3), &json!("timeout")), "{failing}");
            assert!(failing["rests_until"].is_string(), "{failing}");
        }
        if name == "turns bad" {
            let answer = court.turn("now");
            let did = did(&answer, "hostile");
            assert!(did.starts_with("killed: ") || did.starts_with("timeout: "), "{answer:#}");
            assert!(answer.to_string().contains("zz says 1.1.0"), "who answers as a rule is asked again: {answer:#}");
        } else if expected == "answered" {
            let answered = (0..50).filter(|_| did(&court.turn("hello"), "hostile") == "answered").count();
            assert!(answered >= 30, "{name}: {answered} answers in 50 turns");
        }
    }
    println!("compose: {}", spread(&court.compose));
    as_it_was(&mut court, before, count);
}

#[test]
fn thirty_hostile_plugins_leave_the_neighbour_its_time() {
    let mut court = Court::new();
    let host = court.host.pid();
    let (before, count) = (resident(host), workers(host).len());
    let unstoppable = unstoppable();
    for number in 0..30 {
        let id = format!("bad-{number:02}");
        let source = [SPIN, EAT, &unstoppable][number % 3].to_owned();
        let files = [("plugin.toml", manifest(&id, "lua", "main.luau")), ("main.luau", source)];
        write_in_place(&court.own(&id), &files);
    }
    let all = || {
        let plugins = court.host.get("/v1/plugins").unwrap().json();
        (plugins["plugins"].as_array().unwrap().len() == 31).then_some(())
    };
    wait_for("30 plugins to be live", Duration::from_secs(60), all);
    // Each turn must have the neighbour's answer; `turn` sees to it.
    let mut slow = 0;
    for _ in 0..60 {
        let answer = court.turn("where is my order?");
        assert_eq!(answer["failures"].as_array().unwrap().len(), 30, "each is named: {answer:#}");
        slow += u32::from(answer["timing_us"]["compose"].as_u64() > Some(100_000));
    }
    println!("compose: {}; {slow} over 100 ms; failures {:?}", spread(&court.compose), court.kinds);
    // Those that nobody knows yet have 100 ms; then a kill, and a last try with those that answered. The rest of it
    // is 31 plugins compiled anew by each worker that stands in for a killed one.
    let longest = quantile(&court.compose, 1.0);
    assert!(longest <= 2_000_000, "{longest} us");
    (0..30).for_each(|number| std::fs::remove_dir_all(court.own(&format!("bad-{number:02}"))).unwrap());
    let one = || {
        let plugins = court.host.get("/v1/plugins").unwrap().json();
        (plugins["plugins"].as_array().unwrap().len() == 1).then_some(())
    };
    wait_for("30 plugins to be gone", Duration::from_secs(20), one);
    as_it_was(&mut court, before, count);
}

#[test]
fn workers_that_are_stopped_from_outside_cost_no_answer() {
    let court = Court::new();
    let host = court.host.pid();
    let count = workers(host).len();
    // Busy for some milliseconds in each turn, so that the signals find it at work.
    let busy = "return { compose = function() local n = 0 for i = 1, 300000 do n += i end \
                return { { text = 'busy ' .. n } } end }";
    let files = [("plugin.toml", manifest("busy", "lua", "main.luau")), ("main.luau", busy.to_owned())];
    write_in_place(&court.own("busy"), &files);
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let (stop, asked, address) = (Arc::clone(&stop), Arc::clone(&asked), court.host.address.clone());
            thread::spawn(move || {
                let agent = agent();
                let (mut worst, mut busy) = (Duration::ZERO, 0);
                while !stop.load(Ordering::Relaxed) {
                    let id = format!("s{}", asked.fetch_add(1, Ordering::Relaxed));
                    let (body, began) = (message(&id, "hello").to_string().into_bytes(), Instant::now());
                    let answer = call(&agent, &address, "POST", "/v1/messages", body).unwrap();
                    worst = worst.max(began.elapsed());
                    // With two of three workers gone at once there may be none to be had in time; that is said.
                    busy += u32::from(answer.status == 503);
                    assert!(answer.status == 503 || answer.text.contains(NEIGHBOUR), "{}", answer.text);
                }
                (worst, busy)
            })
        })
        .collect();
    for round in 0..30 {
        let how = [Signal::KILL, Signal::SEGV, Signal::STOP][round % 3];
        let at = workers(host);
        signal(at[round % at.len()], how);
        let seen = asked.load(Ordering::Relaxed);
        wait_for("turns to go on", Duration::from_secs(20), || {
            (asked.load(Ordering::Relaxed) > seen + 8).then_some(())
        });
    }
    // Those that were stopped while nobody needed them may go on.
    workers(host).into_iter().for_each(|pid| signal(pid, Signal::CONT));
    wait_for("all workers to be there", Duration::from_secs(20), || (workers(host).len() == count).then_some(()));
    stop.store(true, Ordering::Relaxed);
    let ends: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    let (asked, busy) = (asked.load(Ordering::Relaxed), ends.iter().map(|(_, busy)| busy).sum::<u32>());
    let worst = ends.iter().map(|(worst, _)| *worst).max().unwrap();
    println!("30 signals, {asked} turns, all answered but {busy} with 503; the longest took {worst:?}");
    assert!(busy <= 30 && worst < Duration::from_secs(2), "{busy} times busy, longest {worst:?}");
    wait_for("no zombie to be left", Duration::from_secs(5), || (zombies(host) == 0).then_some(()));
}

#[test]
fn a_hostile_merchant_does_not_hold_up_another() {
    let court = Court::new();
    let key = json!({"merchant": "other", "roles": ["ingest", "agent"]});
    let key = court.host.post("/v1/keys", &key).json()["key"].as_str().unwrap().to_owned();
    // Each spins for one customer in four and answers the others, so that none is ever set aside.
    let source = |number: u32| {
        format!(
            "return {{ compose = function(turn) while turn.message.text == 'bad {number}' do end return {{}} end }}"
        )
    };
    for number in 0..4 {
        let id = format!("bad-{number}");
        let files = [("plugin.toml", manifest(&id, "lua", "main.luau")), ("main.luau", source(number))];
        write_in_place(&court.own(&id), &files);
    }
    let live = || {
        let plugins = court.host.get("/v1/plugins").unwrap().json();
        (plugins["plugins"].as_array().unwrap().len() == 5).then_some(())
    };
    wait_for("the plugins to be live", Duration::from_secs(20), live);
    let (asker, mut number) = (agent(), 0);
    let mut ask = || {
        number += 1;
        let body = message(&format!("o{number}"), "hello").to_string();
        let mut answer = asker
            .post(format!("http://{}/v1/messages", court.host.address))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json")
            .send(body)
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.body_mut().read_to_string().unwrap().contains(NEIGHBOUR));
    };
    let quiet = timed(&mut ask, Instant::now() + Duration::from_secs(3));

    let stop = Arc::new(AtomicBool::new(false));
    let attackers: Vec<_> = (0..6).map(|attacker| attack(&court.host.address, attacker, &stop)).collect();
    let beset = timed(&mut ask, Instant::now() + Duration::from_secs(8));
    stop.store(true, Ordering::Relaxed);
    let attacks: u32 = attackers.into_iter().map(|attacker| attacker.join().unwrap()).sum();
    println!("quiet: {}\nbeset: {}\n{attacks} turns of the hostile merchant meanwhile", spread(&quiet), spread(&beset));
    assert!(attacks > 100, "there was no attack");
    // It shares the processors with two spinning workers and this test; it must not wait for a hostile turn to end.
    let most = quantile(&beset, 0.99);
    assert!(most <= quantile(&quiet, 0.99) + 80_000, "the other merchant waited {most} us");
}

fn attack(address: &str, attacker: u32, stop: &Arc<AtomicBool>) -> thread::JoinHandle<u32> {
    let (address, stop) = (address.to_owned(), Arc::clone(stop));
    thread::spawn(move || {
        let (agent, mut turns) = (agent(), 0);
        while !stop.load(Ordering::Relaxed) {
            let body = message(&format!("a{attacker}-{turns}"), &format!("bad {}", (turns + attacker) % 4))
                .to_string()
                .into_bytes();
            let answer = call(&agent, &address, "POST", "/v1/messages", body).unwrap();
            assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
            turns += 1;
        }
        turns
    })
}

/// 300 bundles changed at random, by the whole way: unpacked, proved in a process, live, asked.
#[test]
fn mutated_bundles_are_refused_or_contained() {
    let mut court = Court::new();
    let host = court.host.pid();
    let (before, count) = (resident(host), workers(host).len());
    let lua: [(&str, Vec<u8>); 4] = [
        ("plugin.toml", manifest("hostile", "lua", "main.luau").into_bytes()),
        ("main.luau", MUTANT.into()),
        ("messages/en.json", b"{\"late\": \"Your parcel {$number} is late.\"}".to_vec()),
        ("tests/late.toml", b"[[case]]\nname = \"late\"\ntext = \"hello\"\nexpect.suggestions = 1\n".to_vec()),
    ];
    let component = Guest::default().component().unwrap();
    let wasm = [("plugin.toml", manifest("hostile", "wasm", "plugin.wasm").into_bytes()), ("plugin.wasm", component)];
    let (mut chance, mut refused, mut live) = (Chance(4), 0, 0);
    for round in 0..300 {
        let mut files = if round % 3 == 0 { wasm.to_vec() } else { lua.to_vec() };
        let in_archive = round % 5 == 4;
        if round % 2 == 0 {
            // Without its own tests more of it goes live.
            files.retain(|(name, _)| !name.starts_with("tests/"));
        }
        if !in_archive && round > 1 {
            let one = chance.below(files.len());
            chance.change_once(&mut files[one].1);
        }
        let files: Vec<_> = files.iter().map(|(name, content)| (*name, content.as_slice())).collect();
        let mut archive = tar(&files);
        if in_archive {
            chance.change_once(&mut archive);
        }
        match court.judge_archive(archive) {
            Outcome::Refused(reason) if round < 2 => panic!("refused unchanged: {reason}"),
            Outcome::Refused(_) => refused += 1,
            Outcome::Live(_) => live += 1,
        }
    }
    println!("{refused} refused, {live} live; failures {:?}; {}", court.kinds, spread(&court.compose));
    assert!(refused > 60 && live > 30, "{refused} refused, {live} live: the changes test nothing");
    as_it_was(&mut court, before, count);
}

const MUTANT: &str = "local words = {}\nreturn {\n  compose = function(turn)\n    for word in string.gmatch(turn.message.text, '%a+') \
    do\n      table.insert(words, string.lower(word))\n    end\n    cuecard.log('info', `{#words} words`)\n    \
    return { { message = 'late', arguments = { number = words[1] or 'one' }, reason = 'r', confidence = 0.5 } }\n  end,\n}\n";

#[test]
fn workers_have_given_up_what_they_do_not_need() {
    let court = Court::new();
    for worker in workers(court.host.pid()) {
        for (field, expected) in [("Seccomp", "2"), ("NoNewPrivs", "1")] {
            let found = processes::of_all_threads(worker, field);
            assert!(found.len() > 1 && found.iter().all(|value| value == expected), "{field}: {found:?}");
        }
        let limits = std::fs::read_to_string(format!("/proc/{worker}/limits")).unwrap();
        let data = limits.lines().find(|line| line.starts_with("Max data size")).unwrap();
        assert!(data.contains("1073741824"), "{data}");
        // The socket to the host, memory without a name, and what the host itself was started with: no data, no port.
        let open = processes::descriptors(worker);
        let sockets: BTreeSet<_> = open.iter().filter(|at| at.starts_with("socket:")).collect();
        assert_eq!(sockets.len(), 1, "{open:?}");
        let harmless = ["socket:", "pipe:", "/memfd:", "/dev/null"];
        assert!(open.iter().all(|at| harmless.iter().any(|kind| at.starts_with(kind))), "{open:?}");
    }
    let log = court.host.log();
    assert!(log.contains("seccomp granted, rlimits granted, no new privileges granted"), "{log}");
}
