//! Requests to the login service: what it says of itself, the tokens for a code, what it says of a person. Bounded in time,
//! size and number; believes nothing that it has not checked. Knows no login but its code and verifier.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};

use super::Failure;
use crate::{
    connectors::{Secret, encoded},
    outgoing::{Answer, Outgoing, Request, secure_address},
};

/// How long what the service says of itself is believed.
const DISCOVERED: Duration = Duration::from_secs(3600);
/// How long one request to the service may take, how large its answer may be, and how many are under way at once.
const REQUEST: Duration = Duration::from_secs(5);
const ANSWER: usize = 256 << 10;
const AT_ONCE: usize = 16;

/// The service, as one client of it sees it.
pub(super) struct Service {
    issuer: String,
    client_id: String,
    /// Where it sends people back to.
    pub(super) redirect: String,
    secret: Option<Secret>,
    outgoing: Outgoing,
    discovered: Mutex<Option<(Instant, Arc<Discovery>)>>,
    at_once: Semaphore,
}

/// What the service says of itself.
#[derive(Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What a code is good for.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    #[serde(default)]
    pub(super) access_token: Option<String>,
}

impl Service {
    pub(super) fn new(
        issuer: String,
        client_id: String,
        redirect: String,
        secret: Option<Secret>,
        outgoing: Outgoing,
    ) -> Self {
        let (discovered, at_once) = (Mutex::default(), Semaphore::new(AT_ONCE));
        Self { issuer, client_id, redirect, secret, outgoing, discovered, at_once }
    }

    /// It is asked once an hour.
    pub(super) async fn discover(&self) -> Result<Arc<Discovery>, Failure> {
        // One asks, the others wait for the answer.
        let mut known = self.discovered.lock().await;
        if let Some((_, discovery)) = known.as_ref().filter(|(since, _)| since.elapsed() < DISCOVERED) {
            return Ok(Arc::clone(discovery));
        }
        let issuer = &self.issuer;
        let url = endpoint(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        let discovery: Discovery = good(&self.ask(Method::GET, url, HeaderMap::new(), Bytes::new()).await?)?;
        if discovery.issuer != *issuer {
            let called = short(&discovery.issuer);
            return Err(Failure::Down(format!("it calls itself {called:?}, and [oidc] issuer is {issuer:?}")));
        }
        for address in [&discovery.authorization_endpoint, &discovery.token_endpoint] {
            endpoint(address)?;
        }
        let discovery = Arc::new(discovery);
        *known = Some((Instant::now(), Arc::clone(&discovery)));
        Ok(discovery)
    }

    /// The tokens for a code.
    pub(super) async fn redeem(&self, code: &str, verifier: &str) -> Result<Tokens, Failure> {
        let discovery = self.discover().await?;
        let (mut headers, body) = self.asking_for_tokens(&discovery, code, verifier)?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let answer = self.ask(Method::POST, endpoint(&discovery.token_endpoint)?, headers, body.into()).await?;
        if is_stale(&answer) {
            return Err(Failure::Unfit("the login service does not take the code"));
        }
        good(&answer)
    }

    /// What the service says of the person where the ID token is silent: many say mail addresses there alone (5.4).
    pub(super) async fn told_beside(&self, claims: Value, token: &str) -> Result<Value, Failure> {
        let discovery = self.discover().await?;
        let Some(address) = &discovery.userinfo_endpoint else { return Ok(claims) };
        let headers = [(AUTHORIZATION, secret_header(&format!("Bearer {token}"))?)].into_iter().collect();
        let told: Value = good(&self.ask(Method::GET, endpoint(address)?, headers, Bytes::new()).await?)?;
        // It need not be about the same person (5.3.2).
        if claims.get("sub").is_none_or(|subject| !subject.is_string() || told.get("sub") != Some(subject)) {
            return Err(Failure::Unfit("what the login service says of the person is about somebody else"));
        }
        Ok(told)
    }

    /// The headers and the body of that request: our secret goes where the service wants it (RFC 6749, 2.3.1).
    fn asking_for_tokens(
        &self,
        discovery: &Discovery,
        code: &str,
        verifier: &str,
    ) -> Result<(HeaderMap, String), Failure> {
        let id = &*self.client_id;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &*self.redirect),
            ("client_id", id),
            ("code_verifier", verifier),
        ];
        let methods = discovery.token_endpoint_auth_methods_supported.as_ref();
        let basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        let mut headers = HeaderMap::new();
        match &self.secret {
            Some(secret) if basic => {
                let pair = format!("{}:{}", encoded(id), encoded(secret.reveal()));
                headers.insert(AUTHORIZATION, secret_header(&format!("Basic {}", STANDARD.encode(pair)))?);
            }
            Some(secret) => fields.push(("client_secret", secret.reveal())),
            None => {}
        }
        Ok((headers, form(&fields)))
    }

    async fn ask(&self, method: Method, url: Uri, mut headers: HeaderMap, body: Bytes) -> Result<Answer, Failure> {
        let _turn = self.at_once.acquire().await.map_err(|error| Failure::Down(error.to_string()))?;
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let request = Request { method, url, headers, body, timeout: REQUEST, answer_limit: ANSWER };
        self.outgoing.send(request).await.map_err(|failed| Failure::Down(failed.to_string()))
    }
}

/// A header that nobody prints.
fn secret_header(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(text).map_err(|error| Failure::Down(error.to_string()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// An address that the service names.
fn endpoint(address: &str) -> Result<Uri, Failure> {
    secure_address(address).map_err(Failure::Down)
}

fn good<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    if answer.status != StatusCode::OK {
        let code = error_code(answer).map_or_else(String::new, |code| format!(": {}", short(&code)));
        return Err(Failure::Down(format!("it answered {}{code}", answer.status.as_u16())));
    }
    serde_json::from_slice(&answer.body).map_err(|error| Failure::Down(format!("its answer cannot be read: {error}")))
}

/// A code that is used, too old or another login's: nobody's fault but that of who brings it (RFC 6749, 5.2).
fn is_stale(answer: &Answer) -> bool {
    answer.status == StatusCode::BAD_REQUEST && error_code(answer).is_some_and(|code| code == "invalid_grant")
}

fn error_code(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.get("error")?.as_str().map(str::to_owned)
}

/// Words of others, for the log.
pub(super) fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
