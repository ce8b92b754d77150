//! `POST /v1/understand`: the signals of a message, and nothing kept.

use std::sync::Arc;

use axum::{Extension, extract::State};
use cuecard_engine::Context;
use cuecard_model::{
    AgentId, ConversationId, Customer, CustomerId, IncomingMessage, MerchantId, Message, MessageId, Role, Signals,
    Timestamp, TurnId, Voice,
};
use cuecard_pipeline::{Incoming, Terms, understand};
use serde::Deserialize;

use super::{
    Problem,
    guard::Caller,
    json::Json,
    messages::{check_text, understanding},
};
use crate::{
    app::App,
    clock,
    journal::{About, Place, take_down},
};

/// A message of which only the text is needed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    text: String,
    #[serde(default)]
    conversation_id: Option<ConversationId>,
    #[serde(default)]
    message_id: Option<MessageId>,
    #[serde(default)]
    customer: Option<Customer>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    voice: Option<Voice>,
    #[serde(default)]
    history: Vec<Said>,
    // Taken so that the body of a message can be sent as it is.
    #[serde(default)]
    channel: Option<String>,
    #[serde(default, rename = "role")]
    _role: Option<Role>,
    #[serde(default, rename = "agent_id")]
    _agent_id: Option<AgentId>,
    #[serde(default)]
    agent_locale: Option<String>,
}

/// What was said before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    role: Role,
    text: String,
    #[serde(default)]
    at: Option<Timestamp>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Body>,
) -> Result<Json<Signals>, Problem> {
    check_text(&body.text)?;
    let now = clock::now();
    let merchant = &caller.merchant;
    let (message, history) = message(body, now);
    let known = known(&app, merchant, &message, now, history.is_empty()).await?;
    let settings = app.merchants.get(&*app.engine, merchant).await?;
    let (snapshot, understanding) = understanding(&app, merchant).await?;
    let customer = message.customer.id.clone();
    let incoming = Incoming {
        turn_id: TurnId::from(app.ids.next(now)),
        now: message.at.unwrap_or(now),
        message,
        history: if history.is_empty() { known.history } else { history },
        profile: known.customer.profile,
        live: known.live,
        keys: known.customer.keys,
        recent: known.customer.recent,
        learned: known.learned,
        terms: Terms::default(),
    };
    let understood = understand(&snapshot, &understanding, &app.workers, &settings, incoming).await?;
    let about = About { merchant, customer: Some(&customer), place: Place::default(), now };
    take_down(&app, &snapshot, &about, &understood.calls, &[]);
    for failure in &understood.failures {
        tracing::debug!(plugin = %failure.plugin, %merchant, kind = failure.kind.as_str(), "a classify hook failed");
    }
    Ok(Json(Arc::unwrap_or_clone(understood.turn).signals))
}

/// The message as it would have been sent to be answered, and what the body says was said before.
fn message(body: Body, now: Timestamp) -> (IncomingMessage, Vec<Message>) {
    let mut customer = body.customer.unwrap_or_else(|| Customer::unknown(CustomerId::from("")));
    customer.locale = customer.locale.or(body.locale);
    let said = body.history.into_iter();
    let history = said.map(|said| Message { role: said.role, text: said.text, at: said.at.unwrap_or(now) }).collect();
    let message = IncomingMessage {
        conversation_id: body.conversation_id.unwrap_or_else(|| ConversationId::from("")),
        message_id: body.message_id.unwrap_or_else(|| MessageId::from("")),
        channel: body.channel.unwrap_or_else(|| "web_chat".to_owned()),
        role: Role::Customer,
        text: body.text,
        at: body.at,
        customer,
        agent_id: None,
        agent_locale: body.agent_locale,
        voice: body.voice,
    };
    (message, history)
}

/// A thread and a customer that are known bring their own past; ids that cannot be there stand for what is new.
async fn known(
    app: &App,
    merchant: &MerchantId,
    message: &IncomingMessage,
    now: Timestamp,
    thread: bool,
) -> Result<Context, Problem> {
    let (conversation, customer) = (&message.conversation_id, &message.customer.id);
    if thread && !conversation.as_str().is_empty() {
        return Ok(app.engine.context(merchant, conversation, &message.message_id, customer, now).await?);
    }
    if customer.as_str().is_empty() {
        return Ok(Context::default());
    }
    Ok(Context { customer: app.engine.customer(merchant, customer).await?, ..Context::default() })
}
