//! Trials: one row for each experiment and conversation.

use cuecard_model::MerchantId;
use rusqlite::{Connection, Result, Row, params};

use super::apply::{Step, changed};
use crate::{ArmResult, Outcome, Sums, Trial};

/// The first record of a conversation stays, and so does its first answer.
pub(super) fn put(connection: &Connection, merchant: &MerchantId, trial: &Trial) -> Step<Outcome> {
    let sql = "insert into trials
        (merchant, experiment, conversation, customer, arm, turn, at, answered_at, accepted, edit_share, took_ms)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        on conflict do update set answered_at = excluded.answered_at, accepted = excluded.accepted,
            edit_share = excluded.edit_share, took_ms = excluded.took_ms
        where answered_at is null and excluded.answered_at is not null and turn = excluded.turn";
    let Trial { experiment, arm, conversation, customer, turn, at, answer } = trial;
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        experiment,
        conversation.as_str(),
        customer.as_str(),
        arm,
        turn.as_str(),
        at.millis(),
        answer.map(|answer| answer.at.millis()),
        answer.map(|answer| answer.accepted),
        answer.and_then(|answer| answer.edit_share),
        answer.map(|answer| i64::try_from(answer.took_ms).unwrap_or(i64::MAX)),
    ])?)
}

pub(super) fn results(connection: &Connection, merchant: &MerchantId, experiment: &str) -> Result<Vec<ArmResult>> {
    let sql = "select arm, count(*),
            count(accepted), total(accepted), total(accepted * accepted),
            count(edit_share), total(edit_share), total(edit_share * edit_share),
            count(hours), total(hours), total(hours * hours)
        from (select *, min(took_ms / 3600000.0, 1.0) as hours from trials where merchant = ?1 and experiment = ?2)
        group by arm order by arm";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([merchant.as_str(), experiment], |row| {
        let (accepted, edit_share, hours) = (sums(row, 2)?, sums(row, 5)?, sums(row, 8)?);
        let conversations = row.get::<_, i64>(1)?.cast_unsigned();
        Ok(ArmResult { arm: row.get(0)?, conversations, accepted, edit_share, hours })
    })?;
    rows.collect()
}

fn sums(row: &Row<'_>, from: usize) -> Result<Sums> {
    Ok(Sums { count: row.get::<_, i64>(from)?.cast_unsigned(), sum: row.get(from + 1)?, squares: row.get(from + 2)? })
}
