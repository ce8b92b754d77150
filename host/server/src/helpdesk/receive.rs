//! A webhook of Chatwoot: checked, stripped of what opens something, kept as an errand, answered. Its turn comes later.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;
use cuecard_engine::{Batch, Engine, Errand, Error, Hook, Outcome, Receipt, Write};
use cuecard_model::{MerchantId, Timestamp};
use serde_json::{Value as Json, json};

use super::{Helpdesk, errands::Task};
use crate::{
    app::App,
    http::{Problem, parse, reply_json, unfit},
    webhooks::{
        chatwoot::{self, Read, Told},
        signature,
    },
};

/// What `POST /hooks/chatwoot/{key}` does once the key is known.
pub(crate) async fn receive(
    app: &Arc<App>,
    hook: &Hook,
    headers: &HeaderMap,
    body: &Bytes,
    now: Timestamp,
) -> Result<Response, Problem> {
    let helpdesk = app.helpdesks.of(&hook.merchant).ok_or_else(|| {
        Problem::not_found("the merchant of this address has no Chatwoot")
            .hint("write [merchant.chatwoot] into the operator's file; docs/chatwoot.md says how")
    })?;
    check(helpdesk, headers, body, now).inspect_err(|_| app.metrics.webhook("chatwoot", "refused"))?;
    let mut json: Json = parse(body)?;
    chatwoot::strip(&mut json);
    let hash = blake3::hash(body).to_hex();
    let name = chatwoot::name(&json, &hash);
    let outcome = match helpdesk.account.webhook(&json, &name).map_err(unfit)? {
        Read::Nothing(reason) => {
            app.metrics.webhook("chatwoot", "ignored");
            return Ok(reply_json(StatusCode::OK, &json!({"outcome": "ignored", "reason": reason})));
        }
        Read::Told(told) => {
            let place = format!("chatwoot/{}", helpdesk.account.number);
            let mut keys = vec![format!("{place}/{name}")];
            let delivery = header(headers, "x-chatwoot-delivery").filter(|id| id.len() <= 200);
            keys.extend(delivery.map(|id| format!("{place}/delivery/{id}")));
            let is_new = keep(&*app.engine, &hook.merchant, *told, Some(keys), now).await?;
            app.helpdesks.waker.notify_one();
            if is_new { "accepted" } else { "duplicate" }
        }
    };
    app.metrics.webhook("chatwoot", outcome);
    Ok(reply_json(StatusCode::OK, &json!({ "outcome": outcome })))
}

/// Keeps what was told; `false` if it was told before.
pub(super) async fn keep(
    engine: &dyn Engine,
    merchant: &MerchantId,
    told: Told,
    keys: Option<Vec<String>>,
    now: Timestamp,
) -> Result<bool, Error> {
    let Told { id, conversation, customer, said } = told;
    let errand = Errand {
        id: id.into(),
        revision: 0,
        customer,
        conversation,
        in_line: true,
        due_at: Some(now),
        created_at: now,
        updated_at: now,
        body: Task::Take { said, tries: 0 }.json(),
    };
    let mut writes: Vec<_> = keys.map(|keys| Write::Delivery { keys, at: now }).into_iter().collect();
    writes.push(Write::Errand(errand));
    let receipt = engine.commit(Batch::new(merchant.clone(), writes)).await?;
    Ok(matches!(receipt, Receipt::Kept(outcomes) if outcomes.last() == Some(&Outcome::Done)))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn check(helpdesk: &Helpdesk, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Problem> {
    let refused = |detail: &'static str, hint: &'static str| {
        Problem::new(401, "bad-signature", "The signature does not fit", detail).hint(hint)
    };
    let given = header(headers, "x-chatwoot-signature").zip(header(headers, "x-chatwoot-timestamp"));
    match (&helpdesk.secret, given) {
        (Some(secret), Some((given, timestamp))) => {
            let fits = signature::chatwoot(secret.reveal(), body, given, timestamp, now);
            fits.map_err(|reason| {
                refused(reason, "put the secret that Chatwoot shows beside the webhook under secret_env")
            })
        }
        (_, None) if helpdesk.settings.allow_unsigned => Ok(()),
        (_, None) => Err(refused(
            "there is no signature",
            "older versions of Chatwoot do not sign; for one of those set allow_unsigned = true",
        )),
        (None, Some(_)) if helpdesk.settings.allow_unsigned => Ok(()),
        (None, Some(_)) => Err(refused(
            "no secret is settled",
            "name the variable with the webhook's secret: secret_env in [merchant.chatwoot]",
        )),
    }
}
