//! What insights are counted from, written in the commit of what it follows from.
//!
//! A turn's row is written with the turn, its marks anew with each feedback on it, its answer with the agent's message.
//! Where a message's case stands is up to [`crate::cases`].

use cuecard_model::{AgentId, CustomerId, EmotionLabel, Event, MerchantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

use super::{
    apply::{Step, word},
    rooms,
};
use crate::{
    CaseOutcome, Feedback, MessageRecord, Outcome, OutcomeKind, Review, TurnRecord,
    cases::{Case, REFUND, is_talk, is_uncovered},
    turn_of,
};

/// What a reply says that is counted. Read from its text, because a reply that an older host has written is one too.
#[derive(Deserialize)]
struct Said {
    signals: Signals,
    suggestions: Vec<Offer>,
    #[serde(default)]
    held_out: bool,
}

#[derive(Deserialize)]
struct Signals {
    scenario: Scenario,
    emotion: Emotion,
}

#[derive(Deserialize)]
struct Scenario {
    id: String,
}

#[derive(Deserialize)]
struct Emotion {
    label: EmotionLabel,
}

#[derive(Deserialize)]
struct Offer {
    plugin: String,
}

/// A turn is kept: its row, and its case.
pub(super) fn asked(connection: &Connection, merchant: &MerchantId, turn: &TurnRecord) -> Step<()> {
    // A reply that says none of it is not counted; the turn is kept all the same.
    let Ok(said) = serde_json::from_str::<Said>(&turn.reply) else { return Ok(()) };
    let (record, scenario) = (&turn.message, said.signals.scenario.id.as_str());
    let case = case_of(connection, merchant, record, &said)?;
    let offers: Vec<_> = said.suggestions.iter().map(|offer| offer.plugin.as_str()).collect();
    let uncovered = !said.held_out && is_uncovered(scenario, offers.len());
    let sql = "insert into turn_facts (merchant, at, turn, customer, case_id, scenario, held_out, uncovered, offers)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing";
    connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.message.at.millis(),
        turn.id.as_str(),
        record.customer.as_str(),
        case,
        scenario,
        said.held_out,
        uncovered,
        offers.join(" "),
    ])?;
    Ok(())
}

/// Notes what a turn under an alias has left, so that a split can give it back.
pub(super) fn note(connection: &Connection, merchant: &MerchantId, turn: &TurnRecord, merges: &[i64]) -> Step<()> {
    let at = turn.message.message.at.millis();
    rooms::note(connection, merges, "turn_facts", &serde_json::json!([at, turn.id]).to_string())?;
    let sql = "select case_id from turn_facts where merchant = ?1 and at = ?2 and turn = ?3";
    let place = params![merchant.as_str(), at, turn.id.as_str()];
    let case = connection.prepare_cached(sql)?.query_row(place, |row| row.get::<_, Option<i64>>(0)).optional()?;
    if let Some(Some(case)) = case {
        rooms::note(connection, merges, "cases", &case.to_string())?;
    }
    Ok(())
}

/// The case that a message belongs to: the conversation's newest one, or one of the customer's on the same scenario that
/// is opened again, or a new one.
fn case_of(connection: &Connection, merchant: &MerchantId, record: &MessageRecord, said: &Said) -> Step<Option<i64>> {
    let (scenario, at) = (said.signals.scenario.id.as_str(), record.message.at);
    let mood = said.signals.emotion.label.as_str();
    let here = newest(connection, merchant, record.conversation.as_str())?;
    if is_talk(scenario) {
        let Some((id, _)) = here else { return Ok(None) };
        // It tells how the customer leaves, and no more.
        connection.prepare_cached("update cases set mood = ?2 where id = ?1")?.execute(params![id, mood])?;
        return Ok(None);
    }
    let elsewhere = || of_customer(connection, merchant, &record.customer, scenario);
    for found in [here, elsewhere()?.filter(|(_, case)| case.resolved(at).is_some())] {
        let Some((id, mut case)) = found else { continue };
        if case.said(scenario, at) {
            let sql =
                "update cases set conversation = ?2, scenario = ?3, said_at = ?4, resolved_at = ?5, reopened = ?6,
                mood = ?7 where id = ?1";
            connection.prepare_cached(sql)?.execute(params![
                id,
                record.conversation.as_str(),
                case.scenario,
                case.said_at.millis(),
                case.resolved_at.map(Timestamp::millis),
                case.reopened,
                mood,
            ])?;
            return Ok(Some(id));
        }
    }
    let sql = "insert into cases (merchant, customer, conversation, scenario, opened_at, said_at, came, mood, held_out,
            has_order)
        values (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?6, ?7,
            exists (select 1 from orders where merchant = ?1 and customer = ?2)
            or exists (select 1 from customers where merchant = ?1 and customer = ?2
                and json_array_length(body, '$.orders') > 0))";
    connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        record.customer.as_str(),
        record.conversation.as_str(),
        scenario,
        at.millis(),
        mood,
        said.held_out,
    ])?;
    Ok(Some(connection.last_insert_rowid()))
}

