//! `GET /v1/insights`: what became of turns and cases over a window of days; targets, and scenarios that a person has
//! looked over.
//!
//! Authors and operators may read it, agents may not: it tells how colleagues do, and quotes customers.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use cuecard_engine::{Batch, Change, InsightQuery, Insights, QUIET, REFUND, REOPEN, Review, Scope, Write};
use cuecard_model::{MerchantId, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json, check_id},
    messages::understanding,
};
use crate::{
    app::App,
    clock,
    insights::{self as figures, Difference, Figures, Rate, Target},
};

const DAY: i64 = 24 * 3600 * 1000;
/// Days in an answer, if nothing else is asked for, and at most.
const DAYS: (i64, i64) = (30, 92);
/// What counts as lately.
const LATELY: i64 = 7 * DAY;
/// Texts of each kind that are looked at, and groups of them that are shown.
const TEXTS: (usize, usize) = (1000, 20);
/// The name of the setting that holds the targets.
const SETTING: &str = "targets";
/// Targets of one merchant.
const TARGETS: usize = 100;
/// Bytes of what a reviewer notes.
const NOTE: usize = 2000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    from: Option<String>,
    to: Option<String>,
    scenario: Option<String>,
    plugin: Option<String>,
    agent: Option<String>,
}

pub(crate) async fn get(
    app: State<Arc<App>>,
    caller: Extension<Caller>,
    headers: HeaderMap,
    wanted: Asked<Wanted>,
) -> Result<Response, Problem> {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    if accepts.split(',').any(|kind| kind.trim().starts_with("text/csv")) {
        return table(app, caller, wanted).await;
    }
    let Asked(wanted) = wanted;
    let (query, counted) = count(&app, &caller.merchant, wanted).await?;
    let (_, understanding) = understanding(&app, &caller.merchant).await?;
    let targets = targets(&app, &caller.merchant).await?;
    // Putting texts together takes a while.
    let report = tokio::task::spawn_blocking(move || {
        report(query, counted, targets, |id| understanding.title(&id.into()).map(str::to_owned))
    });
    Ok(Json(report.await.map_err(|_| Problem::busy("the host is stopping"))?).into_response())
}

