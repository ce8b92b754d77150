//! `/v1/plugins`, `/v1/reloads`: what serves, how it does, and how it is changed.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use cuecard_engine::{PluginRecord, PluginState, ReloadOutcome, ReloadRecord, Scope};
use cuecard_model::{MerchantId, PluginId, Timestamp};
use cuecard_plugin::{
    bundle::BundleHash,
    canary::{Counts, Terms, Trial, Verdict},
    cost::{Comparison, Cost},
    generation::LivePlugin,
    generation::Served,
    registry::{Note, Place, Push, Refusal, Registry, Source, Way},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    base::{base, changed, check},
    bundles::sent,
    guard::Caller,
    json::{Asked, Json, reply},
};
use crate::{
    app::App,
    clock,
    store::{Reload, outcome, outcome_word},
};

/// Lines of the history that are looked at for what is said of each plugin.
const LOOK_BACK: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    shared: bool,
    /// The content that is to be promoted or taken back: if another one serves by now, nothing happens.
    #[serde(default)]
    hash: Option<String>,
}

/// How a bundle is to serve. What is not said is as the merchant has settled it, or else as [`Terms::default`] says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(default)]
    shared: bool,
    /// The share of the conversations; 0 serves all at once, which is an operator's to say where every push is tried.
    canary: Option<f64>,
    window_s: Option<u32>,
    min_calls: Option<u64>,
    slower: Option<f64>,
    slower_us: Option<u32>,
    /// The content whose difference a person has seen and wants.
    confirm: Option<String>,
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
    let (generation, plugins) = all(&app, &caller).await?;
    Ok(Json(json!({ "generation": generation, "plugins": plugins })))
}

/// The merchant's plugins: those that serve, those that are switched off, and those that never came to serve.
pub(super) async fn all(app: &App, caller: &Caller) -> Result<(u64, Vec<Value>), Problem> {
    let merchant = &caller.merchant;
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    let generation = &snapshot.generation;
    let now = clock::now();
    let served = generation.served(merchant);
    let mut plugins: Vec<_> = served.map(|served| live(app, caller, served, now)).collect();
    let records = app.engine.plugins().await?;
    let off = records.into_iter().filter(|record| match &record.scope {
        Scope::Merchant(owner) => owner == merchant && record.state == PluginState::Disabled,
        Scope::Shared => record.state != PluginState::Retired && generation.is_unwanted(merchant, &record.plugin),
    });
    plugins.extend(off.map(|record| disabled(&record)));
    let reloads = app.engine.reloads(Some(merchant), LOOK_BACK).await?;
    told(&mut plugins, &reloads);
    Ok((generation.number, plugins))
}

/// Adds what the history says: since when each serves, and what was refused since.
fn told(plugins: &mut Vec<Value>, newest_first: &[ReloadRecord]) {
    let mut seen = HashSet::new();
    let latest: Vec<_> = newest_first.iter().filter(|record| seen.insert((&record.scope, &record.plugin))).collect();
    for plugin in plugins.iter_mut() {
        let (id, scope) = (text(plugin, "id"), text(plugin, "scope"));
        let is_it = |record: &&ReloadRecord| record.plugin.as_str() == id && record.scope.to_string() == scope;
        let hash = text(plugin, "hash");
        let serves = |record: &&ReloadRecord| {
            *record.hash == *hash
                && matches!(
                    record.outcome,
                    ReloadOutcome::Live | ReloadOutcome::RolledBack | ReloadOutcome::Enabled | ReloadOutcome::Promoted
                )
        };
        let since = newest_first.iter().filter(is_it).find(serves);
        let refused = latest.iter().copied().find(is_it).filter(|latest| latest.outcome == ReloadOutcome::Refused);
        let Some(shown) = plugin.as_object_mut() else { continue };
        if let Some(since) = since {
            shown.insert("since".into(), json!({"at": since.at, "by": since.by, "generation": since.generation}));
        }
        if let Some(refused) = refused {
            shown.insert("refused".into(), json!(Reload::from(refused)));
        }
    }
    let is_shown = |record: &ReloadRecord| plugins.iter().any(|plugin| text(plugin, "id") == record.plugin.as_str());
    let never = latest.into_iter().filter(|record| record.outcome == ReloadOutcome::Refused && !is_shown(record));
    let never: Vec<_> = never.map(refused).collect();
    plugins.extend(never);
}

