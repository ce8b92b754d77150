//! Proposed contacts: proposed once per occurrence, and moved from state to state by compare-and-set.

use cuecard_model::{MerchantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Step, changed, json, word};
use crate::{Outcome, OutreachId, OutreachRecord, OutreachState, Refusal, sqlite::read::from_json};

/// A contact's way from one state to another.
pub(super) struct Move<'a> {
    pub(super) id: &'a OutreachId,
    pub(super) from: OutreachState,
    pub(super) to: OutreachState,
    pub(super) reason: &'a str,
    pub(super) at: Timestamp,
    pub(super) by: Option<&'a str>,
}

pub(super) fn propose(connection: &Connection, merchant: &MerchantId, record: &OutreachRecord) -> Step<Outcome> {
    let sql = "insert into outreach (merchant, id, plugin, customer, occurrence, state, created_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict (merchant, plugin, customer, occurrence) do nothing";
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.id.as_str(),
        record.plugin.id.as_str(),
        record.customer.as_str(),
        record.outreach.occurrence,
        word(&record.state)?,
        record.created_at.millis(),
        json("a contact", record)?,
    ])?)
}

/// One connection writes, so that reading and then writing is one step.
pub(super) fn advance(connection: &Connection, merchant: &MerchantId, to: &Move<'_>) -> Step<Outcome> {
    let mut statement = connection.prepare_cached("select body from outreach where merchant = ?1 and id = ?2")?;
    let found = statement.query_row([merchant.as_str(), to.id.as_str()], |row| from_json::<OutreachRecord>(row, 0));
    let mut record = match found.optional()? {
        Some(record) if record.state == to.from => record,
        other => {
            let found = other.map(|record| record.state);
            return Err(Refusal::OutreachState { id: to.id.clone(), found }.into());
        }
    };
    record.state = to.to;
    record.reason = to.reason.to_owned();
    record.updated_at = to.at;
    record.by = to.by.map(str::to_owned);
    let sql = "update outreach set state = ?3, body = ?4 where merchant = ?1 and id = ?2";
    let row = params![merchant.as_str(), to.id.as_str(), word(&to.to)?, json("a contact", &record)?];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Outcome::Done)
}
