//! A worker: reads jobs from a stream, runs the hooks, writes the answers. One job at a time, on one thread.
//!
//! It runs in a process of its own that the host can kill, or in a thread for tests and embedding. It knows no
//! registry and no merchant: it is told what to load and whom to ask. It keeps nothing between two calls but code.

pub mod confine;
pub mod process;
pub mod progress;

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture::{Catalog, Setting};
use cuecard_model::{Classification, Culture, Decision, Draft, FailureKind, Step, Trace, Turn};

use self::{confine::Confinement, progress::Note};
use crate::{
    call::{Call, CallError, Runtime},
    classified::overrule,
    frame,
    job::{Answer, Ask, Called, ClassifyJob, EventJob, Load, LoadId, Request, TurnJob, WorkedDraft},
    problem::Problem,
    runtimes::Runtimes,
};

/// How long loading one plugin may take before the host may kill the worker for it.
pub const LOAD_TIME: Duration = Duration::from_millis(500);

/// How often a worker tries to load a plugin.
const LOADS: u8 = 3;

/// No further event is begun in one exchange after this time.
const EVENTS_TIME: Duration = Duration::from_millis(10);

/// Serves jobs until the other side closes the stream. `ready` runs once all threads of the worker have started. One
/// that `counts` can be told to load plugins whose steps are counted.
pub fn serve(
    stream: impl Read + Write,
    progress: Note,
    counts: bool,
    ready: impl FnOnce() -> Confinement,
) -> io::Result<()> {
    let counting = counts.then(Runtimes::start_counting).transpose()?;
    let mut worker = Worker { runtimes: Runtimes::start()?, counting, plugins: HashMap::new(), progress };
    let mut stream = BufReader::with_capacity(64 << 10, stream);
    let (mut body, mut out) = (Vec::new(), Vec::new());
    frame::write(stream.get_mut(), &Answer::Ready(ready()))?;
    while let Some(request) = frame::read(&mut stream, &mut body)? {
        let answer = match request {
            Request::Load(load) => {
                worker.load(*load);
                continue;
            }
            Request::Unload(id) => {
                worker.plugins.remove(&id);
                continue;
            }
            Request::Classify(job) => Answer::Classify(worker.classify(*job)),
            Request::Turn(job) => Answer::Turn(worker.turn(&job)),
            Request::Events(jobs) => Answer::Events(worker.events(&jobs)),
        };
        worker.progress.end();
        out.clear();
        frame::append(&mut out, &answer)?;
        stream.get_mut().write_all(&out)?;
        worker.tidy();
    }
    Ok(())
}

struct Worker {
    runtimes: Runtimes,
    counting: Option<Runtimes>,
    plugins: HashMap<LoadId, Loaded>,
    progress: Note,
}

/// A plugin that is ready, or the reason why it is not.
struct Loaded {
    load: Load,
    catalog: Arc<Catalog>,
    runtime: Result<Box<dyn Runtime>, Problem>,
    /// How often it was loaded and could not be.
    failed: u8,
}

impl Worker {
    fn load(&mut self, load: Load) {
        self.progress.begin(load.id, LOAD_TIME);
        let files = load.messages.iter().map(|(locale, text)| (locale.as_str(), text.as_str()));
        let catalog = Arc::new(Catalog::parsed_before(files));
        let runtime = load_in(&self.runtimes, self.counting.as_ref(), &load);
        let failed = u8::from(runtime.is_err());
        self.plugins.insert(load.id, Loaded { load, catalog, runtime, failed });
        self.progress.end();
    }

    /// Each plugin is handed the signals as those before it have left them.
    fn classify(&mut self, job: ClassifyJob) -> Vec<Called<Classification>> {
        let started = Instant::now();
        let budget = Duration::from_millis(job.budget_ms.into());
        let setting = setting(&job.turn, &job.culture, &job.default_locale);
        let (id, mut turn) = (job.turn.id.clone(), job.turn);
        let one = |ask: &Ask| {
            let left = budget.saturating_sub(started.elapsed());
            let called = self.call(ask, &setting, id.as_str(), left, |runtime, call, _| runtime.classify(call, &turn));
            if let (Ok(found), Some(plugin)) = (&called.outcome, self.plugins.get(&ask.load)) {
                overrule(Arc::make_mut(&mut turn), found, &plugin.load.plugin, &job.default_locale);
            }
            called
        };
        job.classify.iter().map(one).collect()
    }

