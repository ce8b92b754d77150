//! `POST /v1/messages`: the path of a message, from the request to the kept answer.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cuecard_engine::{Batch, Known, MessageRecord, Receipt, TurnRecord, Write};
use cuecard_gate::after_word;
use cuecard_model::{
    ConsentAnswer, ConsentRecord, Customer, IncomingMessage, MerchantId, Message, Role, Timestamp, Trace, TurnId,
};
use cuecard_pipeline::{Answered, Incoming, Snapshot, Terms, offer};
use cuecard_understand::Understanding;

use super::{
    Problem,
    answered::remember,
    guard::Caller,
    json::{Json, check_id},
    told::Told,
};
use crate::{
    app::App,
    clock, identity,
    journal::{About, Place, take_down},
    merchants::Settled,
    rehearse::Input,
    rollout, stored_keys,
    taught::trials,
    trace,
};

/// Bytes of text in one message.
pub(crate) const TEXT: usize = 16 << 10;
/// A message may be so far ahead of this host's clock, in milliseconds.
pub(crate) const AHEAD: i64 = 5 * 60 * 1000;

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(mut message): Json<IncomingMessage>,
) -> Result<Response, Problem> {
    let now = clock::now();
    check(&message, now)?;
    if message.role == Role::Agent {
        message.agent_id = caller.agent(message.agent_id);
    }
    // Held to the end of the turn, also when the client goes away: the end of the host waits for it.
    let place = Arc::clone(&app.turns).try_acquire_owned();
    let place = place.map_err(|_| Problem::busy("too many messages are being answered"))?;
    let task = tokio::spawn(async move {
        let result = take(&app, &caller.merchant, message, now).await;
        drop(place);
        result
    });
    task.await.unwrap_or_else(|_| Err(Problem::new(500, "internal", "Internal error", "the turn failed")))
}

/// Whoever wrote it.
pub(crate) async fn take(
    app: &App,
    merchant: &MerchantId,
    message: IncomingMessage,
    now: Timestamp,
) -> Result<Response, Problem> {
    match message.role {
        Role::Customer => turn(app, merchant, message, now).await,
        Role::Agent => remember(app, merchant, message, now).await,
    }
}

/// A customer's message without words, e.g. a picture: kept and shown, and nothing to answer.
pub(crate) async fn remember_wordless(
    app: &App,
    merchant: &MerchantId,
    message: &IncomingMessage,
    now: Timestamp,
) -> Result<(), Problem> {
    let known = app.engine.customer(merchant, &message.customer.id).await?.profile;
    let told = Told::new(message, known.and_then(|it| it.name.clone()).as_ref(), now);
    let write = Write::Message(record(message, now));
    if let Receipt::Kept(_) = app.engine.commit(Batch::new(merchant.clone(), vec![write])).await? {
        told.wordless(app, merchant);
    }
    Ok(())
}

fn check(message: &IncomingMessage, now: Timestamp) -> Result<(), Problem> {
    check_id("conversation_id", message.conversation_id.as_str())?;
    check_id("message_id", message.message_id.as_str())?;
    check_id("customer.id", message.customer.id.as_str())?;
    check_id("channel", &message.channel)?;
    check_text(&message.text)?;
    if message.at.is_some_and(|at| at.millis() > now.millis() + AHEAD) {
        return Err(Problem::bad_request("at is in the future").field("at").hint("leave it out, or set the clock"));
    }
    Ok(())
}

pub(crate) fn check_text(text: &str) -> Result<(), Problem> {
    if text.len() > TEXT {
        return Err(Problem::bad_request(format!("the text has {} bytes, at most {TEXT} are taken", text.len()))
            .field("text")
            .hint("send the part that the customer wrote, without quoted mail"));
    }
    if text.trim().is_empty() {
        return Err(Problem::bad_request("the text is empty").field("text").hint("send what was written"));
    }
    Ok(())
}

