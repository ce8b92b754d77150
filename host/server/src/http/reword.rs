//! `POST /v1/suggestions/{id}/reword`: a suggestion again, in words without rules that the agent has switched off.
//!
//! Nothing is kept: what the agent sends in the end comes back as feedback.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::TurnRecord;
use cuecard_model::{Customer, Reply, Suggestion, SuggestionId, Turn};
use cuecard_pipeline::{NotReworded, reword};
use serde::Deserialize;

use super::{Problem, guard::Caller, json::Json, messages::understanding};
use crate::app::App;

/// So many rules at once; a reply seldom has as many in its trace.
const RULES: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Rules as the trace names them, such as `de-DE/claim.guaranteed`, or whole sections, such as `style`.
    off: Vec<String>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(body): Json<Body>,
) -> Result<Json<Suggestion>, Problem> {
    if body.off.len() > RULES {
        return Err(Problem::bad_request(format!("off names more than {RULES} rules")).field("off"));
    }
    let merchant = &caller.merchant;
    let found = app.engine.suggestion(merchant, &SuggestionId::from(id)).await?;
    let Some((record, suggestion)) = found else {
        return Err(Problem::not_found("there is no such suggestion").hint("take the id from the reply's suggestions"));
    };
    let id = &record.message.customer;
    let profile = app.engine.customer(merchant, id).await?.profile;
    let customer = profile.map_or_else(|| Customer::unknown(id.clone()), Arc::unwrap_or_clone);
    let turn = turn(record, customer, &suggestion)?;
    // A merchant's own rules are there once its plugins have been learned from.
    let (snapshot, _) = understanding(&app, merchant).await?;
    reword(&snapshot, merchant, &turn, suggestion, &body.off).map(Json).map_err(refused)
}

/// What wording needs to know of a turn that is long over. Who wrote and how they felt is as it was then.
fn turn(record: TurnRecord, customer: Customer, suggestion: &Suggestion) -> Result<Turn, Problem> {
    let broken = |_| Problem::new(500, "internal", "Internal error", "the kept reply cannot be read");
    let Reply { signals, .. } = serde_json::from_str(&record.reply).map_err(broken)?;
    let message = record.message;
    Ok(Turn {
        id: record.id,
        now: message.message.at,
        channel: message.channel.to_string(),
        conversation_id: message.conversation,
        message: message.message,
        history: Vec::new(),
        signals,
        customer: customer.into(),
        profile: Default::default(),
        live: Vec::new(),
        locale: suggestion.locale.clone(),
        agent_locale: None,
    })
}

fn refused(refused: NotReworded) -> Problem {
    match refused {
        NotReworded::UnknownRule(id) => Problem::bad_request(format!("no rule '{id}' can be switched off"))
            .field("off")
            .hint("name a rule as the suggestion's trace does; the form of address, plugins and lengths stay"),
        NotReworded::Blocked(failure) => Problem::new(422, "blocked", "Held back", failure.detail),
    }
}