    fn turn(&mut self, job: &TurnJob) -> Vec<Called<Vec<WorkedDraft>>> {
        let started = Instant::now();
        let budget = Duration::from_millis(job.budget_ms.into());
        let turn = &job.turn;
        let setting = setting(turn, &job.culture, &job.default_locale);
        let mut answers = Vec::with_capacity(job.compose.len() + job.localize.len());
        for ask in &job.compose {
            let left = budget.saturating_sub(started.elapsed());
            let called =
                self.call(ask, &setting, turn.id.as_str(), left, |runtime, call, _| runtime.compose(call, turn));
            answers.push(called.map(|drafts| drafts.into_iter().map(WorkedDraft::from).collect()));
        }
        for ask in &job.localize {
            let left = budget.saturating_sub(started.elapsed());
            let called = self.localize(ask, &setting, job, &mut answers, left);
            answers.push(called);
        }
        answers
    }

    /// Hands every draft so far to one plugin's `localize` and puts back what it makes of them.
    fn localize(
        &mut self,
        ask: &Ask,
        setting: &Arc<Setting>,
        job: &TurnJob,
        answers: &mut [Called<Vec<WorkedDraft>>],
        left: Duration,
    ) -> Called<Vec<WorkedDraft>> {
        let drafts: Vec<Draft> = answers
            .iter()
            .filter_map(|called| called.outcome.as_ref().ok())
            .flatten()
            .map(|d| d.draft.clone())
            .collect();
        let began = Instant::now();
        let called = self.call(ask, setting, job.turn.id.as_str(), left, |runtime, call, begin| {
            let one = |draft| {
                if began.elapsed() >= left {
                    return Err(CallError::new(
                        FailureKind::Skipped,
                        "the turn's time was up before all drafts were done",
                    ));
                }
                // Each draft is a call with a time of its own.
                begin();
                runtime.localize(call, draft, &job.culture)
            };
            drafts.iter().map(one).collect::<Result<Vec<_>, _>>()
        });
        let Some(own) = self.plugins.get(&ask.load) else { return called.map(|_| Vec::new()) };
        let changed = called.outcome.as_deref().unwrap_or_default();
        let places = answers.iter_mut().filter_map(|called| Some((called.load, called.outcome.as_mut().ok()?)));
        let places = places.flat_map(|(load, drafts)| drafts.iter_mut().map(move |draft| (load, draft)));
        for ((load, worked), draft) in places.zip(changed) {
            if worked.draft == *draft {
                continue;
            }
            let theirs = self.plugins.get(&load).map(|plugin| &*plugin.catalog);
            let draft = resolve(draft.clone(), theirs, own, setting);
            worked.trace.push(Trace {
                stage: "localize".into(),
                rule: own.load.plugin.to_string(),
                before: Some(gist(&worked.draft)),
                after: Some(gist(&draft)),
                why: "changed by the plugin's localize hook".into(),
            });
            worked.draft = draft;
        }
        called.map(|_| Vec::new())
    }

