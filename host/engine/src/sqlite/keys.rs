//! Sets of plugins' keys: how one takes the place of another, and what is to be copied for that.

use cuecard_model::{CustomerId, Fields, KeySet, MerchantId, PluginId, Scope, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{
    apply::{
        Step,
        keys::{Place, replace},
    },
    read::{all, from_json, rows},
};
use crate::{KeysChange, KeysCopy, KeysOf, KeysToCopy, SetState, StoredSet};

/// As the column has it.
pub(super) fn state(number: i64) -> SetState {
    match number {
        0 => SetState::Open,
        1 => SetState::Next,
        2 => SetState::Held,
        3 => SetState::Kept,
        _ => SetState::Gone,
    }
}

/// Makes one step; `false` if it is refused, and the caller takes all back.
pub(super) fn change(connection: &Connection, change: &KeysChange) -> Step<bool> {
    match change {
        KeysChange::Begin { merchant, plugin, from, version } => begin(connection, merchant, plugin, *from, *version),
        KeysChange::Copy { plugin, version, copies } => {
            let set = KeySet::new(plugin.clone(), *version);
            for one in copies {
                if !copy(connection, &set, one)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        KeysChange::Hold(of, version) => {
            let sql = "update key_sets as s set state = 2 where state = 0 and version <> ?1 and exists
                (select 1 from key_sets as n where n.merchant = s.merchant and n.plugin = s.plugin
                    and n.version = ?1 and n.state = 1)";
            whose(connection, sql, of, *version, None)?;
            Ok(true)
        }
        KeysChange::Swap(of, version, at) => swap(connection, of, *version, *at),
        KeysChange::Restore(of, version, at) => restore(connection, of, *version, *at).map(|()| true),
        KeysChange::Abandon(of, version) => {
            whose(
                connection,
                "update key_sets as s set state = 4 where state = 1 and version = ?1",
                of,
                *version,
                None,
            )?;
            let sql = "update key_sets as s set state = 0 where state = 2 and ?1 > 0 and not exists
                (select 1 from key_sets as o where o.merchant = s.merchant and o.plugin = s.plugin and o.state = 0)";
            whose(connection, sql, of, *version, None)?;
            whose(connection, "delete from plugin_keys_changed as s where ?1 > 0", of, *version, None)?;
            Ok(true)
        }
        KeysChange::Settle(plugin) => {
            settle(connection, Some(plugin))?;
            Ok(true)
        }
        KeysChange::Expire(before) => {
            let sql = "update key_sets set state = 4 where state = 3 and at < ?1";
            connection.prepare_cached(sql)?.execute([before.millis()])?;
            Ok(true)
        }
        KeysChange::Tidy { merchant, plugin, version, customers } => {
            tidy(connection, merchant, &KeySet::new(plugin.clone(), *version), customers).map(|()| true)
        }
    }
}

/// After a start: a change that did not end is taken back, and nobody holds anything any more.
pub(super) fn recover(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "update key_sets set state = 4 where state = 1;
        update key_sets as s set state = 0 where state = 2 and not exists
            (select 1 from key_sets as o where o.merchant = s.merchant and o.plugin = s.plugin and o.state = 0);
        delete from plugin_keys_changed;",
    )?;
    settle(connection, None)
}

/// Runs a statement on the rows `s` of those whose keys it is about. `?1` is the version, `?5` the moment.
fn whose(connection: &Connection, sql: &str, of: &KeysOf, version: u32, at: Option<Timestamp>) -> Result<usize> {
    let (plugin, merchant, except) = parts(of);
    let sql = format!("{sql} and {WHOSE} and ?5 is ?5");
    let row = params![version, plugin, merchant, except, at.map(Timestamp::millis)];
    connection.prepare_cached(&sql)?.execute(row)
}

const WHOSE: &str = "s.plugin = ?2 and (?3 is null or s.merchant = ?3)
    and s.merchant not in (select value from json_each(?4))";

fn parts(of: &KeysOf) -> (&str, Option<&str>, String) {
    let merchant = match &of.scope {
        Scope::Shared => None,
        Scope::Merchant(merchant) => Some(merchant.as_str()),
    };
    let except: Vec<_> = of.except.iter().map(MerchantId::as_str).collect();
    (of.plugin.as_str(), merchant, serde_json::json!(except).to_string())
}

/// Whether there is such a row of those whose keys it is about.
fn is_any(connection: &Connection, sql: &str, of: &KeysOf, version: u32) -> Result<bool> {
    let (plugin, merchant, except) = parts(of);
    let sql = format!("select 1 from {sql} and {WHOSE}");
    connection.prepare_cached(&sql)?.exists(params![version, plugin, merchant, except])
}

fn begin(connection: &Connection, merchant: &MerchantId, plugin: &PluginId, from: u32, version: u32) -> Step<bool> {
    let (merchant, plugin) = (merchant.as_str(), plugin.as_str());
    // What an older version has left open here was overlooked: it was empty when the newer one came.
    let sql = "update key_sets set state = 4 where merchant = ?1 and plugin = ?2 and state = 0 and version < ?3";
    connection.prepare_cached(sql)?.execute(params![merchant, plugin, from])?;
    let sql = "insert into key_sets (merchant, plugin, version, state, bytes, came_from)
        select merchant, plugin, ?4, 1, 0, version from key_sets
            where merchant = ?1 and plugin = ?2 and version = ?3 and state = 0
        on conflict do nothing";
    Ok(connection.prepare_cached(sql)?.execute(params![merchant, plugin, from, version])? == 1)
}

/// Takes a copy in, if it is true still; `false` past the quota.
fn copy(connection: &Connection, set: &KeySet, copy: &KeysCopy) -> Step<bool> {
    let KeysCopy { merchant, customer, stamp, keys } = copy;
    let (whom, plugin) = ([merchant.as_str(), customer.as_str()], set.plugin.as_str());
    let is_true = match stamp {
        Some(stamp) => {
            let sql = "delete from plugin_keys_changed
                where merchant = ?1 and customer = ?2 and plugin = ?3 and stamp = ?4";
            connection.prepare_cached(sql)?.execute(params![whom[0], whom[1], plugin, stamp])? == 1
        }
        // Erased meanwhile, it is not there any more; changed meanwhile, it is noted.
        None => {
            let sql = "select 1 from key_sets as n, plugin_keys as k
                where n.merchant = ?1 and n.plugin = ?3 and n.version = ?4 and n.state = 1
                    and k.merchant = ?1 and k.customer = ?2 and k.plugin = ?3 and k.version = n.came_from
                    and not exists (select 1 from plugin_keys_changed as c
                        where c.merchant = ?1 and c.customer = ?2 and c.plugin = ?3)";
            connection.prepare_cached(sql)?.exists(params![whom[0], whom[1], plugin, set.version])?
        }
    };
    if is_true { replace(connection, &Place { merchant, customer, set }, keys) } else { Ok(true) }
}

fn swap(connection: &Connection, of: &KeysOf, version: u32, at: Timestamp) -> Step<bool> {
    // An older one beside one of this version is not read any more, and nobody's to copy.
    let behind = "key_sets as s where s.state = 0 and s.version <> ?1 and not exists (select 1 from key_sets as n
        where n.merchant = s.merchant and n.plugin = s.plugin and n.version = ?1 and n.state = 0)";
    let is_open = is_any(connection, behind, of, version)?;
    if is_open || is_any(connection, "plugin_keys_changed as s where ?1 > 0", of, version)? {
        return Ok(false);
    }
    let sql = "update key_sets as s set at = ?5 where state = 2 and ?1 > 0";
    whose(connection, sql, of, version, Some(at))?;
    let sql = "update key_sets as s set state = 0, writes = 0, at = ?5 where state = 1 and version = ?1";
    whose(connection, sql, of, version, Some(at))?;
    Ok(true)
}

fn restore(connection: &Connection, of: &KeysOf, version: u32, at: Timestamp) -> Step<()> {
    let (plugin, merchant, except) = parts(of);
    let sql = format!(
        "insert into key_sets (merchant, plugin, version, state, bytes, at)
            select s.merchant, s.plugin, ?1, 0, 0, ?5 from key_sets as s
                where s.state = 0 and s.version > ?1 and {WHOSE}
        on conflict do update set state = 0, writes = 0, at = excluded.at where state in (2, 3)"
    );
    let row = params![version, plugin, merchant, except, at.millis()];
    connection.prepare_cached(&sql)?.execute(row)?;
    let sql = "update key_sets as s set state = 2, at = ?5 where state = 0 and version > ?1";
    whose(connection, sql, of, version, Some(at))?;
    Ok(())
}

/// What is held and was followed by another: an older one is kept, a newer one was taken back. Of the kept ones that
/// one stays which the open one was made of.
fn settle(connection: &Connection, plugin: Option<&PluginId>) -> rusqlite::Result<()> {
    let sql = "update key_sets as s set state = iif(s.version > o.version, 4, 3) from key_sets as o
        where s.state = 2 and o.state = 0 and o.merchant = s.merchant and o.plugin = s.plugin
            and (?1 is null or s.plugin = ?1)";
    let plugin = plugin.map(PluginId::as_str);
    connection.prepare_cached(sql)?.execute([plugin])?;
    let sql = "update key_sets as s set state = 4 where state = 3 and (?1 is null or plugin = ?1) and not exists
        (select 1 from key_sets as o where o.merchant = s.merchant and o.plugin = s.plugin
            and o.state in (0, 1, 2) and o.came_from = s.version)";
    connection.prepare_cached(sql)?.execute([plugin])?;
    Ok(())
}

fn tidy(connection: &Connection, merchant: &MerchantId, set: &KeySet, customers: &[CustomerId]) -> Step<()> {
    let KeySet { plugin, version } = set;
    let gone = "exists (select 1 from key_sets as s
        where s.merchant = ?1 and s.plugin = ?2 and s.version = ?3 and s.state = 4)";
    for customer in customers {
        let sql = format!(
            "delete from plugin_keys where merchant = ?1 and customer = ?4 and plugin = ?2 and version = ?3 and {gone}"
        );
        let row = params![merchant.as_str(), plugin.as_str(), version, customer.as_str()];
        connection.prepare_cached(&sql)?.execute(row)?;
    }
    if customers.is_empty() {
        let sql = "delete from key_sets where merchant = ?1 and plugin = ?2 and version = ?3 and state = 4";
        connection.prepare_cached(sql)?.execute(params![merchant.as_str(), plugin.as_str(), version])?;
    }
    Ok(())
}