fn text(plugin: &Value, name: &str) -> String {
    plugin.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn live(app: &App, caller: &Caller, served: &Served, now: Timestamp) -> Value {
    let (merchant, plugin) = (&caller.merchant, &served.stable);
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
    let figures = app.metrics.plugins.of(owner(plugin, merchant), &plugin.plugin);
    let failing = plugin.loadable.as_ref().and_then(|loadable| loadable.standing().failing(merchant));
    let rests = failing.and_then(|failing| failing.rests_until).is_some_and(|until| until > now);
    let mut shown = json!({
        "id": plugin.plugin.id,
        "version": plugin.plugin.version,
        "scope": plugin.scope.to_string(),
        "hash": plugin.hash.to_string(),
        "state": if rests { "set_aside" } else { "live" },
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
    if let (Some(provenance), Some(shown)) = (&plugin.provenance, shown.as_object_mut()) {
        shown.insert("signature".to_owned(), json!(provenance));
    }
    if let (Some(cost), Some(shown)) = (&plugin.cost, shown.as_object_mut()) {
        shown.insert("cost".to_owned(), costs(cost, plugin.compared.as_ref()));
    }
    if let (true, Some(shown)) = (manifest.keys_version > 1, shown.as_object_mut()) {
        shown.insert("keys_version".to_owned(), json!(manifest.keys_version));
    }
    if let (Some(failing), Some(shown)) = (failing, shown.as_object_mut()) {
        shown.insert("failing".to_owned(), json!(failing));
        if let Some(relief) = &served.relief {
            shown.insert("relief".to_owned(), json!(relief.plugin.version));
        }
    }
    if let (Some(trial), Some(shown)) = (&served.trial, shown.as_object_mut()) {
        // Of a shared plugin the figures are those of all merchants.
        let may_see = owner(plugin, merchant).is_some() || caller.operator;
        shown.insert("canary".to_owned(), canary(trial, may_see));
    }
    shown
}

/// What a version's own tests cost, and that beside the version in whose place it came.
fn costs(cost: &Cost, compared: Option<&Comparison>) -> Value {
    let cases = cost.cases.iter().map(|case| json!({"name": case.name, "hook": case.hook, "steps": case.steps}));
    let mut shown = json!({
        "runtime": cost.runtime,
        "median": cost.median(),
        "cases": cases.collect::<Vec<_>>(),
    });
    if let (Some(compared), Some(shown)) = (compared, shown.as_object_mut()) {
        shown.insert("compared".to_owned(), json!(compared));
    }
    shown
}

/// Whose figures these are: a merchant's own plugin's, or all merchants' together.
pub(super) fn owner<'a>(plugin: &LivePlugin, merchant: &'a MerchantId) -> Option<&'a MerchantId> {
    (plugin.scope != Scope::Shared).then_some(merchant)
}

fn canary(trial: &Trial, may_see: bool) -> Value {
    let kept = trial.canary();
    let mut shown = json!({
        "version": kept.version,
        "hash": kept.hash,
        "since": kept.since,
        "by": kept.by,
        "share": kept.terms.share,
        "window_s": kept.terms.window_s,
        "min_calls": kept.terms.min_calls,
        "slower": kept.terms.slower,
        "slower_us": kept.terms.slower_us,
    });
    if let (Some(cost), Some(shown)) = (&trial.plugin.cost, shown.as_object_mut()) {
        shown.insert("cost".to_owned(), costs(cost, trial.plugin.compared.as_ref()));
    }
    if let (true, Some(shown)) = (may_see, shown.as_object_mut()) {
        match trial.judge(clock::now()) {
            Verdict::GoOn(waits) => {
                shown.insert("state".to_owned(), json!(waits.to_string()));
                shown.insert("waits_for".to_owned(), json!(waits));
            }
            Verdict::Promote(state) | Verdict::TakeBack(state) => {
                shown.insert("state".to_owned(), json!(state));
            }
        }
        shown.insert("candidate".to_owned(), counts(&kept.tally.candidate));
        shown.insert("stable".to_owned(), counts(&kept.tally.stable));
    }
    shown
}

fn counts(counts: &Counts) -> Value {
    json!({
        "calls": counts.calls,
        "errors": counts.errors,
        "limits": counts.limits,
        "p50_us": counts.time.percentile(50),
        "p99_us": counts.time.percentile(99),
        "offered": counts.offered,
        "accepted": counts.accepted,
    })
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

/// A plugin of which no version has ever been fit to serve.
fn refused(record: &ReloadRecord) -> Value {
    json!({
        "id": record.plugin,
        "version": record.version,
        "scope": record.scope.to_string(),
        "hash": record.hash,
        "state": "refused",
        "refused": Reload::from(record),
    })
}

pub(crate) async fn push(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: axum::extract::Request,
) -> Result<Response, Problem> {
    let asked = axum::extract::Query::<Wanted>::try_from_uri(request.uri());
    let asked = asked.map_err(|error| Problem::bad_request(error.body_text()).field("query"))?.0;
    let place = place(&caller, &id, asked.shared)?;
    let settled = app.merchants.get(&*app.engine, &caller.merchant).await?.canary.filter(|_| !asked.shared);
    let way = way(&asked, settled, &caller)?;
    let base = base(request.headers())?;
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    check(&snapshot.generation, &place, base.as_ref())?;
    drop(snapshot);
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
    let confirmed = asked.confirm.is_some_and(|hash| hash == bundle.hash().to_string());
    let (id, is_held) = (place.1.clone(), base.is_some());
    let note = registry(&app)?.push(Push { place, bundle, way, confirmed, base }, &caller.by).await;
    let note = note.map_err(|refusal| match refusal {
        Refusal::Overtaken if is_held => changed(&id),
        refusal => refusal.into(),
    })?;
    Ok(reply(if known { StatusCode::OK } else { StatusCode::CREATED }, &said(&note)))
}

/// How a push is to serve.
fn way(asked: &Wanted, settled: Option<Terms>, caller: &Caller) -> Result<Way, Problem> {
    let terms = settled.unwrap_or_default();
    let terms = Terms {
        share: asked.canary.unwrap_or(terms.share),
        window_s: asked.window_s.unwrap_or(terms.window_s),
        min_calls: asked.min_calls.unwrap_or(terms.min_calls),
        slower: asked.slower.unwrap_or(terms.slower),
        slower_us: asked.slower_us.unwrap_or(terms.slower_us),
    };
    let way = match (asked.canary, settled) {
        (None, None) => Way::Live,
        (None, Some(_)) => Way::CanaryOrLive(terms),
        (Some(0.0), Some(_)) if !caller.operator => {
            return Err(Problem::new(403, "forbidden", "Forbidden", "every push of this merchant is tried first")
                .hint("leave canary=0 out, or use an operator's key"));
        }
        (Some(0.0), _) => Way::Live,
        (Some(_), _) => Way::Canary(terms),
    };
    if let Way::Canary(terms) | Way::CanaryOrLive(terms) = &way {
        let wrong = |reason| Problem::bad_request(reason).field("canary").hint("e.g. ?canary=0.1&window_s=1800");
        terms.checked().map_err(wrong)?;
    }
    Ok(way)
}

pub(crate) async fn promote(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let (place, expected) = (place(&caller, &id, which.shared)?, expected(&which)?);
    let note = registry(&app)?.promote(place, expected, &caller.by).await;
    Ok(Json(said(&note.map_err(|refusal| explain(refusal, &caller))?)))
}

pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Problem> {
    let (place, expected) = (place(&caller, &id, which.shared)?, expected(&which)?);
    let note = registry(&app)?.rollback(place, expected, &caller.by).await;
    Ok(Json(said(&note.map_err(|refusal| explain(refusal, &caller))?)))
}

fn expected(which: &Which) -> Result<Option<BundleHash>, Problem> {
    let Some(hash) = &which.hash else { return Ok(None) };
    let found = BundleHash::from_hex(hash).ok_or_else(|| {
        Problem::bad_request("hash is no content hash").field("hash").hint("take it from GET /v1/plugins")
    });
    found.map(Some)
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
    let mut said = json!({
        "plugin": note.place.1,
        "scope": note.place.0.to_string(),
        "version": note.version,
        "hash": note.hash.map(|hash| hash.to_string()),
        "outcome": outcome_word(outcome(note.outcome)),
        "generation": note.generation,
        "reason": note.reason,
        "source": match note.source { Source::Folder => "folder", Source::Pushed => "pushed" },
        "by": note.by,
    });
    if let (Some(cost), Some(said)) = (&note.cost, said.as_object_mut()) {
        said.insert("cost".to_owned(), costs(cost, note.compared.as_ref()));
    }
    said
}