    /// Leaves the rest for another time when the next could keep turns waiting; one is always done.
    fn events(&mut self, jobs: &[EventJob]) -> Vec<Vec<Called<Vec<Decision>>>> {
        let started = Instant::now();
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            if !answers.is_empty() && started.elapsed() > EVENTS_TIME {
                break;
            }
            answers.push(self.event(job));
        }
        answers
    }

    fn event(&mut self, job: &EventJob) -> Vec<Called<Vec<Decision>>> {
        let setting = Arc::new(Setting {
            locale: job.locale.clone(),
            default_locale: job.default_locale.clone(),
            time_zone: job.customer.time_zone.clone(),
            now: job.now,
            register: cuecard_culture::register_for(&job.locale, "web_chat"),
            name: job.customer.name.clone(),
            manner: None,
        });
        let seed = job.event.id.as_str();
        let asks = job.trigger.iter();
        asks.map(|ask| {
            self.call(ask, &setting, seed, Duration::MAX, |runtime, call, _| {
                runtime.trigger(call, &job.event, &job.customer)
            })
        })
        .collect()
    }

    fn call<T>(
        &mut self,
        ask: &Ask,
        setting: &Arc<Setting>,
        seed: &str,
        left: Duration,
        hook: impl FnOnce(&mut dyn Runtime, &mut Call, &dyn Fn()) -> Result<T, CallError>,
    ) -> Called<T> {
        if left.is_zero() {
            return Called::failed(ask.load, FailureKind::Skipped, "the turn's time was up before this plugin's turn");
        }
        let Some(plugin) = self.plugins.get_mut(&ask.load) else {
            return Called::failed(ask.load, FailureKind::Load, "not loaded in this worker");
        };
        let runtime = match &mut plugin.runtime {
            Ok(runtime) => runtime,
            Err(error) => return Called::failed(ask.load, FailureKind::Load, error.to_string()),
        };
        let limits = plugin.load.limits;
        let mut call = Call::new(limits, Arc::clone(&plugin.catalog), Arc::clone(setting), ask.keys.clone(), seed);
        let begin = || self.progress.begin(ask.load, limits.time());
        begin();
        let (started, processor) = (progress::now(), ask.timed.then(processor_time));
        let outcome = hook(&mut **runtime, &mut call, &begin);
        let micros = whole(progress::now().saturating_sub(started));
        let processor_us = processor.map_or(0, |before| whole(processor_time().saturating_sub(before)));
        let ended = matches!(&outcome, Err(error) if error.kind == FailureKind::Timeout);
        let steps = runtime.take_steps().filter(|_| !ended);
        let began_us = u64::try_from(started.as_micros()).unwrap_or(u64::MAX);
        let key_writes = if outcome.is_ok() { call.key_writes } else { Default::default() };
        let outcome = outcome.map_err(Into::into);
        Called { load: ask.load, outcome, key_writes, log: call.log, began_us, micros, processor_us, steps }
    }

    /// After the answer is out: replaces what hit a limit, and collects garbage.
    fn tidy(&mut self) {
        for plugin in self.plugins.values_mut() {
            let again = match &plugin.runtime {
                Ok(runtime) => runtime.is_spent(),
                // What was proved can be loaded: a busy machine may have ended it.
                Err(_) => plugin.failed < LOADS,
            };
            if again {
                self.progress.begin(plugin.load.id, LOAD_TIME);
                plugin.runtime = load_in(&self.runtimes, self.counting.as_ref(), &plugin.load);
                plugin.failed += u8::from(plugin.runtime.is_err());
                self.progress.end();
            } else if let Ok(runtime) = &mut plugin.runtime {
                runtime.tidy();
            }
        }
    }
}

fn load_in(plain: &Runtimes, counting: Option<&Runtimes>, load: &Load) -> Result<Box<dyn Runtime>, Problem> {
    match (load.counts, counting) {
        (false, _) => plain.load(load),
        (true, Some(counting)) => counting.load(load),
        (true, None) => Err(Problem::new("", "this worker does not count steps")),
    }
}

/// What this thread, on which the hooks run, has used so far.
fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.cast_unsigned(), u32::try_from(used.tv_nsec).unwrap_or(0))
}

fn whole(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// Where, when and for whom a turn's words are meant.
fn setting(turn: &Turn, culture: &Culture, default_locale: &str) -> Arc<Setting> {
    Arc::new(Setting {
        locale: culture.locale.clone(),
        default_locale: default_locale.to_owned(),
        time_zone: turn.customer.time_zone.clone(),
        now: turn.now,
        register: culture.register,
        name: turn.customer.name.clone(),
        manner: None,
    })
}

impl<T> Called<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Called<U> {
        let Self { load, outcome, key_writes, log, began_us, micros, processor_us, steps } = self;
        Called { load, outcome: outcome.map(change), key_writes, log, began_us, micros, processor_us, steps }
    }
}

impl From<Draft> for WorkedDraft {
    fn from(draft: Draft) -> Self {
        Self { draft, trace: Vec::new() }
    }
}

/// A `localize` hook may use its own message keys in another plugin's draft: those are put into words here.
fn resolve(mut draft: Draft, theirs: Option<&Catalog>, own: &Loaded, setting: &Setting) -> Draft {
    let words = |key: &str, arguments: &cuecard_model::Fields| {
        let known = theirs.is_some_and(|catalog| catalog.render(key, arguments, setting).is_ok());
        let rendered = (!known).then(|| own.catalog.render(key, arguments, setting).ok()).flatten();
        rendered.map(|rendered| rendered.text)
    };
    if let Some(text) = draft.message.as_deref().and_then(|key| words(key, &draft.arguments)) {
        (draft.message, draft.text) = (None, Some(text));
    }
    for Step { message, arguments, text, .. } in &mut draft.steps {
        if let Some(rendered) = message.as_deref().and_then(|key| words(key, arguments)) {
            (*message, *text) = (None, Some(rendered));
        }
    }
    draft
}

/// A draft in a line, for the trace.
fn gist(draft: &Draft) -> String {
    let of =
        |message: &Option<String>, text: &Option<String>| text.clone().or_else(|| message.clone()).unwrap_or_default();
    let mut parts = vec![of(&draft.message, &draft.text)];
    parts.extend(draft.steps.iter().map(|step| of(&step.message, &step.text)));
    parts.retain(|part| !part.is_empty());
    parts.join(" | ").chars().take(400).collect()
}
