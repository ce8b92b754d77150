//! Proving a bundle before it may serve: read it, compile it, run its own tests, in a process beside the live ones.
//!
//! Compile time is outside every in-process limit, so the process has 3 s of processor time and 600 MB (a guest that
//! carries its language 60 s and 1.5 GB), and is killed past them. What comes back is a proof or the reasons against it. Knows no registry.

mod cases;
mod child;
mod migrate;

use std::{
    fs,
    io::{self, Write},
    os::{
        fd::OwnedFd,
        unix::{
            net::UnixStream,
            process::{CommandExt, ExitStatusExt},
        },
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use borsh::{BorshDeserialize, BorshSerialize};

pub use self::{cases::CaseReport, child::run, migrate::Migration};
use crate::{
    bundle::Bundle,
    contents::{CodeFiles, Contents},
    cost::Cost,
    frame,
    job::{Code, Hooks, Load, LoadId},
    limits::Ceiling,
    problem::Problem,
    runtimes::Runtimes,
    wasm::Size,
    worker::confine::Bounds,
};

/// What a prover process is asked.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
struct Order {
    bundle: Bundle,
    ceiling: Ceiling,
    /// Compiled before: then it is only tested.
    compiled: Option<Vec<u8>>,
    /// A component's code that counts its steps, compiled before.
    counted: Option<Vec<u8>>,
    work: Work,
}

/// What is to be done with a bundle.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
enum Work {
    /// Say whether it is fit to serve.
    Prove {
        /// Whether its cases are run.
        cases: bool,
        /// Whether they are run once more, to count what they cost.
        counts: bool,
    },
    /// Bring keys to its version, for as long as somebody hands over some.
    Migrate,
}

/// What a prover process answers.
#[derive(Debug, Default, BorshSerialize, BorshDeserialize)]
struct Report {
    version: String,
    problems: Vec<Problem>,
    compiled: Option<Vec<u8>>,
    counted: Option<Vec<u8>>,
    cases: Vec<CaseReport>,
}

/// In the name of a component's code that counts its steps.
const COUNTING: &str = "-counting";

/// Proves bundles.
#[derive(Debug)]
pub struct Prover {
    spawn: Spawn,
    cache: Option<PathBuf>,
    ceiling: Ceiling,
    counts: bool,
}

/// Where proving happens.
#[derive(Clone, Debug)]
pub enum Spawn {
    /// In a process each, under limits: the program and its arguments, such as `cuecard prove-worker`.
    Process {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// In the caller's thread, for tests and embedding: nothing bounds what compiling takes.
    Caller,
}

/// What proving found.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The version in the manifest, if it could be read.
    pub version: Arc<str>,
    /// Why the bundle may not serve; empty if it may.
    pub problems: Vec<Problem>,
    /// The bundle's own tests, as they went.
    pub cases: Vec<CaseReport>,
    /// What they cost, if that was counted.
    pub cost: Option<Arc<Cost>>,
    contents: Option<Contents>,
    code: Option<Code>,
}

/// What proving a bundle may take: it goes by the size of its component, so that nobody has to have read it.
fn bounds(bundle: &Bundle) -> Bounds {
    let large = component(bundle).is_some_and(|(_, bytes)| bytes.len() > Size::USUAL.bytes);
    if large { Bounds::LARGE_PROVER } else { Bounds::PROVER }
}

fn component(bundle: &Bundle) -> Option<(&String, &Arc<[u8]>)> {
    bundle.files().iter().find(|(name, _)| name.ends_with(".wasm"))
}

/// The longest that proving may take by the clock. Many times its processor time, because it runs behind everything
/// else on the machine: what bounds the work is that time, this only finds a process that does nothing at all.
fn patience(bounds: Bounds) -> Duration {
    Duration::from_secs(30 + 5 * bounds.cpu_seconds.unwrap_or_default())
}

impl Prover {
    /// Proves within `ceiling`; compiled components are kept in `cache`, a folder of our own, under their hash.
    pub fn new(spawn: Spawn, cache: Option<PathBuf>, ceiling: Ceiling) -> Self {
        Self { spawn, cache, ceiling, counts: false }
    }

    /// Counts what each case costs, too, on runtimes of their own, so that counting slows nothing down that is judged.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { counts: true, ..self }
    }

    /// Reads, compiles and tests.
    pub fn prove(&self, bundle: &Bundle) -> Proof {
        self.work(bundle, true)
    }

    /// Reads and compiles, but leaves the tests.
    pub fn check(&self, bundle: &Bundle) -> Proof {
        self.work(bundle, false)
    }

    /// Makes ready what was proved before: nothing is tested, and nothing compiled that is in the cache.
    pub fn prepare(&self, bundle: &Bundle) -> Proof {
        let lua_alone = bundle.files().keys().all(|name| !name.ends_with(".wasm"));
        let compiled = self.cached(bundle, "");
        if lua_alone || compiled.is_some() {
            return self.finish(bundle, Report { compiled, ..Report::default() });
        }
        self.work(bundle, false)
    }

    fn work(&self, bundle: &Bundle, cases: bool) -> Proof {
        let order = self.order(bundle, Work::Prove { cases, counts: self.counts && cases });
        let report = match &self.spawn {
            Spawn::Caller => child::prove(&order),
            Spawn::Process { program, arguments } => in_process(program, arguments, &order),
        };
        for (code, kind) in [(&report.compiled, ""), (&report.counted, COUNTING)] {
            if let Some(code) = code.as_ref().filter(|_| report.problems.is_empty()) {
                self.keep(bundle, code, kind);
            }
        }
        self.finish(bundle, report)
    }

    fn order(&self, bundle: &Bundle, work: Work) -> Order {
        let counts = matches!(work, Work::Prove { counts: true, .. });
        let counted = self.cached(bundle, COUNTING).filter(|_| counts);
        Order { bundle: bundle.clone(), ceiling: self.ceiling, compiled: self.cached(bundle, ""), counted, work }
    }

    /// Brings keys to the version of a bundle that was proved.
    pub fn migration(&self, bundle: &Bundle) -> Result<Migration, Vec<Problem>> {
        Migration::start(&self.spawn, self.order(bundle, Work::Migrate))
    }

    /// The host reads a bundle itself only once a prover has read it and lived.
    fn finish(&self, bundle: &Bundle, report: Report) -> Proof {
        let Report { version, mut problems, compiled, cases, .. } = report;
        let mut contents = None;
        let failed: Vec<_> = cases.iter().filter_map(CaseReport::problems).collect();
        if problems.is_empty() {
            match Contents::parse(bundle, &self.ceiling) {
                Ok(read) => contents = Some(read),
                Err(found) => problems = found,
            }
        }
        let code = contents.as_ref().and_then(|contents| code(contents, compiled));
        let version = contents.as_ref().map_or(version, |contents| contents.manifest.version.to_string());
        let runtime = contents.as_ref().and_then(|contents| contents.manifest.code.as_ref()).map(|code| code.runtime);
        let cost = runtime.and_then(|runtime| Cost::of(runtime, &cases)).map(Arc::new);
        problems.extend(failed);
        Proof { version: version.into(), problems, cases, cost, contents, code }
    }

    /// The code of a plugin that counts its steps, if that was made when it was proved.
    pub fn counting_code(&self, contents: &Contents) -> Option<Code> {
        match contents.code.as_ref()? {
            CodeFiles::Lua { entry, sources } => Some(Code::Lua { entry: entry.clone(), files: sources.clone() }),
            CodeFiles::Wasm { bytes, .. } => Some(Code::Wasm(fs::read(self.place(bytes, COUNTING)?).ok()?.into())),
        }
    }

    fn cached(&self, bundle: &Bundle, kind: &str) -> Option<Vec<u8>> {
        fs::read(self.place(component(bundle)?.1, kind)?).ok()
    }

    /// Written beside and renamed, so that a half-written file is never read.
    fn keep(&self, bundle: &Bundle, compiled: &[u8], kind: &str) {
        let Some(place) = component(bundle).and_then(|(_, bytes)| self.place(bytes, kind)) else { return };
        let write = || -> io::Result<()> {
            fs::create_dir_all(place.parent().unwrap_or(&place))?;
            let beside = place.with_extension(format!("{}.part", std::process::id()));
            let mut file = fs::File::create(&beside)?;
            file.write_all(compiled)?;
            file.sync_all()?;
            fs::rename(&beside, &place)
        };
        if let Err(error) = write() {
            tracing::warn!(%error, place = %place.display(), "a compiled component could not be cached");
        }
    }

    fn place(&self, component: &[u8], kind: &str) -> Option<PathBuf> {
        let name = blake3::hash(component).to_hex();
        Some(self.cache.as_ref()?.join(format!("{name}-{:016x}{kind}.cwasm", Runtimes::compatibility())))
    }
}

impl Proof {
    /// A bundle that is not even read.
    pub(crate) fn refused(problem: Problem) -> Self {
        let (version, problems) = (Arc::default(), vec![problem]);
        Self { version, problems, cases: Vec::new(), cost: None, contents: None, code: None }
    }

    /// The same with what was counted when it was proved before.
    pub(crate) fn with_cost(self, cost: Option<Cost>) -> Self {
        Self { cost: cost.map(Arc::new), ..self }
    }

    /// What may serve, or the reasons against it.
    pub fn into_parts(self) -> Result<(Contents, Option<Code>), Vec<Problem>> {
        match self.contents {
            Some(contents) if self.problems.is_empty() => Ok((contents, self.code)),
            _ => Err(self.problems),
        }
    }

    /// What would serve if the bundle's own tests had a say no more, or the reasons why nothing could. For a rehearsal:
    /// whoever changes words has changed what a test expects, and wants to see the words first.
    pub fn untested(self) -> Result<(Contents, Option<Code>), Vec<Problem>> {
        self.contents.map(|contents| (contents, self.code)).ok_or(self.problems)
    }

    /// What the bundle says, if it could be read.
    pub fn contents(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }
}

fn code(contents: &Contents, compiled: Option<Vec<u8>>) -> Option<Code> {
    match contents.code.as_ref()? {
        CodeFiles::Lua { entry, sources } => Some(Code::Lua { entry: entry.clone(), files: sources.clone() }),
        CodeFiles::Wasm { .. } => Some(Code::Wasm(compiled?.into())),
    }
}

/// What a worker needs to run a plugin.
pub fn load(id: LoadId, contents: &Contents, bundle: &Bundle, code: Code) -> Load {
    let hooks = &contents.manifest.hooks;
    let messages = bundle.files().iter().filter_map(|(name, text)| {
        let locale = name.strip_prefix("messages/")?.strip_suffix(".json")?;
        Some((locale.to_owned(), String::from_utf8(text.to_vec()).ok()?))
    });
    Load {
        id,
        plugin: contents.manifest.plugin_version(),
        api: contents.manifest.api,
        limits: contents.manifest.limits,
        hooks: Hooks {
            compose: hooks.compose.is_some(),
            localize: hooks.localize.is_some(),
            trigger: hooks.trigger.is_some(),
            classify: hooks.classify.is_some(),
            migrate: contents.manifest.migrates(),
        },
        code,
        counts: false,
        messages: messages.collect(),
    }
}

/// The same plugin where the steps of its calls are counted, with `code` that can. A call may take longer then.
pub fn counting(id: LoadId, load: &Load, code: Code) -> Load {
    let mut load = Load { id, code, counts: true, ..load.clone() };
    load.limits.time_ms = load.limits.time_ms.saturating_mul(cases::PATIENCE);
    load
}

fn in_process(program: &Path, arguments: &[String], order: &Order) -> Report {
    match talk(program, arguments, order) {
        Ok(report) => report,
        Err(reason) => Report { problems: vec![reason], ..Report::default() },
    }
}

fn talk(program: &Path, arguments: &[String], order: &Order) -> Result<Report, Problem> {
    let failed = |error: io::Error| Problem::new("", format!("the prover could not be run: {error}"));
    let (mut ours, mut child) = spawn(program, arguments).map_err(failed)?;
    let talk = || -> io::Result<Option<Report>> {
        let patience = Some(patience(bounds(&order.bundle)));
        ours.set_read_timeout(patience)?;
        ours.set_write_timeout(patience)?;
        frame::write(&mut ours, order)?;
        let judged: Option<Report> = frame::read(&mut ours, &mut Vec::new())?;
        let counted = judged.is_some() && matches!(order.work, Work::Prove { counts: true, .. });
        // The verdict stands, whether or not the process lives to count.
        let counted = counted.then(|| frame::read(&mut ours, &mut Vec::new()).ok().flatten()).flatten();
        Ok(judged.map(|judged: Report| match counted {
            Some(counted) => Report { compiled: judged.compiled, ..counted },
            None => judged,
        }))
    };
    let answer = { talk }();
    if !matches!(answer, Ok(None)) {
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    match answer {
        Ok(Some(report)) => Ok(report),
        Ok(None) | Err(_) => Err(ended(&order.bundle, status)),
    }
}

/// A prover's process, and the stream to it.
fn spawn(program: &Path, arguments: &[String]) -> io::Result<(UnixStream, Child)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().process_group(0);
    let child = command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).spawn()?;
    Ok((ours, child))
}

/// Why a prover ended without an answer, for the author.
fn ended(bundle: &Bundle, status: ExitStatus) -> Problem {
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    let file = component(bundle).map(|(name, _)| name.clone()).unwrap_or_default();
    let Bounds { memory_bytes, cpu_seconds } = bounds(bundle);
    let (megabytes, seconds) = (memory_bytes >> 20, cpu_seconds.unwrap_or_default());
    let problem = match status.signal() {
        Some(SIGXCPU) => Problem::new(file, format!("compiling it took more than {seconds} s of processor time")),
        Some(SIGKILL) => Problem::new(file, "compiling and testing it took too long"),
        Some(signal) => {
            let reason =
                format!("compiling or testing it needed more than {megabytes} MB or crashed (signal {signal})");
            Problem::new(file, reason)
        }
        None => Problem::new(file, format!("compiling or testing it failed ({status})")),
    };
    problem.hint("make the component smaller: split large functions, strip what is not used")
}
