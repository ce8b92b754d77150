//! `POST /hooks/{kind}/{key}`: webhooks in. The signature is checked over the raw bytes, what they say is kept in one
//! commit, and only then is the answer given. And `/v1/hooks`: an operator's addresses for them.

use std::{sync::Arc, time::Instant};

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cuecard_engine::{AuditEntry, Batch, Change, Hook, Outcome, Receipt, Write};
use cuecard_model::{Fields, MerchantId, News, Scope, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json, Raw, check_id, parse, reply},
};
use crate::{
    app::App,
    clock, helpdesk,
    ids::{key_hash, new_key},
    webhooks::{self, Delivery, Privacy, Told, read::Wrong, signature},
};

/// The systems whose webhooks are read.
pub(crate) const KINDS: [&str; 5] = ["shopify", "woocommerce", "saleor", "generic", "chatwoot"];

pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    Path((kind, key)): Path<(String, String)>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let now = clock::now();
    let hook = app.engine.hook(&key_hash(&key)).await?;
    let hook = hook.filter(|hook| hook.revoked_at.is_none() && hook.kind == kind).ok_or_else(|| {
        Problem::not_found("there is no webhook at this address").hint("`cuecard hooks create` makes one")
    })?;
    app.rates.take(&hook.merchant, Instant::now()).map_err(|wait| {
        Problem::new(429, "too-many-requests", "Too many requests", "the merchant's rate is used up").retry_after(wait)
    })?;
    if kind == "chatwoot" {
        return helpdesk::receive(&app, &hook, &headers, &body, now).await;
    }
    check(&hook, &headers, &body, now).inspect_err(|_| app.metrics.webhook(&kind, "refused"))?;
    if kind == "woocommerce" && body.starts_with(b"webhook_id=") {
        // What WooCommerce sends to see whether somebody is there.
        return Ok(reply(StatusCode::OK, &json!({"outcome": "alive"})));
    }
    let json: Value = parse(&body)?;
    let topic = topic(&hook, &headers)?;
    let (keys, id) = names(&hook, &headers, &topic, &body);
    let source = hook.kind.as_str();
    let at = header(&headers, "shopify-triggered-at").and_then(|text| text.parse().ok()).unwrap_or(now);
    let delivery = Delivery { merchant: &hook.merchant, source, shop: hook.shop.as_deref(), topic: &topic, id, at };
    let outcome = match webhooks::map(&delivery, &json).map_err(unfit)? {
        Told::News(news) => keep(&app, &hook.merchant, news, keys, now).await?,
        Told::Privacy(asked) => privacy(&app, &delivery, asked).await?,
        Told::Unknown => {
            app.metrics.webhook(&kind, "unknown_topic");
            let answer = json!({"outcome": "ignored", "reason": format!("nothing is done about '{topic}'")});
            return Ok(reply(StatusCode::ACCEPTED, &answer));
        }
    };
    app.metrics.webhook(&kind, outcome);
    Ok(reply(StatusCode::OK, &json!({ "outcome": outcome })))
}

/// 422 with the field.
pub(crate) fn unfit(wrong: Wrong) -> Problem {
    Problem::new(422, "unfit", "The body does not fit", wrong.to_string())
        .field(wrong.field)
        .hint("docs/shops.md says what is read of each system's bodies")
}

