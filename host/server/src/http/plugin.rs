//! `/v1/plugins/{id}`: one plugin in full, for its author and its operator: figures, failures, versions, stored keys.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, PluginRecord, Scope, Write};
use cuecard_model::{CustomerId, Fields, KeySet, MerchantId, PluginId};
use cuecard_plugin::{cost::Comparison, problem::Problem as Told};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json, check_id},
    plugins::{all, owner},
};
use crate::{app::App, journal::Line, reasons};

/// Versions that are listed.
const HISTORY: usize = 20;
/// Characters of a stored value that are shown.
const SHOWN: usize = 400;

/// A failure with its reason in parts.
#[derive(Serialize)]
struct Failed {
    #[serde(flatten)]
    line: Arc<Line>,
    problem: Told,
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (merchant, id) = (&caller.merchant, PluginId::from(id));
    let (generation, plugins) = all(&app, &caller).await?;
    let found = plugins.into_iter().find(|plugin| plugin.get("id").and_then(Value::as_str) == Some(id.as_str()));
    let mut shown = found.ok_or_else(|| unknown(&id))?;
    let failures = app.journal.failures(merchant, &id).into_iter().map(|line| {
        let problem = reasons::problem(&line.text);
        Failed { line, problem }
    });
    let failures: Vec<_> = failures.collect();
    let scope = match shown.get("scope").and_then(Value::as_str) {
        Some("shared") => Scope::Shared,
        _ => Scope::Merchant(merchant.clone()),
    };
    let versions = app.engine.plugin_history(&scope, &id, HISTORY).await?;
    let versions: Vec<_> = versions.iter().map(version).collect();
    let more = json!({
        "generation": generation,
        "figures": figures(&app, merchant, &id),
        "last_failures": failures,
        "versions": versions,
        "stored_keys": app.engine.stored_keys(merchant, &id).await?,
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    Ok(Json(shown))
}

fn unknown(id: &PluginId) -> Problem {
    Problem::not_found(format!("there is no plugin '{id}'")).hint("GET /v1/plugins lists them")
}

fn figures(app: &App, merchant: &MerchantId, id: &PluginId) -> Value {
    let snapshot = app.snapshot.load_full();
    let plugin = snapshot.iter().flat_map(|it| it.generation.plugins(merchant)).find(|it| it.plugin.id == *id);
    plugin.map_or_else(|| json!([]), |it| json!(app.metrics.plugins.by_hook(owner(it, merchant), &it.plugin)))
}

fn version(record: &PluginRecord) -> Value {
    let PluginRecord { version, hash, state, source, at, by, .. } = record;
    let mut shown = json!({"version": version, "hash": hash, "state": state, "source": source, "at": at, "by": by});
    let compared = record.compared.as_deref().and_then(|text| serde_json::from_str::<Comparison>(text).ok());
    if let (Some(compared), Some(shown)) = (compared, shown.as_object_mut()) {
        shown.insert("compared".to_owned(), json!(compared));
    }
    shown
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    customer_id: String,
}

/// What a plugin stored for one customer. Long values are cut: they are shown to people.
pub(crate) async fn keys(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(Whose { customer_id }): Asked<Whose>,
) -> Result<Json<Value>, Problem> {
    check_id("customer_id", &customer_id)?;
    let customer = CustomerId::from(customer_id);
    let stored = app.engine.customer(&caller.merchant, &customer).await?.keys;
    let fields = in_use(&app, &caller.merchant, id.into(), &stored).await?.into_iter().flatten();
    let keys: Vec<_> = fields.map(|(name, value)| stored_key(name, value)).collect();
    Ok(Json(json!({ "customer_id": customer, "keys": keys })))
}

/// What a plugin stored in the version in use.
async fn in_use<'a>(
    app: &App,
    merchant: &MerchantId,
    plugin: PluginId,
    stored: &'a BTreeMap<KeySet, Fields>,
) -> Result<Option<&'a Fields>, Problem> {
    let version = app.engine.stored_keys(merchant, &plugin).await?.version;
    Ok(stored.get(&KeySet::new(plugin, version)))
}

fn stored_key(name: &str, value: &cuecard_model::Value) -> Value {
    let text = serde_json::to_string(value).unwrap_or_default();
    let shown: String = text.chars().take(SHOWN).collect();
    json!({"name": name, "bytes": name.len() + text.len(), "cut": shown.len() < text.len(), "value": shown})
}

/// Forgets what a plugin stored for one customer; it begins anew with them.
pub(crate) async fn forget_keys(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(Whose { customer_id }): Asked<Whose>,
) -> Result<Json<Value>, Problem> {
    check_id("customer_id", &customer_id)?;
    let (plugin, customer) = (PluginId::from(id), CustomerId::from(customer_id));
    let stored = app.engine.customer(&caller.merchant, &customer).await?.keys;
    let count = in_use(&app, &caller.merchant, plugin.clone(), &stored).await?.map_or(0, BTreeMap::len);
    if count > 0 {
        let did = caller.did("plugin.keys_deleted", plugin.as_str()).with("keys", count.to_string());
        let did = did.with("customer", app.privacy.pseudonym(&caller.merchant, &customer));
        let write = Write::KeysGone { plugin, customer: customer.clone() };
        app.engine.commit(Batch::new(caller.merchant.clone(), vec![write, Write::Audit(did)])).await?;
    }
    Ok(Json(json!({ "customer_id": customer, "deleted": count })))
}
