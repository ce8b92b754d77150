//! Events and timers: kept once, done once.

use cuecard_model::{CustomerId, Event, EventId, MerchantId, PluginId, Timer, Timestamp};
use rusqlite::{Connection, params};

use super::{Step, changed, json};
use crate::{Outcome, Refusal, slot_of, sqlite::facts};

/// An event of no customer has the slot of its own id: nothing need be in order with it.
pub(in crate::sqlite) fn put(
    connection: &Connection,
    merchant: &MerchantId,
    event: &Event,
    places: &mut Vec<i64>,
) -> Step<Outcome> {
    let customer = event.customer_id.as_ref().map(CustomerId::as_str);
    let slot = slot_of(merchant, customer.unwrap_or(event.id.as_str()));
    let sql = "insert into events (merchant, event, slot, body, customer) values (?1, ?2, ?3, ?4, ?5)
        on conflict do nothing";
    let row = params![merchant.as_str(), event.id.as_str(), slot, json("an event", event)?, customer];
    let kept = connection.prepare_cached(sql)?.execute(row)?;
    if kept > 0 {
        places.push(connection.last_insert_rowid());
        facts::happened(connection, merchant, event)?;
    }
    changed(kept)
}

pub(in crate::sqlite) fn done(
    connection: &Connection,
    merchant: &MerchantId,
    event: &EventId,
    at: Timestamp,
) -> Step<Outcome> {
    let sql = "update events set done_at = ?3 where merchant = ?1 and event = ?2 and done_at is null";
    let row = params![merchant.as_str(), event.as_str(), at.millis()];
    match connection.prepare_cached(sql)?.execute(row)? {
        0 => Err(Refusal::EventNotOpen(event.clone()).into()),
        _ => Ok(Outcome::Done),
    }
}

pub(super) fn set_timer(
    connection: &Connection,
    merchant: &MerchantId,
    plugin: &PluginId,
    customer: &CustomerId,
    timer: &Timer,
) -> Step<Outcome> {
    let sql = "insert into timers (merchant, plugin, customer, key, at, slot, body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict do update set at = excluded.at, body = excluded.body";
    connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        plugin.as_str(),
        customer.as_str(),
        timer.key,
        timer.at.millis(),
        slot_of(merchant, customer.as_str()),
        json("a timer", timer)?,
    ])?;
    Ok(Outcome::Done)
}

pub(super) fn cancel(
    connection: &Connection,
    merchant: &MerchantId,
    plugin: &PluginId,
    customer: &CustomerId,
    key: &str,
) -> Step<Outcome> {
    let sql = "delete from timers where merchant = ?1 and plugin = ?2 and customer = ?3 and key = ?4";
    let row = params![merchant.as_str(), plugin.as_str(), customer.as_str(), key];
    changed(connection.prepare_cached(sql)?.execute(row)?)
}

pub(super) fn timer_done(
    connection: &Connection,
    merchant: &MerchantId,
    plugin: &PluginId,
    customer: &CustomerId,
    key: &str,
    at: Timestamp,
) -> Step<Outcome> {
    let sql = "delete from timers where merchant = ?1 and plugin = ?2 and customer = ?3 and key = ?4 and at = ?5";
    let row = params![merchant.as_str(), plugin.as_str(), customer.as_str(), key, at.millis()];
    match connection.prepare_cached(sql)?.execute(row)? {
        0 => {
            let (plugin, customer) = (plugin.clone(), customer.clone());
            Err(Refusal::TimerNotSet { plugin, customer, key: key.to_owned() }.into())
        }
        _ => Ok(Outcome::Done),
    }
}