/// One turn; and once more where the plugins' keys came to another version while it was under way: hooks are pure
/// functions, so the versions that serve now are asked instead.
async fn turn(app: &App, merchant: &MerchantId, message: IncomingMessage, now: Timestamp) -> Result<Response, Problem> {
    identity::link(app, merchant, &message, now).await?;
    loop {
        if let Some(answered) = attempt(app, merchant, message.clone(), now).await? {
            return Ok(answered);
        }
    }
}

/// What is known, the answer on one snapshot, one commit, and only then the response. `None`: that snapshot's keys are
/// not in use any more.
async fn attempt(
    app: &App,
    merchant: &MerchantId,
    mut message: IncomingMessage,
    now: Timestamp,
) -> Result<Option<Response>, Problem> {
    let (conversation, id) = (&message.conversation_id, &message.message_id);
    // Before the keys are read: those of its versions are there by then.
    let (snapshot, understanding) = understanding(app, merchant).await?;
    let context = app.engine.context(merchant, conversation, id, &message.customer.id, now).await?;
    if let Some(known) = context.known {
        return known_already(known).map(Some);
    }
    let Settled { merchant: settings, experiments, .. } = app.merchants.settled(&*app.engine, merchant).await?;
    let terms = Terms::of(&settings, &experiments, conversation);
    // Who does not say what the agent reads has agents who read the house's own language. What would have to be
    // translated is paid for, so there only who asks gets it.
    if app.translations.of(merchant).is_none() {
        message.agent_locale.get_or_insert_with(|| settings.default_locale.clone());
    }
    let record = record(&message, now);
    let profile = context.customer.profile.as_deref();
    let told = Told::new(&message, profile.and_then(|profile| profile.name.as_ref()), now);
    let said = brings_news(profile, &message.customer)
        .then(|| identity::said(profile, message.customer.clone(), &message.channel, now));
    let consents = by_word(app, merchant, &record).await?;
    let turn_id = TurnId::from(app.ids.next(now));
    let incoming = Incoming {
        turn_id: turn_id.clone(),
        now,
        message,
        history: context.history,
        profile: context.customer.profile,
        live: context.live,
        keys: stored_keys::of(&snapshot, merchant, context.customer.keys),
        recent: context.customer.recent,
        learned: context.learned,
        terms,
    };
    let input = Input::of(&incoming);
    let mut offered = offer(&snapshot, &understanding, &app.workers, &settings, incoming).await?;
    if let Some(connector) = app.translations.of(merchant) {
        connector.fill_in(&mut offered).await;
    }
    let Answered { mut reply, key_writes, calls, held_back, spans } = offered.answered();
    reply.trace.extend(noted(&consents));
    let place = Place { turn_id: Some(turn_id.clone()), event_id: None };
    let about = About { merchant, customer: Some(&record.customer), place, now };
    take_down(app, &snapshot, &about, &calls, &held_back);
    rollout::offered(&snapshot, merchant, &record.conversation, &reply);
    app.metrics.turn(&reply.timing_us);
    let text: Arc<str> = serde_json::to_string(&reply).map_err(|_| unwritten())?.into();

    let customer = record.customer.clone();
    let trials: Vec<_> = trials(&reply, &record, None).collect();
    let trace = Some(trace::kept(&spans, &calls));
    let (generation, reply_text) = (reply.generation, Arc::clone(&text));
    let turn = TurnRecord { id: turn_id, message: record, generation, reply: reply_text, trace, input };
    let mut writes = vec![Write::Turn(turn)];
    writes.extend(key_writes.into_iter().map(|(set, writes)| Write::PluginKeys {
        set,
        customer: customer.clone(),
        writes,
    }));
    writes.extend(said);
    writes.extend(trials);
    writes.extend(consents.into_iter().map(Write::Consent));
    match stored_keys::commit(app, &snapshot, Batch::new(merchant.clone(), writes)).await? {
        Some(Receipt::Duplicate(known)) => known_already(known).map(Some),
        Some(Receipt::Refused(_)) => Err(unwritten()),
        Some(Receipt::Kept(_)) => {
            told.customers(app, merchant, &reply, &text);
            Ok(Some(stored(text)))
        }
        None => Ok(None),
    }
}

