//! Contacts: proposed once per occurrence, changed by compare-and-set; consent and suppression, which are only added.

use cuecard_model::{ConsentRecord, MerchantId, Suppression, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Step, changed, json, word};
use crate::{Outcome, OutreachRecord, Refusal, slot_of, sqlite::read::from_json};

pub(super) fn propose(connection: &Connection, merchant: &MerchantId, record: &OutreachRecord) -> Step<Outcome> {
    let sql =
        "insert into outreach (merchant, id, revision, plugin, customer, slot, occurrence, purpose, channel, state,
            created_at, attempted_at, due_at, reference, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        on conflict (merchant, plugin, customer, occurrence) do nothing";
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.id.as_str(),
        record.revision,
        record.plugin.id.as_str(),
        record.customer.as_str(),
        slot_of(merchant, record.customer.as_str()),
        record.outreach.occurrence,
        word(&record.outreach.purpose)?,
        record.channel,
        record.state.as_str(),
        record.created_at.millis(),
        record.attempted_at.map(Timestamp::millis),
        record.due_at.map(Timestamp::millis),
        record.reference,
        json("a contact", record)?,
    ])?)
}

pub(super) fn change(connection: &Connection, merchant: &MerchantId, record: &OutreachRecord) -> Step<Outcome> {
    let sql = "update outreach set revision = ?3, slot = ?5, channel = ?6, state = ?7, attempted_at = ?8, due_at = ?9,
            reference = ?10, body = ?11
        where merchant = ?1 and id = ?2 and revision = ?4";
    let kept = connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.id.as_str(),
        record.revision,
        i64::from(record.revision) - 1,
        slot_of(merchant, record.customer.as_str()),
        record.channel,
        record.state.as_str(),
        record.attempted_at.map(Timestamp::millis),
        record.due_at.map(Timestamp::millis),
        record.reference,
        json("a contact", record)?,
    ])?;
    if kept > 0 {
        return Ok(Outcome::Done);
    }
    let mut statement = connection.prepare_cached("select body from outreach where merchant = ?1 and id = ?2")?;
    let place = [merchant.as_str(), record.id.as_str()];
    let found = statement.query_row(place, |row| from_json::<OutreachRecord>(row, 0)).optional()?;
    Err(Refusal::OutreachChanged { id: record.id.clone(), found: found.map(|found| found.state) }.into())
}

pub(in crate::sqlite) fn consent(
    connection: &Connection,
    merchant: &MerchantId,
    record: &ConsentRecord,
) -> Step<Outcome> {
    let sql = "insert into consents (merchant, customer, body) values (?1, ?2, ?3) on conflict do nothing";
    let row = params![merchant.as_str(), record.customer.as_str(), json("a consent", record)?];
    changed(connection.prepare_cached(sql)?.execute(row)?)
}

pub(super) fn suppress(
    connection: &Connection,
    merchant: &MerchantId,
    subject: &str,
    suppression: &Suppression,
) -> Step<Outcome> {
    let sql = "insert into suppressions (merchant, subject, channel, cause, at) values (?1, ?2, ?3, ?4, ?5)
        on conflict do nothing";
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        subject,
        suppression.channel.as_deref().unwrap_or_default(),
        word(&suppression.cause)?,
        suppression.at.millis(),
    ])?)
}
