//! A login service that vouches for people, by OpenID Connect: the authorization code flow with PKCE.
//!
//! Owns the settings and the order of steps. The ID token comes straight from the token endpoint over TLS, so its
//! signature need not be checked (OpenID Connect Core 1.0, 3.1.3.7, number 6), and its header is not even read: whoever
//! could forge the one could forge the other. Knows nobody: whom the service names, `people` must know.

mod begun;
mod claims;
mod service;

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cuecard_model::{MerchantId, Timestamp};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::begun::LONGEST_LOGIN;
pub use self::begun::{Begun, HOME};
use self::{
    claims::Expected,
    service::{Service, Tokens, form, short},
};
use super::Refused;
use crate::{
    config::is_origin,
    connectors::Secret,
    outgoing::{Outgoing, secure_address},
};

/// Where the service sends people back to, on our origin.
pub(crate) const CALLBACK: &str = "/v1/session/oidc/callback";
/// How long everything that one request of a browser asks of the service may take; less than the browser's may.
const PATIENCE: Duration = Duration::from_secs(12);

/// What an operator settles under `[oidc]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people call the service, for the button; the issuer's host if it is left out.
    pub name: Option<String>,
    /// The issuer, exactly as it writes itself.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// The environment variable with our secret; without it PKCE alone vouches for us.
    pub secret_env: Option<String>,
    /// Our own origin, e.g. `https://desk.example`; `/v1/session/oidc/callback` under it is registered there.
    pub origin: String,
    /// The claim that is a person's name here. An `email` counts only if the service has verified it.
    #[serde(default = "email")]
    pub claim: String,
    /// Whose people these are, where a name alone does not tell.
    pub merchant: Option<MerchantId>,
}

fn email() -> String {
    "email".to_owned()
}

/// Why a login through the service came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The service did not answer, or not as it should.
    #[error("the login service failed: {0}")]
    Down(String),
    /// It was not begun in this browser, or too long ago.
    #[error("the login was not begun in this browser, or took too long")]
    Expired,
    /// The person or the service called it off.
    #[error("the login service has refused the login")]
    Denied,
    /// What the service sent is not for this login.
    #[error("{0}")]
    Unfit(&'static str),
    /// The service vouches for somebody, and we do not let them in.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// What the service sends the browser back with.
#[derive(Debug, Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// The client.
pub struct Oidc {
    pub(crate) settings: Settings,
    /// What people call the service.
    pub(crate) name: String,
    service: Service,
}

impl Oidc {
    /// A client; reads the secret. Asks nobody yet, so that the host starts while the service is down.
    pub fn new(settings: Settings, outgoing: &Outgoing) -> Result<Self> {
        let issuer = secure_address(&settings.issuer).map_err(|reason| anyhow!("[oidc] issuer: {reason}"))?;
        secure_address(&settings.origin).map_err(|reason| anyhow!("[oidc] origin: {reason}"))?;
        ensure!(
            is_origin(&settings.origin),
            "[oidc] origin = {:?} is no origin\n  hint: write it as https://desk.example, without a path",
            settings.origin
        );
        for (key, value) in [("client_id", &settings.client_id), ("claim", &settings.claim)] {
            ensure!(!value.is_empty(), "[oidc] {key} is empty\n  hint: leave `claim` out for \"email\"");
        }
        let secret = settings.secret_env.as_ref().map(|name| Secret::read("oidc.secret_env", name)).transpose()?;
        let name = settings.name.clone().unwrap_or_else(|| issuer.host().unwrap_or_default().to_owned());
        let redirect = format!("{}{CALLBACK}", settings.origin);
        let (issuer, client_id) = (settings.issuer.clone(), settings.client_id.clone());
        let service = Service::new(issuer, client_id, redirect, secret, outgoing.clone());
        Ok(Self { settings, name, service })
    }

    /// Where to send the browser for this login.
    pub async fn address(&self, begun: &Begun) -> Result<String, Failure> {
        let discovery = in_time(self.service.discover()).await?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, begun.verifier().as_bytes()));
        let query = form(&[
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.service.redirect),
            ("state", &begun.state()),
            ("nonce", &begun.nonce()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let endpoint = &discovery.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{joint}{query}"))
    }

    /// The code that the browser has brought back for this login. Asks nobody.
    pub fn code(&self, back: Callback, begun: &Begun) -> Result<String, Failure> {
        if !back.state.is_some_and(|state| begun.is_state(&state)) {
            return Err(Failure::Expired);
        }
        if back.iss.is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(Failure::Unfit("the answer is another service's"));
        }
        match (back.error.as_deref(), back.code) {
            (None, Some(code)) => Ok(code),
            (Some(error @ ("server_error" | "temporarily_unavailable")), _) => Err(Failure::Down(error.to_owned())),
            (error, _) => {
                tracing::info!(error = error.map(short).unwrap_or_default(), "the login service has refused a login");
                Err(Failure::Denied)
            }
        }
    }

    /// Whom the service names for this code.
    pub async fn named(&self, code: &str, begun: &Begun, now: Timestamp) -> Result<String, Failure> {
        let Settings { issuer, client_id, claim, .. } = &self.settings;
        let expected = Expected { issuer, client_id, claim, nonce: &begun.nonce() };
        let claims = in_time(async {
            let Tokens { id_token, access_token } = self.service.redeem(code, &begun.verifier()).await?;
            let claims = payload(&id_token)?;
            expected.check(&claims, now).map_err(Failure::Unfit)?;
            match access_token.filter(|_| claims.get(claim).is_none()) {
                Some(token) => self.service.told_beside(claims, &token).await,
                None => Ok(claims),
            }
        });
        expected.name(&claims.await?).map_err(Failure::Unfit)
    }
}

