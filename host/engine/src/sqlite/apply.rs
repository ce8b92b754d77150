//! One batch, inside the writer's transaction. Checks each precondition by the write itself where it can.

pub(super) mod contact;
pub(super) mod event;
pub(super) mod keys;

use cuecard_model::{AgentId, Arm, ConversationId, CustomerId, MerchantId, Role, Tally};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::{audit, errands, facts, feedback, forget, identities, judged, learn, news, proposals, rooms, trial};
use crate::{Batch, Error, Known, MessageRecord, Outcome, Receipt, Refusal, Scope, TurnRecord, Write};

/// What became of a batch, and where its messages stand.
pub(super) struct Applied {
    pub(super) receipt: Receipt,
    /// The `seq` of each message and each event written, in order.
    pub(super) places: Vec<i64>,
    pub(super) effects: Effects,
}

/// What memory must not go on believing.
#[derive(Default)]
pub(super) struct Effects {
    /// Customers of whom more has changed than a write says.
    pub(super) stale: Vec<CustomerId>,
    /// Ids that are another name from now on, or (`None`) no longer.
    pub(super) aliases: Vec<(CustomerId, Option<CustomerId>)>,
    /// Threads of which something is gone.
    pub(super) threads: Vec<ConversationId>,
    /// What was learned, as it stands now.
    pub(super) learned: Vec<(Arm, Tally)>,
    /// Something that was learned is gone.
    pub(super) unlearned: bool,
}

impl Effects {
    pub(super) fn merged(&mut self, pairs: Vec<(CustomerId, CustomerId)>) {
        for (from, into) in pairs {
            self.stale.extend([from.clone(), into.clone()]);
            self.aliases.push((from, Some(into)));
        }
    }

    pub(super) fn parted(&mut self, customer: CustomerId) {
        self.aliases.push((customer, None));
    }
}

/// Why a batch goes no further; what it wrote so far is taken back.
pub(super) enum Stop {
    /// A precondition failed.
    Unmet(Receipt),
    /// The caller handed over what cannot be stored.
    Invalid(Error),
    /// The database failed.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Unmet(Receipt::Refused(refusal))
    }
}

pub(super) type Step<T> = Result<T, Stop>;

/// Writes a batch; on `Err` the caller takes back what was written.
///
/// Each write is put under the id that stands for its customer, in the batch too: memory takes it in as it was kept.
pub(super) fn apply(connection: &Connection, batch: &mut Batch) -> Step<Applied> {
    let (mut places, mut effects) = (Vec::new(), Effects::default());
    let mut outcomes = Vec::with_capacity(batch.writes.len());
    for write in &mut batch.writes {
        let merges = canonical(connection, &batch.merchant, write)?;
        let before = places.len();
        let outcome = match &*write {
            Write::Audit(_) if !outcomes.contains(&Outcome::Done) => Outcome::Known,
            write => one(connection, &batch.merchant, write, &mut places, &mut effects)?,
        };
        outcomes.push(outcome);
        if let (false, Some(place)) = (merges.is_empty(), places.get(before)) {
            let room = if matches!(write, Write::Event(_)) { "events" } else { "messages" };
            rooms::note(connection, &merges, room, &place.to_string())?;
            if let Write::Turn(turn) = &*write {
                facts::note(connection, &batch.merchant, turn, &merges)?;
            }
        }
    }
    Ok(Applied { receipt: Receipt::Kept(outcomes), places, effects })
}

/// Puts the canonical id in the place of the one that was said; gives the merges that it stands for.
fn canonical(connection: &Connection, merchant: &MerchantId, write: &mut Write) -> Step<Vec<i64>> {
    let customer = match write {
        Write::Message(record) | Write::Turn(TurnRecord { message: record, .. }) => &mut record.customer,
        Write::Customer(customer) => &mut customer.id,
        Write::PluginKeys { customer, .. }
        | Write::KeysGone { customer, .. }
        | Write::Timer { customer, .. }
        | Write::CancelTimer { customer, .. }
        | Write::TimerDone { customer, .. } => customer,
        Write::Outreach(record) | Write::OutreachChange(record) => &mut record.customer,
        Write::Trial(trial) => &mut trial.customer,
        Write::Consent(record) => &mut record.customer,
        Write::Proposal(record) => &mut record.customer,
        Write::Judged(record) => &mut record.customer,
        Write::CaseOutcome(said) => &mut said.customer,
        Write::Errand(errand) => &mut errand.customer,
        Write::Event(event) => match &mut event.customer_id {
            Some(customer) => customer,
            None => return Ok(Vec::new()),
        },
        _ => return Ok(Vec::new()),
    };
    let (found, merges) = identities::resolve(connection, merchant, customer)?;
    *customer = found;
    Ok(merges)
}

