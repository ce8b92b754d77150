//! What a turn was answered from: kept with it, and put together again. The conversation around it is kept anyway.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_engine::{Engine, Error, KeptTurn};
use cuecard_model::{Customer, Event, Fields, IncomingMessage, KeySet, LiveItem, MerchantId, Recent, Timestamp, Voice};
use cuecard_pipeline::{Incoming, Terms, merged};
use serde::{Deserialize, Serialize};

/// What a turn was answered from, beside its message and its conversation.
#[derive(Debug, Serialize, Deserialize)]
pub struct Input {
    now: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    voice: Option<Voice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent_locale: Option<String>,
    /// The stored profile, and over it what the message said.
    customer: Customer,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    live: Vec<Arc<LiveItem>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    keys: BTreeMap<KeySet, Fields>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
}

impl Input {
    /// As it is kept; `None` if it cannot be written, and the turn is rehearsed from what is known by then.
    pub fn of(incoming: &Incoming) -> Option<Arc<str>> {
        let Incoming { now, message, profile, live, keys, recent, .. } = incoming;
        let input = Self {
            now: *now,
            voice: message.voice,
            agent_locale: message.agent_locale.clone(),
            customer: merged(profile.as_deref(), &message.customer),
            live: live.clone(),
            keys: BTreeMap::clone(keys),
            events: recent.events.clone(),
        };
        serde_json::to_string(&input).ok().map(Into::into)
    }
}

/// A turn that can be answered again.
#[derive(Clone, Debug)]
pub struct Again {
    /// As it was, or nearly.
    pub incoming: Incoming,
    /// What is not as it was, but as it is now: `customer`, `live`, `keys`, `events`. Empty if all is.
    pub approximate: &'static [&'static str],
}

/// Of a turn whose input is not kept any more, or never was.
const APPROXIMATE: &[&str] = &["customer", "live", "keys", "events"];

/// Puts a turn together again.
pub async fn again(engine: &dyn Engine, merchant: &MerchantId, kept: KeptTurn) -> Result<Again, Error> {
    let KeptTurn { turn, history, contacts } = kept;
    let record = turn.message;
    let input = turn.input.as_deref().and_then(|text| serde_json::from_str::<Input>(text).ok());
    let (input, approximate) = match input {
        Some(input) => (input, [].as_slice()),
        None => (guess(engine, merchant, &record).await?, APPROXIMATE),
    };
    let message = IncomingMessage {
        conversation_id: record.conversation,
        message_id: record.id,
        channel: record.channel.to_string(),
        role: record.message.role,
        text: record.message.text,
        voice: input.voice,
        at: Some(record.message.at),
        customer: input.customer,
        agent_id: None,
        agent_locale: input.agent_locale,
    };
    let incoming = Incoming {
        turn_id: turn.id,
        now: input.now,
        message,
        history,
        // What was stored stands in the message's customer.
        profile: None,
        live: input.live,
        keys: Arc::new(input.keys),
        recent: Arc::new(Recent { contacts, events: input.events }),
        // What is learned, experiments and the holdout are left out: they would hide what a version says.
        learned: Arc::default(),
        terms: Terms::default(),
    };
    Ok(Again { incoming, approximate })
}

/// What is known of the customer now, at the message's moment.
async fn guess(
    engine: &dyn Engine,
    merchant: &MerchantId,
    record: &cuecard_engine::MessageRecord,
) -> Result<Input, Error> {
    let (customer, now) = (&record.customer, record.message.at);
    let context = engine.context(merchant, &record.conversation, &"".into(), customer, now).await?;
    let profile = context.customer.profile.map(Arc::unwrap_or_clone);
    Ok(Input {
        now,
        voice: None,
        agent_locale: None,
        customer: profile.unwrap_or_else(|| Customer::unknown(customer.clone())),
        live: context.live,
        keys: BTreeMap::clone(&context.customer.keys),
        events: context.customer.recent.events.clone(),
    })
}