/// The claims of an ID token.
fn payload(token: &str) -> Result<Value, Failure> {
    let mut parts = token.split('.');
    let (payload, more) = (parts.nth(1), parts.count());
    let payload = payload.filter(|_| more == 1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
    claims.ok_or_else(|| Failure::Down("its ID token cannot be read".to_owned()))
}

async fn in_time<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Failure::Down(format!("no answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, work).await.map_err(late)?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> Result<Oidc, String> {
        let text = format!(
            "issuer = \"https://id.example/realm\"\nclient_id = \"cuecard\"\norigin = \"https://desk.example\"\n{more}"
        );
        let table: toml::Table = toml::from_str(&text).unwrap_or_else(|_| toml::from_str(more).unwrap());
        let settings: Settings = table.try_into().map_err(|error: toml::de::Error| error.to_string())?;
        Oidc::new(settings, &Outgoing::default()).map_err(|error| format!("{error:#}"))
    }

    #[tokio::test]
    async fn settings_say_what_is_wrong() {
        let good = settings("").unwrap();
        assert_eq!((&*good.name, &*good.settings.claim), ("id.example", "email"));
        assert_eq!(good.service.redirect, "https://desk.example/v1/session/oidc/callback");
        let all = |issuer: &str, origin: &str| format!("issuer = {issuer:?}\nclient_id = \"c\"\norigin = {origin:?}");
        for (more, expected) in [
            ("client_id = 'c'", "missing field `issuer`"),
            ("secret = 'x'", "unknown field `secret`"),
            ("secret_env = 'CUECARD_TEST_NOBODY_SETS_THIS'", "hint: set CUECARD_TEST_NOBODY_SETS_THIS"),
            ("claim = ''", "[oidc] claim is empty"),
            (&all("http://id.example", "https://desk.example"), "[oidc] issuer: \"http://id.example\" is not https"),
            (&all("https://id.example", "http://desk.example"), "[oidc] origin: \"http://desk.example\" is not https"),
            (&all("https://id.example", "https://desk.example/"), "is no origin"),
        ] {
            let said = settings(more).err().unwrap_or_default();
            assert!(said.contains(expected), "{more}: {said}");
        }
    }
}
