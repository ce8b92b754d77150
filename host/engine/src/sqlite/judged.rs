//! Events as triggers were handed them, so that they can be judged again.

use cuecard_model::MerchantId;
use rusqlite::{Connection, Row, params};

use super::{
    apply::Step,
    read::{all, rows},
};
use crate::{JudgedRecord, Outcome};

pub(super) fn put(connection: &Connection, merchant: &MerchantId, record: &JudgedRecord) -> Step<Outcome> {
    let JudgedRecord { event, kind, customer, at, body } = record;
    let sql = "insert into judged (merchant, event, kind, customer, at, body) values (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = params![merchant.as_str(), event.as_str(), kind, customer.as_str(), at.millis(), body];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Outcome::Done)
}

/// Each type's first row in the index, from one to the next.
pub(super) fn kinds(connection: &Connection, merchant: &MerchantId) -> rusqlite::Result<Vec<String>> {
    let sql = "with recursive kinds(kind) as (
            select min(kind) from judged where merchant = ?1
            union all
            select (select min(kind) from judged where merchant = ?1 and kind > kinds.kind)
                from kinds where kinds.kind is not null
        ) select kind from kinds where kind is not null";
    all(connection, sql, [merchant.as_str()], |row| row.get(0))
}

/// The newest of these types, newest first.
pub(super) fn list(
    connection: &Connection,
    merchant: &MerchantId,
    kinds: &[String],
    limit: usize,
) -> rusqlite::Result<Vec<JudgedRecord>> {
    let sql = "select seq, event, kind, customer, at, body from judged indexed by judged_by_kind
        where merchant = ?1 and kind = ?2 order by seq desc limit ?3";
    let one = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, record(row)?));
    let mut found = Vec::new();
    for kind in kinds {
        found.append(&mut all(connection, sql, params![merchant.as_str(), kind, rows(limit)], one)?);
    }
    found.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, record)| record).collect())
}

fn record(row: &Row<'_>) -> rusqlite::Result<JudgedRecord> {
    Ok(JudgedRecord {
        event: row.get::<_, String>(1)?.into(),
        kind: row.get(2)?,
        customer: row.get::<_, String>(3)?.into(),
        at: cuecard_model::Timestamp::from_millis(row.get(4)?),
        body: row.get(5)?,
    })
}
