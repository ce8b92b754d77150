//! `/v1/keys`: an operator's keys to the API, made and taken back while the host runs.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use cuecard_engine::{ApiKey, AuditEntry, Change, KeyRole, Scope};
use cuecard_model::MerchantId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json, check_id, reply},
};
use crate::{
    app::App,
    clock,
    ids::{key_hash, new_key},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    merchant: MerchantId,
    roles: Vec<KeyRole>,
    #[serde(default)]
    name: Option<String>,
}

pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let keys = app.engine.api_keys().await?;
    Ok(Json(json!({ "keys": keys.iter().map(shown).collect::<Vec<_>>() })))
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    check_id("merchant", body.merchant.as_str())?;
    let (key, record) = make(body.merchant, body.roles, body.name).map_err(Problem::bad_request)?;
    app.engine.change(changes(&caller.by, &record, "key.created")).await?;
    let mut shown = shown(&record);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("key".into(), key.into());
    }
    Ok(reply(StatusCode::CREATED, &shown))
}

pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let keys = app.engine.api_keys().await?;
    let mut found = keys.into_iter().filter(|key| id.len() >= 8 && key.hash.starts_with(&id));
    let (Some(mut key), None) = (found.next(), found.next()) else {
        return Err(Problem::not_found("there is no such key").hint("GET /v1/keys lists their ids"));
    };
    key.revoked_at = Some(clock::now());
    app.engine.change(changes(&caller.by, &key, "key.revoked")).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A key with the audit of what was done to it.
pub(crate) fn changes(by: &Arc<str>, key: &ApiKey, action: &'static str) -> Vec<Change> {
    let entry = AuditEntry::new(clock::now(), Arc::clone(by), action, key.hash.get(..12).unwrap_or_default())
        .with("name", &*key.name)
        .with("roles", words(&key.roles));
    vec![Change::ApiKey(key.clone()), Change::Audit(Scope::Merchant(key.merchant.clone()), entry)]
}

/// Roles as they are written.
pub(crate) fn words(roles: &[KeyRole]) -> String {
    roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect::<Vec<_>>().join(",")
}

/// A new key and what is kept of it.
pub(crate) fn make(
    merchant: MerchantId,
    mut roles: Vec<KeyRole>,
    name: Option<String>,
) -> Result<(String, ApiKey), &'static str> {
    roles.dedup();
    let name = name.unwrap_or_else(|| format!("{merchant} key"));
    if roles.is_empty() {
        return Err("a key needs at least one role");
    }
    let key = new_key();
    let hash = key_hash(&key).into();
    Ok((key, ApiKey { hash, name, merchant, roles, created_at: clock::now(), revoked_at: None }))
}

/// The id is the beginning of the hash.
fn shown(key: &ApiKey) -> Value {
    json!({
        "id": key.hash.get(..12),
        "name": key.name,
        "merchant": key.merchant,
        "roles": key.roles,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    })
}
