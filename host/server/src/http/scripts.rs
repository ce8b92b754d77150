//! `GET /v1/scripts`: the plugins' messages in words for one customer, for an agent who looks for one.

use std::sync::Arc;

use axum::{Extension, extract::State};
use cuecard_culture::locale_for;
use cuecard_model::{Customer, CustomerId};
use cuecard_pipeline::{Wanted, scripts};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Asked, Json},
    messages::understanding,
};
use crate::{app::App, clock};

/// Scripts in an answer, if nothing else is asked for, and at most.
const LISTED: (usize, usize) = (20, 100);
/// Bytes of a query.
const QUERY: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    #[serde(default)]
    q: String,
    customer_id: Option<CustomerId>,
    locale: Option<String>,
    agent_locale: Option<String>,
    channel: Option<String>,
    limit: Option<usize>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Asked(list): Asked<List>,
) -> Result<Json<Value>, Problem> {
    if list.q.len() > QUERY {
        return Err(Problem::bad_request(format!("q has more than {QUERY} bytes")).field("q"));
    }
    let merchant = app.merchants.get(&*app.engine, &caller.merchant).await?;
    let id = list.customer_id.unwrap_or_else(|| CustomerId::from(""));
    let profile = app.engine.customer(&caller.merchant, &id).await?.profile;
    let customer = profile.map_or_else(|| Customer::unknown(id), Arc::unwrap_or_clone);
    let default = &merchant.default_locale;
    let wanted = Wanted {
        locale: list.locale.unwrap_or_else(|| locale_for(customer.locale.as_deref(), "und", 0.0, default)),
        agent_locale: list.agent_locale.unwrap_or_else(|| default.clone()),
        channel: list.channel.unwrap_or_else(|| "web_chat".to_owned()),
        now: clock::now(),
        query: list.q,
        limit: list.limit.unwrap_or(LISTED.0).clamp(1, LISTED.1),
        customer,
    };
    // A merchant's own rules are there once its plugins have been learned from.
    let (snapshot, _) = understanding(&app, &caller.merchant).await?;
    let found = tokio::task::spawn_blocking(move || scripts(&snapshot, &merchant, &wanted)).await;
    Ok(Json(json!({ "scripts": found.map_err(|_| Problem::busy("the host is stopping"))? })))
}
