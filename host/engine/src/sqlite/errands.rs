//! Errands: kept once, changed by compare-and-set, read in the order of their coming.

use cuecard_model::{MerchantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    apply::{Step, changed, json},
    read::{all, from_json, rows},
};
use crate::{DueErrand, Errand, Outcome, Partition, Refusal, slot_of};

pub(super) fn put(connection: &Connection, merchant: &MerchantId, errand: &Errand) -> Step<Outcome> {
    let sql = "insert into errands
            (merchant, id, revision, customer, slot, conversation, in_line, due_at, updated_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict (merchant, id) do nothing";
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        errand.id,
        errand.revision,
        errand.customer.as_str(),
        slot_of(merchant, errand.customer.as_str()),
        errand.conversation.as_str(),
        errand.in_line,
        errand.due_at.map(Timestamp::millis),
        errand.updated_at.millis(),
        json("an errand", errand)?,
    ])?)
}

pub(super) fn change(connection: &Connection, merchant: &MerchantId, errand: &Errand) -> Step<Outcome> {
    let sql = "update errands set revision = ?3, in_line = ?5, due_at = ?6, updated_at = ?7, body = ?8
        where merchant = ?1 and id = ?2 and revision = ?4";
    let kept = connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        errand.id,
        errand.revision,
        i64::from(errand.revision) - 1,
        errand.in_line,
        errand.due_at.map(Timestamp::millis),
        errand.updated_at.millis(),
        json("an errand", errand)?,
    ])?;
    if kept == 0 { Err(Refusal::ErrandChanged(errand.id.clone()).into()) } else { Ok(Outcome::Done) }
}

/// Those that are due, but for those that wait in line behind one that is not done.
pub(super) fn due(
    connection: &Connection,
    partition: Partition,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<DueErrand>> {
    let sql = "select merchant, body from errands as e
        where due_at <= ?1 and slot % ?2 = ?3 and (in_line = 0 or not exists (
            select 1 from errands as before where before.merchant = e.merchant
                and before.conversation = e.conversation and before.seq < e.seq
                and before.due_at is not null and before.in_line = 1))
        order by due_at, seq limit ?4";
    let params = params![now.millis(), partition.of.max(1), partition.index, rows(limit)];
    all(connection, sql, params, |row| {
        Ok(DueErrand { merchant: row.get::<_, String>(0)?.into(), errand: from_json(row, 1)? })
    })
}

/// When the next one is due; in the past for one that is due already or waits in line.
pub(super) fn next_due(connection: &Connection, partition: Partition) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "select min(due_at) from errands where due_at is not null and slot % ?1 = ?2";
    let params = params![partition.of.max(1), partition.index];
    let found = connection.prepare_cached(sql)?.query_row(params, |row| row.get::<_, Option<i64>>(0))?;
    Ok(found.map(Timestamp::from_millis))
}

pub(super) fn by_id(connection: &Connection, merchant: &MerchantId, id: &str) -> rusqlite::Result<Option<Errand>> {
    let sql = "select body from errands where merchant = ?1 and id = ?2";
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), id], |row| from_json(row, 0)).optional()
}
