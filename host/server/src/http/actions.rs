//! `POST /v1/actions`: what a suggestion offers to do, done by the merchant's own systems.
//!
//! Owns the call and its record. Nothing is sent that a plugin has not offered, and nothing is sent again by itself: an
//! agent who asks twice sends the same `Idempotency-Key`.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{
        HeaderMap, HeaderValue, Method,
        header::{CONTENT_TYPE, HeaderName},
    },
};
use cuecard_engine::{Change, Scope};
use cuecard_model::{Action, SuggestionId};
use cuecard_pipeline::ActionHook;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Problem, guard::Caller, json::Json};
use crate::{
    app::App,
    clock,
    connectors::Secret,
    outgoing::{Request, address},
};

/// An agent waits for the answer.
const LONGEST: Duration = Duration::from_secs(10);
/// Of an answer, only the status is of interest.
const ANSWER_BYTES: usize = 64 * 1024;
/// As contacts are signed: `t=<seconds>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal digits>`.
const SIGNATURE: HeaderName = HeaderName::from_static("cuecard-signature");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    suggestion_id: SuggestionId,
    /// From 1.
    number: usize,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Problem> {
    let Body { suggestion_id, number } = body;
    let found = app.engine.suggestion(&caller.merchant, &suggestion_id).await?;
    let Some((turn, suggestion)) = found else {
        return Err(Problem::not_found("there is no such suggestion").hint("take the id from the reply's suggestions"));
    };
    let action = number.checked_sub(1).and_then(|place| suggestion.actions.get(place));
    let Some(Action { kind, args }) = action else {
        return Err(Problem::not_found(format!("the suggestion has no action {number}"))
            .field("number")
            .hint("actions are counted from 1"));
    };
    let hook = app.merchants.get(&*app.engine, &caller.merchant).await?.actions.clone();
    let Some(hook) = hook else {
        return Err(Problem::conflict("no address for actions is settled")
            .hint("settle it in the operator's file: [[merchant]] actions = { url, secret_env }"));
    };
    let id = format!("{suggestion_id}#{number}");
    let sent = json!({
        "id": id, "type": kind, "args": args, "at": clock::now(), "by": caller.by, "merchant": caller.merchant,
        "conversation_id": turn.message.conversation, "customer_id": turn.message.customer,
        "suggestion_id": suggestion_id, "plugin": suggestion.plugin,
    });
    let request = request(&hook, &id, sent.to_string()).map_err(|reason| {
        Problem::conflict(reason).hint("mend it in the operator's file: [[merchant]] actions = { url, secret_env }")
    })?;
    let answered = app.outgoing.send(request).await.map(|answer| answer.status.as_u16());
    let answered = answered.map_err(|failed| format!("the merchant's system gave no answer: {failed}"));
    let outcome = answered.as_ref().map_or_else(Clone::clone, u16::to_string);
    let record = caller.did("action.sent", &*id).with("type", kind).with("outcome", outcome);
    app.engine.change(vec![Change::Audit(Scope::Merchant(caller.merchant.clone()), record)]).await?;
    match answered {
        Ok(status) if (200..300).contains(&status) => Ok(Json(json!({"id": id, "type": kind, "status": status}))),
        Ok(status) => Err(failed(format!("the merchant's system answered {status}"))),
        Err(reason) => Err(failed(reason)),
    }
}

/// Signed with its moment, so that an old request cannot pass for a new one.
fn request(hook: &ActionHook, id: &str, body: String) -> Result<Request, String> {
    let secret = Secret::read("actions.secret_env", &hook.secret_env).map_err(|error| error.to_string())?;
    let moment = clock::now().seconds().to_string();
    let signature = secret.sign(&[moment.as_bytes(), b".", body.as_bytes()]);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [(KEY, id.to_owned()), (SIGNATURE, format!("t={moment},v1={signature}"))] {
        headers.insert(name, HeaderValue::from_str(&value).map_err(|_| "the action's id is no header".to_owned())?);
    }
    let (url, body) = (address(&hook.url)?, body.into());
    Ok(Request { method: Method::POST, url, headers, body, timeout: LONGEST, answer_limit: ANSWER_BYTES })
}

fn failed(detail: String) -> Problem {
    Problem::new(502, "action-failed", "Not done", detail)
        .hint("look whether it was done before trying again; the same action carries the same Idempotency-Key")
}
