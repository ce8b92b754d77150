//! Addresses for webhooks.

use rusqlite::{Connection, params};

use super::{
    apply::{Step, json},
    read::from_json,
};
use crate::Hook;

pub(super) fn put(connection: &Connection, hook: &Hook) -> Step<()> {
    let sql = "insert into hooks (hash, body) values (?1, ?2) on conflict do update set body = excluded.body";
    connection.prepare_cached(sql)?.execute(params![hook.hash, json("a webhook", hook)?])?;
    Ok(())
}

pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Hook>> {
    let mut statement = connection.prepare_cached("select body from hooks order by hash")?;
    statement.query_map([], |row| from_json(row, 0))?.collect()
}
