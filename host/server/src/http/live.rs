//! `/v1/live/{key}`: what a merchant pushes at run time, with a validity span.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
};
use cuecard_engine::{Batch, Outcome, Receipt, Write};
use cuecard_model::{ConversationId, CustomerId, LiveItem, MerchantId, MessageId, Timestamp};
use serde_json::{Map, Value as Json};

use super::{
    Problem,
    events::content,
    guard::Caller,
    json::{Json as Body, check_id},
};
use crate::{app::App, clock};

pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
    Body(body): Body<Map<String, Json>>,
) -> Result<Body<LiveItem>, Problem> {
    check_id("key", &key)?;
    let item = item(&key, Json::Object(body))
        .map_err(|reason| Problem::bad_request(reason).hint("times are RFC 3339; the rest is up to you"))?;
    let audit = Write::Audit(caller.did("live.put", &*key));
    app.engine.commit(Batch::new(caller.merchant, vec![Write::Live(item.clone()), audit])).await?;
    Ok(Body(item))
}

pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    let writes = vec![Write::LiveGone { key: key.clone() }, Write::Audit(caller.did("live.deleted", &*key))];
    match app.engine.commit(Batch::new(caller.merchant, writes)).await? {
        Receipt::Kept(outcomes) if outcomes.contains(&Outcome::Done) => Ok(StatusCode::NO_CONTENT),
        _ => Err(absent(&key)),
    }
}

pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
) -> Result<Body<Arc<LiveItem>>, Problem> {
    let found = valid(&app, &caller.merchant).await?.into_iter().find(|item| item.key == key);
    found.map(Body).ok_or_else(|| absent(&key))
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Body<Json>, Problem> {
    Ok(Body(serde_json::json!({ "live": valid(&app, &caller.merchant).await? })))
}

/// What plugins see now. Asked for as for a message that nobody has written.
async fn valid(app: &App, merchant: &MerchantId) -> Result<Vec<Arc<LiveItem>>, Problem> {
    let (conversation, message, customer) = (ConversationId::from(""), MessageId::from(""), CustomerId::from(""));
    Ok(app.engine.context(merchant, &conversation, &message, &customer, clock::now()).await?.live)
}

fn absent(key: &str) -> Problem {
    Problem::not_found(format!("no live data '{key}' is valid now")).hint("GET /v1/live lists what is valid now")
}

/// An item out of JSON: `valid_from`, `valid_until`, and any content beside them or in `fields`.
pub(crate) fn item(key: &str, json: Json) -> Result<LiveItem, String> {
    let Json::Object(mut object) = json else { return Err("not an object".into()) };
    let named = object.remove("key");
    if named.as_ref().is_some_and(|named| named.as_str() != Some(key)) {
        return Err(format!("the key in the body is not '{key}'"));
    }
    let mut moment = |name: &str| -> Result<Option<Timestamp>, String> {
        let value = object.remove(name).filter(|value| !value.is_null());
        value.map(|value| serde_json::from_value(value).map_err(|error| format!("{name}: {error}"))).transpose()
    };
    let (valid_from, valid_until) = (moment("valid_from")?, moment("valid_until")?);
    if valid_from.zip(valid_until).is_some_and(|(from, until)| until <= from) {
        return Err("valid_until is not after valid_from".into());
    }
    Ok(LiveItem { key: key.to_owned(), fields: content(object)?, valid_from, valid_until })
}
