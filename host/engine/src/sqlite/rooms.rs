//! A customer's rows, wherever they are: every table with the columns `merchant` and `customer` is a customer's.
//!
//! So what is exported, erased, merged and parted follows from the schema, and a new table cannot be forgotten. Such a
//! table should have an index that begins with these two columns.

use cuecard_model::{CustomerId, MerchantId};
use rusqlite::{Connection, params, types::ValueRef};
use serde_json::{Map, Value as Json};

use super::apply::Step;
use crate::slot_of;

/// One table of customers' rows.
pub(super) struct Room {
    pub(super) name: String,
    /// By what a row is known, beside merchant and customer: an SQL expression that gives text.
    key: String,
    has_slot: bool,
    columns: Vec<String>,
}

/// What is kept of a customer beside these: the profile is joined and parted by its own rules, aliases and merges
/// name customers instead of belonging to one, and moving keys notes by itself that they have changed.
const OTHERS: [&str; 4] = ["customers", "aliases", "merges", "plugin_keys_changed"];

/// All such tables, but for those with rules of their own.
pub(super) fn rooms(connection: &Connection) -> rusqlite::Result<Vec<Room>> {
    let all = every(connection)?;
    Ok(all.into_iter().filter(|room| !OTHERS.contains(&room.name.as_str())).collect())
}

/// All such tables.
pub(super) fn every(connection: &Connection) -> rusqlite::Result<Vec<Room>> {
    let sql = "select t.name, t.wr, group_concat(c.name, ' '), group_concat(iif(c.pk > 0, c.name, null), ' ')
        from pragma_table_list as t, pragma_table_info(t.name) as c
        where t.schema = 'main' and t.type = 'table' group by t.name, t.wr order by t.name";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let columns: String = row.get(2)?;
        let columns: Vec<_> = columns.split(' ').map(str::to_owned).collect();
        let keys = row.get::<_, Option<String>>(3)?.unwrap_or_default();
        let keys: Vec<_> = keys.split(' ').filter(|key| !matches!(*key, "merchant" | "customer")).collect();
        let key = if row.get(1)? { format!("json_array({})", keys.join(", ")) } else { "cast(rowid as text)".into() };
        Ok(Room { name: row.get(0)?, key, has_slot: columns.iter().any(|column| column == "slot"), columns })
    })?;
    let rooms = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let is_room = |room: &Room| ["merchant", "customer"].iter().all(|name| room.columns.iter().any(|is| is == name));
    Ok(rooms.into_iter().filter(is_room).collect())
}

/// Moves all rows of one customer to another, and notes them with the merge. What both have stays the other's.
pub(super) fn hand_over(
    connection: &Connection,
    merchant: &MerchantId,
    from: &CustomerId,
    into: &CustomerId,
    merge: i64,
) -> Step<()> {
    for Room { name, key, has_slot, .. } in rooms(connection)? {
        let sql = format!(
            "insert into merge_rows (merge_id, room, row) select ?3, '{name}', {key} from {name}
                where merchant = ?1 and customer = ?2 on conflict do nothing"
        );
        let noted = connection.prepare_cached(&sql)?.execute(params![merchant.as_str(), from.as_str(), merge])?;
        if noted == 0 {
            continue;
        }
        let slot = if has_slot { format!(", slot = {}", slot_of(merchant, into.as_str())) } else { String::new() };
        let sql = format!("update or ignore {name} set customer = ?3{slot} where merchant = ?1 and customer = ?2");
        connection.execute(&sql, [merchant.as_str(), from.as_str(), into.as_str()])?;
        if name == "timers" {
            // Both had one with the same key: one will fire, the other must not.
            let sql = "delete from timers where merchant = ?1 and customer = ?2";
            connection.execute(sql, [merchant.as_str(), from.as_str()])?;
        }
    }
    Ok(())
}

/// Notes a row that came under an alias, so that a split can give it back.
pub(super) fn note(connection: &Connection, merges: &[i64], room: &str, row: &str) -> rusqlite::Result<()> {
    let sql = "insert into merge_rows (merge_id, room, row) values (?1, ?2, ?3) on conflict do nothing";
    for merge in merges {
        connection.prepare_cached(sql)?.execute(params![merge, room, row])?;
    }
    Ok(())
}

/// The noted keys of one table.
pub(super) fn keys_of(connection: &Connection, merge: i64, room: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached("select row from merge_rows where merge_id = ?1 and room = ?2")?;
    statement.query_map(params![merge, room], |row| row.get(0))?.collect()
}

/// Moves the noted rows back.
pub(super) fn give_back(
    connection: &Connection,
    merchant: &MerchantId,
    from: &CustomerId,
    back: &CustomerId,
    merge: i64,
) -> Step<()> {
    for Room { name, key, has_slot, .. } in rooms(connection)? {
        let slot = if has_slot { format!(", slot = {}", slot_of(merchant, back.as_str())) } else { String::new() };
        let sql = format!(
            "update or ignore {name} set customer = ?3{slot} where merchant = ?1 and customer = ?2
                and {key} in (select row from merge_rows where merge_id = ?4 and room = '{name}')"
        );
        connection.execute(&sql, params![merchant.as_str(), from.as_str(), back.as_str(), merge])?;
    }
    Ok(())
}

/// A customer's rows of one table, as JSON objects. Columns that hold JSON are given as JSON.
pub(super) fn dump(
    connection: &Connection,
    room: &Room,
    merchant: &MerchantId,
    customer: &CustomerId,
) -> rusqlite::Result<Vec<Json>> {
    let columns = room.columns.join(", ");
    let sql = format!("select {columns} from {} where merchant = ?1 and customer = ?2", room.name);
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([merchant.as_str(), customer.as_str()], |row| {
        let mut object = Map::new();
        for (place, name) in room.columns.iter().enumerate() {
            let value = match row.get_ref(place)? {
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) => text_or_json(name, &String::from_utf8_lossy(text)),
                ValueRef::Null | ValueRef::Blob(_) => continue,
            };
            if !matches!(name.as_str(), "merchant" | "seq" | "slot") {
                object.insert(name.clone(), value);
            }
        }
        Ok(Json::Object(object))
    })?;
    rows.collect()
}

fn text_or_json(column: &str, text: &str) -> Json {
    let is_json = matches!(column, "body" | "reply" | "input" | "value" | "versions" | "before" | "rendered");
    let parsed = is_json.then(|| serde_json::from_str(text).ok()).flatten();
    parsed.unwrap_or_else(|| Json::String(text.to_owned()))
}
