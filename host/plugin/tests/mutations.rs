//! Bundles changed at random, from one seed: 5,000 in their texts, names and archives, 5,000 in their code, which is
//! loaded and called. Each is taken, refused with reasons or fails with one; none panics or hangs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail loudly, and shares its helpers"
)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/guest.rs"]
mod guest;

use std::{
    collections::BTreeMap,
    io::Write,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use chance::Chance;

use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, from_archive, to_archive},
    call::{CallError, Runtime},
    contents::Contents,
    limits::{Ceiling, Limits},
    lua::{Hook, LuaPlugin},
    problem::Problem,
    wasm::PoolSize,
    watchdog::Watchdog,
};
use desk::{Desk, call, turn};
use flate2::read::GzDecoder;
use guest::Guest;
use zip::{ZipWriter, write::SimpleFileOptions};

const ROUNDS: usize = 5_000;
const THREADS: u64 = 4;

const MANIFEST: &str = "[plugin]\nid = \"late-parcel\"\nversion = \"1.2.0\"\napi = \"1\"\nruntime = \"lua\"\n\
    [hooks.compose]\nscenarios = [\"delivery_delay\"]\n[hooks.trigger]\nevents = [\"cart.*\"]\n[limits]\ntime_ms = 10\n";
const SCENARIOS: &str = "[delivery_delay]\ntitle = \"Parcel is late\"\nexamples.en = [\"my parcel was due\", \"late!\"]\n\
    examples.zh-Hans = [\"快递怎么还没到\"]\n";
const MESSAGES: &str = "{\"late\": \"Your parcel {$number} is late.\", \"sorry\": \"Sorry, {$name}!\"}";
const CASES: &str = "[defaults]\ncustomer = { orders = [{ id = \"1001\", status = \"shipped\" }] }\n[[case]]\n\
    name = \"late\"\ntext = \"where is it\"\nnow = 2026-01-15T12:00:00Z\nkeys = { seen = true }\n\
    expect.text_contains = [\"1001\"]\n[[case]]\nname = \"cart\"\nevent = { type = \"cart.updated\", fields = { total = 3 } }\n\
    expect.decisions = [\"timer\"]\n";

/// Compiling messages takes longest, and so they are in every fourth bundle alone.
fn files(messages: bool) -> Vec<(String, Vec<u8>)> {
    let files = [
        ("plugin.toml", MANIFEST),
        ("main.luau", "return { compose = function(turn) return {} end }\n"),
        ("scenarios.toml", SCENARIOS),
        ("messages/en.json", MESSAGES),
        ("messages/zh-Hans.json", MESSAGES),
        ("culture/de.toml", "[brand]\nregister = \"formal\"\n"),
        ("tests/late.toml", CASES),
    ];
    let files = files.into_iter().filter(|(name, _)| messages || !name.starts_with("messages/"));
    files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
}

fn zip_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn check(bundle: Result<Bundle, Vec<Problem>>) -> bool {
    let contents = bundle.and_then(|bundle| Contents::parse(&bundle, &Ceiling::default()));
    match contents {
        Ok(_) => true,
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(!problem.reason.is_empty() && !problem.to_string().contains('\0'), "{problem:?}");
            }
            false
        }
    }
}

