//! `/v1/customers/{id}`: who a customer is by all names, parted again, everything kept, and gone.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
};
use cuecard_engine::{Batch, Identities, Receipt, Write};
use cuecard_model::CustomerId;
use serde_json::Value;

use super::{Problem, guard::Caller, json::Json};
use crate::{app::App, clock};

pub(crate) async fn identities(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Identities>, Problem> {
    Ok(Json(app.engine.identities(&caller.merchant, &CustomerId::from(id)).await?))
}

/// The id in the path becomes a customer of its own again.
pub(crate) async fn split(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Identities>, Problem> {
    let customer = CustomerId::from(id);
    let write = Write::Split { customer: customer.clone(), at: clock::now(), by: caller.by.to_string() };
    let did = caller.did("customer.split", app.privacy.pseudonym(&caller.merchant, &customer));
    match app.engine.commit(Batch::new(caller.merchant.clone(), vec![write, Write::Audit(did)])).await? {
        Receipt::Kept(_) => Ok(Json(app.engine.identities(&caller.merchant, &customer).await?)),
        Receipt::Refused(_) | Receipt::Duplicate(_) => {
            Err(Problem::conflict(format!("'{customer}' is nobody's other id"))
                .hint("GET /v1/customers/{id}/identities shows the ids under `also`: these can be parted"))
        }
    }
}

pub(crate) async fn export(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.engine.export(&caller.merchant, &CustomerId::from(id)).await?))
}

/// Asked twice, it is done twice: the second time nothing is there.
pub(crate) async fn erase(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.privacy.erase(&app, &caller.merchant, &CustomerId::from(id), &caller.by, clock::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
