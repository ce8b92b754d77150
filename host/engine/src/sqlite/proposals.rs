//! Proposals: kept, and settled once.

use cuecard_model::MerchantId;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::{
    apply::{Step, changed},
    read::{all, rows},
};
use crate::{Outcome, ProposalRecord, ProposalState};

/// Keeps a proposal, or settles one that is open. [`Outcome::Known`] if it is settled already.
pub(super) fn put(connection: &Connection, merchant: &MerchantId, record: &ProposalRecord) -> Step<Outcome> {
    let sql = "insert into proposals (merchant, id, customer, state, body) values (?1, ?2, ?3, ?4, ?5)
        on conflict (merchant, id) do update set state = excluded.state, body = excluded.body
        where proposals.state = 'open'";
    let ProposalRecord { id, customer, state, body } = record;
    let row = params![merchant.as_str(), id, customer.as_str(), state.as_str(), body];
    changed(connection.prepare_cached(sql)?.execute(row)?)
}

/// Newest first, of one state.
pub(super) fn list(
    connection: &Connection,
    merchant: &MerchantId,
    state: ProposalState,
    limit: usize,
) -> Result<Vec<ProposalRecord>> {
    let sql = "select id, customer, state, body from proposals where merchant = ?1 and state = ?2
        order by seq desc limit ?3";
    all(connection, sql, params![merchant.as_str(), state.as_str(), rows(limit)], record)
}

pub(super) fn one(connection: &Connection, merchant: &MerchantId, id: &str) -> Result<Option<ProposalRecord>> {
    let sql = "select id, customer, state, body from proposals where merchant = ?1 and id = ?2";
    connection.prepare_cached(sql)?.query_row([merchant.as_str(), id], record).optional()
}

fn record(row: &Row<'_>) -> Result<ProposalRecord> {
    let state = match row.get_ref(2)?.as_str()? {
        "taken" => ProposalState::Taken,
        "dismissed" => ProposalState::Dismissed,
        _ => ProposalState::Open,
    };
    Ok(ProposalRecord { id: row.get(0)?, customer: row.get::<_, String>(1)?.into(), state, body: row.get(3)? })
}