// ---- what is there

/// The sets of a plugin, or of all.
pub(super) fn sets(connection: &Connection, plugin: Option<&PluginId>) -> Result<Vec<StoredSet>> {
    let sql = "select merchant, plugin, version, state, bytes, writes, came_from from key_sets
        where ?1 is null or plugin = ?1 order by plugin, merchant, version";
    all(connection, sql, [plugin.map(PluginId::as_str)], |row| {
        Ok(StoredSet {
            merchant: row.get::<_, String>(0)?.into(),
            plugin: row.get::<_, String>(1)?.into(),
            version: row.get(2)?,
            state: state(row.get(3)?),
            bytes: row.get::<_, i64>(4)?.cast_unsigned(),
            writes: row.get::<_, i64>(5)?.cast_unsigned(),
            came_from: row.get(6)?,
        })
    })
}

/// Customers with keys in a set, in the order of their ids, after one.
pub(super) fn page(
    connection: &Connection,
    merchant: &MerchantId,
    set: &KeySet,
    after: Option<&CustomerId>,
    limit: usize,
) -> Result<Vec<KeysToCopy>> {
    let sql = "select distinct customer from plugin_keys
        where merchant = ?1 and plugin = ?2 and version = ?3 and customer > ?4 order by customer limit ?5";
    let after = after.map_or("", CustomerId::as_str);
    let row = params![merchant.as_str(), set.plugin.as_str(), set.version, after, rows(limit)];
    let customers = all(connection, sql, row, |row| row.get::<_, String>(0).map(CustomerId::from))?;
    let with_keys = |customer| {
        let keys = keys(connection, merchant, set, &customer)?;
        Ok(KeysToCopy { customer, stamp: None, keys })
    };
    customers.into_iter().map(with_keys).collect()
}

