//! `/v1/conversations`: what a desk lists and shows. Knows how a conversation is told, not how it came about.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{FeedbackAction, Spoken, Thread};
use cuecard_model::{ConversationId, MessageId, Reply, Role, Signals, Suggestion, SuggestionId, Timestamp, TurnId};
use cuecard_understand::Understanding;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
    messages::understanding,
};
use crate::app::App;

/// Conversations on a page, if nothing else is asked for, and at most.
const LISTED: (usize, usize) = (50, 200);
/// Messages on a page.
const SPOKEN: (usize, usize) = (100, 500);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    before: Option<u64>,
    limit: Option<usize>,
}

impl Page {
    fn limit(&self, (usual, most): (usize, usize)) -> usize {
        self.limit.unwrap_or(usual).clamp(1, most)
    }
}

/// Of a kept reply, what is shown beside its message.
#[derive(Deserialize)]
struct Kept {
    signals: Signals,
    /// As it was kept: a translation and what there is to say about it.
    #[serde(default)]
    message_for_agent: Option<Value>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(page): Asked<Page>,
) -> Result<Json<Value>, Problem> {
    let limit = page.limit(LISTED);
    let threads = app.engine.threads(&caller.merchant, page.before, limit).await?;
    let (_, understanding) = understanding(&app, &caller.merchant).await?;
    let next = threads.last().filter(|_| threads.len() == limit).map(|last| last.place);
    let conversations: Vec<_> = threads.iter().map(|thread| listed(thread, &understanding)).collect();
    Ok(Json(json!({ "conversations": conversations, "next": next })))
}

fn listed(thread: &Thread, understanding: &Understanding) -> Value {
    let signals = thread.reply.as_deref().and_then(|reply| serde_json::from_str::<Kept>(reply).ok());
    let signals = signals.map(|kept| kept.signals);
    json!({
        "id": thread.conversation,
        "customer": {"id": thread.customer, "name": thread.name},
        "channel": thread.channel,
        "last_message": thread.last,
        "waiting_since": thread.waiting_since,
        "unanswered": thread.unanswered,
        "scenario": signals.as_ref().map(|it| json!({
            "id": it.scenario.id,
            "title": understanding.title(&it.scenario.id),
        })),
        "language": signals.as_ref().map(|it| &it.language.tag),
        "emotion": signals.as_ref().map(|it| json!({
            "label": it.emotion.label,
            "intensity": it.emotion.intensity,
            "trend": it.emotion.trend,
        })),
    })
}

/// A message as the desk shows it.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a MessageId,
    role: Role,
    text: &'a str,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn_id: Option<&'a TurnId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<Signals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_for_agent: Option<Value>,
}

impl<'a> Shown<'a> {
    fn new(spoken: &'a Spoken) -> Self {
        let kept = spoken.turn.as_ref().and_then(|(_, reply)| serde_json::from_str::<Kept>(reply).ok());
        let (signals, message_for_agent) = kept.map(|kept| (kept.signals, kept.message_for_agent)).unzip();
        let message = &spoken.message;
        Self {
            id: &message.id,
            role: message.message.role,
            text: &message.message.text,
            at: message.message.at,
            turn_id: spoken.turn.as_ref().map(|(turn, _)| turn),
            signals,
            message_for_agent: message_for_agent.flatten(),
        }
    }
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Asked(page): Asked<Page>,
) -> Result<Json<Value>, Problem> {
    let (id, limit) = (ConversationId::from(id), page.limit(SPOKEN));
    let spoken = app.engine.spoken(&caller.merchant, &id, page.before, limit).await?;
    let Some(newest) = spoken.last() else {
        return Err(Problem::not_found("there is no such conversation, or nothing that old in it")
            .hint("GET /v1/conversations lists them"));
    };
    let customer = app.engine.customer(&caller.merchant, &newest.message.customer).await?.profile;
    let name = customer.as_ref().and_then(|customer| customer.name.as_ref());
    let open = if page.before.is_none() { open(&app, &caller, &spoken).await? } else { Vec::new() };
    let before = spoken.first().filter(|_| spoken.len() == limit).map(|first| first.place);
    let settings = app.merchants.get(&*app.engine, &caller.merchant).await?;
    Ok(Json(json!({
        "id": id,
        "customer": {"id": newest.message.customer, "name": name},
        "channel": newest.message.channel,
        "messages": spoken.iter().map(Shown::new).collect::<Vec<_>>(),
        "suggestions": open,
        "next": before,
        "can_act": settings.actions.is_some(),
        "held_out": settings.is_held_out(&id),
    })))
}

/// What is offered for the newest message, as long as nobody has answered it or put the offer away.
async fn open(app: &App, caller: &Caller, spoken: &[Spoken]) -> Result<Vec<Suggestion>, Problem> {
    let newest = spoken.last().and_then(|newest| newest.turn.as_ref());
    let reply = newest.and_then(|(_, reply)| serde_json::from_str::<Reply>(reply).ok());
    let suggestions = reply.map(|reply| reply.suggestions).unwrap_or_default();
    let ids: Vec<_> = suggestions.iter().map(|suggestion| suggestion.id.clone()).collect();
    let done = app.engine.feedback_on(&caller.merchant, &ids).await?;
    let is_end = |action| matches!(action, FeedbackAction::Sent | FeedbackAction::Edited | FeedbackAction::Dismissed);
    let ended: HashSet<SuggestionId> =
        done.into_iter().filter(|feedback| is_end(feedback.action)).map(|feedback| feedback.suggestion).collect();
    Ok(suggestions.into_iter().filter(|suggestion| !ended.contains(&suggestion.id)).collect())
}
