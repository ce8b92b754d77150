//! The flow of a message: understand (the plugins' say included), compose, localize, guard, rank.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture as culture;
use cuecard_model::{
    Acceptance, Assigned, Customer, Failure, FailureKind, Fields, IncomingMessage, KeySet, Learned, LiveItem, Message,
    MessageForAgent, PluginVersion, Recent, Reply, SuggestionId, Timestamp, TimingUs, Trace, Turn, TurnId, Value,
};
use cuecard_plugin::{
    call::LogLine,
    job::{Called, Failed},
    worker::progress::now,
    workers::{Busy, Workers, less},
};
use cuecard_understand::{Around, Input, Understanding};
use serde::Serialize;

use crate::{
    Merchant, Snapshot, Terms,
    classify::{self, Classified},
    compose::{self, BUDGET_MS, Composed},
    guard,
    localize::{self, Worded},
    rank,
    versions::{GivenUp, ROUNDS, STAGE, Versions},
};

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
    pub live: Vec<Arc<LiveItem>>,
    /// What plugins stored for this customer.
    pub keys: Arc<BTreeMap<KeySet, Fields>>,
    /// When and where the customer wrote, and what happened in the shop.
    pub recent: Arc<Recent>,
    /// What acceptance has taught about the merchant's suggestions.
    pub learned: Arc<Learned>,
    /// What is different for this conversation.
    pub terms: Terms,
}

/// Keys that a plugin wrote for the turn's customer.
pub type KeyWrites = Vec<(KeySet, Written)>;

/// Keys by name; `None` forgets.
pub type Written = BTreeMap<String, Option<Value>>;

/// The answer, and what is to be kept with it.
#[derive(Debug)]
pub struct Answered {
    /// For the agent.
    pub reply: Reply,
    /// For the engine, in the same commit.
    pub key_writes: KeyWrites,
    /// The hook calls, for metrics and authors.
    pub calls: Vec<CallReport>,
    /// Plugins whose words could not be made or did not pass the host's checks; these are among the reply's failures.
    pub held_back: Vec<Failure>,
    /// Where the turn's time went.
    pub spans: Vec<Span>,
}

/// A stage of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// `understand`, `compose`, `localize`, `guard`, `rank`, `translate`.
    pub stage: &'static str,
    /// Since the turn's start, in microseconds.
    pub start_us: u64,
    /// How long.
    pub us: u64,
}

/// One hook call.
#[derive(Debug)]
pub struct CallReport {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// `classify`, `compose`, `localize` or `trigger`.
    pub hook: &'static str,
    /// When it was started, in microseconds since the turn's start; `None` if it was not.
    pub start_us: Option<u64>,
    /// Time spent in it.
    pub micros: u32,
    /// Of this, processor time.
    pub processor_us: u32,
    /// Steps, where they are counted.
    pub steps: Option<u64>,
    /// What went wrong, if anything.
    pub failure: Option<Failed>,
    /// Why nothing of its answer could be shown, if it answered.
    pub unusable: Option<FailureKind>,
    /// Lines to the author.
    pub log: Vec<LogLine>,
}

impl CallReport {
    /// Takes the report out of what a call came to.
    pub(crate) fn of<T>(
        plugin: &PluginVersion,
        hook: &'static str,
        called: &mut Called<T>,
        turn_began: Duration,
    ) -> Self {
        let turn_began = u64::try_from(turn_began.as_micros()).unwrap_or(u64::MAX);
        Self {
            plugin: plugin.clone(),
            hook,
            start_us: (called.began_us > 0).then(|| called.began_us.saturating_sub(turn_began)),
            micros: called.micros,
            processor_us: called.processor_us,
            steps: called.steps,
            failure: called.outcome.as_ref().err().cloned(),
            unusable: None,
            log: std::mem::take(&mut called.log),
        }
    }
}

/// What a message means, and what plugins had to say to that.
#[derive(Debug)]
pub struct Understood {
    /// The turn, with its signals.
    pub turn: Arc<Turn>,
    /// Which plugin changed which signal.
    pub trace: Vec<Trace>,
    /// Plugins that changed nothing because they failed.
    pub failures: Vec<Failure>,
    /// For the engine.
    pub key_writes: KeyWrites,
    /// The hook calls, for metrics and authors.
    pub calls: Vec<CallReport>,
    /// What the plugins have stored for this customer by now.
    keys: Arc<BTreeMap<KeySet, Fields>>,
    /// What is left of the turn's time for plugins.
    budget_ms: u32,
    /// Versions that failed while another was there to answer in their place.
    given_up: Vec<GivenUp>,
}

/// What a turn came to, best first. Whoever can may have it translated; then it is the answer.
pub struct Offered {
    pub(crate) turn: Arc<Turn>,
    pub(crate) composed: Composed,
    pub(crate) worded: Vec<Worded>,
    pub(crate) message_for_agent: Option<MessageForAgent>,
    pub(crate) trace: Vec<Trace>,
    pub(crate) clock: Clock,
    pub(crate) timing_us: TimingUs,
    generation: u64,
    failures: Vec<Failure>,
    held_back: Vec<Failure>,
    key_writes: KeyWrites,
    calls: Vec<CallReport>,
    learned: Vec<Acceptance>,
    held_out: bool,
    experiments: Vec<Assigned>,
}

