//! Alerts to the operator's own system: signed JSON when a plugin is set aside or back, a canary ends, a change is refused.
//!
//! Each is in the log and in the reload history before it is sent, so what cannot be delivered is still on record. Owns
//! the queue, the order and the repeats; knows no plugin.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, anyhow};
use cuecard_engine::{ReloadOutcome, ReloadRecord};
use hyper::{
    HeaderMap, Method, Uri,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    clock,
    connectors::Secret,
    ids::Ids,
    metrics::Metrics,
    outgoing::{Outgoing, Request, address},
    store::outcome_word,
};

/// Alerts that wait to be sent; more are in the log alone.
const WAITING: usize = 256;
/// How many seconds to wait after each try that failed; after the last one it is given up.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 0];
/// How long an answer may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Of an answer, only the status is of interest.
const ANSWER_BYTES: usize = 64 * 1024;
/// As contacts and actions are signed: `t=<seconds>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal digits>`.
const SIGNATURE: HeaderName = HeaderName::from_static("cuecard-signature");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// `[alerts]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Takes a POST of JSON.
    pub url: String,
    /// The environment variable with the key of the signature.
    pub secret_env: String,
}

/// Tells the operator. A clone tells the same one.
#[derive(Clone, Default)]
pub struct Alerts {
    queue: Option<Arc<Queue>>,
}

struct Queue {
    waiting: mpsc::Sender<Alert>,
    ids: Ids,
}

/// One alert, ready to be sent.
struct Alert {
    id: String,
    body: String,
}

impl Alerts {
    /// Sends from now on, on a task of its own; without settings alerts are in the log alone.
    pub fn open(settings: Option<Settings>, outgoing: &Outgoing, metrics: &Arc<Metrics>) -> Result<Self> {
        let Some(Settings { url, secret_env }) = settings else { return Ok(Self::default()) };
        let secret = Secret::read("alerts.secret_env", &secret_env)?;
        let url = address(&url).map_err(|reason| anyhow!("[alerts] url: {reason}"))?;
        let (waiting, queue) = mpsc::channel(WAITING);
        let sender = Sender { url, secret, outgoing: outgoing.clone(), metrics: Arc::clone(metrics) };
        tokio::spawn(sender.run(queue));
        Ok(Self { queue: Some(Arc::new(Queue { waiting, ids: Ids::default() })) })
    }

    /// Tells of a change, if it is one that somebody should look at.
    pub fn raise(&self, record: &ReloadRecord) {
        use ReloadOutcome::{Promoted, Readmitted, Refused, SetAside, TakenBack};
        if !matches!(record.outcome, Refused | SetAside | Readmitted | TakenBack | Promoted) {
            return;
        }
        let ReloadRecord { at, scope, plugin, version, hash, generation, reason, by, outcome } = record;
        let kind = outcome_word(*outcome);
        tracing::warn!(kind, %scope, %plugin, %version, %by, reason, "alert");
        let Some(queue) = &self.queue else { return };
        let id = queue.ids.next(*at);
        let body = json!({
            "id": id, "kind": kind, "at": at, "scope": scope.to_string(), "plugin": plugin, "version": version,
            "hash": hash, "generation": generation, "reason": reason, "by": by,
        });
        if queue.waiting.try_send(Alert { id, body: body.to_string() }).is_err() {
            tracing::warn!(kind, %plugin, "too many alerts are waiting: this one is in the log alone");
        }
    }
}

/// Sends one after the other.
struct Sender {
    url: Uri,
    secret: Secret,
    outgoing: Outgoing,
    metrics: Arc<Metrics>,
}

impl Sender {
    async fn run(self, mut queue: mpsc::Receiver<Alert>) {
        while let Some(alert) = queue.recv().await {
            let outcome = if self.deliver(&alert).await { "sent" } else { "failed" };
            self.metrics.alert(outcome);
        }
    }

    /// The same id each time, so that the other side can tell a repeat.
    async fn deliver(&self, Alert { id, body }: &Alert) -> bool {
        let mut last = String::new();
        for pause in PAUSES {
            let Some(request) = self.request(id, body) else { return false };
            match self.outgoing.send(request).await {
                Ok(answer) if answer.status.is_success() => return true,
                Ok(answer) => last = format!("it answered {}", answer.status.as_u16()),
                Err(failed) => last = failed.to_string(),
            }
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
        tracing::error!(id, reason = last, "an alert could not be delivered: it is in the log alone");
        false
    }

    fn request(&self, id: &str, body: &str) -> Option<Request> {
        let moment = clock::now().seconds().to_string();
        let signature = self.secret.sign(&[moment.as_bytes(), b".", body.as_bytes()]);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(KEY, HeaderValue::from_str(id).ok()?);
        headers.insert(SIGNATURE, HeaderValue::from_str(&format!("t={moment},v1={signature}")).ok()?);
        let (url, body) = (self.url.clone(), body.to_owned().into());
        Some(Request { method: Method::POST, url, headers, body, timeout: LONGEST, answer_limit: ANSWER_BYTES })
    }
}
