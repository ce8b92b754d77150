//! What agents hear of messages once they are kept: a customer's with the suggestions for it, a colleague's as it is.

use cuecard_model::{
    AgentId, ConversationId, CustomerId, IncomingMessage, MerchantId, MessageId, PersonName, Reply, Role, Timestamp,
};
use serde::Serialize;

use crate::{app::App, hub::Heard};

/// A message for those who listen. Put into JSON only if somebody does.
pub(crate) struct Told {
    pub(crate) conversation: ConversationId,
    pub(crate) agent: Option<AgentId>,
    pub(crate) message: ToldMessage,
}

#[derive(Serialize)]
pub(crate) struct ToldMessage {
    id: MessageId,
    role: Role,
    text: String,
    at: Timestamp,
    channel: String,
    customer: ToldCustomer,
}

#[derive(Serialize)]
struct ToldCustomer {
    id: CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PersonName>,
}

impl Told {
    pub(crate) fn new(message: &IncomingMessage, stored: Option<&PersonName>, now: Timestamp) -> Self {
        let name = message.customer.name.as_ref().or(stored).cloned();
        Self {
            conversation: message.conversation_id.clone(),
            agent: message.agent_id.clone(),
            message: ToldMessage {
                id: message.message_id.clone(),
                role: message.role,
                text: message.text.clone(),
                at: message.at.unwrap_or(now),
                channel: message.channel.clone(),
                customer: ToldCustomer { id: message.customer.id.clone(), name },
            },
        }
    }

    /// A customer's message: the earlier suggestions of the thread are withdrawn by the new ones. `text` is the reply
    /// as it was written for the answer and the engine.
    pub(crate) fn customers(self, app: &App, merchant: &MerchantId, reply: &Reply, text: &str) {
        if !app.hub.is_heard(merchant) {
            return;
        }
        app.hub.withdraw(merchant, &self.conversation, "a newer message");
        let open = reply.suggestions.iter().map(|suggestion| suggestion.id.clone()).collect();
        let rest = format!(r#","message_id":{},"reply":{text}"#, json(&self.message.id));
        self.say(app, merchant, "suggestion", &rest, open);
    }

    /// A customer's message that gets no suggestions: what was open stays open.
    pub(crate) fn wordless(self, app: &App, merchant: &MerchantId) {
        if app.hub.is_heard(merchant) {
            self.say(app, merchant, "message", "", Vec::new());
        }
    }

    /// An agent's message: what was open in the thread is answered.
    pub(crate) fn agents(self, app: &App, merchant: &MerchantId) {
        app.hub.withdraw(merchant, &self.conversation, "answered");
        if app.hub.is_heard(merchant) {
            // Everybody hears it, whoever wrote it: their lists show the thread.
            let told = Self { agent: None, ..self };
            told.say(app, merchant, "message", "", Vec::new());
        }
    }

    fn say(
        self,
        app: &App,
        merchant: &MerchantId,
        event: &'static str,
        rest: &str,
        open: Vec<cuecard_model::SuggestionId>,
    ) {
        let Self { conversation, agent, message } = self;
        let (id, by, message) = (json(&conversation), json(&agent), json(&message));
        let data = format!(r#"{{"conversation_id":{id},"agent_id":{by},"message":{message}{rest}}}"#);
        app.hub.say(merchant, Heard { event, data, conversation: Some(conversation), agent, open });
    }
}

/// Plain data, so it is always JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}
