//! Who is who: ids that turned out to be one customer, by which rule, and how to take that back.
//!
//! Everything is kept under one id; the others are aliases that every write and read follows. Two ids become one only
//! by a verified name, never if their own shop tells them apart, and never again once a person has parted them.

use cuecard_model::{Claim, Customer, CustomerId, IdentityKind, MerchantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    apply::{Step, json},
    read::from_json,
    rooms,
};
use crate::{
    Identities, Identity, Merge, Refusal,
    news::{self, Versions},
};

/// More aliases in a row than any customer has.
const CHAIN: usize = 32;

/// Who says something, when, by which event.
pub(super) struct Saying<'a> {
    pub(super) at: Timestamp,
    pub(super) source: &'a str,
    pub(super) event: Option<&'a str>,
}

/// A customer's canonical id, and the merges that lead there.
pub(super) fn resolve(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
) -> rusqlite::Result<(CustomerId, Vec<i64>)> {
    let sql = "select into_id, merge_id from aliases where merchant = ?1 and customer = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let (mut id, mut merges) = (customer.clone(), Vec::new());
    while merges.len() < CHAIN {
        let next = statement
            .query_row([merchant.as_str(), id.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
        let Some((next, merge)) = next.optional()? else { break };
        id = next.into();
        merges.push(merge);
    }
    Ok((id, merges))
}

/// The canonical id and all its aliases, however far.
pub(super) fn group(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
) -> rusqlite::Result<Vec<CustomerId>> {
    let sql = "with recursive names (id) as (select ?2 union
        select a.customer from aliases as a join names on a.into_id = names.id where a.merchant = ?1)
        select id from names";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([merchant.as_str(), customer.as_str()], |row| row.get::<_, String>(0))?;
    rows.map(|id| id.map(CustomerId::from)).collect()
}

/// All aliases, for the memory.
pub(super) fn aliases(connection: &Connection) -> rusqlite::Result<Vec<(MerchantId, CustomerId, CustomerId)>> {
    let mut statement = connection.prepare("select merchant, customer, into_id from aliases")?;
    let rows = statement.query_map([], |row| {
        let [merchant, customer, into] = [0, 1, 2].map(|column| row.get::<_, String>(column));
        Ok((merchant?.into(), customer?.into(), into?.into()))
    })?;
    rows.collect()
}

/// Keeps by what a customer is known, and merges what a rule says is the same. Gives the id that stands for all, and
/// the pairs that were merged.
pub(super) fn claim(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    claims: &[Claim],
    saying: &Saying<'_>,
) -> Step<(CustomerId, Vec<(CustomerId, CustomerId)>)> {
    let mut current = resolve(connection, merchant, customer)?.0;
    let mut merged = Vec::new();
    for claim in claims {
        keep(connection, merchant, &current, claim, saying)?;
        if !claim.verified {
            continue;
        }
        let Some(other) = only_other(connection, merchant, &current, claim)? else { continue };
        let Some((into, from)) = rule(connection, merchant, current.clone(), other)? else { continue };
        merge(connection, merchant, &into, &from, claim.kind, saying)?;
        merged.push((from, into.clone()));
        current = into;
    }
    Ok((current, merged))
}

fn keep(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    claim: &Claim,
    saying: &Saying<'_>,
) -> Step<()> {
    let sql = "insert into identities (merchant, kind, value, customer, verified, source, at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict do update set verified = 1, source = excluded.source, at = excluded.at
        where excluded.verified > verified";
    connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        claim.kind.as_str(),
        claim.value,
        customer.as_str(),
        claim.verified,
        saying.source,
        saying.at.millis()
    ])?;
    Ok(())
}

