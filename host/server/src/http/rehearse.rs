//! `POST /v1/plugins/{id}/rehearse`: what another version would have said on turns that were answered. Nothing is kept.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{FromRequest, Path, Query, Request, State},
    http::header,
};
use cuecard_model::{ConversationId, MerchantId, PluginId};
use cuecard_plugin::bundle::{Bundle, from_archive};
use serde::Deserialize;

use super::{
    Problem,
    guard::Caller,
    json::{Json, Raw},
    messages::understanding,
    plugins::place,
};
use crate::{
    app::App,
    rehearse::{Again, Rehearsal, TURNS, Wanted, again},
    store,
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    shared: bool,
    turns: Option<usize>,
}

/// A bundle as it stands in an editor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    /// Texts by their names.
    pub(crate) files: BTreeMap<String, String>,
    /// Files of the version that serves, such as a component, that go along as they are.
    #[serde(default)]
    pub(crate) keep: Vec<String>,
    /// Whose turns: all of them are shown, not those alone that differ.
    #[serde(default)]
    conversations: Vec<ConversationId>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<Rehearsal>, Problem> {
    let asked = Query::<Asked>::try_from_uri(request.uri());
    let asked = asked.map_err(|error| Problem::bad_request(error.body_text()).field("query"))?.0;
    let place = place(&caller, &id, asked.shared)?;
    let merchant = app.merchants.get(&*app.engine, &caller.merchant).await?;
    let (bundle, conversations) = bundle(&app, &caller.merchant, &id, request).await?;
    let limit = asked.turns.unwrap_or(TURNS.0).min(TURNS.1);
    let turns = turns(&app, &caller.merchant, &conversations, limit).await?;
    let (snapshot, _) = understanding(&app, &caller.merchant).await?;
    let wanted = Wanted { snapshot, merchant, place, bundle, turns, show_all: !conversations.is_empty() };
    Ok(Json(app.rehearsals.rehearse(wanted).await?))
}

/// An archive as `PUT /v1/plugins/{id}` takes it, or files in JSON.
async fn bundle(
    app: &App,
    merchant: &MerchantId,
    id: &str,
    request: Request,
) -> Result<(Bundle, Vec<ConversationId>), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let Json(mut files) = Json::<Files>::from_request(request, &()).await?;
        let conversations = std::mem::take(&mut files.conversations);
        return Ok((files.bundle(app, merchant, id).await?, conversations));
    }
    let Raw(bytes) = Raw::from_request(request, &()).await?;
    let limits = app.bundle_limits;
    let bundle = tokio::task::spawn_blocking(move || from_archive(&bytes, &limits)).await;
    let bundle = bundle.map_err(|_| Problem::busy("the host is stopping"))?.map_err(Problem::bundle)?;
    Ok((bundle, Vec::new()))
}

impl Files {
    /// The files with those that are kept of the version that serves.
    pub(crate) async fn bundle(self, app: &App, merchant: &MerchantId, id: &str) -> Result<Bundle, Problem> {
        let Self { files, keep, .. } = self;
        let texts = files.into_iter().map(|(name, text)| (name, Arc::<[u8]>::from(text.into_bytes())));
        let mut all: BTreeMap<String, Arc<[u8]>> = texts.collect();
        if !keep.is_empty() {
            let live = live_bundle(app, merchant, &PluginId::from(id)).await?;
            for name in keep {
                let Some(bytes) = live.file(&name) else {
                    return Err(Problem::bad_request(format!("'{name}' is not in the version that serves"))
                        .field("keep")
                        .hint("GET /v1/plugins/{id}/bundle lists its files"));
                };
                all.insert(name, Arc::clone(bytes));
            }
        }
        Bundle::from_files(all, &app.bundle_limits).map_err(Problem::bundle)
    }
}

/// The bundle of the version that serves a merchant.
pub(crate) async fn live_bundle(app: &App, merchant: &MerchantId, id: &PluginId) -> Result<Bundle, Problem> {
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    let live = snapshot.generation.plugins(merchant).find(|plugin| plugin.plugin.id == *id);
    let unknown =
        || Problem::not_found(format!("no plugin '{id}' serves here")).hint("GET /v1/plugins lists the plugins");
    let hash = live.ok_or_else(unknown)?.hash.to_string();
    let bundle = store::read_bundle(&*app.engine, &hash, &app.bundle_limits).await;
    bundle.ok().flatten().ok_or_else(unknown)
}

/// Turns that can be answered again, newest first.
async fn turns(
    app: &App,
    merchant: &MerchantId,
    conversations: &[ConversationId],
    limit: usize,
) -> Result<Vec<Again>, Problem> {
    let kept = app.engine.kept_turns(merchant, conversations, limit).await?;
    let mut turns = Vec::with_capacity(kept.len());
    for turn in kept {
        turns.push(again(&*app.engine, merchant, turn).await?);
    }
    Ok(turns)
}