/// Answers a message on one snapshot.
pub async fn answer(
    snapshot: &Snapshot,
    understanding: &Understanding,
    workers: &Workers,
    merchant: &Merchant,
    incoming: Incoming,
) -> Result<Answered, Busy> {
    Ok(offer(snapshot, understanding, workers, merchant, incoming).await?.answered())
}

/// Answers a message on one snapshot, as far as nobody need be asked who may be slow.
pub async fn offer(
    snapshot: &Snapshot,
    understanding: &Understanding,
    workers: &Workers,
    merchant: &Merchant,
    incoming: Incoming,
) -> Result<Offered, Busy> {
    let mut clock = Clock::start();
    let began = clock.start;
    let (terms, learned) = (incoming.terms.clone(), Arc::clone(&incoming.learned));
    let understood = understand_from(began, snapshot, understanding, workers, merchant, incoming).await?;
    let Understood { turn, mut trace, mut failures, mut key_writes, mut calls, keys, budget_ms, mut given_up } =
        understood;
    let mut timing_us = TimingUs { understand: clock.lap("understand"), ..TimingUs::default() };
    let asking = Instant::now();
    let (mut best, mut held_back) = (None, Vec::new());
    // Once, as a rule. Where a version fails behind which another stands, that one answers in the same turn; plugins are
    // pure functions, so the others say again what they said.
    for round in 0..ROUNDS {
        let versions = Versions::of(snapshot, &merchant.id, &turn.conversation_id, turn.now, &given_up);
        let left = if round == 0 { budget_ms } else { less(budget_ms, asking.elapsed()) };
        let composed =
            compose::compose(snapshot, &versions, workers, merchant, &turn, &keys, &terms, (began, left)).await;
        let mut composed = match composed {
            Ok(composed) => composed,
            Err(busy) if round == 0 => return Err(busy),
            Err(_) => break,
        };
        timing_us.compose += clock.lap("compose");

        let worded = localize::localize(&composed, &turn, understanding);
        timing_us.localize += clock.lap("localize");

        let guarded = guard::guard(worded, &turn, merchant);
        timing_us.guard += clock.lap("guard");

        for failure in &guarded.failures {
            composed.unusable(failure);
        }
        held_back.extend(guarded.failures.iter().cloned());
        calls.append(&mut composed.calls);
        let failures: Vec<_> = composed.failures.drain(..).chain(guarded.failures).collect();
        let failed = versions.give_up(&failures);
        best = Some(Round { composed, worded: guarded.worded, failures });
        if failed.is_empty() {
            break;
        }
        given_up.extend(failed);
    }
    // The first round leaves one, or the turn has ended.
    let Some(Round { mut composed, worded, failures: failed }) = best else { return Err(Busy::TooLate) };
    let scenario = &turn.signals.scenario.id;
    let learned = if terms.fixed_order { Vec::new() } else { learned.of(scenario, turn.now) };
    let ranked = rank::rank(worded, merchant.min_confidence, scenario, &learned, turn.id.as_str());
    let experiments = terms.counting(scenario);
    timing_us.rank = clock.lap("rank");

    failures.extend(failed);
    key_writes.append(&mut composed.key_writes);
    for entry in std::mem::take(&mut composed.trace) {
        if !trace.contains(&entry) {
            trace.push(entry);
        }
    }
    Ok(Offered {
        turn,
        composed,
        worded: ranked.worded,
        learned: ranked.learned,
        held_out: terms.held_out,
        experiments,
        message_for_agent: None,
        trace,
        clock,
        timing_us,
        generation: snapshot.generation.number,
        failures,
        held_back,
        key_writes,
        calls,
    })
}

/// What the plugins came to, asked once.
struct Round {
    composed: Composed,
    worded: Vec<Worded>,
    failures: Vec<Failure>,
}

impl Offered {
    /// The answer, and what is to be kept with it.
    pub fn answered(self) -> Answered {
        let Self { turn, worded, message_for_agent, trace, clock, timing_us, generation, failures, .. } = self;
        let (learned, held_out, experiments) = (self.learned, self.held_out, self.experiments);
        // Nobody else holds the turn by now.
        let Turn { id: turn_id, signals, .. } = Arc::unwrap_or_clone(turn);
        let mut suggestions: Vec<_> = worded.into_iter().map(|worded| worded.suggestion).collect();
        for (number, suggestion) in suggestions.iter_mut().enumerate() {
            suggestion.id = SuggestionId::from(format!("{turn_id}.{}", number + 1));
            // Why it came to this suggestion at all.
            let understood = trace.iter().filter(|entry| entry.stage != "translate");
            let version = suggestion.plugin.to_string();
            let told = understood.filter(|entry| entry.stage != STAGE || entry.rule == version);
            suggestion.trace.splice(..0, told.cloned());
        }
        let timing_us = TimingUs { total: clock.total(), ..timing_us };
        let reply = Reply {
            turn_id,
            generation,
            signals,
            message_for_agent,
            suggestions,
            held_out,
            experiments,
            learned,
            trace,
            failures,
            timing_us,
        };
        let Self { key_writes, calls, held_back, .. } = self;
        Answered { reply, key_writes, calls, held_back, spans: clock.spans }
    }
}

