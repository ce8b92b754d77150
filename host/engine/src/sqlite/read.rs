//! What is read from the database: one function a question, each on a connection that only reads.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

use cuecard_model::{
    Contact, ConversationId, Customer, CustomerId, Event, Fields, KeySet, LiveItem, MerchantId, Message, MessageId,
    PluginId, Recent, Role, Timer, Timestamp, TurnId,
};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::de::DeserializeOwned;

use super::{
    apply::{keys::QUOTA, role_number},
    cache::{Conversation, HISTORY, IDS, KnownCustomer, Live},
    change::scope_text,
    keys,
};
use crate::{
    ApiKey, Backlog, CustomerState, DueTimer, Handed, MessageRecord, NextDue, OpenEvent, Partition, PluginRecord,
    ReloadRecord, Scope, StoredKeys, TurnRecord,
};

type Result<T> = rusqlite::Result<T>;

/// A column of JSON. What does not parse was not written by this host: the caller reports damage.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// All rows of a query, each by `one`.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    one: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, one)?.collect()
}

pub(super) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn conversation_end(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &ConversationId,
) -> Result<Conversation> {
    let place = [merchant.as_str(), conversation.as_str()];
    let sql = "select message from messages where merchant = ?1 and conversation = ?2 limit 513";
    let ids = all(connection, sql, place, |row| row.get::<_, String>(0).map(MessageId::from))?;
    // The index and the order of the join are named: with the statistics of a young database SQLite would rather read
    // the whole table backwards, and a new conversation has nothing there that ends the search.
    let sql = "select m.seq, m.role, m.text, m.at from
        (select seq from messages indexed by messages_by_id where merchant = ?1 and conversation = ?2
            order by seq desc limit ?3) as latest
        cross join messages as m on m.seq = latest.seq order by m.seq";
    let params = params![merchant.as_str(), conversation.as_str(), rows(HISTORY)];
    let last = all(connection, sql, params, |row| Ok((row.get::<_, i64>(0)?, message(row, 1)?)))?;
    Ok(Conversation {
        last: last.last().map_or(0, |(seq, _)| *seq),
        history: last.into_iter().map(|(_, message)| message).collect::<VecDeque<_>>(),
        ids: (ids.len() <= IDS).then(|| ids.into_iter().collect::<HashSet<_>>()),
    })
}

/// Role, text and moment, from three columns.
pub(super) fn message(row: &Row<'_>, first: usize) -> Result<Message> {
    let role = if row.get::<_, i64>(first)? == role_number(Role::Agent) { Role::Agent } else { Role::Customer };
    Ok(Message { role, text: row.get(first + 1)?, at: Timestamp::from_millis(row.get(first + 2)?) })
}

