//! Runs a bundle's own cases on the runtime that will serve it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use borsh::{BorshDeserialize, BorshSerialize};
use cuecard_model::{Classification, Decision, Draft, FailureKind, Turn};

use super::migrate::migrate;
use crate::{
    call::{Call, CallError, LogLine, Runtime},
    cases::{Answer, Case, CaseOutcome, DecisionInWords, Input, SignalsFound, SuggestionInWords},
    classified::overrule,
    contents::Contents,
    problem::Problem,
    words::words,
};

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CaseReport {
    /// What the case shows.
    pub name: String,
    /// `tests/late.toml`
    pub file: String,
    /// Where it stands.
    pub line: u32,
    /// `compose`, `localize`, `trigger`, `classify`
    pub hook: String,
    /// A hash of what the case says of its input.
    pub input: String,
    /// What came out otherwise than expected, ready to be shown; empty if it passed.
    pub differences: Vec<String>,
    /// Lines that the plugin wrote.
    pub log: Vec<LogLine>,
    /// Time spent in the hook.
    pub micros: u32,
    /// Steps that the hook took, if they were counted: the same on every run.
    pub cost: Option<u64>,
}

impl CaseReport {
    /// Whether everything came out as expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }

    /// Why a bundle with this case may not serve.
    pub(super) fn problems(&self) -> Option<Problem> {
        let first = self.differences.first()?;
        let mut problem = Problem::new(&self.file, format!("the case '{}' failed: {first}", self.name));
        problem.line = Some(self.line);
        Some(problem.hint("`cuecard test` shows all of it"))
    }
}

/// All cases of a bundle may take this long; after it the rest counts as failed.
const TIME: Duration = Duration::from_secs(8);

/// And this long where their steps are counted; after it the rest is not.
const COUNTING_TIME: Duration = Duration::from_secs(3);

/// Makes a runtime in the place of one that has hit a limit.
type Fresh<'a> = &'a mut dyn FnMut() -> Result<Box<dyn Runtime>, Problem>;

/// Runs every case.
pub(super) fn run(contents: &Contents, fresh: Fresh<'_>, mut runtime: Box<dyn Runtime>) -> Vec<CaseReport> {
    let began = Instant::now();
    let mut reports = Vec::with_capacity(contents.cases.len());
    for case in &contents.cases {
        if began.elapsed() > TIME {
            reports.push(report(case, vec![format!("not run: the cases together took more than {TIME:?}")]));
            continue;
        }
        match ready(runtime, fresh) {
            Ok(again) => runtime = again,
            Err(_) => return reports,
        }
        reports.push(one(contents, case, &mut *runtime));
    }
    reports
}

/// Runs every case that passed once more on runtimes that count, and notes what each cost. One over the budget has
/// failed.
pub(super) fn count(contents: &Contents, fresh: Fresh<'_>, mut runtime: Box<dyn Runtime>, reports: &mut [CaseReport]) {
    let began = Instant::now();
    let mut patient = contents.clone();
    patient.manifest.limits.time_ms = patient.manifest.limits.time_ms.saturating_mul(PATIENCE);
    for (case, report) in contents.cases.iter().zip(reports).filter(|(_, report)| report.passed()) {
        if began.elapsed() > COUNTING_TIME {
            return;
        }
        match ready(runtime, fresh) {
            Ok(again) => runtime = again,
            Err(_) => return,
        }
        report.cost = one(&patient, case, &mut *runtime).cost;
        let over = contents.manifest.budget.zip(report.cost).filter(|(budget, cost)| cost > budget);
        if let Some((budget, cost)) = over {
            let words = format!("cost {cost} steps, {budget} are allowed by `cost` under [limits] in plugin.toml");
            report.differences.push(words);
        }
    }
}

/// The runtime for the next case. On a busy machine even loading it may have run out its time.
fn ready(mut runtime: Box<dyn Runtime>, fresh: Fresh<'_>) -> Result<Box<dyn Runtime>, Problem> {
    runtime.tidy();
    if runtime.is_spent() { fresh() } else { Ok(runtime) }
}

/// So many times longer may a call take whose steps are counted.
pub(crate) const PATIENCE: u32 = 20;

