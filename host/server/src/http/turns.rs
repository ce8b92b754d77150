//! `/v1/turns`: turns that were kept, newest first, and how one of them came about.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::TurnRecord;
use cuecard_model::{Failure, PluginId, Reply, TurnId};
use cuecard_plugin::problem::Problem as Told;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
};
use crate::{app::App, reasons, trace};

/// Turns that are read at once, and in all, to find those that are wanted.
const PAGE: usize = 100;
const LOOK: usize = 2000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    before: Option<TurnId>,
    limit: Option<usize>,
    plugin: Option<PluginId>,
    #[serde(default)]
    failed: bool,
}

/// Goes back until enough turns fit, or so many were looked at that the asker should say whether to go on: `next` then
/// says from where.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Value>, Problem> {
    let limit = wanted.limit.unwrap_or(50).clamp(1, PAGE);
    let (mut shown, mut before, mut looked) = (Vec::new(), wanted.before.clone(), 0);
    let next = loop {
        let page = app.engine.turns_before(&caller.merchant, before.as_ref(), PAGE).await?;
        let is_last = page.len() < PAGE;
        for record in page {
            looked += 1;
            before = Some(record.id.clone());
            shown.extend(summary(&record, &wanted));
            if shown.len() >= limit {
                break;
            }
        }
        if shown.len() >= limit || looked >= LOOK {
            break before;
        }
        if is_last {
            break None;
        }
    };
    Ok(Json(json!({ "turns": shown, "next": next })))
}

/// A turn in a line, if it is one of those that are wanted.
fn summary(record: &TurnRecord, wanted: &Wanted) -> Option<Value> {
    let reply: Reply = serde_json::from_str(&record.reply).ok()?;
    let Reply { signals, suggestions, failures, timing_us, generation, .. } = reply;
    let is_of = |id: &PluginId| {
        let offered = suggestions.iter().any(|suggestion| suggestion.plugin.id == *id);
        offered || failures.iter().any(|failure| failure.plugin.id == *id) || was_asked(record, id)
    };
    if wanted.failed && failures.is_empty() || !wanted.plugin.as_ref().is_none_or(is_of) {
        return None;
    }
    let failed: Vec<_> = failures.iter().map(|it| json!({"plugin": it.plugin, "kind": it.kind})).collect();
    Some(json!({
        "id": record.id,
        "at": record.message.message.at,
        "conversation_id": record.message.conversation,
        "channel": record.message.channel,
        "generation": generation,
        "scenario": signals.scenario.id,
        "emotion": signals.emotion.label,
        "language": signals.language.tag,
        "suggestions": suggestions.iter().map(|suggestion| &suggestion.plugin).collect::<Vec<_>>(),
        "failures": failed,
        "total_us": timing_us.total,
    }))
}

/// Whether a plugin was asked in a turn, also if it had nothing to say.
fn was_asked(record: &TurnRecord, plugin: &PluginId) -> bool {
    record.trace.as_ref().is_some_and(|trace| trace.contains(&format!("\"plugin\":\"{plugin}@")))
}

#[derive(Serialize)]
struct Failed<'a> {
    #[serde(flatten)]
    failure: &'a Failure,
    problem: Told,
}

impl<'a> From<&'a Failure> for Failed<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { failure, problem: reasons::problem(&failure.detail) }
    }
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let unknown = || Problem::not_found("there is no such turn").hint("GET /v1/turns lists them");
    let record = app.engine.turn(&caller.merchant, &TurnId::from(id)).await?.ok_or_else(unknown)?;
    let reply: Reply = serde_json::from_str(&record.reply).map_err(|_| unknown())?;
    let kept = record.trace.as_ref().and_then(|trace| serde_json::from_str::<Value>(trace).ok());
    let part = |name: &str| kept.as_ref().and_then(|kept| kept.get(name)).cloned();
    let failures: Vec<_> = reply.failures.iter().map(Failed::from).collect();
    let message = &record.message;
    Ok(Json(json!({
        "id": record.id,
        "at": message.message.at,
        "conversation_id": message.conversation,
        "message_id": message.id,
        "customer_id": message.customer,
        "channel": message.channel,
        "text": message.message.text,
        "generation": reply.generation,
        "signals": reply.signals,
        "trace": reply.trace,
        "spans": part("spans").unwrap_or_else(|| json!(trace::stages(&reply.timing_us))),
        "calls": part("calls").unwrap_or_else(|| json!([])),
        "timing_us": reply.timing_us,
        "suggestions": reply.suggestions,
        "failures": failures,
    })))
}
