//! What plugins store for customers, under a quota per plugin and merchant.

use std::collections::BTreeMap;

use cuecard_model::{CustomerId, KeySet, MerchantId, PluginId, Value};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Step, changed, json};
use crate::{Outcome, Refusal, SetState, sqlite::keys::state};

/// What one plugin may store for one merchant.
pub(in crate::sqlite) const QUOTA: i64 = 1 << 20;

/// What a key costs beside its name and value, so that many empty ones count too.
const OVERHEAD: usize = 16;

type Writes = BTreeMap<String, Option<Value>>;

pub(super) fn put(
    connection: &Connection,
    merchant: &MerchantId,
    set: &KeySet,
    customer: &CustomerId,
    writes: &Writes,
) -> Step<Outcome> {
    let used = match found(connection, merchant, set)? {
        None => 0,
        Some((SetState::Open, bytes)) => bytes,
        Some((SetState::Held, _)) => return Err(Refusal::KeysHeld(set.clone()).into()),
        Some(_) => return Ok(Outcome::KeysStale),
    };
    let rows = writes.iter().map(|(name, value)| Row::new(name, value.as_ref())).collect::<Step<Vec<_>>>()?;
    let place = Place { merchant, customer, set };
    let before = place.stored(connection, &rows)?;
    let growth = rows.iter().map(|row| row.bytes).sum::<i64>() - before;
    let after = used + growth;
    if growth > 0 && after > QUOTA {
        return Ok(Outcome::KeysFull { bytes: after.cast_unsigned(), limit: QUOTA.cast_unsigned() });
    }
    for row in &rows {
        place.write(connection, row)?;
    }
    let sql = "insert into key_sets (merchant, plugin, version, state, bytes, writes) values (?1, ?2, ?3, 0, ?4, 1)
        on conflict do update set bytes = excluded.bytes, writes = writes + 1";
    let row = params![merchant.as_str(), set.plugin.as_str(), set.version, after];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Outcome::Done)
}

/// Puts all of a customer's keys in the place of what is in a set that nobody uses yet; `false` past the quota.
pub(in crate::sqlite) fn replace(
    connection: &Connection,
    place: &Place<'_>,
    keys: &BTreeMap<String, Value>,
) -> Step<bool> {
    let Place { merchant, customer, set } = place;
    let whole = params![merchant.as_str(), customer.as_str(), set.plugin.as_str(), set.version];
    let sql = "select coalesce(sum(bytes), 0) from plugin_keys
        where merchant = ?1 and customer = ?2 and plugin = ?3 and version = ?4";
    let before: i64 = connection.prepare_cached(sql)?.query_row(whole, |row| row.get(0))?;
    if before > 0 {
        let sql = "delete from plugin_keys where merchant = ?1 and customer = ?2 and plugin = ?3 and version = ?4";
        connection.prepare_cached(sql)?.execute(whole)?;
    }
    let rows = keys.iter().map(|(name, value)| Row::new(name, Some(value))).collect::<Step<Vec<_>>>()?;
    for row in &rows {
        place.write(connection, row)?;
    }
    let growth = rows.iter().map(|row| row.bytes).sum::<i64>() - before;
    let sql = "update key_sets set bytes = bytes + ?4 where merchant = ?1 and plugin = ?2 and version = ?3
        returning bytes";
    let row = params![merchant.as_str(), set.plugin.as_str(), set.version, growth];
    let bytes: i64 = connection.prepare_cached(sql)?.query_row(row, |row| row.get(0))?;
    Ok(bytes <= QUOTA)
}

/// Forgets what a plugin stored for a customer, in every version.
pub(super) fn forget(
    connection: &Connection,
    merchant: &MerchantId,
    plugin: &PluginId,
    customer: &CustomerId,
) -> Step<Outcome> {
    let place = [merchant.as_str(), customer.as_str(), plugin.as_str()];
    let sql = "update key_sets as s set bytes = bytes - coalesce((select sum(k.bytes) from plugin_keys as k
        where k.merchant = ?1 and k.customer = ?2 and k.plugin = ?3 and k.version = s.version), 0)
        where merchant = ?1 and plugin = ?3";
    connection.prepare_cached(sql)?.execute(place)?;
    let sql = "delete from plugin_keys where merchant = ?1 and customer = ?2 and plugin = ?3";
    changed(connection.prepare_cached(sql)?.execute(place)?)
}

/// Where keys are: whose, and which.
pub(in crate::sqlite) struct Place<'a> {
    pub(in crate::sqlite) merchant: &'a MerchantId,
    pub(in crate::sqlite) customer: &'a CustomerId,
    pub(in crate::sqlite) set: &'a KeySet,
}

struct Row<'a> {
    name: &'a str,
    /// JSON; `None` forgets.
    value: Option<String>,
    bytes: i64,
}

impl<'a> Row<'a> {
    fn new(name: &'a str, value: Option<&'a Value>) -> Step<Self> {
        let value = value.map(|value| json("a plugin's key", value)).transpose()?;
        let size = value.as_ref().map_or(0, |value| name.len() + value.len() + OVERHEAD);
        Ok(Self { name, value, bytes: i64::try_from(size).unwrap_or(i64::MAX) })
    }
}

impl Place<'_> {
    fn write(&self, connection: &Connection, row: &Row<'_>) -> Step<()> {
        let Self { merchant, customer, set: KeySet { plugin, version } } = self;
        let (merchant, customer, plugin) = (merchant.as_str(), customer.as_str(), plugin.as_str());
        let Some(value) = &row.value else {
            let sql = "delete from plugin_keys
                where merchant = ?1 and customer = ?2 and plugin = ?3 and version = ?4 and name = ?5";
            connection.prepare_cached(sql)?.execute(params![merchant, customer, plugin, version, row.name])?;
            return Ok(());
        };
        let sql = "insert into plugin_keys (merchant, customer, plugin, version, name, value, bytes)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            on conflict do update set value = excluded.value, bytes = excluded.bytes";
        let row = params![merchant, customer, plugin, version, row.name, value, row.bytes];
        connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// Bytes that the keys about to be written take up now.
    fn stored(&self, connection: &Connection, rows: &[Row<'_>]) -> Step<i64> {
        let Self { merchant, customer, set } = self;
        let sql = "select bytes from plugin_keys
            where merchant = ?1 and customer = ?2 and plugin = ?3 and version = ?4 and name = ?5";
        let mut statement = connection.prepare_cached(sql)?;
        let mut sum = 0;
        for row in rows {
            let key = params![merchant.as_str(), customer.as_str(), set.plugin.as_str(), set.version, row.name];
            sum += statement.query_row(key, |row| row.get::<_, i64>(0)).optional()?.unwrap_or(0);
        }
        Ok(sum)
    }
}

fn found(connection: &Connection, merchant: &MerchantId, set: &KeySet) -> Step<Option<(SetState, i64)>> {
    let sql = "select state, bytes from key_sets where merchant = ?1 and plugin = ?2 and version = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let row = params![merchant.as_str(), set.plugin.as_str(), set.version];
    Ok(statement.query_row(row, |row| Ok((state(row.get(0)?), row.get(1)?))).optional()?)
}