/// A header by its name, with or without `x-` before it.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let found = headers.get(format!("x-{name}")).or_else(|| headers.get(name))?;
    found.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn check(hook: &Hook, headers: &HeaderMap, body: &Bytes, now: Timestamp) -> Result<(), Problem> {
    let refused = |detail: &'static str, hint: &'static str| {
        Problem::new(401, "bad-signature", "The signature does not fit", detail).hint(hint)
    };
    let name = match hook.kind.as_str() {
        "shopify" => "shopify-hmac-sha256",
        "woocommerce" => "wc-webhook-signature",
        "saleor" => "saleor-signature",
        _ => "cuecard-signature",
    };
    // WooCommerce's first knock may be unsigned, and says nothing.
    if hook.kind == "woocommerce" && body.starts_with(b"webhook_id=") && body.len() < 64 {
        return Ok(());
    }
    let hint = "sign the bytes of the body as they are sent, with the secret that `cuecard hooks create` was given";
    let given = header(headers, name).ok_or_else(|| refused("there is no signature", hint))?;
    let fits = match hook.kind.as_str() {
        "shopify" | "woocommerce" => signature::base64_hmac(&hook.secret, body, given),
        "saleor" => signature::saleor(&hook.secret, body, given),
        _ => {
            return signature::timed(&hook.secret, body, given, now).map_err(|reason| {
                refused(reason, "Cuecard-Signature: t=<seconds>,v1=<hex of HMAC-SHA-256 over t.body>")
            });
        }
    };
    if fits { Ok(()) } else { Err(refused("the signature does not fit the body", hint)) }
}

fn topic(hook: &Hook, headers: &HeaderMap) -> Result<String, Problem> {
    let name = match hook.kind.as_str() {
        "shopify" => "shopify-topic",
        "woocommerce" => "wc-webhook-topic",
        "saleor" => "saleor-event",
        _ => return Ok("events".to_owned()),
    };
    let topic = header(headers, name).filter(|topic| topic.len() <= 100).map(str::to_owned);
    topic.ok_or_else(|| Problem::bad_request(format!("there is no header {name}")).hint("send the webhook's topic"))
}

/// By what the delivery is known again, and the id of what it tells. Headers are not signed, so the body counts too:
/// otherwise whoever has seen one delivery could send it again under another name.
fn names(hook: &Hook, headers: &HeaderMap, topic: &str, body: &[u8]) -> (Vec<String>, String) {
    let system = format!("{}/{}", hook.kind, hook.shop.as_deref().unwrap_or_default());
    let body = blake3::hash(body).to_hex();
    let same = format!("{topic}/{}", body.get(..32).unwrap_or_default());
    let told = header(headers, "shopify-event-id").map(|id| format!("{topic}/{id}"));
    let sent = ["shopify-webhook-id", "wc-webhook-delivery-id"].into_iter().find_map(|name| header(headers, name));
    let id = format!("{}:{}", hook.kind, told.as_ref().unwrap_or(&same));
    let mut keys = vec![format!("{system}/body/{same}")];
    keys.extend(told.map(|told| format!("{system}/event/{told}")));
    keys.extend(sent.map(|sent| format!("{system}/webhook/{sent}")));
    (keys, id.chars().take(200).collect())
}

async fn keep(
    app: &App,
    merchant: &MerchantId,
    news: Vec<News>,
    keys: Vec<String>,
    now: Timestamp,
) -> Result<&'static str, Problem> {
    let mut writes = vec![Write::Delivery { keys, at: now }];
    writes.extend(news.into_iter().map(|news| Write::News(Box::new(news))));
    let outcome = match app.engine.commit(Batch::new(merchant.clone(), writes)).await? {
        Receipt::Kept(outcomes) if outcomes.iter().skip(1).all(|outcome| *outcome == Outcome::Known) => "duplicate",
        Receipt::Kept(_) => "accepted",
        Receipt::Refused(_) | Receipt::Duplicate(_) => "duplicate",
    };
    app.events.notify_waiters();
    Ok(outcome)
}

