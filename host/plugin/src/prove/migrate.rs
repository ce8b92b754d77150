//! Bringing stored keys from one version of a plugin to another: its hook `migrate`, called in a prover's process for
//! one customer after the other, under the same confinement and limits as everything else that a plugin does.
//!
//! Owns that process and its two frames: customers' keys in, keys or the first failure out. Knows no storage.

use std::{
    collections::VecDeque,
    io,
    os::unix::net::UnixStream,
    process::Child,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use borsh::{BorshDeserialize, BorshSerialize};
use cuecard_culture::Setting;
use cuecard_model::{FailureKind, Fields, Register, Timestamp, Value};

use super::{Order, Report, Spawn, child, spawn};
use crate::{
    call::{Call, CallError, Runtime},
    contents::Contents,
    frame,
    job::{Failed, Load},
    problem::Problem,
    runtimes::Runtimes,
    worker::process::STACK_BYTES,
};

/// Customers in one exchange: a few milliseconds of a usual plugin, three seconds of the slowest.
const AT_ONCE: usize = 64;
/// A process that is silent for so long does nothing any more.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a call is made that runs past its time.
const TRIES: u32 = 4;
/// Loading may have to wait for a busy machine.
const LOADING: Duration = Duration::from_secs(60);
/// A process has ten seconds of processor time in all; after so much by the clock another takes its place.
const RENEW: Duration = Duration::from_secs(5);

/// Some customers' keys.
#[derive(BorshSerialize, BorshDeserialize)]
struct Ask {
    from: u32,
    now: Timestamp,
    keys: Vec<Fields>,
}

/// The same in the new version, as far as it went.
#[derive(BorshSerialize, BorshDeserialize)]
struct Answer {
    keys: Vec<Fields>,
    failed: Option<Failed>,
}

/// A process that brings keys to a bundle's version.
pub struct Migration {
    spawn: Spawn,
    order: Arc<Order>,
    worked: Duration,
    process: Process,
}

impl Migration {
    pub(super) fn start(spawn: &Spawn, order: Order) -> Result<Self, Vec<Problem>> {
        let order = Arc::new(order);
        let process = Process::start(spawn, &order)?;
        Ok(Self { spawn: spawn.clone(), order, worked: Duration::ZERO, process })
    }

    /// Each customer's keys in the new version, in the order asked; or why one of them cannot be had.
    pub fn run(&mut self, from: u32, now: Timestamp, keys: Vec<Fields>) -> Result<Vec<Fields>, Problem> {
        let mut done = Vec::with_capacity(keys.len());
        let mut left = VecDeque::from(keys);
        while !left.is_empty() {
            if self.worked > RENEW {
                let fresh = Process::start(&self.spawn, &self.order);
                self.process = fresh.map_err(|mut problems| problems.pop().unwrap_or_else(ended))?;
                self.worked = Duration::ZERO;
            }
            let some: Vec<_> = left.drain(..AT_ONCE.min(left.len())).collect();
            let began = Instant::now();
            let answer = self.process.ask(&Ask { from, now, keys: some.clone() });
            self.worked += began.elapsed();
            let Answer { keys, failed } = answer.map_err(|_| ended())?;
            if let Some(failed) = failed {
                return Err(problem(from, some.get(keys.len()), &failed));
            }
            done.extend(keys);
        }
        Ok(done)
    }
}

struct Process {
    stream: UnixStream,
    child: Option<Child>,
}

impl Process {
    fn start(how: &Spawn, order: &Arc<Order>) -> Result<Self, Vec<Problem>> {
        let failed = |error: io::Error| vec![Problem::new("", format!("keys could not be migrated: {error}"))];
        let mut process = match how {
            Spawn::Process { program, arguments } => {
                let (stream, child) = spawn(program, arguments).map_err(failed)?;
                Self { stream, child: Some(child) }
            }
            Spawn::Caller => Self::in_thread(Arc::clone(order)).map_err(failed)?,
        };
        let report = process.begin(order).map_err(failed)?;
        if report.problems.is_empty() { Ok(process) } else { Err(report.problems) }
    }

    fn in_thread(order: Arc<Order>) -> io::Result<Self> {
        let (stream, mut theirs) = UnixStream::pair()?;
        let run = move || child::migrate_here(&order, &mut theirs);
        thread::Builder::new().name("migration".into()).stack_size(STACK_BYTES).spawn(run)?;
        Ok(Self { stream, child: None })
    }

    fn begin(&mut self, order: &Order) -> io::Result<Report> {
        self.stream.set_write_timeout(Some(LOADING))?;
        self.stream.set_read_timeout(Some(LOADING))?;
        if self.child.is_some() {
            frame::write(&mut self.stream, order)?;
        }
        let report = frame::read(&mut self.stream, &mut Vec::new())?;
        self.stream.set_read_timeout(Some(PATIENCE))?;
        report.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn ask(&mut self, ask: &Ask) -> io::Result<Answer> {
        frame::write(&mut self.stream, ask)?;
        frame::read(&mut self.stream, &mut Vec::new())?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn ended() -> Problem {
    Problem::new("", "migrating the stored keys took too long, or needed more memory than a plugin may have")
        .hint("look for a loop without end in `migrate`")
}

/// Where it failed, and what the keys were called; what was in them is the customer's.
fn problem(from: u32, keys: Option<&Fields>, failed: &Failed) -> Problem {
    let named: Vec<_> = keys.into_iter().flatten().take(20).map(|(name, value)| kind_of(name, value)).collect();
    let named = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    let mut problem = Problem::placed(&failed.detail);
    problem.reason = format!("migrate({from}) failed for a customer whose keys are {named}: {}", problem.reason);
    problem
}

fn kind_of(name: &str, value: &Value) -> String {
    let kind = match value {
        Value::Flag(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Text(text) => format!("a text of {} bytes", text.len()),
        Value::Money(_) => "an amount".to_owned(),
    };
    format!("{name} ({kind})")
}

// ---- in the process

/// Loads the plugin, says how that went, and migrates whatever comes, until the stream is closed.
pub(super) fn serve(order: &Order, runtimes: &Runtimes, stream: &mut UnixStream) -> io::Result<()> {
    let mut report = Report::default();
    let loaded = child::read(order, &mut report).and_then(|(contents, load)| {
        let load = load.ok_or_else(|| vec![Problem::new("plugin.toml", "there is no code that could migrate")])?;
        let runtime = runtimes.load(&load).map_err(|problem| vec![problem])?;
        Ok((contents, load, runtime))
    });
    report.compiled = None;
    let (contents, load, runtime) = match loaded {
        Ok(loaded) => loaded,
        Err(problems) => return frame::write(stream, &Report { problems, ..report }),
    };
    frame::write(stream, &report)?;
    let mut bench = Bench { runtimes, contents: &contents, load: &load, runtime };
    let mut body = Vec::new();
    while let Some(Ask { from, now, keys }) = frame::read(stream, &mut body)? {
        let setting = Arc::new(setting(now));
        let mut answer = Answer { keys: Vec::with_capacity(keys.len()), failed: None };
        for keys in keys {
            match bench.patiently(&setting, from, &keys)? {
                Ok(keys) => answer.keys.push(keys),
                Err(error) => {
                    answer.failed = Some(error.into());
                    break;
                }
            }
        }
        frame::write(stream, &answer)?;
    }
    Ok(())
}

/// What customers' keys are migrated with.
struct Bench<'a> {
    runtimes: &'a Runtimes,
    contents: &'a Contents,
    load: &'a Load,
    runtime: Box<dyn Runtime>,
}

impl Bench<'_> {
    /// Of ten thousand calls some are kept waiting past their time on a busy machine, which is nobody's fault: such a one
    /// is made again. `Err` if the plugin could not be loaded again after it had hit a limit.
    fn patiently(&mut self, setting: &Arc<Setting>, from: u32, keys: &Fields) -> io::Result<Result<Fields, CallError>> {
        let limits = self.contents.manifest.limits.for_keys();
        for left in (0..TRIES).rev() {
            let (catalog, setting) = (Arc::clone(&self.contents.catalog), Arc::clone(setting));
            let mut call = Call::new(limits, catalog, setting, Some(keys.clone()), "");
            let migrated = migrate(&mut *self.runtime, &mut call, from, keys);
            self.runtime.tidy();
            if self.runtime.is_spent() {
                self.runtime = self.runtimes.load(self.load).map_err(io::Error::other)?;
            }
            let is_late = matches!(&migrated, Err(error) if error.kind == FailureKind::Timeout);
            if !is_late || left == 0 {
                return Ok(migrated);
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

/// One customer's keys in the new version, fit to be kept.
pub(super) fn migrate(
    runtime: &mut dyn Runtime,
    call: &mut Call,
    from: u32,
    keys: &Fields,
) -> Result<Fields, CallError> {
    let migrated = runtime.migrate(call, from, keys)?;
    let wrong = |detail| Err(CallError::new(FailureKind::Reply, detail));
    if !call.key_writes.is_empty() {
        return wrong("migrate answers with all keys, and set_key has no say in it".to_owned());
    }
    match migrated.keys().find(|name| name.is_empty() || name.len() > 128) {
        Some(name) => wrong(format!("a key's name has 1 to 128 bytes, this one has {}", name.len())),
        None => Ok(migrated),
    }
}

/// Nobody is spoken to: what is put into words all the same is English.
fn setting(now: Timestamp) -> Setting {
    Setting {
        locale: "en".into(),
        default_locale: "en".into(),
        time_zone: None,
        now,
        register: Register::Formal,
        name: None,
        manner: None,
    }
}
