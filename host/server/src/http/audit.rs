//! `GET /v1/audit`: who did what, of the caller's merchant or of what is shared.

use std::sync::Arc;

use axum::{Extension, extract::State};
use cuecard_engine::{AuditRecord, Scope, StoredAudit};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
};
use crate::app::App;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    before: Option<u64>,
    limit: Option<usize>,
    #[serde(default)]
    shared: bool,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(page): Asked<Page>,
) -> Result<Json<Value>, Problem> {
    let scope = if page.shared { Scope::Shared } else { Scope::Merchant(caller.merchant) };
    let found = app.engine.audit(&scope, page.before, page.limit.unwrap_or(100).min(1000)).await?;
    Ok(Json(json!({ "audit": found.iter().map(shown).collect::<Vec<_>>() })))
}

/// A record as it is, with its hash. One that does not parse is shown too: the reader should see the damage.
fn shown(stored: &StoredAudit) -> Value {
    let StoredAudit { number, hash, body, .. } = stored;
    match serde_json::from_str::<AuditRecord>(body) {
        Ok(record) => json!({"number": number, "hash": hash, "record": record}),
        Err(_) => json!({"number": number, "hash": hash, "damaged": body}),
    }
}
