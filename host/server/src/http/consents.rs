//! `/v1/customers/{id}/consents`: what a customer agreed to. Records are only ever added; the latest decides.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, Write};
use cuecard_model::{ConsentAnswer, ConsentPurpose, ConsentRecord, CustomerId, MerchantId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json, check_id},
};
use crate::{app::App, clock};

/// Records in one request.
const MOST: usize = 100;

/// A record as it comes in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    purpose: ConsentPurpose,
    #[serde(default)]
    channel: Option<Arc<str>>,
    answer: ConsentAnswer,
    #[serde(default)]
    wording: Arc<str>,
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    source: Option<Arc<str>>,
}

impl Given {
    /// As it is kept; what it does not say is now, and whoever sent it.
    pub(crate) fn record(self, customer: &CustomerId, now: Timestamp, caller: &Caller) -> ConsentRecord {
        let Self { purpose, channel, answer, wording, at, source } = self;
        let source = source.unwrap_or_else(|| caller.by.to_string().into());
        ConsentRecord { customer: customer.clone(), purpose, channel, answer, wording, at: at.unwrap_or(now), source }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Records {
    Many(Vec<Given>),
    One(Given),
}

pub(crate) async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(records): Json<Records>,
) -> Result<Json<Value>, Problem> {
    check_id("id", &id)?;
    let records = match records {
        Records::One(one) => vec![one],
        Records::Many(many) => many,
    };
    if records.len() > MOST {
        return Err(Problem::bad_request(format!("{} records, at most {MOST} are taken at once", records.len()))
            .hint("send them in several requests"));
    }
    let (customer, now) = (CustomerId::from(id), clock::now());
    let did = caller.did("consent.recorded", app.privacy.pseudonym(&caller.merchant, &customer));
    let did = did.with("records", records.len().to_string());
    let writes = records.into_iter().map(|given| Write::Consent(given.record(&customer, now, &caller)));
    let writes = writes.chain([Write::Audit(did)]).collect();
    app.engine.commit(Batch::new(caller.merchant.clone(), writes)).await?;
    all(&app, &caller.merchant, &customer).await
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    all(&app, &caller.merchant, &CustomerId::from(id)).await
}

async fn all(app: &App, merchant: &MerchantId, customer: &CustomerId) -> Result<Json<Value>, Problem> {
    let facts = app.engine.contact_facts(merchant, customer, &[]).await?;
    Ok(Json(json!({ "consents": facts.consents })))
}
