//! `/v1/experiments`: conversations spread over arms, and what has come of it so far.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{ArmResult, AuditEntry, Sums};
use cuecard_model::{MerchantId, ScenarioId};
use cuecard_pipeline::{
    Experiment, ExperimentArm,
    compare::{Counts, Measure, compare},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json, check_id},
};
use crate::{app::App, clock};

/// How sure a verdict is.
const LEVEL: f64 = 0.95;

const ACCEPTANCE: Measure = Measure { scale: 100.0, unit: "points", less_is_better: false, counted: "conversations" };
const EDITS: Measure = Measure { scale: 100.0, unit: "points", less_is_better: true, counted: "sent suggestions" };
/// The engine counts hours, and more than one as one.
const TIME: Measure = Measure { scale: 60.0, unit: "minutes", less_is_better: true, counted: "conversations" };

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    title: String,
    arms: Vec<ExperimentArm>,
    #[serde(default)]
    scenarios: Vec<ScenarioId>,
}

/// Begins an experiment. The same again changes nothing; one that has begun is not changed under way.
pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Problem> {
    check_id("id", &id)?;
    let Body { title, arms, scenarios } = body;
    let (started_at, by) = (clock::now(), caller.by.to_string());
    let wanted = Experiment { id: id.clone(), title, arms, scenarios, started_at, by, stopped_at: None };
    wanted.check().map_err(|(problem, hint)| Problem::bad_request(problem).field("arms").hint(hint))?;
    let change = |known: &mut Vec<Experiment>| -> Result<bool, Problem> {
        if let Some(known) = known.iter().find(|known| known.id == id) {
            let same = known.stopped_at.is_none() && known.arms == wanted.arms && known.scenarios == wanted.scenarios;
            return if same { Ok(false) } else { Err(begun(&id)) };
        }
        if known.len() >= MOST {
            return Err(Problem::conflict(format!("there are {MOST} experiments already"))
                .hint("their results are in GET /v1/experiments; an operator can clear old ones"));
        }
        known.push(wanted.clone());
        Ok(true)
    };
    app.merchants.experiment(&*app.engine, &caller.merchant, change, caller.did("experiment.started", &*id)).await?;
    shown(&app, &caller.merchant, &find(&app, &caller.merchant, &id).await?).await.map(Json)
}

/// All of them together are read for each conversation.
const MOST: usize = 200;

fn begun(id: &str) -> Problem {
    Problem::conflict(format!("experiment {id} has begun, or was stopped"))
        .hint("stop it, and begin another under a new id: what was counted must not change its meaning")
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Value>, Problem> {
    let settled = app.merchants.settled(&*app.engine, &caller.merchant).await?;
    let mut all = Vec::new();
    for experiment in settled.experiments.iter().rev() {
        all.push(shown(&app, &caller.merchant, experiment).await?);
    }
    Ok(Json(json!({ "experiments": all })))
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    shown(&app, &caller.merchant, &find(&app, &caller.merchant, &id).await?).await.map(Json)
}

/// Ends an experiment: everybody is treated alike from now on, and the result stays.
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let now = clock::now();
    let change = |known: &mut Vec<Experiment>| -> Result<bool, Problem> {
        let found = known.iter_mut().find(|known| known.id == id).ok_or_else(|| absent(&id))?;
        let runs = found.stopped_at.is_none();
        found.stopped_at.get_or_insert(now);
        Ok(runs)
    };
    let audit: AuditEntry = caller.did("experiment.stopped", &*id);
    app.merchants.experiment(&*app.engine, &caller.merchant, change, audit).await?;
    shown(&app, &caller.merchant, &find(&app, &caller.merchant, &id).await?).await.map(Json)
}

async fn find(app: &App, merchant: &MerchantId, id: &str) -> Result<Experiment, Problem> {
    let settled = app.merchants.settled(&*app.engine, merchant).await?;
    settled.experiments.iter().find(|known| known.id == id).cloned().ok_or_else(|| absent(id))
}

fn absent(id: &str) -> Problem {
    Problem::not_found(format!("there is no experiment {id}")).hint("GET /v1/experiments lists them")
}

/// An experiment with what became of its conversations, each arm compared with the first.
async fn shown(app: &App, merchant: &MerchantId, experiment: &Experiment) -> Result<Value, Problem> {
    let found = app.engine.trials(merchant, &experiment.id).await?;
    let of = |arm: &ExperimentArm| found.iter().find(|result| result.arm == arm.name).cloned().unwrap_or_default();
    let results: Vec<_> = experiment.arms.iter().map(of).collect();
    let first = experiment.arms.first().zip(results.first());
    let comparisons: Vec<_> = first
        .into_iter()
        .flat_map(|first| experiment.arms.iter().zip(&results).skip(1).map(move |other| compared(first, other)))
        .collect();
    let arms: Vec<_> = experiment.arms.iter().zip(&results).map(|(arm, result)| counted(arm, result)).collect();
    let Experiment { id, title, scenarios, started_at, by, stopped_at, .. } = experiment;
    Ok(json!({
        "id": id, "title": title, "state": if stopped_at.is_some() { "stopped" } else { "running" },
        "scenarios": scenarios, "started_at": started_at, "by": by, "stopped_at": stopped_at,
        "arms": arms, "comparisons": comparisons,
    }))
}

fn counted(arm: &ExperimentArm, result: &ArmResult) -> Value {
    let mean = |sums: &Sums, scale: f64| (sums.count > 0).then(|| counts(sums).mean() * scale);
    json!({
        "name": arm.name, "share": arm.share, "plugins": arm.plugins, "learned_order": arm.learned_order.unwrap_or(true),
        "conversations": result.conversations,
        "answered": result.accepted.count,
        "acceptance": mean(&result.accepted, 1.0),
        "edit_share": mean(&result.edit_share, 1.0),
        "minutes_to_answer": mean(&result.hours, 60.0),
    })
}

fn compared((one, first): (&ExperimentArm, &ArmResult), (two, second): (&ExperimentArm, &ArmResult)) -> Value {
    let by = |first: &Sums, second: &Sums, measure: &Measure| {
        let found = compare(counts(first), counts(second), LEVEL);
        let scale = measure.scale;
        json!({
            "difference": found.difference * scale, "low": found.low * scale, "high": found.high * scale,
            "unit": measure.unit, "level": found.level, "verdict": found.verdict, "more": found.more,
            "words": found.words(&one.name, &two.name, measure),
        })
    };
    json!({
        "arm": two.name, "against": one.name,
        "acceptance": by(&first.accepted, &second.accepted, &ACCEPTANCE),
        "edit_share": by(&first.edit_share, &second.edit_share, &EDITS),
        "minutes_to_answer": by(&first.hours, &second.hours, &TIME),
    })
}

fn counts(sums: &Sums) -> Counts {
    Counts { count: sums.count, sum: sums.sum, squares: sums.squares }
}