/// Those that have changed since they were copied.
pub(super) fn changed(
    connection: &Connection,
    merchant: &MerchantId,
    set: &KeySet,
    limit: usize,
) -> Result<Vec<KeysToCopy>> {
    let sql = "select customer, stamp from plugin_keys_changed where merchant = ?1 and plugin = ?2 limit ?3";
    let row = params![merchant.as_str(), set.plugin.as_str(), rows(limit)];
    let noted = all(connection, sql, row, |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
    let with_keys = |(customer, stamp): (CustomerId, i64)| {
        let keys = keys(connection, merchant, set, &customer)?;
        Ok(KeysToCopy { customer, stamp: Some(stamp), keys })
    };
    noted.into_iter().map(with_keys).collect()
}

fn keys(connection: &Connection, merchant: &MerchantId, set: &KeySet, customer: &CustomerId) -> Result<Fields> {
    let sql = "select name, value from plugin_keys
        where merchant = ?1 and customer = ?2 and plugin = ?3 and version = ?4";
    let row = params![merchant.as_str(), customer.as_str(), set.plugin.as_str(), set.version];
    let pairs = all(connection, sql, row, |row| Ok((row.get::<_, String>(0)?, from_json(row, 1)?)))?;
    Ok(pairs.into_iter().collect())
}

/// The version in use, if a plugin stores anything for a merchant.
pub(super) fn in_use(connection: &Connection, merchant: &MerchantId, plugin: &PluginId) -> Result<Option<u32>> {
    let sql = "select max(version) from key_sets where merchant = ?1 and plugin = ?2 and state = 0";
    let row = [merchant.as_str(), plugin.as_str()];
    Ok(connection.prepare_cached(sql)?.query_row(row, |row| row.get(0)).optional()?.flatten())
}
