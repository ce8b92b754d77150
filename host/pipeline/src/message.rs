//! The flow of a message: understand, compose, localize, guard, rank.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use cuecard_culture as culture;
use cuecard_model::{
    Customer, Failure, FailureKind, Fields, IncomingMessage, LiveItem, Message, PluginId, PluginVersion, Reply,
    SuggestionId, Timestamp, TimingUs, Turn, TurnId, Value,
};
use cuecard_plugin::{
    call::LogLine,
    workers::{Busy, Workers},
};
use cuecard_understand::{Input, Understanding};

use crate::{Merchant, Snapshot, compose, guard, localize, rank};

/// A message and what is known around it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The turn that answers it.
    pub turn_id: TurnId,
    /// The turn's clock.
    pub now: Timestamp,
    /// The message.
    pub message: IncomingMessage,
    /// What was said before, oldest first.
    pub history: Vec<Message>,
    /// The stored profile of the customer.
    pub profile: Option<Arc<Customer>>,
    /// The merchant's live data that is valid now.
    pub live: Vec<LiveItem>,
    /// What plugins stored for this customer.
    pub keys: Arc<BTreeMap<PluginId, Fields>>,
}

/// Keys that a plugin wrote for the turn's customer.
pub type KeyWrites = Vec<(PluginId, BTreeMap<String, Option<Value>>)>;

/// The answer, and what is to be kept with it.
#[derive(Debug)]
pub struct Answered {
    /// For the agent.
    pub reply: Reply,
    /// For the engine, in the same commit.
    pub key_writes: KeyWrites,
    /// The hook calls, for metrics and authors.
    pub calls: Vec<CallReport>,
}

/// One hook call.
#[derive(Debug)]
pub struct CallReport {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// `compose`, `localize` or `trigger`.
    pub hook: &'static str,
    /// Time spent in it.
    pub micros: u32,
    /// What went wrong, if anything.
    pub failure: Option<FailureKind>,
    /// Lines to the author.
    pub log: Vec<LogLine>,
}

/// Answers a message on one snapshot.
pub async fn answer(
    snapshot: &Snapshot,
    understanding: &Understanding,
    workers: &Workers,
    merchant: &Merchant,
    incoming: Incoming,
) -> Result<Answered, Busy> {
    let mut clock = Clock::start();
    let keys = Arc::clone(&incoming.keys);
    let turn = Arc::new(understand(understanding, merchant, incoming));
    let understand = clock.lap();

    let composed = compose::compose(snapshot, workers, merchant, &turn, &keys).await?;
    let compose = clock.lap();

    let worded = localize::localize(&composed, &turn, understanding);
    let localize = clock.lap();

    let guarded = guard::guard(worded, &turn, merchant);
    let guard = clock.lap();

    let mut suggestions = rank::rank(guarded.suggestions, merchant.min_confidence);
    for (number, suggestion) in suggestions.iter_mut().enumerate() {
        suggestion.id = SuggestionId::from(format!("{}.{}", turn.id, number + 1));
    }
    let rank = clock.lap();

    let timing_us = TimingUs { understand, compose, localize, guard, rank, total: clock.total() };
    let failures: Vec<Failure> = composed.failures.into_iter().chain(guarded.failures).collect();
    let generation = snapshot.generation.number;
    // Nobody else holds the turn by now.
    let Turn { id: turn_id, signals, .. } = Arc::unwrap_or_clone(turn);
    let reply = Reply { turn_id, generation, signals, suggestions, failures, timing_us };
    Ok(Answered { reply, key_writes: composed.key_writes, calls: composed.calls })
}

/// What the message means, and the turn that plugins are handed.
fn understand(understanding: &Understanding, merchant: &Merchant, incoming: Incoming) -> Turn {
    let Incoming { turn_id, now, message, history, profile, live, .. } = incoming;
    let customer = merged(profile.as_deref(), &message.customer);
    let languages = &merchant.languages;
    let voice = message.voice;
    let input = Input { text: &message.text, history: &history, customer: &customer, now, languages, voice };
    let signals = understanding.signals(&input);
    let language = &signals.language;
    let locale =
        culture::locale_for(customer.locale.as_deref(), &language.tag, language.confidence, &merchant.default_locale);
    Turn {
        id: turn_id,
        now,
        channel: message.channel,
        conversation_id: message.conversation_id,
        message: Message { role: message.role, text: message.text, at: message.at.unwrap_or(now) },
        history,
        signals,
        customer,
        live,
        locale,
        agent_locale: message.agent_locale,
    }
}

/// The stored profile with what the message says laid over it, field by field.
pub fn merged(stored: Option<&Customer>, given: &Customer) -> Customer {
    let Some(stored) = stored else { return given.clone() };
    let mut attributes = stored.attributes.clone();
    attributes.extend(given.attributes.clone());
    Customer {
        id: given.id.clone(),
        name: given.name.clone().or_else(|| stored.name.clone()),
        locale: given.locale.clone().or_else(|| stored.locale.clone()),
        country: given.country.clone().or_else(|| stored.country.clone()),
        time_zone: given.time_zone.clone().or_else(|| stored.time_zone.clone()),
        email: given.email.clone().or_else(|| stored.email.clone()),
        phone: given.phone.clone().or_else(|| stored.phone.clone()),
        orders: if given.orders.is_empty() { stored.orders.clone() } else { given.orders.clone() },
        attributes,
    }
}

/// Microseconds between stages.
struct Clock {
    start: Instant,
    last: Instant,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self { start: now, last: now }
    }

    fn lap(&mut self) -> u64 {
        let now = Instant::now();
        let lap = now - std::mem::replace(&mut self.last, now);
        u64::try_from(lap.as_micros()).unwrap_or(u64::MAX)
    }

    fn total(&self) -> u64 {
        u64::try_from((self.last - self.start).as_micros()).unwrap_or(u64::MAX)
    }
}
