//! Feedback: one row for each suggestion and action.

use cuecard_model::{AgentId, MerchantId, MessageId, PluginVersion, SuggestionId, Timestamp};
use rusqlite::{Connection, Result, Row, params};

use super::{
    apply::{Step, changed, word},
    read::{all, from_json, rows},
};
use crate::{Feedback, Outcome};

/// Time is counted from when a suggestion was first on the screen, so of that the first stays; of all else the last.
pub(super) fn keep(connection: &Connection, merchant: &MerchantId, feedback: &Feedback) -> Step<Outcome> {
    let sql = "insert into feedback
        (merchant, suggestion, action, at, plugin, version, final_text, agent, edit_share, reason, message, took_ms)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        on conflict do update set at = excluded.at, final_text = excluded.final_text, agent = excluded.agent,
            edit_share = excluded.edit_share, reason = excluded.reason, message = excluded.message,
            took_ms = excluded.took_ms
        where excluded.at > at and action <> 'shown'";
    changed(connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        feedback.suggestion.as_str(),
        word(&feedback.action)?,
        feedback.at.millis(),
        feedback.plugin.id.as_str(),
        feedback.plugin.version,
        feedback.final_text,
        feedback.agent.as_ref().map(AgentId::as_str),
        feedback.edit_share,
        feedback.reason,
        feedback.message.as_ref().map(MessageId::as_str),
        feedback.took_ms.map(|took| i64::try_from(took).unwrap_or(i64::MAX)),
    ])?)
}

/// The columns of `record`.
macro_rules! feedback {
    ($rest:literal) => {
        concat!(
            "select suggestion, plugin, version, '\"' || action || '\"', final_text, agent, at, edit_share, reason,
                message, took_ms from feedback ",
            $rest
        )
    };
}

fn record(row: &Row<'_>) -> Result<Feedback> {
    Ok(Feedback {
        suggestion: row.get::<_, String>(0)?.into(),
        plugin: PluginVersion { id: row.get::<_, String>(1)?.into(), version: row.get(2)? },
        action: from_json(row, 3)?,
        final_text: row.get(4)?,
        agent: row.get::<_, Option<String>>(5)?.map(Into::into),
        at: Timestamp::from_millis(row.get(6)?),
        edit_share: row.get(7)?,
        reason: row.get(8)?,
        message: row.get::<_, Option<String>>(9)?.map(Into::into),
        took_ms: row.get::<_, Option<i64>>(10)?.map(i64::cast_unsigned),
    })
}

pub(super) fn since(
    connection: &Connection,
    merchant: &MerchantId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Feedback>> {
    let sql = feedback!("where merchant = ?1 and at >= ?2 order by at limit ?3");
    all(connection, sql, params![merchant.as_str(), since.millis(), rows(limit)], record)
}

pub(super) fn on(
    connection: &Connection,
    merchant: &MerchantId,
    suggestions: &[SuggestionId],
) -> Result<Vec<Feedback>> {
    let sql = feedback!("where merchant = ?1 and suggestion = ?2 order by at");
    let mut found = Vec::new();
    for suggestion in suggestions {
        found.extend(all(connection, sql, [merchant.as_str(), suggestion.as_str()], record)?);
    }
    Ok(found)
}
