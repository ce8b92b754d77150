//! `POST /v1/plugins/{id}/rehearse`: what another version would have said on turns that were answered. Nothing is kept.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, Request, State},
};
use cuecard_model::{ConversationId, MerchantId};
use serde::Deserialize;

use super::{
    Problem,
    bundles::{Sent, sent},
    guard::Caller,
    json::Json,
    messages::understanding,
    plugins::place,
};
use crate::{
    app::App,
    rehearse::{Again, Rehearsal, TURNS, Wanted, again},
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    shared: bool,
    turns: Option<usize>,
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
    let Sent { bundle, conversations } = sent(&app, &caller.merchant, &id, request).await?;
    let limit = asked.turns.unwrap_or(TURNS.0).min(TURNS.1);
    let turns = turns(&app, &caller.merchant, &conversations, limit).await?;
    let (snapshot, _) = understanding(&app, &caller.merchant).await?;
    let wanted = Wanted { snapshot, merchant, place, bundle, turns, show_all: !conversations.is_empty() };
    Ok(Json(app.rehearsals.rehearse(wanted).await?))
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