/// What a law asks for. Asked twice, it is done twice: between the two somebody may have come back.
async fn privacy(app: &App, delivery: &Delivery<'_>, asked: Privacy) -> Result<&'static str, Problem> {
    let merchant = delivery.merchant;
    match asked {
        Privacy::Data(customer) => {
            let mut news = delivery.news("privacy.data_requested", delivery.at, &json!({}), Fields::new());
            news.customer = Some(customer);
            let write = Write::News(Box::new(news));
            app.engine.commit(Batch::new(merchant.clone(), vec![write])).await?;
            app.events.notify_waiters();
            Ok("accepted")
        }
        Privacy::Forget(customer) => {
            let by = format!("webhook:{}", delivery.system());
            app.privacy.erase(app, merchant, &customer, &by.into(), clock::now()).await?;
            Ok("accepted")
        }
        Privacy::ForgetShop => {
            let (scope, name) = (Scope::Merchant(merchant.clone()), format!("forget/{}", delivery.system()));
            let value = Some(clock::now().to_string());
            app.engine.change(vec![Change::Setting { scope, name, value }]).await?;
            app.privacy.wake();
            Ok("accepted")
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    merchant: MerchantId,
    kind: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    shop: Option<String>,
}

pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let hooks = app.engine.hooks().await?;
    Ok(Json(json!({ "hooks": hooks.iter().map(shown).collect::<Vec<_>>() })))
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Body>,
) -> Result<Response, Problem> {
    check_id("merchant", body.merchant.as_str())?;
    let (key, hook) = make(body.merchant, body.kind, &body.secret, body.shop).map_err(Problem::bad_request)?;
    app.engine.change(changes(&caller.by, hook.clone(), "hook.created")).await?;
    let mut shown = shown(&hook);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("path".into(), format!("/hooks/{}/{key}", hook.kind).into());
    }
    Ok(reply(StatusCode::CREATED, &shown))
}

pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let hooks = app.engine.hooks().await?;
    let mut found = hooks.into_iter().filter(|hook| id.len() >= 8 && hook.hash.starts_with(&id));
    let (Some(mut hook), None) = (found.next(), found.next()) else {
        return Err(Problem::not_found("there is no such webhook").hint("GET /v1/hooks lists their ids"));
    };
    hook.revoked_at = Some(clock::now());
    app.engine.change(changes(&caller.by, hook, "hook.revoked")).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A hook with the audit of what was done to it.
pub(crate) fn changes(by: &Arc<str>, hook: Hook, action: &'static str) -> Vec<Change> {
    let did = AuditEntry::new(clock::now(), Arc::clone(by), action, hook.hash.get(..12).unwrap_or_default());
    let did = did.with("kind", &*hook.kind);
    let scope = Scope::Merchant(hook.merchant.clone());
    vec![Change::Hook(hook), Change::Audit(scope, did)]
}

/// A new address, and what is kept of it.
pub(crate) fn make(
    merchant: MerchantId,
    kind: String,
    secret: &str,
    shop: Option<String>,
) -> Result<(String, Hook), String> {
    if !KINDS.contains(&kind.as_str()) {
        return Err(format!("'{kind}' is no kind of webhook; there are {}", KINDS.join(", ")));
    }
    let secret = secret.trim();
    // Chatwoot makes its secret once it knows the address; the operator's file names it.
    if kind == "chatwoot" && !secret.is_empty() {
        return Err("an address for Chatwoot takes no secret; name it by secret_env in [merchant.chatwoot]".to_owned());
    }
    if kind != "chatwoot" && secret.len() < 8 {
        return Err("the secret has fewer than 8 characters".to_owned());
    }
    if secret.starts_with('{') && !signature::is_jwk_set(secret) {
        return Err("the secret begins like a JWK set, but has no RSA key in it".to_owned());
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if shop.as_ref().is_some_and(|shop| shop.is_empty() || shop.len() > 40 || !shop.chars().all(is_plain)) {
        return Err("a shop's name has 1 to 40 letters, digits, hyphens".to_owned());
    }
    let key = new_key();
    let hash = key_hash(&key).into();
    let hook = Hook { hash, merchant, kind, secret: secret.into(), shop, created_at: clock::now(), revoked_at: None };
    Ok((key, hook))
}

/// The secret stays where it is.
fn shown(hook: &Hook) -> Value {
    json!({
        "id": hook.hash.get(..12),
        "merchant": hook.merchant,
        "kind": hook.kind,
        "shop": hook.shop,
        "created_at": hook.created_at,
        "revoked_at": hook.revoked_at,
    })
}
