//! `/v1/proposals`: an agent saves words that worked; an author makes a script of them. And what an author may see of
//! conversations.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_culture::locale_for;
use cuecard_engine::{Batch, Outcome, ProposalRecord, ProposalState, Receipt, Write};
use cuecard_model::{ConversationId, Customer, CustomerId, MessageId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json, check_id},
    messages::{check_text, unwritten},
};
use crate::{
    app::App,
    clock,
    proposals::{Recognised, Variable, recognise},
    redact::redact,
};

/// Messages of a conversation that are looked through for one.
const LOOK: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Create {
    conversation_id: ConversationId,
    /// One of the conversation's messages...
    message_id: Option<MessageId>,
    /// ... or words.
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    state: Option<ProposalState>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settle {
    state: ProposalState,
    /// Where it was taken to.
    plugin: Option<String>,
    key: Option<String>,
}

/// What is kept of a proposal, and shown.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    conversation_id: ConversationId,
    locale: String,
    /// MessageFormat 2, without what leads to the customer.
    message: String,
    /// Names of the variables.
    variables: Vec<String>,
    at: cuecard_model::Timestamp,
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plugin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// As it would be kept, with the values that were recognised: the agent knows them.
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(create): Json<Create>,
) -> Result<Json<Value>, Problem> {
    let (_, body, variables) = proposed(&app, &caller, create).await?;
    Ok(Json(json!({ "message": body.message, "locale": body.locale, "variables": variables })))
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(create): Json<Create>,
) -> Result<Json<Value>, Problem> {
    let (customer, body, _) = proposed(&app, &caller, create).await?;
    let id = app.ids.next(body.at);
    keep(&app, &caller, ProposalState::Open, id, customer, body, "proposal.made").await
}

/// Who was written to, and the words as a script.
async fn proposed(app: &App, caller: &Caller, create: Create) -> Result<(CustomerId, Body, Vec<Variable>), Problem> {
    let Create { conversation_id, message_id, text } = create;
    check_id("conversation_id", conversation_id.as_str())?;
    let merchant = &caller.merchant;
    let messages = app.engine.conversation(merchant, &conversation_id, LOOK).await?;
    let last = messages.last().ok_or_else(|| Problem::not_found("no such conversation"))?;
    let customer = last.customer.clone();
    let found = message_id.as_ref().and_then(|id| messages.iter().find(|message| message.id == *id));
    let text = text.or_else(|| found.map(|message| message.message.text.clone())).ok_or_else(|| {
        Problem::bad_request("neither words nor a message of the conversation").field("text").hint("send one of them")
    })?;
    check_text(&text)?;
    let now = clock::now();
    let context = app.engine.context(merchant, &conversation_id, &MessageId::from(""), &customer, now).await?;
    let settings = app.merchants.get(&*app.engine, merchant).await?;
    let profile = context.customer.profile;
    let profile = profile.map_or_else(|| Customer::unknown(customer.clone()), Arc::unwrap_or_clone);
    let locale = locale_for(profile.locale.as_deref(), "und", 0.0, &settings.default_locale);
    let Recognised { message, variables } = recognise(&text, &profile, &context.live, &locale);
    let names = variables.iter().map(|variable| variable.name.clone()).collect();
    let (message, by) = (redact(&message), caller.by.to_string());
    let body = Body { conversation_id, locale, message, variables: names, at: now, by, plugin: None, key: None };
    Ok((customer, body, variables))
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(list): Asked<List>,
) -> Result<Json<Value>, Problem> {
    let state = list.state.unwrap_or(ProposalState::Open);
    let found = app.engine.proposals(&caller.merchant, state, list.limit.unwrap_or(50).min(500)).await?;
    let shown = found.iter().filter_map(|record| Some(shown(record, &read(record)?)));
    Ok(Json(json!({ "proposals": shown.collect::<Vec<_>>() })))
}

pub(crate) async fn settle(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(settle): Json<Settle>,
) -> Result<Json<Value>, Problem> {
    let Settle { state, plugin, key } = settle;
    let action = match state {
        ProposalState::Taken => "proposal.taken",
        ProposalState::Dismissed => "proposal.dismissed",
        ProposalState::Open => return Err(Problem::bad_request("say `taken` or `dismissed`").field("state")),
    };
    let unknown = || Problem::not_found("no such proposal").hint("GET /v1/proposals lists them");
    let record = app.engine.proposal(&caller.merchant, &id).await?.ok_or_else(unknown)?;
    let body = Body { plugin, key, ..read(&record).ok_or_else(unknown)? };
    keep(&app, &caller, state, id, record.customer, body, action).await
}

async fn keep(
    app: &App,
    caller: &Caller,
    state: ProposalState,
    id: String,
    customer: CustomerId,
    body: Body,
    action: &'static str,
) -> Result<Json<Value>, Problem> {
    let text = serde_json::to_string(&body).map_err(|_| unwritten())?;
    let record = ProposalRecord { id, customer, state, body: text };
    let mut entry = caller.did(action, record.id.clone());
    for (name, value) in [("plugin", &body.plugin), ("key", &body.key)] {
        entry = value.iter().fold(entry, |entry, value| entry.with(name, value.clone()));
    }
    let writes = vec![Write::Proposal(record.clone()), Write::Audit(entry)];
    match app.engine.commit(Batch::new(caller.merchant.clone(), writes)).await? {
        Receipt::Kept(outcomes) if outcomes.first() == Some(&Outcome::Done) => Ok(Json(shown(&record, &body))),
        _ => Err(Problem::conflict("somebody has decided on it already").hint("GET /v1/proposals lists what is open")),
    }
}

fn read(record: &ProposalRecord) -> Option<Body> {
    serde_json::from_str(&record.body).ok()
}

fn shown(record: &ProposalRecord, body: &Body) -> Value {
    let mut shown = json!(body);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("id".to_owned(), json!(record.id));
        shown.insert("state".to_owned(), json!(record.state));
    }
    shown
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recent {
    limit: Option<usize>,
}

/// The newest conversations with the beginning of what was said last, for an author to choose from.
pub(crate) async fn conversations(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(recent): Asked<Recent>,
) -> Result<Json<Value>, Problem> {
    let limit = recent.limit.unwrap_or(20).min(100);
    let threads = app.engine.threads(&caller.merchant, None, limit).await?;
    let shown = threads.iter().filter(|thread| thread.reply.is_some()).map(|thread| {
        let text: String = redact(&thread.last.text).chars().take(120).collect();
        json!({"id": thread.conversation, "channel": thread.channel, "at": thread.last.at, "text": text})
    });
    Ok(Json(json!({ "conversations": shown.collect::<Vec<_>>() })))
}
