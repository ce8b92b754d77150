//! 5,000 bundles changed at random, from one seed: each is taken or refused with reasons; none panics or hangs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::io::Write;

use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, from_archive, to_archive},
    contents::Contents,
    limits::Limits,
    problem::Problem,
};
use flate2::read::GzDecoder;
use zip::{ZipWriter, write::SimpleFileOptions};

const ROUNDS: usize = 5_000;

const MANIFEST: &str = "[plugin]\nid = \"late-parcel\"\nversion = \"1.2.0\"\napi = \"1\"\nruntime = \"lua\"\n\
    [hooks.compose]\nscenarios = [\"delivery_delay\"]\n[hooks.trigger]\nevents = [\"cart.*\"]\n[limits]\ntime_ms = 10\n";
const SCENARIOS: &str = "[delivery_delay]\ntitle = \"Parcel is late\"\nexamples.en = [\"my parcel was due\", \"late!\"]\n\
    examples.zh-Hans = [\"快递怎么还没到\"]\n";
const MESSAGES: &str = "{\"late\": \"Your parcel {$number} is late.\", \"sorry\": \"Sorry, {$name}!\"}";
const CASES: &str = "[defaults]\ncustomer = { orders = [{ id = \"1001\", status = \"shipped\" }] }\n[[case]]\n\
    name = \"late\"\ntext = \"where is it\"\nnow = 2026-01-15T12:00:00Z\nkeys = { seen = true }\n\
    expect.text_contains = [\"1001\"]\n[[case]]\nname = \"cart\"\nevent = { type = \"cart.updated\", fields = { total = 3 } }\n\
    expect.decisions = [\"timer\"]\n";

/// SplitMix64: the same rounds on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        const TOKENS: &[&str] = &[
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\"\"\"",
            "=",
            ".",
            "\n",
            "[[",
            "]]",
            "\0",
            "\u{feff}",
            "é",
            "快",
            "null",
            "nan",
            "-1",
            "99999999999999999999",
            "1e999",
            "now-9999999999d",
            "../",
            "/",
            "\\",
            "\\u{0}",
            "\\ud800",
            ",",
            "#",
            "2026-02-30",
            "true",
            "plugin",
            "[hooks.compose]",
            "{$",
            "}}",
            ".match",
        ];
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, TOKENS[self.below(TOKENS.len())].bytes())),
                3 => drop(bytes.splice(at..end, TOKENS[self.below(TOKENS.len())].bytes())),
                4 => bytes.truncate(at),
                _ => {
                    let copied = bytes[at..end].repeat(1 + self.below(40));
                    bytes.splice(at..at, copied);
                }
            }
        }
    }
}

fn files() -> Vec<(String, Vec<u8>)> {
    [
        ("plugin.toml", MANIFEST),
        ("main.luau", "return { compose = function(turn) return {} end }\n"),
        ("scenarios.toml", SCENARIOS),
        ("messages/en.json", MESSAGES),
        ("messages/zh-Hans.json", MESSAGES),
        ("culture/de.toml", "[register]\nformal = true\n"),
        ("tests/late.toml", CASES),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .to_vec()
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
    let contents = bundle.and_then(|bundle| Contents::parse(&bundle, &Limits::default()));
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
    let limits = BundleLimits::default();
    let whole = Bundle::from_files(files(), &limits).unwrap();
    assert!(check(Ok(whole.clone())), "{:?}", Contents::parse(&whole, &Limits::default()).err());
    let tar_gz = to_archive(&whole).unwrap();
    let mut tar = Vec::new();
    std::io::Read::read_to_end(&mut GzDecoder::new(tar_gz.as_slice()), &mut tar).unwrap();
    let zip = zip_of(&files());
    assert!([&tar_gz, &tar, &zip].into_iter().all(|archive| check(from_archive(archive, &limits))));

    let mut chance = Chance(1);
    let (mut taken, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let mut files = files();
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
                let mut archive = [&tar_gz, &tar, &zip][chance.below(3)].clone();
                chance.change(&mut archive);
                from_archive(&archive, &limits)
            }
        };
        if check(bundle) { taken += 1 } else { refused += 1 }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > ROUNDS / 20 && refused > ROUNDS / 4, "{taken} taken, {refused} refused: the changes test nothing");
}
