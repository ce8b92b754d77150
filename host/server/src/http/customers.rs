//! `/v1/customers/{id}`: a customer's profile with orders and consent, and the same at a glance.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use cuecard_engine::{Batch, Write};
use cuecard_model::{Customer, CustomerId, ExplainedProfile};
use cuecard_understand::{Around, explained};
use serde_json::{Map, Value};

use super::{
    Problem,
    consents::Given,
    guard::Caller,
    json::{Json, check_id, from_value},
};
use crate::{app::App, clock, identity};

pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(mut body): Json<Map<String, Value>>,
) -> Result<Json<Customer>, Problem> {
    check_id("id", &id)?;
    let consents = body.remove("consents").map(from_value::<Vec<Given>>).transpose();
    let consents = consents.map_err(|problem| problem.field("consents"))?.unwrap_or_default();
    body.entry("id").or_insert_with(|| Value::String(id.clone()));
    let customer: Customer = from_value(Value::Object(body))?;
    if customer.id.as_str() != id {
        return Err(Problem::bad_request(format!("the body is about '{}', the path about '{id}'", customer.id))
            .field("id")
            .hint("leave the id out of the body"));
    }
    let now = clock::now();
    let consents = consents.into_iter().map(|given| Write::Consent(given.record(&customer.id, now, &caller)));
    let consents = consents.collect::<Vec<_>>();
    let mut writes = identity::put(customer.clone(), now);
    writes.extend(consents);
    app.engine.commit(Batch::new(caller.merchant, writes)).await?;
    Ok(Json(customer))
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Arc<Customer>>, Problem> {
    let state = app.engine.customer(&caller.merchant, &CustomerId::from(id)).await?;
    state.profile.map(Json).ok_or_else(unknown)
}

/// Computed when it is asked for: it is never older than what is stored.
pub(crate) async fn profile(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<ExplainedProfile>, Problem> {
    let state = app.engine.customer(&caller.merchant, &CustomerId::from(id)).await?;
    let customer = state.profile.ok_or_else(unknown)?;
    let around = Around {
        customer: &customer,
        recent: &state.recent,
        history: &[],
        channel: None,
        language: None,
        now: clock::now(),
    };
    Ok(Json(explained(&around)))
}

fn unknown() -> Problem {
    Problem::not_found("the customer is not known").hint("PUT /v1/customers/{id} makes it known")
}
