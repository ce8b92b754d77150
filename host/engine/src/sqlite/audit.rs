//! The audit in the database: appended inside the writer's transaction, read by pages, and read whole from a file that a
//! host may be using.

use std::path::Path;

use cuecard_model::Scope;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    apply::{Step, json},
    open,
};
use crate::{
    AuditEntry, AuditRecord, Result, StoredAudit,
    audit::{BEGINNING, chain_name, hash},
};

/// Puts an entry at the end of its chain.
pub(super) fn append(connection: &Connection, scope: &Scope, entry: &AuditEntry) -> Step<()> {
    let chain = chain_name(scope);
    let sql = "select number, hash from audit where chain = ?1 order by number desc limit 1";
    let mut statement = connection.prepare_cached(sql)?;
    let last = statement.query_row([&chain], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let (last, before) = last.optional()?.unwrap_or_else(|| (0, BEGINNING.to_owned()));
    let record = AuditRecord {
        action: entry.action.to_owned(),
        at: entry.at,
        by: entry.by.to_string(),
        chain,
        detail: entry.detail.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        number: (last + 1).cast_unsigned(),
        subject: entry.subject.clone(),
    };
    let body = json("an audit record", &record)?;
    let sql = "insert into audit (chain, number, hash, body) values (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![record.chain, last + 1, hash(&before, &body), body])?;
    Ok(())
}

/// The newest records of a chain before a number, newest first.
pub(super) fn page(
    connection: &Connection,
    scope: &Scope,
    before: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<StoredAudit>> {
    let sql = "select chain, number, hash, body from audit where chain = ?1 and number < ?2
        order by number desc limit ?3";
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.query_map(params![chain_name(scope), before, limit], stored)?.collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredAudit> {
    let number = row.get::<_, i64>(1)?.cast_unsigned();
    Ok(StoredAudit { chain: row.get(0)?, number, hash: row.get(2)?, body: row.get(3)? })
}

/// Hands over every record of a data folder, chain by chain in order. A host may be running on the folder.
pub fn read_audit(folder: &Path, mut each: impl FnMut(StoredAudit)) -> Result<()> {
    let path = open::database(folder);
    let mut read = || {
        let connection = open::reader(&path)?;
        let mut statement = connection.prepare("select chain, number, hash, body from audit order by chain, number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(stored(row)?);
        }
        Ok(())
    };
    read().map_err(|error| open::fault(&path, &error))
}