/// Whether the batch is one statement, which takes itself back if it fails.
pub(super) fn is_single(batch: &Batch) -> bool {
    matches!(batch.writes.as_slice(), [Write::Customer(_) | Write::Live(_)])
}

fn one(
    connection: &Connection,
    merchant: &MerchantId,
    write: &Write,
    places: &mut Vec<i64>,
    effects: &mut Effects,
) -> Step<Outcome> {
    match write {
        Write::Message(record) => message(connection, merchant, record, None, places),
        Write::Turn(turn) => message(connection, merchant, &turn.message, Some(turn), places),
        Write::Feedback(feedback) => {
            let outcome = feedback::keep(connection, merchant, feedback)?;
            facts::marked(connection, merchant, feedback)?;
            Ok(outcome)
        }
        Write::Learn { turn, arms } => learn::learn(connection, merchant, turn, arms, effects),
        Write::Trial(trial) => trial::put(connection, merchant, trial),
        Write::CaseOutcome(said) => facts::outcome(connection, merchant, said),
        Write::Review(review) => facts::reviewed(connection, merchant, review),
        Write::Customer(customer) => {
            let sql = "insert into customers (merchant, customer, body) values (?1, ?2, ?3)
                on conflict do update set body = excluded.body";
            put_body(connection, sql, merchant, customer.id.as_str(), &json("a customer", customer)?)
        }
        Write::Live(item) => {
            let sql = "insert into live (merchant, key, body) values (?1, ?2, ?3)
                on conflict do update set body = excluded.body";
            put_body(connection, sql, merchant, &item.key, &json("live data", item)?)
        }
        Write::LiveGone { key } => {
            let sql = "delete from live where merchant = ?1 and key = ?2";
            changed(connection.prepare_cached(sql)?.execute(params![merchant.as_str(), key])?)
        }
        Write::PluginKeys { set, customer, writes } => keys::put(connection, merchant, set, customer, writes),
        Write::KeysGone { plugin, customer } => {
            let outcome = keys::forget(connection, merchant, plugin, customer)?;
            effects.stale.push(customer.clone());
            Ok(outcome)
        }
        Write::Event(event) => event::put(connection, merchant, event, places),
        Write::EventDone { event, at } => event::done(connection, merchant, event, *at),
        Write::Judged(record) => judged::put(connection, merchant, record),
        Write::Timer { plugin, customer, timer } => event::set_timer(connection, merchant, plugin, customer, timer),
        Write::CancelTimer { plugin, customer, key } => event::cancel(connection, merchant, plugin, customer, key),
        Write::TimerDone { plugin, customer, key, at } => {
            event::timer_done(connection, merchant, plugin, customer, key, *at)
        }
        Write::Audit(entry) => {
            let scope = Scope::Merchant(merchant.clone());
            audit::append(connection, &scope, entry).map(|()| Outcome::Done)
        }
        Write::Outreach(record) => contact::propose(connection, merchant, record),
        Write::OutreachChange(record) => contact::change(connection, merchant, record),
        Write::Proposal(record) => proposals::put(connection, merchant, record),
        Write::Consent(record) => contact::consent(connection, merchant, record),
        Write::Suppression { subject, suppression } => contact::suppress(connection, merchant, subject, suppression),
        Write::Errand(errand) => errands::put(connection, merchant, errand),
        Write::ErrandChange(errand) => errands::change(connection, merchant, errand),
        Write::Rewrite { conversation, message, text } => {
            let outcome = rewrite(connection, merchant, conversation, message.as_str(), text)?;
            effects.threads.push(conversation.clone());
            Ok(outcome)
        }
        Write::Delivery { keys, at } => news::delivered(connection, merchant, keys, *at),
        Write::News(news) => news::put(connection, merchant, news, effects),
        Write::Split { customer, at, by } => {
            let from = identities::split(connection, merchant, customer, *at, by)?;
            effects.stale.extend([from, customer.clone()]);
            effects.parted(customer.clone());
            Ok(Outcome::Done)
        }
        Write::Erase(customer) => forget::erase(connection, merchant, customer, effects),
        Write::Sweep { room, rows } => forget::sweep(connection, merchant, *room, rows, effects),
        Write::Tidy { before, limit } => forget::tidy(connection, *before, *limit),
    }
}

