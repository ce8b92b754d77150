//! News inside the writer's transaction: whose they are, what they change, and the event itself, kept together.

use cuecard_model::{ConsentRecord, CustomerId, Event, MerchantId, News, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    apply::{Effects, Step, contact, event, json},
    identities::{self, Saying},
    read::from_json,
    rooms,
};
use crate::{Outcome, Refusal, news};

/// By what a delivery is known again. One key that is there already means that all of it is there.
pub(super) fn delivered(
    connection: &Connection,
    merchant: &MerchantId,
    keys: &[String],
    at: Timestamp,
) -> Step<Outcome> {
    let sql = "insert into deliveries (merchant, key, at) values (?1, ?2, ?3) on conflict do nothing";
    for key in keys {
        if connection.prepare_cached(sql)?.execute(params![merchant.as_str(), key, at.millis()])? == 0 {
            return Err(Refusal::Delivered.into());
        }
    }
    Ok(Outcome::Done)
}

/// Keeps news. Known if their event is.
pub(super) fn put(connection: &Connection, merchant: &MerchantId, news: &News, effects: &mut Effects) -> Step<Outcome> {
    if let Some(event) = &news.event {
        let sql = "select exists (select 1 from events where merchant = ?1 and event = ?2)
            or exists (select 1 from waiting where merchant = ?1 and event = ?2)";
        let place = [merchant.as_str(), event.id.as_str()];
        if connection.prepare_cached(sql)?.query_row(place, |row| row.get::<_, bool>(0))? {
            return Ok(Outcome::Known);
        }
    }
    let customer = match (&news.customer, &news.order) {
        (Some(customer), _) => Some(customer.clone()),
        (None, Some(order)) => match owner(connection, merchant, order)? {
            Some(owner) => Some(owner),
            None => return wait(connection, merchant, order, news),
        },
        (None, None) => None,
    };
    match customer {
        Some(customer) => about(connection, merchant, &customer, news, effects)?,
        None => happened(connection, merchant, None, &[], news)?,
    }
    Ok(Outcome::Done)
}

fn owner(connection: &Connection, merchant: &MerchantId, order: &str) -> rusqlite::Result<Option<CustomerId>> {
    let mut statement = connection.prepare_cached("select customer from orders where merchant = ?1 and id = ?2")?;
    let found = statement.query_row([merchant.as_str(), order], |row| row.get::<_, String>(0)).optional()?;
    Ok(found.map(CustomerId::from))
}

fn wait(connection: &Connection, merchant: &MerchantId, order: &str, news: &News) -> Step<Outcome> {
    let sql = "insert into waiting (merchant, order_id, event, at, body) values (?1, ?2, ?3, ?4, ?5)";
    let event = news.event.as_ref().map(|event| event.id.as_str());
    let row = params![merchant.as_str(), order, event, news.at.millis(), json("news", news)?];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Outcome::Done)
}

fn about(
    connection: &Connection,
    merchant: &MerchantId,
    said: &CustomerId,
    news: &News,
    effects: &mut Effects,
) -> Step<()> {
    let event = news.event.as_ref().map(|event| event.id.as_str());
    let saying = Saying { at: news.at, source: &news.source, event };
    let merged = identities::claim(connection, merchant, said, &news.claims, &saying)?.1;
    effects.merged(merged);
    let (customer, merges) = identities::resolve(connection, merchant, said)?;
    if news.profile.is_some() || !news.orders.is_empty() {
        let stored = identities::stored(connection, merchant, &customer)?;
        let (mut body, mut versions) =
            stored.unwrap_or_else(|| (cuecard_model::Customer::unknown(customer.clone()), Default::default()));
        news::take(&mut body, &mut versions, news);
        identities::store(connection, merchant, &body, &versions)?;
    }
    for consent in &news.consents {
        let consent = ConsentRecord { customer: customer.clone(), ..consent.clone() };
        contact::consent(connection, merchant, &consent)?;
    }
    effects.stale.push(customer.clone());
    happened(connection, merchant, Some(&customer), &merges, news)?;
    for order in &news.orders {
        own(connection, merchant, &order.id, &customer, &merges)?;
        for waiting in awaited(connection, merchant, &order.id)? {
            about(connection, merchant, &customer, &waiting, effects)?;
        }
    }
    Ok(())
}

/// Notes whose an order is.
fn own(connection: &Connection, merchant: &MerchantId, order: &str, customer: &CustomerId, merges: &[i64]) -> Step<()> {
    let sql = "insert into orders (merchant, id, customer) values (?1, ?2, ?3)
        on conflict do update set customer = excluded.customer where customer <> excluded.customer";
    connection.prepare_cached(sql)?.execute([merchant.as_str(), order, customer.as_str()])?;
    rooms::note(connection, merges, "orders", &serde_json::json!([order]).to_string())?;
    Ok(())
}

/// Takes out what waited for an order.
fn awaited(connection: &Connection, merchant: &MerchantId, order: &str) -> Step<Vec<News>> {
    let sql = "select body from waiting where merchant = ?1 and order_id = ?2 order by seq";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map([merchant.as_str(), order], |row| from_json::<News>(row, 0))?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    if !found.is_empty() {
        let sql = "delete from waiting where merchant = ?1 and order_id = ?2";
        connection.prepare_cached(sql)?.execute([merchant.as_str(), order])?;
    }
    Ok(found)
}

/// Keeps the event, for triggers or as history.
fn happened(
    connection: &Connection,
    merchant: &MerchantId,
    customer: Option<&CustomerId>,
    merges: &[i64],
    news: &News,
) -> Step<()> {
    let Some(event) = &news.event else { return Ok(()) };
    let event = Event { customer_id: customer.cloned(), ..event.clone() };
    let mut places = Vec::new();
    event::put(connection, merchant, &event, &mut places)?;
    for place in places {
        rooms::note(connection, merges, "events", &place.to_string())?;
    }
    if news.is_history {
        event::done(connection, merchant, &event.id, news.at)?;
    }
    Ok(())
}