/// What a customer agrees to, or no longer agrees to, by writing STOP or START and nothing else.
async fn by_word(app: &App, merchant: &MerchantId, record: &MessageRecord) -> Result<Vec<ConsentRecord>, Problem> {
    let Some(word) = app.merchants.rulebook().word(&record.message.text, &record.channel) else {
        return Ok(Vec::new());
    };
    let facts = app.engine.contact_facts(merchant, &record.customer, &[]).await?;
    Ok(after_word(word, &record.customer, &record.channel, &facts.consents, record.message.at))
}

/// The agent is told.
fn noted(consents: &[ConsentRecord]) -> Option<Trace> {
    let first = consents.first()?;
    let channel = first.channel.as_deref().unwrap_or("every channel");
    let why = match first.answer {
        ConsentAnswer::Withdrawn => format!("the customer wants no more contacts on {channel}; this is recorded"),
        ConsentAnswer::Granted => format!("the customer wants contacts on {channel} again; this is recorded"),
    };
    Some(Trace { stage: "consent".into(), rule: first.source.to_string(), before: None, after: None, why })
}

/// The snapshot of this turn and what was learned from it; learns first if nobody has asked for this merchant yet.
pub(crate) async fn understanding(
    app: &App,
    merchant: &MerchantId,
) -> Result<(Arc<Snapshot>, Arc<Understanding>), Problem> {
    let snapshot = app.snapshot.load_full().ok_or_else(|| Problem::busy("the plugins are not loaded yet"))?;
    if let Some(understanding) = snapshot.understanding(merchant) {
        return Ok((snapshot, understanding));
    }
    let (learner, of) = (Arc::clone(&snapshot), merchant.clone());
    let learned = tokio::task::spawn_blocking(move || learner.learn(&of)).await;
    Ok((snapshot, learned.map_err(|_| Problem::busy("the host is stopping"))?))
}

pub(crate) fn record(message: &IncomingMessage, now: Timestamp) -> MessageRecord {
    MessageRecord {
        conversation: message.conversation_id.clone(),
        id: message.message_id.clone(),
        customer: message.customer.id.clone(),
        channel: message.channel.as_str().into(),
        message: Message { role: message.role, text: message.text.clone(), at: message.at.unwrap_or(now) },
        agent: message.agent_id.clone().filter(|_| message.role == Role::Agent),
    }
}

/// Whether the message says anything that the stored profile does not.
fn brings_news(stored: Option<&Customer>, given: &Customer) -> bool {
    let Some(stored) = stored else { return true };
    fn news<T: PartialEq>(given: &Option<T>, stored: &Option<T>) -> bool {
        given.is_some() && given != stored
    }
    news(&given.name, &stored.name)
        || news(&given.locale, &stored.locale)
        || news(&given.country, &stored.country)
        || news(&given.time_zone, &stored.time_zone)
        || news(&given.email, &stored.email)
        || news(&given.phone, &stored.phone)
        || (!given.orders.is_empty() && given.orders != stored.orders)
        || given.attributes.iter().any(|(name, value)| stored.attributes.get(name) != Some(value))
}

pub(crate) fn known_already(known: Known) -> Result<Response, Problem> {
    let mut response = match known {
        Known::Answered { reply, .. } => stored(reply),
        Known::Kept => StatusCode::NO_CONTENT.into_response(),
    };
    let name = HeaderName::from_static("cuecard-duplicate");
    response.headers_mut().insert(name, HeaderValue::from_static("true"));
    Ok(response)
}

/// A reply as it is kept, without a copy.
fn stored(reply: Arc<str>) -> Response {
    struct Text(Arc<str>);
    impl AsRef<[u8]> for Text {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    let body = Bytes::from_owner(Text(reply));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

pub(crate) fn unwritten() -> Problem {
    Problem::new(500, "internal", "Internal error", "the answer could not be kept")
}