pub(super) fn customer(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> Result<KnownCustomer> {
    let Handed { profile, keys } = handed(connection, merchant, customer)?;
    let contacts = contacts(connection, merchant, customer, i64::MAX)?;
    let events = events(connection, merchant, customer)?;
    let last = |seq: Option<&i64>| seq.copied().unwrap_or(0);
    let (last_contact, last_event) = (last(contacts.0.last()), last(events.0.last()));
    let recent = Arc::new(Recent { contacts: contacts.1, events: events.1 });
    Ok(KnownCustomer { state: CustomerState { profile, keys, recent }, last_contact, last_event })
}

pub(super) fn handed(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> Result<Handed> {
    let place = [merchant.as_str(), customer.as_str()];
    let mut statement =
        connection.prepare_cached("select body from customers where merchant = ?1 and customer = ?2")?;
    let profile = statement.query_row(place, |row| from_json::<Customer>(row, 0)).optional()?;
    // What is being made for the next version, nobody sees yet.
    let sql = "select k.plugin, k.version, k.name, k.value from plugin_keys as k cross join key_sets as s
        where k.merchant = ?1 and k.customer = ?2
            and s.merchant = ?1 and s.plugin = k.plugin and s.version = k.version and s.state in (0, 2, 3)";
    let mut keys = BTreeMap::<KeySet, Fields>::new();
    let row = |row: &Row<'_>| {
        let set = KeySet::new(row.get::<_, String>(0)?.into(), row.get(1)?);
        Ok((set, row.get::<_, String>(2)?, from_json(row, 3)?))
    };
    for (set, name, value) in all(connection, sql, place, row)? {
        keys.entry(set).or_default().insert(name, value);
    }
    Ok(Handed { profile: profile.map(Arc::new), keys: Arc::new(keys) })
}

/// The last messages of a customer before a place, with their places, oldest first. The indexes are named here and below
/// for the reason that [`conversation_end`] gives.
pub(super) fn contacts(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    before: i64,
) -> Result<(Vec<i64>, Vec<Contact>)> {
    let sql = "select seq, conversation, channel, at from messages indexed by messages_by_customer
        where merchant = ?1 and customer = ?2 and role = 1 and seq < ?3 order by seq desc limit ?4";
    let params = params![merchant.as_str(), customer.as_str(), before, rows(Recent::CONTACTS)];
    let mut newest = all(connection, sql, params, |row| {
        let at = Timestamp::from_millis(row.get(3)?);
        let contact = Contact { conversation: row.get::<_, String>(1)?.into(), channel: row.get(2)?, at };
        Ok((row.get::<_, i64>(0)?, contact))
    })?;
    newest.reverse();
    Ok(newest.into_iter().unzip())
}

/// The last events about a customer with their places, oldest first.
fn events(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> Result<(Vec<i64>, Vec<Event>)> {
    let sql = "select seq, body from events indexed by events_by_customer
        where merchant = ?1 and customer = ?2 order by seq desc limit ?3";
    let params = params![merchant.as_str(), customer.as_str(), rows(Recent::EVENTS)];
    let one = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, from_json::<Event>(row, 1)?));
    let mut newest = all(connection, sql, params, one)?;
    newest.reverse();
    Ok(newest.into_iter().unzip())
}

pub(super) fn live(connection: &Connection, merchant: &MerchantId) -> Result<Live> {
    let sql = "select body from live where merchant = ?1 order by key";
    all(connection, sql, [merchant.as_str()], |row| from_json::<Arc<LiveItem>>(row, 0)).map(Arc::new)
}

pub(super) fn claim(connection: &Connection, partition: Partition, limit: usize) -> Result<Vec<OpenEvent>> {
    let sql = "select merchant, body, customer from events
        where done_at is null and slot % ?1 = ?2 order by seq limit ?3";
    all(connection, sql, params![partition.of.max(1), partition.index, rows(limit)], |row| {
        // The customer may be known by another id since.
        let customer_id = row.get::<_, Option<String>>(2)?.map(Into::into);
        let event = Event { customer_id, ..from_json::<Event>(row, 1)? };
        Ok(OpenEvent { merchant: row.get::<_, String>(0)?.into(), event })
    })
}

pub(super) fn due(
    connection: &Connection,
    partition: Partition,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DueTimer>> {
    let sql = "select merchant, plugin, customer, body from timers
        where at <= ?1 and slot % ?2 = ?3 order by at limit ?4";
    let params = params![now.millis(), partition.of.max(1), partition.index, rows(limit)];
    all(connection, sql, params, |row| {
        Ok(DueTimer {
            merchant: row.get::<_, String>(0)?.into(),
            plugin: row.get::<_, String>(1)?.into(),
            customer: row.get::<_, String>(2)?.into(),
            timer: from_json::<Timer>(row, 3)?,
        })
    })
}

/// The first in order of each kind: an index gives it without looking further.
pub(super) fn next_due(connection: &Connection, partition: Partition) -> Result<NextDue> {
    let first = |sql: &str| {
        let params = params![partition.of.max(1), partition.index];
        let found = connection.prepare_cached(sql)?.query_row(params, |row| row.get::<_, i64>(0)).optional();
        Ok::<_, rusqlite::Error>(found?.map(Timestamp::from_millis))
    };
    Ok(NextDue {
        timer: first("select at from timers where slot % ?1 = ?2 order by at limit 1")?,
        outreach: first(
            "select due_at from outreach where due_at is not null and slot % ?1 = ?2 order by due_at limit 1",
        )?,
    })
}

/// The columns of `message_record` and `turn_record`.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "select conversation, message, customer, channel, role, text, at, agent, turn, generation, reply, trace, input
                from messages ",
            $rest
        )
    };
}

