//! The prover's own process: takes one order, answers it, ends.

use std::{io, os::unix::net::UnixStream};

use super::{CaseReport, Order, Report, Work, bounds, cases, code, load, migrate};
use crate::{
    contents::{CodeFiles, Contents},
    frame,
    job::{Code, Load},
    problem::Problem,
    runtimes::{Runtimes, compile, compile_counting},
    wasm::{exports, v1::MIGRATE},
    worker::{
        confine::{Bounds, Confinement, raise_cpu_limit},
        process::{on_large_stack, stream},
    },
};

/// What the hidden `prove-worker` command of the binary does: one order on standard input, one report.
pub fn run() -> io::Result<()> {
    let mut stream = stream()?;
    // Proving must not slow the turns down that are answered meanwhile.
    let _ = rustix::process::nice(10);
    let confinement = Confinement::enter(Bounds::LARGE_PROVER);
    on_large_stack(move || {
        let mut body = Vec::new();
        let order: Option<Order> = frame::read(&mut stream, &mut body)?;
        drop(body);
        let Some(order) = order else { return Ok(()) };
        bounds(&order.bundle).narrow().map_err(io::Error::other)?;
        let machinery = Machinery::start(&order)?;
        confinement.seal();
        match order.work {
            Work::Prove { counts, .. } => {
                let mut report = Report::default();
                let ready = judge(&order, &machinery, &mut report);
                frame::write(&mut stream, &report)?;
                if counts {
                    // The verdict is out: whatever counting comes to, it stands.
                    report.compiled = None;
                    count(&order, &machinery, ready, &mut report);
                    frame::write(&mut stream, &report)?;
                }
                Ok(())
            }
            Work::Migrate => migrate::serve(&order, &machinery.runtimes, &mut stream),
        }
    })
}

/// Migrates in the caller's thread, for as long as the other end of the stream is open.
pub(super) fn migrate_here(order: &Order, stream: &mut UnixStream) -> io::Result<()> {
    migrate::serve(order, &Machinery::start(order)?.runtimes, stream)
}

/// Proves in the caller's thread.
pub(super) fn prove(order: &Order) -> Report {
    let mut report = Report::default();
    match Machinery::start(order) {
        Ok(machinery) => {
            let ready = judge(order, &machinery, &mut report);
            count(order, &machinery, ready, &mut report);
        }
        Err(error) => report.problems = vec![Problem::new("", format!("no runtime could be started: {error}"))],
    }
    report
}

/// What a proof runs on. Started before the process is sealed, since both have threads.
struct Machinery {
    runtimes: Runtimes,
    counting: Option<Runtimes>,
}

impl Machinery {
    fn start(order: &Order) -> io::Result<Self> {
        let counts = matches!(order.work, Work::Prove { counts: true, .. });
        let counting = counts.then(Runtimes::start_counting).transpose()?;
        Ok(Self { runtimes: Runtimes::start()?, counting })
    }
}

/// What was read and loaded, and can be counted.
type Ready = (Contents, Load);

fn judge(order: &Order, machinery: &Machinery, report: &mut Report) -> Option<Ready> {
    let ready = fill(order, machinery, report);
    ready.map_err(|problems| report.problems = problems).ok().flatten()
}

fn fill(order: &Order, machinery: &Machinery, report: &mut Report) -> Result<Option<Ready>, Vec<Problem>> {
    let (contents, load) = read(order, report)?;
    let Some(load) = load else { return Ok(None) };
    let runtimes = &machinery.runtimes;
    let runtime = runtimes.load(&load).map_err(|problem| vec![problem])?;
    if let Work::Prove { cases: true, .. } = order.work {
        report.cases = cases::run(&contents, &mut || runtimes.load(&load), runtime);
    }
    Ok(Some((contents, load)))
}

/// Reads the bundle and compiles what it brings.
pub(super) fn read(order: &Order, report: &mut Report) -> Result<(Contents, Option<Load>), Vec<Problem>> {
    let contents = Contents::parse(&order.bundle, &order.ceiling)?;
    report.version = contents.manifest.version.to_string();
    if let Some(CodeFiles::Wasm { entry, bytes }) = &contents.code {
        let manifest = &contents.manifest;
        let compiled =
            order.compiled.clone().map_or_else(|| compile(manifest.api, entry, bytes, &manifest.component_size()), Ok);
        report.compiled = Some(compiled.map_err(|problem| vec![problem])?);
        if manifest.migrates() && !exports(bytes, MIGRATE) {
            let reason =
                format!("keys above version 1 need the function `{MIGRATE}`, which the component does not export");
            let hint = "with the Rust SDK, `cuecard_sdk::export!(YourPlugin, with migrate);`, or leave version under \
                        [keys] in plugin.toml as it was";
            return Err(vec![Problem::new(entry, reason).hint(hint)]);
        }
    }
    raise_cpu_limit();
    let code = code(&contents, report.compiled.clone());
    let load = code.map(|code| load(0, &contents, &order.bundle, code));
    Ok((contents, load))
}

/// What the cases cost, by the same code under runtimes that count. What cannot be counted has no cost.
fn count(order: &Order, machinery: &Machinery, ready: Option<Ready>, report: &mut Report) {
    let (Some(counting), Some((contents, load))) = (&machinery.counting, ready) else { return };
    // A large one would take its compile time twice.
    if contents.manifest.capabilities.large || !report.cases.iter().any(CaseReport::passed) {
        return;
    }
    let code = match &contents.code {
        Some(CodeFiles::Wasm { entry, bytes }) => {
            let compiled = order.counted.clone().map_or_else(|| compile_counting(entry, bytes), Ok);
            report.counted = compiled.ok();
            report.counted.as_deref().map(|compiled| Code::Wasm(compiled.into()))
        }
        _ => Some(load.code.clone()),
    };
    let Some(code) = code else { return };
    let load = Load { code, counts: true, ..load };
    if let Ok(runtime) = counting.load(&load) {
        cases::count(&contents, &mut || counting.load(&load), runtime, &mut report.cases);
    }
}
