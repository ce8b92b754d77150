//! What plugins store for customers, under a quota per plugin and merchant.

use std::collections::BTreeMap;

use cuecard_model::{CustomerId, MerchantId, PluginId, Value};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Step, json};
use crate::Outcome;

/// What one plugin may store for one merchant.
pub(in crate::sqlite) const QUOTA: i64 = 1 << 20;

/// What a key costs beside its name and value, so that many empty ones count too.
const OVERHEAD: usize = 16;

type Writes = BTreeMap<String, Option<Value>>;

pub(super) fn put(
    connection: &Connection,
    merchant: &MerchantId,
    plugin: &PluginId,
    customer: &CustomerId,
    writes: &Writes,
) -> Step<Outcome> {
    let rows = writes.iter().map(Row::new).collect::<Step<Vec<_>>>()?;
    let place = [merchant.as_str(), customer.as_str(), plugin.as_str()];
    let before = stored(connection, &place, &rows)?;
    let used = usage(connection, merchant, plugin)?;
    let growth = rows.iter().map(|row| row.bytes).sum::<i64>() - before;
    let after = used + growth;
    if growth > 0 && after > QUOTA {
        return Ok(Outcome::KeysFull { bytes: after.cast_unsigned(), limit: QUOTA.cast_unsigned() });
    }
    for row in &rows {
        row.write(connection, &place)?;
    }
    let sql = "insert into plugin_usage (merchant, plugin, bytes) values (?1, ?2, ?3)
        on conflict do update set bytes = excluded.bytes";
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), plugin.as_str(), after])?;
    Ok(Outcome::Done)
}

struct Row<'a> {
    name: &'a str,
    /// JSON; `None` forgets.
    value: Option<String>,
    bytes: i64,
}

impl<'a> Row<'a> {
    fn new((name, value): (&'a String, &'a Option<Value>)) -> Step<Self> {
        let value = value.as_ref().map(|value| json("a plugin's key", value)).transpose()?;
        let size = value.as_ref().map_or(0, |value| name.len() + value.len() + OVERHEAD);
        Ok(Self { name, value, bytes: i64::try_from(size).unwrap_or(i64::MAX) })
    }

    fn write(&self, connection: &Connection, [merchant, customer, plugin]: &[&str; 3]) -> Step<()> {
        let Some(value) = &self.value else {
            let sql = "delete from plugin_keys where merchant = ?1 and customer = ?2 and plugin = ?3 and name = ?4";
            connection.prepare_cached(sql)?.execute(params![merchant, customer, plugin, self.name])?;
            return Ok(());
        };
        let sql = "insert into plugin_keys (merchant, customer, plugin, name, value, bytes)
            values (?1, ?2, ?3, ?4, ?5, ?6)
            on conflict do update set value = excluded.value, bytes = excluded.bytes";
        let row = params![merchant, customer, plugin, self.name, value, self.bytes];
        connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}

/// Bytes that the keys about to be written take up now.
fn stored(connection: &Connection, [merchant, customer, plugin]: &[&str; 3], rows: &[Row<'_>]) -> Step<i64> {
    let sql = "select bytes from plugin_keys where merchant = ?1 and customer = ?2 and plugin = ?3 and name = ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let mut sum = 0;
    for row in rows {
        let found = statement.query_row(params![merchant, customer, plugin, row.name], |row| row.get::<_, i64>(0));
        sum += found.optional()?.unwrap_or(0);
    }
    Ok(sum)
}

fn usage(connection: &Connection, merchant: &MerchantId, plugin: &PluginId) -> Step<i64> {
    let mut statement =
        connection.prepare_cached("select bytes from plugin_usage where merchant = ?1 and plugin = ?2")?;
    let found = statement.query_row([merchant.as_str(), plugin.as_str()], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(0))
}