pub(super) fn message_record(row: &Row<'_>) -> Result<MessageRecord> {
    Ok(MessageRecord {
        conversation: row.get::<_, String>(0)?.into(),
        id: row.get::<_, String>(1)?.into(),
        customer: row.get::<_, String>(2)?.into(),
        channel: row.get(3)?,
        message: message(row, 4)?,
        agent: row.get::<_, Option<String>>(7)?.map(Into::into),
    })
}

pub(super) fn turn_record(row: &Row<'_>) -> Result<TurnRecord> {
    Ok(TurnRecord {
        message: message_record(row)?,
        id: row.get::<_, String>(8)?.into(),
        generation: row.get::<_, i64>(9)?.cast_unsigned(),
        reply: row.get(10)?,
        trace: row.get(11)?,
        input: row.get(12)?,
    })
}

pub(super) fn turn(connection: &Connection, merchant: &MerchantId, turn: &TurnId) -> Result<Option<TurnRecord>> {
    let sql = messages!("where merchant = ?1 and turn = ?2");
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), turn.as_str()], turn_record).optional()
}

pub(super) fn turns(
    connection: &Connection,
    merchant: &MerchantId,
    after: Option<&TurnId>,
    limit: usize,
) -> Result<Vec<TurnRecord>> {
    let sql = messages!("where merchant = ?1 and turn is not null and turn > ?2 order by turn limit ?3");
    let after = after.map_or("", TurnId::as_str);
    all(connection, sql, params![merchant.as_str(), after, rows(limit)], turn_record)
}

pub(super) fn turns_before(
    connection: &Connection,
    merchant: &MerchantId,
    before: Option<&TurnId>,
    limit: usize,
) -> Result<Vec<TurnRecord>> {
    // No id is greater than this one.
    let before = before.map_or("\u{10ffff}", TurnId::as_str);
    let sql = messages!("where merchant = ?1 and turn is not null and turn < ?2 order by turn desc limit ?3");
    all(connection, sql, params![merchant.as_str(), before, rows(limit)], turn_record)
}

/// Reads all of the merchant's keys, which the quota bounds: asked by people, never on the way of a message.
pub(super) fn stored_keys(connection: &Connection, merchant: &MerchantId, plugin: &PluginId) -> Result<StoredKeys> {
    let version = keys::in_use(connection, merchant, plugin)?.unwrap_or(1);
    let sql = "select count(*), coalesce(sum(bytes), 0), count(distinct customer) from plugin_keys
        where merchant = ?1 and plugin = ?2 and version = ?3";
    let count = |row: &Row<'_>, column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
    connection.prepare_cached(sql)?.query_row(params![merchant.as_str(), plugin.as_str(), version], |row| {
        let (keys, bytes, customers) = (count(row, 0)?, count(row, 1)?, count(row, 2)?);
        Ok(StoredKeys { version, keys, bytes, customers, limit: QUOTA.cast_unsigned() })
    })
}

pub(super) fn backlog(connection: &Connection) -> Result<Backlog> {
    let count =
        |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
    Ok(Backlog {
        open_events: count("select count(*) from events where done_at is null")?,
        timers: count("select count(*) from timers")?,
        contacts: count("select count(*) from outreach where due_at is not null")?,
    })
}

