//! `/v1/outreach`: proposed contacts. The gate and the sending come later; here people look and decide.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, OutreachFilter, OutreachId, OutreachRecord, OutreachState, Receipt, Refusal, Write};
use cuecard_model::CustomerId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
};
use crate::{app::App, clock};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    state: Option<OutreachState>,
    customer_id: Option<CustomerId>,
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(asked): Asked<List>,
) -> Result<Json<Value>, Problem> {
    let filter = OutreachFilter { state: asked.state, customer: asked.customer_id, ..OutreachFilter::default() };
    let limit = asked.limit.unwrap_or(100).min(1000);
    let found = app.engine.outreach(&caller.merchant, &filter, limit).await?;
    Ok(Json(json!({ "outreach": found })))
}

pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    advance(&app, &caller, &id, OutreachState::Approved, &[OutreachState::Proposed, OutreachState::Held]).await
}

pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let from = [OutreachState::Proposed, OutreachState::Held, OutreachState::Approved];
    advance(&app, &caller, &id, OutreachState::Cancelled, &from).await
}

/// Moves a contact by compare-and-set: of two people who decide at once, the later hears of the earlier.
async fn advance(
    app: &App,
    caller: &Caller,
    id: &str,
    to: OutreachState,
    allowed: &[OutreachState],
) -> Result<Json<Value>, Problem> {
    let record = app.engine.contact(&caller.merchant, &OutreachId::new(id)).await?.ok_or_else(unknown)?;
    if !allowed.contains(&record.state) {
        return Err(stands(record.state));
    }
    let at = clock::now();
    let next = OutreachRecord { by: Some(caller.name.to_string()), ..record.next(to, "by_agent", at) };
    match app.engine.commit(Batch::new(caller.merchant.clone(), vec![Write::OutreachChange(next)])).await? {
        Receipt::Refused(Refusal::OutreachChanged { found: Some(state), .. }) => Err(stands(state)),
        Receipt::Refused(_) | Receipt::Duplicate(_) => Err(unknown()),
        Receipt::Kept(_) => Ok(Json(json!({"state": to, "updated_at": at, "by": caller.name}))),
    }
}

fn unknown() -> Problem {
    Problem::not_found("there is no such contact").hint("GET /v1/outreach lists them")
}

fn stands(state: OutreachState) -> Problem {
    Problem::conflict(format!("the contact is {} already", state.as_str()))
        .hint("GET /v1/outreach shows where it stands")
}