fn message(
    connection: &Connection,
    merchant: &MerchantId,
    record: &MessageRecord,
    turn: Option<&TurnRecord>,
    places: &mut Vec<i64>,
) -> Step<Outcome> {
    let is_answer = record.message.role == Role::Agent;
    let waiting = if is_answer { facts::waiting(connection, merchant, record.conversation.as_str())? } else { None };
    let sql = "insert into messages
        (merchant, conversation, message, customer, channel, role, text, at, agent, turn, generation, reply, trace, input)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        on conflict (merchant, conversation, message) do nothing";
    let kept = connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.conversation.as_str(),
        record.id.as_str(),
        record.customer.as_str(),
        record.channel,
        role_number(record.message.role),
        record.message.text,
        record.message.at.millis(),
        record.agent.as_ref().map(AgentId::as_str),
        turn.map(|turn| turn.id.as_str()),
        turn.map(|turn| turn.generation.cast_signed()),
        turn.map(|turn| &*turn.reply),
        turn.and_then(|turn| turn.trace.as_deref()),
        turn.and_then(|turn| turn.input.as_deref()),
    ])?;
    if kept == 0 {
        let known = known(connection, merchant, record.conversation.as_str(), record.id.as_str())?;
        return Err(Stop::Unmet(Receipt::Duplicate(known.unwrap_or(Known::Kept))));
    }
    places.push(connection.last_insert_rowid());
    match turn {
        Some(turn) => facts::asked(connection, merchant, turn)?,
        None if is_answer => facts::answered(connection, merchant, record, waiting)?,
        None => {}
    }
    Ok(Outcome::Done)
}

/// A text that is taken back is taken back in translation too.
fn rewrite(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &ConversationId,
    message: &str,
    text: &str,
) -> Step<Outcome> {
    let sql = "update messages set text = ?4, reply = json_remove(reply, '$.message_for_agent')
        where merchant = ?1 and conversation = ?2 and message = ?3 and text <> ?4";
    let place = params![merchant.as_str(), conversation.as_str(), message, text];
    changed(connection.prepare_cached(sql)?.execute(place)?)
}

/// What stands where a message id is already there.
pub(super) fn known(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &str,
    message: &str,
) -> rusqlite::Result<Option<Known>> {
    let sql = "select turn, reply from messages where merchant = ?1 and conversation = ?2 and message = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(params![merchant.as_str(), conversation, message], |row| {
        let answer: (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        Ok(match answer {
            (Some(turn), Some(reply)) => Known::Answered { turn: turn.into(), reply: reply.into() },
            _ => Known::Kept,
        })
    });
    found.optional()
}

fn put_body(connection: &Connection, sql: &str, merchant: &MerchantId, key: &str, body: &str) -> Step<Outcome> {
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), key, body])?;
    Ok(Outcome::Done)
}

pub(super) fn changed(rows: usize) -> Step<Outcome> {
    Ok(if rows == 0 { Outcome::Known } else { Outcome::Done })
}

/// 1 for the customer, 2 for the agent.
pub(super) fn role_number(role: Role) -> i64 {
    match role {
        Role::Customer => 1,
        Role::Agent => 2,
    }
}

/// A value as JSON text. JSON says null for numbers that are not finite, which could not be read back.
pub(super) fn json(what: &'static str, value: &impl Serialize) -> Step<String> {
    let text = serde_json::to_string(value);
    text.map_err(|error| Stop::Invalid(Error::Invalid { what, detail: error.to_string() }))
}

/// The word that JSON uses for a plain enum, e.g. `sent`.
pub(super) fn word(value: &impl Serialize) -> Step<String> {
    Ok(json("a word", value)?.trim_matches('"').to_owned())
}