/// The same as a table.
pub(crate) async fn table(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let (query, counted) = count(&app, &caller.merchant, wanted).await?;
    let bytes = figures::csv(&rows(counted)).map_err(|error| {
        tracing::error!(%error, "insights could not be written as CSV");
        Problem::new(500, "internal", "Internal error", "the table could not be written")
    })?;
    let day = |at: Timestamp| at.to_string().split('T').next().unwrap_or_default().to_owned();
    let last = Timestamp::from_millis(query.to.millis() - 1);
    let name = format!("attachment; filename=\"insights_{}_{}.csv\"", day(query.from), day(last));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

async fn count(app: &App, merchant: &MerchantId, wanted: Wanted) -> Result<(InsightQuery, Insights), Problem> {
    let now = clock::now();
    let to = moment(wanted.to.as_deref(), "to", true)?.unwrap_or_else(|| end_of_day(now));
    let from = moment(wanted.from.as_deref(), "from", false)?;
    let from = from.unwrap_or_else(|| Timestamp::from_millis(to.millis() - DAYS.0 * DAY));
    if from >= to || to.millis() - from.millis() > DAYS.1 * DAY {
        return Err(Problem::bad_request(format!("from is to be before to, by at most {} days", DAYS.1)).field("from"));
    }
    let lately = Timestamp::from_millis((to.min(end_of_day(now)).millis() - LATELY).max(from.millis()));
    let Wanted { scenario, plugin, agent, .. } = wanted;
    let query = InsightQuery { from, to, now, lately, scenario, plugin, agent, texts: TEXTS.0 };
    let counted = app.engine.insights(merchant, &query).await?;
    Ok((query, counted))
}

/// A moment, or a day; `to` is the end of its day.
fn moment(text: Option<&str>, field: &'static str, is_end: bool) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let midnight = || format!("{text}T00:00:00Z").parse::<Timestamp>().ok();
    let day = midnight().map(|at| if is_end { Timestamp::from_millis(at.millis() + DAY) } else { at });
    let found = day.or_else(|| text.parse().ok());
    let wrong = || Problem::bad_request(format!("{field} is neither a day nor a moment")).field(field);
    found.map(Some).ok_or_else(|| wrong().hint("write 2026-11-22 or 2026-11-22T08:00:00Z"))
}

fn end_of_day(at: Timestamp) -> Timestamp {
    Timestamp::from_millis((at.millis().div_euclid(DAY) + 1) * DAY)
}

fn day_of(day: i64) -> String {
    let at = Timestamp::from_millis(day * DAY).to_string();
    at.split('T').next().unwrap_or_default().to_owned()
}

/// Every group of figures: which, its name, its version.
fn rows(counted: Insights) -> Vec<(&'static str, String, String, Figures)> {
    let Insights { total, days, scenarios, plugins, tenures, with_suggestions, held_out, .. } = counted;
    let mut rows: Vec<(_, String, String, Figures)> = vec![("total", String::new(), String::new(), total.into())];
    rows.extend(days.into_iter().map(|(day, it)| ("day", day_of(day), String::new(), it.into())));
    rows.extend(scenarios.into_iter().map(|(name, it)| ("scenario", name, String::new(), it.whole().into())));
    rows.extend(plugins.into_iter().map(|(offer, it)| {
        let (id, version) = plugin(&offer);
        ("plugin", id, version, it.into())
    }));
    rows.extend(tenures.into_iter().map(|(tenure, it)| {
        let name = json!(tenure).as_str().unwrap_or_default().to_owned();
        ("tenure", name, String::new(), it.into())
    }));
    rows.push(("suggestions", "offered".into(), String::new(), with_suggestions.into()));
    rows.push(("suggestions", "held_out".into(), String::new(), held_out.into()));
    rows
}

fn plugin(offer: &str) -> (String, String) {
    let (id, version) = offer.split_once('@').unwrap_or((offer, ""));
    (id.to_owned(), version.to_owned())
}

fn report(
    query: InsightQuery,
    mut counted: Insights,
    targets: Vec<Target>,
    title: impl Fn(&str) -> Option<String>,
) -> Value {
    let clusters = figures::clusters(&counted.unheard, TEXTS.1);
    let habits = figures::habits(&counted.edited, TEXTS.1);
    let attention = figures::attention(counted.scenarios.iter(), &counted.reviews, query.now);
    let reviews: Map<_, _> = counted
        .reviews
        .iter()
        .map(|it| (it.scenario.to_string(), json!({"at": it.at, "by": it.by, "note": it.note})))
        .collect();
    let judged: Vec<_> = targets
        .into_iter()
        .map(|target| {
            let whole = target.scenario.as_ref().map(|name| {
                let found = counted.scenarios.get(name);
                found.map(cuecard_engine::ScenarioTally::whole).unwrap_or_default()
            });
            figures::judge(target, Some(whole.as_ref().unwrap_or(&counted.total)))
        })
        .collect();
    let prevented: Vec<_> = std::mem::take(&mut counted.prevented).into_iter().map(prevented).collect();
    let agents = std::mem::take(&mut counted.agents);
    let mut groups = Map::new();
    for (group, name, version, figures) in rows(counted) {
        let mut row = json!(figures);
        if let Some(row) = row.as_object_mut() {
            match group {
                "scenario" => {
                    row.insert("title".into(), title(&name).into());
                    row.insert("reviewed".into(), reviews.get(&name).cloned().unwrap_or_default());
                }
                "plugin" => drop(row.insert("version".into(), version.into())),
                _ => {}
            }
            row.insert("name".into(), name.into());
        }
        if let Value::Array(rows) = groups.entry(group).or_insert_with(|| json!([])) {
            rows.push(row);
        }
    }
    let list = |group: &str| groups.get(group).cloned().unwrap_or_else(|| json!([]));
    let of_suggestions = list("suggestions");
    json!({
        "from": query.from,
        "to": query.to,
        "lately": query.lately,
        "now": query.now,
        "rules": {"quiet_hours": QUIET / 3_600_000, "reopen_days": REOPEN / DAY, "refund_days": REFUND / DAY, "review_days": 7},
        "total": list("total").get(0),
        "days": list("day"),
        "scenarios": list("scenario"),
        "plugins": list("plugin"),
        "tenures": list("tenure"),
        "offered": of_suggestions.get(0),
        "held_out": of_suggestions.get(1),
        "prevented": prevented,
        "attention": attention,
        "uncovered": clusters,
        "edits": habits,
        "targets": judged,
        "agents": agents,
    })
}

/// How many fewer customers write about something once they were told.
fn prevented((scenario, (treated, held_out)): (String, (cuecard_engine::Group, cuecard_engine::Group))) -> Value {
    let (told, untold) = (Rate::new(treated.wrote, treated.customers), Rate::new(held_out.wrote, held_out.customers));
    json!({
        "scenario": scenario,
        "contacted": {"customers": treated.customers, "contacts": treated.contacts, "wrote": told},
        "held_out": {"customers": held_out.customers, "contacts": held_out.contacts, "wrote": untold},
        "prevented": Difference::between(untold, told),
    })
}

/// A merchant's targets.
async fn targets(app: &App, merchant: &MerchantId) -> Result<Vec<Target>, Problem> {
    let stored = app.engine.setting(&Scope::Merchant(merchant.clone()), SETTING).await?;
    Ok(stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Targets {
    targets: Vec<Target>,
}

pub(crate) async fn list_targets(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "targets": targets(&app, &caller.merchant).await? })))
}

