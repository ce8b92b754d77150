//! The prover's own process: takes one order, answers it, ends.

use std::io;

use super::{CaseReport, Order, Report, bounds, cases, code, load};
use crate::{
    contents::{CodeFiles, Contents},
    frame,
    job::{Code, Load},
    problem::Problem,
    runtimes::{Runtimes, compile, compile_counting},
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
        let mut report = Report::default();
        let ready = judge(&order, &machinery, &mut report);
        frame::write(&mut stream, &report)?;
        if order.counts {
            // The verdict is out: whatever counting comes to, it stands.
            report.compiled = None;
            count(&order, &machinery, ready, &mut report);
            frame::write(&mut stream, &report)?;
        }
        Ok(())
    })
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
        let counting = order.counts.then(Runtimes::start_counting).transpose()?;
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
    let contents = Contents::parse(&order.bundle, &order.ceiling)?;
    report.version = contents.manifest.version.to_string();
    if let Some(CodeFiles::Wasm { entry, bytes }) = &contents.code {
        let manifest = &contents.manifest;
        let compiled =
            order.compiled.clone().map_or_else(|| compile(manifest.api, entry, bytes, &manifest.component_size()), Ok);
        report.compiled = Some(compiled.map_err(|problem| vec![problem])?);
    }
    raise_cpu_limit();
    let Some(code) = code(&contents, report.compiled.clone()) else { return Ok(None) };
    let load = load(0, &contents, &order.bundle, code);
    let runtimes = &machinery.runtimes;
    let runtime = runtimes.load(&load).map_err(|problem| vec![problem])?;
    if order.cases {
        report.cases = cases::run(&contents, &mut || runtimes.load(&load), runtime);
    }
    Ok(Some((contents, load)))
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