pub(super) fn conversation(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &ConversationId,
    limit: usize,
) -> Result<Vec<MessageRecord>> {
    let sql = messages!(
        "where seq in (select seq from messages where merchant = ?1 and conversation = ?2 order by seq desc limit ?3)
        order by seq"
    );
    all(connection, sql, params![merchant.as_str(), conversation.as_str(), rows(limit)], message_record)
}

fn plugin_record(row: &Row<'_>) -> Result<PluginRecord> {
    let record: PluginRecord = from_json(row, 1)?;
    Ok(PluginRecord { revision: row.get::<_, i64>(0)?.cast_unsigned(), ..record })
}

pub(super) fn plugins(connection: &Connection) -> Result<Vec<PluginRecord>> {
    let sql = "select revision, body from plugins where revision in
        (select max(revision) from plugins group by scope, plugin) order by scope, plugin";
    all(connection, sql, [], plugin_record)
}

pub(super) fn plugin_history(
    connection: &Connection,
    scope: &Scope,
    plugin: &PluginId,
    limit: usize,
) -> Result<Vec<PluginRecord>> {
    let sql = "select revision, body from plugins where scope = ?1 and plugin = ?2 order by revision desc limit ?3";
    all(connection, sql, params![scope_text(scope), plugin.as_str(), rows(limit)], plugin_record)
}

pub(super) fn disabled(connection: &Connection) -> Result<Vec<(MerchantId, PluginId)>> {
    all(connection, "select merchant, plugin from disabled", [], |row| {
        Ok((row.get::<_, String>(0)?.into(), row.get::<_, String>(1)?.into()))
    })
}

pub(super) fn reloads(
    connection: &Connection,
    merchant: Option<&MerchantId>,
    limit: usize,
) -> Result<Vec<ReloadRecord>> {
    let Some(merchant) = merchant else {
        let sql = "select body from reloads order by seq desc limit ?1";
        return all(connection, sql, [rows(limit)], |row| from_json(row, 0));
    };
    let sql = "select body from reloads where seq in
        (select seq from reloads where scope in ('*', ?1) order by seq desc limit ?2) order by seq desc";
    let scope = scope_text(&Scope::Merchant(merchant.clone()));
    all(connection, sql, params![scope, rows(limit)], |row| from_json(row, 0))
}

pub(super) fn bundle(connection: &Connection, hash: &str) -> Result<Option<Arc<[u8]>>> {
    let mut statement = connection.prepare_cached("select bytes from bundles where hash = ?1")?;
    statement.query_row([hash], |row| Ok(Arc::from(row.get_ref(0)?.as_blob()?))).optional()
}

pub(super) fn bundle_cost(connection: &Connection, hash: &str) -> Result<Option<Arc<str>>> {
    let mut statement = connection.prepare_cached("select cost from bundles where hash = ?1")?;
    let found: Option<Option<String>> = statement.query_row([hash], |row| row.get(0)).optional()?;
    Ok(found.flatten().map(Into::into))
}

pub(super) fn api_keys(connection: &Connection) -> Result<Vec<ApiKey>> {
    all(connection, "select body from api_keys order by hash", [], |row| from_json(row, 0))
}

pub(super) fn setting(connection: &Connection, scope: &Scope, name: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("select value from settings where scope = ?1 and name = ?2")?;
    statement.query_row([&*scope_text(scope), name], |row| row.get(0)).optional()
}

/// Generations grow, and a turn in flight may end on the one before: so the highest is among the last rows.
pub(super) fn last_generation(connection: &Connection) -> Result<u64> {
    let sql = "select coalesce(max(generation), 0) from (
        select generation from (select generation from reloads order by seq desc limit 4096) union all
        select generation from (select generation from messages order by seq desc limit 4096))";
    let highest: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(highest.cast_unsigned())
}