/// The columns of `case`.
macro_rules! cases {
    ($rest:literal) => {
        concat!("select id, scenario, said_at, answered_at, resolved_at, escalated_at, reopened from cases ", $rest)
    };
}

/// A case from seven columns, its id first.
pub(super) fn case(row: &Row<'_>) -> rusqlite::Result<(i64, Case)> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_millis));
    let case = Case {
        scenario: row.get(1)?,
        said_at: Timestamp::from_millis(row.get(2)?),
        answered_at: moment(3)?,
        resolved_at: moment(4)?,
        escalated_at: moment(5)?,
        reopened: row.get(6)?,
    };
    Ok((row.get(0)?, case))
}

fn newest(connection: &Connection, merchant: &MerchantId, conversation: &str) -> Step<Option<(i64, Case)>> {
    let sql = cases!("where merchant = ?1 and conversation = ?2 order by id desc limit 1");
    Ok(connection.prepare_cached(sql)?.query_row([merchant.as_str(), conversation], case).optional()?)
}

/// The customer's newest case on a scenario, among the last few.
fn of_customer(
    connection: &Connection,
    merchant: &MerchantId,
    customer: &CustomerId,
    scenario: &str,
) -> Step<Option<(i64, Case)>> {
    let sql = cases!("where merchant = ?1 and customer = ?2 order by id desc limit 16");
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query_map([merchant.as_str(), customer.as_str()], case)?;
    let same =
        |found: &rusqlite::Result<(i64, Case)>| found.as_ref().map_or(true, |(_, case)| case.scenario == scenario);
    Ok(found.find(same).transpose()?)
}

/// The turn that waits for an agent's word, and since when. Asked before the message is kept, because then nobody waits.
pub(super) fn waiting(
    connection: &Connection,
    merchant: &MerchantId,
    conversation: &str,
) -> rusqlite::Result<Option<(i64, String, i64)>> {
    let sql = "select m.at, m.turn, c.waiting_since from conversations as c cross join messages as m on m.seq = c.turn
        where c.merchant = ?1 and c.conversation = ?2 and c.waiting_since is not null";
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), conversation], row).optional()
}

/// An agent has written: what waited is answered, and the case is theirs.
pub(super) fn answered(
    connection: &Connection,
    merchant: &MerchantId,
    record: &MessageRecord,
    waiting: Option<(i64, String, i64)>,
) -> Step<()> {
    let (at, agent) = (record.message.at.millis(), record.agent.as_ref().map(AgentId::as_str));
    seen(connection, merchant, agent, at)?;
    if let Some((asked_at, turn, since)) = waiting {
        let sql = "update turn_facts set answer_ms = ?4, agent = coalesce(?5, agent)
            where merchant = ?1 and at = ?2 and turn = ?3";
        let took = (at - since).max(0);
        connection.prepare_cached(sql)?.execute(params![merchant.as_str(), asked_at, turn, took, agent])?;
    }
    let sql = "update cases set answered_at = max(coalesce(answered_at, ?3), ?3), agent = coalesce(?4, agent)
        where id = (select id from cases where merchant = ?1 and conversation = ?2 order by id desc limit 1)";
    let row = params![merchant.as_str(), record.conversation.as_str(), at, agent];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Notes since when an agent answers.
fn seen(connection: &Connection, merchant: &MerchantId, agent: Option<&str>, at: i64) -> Step<()> {
    let Some(agent) = agent else { return Ok(()) };
    let sql = "insert into agents (merchant, agent, first_at) values (?1, ?2, ?3)
        on conflict do update set first_at = excluded.first_at where excluded.first_at < first_at";
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), agent, at])?;
    Ok(())
}

