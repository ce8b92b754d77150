//! `POST /v1/actions`: what a suggestion offers to do, done by the merchant's own systems.
//!
//! Owns the call and its record. Nothing is sent that a plugin has not offered, and nothing is sent again by itself: an
//! agent who asks twice sends the same `Idempotency-Key`.

use std::{sync::Arc, time::Duration};

use axum::{Extension, extract::State};
use cuecard_engine::{Change, Scope};
use cuecard_model::{Action, SuggestionId, Timestamp};
use cuecard_pipeline::ActionHook;
use ring::hmac;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Problem, guard::Caller, json::Json};
use crate::{app::App, clock};

/// An agent waits for the answer.
const LONGEST: Duration = Duration::from_secs(10);

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
            .hint("settle it in the operator's file: [[merchant]] actions = { url, secret }"));
    };
    let (now, id) = (clock::now(), format!("{suggestion_id}#{number}"));
    let sent = json!({
        "id": id, "type": kind, "args": args, "at": now, "by": caller.by, "merchant": caller.merchant,
        "conversation_id": turn.message.conversation, "customer_id": turn.message.customer,
        "suggestion_id": suggestion_id, "plugin": suggestion.plugin,
    });
    let (key, text) = (id.clone(), sent.to_string());
    let called = tokio::task::spawn_blocking(move || call(&hook, &key, &text, now)).await;
    let answered = called.map_err(|_| Problem::busy("the host is stopping"))?;
    let outcome = answered.as_ref().map_or_else(Clone::clone, u16::to_string);
    let record = caller.did("action.sent", &*id).with("type", kind).with("outcome", outcome);
    app.engine.change(vec![Change::Audit(Scope::Merchant(caller.merchant.clone()), record)]).await?;
    match answered {
        Ok(status) if (200..300).contains(&status) => Ok(Json(json!({"id": id, "type": kind, "status": status}))),
        Ok(status) => Err(failed(format!("the merchant's system answered {status}"))),
        Err(reason) => Err(failed(reason)),
    }
}

/// The status of the answer, or why there was none.
fn call(hook: &ActionHook, id: &str, body: &str, now: Timestamp) -> Result<u16, String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(LONGEST)).max_redirects(0);
    let agent: ureq::Agent = config.http_status_as_error(false).build().into();
    let request = agent
        .post(&hook.url)
        .header("content-type", "application/json")
        .header("idempotency-key", id)
        .header("x-cuecard-timestamp", now.seconds().to_string())
        .header("x-cuecard-signature", signature(&hook.secret, now, body));
    match request.send(body) {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => {
            tracing::warn!(%error, "an action could not be sent");
            Err("the merchant's system cannot be reached".to_owned())
        }
    }
}

/// `sha256=` and the HMAC in hex of the moment in seconds, a full stop and the body: an old request cannot pass for new.
fn signature(secret: &str, now: Timestamp, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{}.{body}", now.seconds()).as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn failed(detail: String) -> Problem {
    Problem::new(502, "action-failed", "Not done", detail)
        .hint("look whether it was done before trying again; the same action carries the same Idempotency-Key")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf '1000.{}' | openssl dgst -sha256 -hmac key`.
    #[test]
    fn is_signed_with_its_moment() {
        let found = signature("key", Timestamp::from_seconds(1000), "{}");
        assert_eq!(found, "sha256=c32de42341dece79a1511c9e7f74a2734112edcfcf48943c976faf07047065db");
    }
}
