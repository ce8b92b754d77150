//! Bundles in and out: archives, or the files that stand in an editor.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{FromRequest, Path, Request, State},
    http::{StatusCode, header},
    response::Response,
};
use cuecard_model::{ConversationId, MerchantId, PluginId, Scope, Timestamp};
use cuecard_plugin::{
    bundle::{Bundle, from_archive},
    generation::{LivePlugin, Served},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    base::tag,
    guard::Caller,
    json::{Json, Raw, reply},
};
use crate::{
    app::App,
    cli::new::{is_id, lua},
    store,
};

/// What came with a request.
pub(crate) struct Sent {
    pub(crate) bundle: Bundle,
    /// Whose turns are to be rehearsed, if anybody's.
    pub(crate) conversations: Vec<ConversationId>,
}

/// A bundle as it stands in an editor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    /// Texts by their names.
    files: BTreeMap<String, String>,
    /// Files of the newest version, such as a component, that go along as they are.
    #[serde(default)]
    keep: Vec<String>,
    /// Whose turns: all of them are shown, not those alone that differ.
    #[serde(default)]
    conversations: Vec<ConversationId>,
}

/// The files of the newest version, which is the canary if one runs: texts as they are, the rest by its size. Its tag is
/// what a push of other files builds on.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let served = served(&app, &caller.merchant, &PluginId::from(id))?;
    let live = served.head();
    let bundle = read(&app, live).await?;
    let (at, by) = come(&app, &served).await?.unzip();
    let (mut files, mut binary) = (BTreeMap::new(), Vec::new());
    for (name, bytes) in bundle.files() {
        match std::str::from_utf8(bytes) {
            Ok(text) => drop(files.insert(name, text.to_owned())),
            Err(_) => binary.push(json!({"name": name, "bytes": bytes.len()})),
        }
    }
    let body = json!({
        "plugin": live.plugin.id,
        "version": live.plugin.version,
        "hash": live.hash.to_string(),
        "shared": live.scope == Scope::Shared,
        "canary": served.trial.as_ref().map(|trial| trial.terms.share),
        "at": at,
        "by": by,
        "files": files,
        "binary": binary,
    });
    let mut answer = reply(StatusCode::OK, &body);
    if let Some(tag) = tag(&live.hash) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// When the newest version came, and by whom.
async fn come(app: &App, served: &Served) -> Result<Option<(Timestamp, String)>, Problem> {
    if let Some(trial) = &served.trial {
        let canary = trial.canary();
        return Ok(Some((canary.since, canary.by)));
    }
    let LivePlugin { scope, plugin, .. } = &*served.stable;
    let records = app.engine.plugins().await?;
    let found = records.into_iter().find(|record| record.scope == *scope && record.plugin == plugin.id);
    Ok(found.map(|record| (record.at, record.by)))
}

/// The files of a new Lua plugin, which pass their own tests.
pub(crate) async fn template(Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    if !is_id(&id) {
        return Err(Problem::bad_request(format!("'{id}' is no plugin id"))
            .field("id")
            .hint("use lower-case letters, digits and hyphens, such as late-parcel"));
    }
    let files: BTreeMap<_, _> = lua(&id).collect();
    Ok(Json(json!({
        "plugin": id, "version": null, "hash": null, "shared": false, "canary": null, "at": null, "by": null,
        "files": files, "binary": [],
    })))
}

/// An archive as `PUT /v1/plugins/{id}` takes it, or files in JSON.
pub(crate) async fn sent(app: &App, merchant: &MerchantId, id: &str, request: Request) -> Result<Sent, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let Json(mut files) = Json::<Files>::from_request(request, &()).await?;
        let conversations = std::mem::take(&mut files.conversations);
        return Ok(Sent { bundle: files.bundle(app, merchant, id).await?, conversations });
    }
    let Raw(bytes) = Raw::from_request(request, &()).await?;
    let limits = app.bundle_limits;
    let bundle = tokio::task::spawn_blocking(move || from_archive(&bytes, &limits)).await;
    let bundle = bundle.map_err(|_| Problem::busy("the host is stopping"))?.map_err(Problem::bundle)?;
    Ok(Sent { bundle, conversations: Vec::new() })
}

impl Files {
    /// The files with those that are kept of the newest version.
    pub(crate) async fn bundle(self, app: &App, merchant: &MerchantId, id: &str) -> Result<Bundle, Problem> {
        let Self { files, keep, .. } = self;
        let texts = files.into_iter().map(|(name, text)| (name, Arc::<[u8]>::from(text.into_bytes())));
        let mut all: BTreeMap<String, Arc<[u8]>> = texts.collect();
        if !keep.is_empty() {
            let newest = read(app, served(app, merchant, &PluginId::from(id))?.head()).await?;
            for name in keep {
                let Some(bytes) = newest.file(&name) else {
                    return Err(Problem::bad_request(format!("'{name}' is not in the newest version"))
                        .field("keep")
                        .hint("GET /v1/plugins/{id}/bundle lists its files"));
                };
                all.insert(name, Arc::clone(bytes));
            }
        }
        Bundle::from_files(all, &app.bundle_limits).map_err(Problem::bundle)
    }
}

/// What serves a merchant.
fn served(app: &App, merchant: &MerchantId, id: &PluginId) -> Result<Served, Problem> {
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    let served = snapshot.generation.served(merchant).find(|served| served.stable.plugin.id == *id).cloned();
    served.ok_or_else(|| {
        Problem::not_found(format!("no plugin '{id}' serves here")).hint("GET /v1/plugins lists the plugins")
    })
}

async fn read(app: &App, live: &LivePlugin) -> Result<Bundle, Problem> {
    let bundle = store::read_bundle(&*app.engine, &live.hash.to_string(), &app.bundle_limits).await;
    bundle.ok().flatten().ok_or_else(|| Problem::not_found("its bundle is not kept"))
}
