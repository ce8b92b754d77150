//! What is kept of a customer: all of it handed out, all of it erased; and old rows found and swept away.

use cuecard_model::{ConversationId, CustomerId, MerchantId, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Map, Value as Json};

use super::{
    apply::{Effects, Step},
    facts, identities, learn, rooms,
};
use crate::{Aged, Outcome, Room};

/// Everything that is kept of a customer under any of the ids: rows by the table they are in.
pub(super) fn export(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> rusqlite::Result<Json> {
    let canonical = identities::resolve(connection, merchant, customer)?.0;
    let names = identities::group(connection, merchant, &canonical)?;
    let mut all = Map::new();
    for room in rooms::every(connection)? {
        let mut rows = Vec::new();
        for name in &names {
            rows.extend(rooms::dump(connection, &room, merchant, name)?);
        }
        if !rows.is_empty() {
            all.insert(room.name, rows.into());
        }
    }
    let mut said = Vec::new();
    for name in &names {
        let sql = "select f.suggestion, f.action, f.at, f.final_text, f.agent from feedback as f
            where f.merchant = ?1 and rtrim(rtrim(f.suggestion, '0123456789'), '.') in
                (select turn from messages where merchant = ?1 and customer = ?2 and role = 1 and turn is not null)";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([merchant.as_str(), name.as_str()], |row| {
            Ok(serde_json::json!({
                "suggestion": row.get::<_, String>(0)?,
                "action": row.get::<_, String>(1)?,
                "at": row.get::<_, i64>(2)?,
                "final_text": row.get::<_, Option<String>>(3)?,
                "agent": row.get::<_, Option<String>>(4)?,
            }))
        })?;
        said.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    if !said.is_empty() {
        all.insert("feedback".to_owned(), said.into());
    }
    let ids: Vec<_> = names.iter().map(CustomerId::as_str).collect();
    Ok(serde_json::json!({"customer_id": canonical, "ids": ids, "kept": all}))
}

/// Erases a customer under all ids. [`Outcome::Known`] if nothing was kept.
pub(super) fn erase(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    effects: &mut Effects,
) -> Step<Outcome> {
    let canonical = identities::resolve(connection, merchant, customer)?.0;
    let names = identities::group(connection, merchant, &canonical)?;
    let mut gone = 0;
    for name in &names {
        let place = [merchant.as_str(), name.as_str()];
        threads(connection, place, effects)?;
        effects.unlearned |= learn::unlearn(connection, merchant, name)?;
        for sql in [
            "delete from feedback where merchant = ?1 and rtrim(rtrim(suggestion, '0123456789'), '.') in
                (select turn from messages where merchant = ?1 and customer = ?2 and role = 1 and turn is not null)",
            "delete from waiting where merchant = ?1 and order_id in
                (select id from orders where merchant = ?1 and customer = ?2)",
            "update key_sets as s set bytes = bytes - coalesce((select sum(k.bytes) from plugin_keys as k
                where k.merchant = ?1 and k.customer = ?2 and k.plugin = s.plugin and k.version = s.version), 0)
                where merchant = ?1",
            "delete from merge_rows where merge_id in
                (select id from merges where merchant = ?1 and (customer = ?2 or into_id = ?2))",
            "delete from merges where merchant = ?1 and (customer = ?2 or into_id = ?2)",
            "delete from suppressions where merchant = ?1 and subject = ?2",
        ] {
            connection.prepare_cached(sql)?.execute(place)?;
        }
        for room in rooms::every(connection)? {
            let sql = format!("delete from {} where merchant = ?1 and customer = ?2", room.name);
            gone += connection.execute(&sql, place)?;
        }
        effects.stale.push(name.clone());
        effects.parted(name.clone());
    }
    Ok(if gone == 0 { Outcome::Known } else { Outcome::Done })
}

/// The threads whose end may be in memory.
fn threads(connection: &Connection, place: [&str; 2], effects: &mut Effects) -> rusqlite::Result<()> {
    let sql = "select distinct conversation from messages where merchant = ?1 and customer = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    for thread in statement.query_map(place, |row| row.get::<_, String>(0))? {
        effects.threads.push(ConversationId::from(thread?));
    }
    Ok(())
}

/// The next rows of a room, from a place on, for a sweep to judge.
pub(super) fn aged(connection: &Connection, room: Room, after: i64, limit: usize) -> rusqlite::Result<Vec<Aged>> {
    let sql = match room {
        Room::Messages => "select seq, merchant, at from messages where seq > ?1 order by seq limit ?2",
        Room::Events => {
            "select seq, merchant, done_at from events where seq > ?1 and done_at is not null order by seq limit ?2"
        }
        Room::Judged => "select seq, merchant, at from judged where seq > ?1 order by seq limit ?2",
        Room::Inputs => {
            "select seq, merchant, at from messages indexed by messages_with_input
                where seq > ?1 and input is not null order by seq limit ?2"
        }
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![after, limit], |row| {
        let at = Timestamp::from_millis(row.get(2)?);
        Ok(Aged { row: row.get(0)?, merchant: row.get::<_, String>(1)?.into(), at })
    })?;
    rows.collect()
}

/// Sweeps rows away.
pub(super) fn sweep(
    connection: &Connection,
    merchant: &MerchantId,
    room: Room,
    rows: &[i64],
    effects: &mut Effects,
) -> Step<Outcome> {
    let mut gone = 0;
    for row in rows {
        let place = params![merchant.as_str(), row];
        let owner = match room {
            Room::Messages => {
                let sql = "delete from feedback where merchant = ?1 and rtrim(rtrim(suggestion, '0123456789'), '.') =
                    (select turn from messages where merchant = ?1 and seq = ?2)";
                connection.prepare_cached(sql)?.execute(place)?;
                learn::forget(connection, merchant, *row)?;
                facts::swept(connection, merchant, *row)?;
                "delete from messages where merchant = ?1 and seq = ?2 returning customer, conversation"
            }
            Room::Events => "delete from events where merchant = ?1 and seq = ?2 returning customer, null",
            Room::Judged => {
                let sql = "delete from judged where merchant = ?1 and seq = ?2";
                gone += connection.prepare_cached(sql)?.execute(place)?;
                continue;
            }
            Room::Inputs => {
                let sql = "update messages set input = null where merchant = ?1 and seq = ?2";
                gone += connection.prepare_cached(sql)?.execute(place)?;
                continue;
            }
        };
        let mut statement = connection.prepare_cached(owner)?;
        let mut found = statement.query(place)?;
        while let Some(row) = found.next()? {
            gone += 1;
            let (customer, thread): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            effects.stale.extend(customer.map(CustomerId::from));
            effects.threads.extend(thread.map(ConversationId::from));
        }
    }
    Ok(if gone == 0 { Outcome::Known } else { Outcome::Done })
}

/// Forgets deliveries and what waited in vain from before a moment; a few at a time.
pub(super) fn tidy(connection: &Connection, before: Timestamp, limit: usize) -> Step<Outcome> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut gone = 0;
    for sql in [
        "delete from deliveries where (merchant, key) in
            (select merchant, key from deliveries where at < ?1 order by at limit ?2)",
        "delete from errands where seq in
            (select seq from errands where due_at is null and updated_at < ?1 order by updated_at limit ?2)",
        "delete from waiting where seq in (select seq from waiting where at < ?1 order by seq limit ?2)",
    ] {
        gone += connection.prepare_cached(sql)?.execute(params![before.millis(), limit])?;
    }
    Ok(if gone == 0 { Outcome::Known } else { Outcome::Done })
}