/// What was done with a turn's suggestions, anew from all feedback on them: so nothing counts twice.
pub(super) fn marked(connection: &Connection, merchant: &MerchantId, feedback: &Feedback) -> Step<()> {
    let Some(turn) = turn_of(&feedback.suggestion) else { return Ok(()) };
    let sql = "select at from messages where merchant = ?1 and turn = ?2";
    let place = [merchant.as_str(), turn.as_str()];
    let Some(at) = connection.prepare_cached(sql)?.query_row(place, |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(());
    };
    let marks = Marks::read(connection, merchant, turn.as_str())?;
    seen(connection, merchant, marks.agent.as_deref(), feedback.at.millis())?;
    let sql = "update turn_facts set shown = ?4, inserted = ?5, sent = ?6, edited = ?7, dismissed = ?8, edit_sum = ?9,
            agent = coalesce(agent, ?10)
        where merchant = ?1 and at = ?2 and turn = ?3 returning case_id";
    let row = params![
        merchant.as_str(),
        at,
        turn.as_str(),
        marks.shown,
        marks.inserted,
        marks.sent,
        marks.edited,
        marks.dismissed,
        marks.edit_sum,
        marks.agent,
    ];
    let case = connection.prepare_cached(sql)?.query_row(row, |row| row.get::<_, Option<i64>>(0)).optional()?;
    if let (Some(Some(case)), Some(plugin)) = (case, marks.used) {
        let sql = "update cases set plugin = ?2 where id = ?1";
        connection.prepare_cached(sql)?.execute(params![case, plugin])?;
    }
    Ok(())
}

/// What feedback says about the suggestions of one turn.
#[derive(Default)]
struct Marks {
    shown: i64,
    inserted: i64,
    sent: i64,
    edited: i64,
    dismissed: i64,
    edit_sum: f64,
    agent: Option<String>,
    /// `plugin@version` of what was used last.
    used: Option<String>,
}

impl Marks {
    fn read(connection: &Connection, merchant: &MerchantId, turn: &str) -> Step<Self> {
        // Ids are `<turn>.<number>`, and `/` follows on `.`: a range of the key.
        let sql = "select suggestion, action, edit_share, agent, plugin || '@' || version from feedback
            where merchant = ?1 and suggestion > ?2 || '.' and suggestion < ?2 || '/'";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([merchant.as_str(), turn])?;
        let mut marks = Self::default();
        while let Some(row) = rows.next()? {
            let (suggestion, action): (String, String) = (row.get(0)?, row.get(1)?);
            let number = suggestion.rsplit_once('.').and_then(|(_, number)| number.parse::<u32>().ok());
            let Some(bit) = number.and_then(|number| 1_i64.checked_shl(number.checked_sub(1)?)) else { continue };
            // Whatever was done with it, it was seen.
            marks.shown |= bit;
            let used = match action.as_str() {
                "inserted" => Some(&mut marks.inserted),
                "sent" => Some(&mut marks.sent),
                "edited" => Some(&mut marks.edited),
                "dismissed" => {
                    marks.dismissed |= bit;
                    None
                }
                _ => None,
            };
            if let Some(used) = used {
                *used |= bit;
                marks.used = Some(row.get(4)?);
                marks.edit_sum += row.get::<_, Option<f64>>(2)?.unwrap_or(0.0);
            }
            marks.agent = row.get::<_, Option<String>>(3)?.or(marks.agent);
        }
        Ok(marks)
    }
}

