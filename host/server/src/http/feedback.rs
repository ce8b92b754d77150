//! `POST /v1/suggestions/{id}/feedback`: what an agent did with a suggestion.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, Feedback, FeedbackAction, Write};
use cuecard_model::{AgentId, SuggestionId};
use serde::Deserialize;

use super::{Problem, guard::Caller, json::Json, messages::TEXT};
use crate::{app::App, clock};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    action: FeedbackAction,
    #[serde(default)]
    final_text: Option<String>,
    #[serde(default)]
    agent_id: Option<AgentId>,
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
    let id = SuggestionId::from(id);
    let found = app.engine.suggestion(&caller.merchant, &id).await?;
    let Some((turn, suggestion)) = found else {
        return Err(Problem::not_found("there is no such suggestion").hint("take the id from the reply's suggestions"));
    };
    let feedback = Feedback {
        suggestion: id,
        plugin: suggestion.plugin,
        action: body.action,
        final_text: body.final_text,
        agent: body.agent_id,
        at: clock::now(),
    };
    let write = Write::Feedback(feedback.clone());
    app.engine.commit(Batch::new(caller.merchant.clone(), vec![write])).await?;
    if matches!(feedback.action, FeedbackAction::Sent | FeedbackAction::Edited) {
        app.hub.withdraw(&caller.merchant, &turn.message.conversation, "answered");
    }
    Ok(Json(feedback))
}
