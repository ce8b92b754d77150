//! `POST /v1/plugins/{id}/rehearse`: what another version would have said on turns that were answered, and decided on
//! events. Nothing is kept.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, Request, State},
};
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
    rehearse::{EVENTS, Rehearsal, TIME, TURNS, Tried, Wanted, turns},
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    shared: bool,
    turns: Option<usize>,
    events: Option<usize>,
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
    let settled = app.merchants.settled(&*app.engine, &caller.merchant).await?;
    let Sent { bundle, conversations } = sent(&app, &caller.merchant, &id, request).await?;
    let limit = asked.turns.unwrap_or(TURNS.0).min(TURNS.1);
    let turns = turns(&*app.engine, &caller.merchant, &conversations, limit).await?;
    let (snapshot, _) = understanding(&app, &caller.merchant).await?;
    let wanted = Wanted {
        engine: Arc::clone(&app.engine),
        snapshot,
        settled,
        place,
        version: Tried::Bundle(bundle),
        turns,
        events: asked.events.unwrap_or(EVENTS.0).min(EVENTS.1),
        show_all: !conversations.is_empty(),
        time: TIME,
    };
    Ok(Json(app.rehearsals.rehearse(wanted).await?))
}
