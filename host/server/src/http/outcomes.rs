//! `POST /v1/conversations/{id}/outcome`: what came of a conversation.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, CaseOutcome, Outcome, OutcomeKind, Receipt, Write};
use cuecard_model::{ConversationId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json, check_id},
    messages::{AHEAD, unwritten},
};
use crate::{app::App, clock};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    outcome: OutcomeKind,
    /// From 1 to 5; with `rated` alone.
    #[serde(default)]
    score: Option<u8>,
    #[serde(default)]
    at: Option<Timestamp>,
    /// The same id twice counts once.
    #[serde(default)]
    id: Option<String>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(conversation): Path<String>,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Problem> {
    let now = clock::now();
    check(&body, now)?;
    let conversation = ConversationId::from(conversation);
    let last = app.engine.conversation(&caller.merchant, &conversation, 1).await?.pop();
    let Some(last) = last else { return Err(Problem::not_found("there is no such conversation")) };
    let id = body.id.unwrap_or_else(|| app.ids.next(now));
    let (outcome, score, at, by) = (body.outcome, body.score, body.at.unwrap_or(now), Arc::clone(&caller.by));
    let word = json!(outcome).as_str().unwrap_or_default().to_owned();
    let mut entry = caller.did("conversation.outcome", conversation.as_str()).with("outcome", word).with("id", &*id);
    if let Some(score) = score {
        entry = entry.with("score", score.to_string());
    }
    let mut answer = json!({"id": id, "conversation_id": conversation, "outcome": outcome, "at": at, "by": by});
    let said = CaseOutcome { id: id.into(), conversation, customer: last.customer, outcome, score, at, by };
    let writes = vec![Write::CaseOutcome(said), Write::Audit(entry)];
    let Receipt::Kept(outcomes) = app.engine.commit(Batch::new(caller.merchant.clone(), writes)).await? else {
        return Err(unwritten());
    };
    if let Some(answer) = answer.as_object_mut() {
        answer.extend(score.map(|score| ("score".to_owned(), score.into())));
        answer.insert("duplicate".into(), (outcomes.first() == Some(&Outcome::Known)).into());
    }
    Ok(Json(answer))
}

fn check(body: &Body, now: Timestamp) -> Result<(), Problem> {
    match (body.outcome, body.score) {
        (OutcomeKind::Rated, Some(1..=5)) => {}
        (OutcomeKind::Rated, _) => {
            return Err(Problem::bad_request("a rating has a score from 1 to 5").field("score"));
        }
        (_, Some(_)) => {
            return Err(Problem::bad_request("only a rating has a score").field("score").hint("leave it out"));
        }
        _ => {}
    }
    if body.at.is_some_and(|at| at.millis() > now.millis() + AHEAD) {
        return Err(Problem::bad_request("at is in the future").field("at").hint("leave it out, or set the clock"));
    }
    body.id.as_deref().map_or(Ok(()), |id| check_id("id", id))
}