/// The one other customer with this name. Of several nobody knows which: then it is none.
fn only_other(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    claim: &Claim,
) -> Step<Option<CustomerId>> {
    let sql = "select customer from identities
        where merchant = ?1 and kind = ?2 and value = ?3 and customer <> ?4 and verified = 1 limit 2";
    let mut statement = connection.prepare_cached(sql)?;
    let place = [merchant.as_str(), claim.kind.as_str(), &claim.value, customer.as_str()];
    let found = statement.query_map(place, |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(match <[String; 1]>::try_from(found) {
        Ok([other]) => Some(other.into()),
        Err(_) => None,
    })
}

/// Which id stays and which becomes its alias; `None` if the two are to stay two.
fn rule(
    connection: &Connection,
    merchant: &MerchantId,
    current: CustomerId,
    other: CustomerId,
) -> Step<Option<(CustomerId, CustomerId)>> {
    let (mine, theirs) = (shops(connection, merchant, &current)?, shops(connection, merchant, &other)?);
    if mine.iter().any(|shop| theirs.contains(shop)) || parted(connection, merchant, &current, &other)? {
        return Ok(None);
    }
    // The id that a shop gave stays; of two such, or none, the one that was known before.
    let stays = if theirs.is_empty() && !mine.is_empty() { (current, other) } else { (other, current) };
    Ok(Some(stays))
}

/// The shops that gave this customer an id.
fn shops(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> Step<Vec<String>> {
    let sql = "select value from identities where merchant = ?1 and customer = ?2 and kind = 'shop'";
    let mut statement = connection.prepare_cached(sql)?;
    let values = statement.query_map([merchant.as_str(), customer.as_str()], |row| row.get::<_, String>(0))?;
    let shop = |value: String| value.rsplit_once(':').map_or_else(|| value.clone(), |(shop, _)| shop.to_owned());
    Ok(values.map(|value| value.map(shop)).collect::<Result<_, _>>()?)
}

/// Whether a person has said that two ids are two customers.
fn parted(connection: &Connection, merchant: &MerchantId, one: &CustomerId, other: &CustomerId) -> Step<bool> {
    let (one, other) = (group(connection, merchant, one)?, group(connection, merchant, other)?);
    let sql = "select 1 from merges where merchant = ?1 and customer = ?2 and into_id = ?3 and undone_at is not null";
    let mut statement = connection.prepare_cached(sql)?;
    for (one, other) in one.iter().flat_map(|one| other.iter().map(move |other| (one, other))) {
        for pair in [[one, other], [other, one]] {
            if statement.exists([merchant.as_str(), pair[0].as_str(), pair[1].as_str()])? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn merge(
    connection: &Connection,
    merchant: &MerchantId,
    into: &CustomerId,
    from: &CustomerId,
    kind: IdentityKind,
    saying: &Saying<'_>,
) -> Step<()> {
    let before = stored(connection, merchant, into)?;
    let sql = "insert into merges (merchant, customer, into_id, at, rule, event, before)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        from.as_str(),
        into.as_str(),
        saying.at.millis(),
        format!("same_{}", kind.as_str()),
        saying.event,
        before.as_ref().map(|(body, _)| json("a customer", body)).transpose()?,
    ])?;
    let id = connection.last_insert_rowid();
    let sql = "insert into aliases (merchant, customer, into_id, merge_id) values (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), from.as_str(), into.as_str(), id])?;
    rooms::hand_over(connection, merchant, from, into, id)?;
    // What must not be used for one must not be used for both, also should they be parted again.
    let sql = "insert into suppressions (merchant, subject, channel, cause, at)
        select merchant, ?3, channel, cause, at from suppressions where merchant = ?1 and subject = ?2
        on conflict do nothing";
    connection.prepare_cached(sql)?.execute([merchant.as_str(), from.as_str(), into.as_str()])?;
    if let Some((other, others)) = stored(connection, merchant, from)? {
        let (mut body, mut versions) = before.unwrap_or_else(|| (Customer::unknown(into.clone()), Versions::new()));
        news::join(&mut body, &mut versions, &other, &others);
        store(connection, merchant, &body, &versions)?;
    }
    Ok(())
}

/// Takes a merge back: the id is a customer of its own again, with what came under it before and since.
/// Gives the id that it was a part of.
pub(super) fn split(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    at: Timestamp,
    by: &str,
) -> Step<CustomerId> {
    let (canonical, merges) = resolve(connection, merchant, customer)?;
    let Some(merge) = merges.first().copied() else { return Err(Refusal::NotMerged(customer.clone()).into()) };
    let sql = "select before from merges where id = ?1";
    let before: Option<String> = connection.prepare_cached(sql)?.query_row([merge], |row| row.get(0))?;
    let before = before.and_then(|text| serde_json::from_str::<Customer>(&text).ok());
    let came = rooms::keys_of(connection, merge, "orders")?;
    rooms::give_back(connection, merchant, &canonical, customer, merge)?;
    if let Some((mut body, versions)) = stored(connection, merchant, &canonical)? {
        let other = stored(connection, merchant, customer)?;
        let (mut other, others) = other.unwrap_or_else(|| (Customer::unknown(customer.clone()), Versions::new()));
        let mine = |id: &str| came.iter().any(|key| key.as_str() == format!("[{}]", serde_json::json!(id)));
        news::part(&mut body, &mut other, before.as_ref(), mine);
        let joint: Versions = others.into_iter().chain(versions.clone()).collect();
        store(connection, merchant, &body, &versions)?;
        store(connection, merchant, &other, &joint)?;
    }
    let sql = "delete from aliases where merchant = ?1 and customer = ?2";
    connection.prepare_cached(sql)?.execute([merchant.as_str(), customer.as_str()])?;
    let sql = "update merges set undone_at = ?2, undone_by = ?3, before = null where id = ?1";
    connection.prepare_cached(sql)?.execute(params![merge, at.millis(), by])?;
    connection.prepare_cached("delete from merge_rows where merge_id = ?1")?.execute([merge])?;
    Ok(canonical)
}

/// A profile with the moments up to which its parts are true.
pub(super) fn stored(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
) -> rusqlite::Result<Option<(Customer, Versions)>> {
    let sql = "select body, coalesce(versions, '{}') from customers where merchant = ?1 and customer = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([merchant.as_str(), customer.as_str()], |row| {
        Ok((from_json::<Customer>(row, 0)?, from_json::<Versions>(row, 1)?))
    });
    found.optional()
}

pub(super) fn store(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &Customer,
    versions: &Versions,
) -> Step<()> {
    let sql = "insert into customers (merchant, customer, body, versions) values (?1, ?2, ?3, ?4)
        on conflict do update set body = excluded.body, versions = excluded.versions";
    let (body, versions) = (json("a customer", customer)?, json("versions", versions)?);
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), customer.id.as_str(), body, versions])?;
    Ok(())
}

