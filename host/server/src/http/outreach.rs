//! `/v1/outreach`: proposed contacts. The gate and the sending come later; here people look and decide.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, OutreachFilter, OutreachId, OutreachState, Receipt, Refusal, Write};
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
    let filter = OutreachFilter { state: asked.state, customer: asked.customer_id, since: None };
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
    let mut found = None;
    for from in allowed.iter().copied() {
        if found.is_some_and(|found| found != from) {
            continue;
        }
        let (id, at, by) = (OutreachId::new(id), clock::now(), Some(caller.by.to_string()));
        let action = if to == OutreachState::Approved { "outreach.approved" } else { "outreach.cancelled" };
        let audit = Write::Audit(caller.did(action, id.as_str()));
        let write = Write::OutreachState { id, from, to, reason: "by_agent".into(), at, by };
        match app.engine.commit(Batch::new(caller.merchant.clone(), vec![write, audit])).await? {
            Receipt::Refused(Refusal::OutreachState { found: Some(state), .. }) => found = Some(state),
            Receipt::Refused(_) | Receipt::Duplicate(_) => {
                return Err(Problem::not_found("there is no such contact").hint("GET /v1/outreach lists them"));
            }
            Receipt::Kept(_) => return Ok(Json(json!({"state": to, "updated_at": at, "by": caller.by}))),
        }
    }
    let found = found.and_then(|state| serde_json::to_value(state).ok()).unwrap_or_default();
    Err(Problem::conflict(format!("the contact is {} already", found.as_str().unwrap_or("elsewhere")))
        .hint("GET /v1/outreach shows where it stands"))
}
