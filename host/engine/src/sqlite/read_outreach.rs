//! What is read about contacts: lists for people, what is due, and what the gate must know.

use std::sync::Arc;

use cuecard_model::{
    ConsentRecord, ContactFacts, CustomerId, MerchantId, PastContact, Purpose, ScenarioId, Suppression, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::read::{all, from_json, rows};
use crate::{DueOutreach, OutreachFilter, OutreachId, OutreachRecord, OutreachState, Partition};

type Result<T> = rusqlite::Result<T>;

pub(super) fn list(
    connection: &Connection,
    merchant: &MerchantId,
    filter: &OutreachFilter,
    limit: usize,
) -> Result<Vec<OutreachRecord>> {
    // One text per shape of filter, so that each finds its index.
    let shape = match (&filter.customer, filter.state) {
        (Some(_), Some(_)) => "and customer = ?3 and state = ?4",
        (Some(_), None) => "and customer = ?3 and ?4 = ''",
        (None, Some(_)) => "and ?3 is null and state = ?4",
        (None, None) => "and ?3 is null and ?4 = ''",
    };
    let sql = format!(
        "select body from outreach where merchant = ?1 and created_at >= ?2 {shape}
            and (?5 is null or json_extract(body, '$.reason') = ?5)
            and (?6 is null or json_extract(body, '$.outreach.scenario') = ?6)
        order by created_at desc, seq desc limit ?7"
    );
    let params = params![
        merchant.as_str(),
        filter.since.map_or(i64::MIN, Timestamp::millis),
        filter.customer.as_ref().map(CustomerId::as_str),
        filter.state.map_or("", OutreachState::as_str),
        filter.reason,
        filter.scenario.as_ref().map(ScenarioId::as_str),
        rows(limit)
    ];
    all(connection, &sql, params, |row| from_json(row, 0))
}

pub(super) fn by_id(connection: &Connection, merchant: &MerchantId, id: &OutreachId) -> Result<Option<OutreachRecord>> {
    let sql = "select body from outreach where merchant = ?1 and id = ?2";
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), id.as_str()], |row| from_json(row, 0)).optional()
}

pub(super) fn by_reference(
    connection: &Connection,
    merchant: &MerchantId,
    reference: &str,
) -> Result<Option<OutreachRecord>> {
    let sql = "select body from outreach where merchant = ?1 and reference = ?2 order by seq desc limit 1";
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), reference], |row| from_json(row, 0)).optional()
}

pub(super) fn due(
    connection: &Connection,
    partition: Partition,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DueOutreach>> {
    let sql = "select merchant, body from outreach
        where due_at <= ?1 and slot % ?2 = ?3 order by due_at limit ?4";
    let params = params![now.millis(), partition.of.max(1), partition.index, rows(limit)];
    all(connection, sql, params, |row| {
        Ok(DueOutreach { merchant: row.get::<_, String>(0)?.into(), record: from_json(row, 1)? })
    })
}

pub(super) fn facts(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    subjects: &[Arc<str>],
) -> Result<ContactFacts> {
    let place = [merchant.as_str(), customer.as_str()];
    let sql = "select body from consents where merchant = ?1 and customer = ?2 order by seq";
    let consents = all(connection, sql, place, |row| from_json::<ConsentRecord>(row, 0))?;
    let mut suppressions = suppressions(connection, merchant, customer.as_str())?;
    for subject in subjects {
        suppressions.extend(self::suppressions(connection, merchant, subject)?);
    }
    let sql = "select id, occurrence, created_at, channel, '\"' || purpose || '\"', '\"' || state || '\"', attempted_at
        from outreach indexed by outreach_by_customer
        where merchant = ?1 and customer = ?2 order by created_at desc limit ?3";
    let params = params![merchant.as_str(), customer.as_str(), rows(ContactFacts::CONTACTS)];
    let contacts = all(connection, sql, params, past)?;
    Ok(ContactFacts { consents, suppressions, contacts, last_message_at: last_message(connection, place)? })
}

fn past(row: &Row<'_>) -> Result<PastContact> {
    Ok(PastContact {
        id: row.get(0)?,
        occurrence: row.get(1)?,
        at: Timestamp::from_millis(row.get(2)?),
        channel: row.get(3)?,
        purpose: from_json::<Purpose>(row, 4)?,
        stands: from_json::<OutreachState>(row, 5)?.stands(),
        attempted_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
    })
}

fn suppressions(connection: &Connection, merchant: &MerchantId, subject: &str) -> Result<Vec<Suppression>> {
    let sql = "select channel, '\"' || cause || '\"', at from suppressions where merchant = ?1 and subject = ?2";
    all(connection, sql, [merchant.as_str(), subject], |row| {
        let channel: Arc<str> = row.get(0)?;
        let at = Timestamp::from_millis(row.get(2)?);
        Ok(Suppression { channel: Some(channel).filter(|it| !it.is_empty()), cause: from_json(row, 1)?, at })
    })
}

/// When somebody last wrote in the conversation in which the customer last wrote. The indexes are named for the reason
/// that `conversation_end` gives.
fn last_message(connection: &Connection, place: [&str; 2]) -> Result<Option<Timestamp>> {
    let sql = "select at from messages where seq =
        (select max(seq) from messages indexed by messages_by_id where merchant = ?1 and conversation =
            (select conversation from messages indexed by messages_by_customer
                where merchant = ?1 and customer = ?2 and role = 1 order by seq desc limit 1))";
    let found = connection.prepare_cached(sql)?.query_row(place, |row| row.get::<_, i64>(0)).optional()?;
    Ok(found.map(Timestamp::from_millis))
}
