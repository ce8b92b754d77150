//! Turns with what was known around each, so that they can be answered again.

use cuecard_model::{ConversationId, MerchantId};
use rusqlite::{Connection, Result, Row, params};

use super::{
    cache::HISTORY,
    read::{all, contacts, message, rows, turn_record},
};
use crate::KeptTurn;

/// As [`turn_record`] reads them, and the place.
const COLUMNS: &str =
    "conversation, message, customer, channel, role, text, at, agent, turn, generation, reply, trace, input, seq";

/// The newest turns, newest first: of these conversations, or of all if none is named.
pub(super) fn turns(
    connection: &Connection,
    merchant: &MerchantId,
    conversations: &[ConversationId],
    limit: usize,
) -> Result<Vec<KeptTurn>> {
    let one = |row: &Row<'_>| Ok((row.get::<_, i64>(13)?, turn_record(row)?));
    // The indexes are named for the reason that `read::conversation_end` gives.
    let mut found = if conversations.is_empty() {
        let sql = format!(
            "select {COLUMNS} from messages indexed by messages_by_turn
                where merchant = ?1 and turn is not null order by turn desc limit ?2"
        );
        all(connection, &sql, params![merchant.as_str(), rows(limit)], one)?
    } else {
        let sql = format!(
            "select {COLUMNS} from messages indexed by messages_by_id
                where merchant = ?1 and conversation = ?2 and turn is not null order by turn desc limit ?3"
        );
        let mut found = Vec::new();
        for conversation in conversations {
            let place = params![merchant.as_str(), conversation.as_str(), rows(limit)];
            found.append(&mut all(connection, &sql, place, one)?);
        }
        found
    };
    found.sort_by(|(_, left), (_, right)| right.id.cmp(&left.id));
    found.truncate(limit);
    let around = |(place, turn)| around(connection, merchant, place, turn);
    found.into_iter().map(around).collect()
}

fn around(connection: &Connection, merchant: &MerchantId, place: i64, turn: crate::TurnRecord) -> Result<KeptTurn> {
    let sql = "select role, text, at from messages indexed by messages_by_id
        where merchant = ?1 and conversation = ?2 and seq < ?3 order by seq desc limit ?4";
    let before = params![merchant.as_str(), turn.message.conversation.as_str(), place, rows(HISTORY)];
    let mut history = all(connection, sql, before, |row| message(row, 0))?;
    history.reverse();
    let contacts = contacts(connection, merchant, &turn.message.customer, place)?.1;
    Ok(KeptTurn { turn, history, contacts })
}
