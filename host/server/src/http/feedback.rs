//! `POST /v1/suggestions/{id}/feedback`: what an agent did with a suggestion.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, Feedback, FeedbackAction, TrialAnswer, TurnRecord, Write, worth};
use cuecard_model::{AgentId, Reply, SuggestionId};
use serde::Deserialize;

use super::{Problem, answered::took, guard::Caller, json::Json, messages::TEXT};
use crate::{
    app::App,
    clock,
    edited::edit_share,
    rollout,
    taught::{lesson, trials},
};

/// Bytes of a reason: a code, or a sentence.
const REASON: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    action: FeedbackAction,
    #[serde(default)]
    final_text: Option<String>,
    #[serde(default)]
    agent_id: Option<AgentId>,
    #[serde(default)]
    reason: Option<String>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(body): Json<Body>,
) -> Result<Json<Feedback>, Problem> {
    if body.final_text.as_ref().is_some_and(|text| text.len() > TEXT) {
        return Err(Problem::bad_request(format!("final_text has more than {TEXT} bytes")).field("final_text"));
    }
    if body.reason.as_ref().is_some_and(|reason| reason.len() > REASON) {
        return Err(Problem::bad_request(format!("reason has more than {REASON} bytes")).field("reason"));
    }
    let id = SuggestionId::from(id);
    let found = app.engine.suggestion(&caller.merchant, &id).await?;
    let Some((turn, suggestion)) = found else {
        return Err(Problem::not_found("there is no such suggestion").hint("take the id from the reply's suggestions"));
    };
    let now = clock::now();
    let before = app.engine.feedback_on(&caller.merchant, std::slice::from_ref(&id)).await?;
    let shown = before.iter().find(|feedback| feedback.action == FeedbackAction::Shown);
    let is_sent = matches!(body.action, FeedbackAction::Sent | FeedbackAction::Edited);
    let sent = body.final_text.as_deref().filter(|_| is_sent);
    let feedback = Feedback {
        edit_share: sent.map(|sent| edit_share(&suggestion.text, sent)),
        final_text: body.final_text,
        reason: body.reason,
        took_ms: shown.map(|shown| took(shown.at, now)),
        agent: caller.agent(body.agent_id),
        ..Feedback::new(id, suggestion.plugin, body.action, now)
    };
    let mut writes = vec![Write::Feedback(feedback.clone())];
    writes.extend(teaches(&turn, &feedback, is_sent));
    app.engine.commit(Batch::new(caller.merchant.clone(), writes)).await?;
    let first_taken = rollout::is_taken(body.action) && !before.iter().any(|it| rollout::is_taken(it.action));
    if let (true, Some(snapshot)) = (first_taken, app.snapshot.load_full()) {
        rollout::accepted(&snapshot, &caller.merchant, &turn, &feedback.plugin);
    }
    if is_sent {
        app.hub.withdraw(&caller.merchant, &turn.message.conversation, "answered");
    }
    Ok(Json(feedback))
}

/// What the feedback teaches beside itself; nothing where the kept reply cannot be read.
fn teaches(turn: &TurnRecord, feedback: &Feedback, is_sent: bool) -> Vec<Write> {
    let Ok(reply) = serde_json::from_str::<Reply>(&turn.reply) else { return Vec::new() };
    let took_ms = took(turn.message.message.at, feedback.at);
    let (at, edit_share) = (feedback.at, feedback.edit_share);
    let answer = is_sent.then(|| TrialAnswer { at, accepted: worth(edit_share.unwrap_or(0.0)), edit_share, took_ms });
    let trials = answer.into_iter().flat_map(|answer| trials(&reply, &turn.message, Some(answer)));
    std::iter::once(lesson(&reply)).chain(trials).collect()
}
