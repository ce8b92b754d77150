//! `/v1/outreach`: proposed contacts. People look, approve, put other words, call off, and say what became of one.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
};
use cuecard_engine::{OutreachFilter, OutreachId, OutreachRecord, OutreachState};
use cuecard_model::{CustomerId, ScenarioId, Timestamp};
use cuecard_pipeline::words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json, Raw, parse},
    messages::check_text,
};
use crate::{
    app::App,
    clock,
    contacts::{self, Basis, Known},
    merchants::Pause,
    outbox,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    state: Option<OutreachState>,
    reason: Option<String>,
    scenario: Option<ScenarioId>,
    customer_id: Option<CustomerId>,
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(asked): Asked<List>,
) -> Result<Json<Value>, Problem> {
    let List { state, reason, scenario, customer_id: customer, limit } = asked;
    let filter = OutreachFilter { state, customer, reason, scenario, since: None };
    let found = app.engine.outreach(&caller.merchant, &filter, limit.unwrap_or(100).min(1000)).await?;
    Ok(Json(json!({ "outreach": found })))
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<OutreachRecord>, Problem> {
    find(&app, &caller, &id).await.map(Json)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Approve {
    text: Option<String>,
}

/// Lets a contact be sent, in the words of the plugin or in those of the agent.
pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Raw(body): Raw,
) -> Result<Json<Value>, Problem> {
    let Approve { text } =
        if body.is_empty() { Approve::default() } else { parse::<Option<Approve>>(&body)?.unwrap_or_default() };
    let record = find(&app, &caller, &id).await?;
    stands_in(&record, &[OutreachState::Proposed, OutreachState::Held, OutreachState::Failed])?;
    let channel = record.channel.as_deref().unwrap_or_default();
    if app.outbox.connectors.get(&caller.merchant, channel).is_none() {
        return Err(Problem::conflict(format!("no connector serves '{channel}'")).hint(
            "add a [[connector]] for it to the configuration, or say that you sent it: POST /v1/outreach/{id}/resolve",
        ));
    }
    if text.is_none() && record.edited.is_none() && record.reason == "incomplete" {
        return Err(
            Problem::new(422, "incomplete", "Words are missing", record.detail).hint("send the words as `text`")
        );
    }
    let now = clock::now();
    let mut next = record.next(OutreachState::Approved, "by_agent", now);
    if let Some(text) = text {
        check_text(&text)?;
        next.rendered = Some(checked(&app, &caller, &record, &text, now).await?);
        next.edited = Some(text);
    }
    next.due_at = Some(now);
    moved(&app, &caller, next).await
}

/// What an agent wrote passes the checks that every reply passes.
async fn checked(
    app: &App,
    caller: &Caller,
    record: &OutreachRecord,
    text: &str,
    now: Timestamp,
) -> Result<Value, Problem> {
    let basis = Basis::now(app, &caller.merchant).await?;
    let basis = basis.ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    let known = Known::read(&*app.engine, &app.privacy, &caller.merchant, &record.customer, now).await?;
    let channel = record.channel.as_deref().unwrap_or_default();
    let words = words(&basis.ground(now), &known.addressee(), &contacts::wish(record), channel, Some(text));
    let (words, _) = words.map_err(|unworded| {
        let (detail, hint) = unworded.detail.split_once("\n  hint: ").unwrap_or((&unworded.detail, "say it otherwise"));
        Problem::new(422, "blocked", "The words are held back", detail.to_owned()).field("text").hint(hint.to_owned())
    })?;
    Ok(serde_json::to_value(words).unwrap_or_default())
}

pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let record = find(&app, &caller, &id).await?;
    let open = [OutreachState::Proposed, OutreachState::Held, OutreachState::Approved, OutreachState::Failed];
    stands_in(&record, &open)?;
    moved(&app, &caller, record.next(OutreachState::Cancelled, "by_agent", clock::now())).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolve {
    sent: bool,
}

/// A person says whether a contact was sent: one that nobody knows of, or one that they sent themselves.
pub(crate) async fn resolve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(Resolve { sent }): Json<Resolve>,
) -> Result<Json<Value>, Problem> {
    let record = find(&app, &caller, &id).await?;
    let now = clock::now();
    let next = if sent {
        use OutreachState::{Failed, Held, Proposed, Unknown};
        stands_in(&record, &[Unknown, Proposed, Held, Failed])?;
        let attempted_at = record.attempted_at.or(Some(now));
        OutreachRecord { attempted_at, ..record.next(OutreachState::Sent, "by_agent", now) }
    } else {
        stands_in(&record, &[OutreachState::Unknown])?;
        OutreachRecord { attempted_at: None, ..record.next(OutreachState::Failed, "not_sent", now) }
    };
    moved(&app, &caller, next).await
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<OutreachRecord, Problem> {
    app.engine
        .contact(&caller.merchant, &OutreachId::new(id))
        .await?
        .ok_or_else(|| Problem::not_found("there is no such contact").hint("GET /v1/outreach lists them"))
}

fn stands_in(record: &OutreachRecord, allowed: &[OutreachState]) -> Result<(), Problem> {
    if allowed.contains(&record.state) {
        return Ok(());
    }
    Err(Problem::conflict(format!("the contact is {} already", record.state.as_str()))
        .hint("GET /v1/outreach/{id} shows where it stands"))
}

/// Of two people who decide at once, the later hears of the earlier.
async fn moved(app: &App, caller: &Caller, next: OutreachRecord) -> Result<Json<Value>, Problem> {
    let next = OutreachRecord { by: Some(caller.by.to_string()), ..next };
    let answer = json!({"state": next.state, "updated_at": next.updated_at, "by": next.by});
    let (customer, id) = (next.customer.clone(), next.id.clone());
    let action = match next.state {
        OutreachState::Approved => "outreach.approved",
        OutreachState::Cancelled => "outreach.cancelled",
        _ => "outreach.resolved",
    };
    let audit = caller.did(action, id.as_str());
    if outbox::keep_told(app, &caller.merchant, next, Some(audit)).await? {
        app.outbox.wake(&caller.merchant, &customer);
        return Ok(Json(answer));
    }
    let found = app.engine.contact(&caller.merchant, &id).await?;
    let state = found.map_or("gone", |found| found.state.as_str());
    Err(Problem::conflict(format!("somebody else was faster: the contact is {state}"))
        .hint("GET /v1/outreach/{id} shows where it stands"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Until {
    until: Option<Timestamp>,
}

/// Pauses all of the merchant's outreach, from the next decision on.
pub(crate) async fn pause(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Raw(body): Raw,
) -> Result<Json<Pause>, Problem> {
    let Until { until } = if body.is_empty() { Until::default() } else { parse(&body)? };
    let at = clock::now();
    if until.is_some_and(|until| until <= at) {
        return Err(Problem::bad_request("until is in the past")
            .field("until")
            .hint("leave it out to pause without end"));
    }
    let pause = Pause { until, at, by: caller.by.to_string() };
    let mut did = caller.did("outreach.paused", "outreach");
    if let Some(until) = until {
        did = did.with("until", until.to_string());
    }
    app.merchants.pause(&*app.engine, &caller.merchant, Some(pause.clone()), did).await?;
    Ok(Json(pause))
}

/// Goes on: what waited for the end of the pause is looked at now.
pub(crate) async fn unpause(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<StatusCode, Problem> {
    let did = caller.did("outreach.resumed", "outreach");
    app.merchants.pause(&*app.engine, &caller.merchant, None, did).await?;
    let (state, reason) = (Some(OutreachState::Held), Some("paused".to_owned()));
    let filter = OutreachFilter { state, reason, ..OutreachFilter::default() };
    // Whatever is beyond comes at its own time: the moment at which the pause would have ended.
    for record in app.engine.outreach(&caller.merchant, &filter, 10_000).await? {
        let now = clock::now();
        let next = OutreachRecord { due_at: Some(now), ..record.next(OutreachState::Held, "paused", now) };
        if outbox::keep(&app, &caller.merchant, next).await? {
            app.outbox.wake(&caller.merchant, &record.customer);
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
