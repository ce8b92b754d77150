//! What a turn was answered from, and an event judged from: kept, and put together again. The conversation around a turn
//! is kept anyway.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_engine::{Engine, Error, JudgedRecord, KeptTurn};
use cuecard_model::{
    ConversationId, Customer, CustomerId, Event, Fields, IncomingMessage, KeySet, LiveItem, MerchantId, Recent,
    Timestamp, Voice,
};
use cuecard_pipeline::{Incoming, Occurrence, Terms, merged};
use cuecard_plugin::manifest::Manifest;
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

/// Turns that can be answered again, newest first: of these conversations, or of all if none is named.
pub async fn turns(
    engine: &dyn Engine,
    merchant: &MerchantId,
    conversations: &[ConversationId],
    limit: usize,
) -> Result<Vec<Again>, Error> {
    let mut turns = Vec::new();
    for turn in engine.kept_turns(merchant, conversations, limit).await? {
        turns.push(again(engine, merchant, turn).await?);
    }
    Ok(turns)
}

/// Puts a turn together again.
async fn again(engine: &dyn Engine, merchant: &MerchantId, kept: KeptTurn) -> Result<Again, Error> {
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

/// What an event was judged from.
#[derive(Debug, Serialize, Deserialize)]
struct Judged {
    now: Timestamp,
    event: Event,
    /// The stored profile.
    customer: Arc<Customer>,
    keys: Arc<BTreeMap<KeySet, Fields>>,
}

/// More than a profile with hundreds of orders; what is larger is not rehearsed.
const LARGEST: usize = 256 << 10;

/// An event as it is kept, so that it can be judged again.
pub fn judged(occurrence: &Occurrence) -> Option<JudgedRecord> {
    let Occurrence { event, customer, keys, now } = occurrence.clone();
    let (id, kind, whom) = (event.id.clone(), event.kind.clone(), customer.id.clone());
    let body = serde_json::to_string(&Judged { now, event, customer, keys }).ok()?;
    let body = Arc::from(Some(body).filter(|body| body.len() <= LARGEST)?);
    Some(JudgedRecord { event: id, kind, customer: whom, at: now, body })
}

/// Events that one of these listens to and that can be judged again, newest first, each with whom it concerns by now.
pub async fn events<'a>(
    engine: &dyn Engine,
    merchant: &MerchantId,
    heard: impl Iterator<Item = &'a Manifest> + Clone,
    limit: usize,
) -> Result<Vec<(CustomerId, Occurrence)>, Error> {
    let mut kinds = engine.judged_kinds(merchant).await?;
    kinds.retain(|kind| heard.clone().any(|manifest| manifest.triggers_on(kind)));
    let kept = engine.judged(merchant, &kinds, limit).await?;
    let read = |JudgedRecord { customer: whom, body, .. }: JudgedRecord| {
        let Judged { now, event, customer, keys } = serde_json::from_str(&body).ok()?;
        Some((whom, Occurrence { event, customer, keys, now }))
    };
    Ok(kept.into_iter().filter_map(read).collect())
}
