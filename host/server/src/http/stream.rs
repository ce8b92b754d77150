//! `GET /v1/stream`: server-sent events, taken up again by Last-Event-ID.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cuecard_model::{AgentId, ConversationId};
use futures::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::{mpsc, watch};

use super::{Problem, guard::Caller};
use crate::{app::App, hub::Filter};

/// A comment keeps proxies from closing a quiet line.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    agent_id: Option<AgentId>,
    conversation_id: Option<ConversationId>,
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let filter = Filter { agent: asked.agent_id, conversation: asked.conversation_id, reloads_only: !caller.agent };
    let limit = app.limits.streams_per_merchant;
    let line = app.hub.listen(&caller.merchant, filter, last, limit);
    let line = line.ok_or_else(|| Problem::busy("the merchant has too many streams open"))?;
    let hello = Bytes::from_static(b"retry: 1000\n: connected\n\n");
    let first = stream::iter(std::iter::once(hello).chain(line.missed));
    let live = stream::unfold((line.live, app.stopping.clone()), next);
    let body = Body::from_stream(first.chain(live).map(Ok::<_, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

type Line = (mpsc::Receiver<Bytes>, watch::Receiver<bool>);

/// The next event, or a comment when there was none for long; ends with the host.
async fn next((mut live, mut stopping): Line) -> Option<(Bytes, Line)> {
    let frame = tokio::select! {
        frame = live.recv() => frame?,
        () = tokio::time::sleep(KEEP_ALIVE) => Bytes::from_static(b": still here\n\n"),
        _ = stopping.wait_for(|stop| *stop) => return None,
    };
    Some((frame, (live, stopping)))
}
