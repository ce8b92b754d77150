//! The prover's own process: takes one order, answers it, ends.

use std::io;

use super::{Order, Report, bounds, cases, code, load};
use crate::{
    contents::{CodeFiles, Contents},
    frame,
    problem::Problem,
    runtimes::{Runtimes, compile},
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
        let runtimes = Runtimes::start()?;
        confinement.seal();
        frame::write(&mut stream, &prove_with(&order, &runtimes))
    })
}

/// Proves in the caller's thread.
pub(super) fn prove(order: &Order) -> Report {
    match Runtimes::start() {
        Ok(runtimes) => prove_with(order, &runtimes),
        Err(error) => Report {
            problems: vec![Problem::new("", format!("no runtime could be started: {error}"))],
            ..Report::default()
        },
    }
}

fn prove_with(order: &Order, runtimes: &Runtimes) -> Report {
    let mut report = Report::default();
    if let Err(problems) = fill(order, runtimes, &mut report) {
        report.problems = problems;
    }
    report
}

fn fill(order: &Order, runtimes: &Runtimes, report: &mut Report) -> Result<(), Vec<Problem>> {
    let contents = Contents::parse(&order.bundle, &order.ceiling)?;
    report.version = contents.manifest.version.to_string();
    if let Some(CodeFiles::Wasm { entry, bytes }) = &contents.code {
        let manifest = &contents.manifest;
        let compiled =
            order.compiled.clone().map_or_else(|| compile(manifest.api, entry, bytes, &manifest.component_size()), Ok);
        report.compiled = Some(compiled.map_err(|problem| vec![problem])?);
    }
    raise_cpu_limit();
    let Some(code) = code(&contents, report.compiled.clone()) else { return Ok(()) };
    let load = load(0, &contents, &order.bundle, code);
    let runtime = runtimes.load(&load).map_err(|problem| vec![problem])?;
    if order.cases {
        report.cases = cases::run(&contents, &mut || runtimes.load(&load), runtime);
    }
    Ok(())
}
