//! Lessons and their sums: what each suggestion taught, and what all of them teach together.

use std::sync::Arc;

use cuecard_model::{Arm, CustomerId, Learned, MerchantId, SuggestionId, Tally, Timestamp, TurnId};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::{
    apply::{Effects, Step},
    feedback,
};
use crate::{
    Outcome,
    learn::{Verdict, verdicts},
    suggestion_id,
};

/// The most arms of a merchant. Plugins name scenarios, so their number has no other bound.
const MOST: i64 = 4096;

/// A lesson as it is kept.
struct Lesson {
    arm: Arm,
    verdict: Verdict,
}

/// Brings lessons and sums in line with all that was done with a turn's suggestions.
pub(super) fn learn(
    connection: &Connection,
    merchant: &MerchantId,
    turn: &TurnId,
    arms: &[Arm],
    effects: &mut Effects,
) -> Step<Outcome> {
    let ids: Vec<_> = (1..=arms.len()).map(|number| suggestion_id(turn, number)).collect();
    let one = |id: &SuggestionId| feedback::on(connection, merchant, std::slice::from_ref(id));
    let done = ids.iter().map(one).collect::<Result<Vec<_>>>()?;
    let mut outcome = Outcome::Known;
    for ((arm, id), verdict) in arms.iter().zip(&ids).zip(verdicts(&done)) {
        let before = lesson(connection, merchant, id)?;
        if before.as_ref().map(|before| before.verdict) == verdict {
            continue;
        }
        if let Some(before) = before {
            effects.learned.extend(add(connection, merchant, &before.arm, before.verdict, -1.0)?);
        }
        match verdict {
            Some(verdict) => {
                keep(connection, merchant, id, arm, verdict)?;
                effects.learned.extend(add(connection, merchant, arm, verdict, 1.0)?);
            }
            None => {
                let sql = "delete from lessons where merchant = ?1 and suggestion = ?2";
                connection.prepare_cached(sql)?.execute([merchant.as_str(), id.as_str()])?;
            }
        }
        outcome = Outcome::Done;
    }
    Ok(outcome)
}

fn lesson(connection: &Connection, merchant: &MerchantId, id: &SuggestionId) -> Result<Option<Lesson>> {
    let sql = "select scenario, plugin, message, accepted, at from lessons where merchant = ?1 and suggestion = ?2";
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), id.as_str()], read).optional()
}

fn read(row: &Row<'_>) -> Result<Lesson> {
    let verdict = Verdict { accepted: row.get(3)?, at: Timestamp::from_millis(row.get(4)?) };
    Ok(Lesson { arm: arm(row)?, verdict })
}

fn arm(row: &Row<'_>) -> Result<Arm> {
    let (scenario, plugin) = (row.get::<_, String>(0)?.into(), row.get::<_, String>(1)?.into());
    Ok(Arm { scenario, plugin, message: row.get::<_, String>(2)?.into() })
}

fn keep(connection: &Connection, merchant: &MerchantId, id: &SuggestionId, arm: &Arm, verdict: Verdict) -> Result<()> {
    let sql = "insert into lessons (merchant, suggestion, scenario, plugin, message, accepted, at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict do update set scenario = excluded.scenario, plugin = excluded.plugin, message = excluded.message,
            accepted = excluded.accepted, at = excluded.at";
    let Arm { scenario, plugin, message } = arm;
    let (merchant, id, scenario, plugin) = (merchant.as_str(), id.as_str(), scenario.as_str(), plugin.as_str());
    let row = params![merchant, id, scenario, plugin, message, verdict.accepted, verdict.at.millis()];
    connection.prepare_cached(sql)?.execute(row).map(|_| ())
}

/// Adds a verdict to the sums, or takes it out again (`times` = -1); gives them as they stand then. A new arm beyond
/// the bound teaches nothing.
fn add(
    connection: &Connection,
    merchant: &MerchantId,
    arm: &Arm,
    verdict: Verdict,
    times: f64,
) -> Result<Option<(Arm, Tally)>> {
    let place = [merchant.as_str(), arm.scenario.as_str(), arm.plugin.as_str(), &*arm.message];
    let sql = "select seen, accepted, at from arms
        where merchant = ?1 and scenario = ?2 and plugin = ?3 and message = ?4";
    let tally =
        |row: &Row<'_>| Ok(Tally { seen: row.get(0)?, accepted: row.get(1)?, at: Timestamp::from_millis(row.get(2)?) });
    let known = connection.prepare_cached(sql)?.query_row(place, tally).optional()?;
    if known.is_none() && (times < 0.0 || count(connection, merchant)? >= MOST) {
        return Ok(None);
    }
    let before = known.unwrap_or(Tally { seen: 0.0, accepted: 0.0, at: verdict.at });
    let now = before.with(times, times * verdict.accepted, verdict.at);
    let sql = "insert into arms (merchant, scenario, plugin, message, seen, accepted, at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict do update set seen = excluded.seen, accepted = excluded.accepted, at = excluded.at";
    let [merchant, scenario, plugin, message] = place;
    let row = params![merchant, scenario, plugin, message, now.seen, now.accepted, now.at.millis()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Some((arm.clone(), now)))
}

fn count(connection: &Connection, merchant: &MerchantId) -> Result<i64> {
    let mut statement = connection.prepare_cached("select count(*) from arms where merchant = ?1")?;
    statement.query_row([merchant.as_str()], |row| row.get(0))
}

/// All that a merchant's agents have taught.
pub(super) fn all(connection: &Connection, merchant: &MerchantId) -> Result<Arc<Learned>> {
    let sql = "select scenario, plugin, message, seen, accepted, at from arms where merchant = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([merchant.as_str()], |row| {
        let at = Timestamp::from_millis(row.get(5)?);
        Ok((arm(row)?, Tally { seen: row.get(3)?, accepted: row.get(4)?, at }))
    })?;
    rows.collect::<Result<Learned>>().map(Arc::new)
}

/// The suggestions of a customer's turns.
macro_rules! of_customer {
    ($begin:literal) => {
        concat!(
            $begin,
            " from lessons where merchant = ?1 and rtrim(rtrim(suggestion, '0123456789'), '.') in
                (select turn from messages where merchant = ?1 and customer = ?2 and role = 1 and turn is not null)"
        )
    };
}

/// Takes what a customer's conversations have taught out of the sums and forgets it; whether there was anything.
pub(super) fn unlearn(connection: &Connection, merchant: &MerchantId, customer: &CustomerId) -> Result<bool> {
    let place = [merchant.as_str(), customer.as_str()];
    let mut statement = connection.prepare_cached(of_customer!("select scenario, plugin, message, accepted, at"))?;
    let lessons = statement.query_map(place, read)?.collect::<Result<Vec<_>>>()?;
    for Lesson { arm, verdict } in &lessons {
        add(connection, merchant, arm, *verdict, -1.0)?;
    }
    connection.prepare_cached(of_customer!("delete"))?.execute(place)?;
    Ok(!lessons.is_empty())
}

/// Forgets the lessons and trials of a message that has grown old. What they taught stays: sums say nothing of anybody.
pub(super) fn forget(connection: &Connection, merchant: &MerchantId, message: i64) -> Result<()> {
    for sql in [
        "delete from lessons where merchant = ?1 and rtrim(rtrim(suggestion, '0123456789'), '.') =
            (select turn from messages where merchant = ?1 and seq = ?2)",
        "delete from trials where merchant = ?1 and turn = (select turn from messages where merchant = ?1 and seq = ?2)",
    ] {
        connection.prepare_cached(sql)?.execute(params![merchant.as_str(), message])?;
    }
    Ok(())
}