#[test]
fn mutated_bundles_are_taken_or_refused() {
    let archives = [archives(true), archives(false)];
    let began = Instant::now();
    let archives = &archives;
    let parts = thread::scope(|scope| {
        let parts: Vec<_> = (1..=THREADS).map(|seed| scope.spawn(move || change_many(archives, seed))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    let taken: usize = parts.iter().map(|(taken, _)| taken).sum();
    let (refused, slowest) = (ROUNDS - taken, parts.iter().map(|(_, slowest)| *slowest).max().unwrap());
    println!("{taken} taken, {refused} refused in {:?}, the slowest in {slowest:?}", began.elapsed());
    assert!(slowest < Duration::from_secs(5), "one took {slowest:?}");
    assert!(taken > ROUNDS / 20 && refused > ROUNDS / 4, "{taken} taken, {refused} refused: the changes test nothing");
}

/// The same bundle as tar.gz, tar and zip.
fn archives(messages: bool) -> [Vec<u8>; 3] {
    let limits = BundleLimits::default();
    let whole = Bundle::from_files(files(messages), &limits).unwrap();
    assert!(check(Ok(whole.clone())), "{:?}", Contents::parse(&whole, &Ceiling::default()).err());
    let tar_gz = to_archive(&whole).unwrap();
    let mut tar = Vec::new();
    std::io::Read::read_to_end(&mut GzDecoder::new(tar_gz.as_slice()), &mut tar).unwrap();
    let archives = [tar_gz, tar, zip_of(&files(messages))];
    assert!(archives.iter().all(|archive| check(from_archive(archive, &limits))));
    archives
}

/// How many of its bundles were taken, and how long the slowest took.
fn change_many(archives: &[[Vec<u8>; 3]; 2], seed: u64) -> (usize, Duration) {
    let limits = BundleLimits::default();
    let (mut chance, mut taken, mut slowest) = (Chance(seed), 0, Duration::ZERO);
    for round in 0..ROUNDS / THREADS as usize {
        let messages = round % 4 == 0;
        let mut files = files(messages);
        let bundle = match round % 5 {
            0 | 1 => {
                let one = chance.below(files.len());
                chance.change(&mut files[one].1);
                Bundle::from_files(files, &limits)
            }
            2 => {
                let one = chance.below(files.len());
                let mut name = std::mem::take(&mut files[one].0).into_bytes();
                chance.change(&mut name);
                files[one].0 = String::from_utf8_lossy(&name).into_owned();
                Bundle::from_files(files, &limits)
            }
            _ => {
                let mut archive = archives[usize::from(!messages)][chance.below(3)].clone();
                chance.change(&mut archive);
                from_archive(&archive, &limits)
            }
        };
        let began = Instant::now();
        taken += usize::from(check(bundle));
        slowest = slowest.max(began.elapsed());
    }
    (taken, slowest)
}

/// Uses much of what a plugin can use, so that a small change has something to break.
const SOURCE: &str = r#"
local seen = {}
local function order(turn)
    for number, one in turn.customer.orders or {} do
        if one.status ~= "delivered" then return one, number end
    end
    return nil
end
local function words(text: string): { string }
    local found = {}
    for word in string.gmatch(text, "%a+") do table.insert(found, string.lower(word)) end
    table.sort(found, function(a, b) return #a < #b or (#a == #b and a < b) end)
    return found
end
return {
    compose = function(turn)
        local late, list = order(turn), words(turn.message.text)
        seen[#seen + 1] = table.concat(list, ",")
        cuecard.log("info", `{#list} words, {math.floor(10 / 3)} {string.format("%5.2f", 2.5)}`)
        local ok, reason = pcall(error, { code = bit32.bxor(7, #list) })
        if not ok and late then return {} end
        local drafts = setmetatable({}, { __index = function(_, key) return key end })
        drafts[1] = { text = `I see {list[1] or "nothing"}`, reason = "seen", confidence = 0.5 + #seen / 10 }
        return { drafts[1] }
    end,
}
"#;

#[derive(Default, Debug)]
struct Tally {
    refused: usize,
    failed: usize,
    answered: usize,
}

impl Tally {
    fn refuse(&mut self, reason: &str) {
        assert!(!reason.is_empty() && !reason.contains('\0'), "{reason:?}");
        self.refused += 1;
    }

    fn call<T>(&mut self, result: Result<T, CallError>) {
        match result {
            Ok(_) => self.answered += 1,
            Err(error) => {
                assert!(!error.detail.is_empty(), "{error:?}");
                self.failed += 1;
            }
        }
    }

    fn is_fair(&self) -> bool {
        let all = self.refused + self.failed + self.answered;
        self.refused > all / 20 && self.failed > 0 && self.answered > all / 100
    }
}

#[test]
fn mutated_sources_fail_with_a_reason() {
    let work = || {
        let (mut chance, mut tally, began) = (Chance(2), Tally::default(), Instant::now());
        let watchdog = Arc::new(Watchdog::start(|| (), || ()).unwrap());
        let name = serde_json::from_str("\"mutant@1.0.0\"").unwrap();
        for round in 0..3_500 {
            let mut source = SOURCE.as_bytes().to_vec();
            if round > 0 {
                chance.change(&mut source);
            }
            let source: Arc<str> = String::from_utf8_lossy(&source).into();
            let sources = BTreeMap::from([("main.luau".to_owned(), source)]);
            let (hooks, limits) = ([Hook::Compose], Limits::default());
            match LuaPlugin::load(&name, &sources, "main.luau", &hooks, &limits, Arc::clone(&watchdog)) {
                Err(error) => tally.refuse(&error.to_string()),
                Ok(mut plugin) => tally.call(plugin.compose(&mut call(limits, None), &turn("Where is my order"))),
            }
            assert!(round > 0 || tally.answered == 1, "the unchanged source must work: {tally:?}");
        }
        println!("Lua: {tally:?} in {:?}", began.elapsed());
        assert!(tally.is_fair(), "{tally:?}: the changes test nothing");
    };
    thread::Builder::new().stack_size(16 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn mutated_components_fail_with_a_reason() {
    let mut guest = Guest::doing(
        "(call $log (i32.const 1) (i32.const 32) (i32.const 5) (i32.const 1024))
         (loop $again (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (i32.store (i32.add (i32.const 4096) (i32.mul (local.get $n) (i32.const 4))) (local.get $n))
            (br_if $again (i32.lt_u (local.get $n) (i32.const 50))))",
    );
    guest.compose.insert_str(0, "(local $n i32)");
    guest.imports = "(import \"cuecard:plugin/host@1.0.0\" \"log\" (func $log (param i32 i32 i32 i32)))".into();
    guest.items.push_str("(data (i32.const 32) \"hello\")");
    let good = guest.component().unwrap();
    // Most of a component are the names and types of the contract: every third change is in the code.
    let code = good.windows(4).rposition(|bytes| bytes == b"\0asm").unwrap();
    let code = code..good.len().min(code + wat::parse_str(guest.text()).unwrap().len());
    // On a busy machine a call may be late for the machine's sake; none that does not stop gets past its deadline.
    let desk = Desk::new(PoolSize(8), || ());
    let (mut chance, mut tally, began) = (Chance(3), Tally::default(), Instant::now());
    for round in 0..1_500 {
        let mut bytes = good.clone();
        match round {
            0 => {}
            // A single bit leaves more of them whole enough to run.
            _ if round % 3 > 0 => {
                let place = if round % 3 == 1 { code.clone() } else { 0..bytes.len() };
                let at = place.start + chance.below(place.len());
                bytes[at] ^= 1 << chance.below(8);
            }
            _ => chance.change(&mut bytes),
        }
        match desk.load(&bytes) {
            Err(error) => tally.refuse(&error.to_string()),
            Ok(mut plugin) => tally.call(desk.compose(&mut plugin, &turn("Where is my order")).0),
        }
        assert!(round > 0 || tally.answered == 1, "the unchanged component must work: {tally:?}");
    }
    println!("components: {tally:?} in {:?}", began.elapsed());
    assert!(tally.is_fair(), "{tally:?}: the changes test nothing");
}