/// Everything about who a customer is.
pub(super) fn report(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
) -> rusqlite::Result<Identities> {
    let canonical = resolve(connection, merchant, customer)?.0;
    let names = group(connection, merchant, &canonical)?;
    let sql = "select '\"' || kind || '\"', value, verified, source, at from identities
        where merchant = ?1 and customer = ?2 order by kind, value";
    let mut statement = connection.prepare_cached(sql)?;
    let identities = statement.query_map([merchant.as_str(), canonical.as_str()], |row| {
        Ok(Identity {
            kind: from_json(row, 0)?,
            value: row.get(1)?,
            verified: row.get(2)?,
            source: row.get(3)?,
            at: Timestamp::from_millis(row.get(4)?),
        })
    })?;
    let identities = identities.collect::<rusqlite::Result<_>>()?;
    let mut merges = Vec::new();
    for name in &names {
        merges.extend(merges_of(connection, merchant, name)?);
    }
    merges.sort_by_key(|(id, _)| *id);
    merges.dedup_by_key(|(id, _)| *id);
    let also = names.into_iter().filter(|name| *name != canonical).collect();
    let merges = merges.into_iter().map(|(_, merge)| merge).collect();
    Ok(Identities { customer_id: Some(canonical), also, identities, merges })
}

fn merges_of(connection: &Connection, merchant: &MerchantId, name: &CustomerId) -> rusqlite::Result<Vec<(i64, Merge)>> {
    let sql = "select id, customer, into_id, at, rule, event, undone_at, undone_by from merges
        where merchant = ?1 and (customer = ?2 or into_id = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([merchant.as_str(), name.as_str()], |row| {
        let merge = Merge {
            customer_id: row.get::<_, String>(1)?.into(),
            into: row.get::<_, String>(2)?.into(),
            at: Timestamp::from_millis(row.get(3)?),
            rule: row.get(4)?,
            event: row.get(5)?,
            undone_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
            undone_by: row.get(7)?,
        };
        Ok((row.get(0)?, merge))
    })?;
    rows.collect()
}

/// Customers with a name of this kind that begins so.
pub(super) fn known_by(
    connection: &Connection,
    merchant: &MerchantId,
    kind: IdentityKind,
    prefix: &str,
    limit: usize,
) -> rusqlite::Result<Vec<CustomerId>> {
    let sql = "select distinct customer from identities
        where merchant = ?1 and kind = ?2 and value >= ?3 and substr(value, 1, length(?3)) = ?3 limit ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows =
        statement.query_map(params![merchant.as_str(), kind.as_str(), prefix, limit], |row| row.get::<_, String>(0))?;
    rows.map(|id| id.map(CustomerId::from)).collect()
}