/// Finds what a message means: the host's own signals, and what the merchant's plugins put in their place.
pub async fn understand(
    snapshot: &Snapshot,
    understanding: &Understanding,
    workers: &Workers,
    merchant: &Merchant,
    incoming: Incoming,
) -> Result<Understood, Busy> {
    understand_from(now(), snapshot, understanding, workers, merchant, incoming).await
}

async fn understand_from(
    began: Duration,
    snapshot: &Snapshot,
    understanding: &Understanding,
    workers: &Workers,
    merchant: &Merchant,
    incoming: Incoming,
) -> Result<Understood, Busy> {
    let mut keys = Arc::clone(&incoming.keys);
    let terms = incoming.terms.clone();
    let mut turn = Arc::new(read(understanding, merchant, incoming));
    let classified = classify::classify(snapshot, workers, merchant, &mut turn, &keys, &terms, began).await?;
    let Classified { trace, failures, key_writes, calls, given_up, spent } = classified;
    // What a plugin stored a moment ago, its next hook sees.
    for (set, writes) in &key_writes {
        let stored = Arc::make_mut(&mut keys).entry(set.clone()).or_default();
        for (name, value) in writes {
            match value {
                Some(value) => drop(stored.insert(name.clone(), value.clone())),
                None => drop(stored.remove(name)),
            }
        }
    }
    Ok(Understood { turn, trace, failures, key_writes, calls, keys, budget_ms: less(BUDGET_MS, spent), given_up })
}

/// The turn that plugins are handed, with the host's own signals.
fn read(understanding: &Understanding, merchant: &Merchant, incoming: Incoming) -> Turn {
    let Incoming { turn_id, now, message, history, profile, live, recent, .. } = incoming;
    let customer = customer(profile, &message.customer);
    let voice = message.voice;
    let (text, languages, events) = (&message.text, &merchant.languages, &recent.events);
    let input = Input { text, history: &history, customer: &customer, events, now, languages, voice };
    let signals = understanding.signals(&input);
    let language = &signals.language;
    let locale =
        culture::locale_for(customer.locale.as_deref(), &language.tag, language.confidence, &merchant.default_locale);
    let (channel, language) = (Some(message.channel.as_str()), Some(language.tag.as_str()));
    let around = Around { customer: &customer, recent: &recent, history: &history, channel, language, now };
    let profile = cuecard_understand::profile(&around);
    Turn {
        id: turn_id,
        now,
        channel: message.channel,
        conversation_id: message.conversation_id,
        message: Message { role: message.role, text: message.text, at: message.at.unwrap_or(now) },
        history,
        signals,
        customer,
        profile,
        live,
        locale,
        agent_locale: message.agent_locale,
    }
}

/// The stored profile itself where the message says nothing more of its customer, which is usual.
fn customer(stored: Option<Arc<Customer>>, given: &Customer) -> Arc<Customer> {
    let Customer { id: _, name, locale, country, region, time_zone, email, phone, orders, attributes } = given;
    let texts = [locale, country, region, time_zone, email, phone];
    let says_more =
        name.is_some() || texts.iter().any(|text| text.is_some()) || !orders.is_empty() || !attributes.is_empty();
    match stored {
        Some(stored) if !says_more => stored,
        stored => Arc::new(merged(stored.as_deref(), given)),
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
        region: given.region.clone().or_else(|| stored.region.clone()),
        time_zone: given.time_zone.clone().or_else(|| stored.time_zone.clone()),
        email: given.email.clone().or_else(|| stored.email.clone()),
        phone: given.phone.clone().or_else(|| stored.phone.clone()),
        orders: if given.orders.is_empty() { stored.orders.clone() } else { given.orders.clone() },
        attributes,
    }
}

/// Microseconds between stages, on the clock that workers share.
pub(crate) struct Clock {
    start: Duration,
    last: Duration,
    spans: Vec<Span>,
}

impl Clock {
    fn start() -> Self {
        let start = now();
        Self { start, last: start, spans: Vec::with_capacity(6) }
    }

    pub(crate) fn lap(&mut self, stage: &'static str) -> u64 {
        let (before, now) = (self.last, now());
        self.last = now;
        let us = micros(now - before);
        self.spans.push(Span { stage, start_us: micros(before - self.start), us });
        us
    }

    fn total(&self) -> u64 {
        micros(self.last - self.start)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
