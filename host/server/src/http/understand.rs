//! `POST /v1/understand`: the signals of a message, and nothing kept.

use std::sync::Arc;

use axum::{Extension, extract::State};
use cuecard_model::{
    AgentId, ConversationId, Customer, CustomerId, Message, MessageId, Role, Signals, Timestamp, Voice,
};
use cuecard_understand::Input;
use serde::Deserialize;

use super::{
    Problem,
    guard::Caller,
    json::Json,
    messages::{check_text, understanding},
};
use crate::{app::App, clock};

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
    #[serde(default, rename = "channel")]
    _channel: Option<String>,
    #[serde(default, rename = "role")]
    _role: Option<Role>,
    #[serde(default, rename = "agent_id")]
    _agent_id: Option<AgentId>,
    #[serde(default, rename = "agent_locale")]
    _agent_locale: Option<String>,
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
    let mut customer = body.customer.unwrap_or_else(|| Customer::unknown(CustomerId::from("")));
    customer.locale = customer.locale.or(body.locale);
    let said = body.history.into_iter();
    let mut history: Vec<_> =
        said.map(|said| Message { role: said.role, text: said.text, at: said.at.unwrap_or(now) }).collect();
    // A thread that is known brings its own past; an id that cannot be there stands for a new message.
    if let Some(conversation) = body.conversation_id.filter(|_| history.is_empty()) {
        let message = body.message_id.unwrap_or_else(|| MessageId::from(""));
        history = app.engine.context(merchant, &conversation, &message, &customer.id, now).await?.history;
    }
    let settings = app.merchants.get(&*app.engine, merchant).await?;
    let (_, understanding) = understanding(&app, merchant).await?;
    let (text, languages) = (&body.text, &settings.languages);
    let input = Input {
        text,
        history: &history,
        customer: &customer,
        now: body.at.unwrap_or(now),
        languages,
        voice: body.voice,
    };
    Ok(Json(understanding.signals(&input)))
}
