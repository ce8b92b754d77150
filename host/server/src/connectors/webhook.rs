//! The merchant's own system: each parcel is a signed `POST` of JSON, which may be repeated under the same key.
//!
//! The signature is over the moment and the body, so that neither can be changed nor used again much later. Knows no
//! provider; whoever has one puts ten lines between.

use std::time::Duration;

use anyhow::{Result, anyhow};
use async_trait::async_trait;
use cuecard_model::{CustomerId, Purpose};
use hyper::{
    HeaderMap, Method, Uri,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};

use super::{
    Connector, Parcel, Secret, Sending,
    web::{address, encoded, reference, taken},
};
use crate::{
    clock,
    outgoing::{Answer, Failed, Outgoing, Request},
};

/// The key under which the other side takes a parcel once.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// `t=<seconds>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal digits>`
const SIGNATURE: HeaderName = HeaderName::from_static("cuecard-signature");
/// Of an answer, only an id is of interest.
const ANSWER_BYTES: usize = 64 * 1024;

/// `through.webhook = { url = "https://…", secret_env = "…" }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where parcels go.
    pub url: String,
    /// The environment variable with the key of the signature.
    pub secret_env: String,
    /// Where to ask for a parcel, with `{key}` in it: 200 is taken, 404 is not.
    #[serde(default)]
    pub lookup_url: Option<String>,
    /// Whether the other side takes the same key once.
    #[serde(default)]
    pub idempotent: bool,
    /// How long an answer may take, in milliseconds.
    #[serde(default = "patience")]
    pub timeout_ms: u64,
}

fn patience() -> u64 {
    15_000
}

/// A merchant's own system.
#[derive(Debug)]
pub struct Webhook {
    url: Uri,
    secret: Secret,
    lookup_url: Option<String>,
    idempotent: bool,
    timeout: Duration,
    outgoing: Outgoing,
}

/// What is sent.
#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    idempotency_key: &'a str,
    channel: &'a str,
    to: Option<&'a str>,
    conversation_id: Option<&'a str>,
    customer_id: &'a CustomerId,
    purpose: Purpose,
    subject: Option<&'a str>,
    text: &'a str,
    template: Option<&'a str>,
    locale: &'a str,
}

impl Webhook {
    /// With the key from the environment.
    pub fn open(settings: Settings, outgoing: Outgoing) -> Result<Self> {
        let secret = Secret::read("secret_env", &settings.secret_env)?;
        Self::new(settings, secret, outgoing)
    }

    /// With a key that is known.
    pub fn new(settings: Settings, secret: Secret, outgoing: Outgoing) -> Result<Self> {
        let Settings { url, lookup_url, idempotent, timeout_ms, secret_env: _ } = settings;
        if let Some(lookup) = &lookup_url {
            if !lookup.contains("{key}") {
                return Err(anyhow!("lookup_url has no {{key}} in it\n  hint: write https://host/path/{{key}}"));
            }
            address("lookup_url", &lookup.replace("{key}", "1"))?;
        }
        let url = address("url", &url)?;
        Ok(Self { url, secret, lookup_url, idempotent, timeout: Duration::from_millis(timeout_ms), outgoing })
    }

    async fn ask(&self, method: Method, url: Uri, key: &str, body: Vec<u8>) -> Result<Result<Answer, Failed>, Sending> {
        let moment = clock::now().seconds().to_string();
        let signature = self.secret.sign(&[moment.as_bytes(), b".", &body]);
        let header = |text: &str| {
            let refused = |_| Sending::Refused { detail: "the key cannot be written as a header".into() };
            HeaderValue::from_bytes(text.as_bytes()).map_err(refused)
        };
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (KEY, header(key)?),
            (SIGNATURE, header(&format!("t={moment},v1={signature}"))?),
        ]);
        let body = body.into();
        let request = Request { method, url, headers, body, timeout: self.timeout, answer_limit: ANSWER_BYTES };
        Ok(self.outgoing.send(request).await)
    }
}

#[async_trait]
impl Connector for Webhook {
    async fn send(&self, parcel: &Parcel) -> Sending {
        let body = Body {
            id: &parcel.outreach,
            idempotency_key: &parcel.idempotency_key,
            channel: &parcel.channel,
            to: parcel.to.as_deref(),
            conversation_id: parcel.conversation.as_deref(),
            customer_id: &parcel.customer,
            purpose: parcel.purpose,
            subject: parcel.subject.as_deref(),
            text: &parcel.text,
            template: parcel.template.as_deref(),
            locale: &parcel.locale,
        };
        let Ok(body) = serde_json::to_vec(&body) else {
            return Sending::Refused { detail: "the parcel cannot be written as JSON".into() };
        };
        match self.ask(Method::POST, self.url.clone(), &parcel.idempotency_key, body).await.and_then(taken) {
            Ok(answer) => Sending::Sent { reference: reference(&answer) },
            Err(fate) => fate,
        }
    }

    async fn lookup(&self, parcel: &Parcel) -> Option<bool> {
        let key = &parcel.idempotency_key;
        let url = self.lookup_url.as_ref()?.replace("{key}", &encoded(key));
        let answer = self.ask(Method::GET, url.parse().ok()?, key, Vec::new()).await.ok()?.ok()?;
        match answer.status.as_u16() {
            200 => Some(true),
            404 => Some(false),
            _ => None,
        }
    }

    fn is_idempotent(&self) -> bool {
        self.idempotent
    }
}
