//! What the rules of all locales cost at start, and what they keep: time, and growth of resident memory (Linux).
//!
//!     cargo run --release -p cuecard-culture --example warm

#![allow(clippy::print_stdout, reason = "it prints a report")]

use std::{fs, time::Instant};

use cuecard_culture::Cultures;

/// Resident memory in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn main() {
    let (before, began) = (resident(), Instant::now());
    let packs: Vec<_> = Cultures::packs().map(|name| Cultures::shipped().rules(name)).collect();
    let (after, packed) = (resident(), began.elapsed());
    println!("{} packs: {} KiB, {packed:?}", packs.len(), after.saturating_sub(before));
    let began = Instant::now();
    Cultures::warm();
    println!("grammar of address: {} KiB, {:?}", resident().saturating_sub(after), began.elapsed());
}
