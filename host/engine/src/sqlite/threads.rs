//! Conversations as a desk lists and shows them: pages by place, newest first.

use cuecard_model::{ConversationId, MerchantId, PersonName};
use rusqlite::{Connection, Result, Row, params, types::Type};

use super::read::{all, message, message_record, rows};
use crate::{Spoken, Thread};

/// Characters of a message that a list shows.
const SHOWN: i64 = 280;

pub(super) fn list(
    connection: &Connection,
    merchant: &MerchantId,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Thread>> {
    // The index and the order of the joins are named: a page costs as many rows as it has.
    let sql = "select t.last, t.conversation, m.customer, m.channel, t.waiting_since, t.unanswered,
            m.role, substr(m.text, 1, ?4), m.at, r.reply, json_extract(c.body, '$.name')
        from conversations as t indexed by conversations_by_last
        cross join messages as m on m.seq = t.last
        left join messages as r on r.seq = t.turn
        left join customers as c on c.merchant = t.merchant and c.customer = m.customer
        where t.merchant = ?1 and t.last < ?2 order by t.last desc limit ?3";
    all(connection, sql, params![merchant.as_str(), place(before), rows(limit), SHOWN], |row| {
        Ok(Thread {
            place: row.get::<_, i64>(0)?.cast_unsigned(),
            conversation: row.get::<_, String>(1)?.into(),
            customer: row.get::<_, String>(2)?.into(),
            name: name(row, 10)?,
            channel: row.get(3)?,
            waiting_since: row.get::<_, Option<i64>>(4)?.map(cuecard_model::Timestamp::from_millis),
            unanswered: row.get(5)?,
            last: message(row, 6)?,
            reply: row.get(9)?,
        })
    })
}

/// Oldest first: the last `limit` messages before a place.
pub(super) fn spoken(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &ConversationId,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Spoken>> {
    // The index is named for the reason that `read::conversation_end` gives.
    let sql =
        "select m.conversation, m.message, m.customer, m.channel, m.role, m.text, m.at, m.agent, m.turn, m.reply, m.seq
        from (select seq from messages indexed by messages_by_id
            where merchant = ?1 and conversation = ?2 and seq < ?3 order by seq desc limit ?4) as page
        cross join messages as m on m.seq = page.seq order by m.seq";
    let params = params![merchant.as_str(), conversation.as_str(), place(before), rows(limit)];
    all(connection, sql, params, |row| {
        let turn: (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
        Ok(Spoken {
            place: row.get::<_, i64>(10)?.cast_unsigned(),
            message: message_record(row)?,
            turn: turn.0.zip(turn.1).map(|(turn, reply)| (turn.into(), reply.into())),
        })
    })
}

fn place(before: Option<u64>) -> i64 {
    before.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX)
}

fn name(row: &Row<'_>, column: usize) -> Result<Option<PersonName>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let name = serde_json::from_str(&text);
    name.map(Some).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
