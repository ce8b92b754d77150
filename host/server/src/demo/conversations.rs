//! The demo's conversations, held again: each message takes the way that it would take over HTTP, a little while ago.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use cuecard_model::{ConversationId, Customer, IncomingMessage, MerchantId, MessageId, Role, Timestamp};
use serde::Deserialize;

use crate::{app::App, clock, http::messages};

const EMBEDDED: &str = include_str!("../../../../examples/shop/conversations.jsonl");
/// Between two messages of a conversation, and between the ends of two conversations, in seconds.
const PAUSE: i64 = 95;
const APART: i64 = 7 * 60;

#[derive(Deserialize)]
struct Conversation {
    conversation_id: ConversationId,
    customer: Customer,
    #[serde(default = "web_chat")]
    channel: String,
    messages: Vec<Said>,
}

fn web_chat() -> String {
    "web_chat".into()
}

#[derive(Deserialize)]
struct Said {
    role: Role,
    text: String,
}

/// Holds the conversations in `folder`, or those built in. What was held before stays as it is.
pub async fn hold(app: &Arc<App>, folder: &Path, merchant: &MerchantId) -> Result<()> {
    let path = folder.join("conversations.jsonl");
    let text = if path.exists() { std::fs::read_to_string(&path)? } else { EMBEDDED.to_owned() };
    let now = clock::now();
    let mut messages = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let conversation: Conversation = serde_json::from_str(line).context("examples/shop/conversations.jsonl")?;
        let age = APART * i64::try_from(place).unwrap_or_default() + PAUSE;
        messages.extend(spoken(conversation, Timestamp::from_seconds(now.seconds() - age)));
    }
    messages.sort_by_key(|message| message.at);
    for message in messages {
        let refused = |_| anyhow::anyhow!("a message of the demo was not taken");
        let at = message.at.unwrap_or(now);
        messages::take(app, merchant, message, at).await.map_err(refused)?;
    }
    Ok(())
}

/// The messages of a conversation, the last one at `end`.
fn spoken(conversation: Conversation, end: Timestamp) -> impl Iterator<Item = IncomingMessage> {
    let Conversation { conversation_id, customer, channel, messages } = conversation;
    let count = i64::try_from(messages.len()).unwrap_or_default();
    (1..).zip(messages).map(move |(number, said)| IncomingMessage {
        conversation_id: conversation_id.clone(),
        message_id: MessageId::from(format!("{conversation_id}-{number}")),
        channel: channel.clone(),
        role: said.role,
        text: said.text,
        voice: None,
        at: Some(Timestamp::from_seconds(end.seconds() - PAUSE * (count - number))),
        customer: customer.clone(),
        agent_id: None,
        agent_locale: None,
    })
}