fn one(contents: &Contents, case: &Case, runtime: &mut dyn Runtime) -> CaseReport {
    let manifest = &contents.manifest;
    let keys = manifest.capabilities.keys.then(|| case.keys.clone());
    let setting = Arc::new(case.setting.clone());
    let is_of_keys = matches!(case.input, Input::Migrate(_));
    let limits = if is_of_keys { manifest.limits.for_keys() } else { manifest.limits };
    let mut call = Call::new(limits, Arc::clone(&contents.catalog), setting, keys, &case.name);
    let began = Instant::now();
    let result = match &case.input {
        Input::Compose(turn) => runtime.compose(&mut call, turn).and_then(|drafts| {
            let drafts = drafts.iter().map(|draft| in_words(draft, contents, case));
            drafts.collect::<Result<_, _>>().map(Answer::Suggestions)
        }),
        Input::Localize(draft, culture) => runtime
            .localize(&mut call, draft, culture)
            .and_then(|draft| in_words(&draft, contents, case))
            .map(|suggestion| Answer::Suggestions(vec![suggestion])),
        Input::Trigger(event, customer) => runtime
            .trigger(&mut call, event, customer)
            .map(|decisions| Answer::Decisions(decisions.into_iter().map(|it| decided(it, contents, case)).collect())),
        Input::Classify(turn) => {
            runtime.classify(&mut call, turn).map(|found| Answer::Signals(understood(turn, &found, contents, case)))
        }
        Input::Migrate(from) => migrate(runtime, &mut call, *from, &case.keys).map(|keys| {
            call.key_writes = case.keys.keys().map(|name| (name.clone(), None)).collect();
            call.key_writes.extend(keys.into_iter().map(|(name, value)| (name, Some(value))));
            Answer::Keys
        }),
    };
    let micros = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
    // Where a deadline has ended it is not the same on every run.
    let ended = matches!(&result, Err(error) if error.kind == FailureKind::Timeout);
    let cost = runtime.take_steps().filter(|_| !ended);
    let outcome = CaseOutcome { result, key_writes: call.key_writes, log: call.log };
    let differences = case.judge(&outcome).iter().map(ToString::to_string).collect();
    CaseReport { log: outcome.log, micros, cost, ..report(case, differences) }
}

fn report(case: &Case, differences: Vec<String>) -> CaseReport {
    CaseReport {
        name: case.name.clone(),
        file: case.file.clone(),
        line: case.line,
        hook: case.input.hook().to_owned(),
        input: case.said.clone(),
        differences,
        log: Vec::new(),
        micros: 0,
        cost: None,
    }
}

fn in_words(draft: &Draft, contents: &Contents, case: &Case) -> Result<SuggestionInWords, CallError> {
    let said = words(draft, &contents.catalog, &case.setting);
    let said = said.map_err(|reason| CallError::new(FailureKind::Reply, reason))?;
    Ok(SuggestionInWords {
        scenario: draft.scenario.clone(),
        title: draft.title.clone(),
        text: said.said.text(),
        steps: said.said.steps,
        actions: draft.actions.clone(),
        reason: draft.reason.clone(),
        missing: said.missing,
    })
}

fn understood(turn: &Turn, found: &Classification, contents: &Contents, case: &Case) -> SignalsFound {
    let mut turn = turn.clone();
    overrule(&mut turn, found, &contents.manifest.plugin_version(), &case.setting.default_locale);
    let named = [
        found.language.as_ref().map(|_| "language"),
        found.scenario.as_ref().map(|_| "scenario"),
        found.emotion.as_ref().map(|_| "emotion"),
        found.stage.map(|_| "stage"),
    ];
    SignalsFound { signals: turn.signals, named: named.into_iter().flatten().collect(), reason: found.reason.clone() }
}

fn decided(decision: Decision, contents: &Contents, case: &Case) -> DecisionInWords {
    let text = match &decision {
        Decision::Outreach(outreach) => words(&Draft::from(outreach.clone()), &contents.catalog, &case.setting).ok(),
        Decision::Timer(_) | Decision::Cancel(_) => None,
    };
    DecisionInWords { decision, text: text.map(|said| said.said.text()) }
}
