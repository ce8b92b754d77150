//! `GET /v1/plugins/{id}/logs`: what a plugin said to its author and how it failed, for the caller's merchant; lately, or
//! as it happens.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cuecard_model::PluginId;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
};
use crate::{
    app::App,
    journal::{Line, Reading},
    reasons,
};

/// A comment keeps proxies from closing a quiet line.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[serde(default)]
    follow: bool,
    limit: Option<usize>,
}

/// A line, and the place that a failure names.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    line: &'a Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<cuecard_plugin::problem::Problem>,
}

impl<'a> From<&'a Line> for Shown<'a> {
    fn from(line: &'a Line) -> Self {
        Self { line, problem: line.failure.map(|_| reasons::problem(&line.text)) }
    }
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let follow = wanted.follow || header("accept").is_some_and(|kinds| kinds.contains("text/event-stream"));
    let after = header("last-event-id").and_then(|id| id.parse().ok()).unwrap_or(0);
    let limit = wanted.limit.unwrap_or(200).min(500);
    let reading = app.journal.read(&caller.merchant, &PluginId::from(id), after, limit, follow);
    let Reading { lines, live } = reading;
    if !follow {
        let lines: Vec<_> = lines.iter().map(|line| Shown::from(&**line)).collect();
        return Ok(Json(json!({ "lines": lines })).into_response());
    }
    let live = live.ok_or_else(|| Problem::busy("too many read along with this plugin already"))?;
    let hello = Bytes::from_static(b"retry: 1000\n: connected\n\n");
    let first = stream::iter([hello].into_iter().chain(lines.iter().map(|line| frame(line)).collect::<Vec<_>>()));
    let live = stream::unfold((live, app.stopping.clone()), next);
    let body = Body::from_stream(first.chain(live).map(Ok::<_, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

fn frame(line: &Line) -> Bytes {
    let data = serde_json::to_string(&Shown::from(line)).unwrap_or_default();
    Bytes::from(format!("event: line\nid: {}\ndata: {data}\n\n", line.number))
}

type Live = (mpsc::Receiver<Arc<Line>>, watch::Receiver<bool>);

/// The next line, or a comment when there was none for long; ends with the host.
async fn next((mut live, mut stopping): Live) -> Option<(Bytes, Live)> {
    let bytes = tokio::select! {
        line = live.recv() => frame(&*line?),
        () = tokio::time::sleep(KEEP_ALIVE) => Bytes::from_static(b": still here\n\n"),
        _ = stopping.wait_for(|stop| *stop) => return None,
    };
    Some((bytes, (live, stopping)))
}
