//! What operators and authors change, inside the writer's transaction.

use rusqlite::{Connection, params};

use super::{
    apply::{Step, json},
    audit, hooks, keys, people,
};
use crate::{Change, PluginRecord, Scope, audit::chain_name};

/// Writes changes; `Ok(false)` if one of them is refused, and the caller takes all back.
pub(super) fn change(connection: &Connection, changes: &[Change]) -> Step<bool> {
    for change in changes {
        if !one(connection, change)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As chains of the audit are named.
pub(super) fn scope_text(scope: &Scope) -> String {
    chain_name(scope)
}

fn one(connection: &Connection, change: &Change) -> Step<bool> {
    match change {
        Change::Plugin { record, follows } => return plugin(connection, record, *follows),
        Change::Reload(record) => {
            let sql = "insert into reloads (scope, generation, body) values (?1, ?2, ?3)";
            let body = json("a reload", record)?;
            let row = params![scope_text(&record.scope), record.generation.cast_signed(), body];
            connection.prepare_cached(sql)?.execute(row)?;
        }
        Change::Cost { hash, cost } => {
            let sql = "update bundles set cost = ?2 where hash = ?1";
            connection.prepare_cached(sql)?.execute([&**hash, &**cost])?;
        }
        Change::Shared { merchant, plugin, enabled } => {
            let sql = if *enabled {
                "delete from disabled where merchant = ?1 and plugin = ?2"
            } else {
                "insert into disabled (merchant, plugin) values (?1, ?2) on conflict do nothing"
            };
            connection.prepare_cached(sql)?.execute([merchant.as_str(), plugin.as_str()])?;
        }
        Change::ApiKey(key) => {
            let sql =
                "insert into api_keys (hash, body) values (?1, ?2) on conflict do update set body = excluded.body";
            connection.prepare_cached(sql)?.execute(params![key.hash, json("a key", key)?])?;
        }
        Change::Hook(hook) => hooks::put(connection, hook)?,
        Change::Setting { scope, name, value } => setting(connection, scope, name, value.as_deref())?,
        Change::People(change) => return people::change(connection, change),
        Change::Keys(change) => return keys::change(connection, change),
        Change::Audit(scope, entry) => audit::append(connection, scope, entry)?,
    }
    Ok(true)
}

fn plugin(connection: &Connection, record: &PluginRecord, follows: Option<u64>) -> Step<bool> {
    let scope = scope_text(&record.scope);
    if let Some(follows) = follows {
        let sql = "select max(revision) from plugins where scope = ?1 and plugin = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let current = statement.query_row([&*scope, record.plugin.as_str()], |row| row.get::<_, Option<i64>>(0))?;
        if current.unwrap_or(0) != follows.cast_signed() {
            return Ok(false);
        }
    }
    let sql = "insert into plugins (scope, plugin, body) values (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![scope, record.plugin.as_str(), json("a plugin", record)?])?;
    Ok(true)
}

fn setting(connection: &Connection, scope: &Scope, name: &str, value: Option<&str>) -> Step<()> {
    let scope = scope_text(scope);
    match value {
        Some(value) => {
            let sql = "insert into settings (scope, name, value) values (?1, ?2, ?3)
                on conflict do update set value = excluded.value";
            connection.prepare_cached(sql)?.execute([&*scope, name, value])?;
        }
        None => {
            let sql = "delete from settings where scope = ?1 and name = ?2";
            connection.prepare_cached(sql)?.execute([&*scope, name])?;
        }
    }
    Ok(())
}

/// Keeps a bundle, unless it is there.
pub(super) fn put_bundle(connection: &Connection, hash: &str, bytes: &[u8]) -> Step<()> {
    let sql = "insert into bundles (hash, bytes) values (?1, ?2) on conflict do nothing";
    connection.prepare_cached(sql)?.execute(params![hash, bytes])?;
    Ok(())
}
