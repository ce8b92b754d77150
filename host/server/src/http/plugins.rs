//! `/v1/plugins`, `/v1/reloads`: what serves, how it does, and how it is changed.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use cuecard_engine::{PluginRecord, PluginState, Scope};
use cuecard_model::{MerchantId, PluginId};
use cuecard_plugin::{
    generation::LivePlugin,
    registry::{Note, Outcome, Place, Refusal, Registry, Source},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    bundles::sent,
    guard::Caller,
    json::{Asked, Json, reply},
};
use crate::{app::App, store::Reload};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    shared: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recent {
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Value>, Problem> {
    let merchant = &caller.merchant;
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    let generation = &snapshot.generation;
    let mut plugins: Vec<_> = generation.plugins(merchant).map(|plugin| live(&app, merchant, plugin)).collect();
    let records = app.engine.plugins().await?;
    let off = records.into_iter().filter(|record| match &record.scope {
        Scope::Merchant(owner) => owner == merchant && record.state == PluginState::Disabled,
        Scope::Shared => record.state != PluginState::Retired && generation.is_unwanted(merchant, &record.plugin),
    });
    plugins.extend(off.map(|record| disabled(&record)));
    Ok(Json(json!({ "generation": generation.number, "plugins": plugins })))
}

fn live(app: &App, merchant: &MerchantId, plugin: &LivePlugin) -> Value {
    let manifest = &plugin.contents.manifest;
    let hooks = &manifest.hooks;
    let declared = [
        ("compose", hooks.compose.is_some()),
        ("localize", hooks.localize.is_some()),
        ("trigger", hooks.trigger.is_some()),
        ("classify", hooks.classify.is_some()),
    ];
    let declared: Vec<_> = declared.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect();
    let scenarios: Vec<_> = plugin.contents.scenarios.iter().map(|scenario| &scenario.id).collect();
    let owner = (plugin.scope != Scope::Shared).then_some(merchant);
    let figures = app.metrics.of(owner, &plugin.plugin);
    let mut shown = json!({
        "id": plugin.plugin.id,
        "version": plugin.plugin.version,
        "scope": plugin.scope.to_string(),
        "hash": plugin.hash.to_string(),
        "state": "live",
        "name": manifest.name,
        "description": manifest.description,
        "runtime": manifest.code.as_ref().map(|code| code.runtime.as_str()),
        "hooks": declared,
        "scenarios": scenarios,
        "calls": figures.calls,
        "failures": figures.failures,
        "p50_us": figures.p50_us,
        "p99_us": figures.p99_us,
    });
    let failing = plugin.loadable.as_ref().and_then(|loadable| loadable.standing().failing(merchant));
    if let (Some(failing), Some(shown)) = (failing, shown.as_object_mut()) {
        shown.insert("failing".to_owned(), json!(failing));
    }
    shown
}

fn disabled(record: &PluginRecord) -> Value {
    json!({
        "id": record.plugin,
        "version": record.version,
        "scope": record.scope.to_string(),
        "hash": record.hash,
        "state": "disabled",
    })
}

pub(crate) async fn push(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: axum::extract::Request,
) -> Result<Response, Problem> {
    let which = axum::extract::Query::<Which>::try_from_uri(request.uri());
    let which = which.map_err(|error| Problem::bad_request(error.body_text()).field("query"))?.0;
    let place = place(&caller, &id, which.shared)?;
    let bundle = match sent(&app, &caller.merchant, &id, request).await {
        Ok(sent) => sent.bundle,
        Err(problem) => {
            if !problem.problems().is_empty() {
                registry(&app)?.refuse(place, problem.problems().to_vec(), &caller.by);
            }
            return Err(problem);
        }
    };
    let known = app.engine.plugins().await?;
    let known = known.iter().any(|record| record.scope == place.0 && record.plugin == place.1);
    let note = registry(&app)?.push(place, bundle, &caller.by).await?;
    Ok(reply(if known { StatusCode::OK } else { StatusCode::CREATED }, &said(&note)))
}

pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let place = place(&caller, &id, which.shared)?;
    let note = registry(&app)?.rollback(place, &caller.by).await.map_err(|refusal| explain(refusal, &caller))?;
    Ok(Json(said(&note)))
}

pub(crate) async fn enable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    switch(&app, caller, &id, true).await
}

pub(crate) async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    switch(&app, caller, &id, false).await
}

async fn switch(app: &App, caller: Caller, id: &str, wanted: bool) -> Result<Json<Value>, Problem> {
    let note = registry(app)?.enable(caller.merchant, PluginId::from(id), wanted, &caller.by).await?;
    Ok(Json(said(&note)))
}

pub(crate) async fn reloads(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(recent): Asked<Recent>,
) -> Result<Json<Value>, Problem> {
    let limit = recent.limit.unwrap_or(50).min(1000);
    let found = app.engine.reloads(Some(&caller.merchant), limit).await?;
    let found: Vec<_> = found.iter().map(Reload::from).collect();
    Ok(Json(json!({ "generation": app.generation(), "reloads": found })))
}

fn registry(app: &App) -> Result<&Registry, Problem> {
    app.registry.get().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))
}

/// The merchant's own plugin; or the one for all, which only an operator may change.
pub(crate) fn place(caller: &Caller, id: &str, shared: bool) -> Result<Place, Problem> {
    if shared && !caller.operator {
        return Err(Problem::new(403, "forbidden", "Forbidden", "shared plugins are the operator's to change")
            .hint("leave ?shared=true out for a plugin of your own, or use an operator's key"));
    }
    let scope = if shared { Scope::Shared } else { Scope::Merchant(caller.merchant.clone()) };
    Ok((scope, PluginId::from(id)))
}

fn explain(refusal: Refusal, caller: &Caller) -> Problem {
    let unknown = matches!(refusal, Refusal::Unknown(_)) && caller.operator;
    let problem = Problem::from(refusal);
    if unknown { problem.hint("for a shared plugin add ?shared=true") } else { problem }
}

fn said(note: &Note) -> Value {
    json!({
        "plugin": note.place.1,
        "scope": note.place.0.to_string(),
        "version": note.version,
        "hash": note.hash.map(|hash| hash.to_string()),
        "outcome": match note.outcome {
            Outcome::Live => "live",
            Outcome::Refused => "refused",
            Outcome::Retired => "retired",
            Outcome::RolledBack => "rolled_back",
            Outcome::Enabled => "enabled",
            Outcome::Disabled => "disabled",
        },
        "generation": note.generation,
        "reason": note.reason,
        "source": match note.source { Source::Folder => "folder", Source::Pushed => "pushed" },
        "by": note.by,
    })
}