/// Something came of a conversation's newest case. Known if its id is.
pub(super) fn outcome(connection: &Connection, merchant: &MerchantId, said: &CaseOutcome) -> Step<Outcome> {
    let found = newest(connection, merchant, said.conversation.as_str())?;
    let sql = "insert into outcomes (merchant, id, conversation, customer, outcome, score, at, by, case_id)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing";
    let kept = connection.prepare_cached(sql)?.execute(params![
        merchant.as_str(),
        &*said.id,
        said.conversation.as_str(),
        said.customer.as_str(),
        word(&said.outcome)?,
        said.score,
        said.at.millis(),
        &*said.by,
        found.as_ref().map(|(id, _)| id),
    ])?;
    let (1.., Some((id, mut case))) = (kept, found) else {
        return Ok(if kept == 0 { Outcome::Known } else { Outcome::Done });
    };
    match said.outcome {
        OutcomeKind::Resolved => case.resolved_at = case.resolved_at.or(Some(said.at)),
        OutcomeKind::Reopened => case.reopen(said.at),
        OutcomeKind::Escalated => case.escalated_at = case.escalated_at.or(Some(said.at)),
        OutcomeKind::Rated => {}
    }
    let sql = "update cases set said_at = ?2, resolved_at = ?3, escalated_at = ?4, reopened = ?5,
        score = coalesce(?6, score) where id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        id,
        case.said_at.millis(),
        case.resolved_at.map(Timestamp::millis),
        case.escalated_at.map(Timestamp::millis),
        case.reopened,
        said.score,
    ])?;
    Ok(Outcome::Done)
}

/// Money goes back, or an order is cancelled: it counts against the customer's cases of the month before.
pub(super) fn happened(connection: &Connection, merchant: &MerchantId, event: &Event) -> Step<()> {
    let is_declined = || {
        let status = event.fields.get("status").and_then(|status| match status {
            cuecard_model::Value::Text(status) => Some(status.as_str()),
            _ => None,
        });
        matches!(status, Some("declined" | "failed"))
    };
    let counts = event.kind == "order.cancelled" || event.kind == "refund.created" && !is_declined();
    let (true, Some(customer)) = (counts, &event.customer_id) else { return Ok(()) };
    let at = event.at.millis();
    let sql = "update cases set has_order = 1, refunded_at = coalesce(refunded_at, ?3)
        where merchant = ?1 and customer = ?2 and opened_at <= ?3 and opened_at > ?4";
    connection.prepare_cached(sql)?.execute(params![merchant.as_str(), customer.as_str(), at, at - REFUND])?;
    Ok(())
}

/// A person has looked over a scenario.
pub(super) fn reviewed(connection: &Connection, merchant: &MerchantId, review: &Review) -> Step<Outcome> {
    let sql = "insert into reviews (merchant, scenario, at, by, note) values (?1, ?2, ?3, ?4, ?5)
        on conflict do update set at = excluded.at, by = excluded.by, note = excluded.note";
    let row = params![merchant.as_str(), review.scenario.as_str(), review.at.millis(), &*review.by, review.note];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(Outcome::Done)
}

/// What goes with a message that is swept away: its turn's row, and a case of which nothing is left.
pub(super) fn swept(connection: &Connection, merchant: &MerchantId, seq: i64) -> Step<()> {
    for sql in [
        "delete from turn_facts where (merchant, at, turn) in
            (select merchant, at, turn from messages where merchant = ?1 and seq = ?2)",
        "delete from cases where id in (select c.id from messages as m join cases as c
            on c.merchant = m.merchant and c.conversation = m.conversation
            where m.merchant = ?1 and m.seq = ?2 and max(c.said_at, coalesce(c.answered_at, 0)) <= m.at)",
        "delete from outcomes where (merchant, id) in (select o.merchant, o.id from messages as m join outcomes as o
            on o.merchant = m.merchant and o.customer = m.customer
            where m.merchant = ?1 and m.seq = ?2 and o.conversation = m.conversation and o.at <= m.at)",
    ] {
        connection.prepare_cached(sql)?.execute(params![merchant.as_str(), seq])?;
    }
    Ok(())
}

/// How a case looks to those who count, from its row.
pub(super) fn mood(row: &Row<'_>, column: usize) -> rusqlite::Result<EmotionLabel> {
    let text = row.get_ref(column)?.as_str()?;
    Ok(serde_json::from_value(text.into()).unwrap_or(EmotionLabel::Neutral))
}
