//! What a language costs: the same plugin in each, one after the other in one run.
//!
//! `cargo run --release -p cuecard-plugin --example guests -- examples/guests/*` proves each bundle and calls its first
//! case for `compose` two thousand times, by the clock, on the runtime that serves. Memory is what a call touches: page
//! faults that it caused, of four KiB each.
#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a program that prints measurements")]

use std::{
    error::Error,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_plugin::{
    bundle::{Bundle, BundleLimits, read_folder},
    call::{Call, Runtime},
    cases::{Case, Input},
    contents::Contents,
    job::Code,
    limits::{Ceiling, Limits},
    prove::{Prover, Spawn, load},
    runtimes::Runtimes,
};

const ROUNDS: usize = 2000;

fn main() -> Result<(), Box<dyn Error>> {
    println!("| plugin | source or component | proving | machine code | loading | median | p99 | touched a call |");
    println!("|---|---|---|---|---|---|---|---|");
    for folder in std::env::args().skip(1) {
        let folder = Path::new(&folder);
        if folder.join("plugin.toml").is_file() {
            measure(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    Ok(())
}

fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let bundle = read_folder(folder, &BundleLimits::LARGE_GUESTS)?;
    let prover = Prover::new(Spawn::Caller, None, Ceiling::new(true));
    let began = Instant::now();
    let proof = prover.prove(&bundle);
    let proving = began.elapsed();
    let (contents, code) = proof.into_parts().map_err(|problems| format!("{problems:?}"))?;
    let code = code.ok_or("it has no code")?;
    let made = if let Code::Wasm(compiled) = &code { format!("{} KB", compiled.len() / 1000) } else { "-".to_owned() };
    let runtimes = Runtimes::start()?;
    let began = Instant::now();
    let mut runtime = runtimes.load(&load(0, &contents, &bundle, code)).map_err(|problem| problem.to_string())?;
    let loading = began.elapsed();
    let case = contents.cases.iter().find(|case| matches!(case.input, Input::Compose(_))).ok_or("no case")?;
    once(&mut *runtime, &contents, case)?;
    let (before, mut took) = (faults(), Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        took.push(once(&mut *runtime, &contents, case)?);
    }
    let touched = (faults() - before) * 4 / ROUNDS as u64;
    took.sort_unstable();
    let at = |share: usize| took.get(ROUNDS * share / 100).copied().unwrap_or_default();
    println!(
        "| {} | {} KB | {proving:.2?} | {made} | {loading:.2?} | {:.1?} | {:.1?} | {touched} KiB |",
        contents.manifest.id,
        program(&bundle) / 1000,
        at(50),
        at(99)
    );
    Ok(())
}

fn once(runtime: &mut dyn Runtime, contents: &Contents, case: &Case) -> Result<Duration, Box<dyn Error>> {
    let Input::Compose(turn) = &case.input else { return Err("not a case for compose".into()) };
    let keys = contents.manifest.capabilities.keys.then(|| case.keys.clone());
    let catalog = Arc::clone(&contents.catalog);
    // More time than a plugin is given, so that a busy machine is measured and not refused.
    let limits = Limits { time_ms: 1000, ..contents.manifest.limits };
    let mut call = Call::new(limits, catalog, Arc::new(case.setting.clone()), keys, &case.name);
    let began = Instant::now();
    let drafts = runtime.compose(&mut call, turn).map_err(|error| error.detail)?;
    let took = began.elapsed();
    runtime.tidy();
    if drafts.is_empty() { Err("the case has no suggestion".into()) } else { Ok(took) }
}

fn program(bundle: &Bundle) -> usize {
    let programs = bundle.files().iter().filter(|(name, _)| name.ends_with(".wasm") || name.ends_with(".luau"));
    programs.map(|(_, bytes)| bytes.len()).sum()
}

/// Page faults of this process without input or output, from `/proc/self/stat`.
fn faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(7)).and_then(|it| it.parse().ok()).unwrap_or(0)
}