pub(crate) async fn put_targets(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(Targets { targets }): Json<Targets>,
) -> Result<Json<Value>, Problem> {
    if targets.len() > TARGETS {
        return Err(Problem::bad_request(format!("{} targets, at most {TARGETS} are kept", targets.len())));
    }
    for (place, target) in targets.iter().enumerate() {
        if let Some(reason) = figures::wrong(target) {
            return Err(Problem::bad_request(reason).field(format!("targets[{place}].value")));
        }
        if let Some(scenario) = &target.scenario {
            check_id("scenario", scenario)?;
        }
        let is_twice = |other: &Target| other.measure == target.measure && other.scenario == target.scenario;
        if targets.iter().filter(|other| is_twice(other)).count() > 1 {
            let problem = Problem::bad_request("two targets for the same measure and scenario");
            return Err(problem.field(format!("targets[{place}]")).hint("leave one out"));
        }
    }
    let value = json!(targets).to_string();
    let scope = Scope::Merchant(caller.merchant.clone());
    let entry = caller.did("targets.set", "targets").with("targets", &*value);
    let setting = Change::Setting { scope: scope.clone(), name: SETTING.into(), value: Some(value) };
    app.engine.change(vec![setting, Change::Audit(scope, entry)]).await?;
    Ok(Json(json!({ "targets": targets })))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reviewed {
    #[serde(default)]
    note: Option<String>,
}

/// Somebody has looked over a scenario.
pub(crate) async fn review(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(Reviewed { note }): Json<Reviewed>,
) -> Result<Json<Value>, Problem> {
    check_id("scenario", &id)?;
    if note.as_ref().is_some_and(|note| note.len() > NOTE) {
        return Err(Problem::bad_request(format!("note has more than {NOTE} bytes")).field("note"));
    }
    let (at, by) = (clock::now(), Arc::clone(&caller.by));
    let mut entry = caller.did("scenario.reviewed", id.as_str());
    if let Some(note) = &note {
        entry = entry.with("note", note.as_str());
    }
    let answer = json!({"scenario": id, "at": at, "by": by, "note": note});
    let review = Review { scenario: id.into(), at, by, note };
    app.engine.commit(Batch::new(caller.merchant.clone(), vec![Write::Review(review), Write::Audit(entry)])).await?;
    Ok(Json(answer))
}
