//! Mail: one letter over one connection, step by step, so that it is known how far it got.
//!
//! Until the final dot nothing has been taken, whatever breaks; between the dot and the answer nobody can tell. Owns no
//! queue and no bounce: those of the mail server come back as events.

mod letter;

use std::{future::Future, time::Duration};

use anyhow::{Result, anyhow};
use async_trait::async_trait;
use hyper::Uri;
use lettre::{
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use serde::Deserialize;

use self::letter::Letter;
use super::{Connector, Parcel, Secret, Sending};

/// Until the server has greeted us, TLS included.
const GREETING: Duration = Duration::from_secs(20);
/// For the answer to one command. RFC 5321, 4.5.3.2 says five minutes; a queue is not worth waiting for so long.
const COMMAND: Duration = Duration::from_secs(30);
/// For the answer to a whole letter. RFC 5321 says ten minutes, because a late answer makes for two letters.
const DELIVERY: Duration = Duration::from_secs(120);
/// A last word, that nobody waits for.
const GOODBYE: Duration = Duration::from_secs(1);

/// `through.smtp = { url = "smtps://mail.example", from = "Shop <care@shop.example>" }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `smtps://host` is TLS from the start (port 465), `smtp://host` with STARTTLS (587); without TLS on loopback alone.
    pub url: String,
    /// Who writes: `Alder & Fern <care@alder-fern.example>`.
    pub from: String,
    /// Where answers go, if elsewhere.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The account at the mail server.
    #[serde(default)]
    pub user: Option<String>,
    /// The environment variable with its password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// Where one click ends marketing mail, RFC 8058: `https://shop.example/stop?c={customer}&t={token}`. Without it none
    /// is sent.
    #[serde(default)]
    pub unsubscribe_url: Option<String>,
    /// The environment variable with the key of `{token}`: the HMAC-SHA-256 of the customer's id, so that nobody can
    /// unsubscribe somebody else.
    #[serde(default)]
    pub unsubscribe_secret_env: Option<String>,
}

/// A mail server.
#[derive(Debug)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    unsubscribe: Option<Unsubscribe>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    FromTheStart,
    Started,
    Loopback,
}

#[derive(Debug)]
struct Unsubscribe {
    url: String,
    secret: Option<Secret>,
}

impl Smtp {
    /// Reads the settings; the server is asked when there is a letter.
    pub fn open(settings: Settings) -> Result<Self> {
        let (host, port, tls) = server(&settings.url)?;
        let mailbox = |setting: &str, text: &str| {
            let parsed = text.parse::<Mailbox>();
            parsed.map_err(|error| anyhow!("{setting} = {text:?}: {error}\n  hint: write Shop <care@shop.example>"))
        };
        let credentials = match (settings.user, settings.password_env) {
            (Some(user), Some(name)) => {
                let password = Secret::read("password_env", &name)?;
                Some(Credentials::new(user, password.reveal().to_owned()))
            }
            (None, None) => None,
            _ => return Err(anyhow!("user and password_env belong together\n  hint: add the other one")),
        };
        let secret = settings.unsubscribe_secret_env;
        let secret = secret.map(|name| Secret::read("unsubscribe_secret_env", &name)).transpose()?;
        Ok(Self {
            host,
            port,
            tls,
            credentials,
            from: mailbox("from", &settings.from)?,
            reply_to: settings.reply_to.map(|text| mailbox("reply_to", &text)).transpose()?,
            unsubscribe: settings.unsubscribe_url.map(|url| unsubscribe(url, secret)).transpose()?,
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let at = (self.host.as_str(), self.port);
        let from_start = match self.tls {
            Tls::FromTheStart => Some(TlsParameters::new(self.host.clone())?),
            Tls::Started | Tls::Loopback => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(at, Some(GREETING), &hello, from_start, None).await?;
        if self.tls == Tls::Started {
            connection.starttls(TlsParameters::new(self.host.clone())?, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    /// Everything up to the server's "go ahead".
    async fn envelope(&self, connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), Trouble> {
        let international = !letter.to.to_string().is_ascii();
        if international && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Trouble::No("the mail server takes no such address (SMTPUTF8)".into()));
        }
        let options = if international { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        within(COMMAND, connection.command(Mail::new(Some(self.from.email.clone()), options))).await?;
        within(COMMAND, connection.command(Rcpt::new(letter.to.clone(), Vec::new()))).await?;
        within(COMMAND, connection.command(Data)).await.map(drop)
    }
}

#[async_trait]
impl Connector for Smtp {
    async fn send(&self, parcel: &Parcel) -> Sending {
        let letter = match letter::write(self, parcel) {
            Ok(letter) => letter,
            Err(detail) => return Sending::Refused { detail },
        };
        let mut connection = match within(GREETING, self.connect()).await {
            Ok(connection) => connection,
            // Whatever they say now is about us and not about this letter: a wrong password can be mended.
            Err(trouble) => return Sending::NotTaken { retry_after: None, detail: trouble.into_detail() },
        };
        if let Err(trouble) = self.envelope(&mut connection, &letter).await {
            return match trouble {
                Trouble::No(detail) => Sending::Refused { detail },
                Trouble::Later(detail) | Trouble::Silence(detail) => Sending::NotTaken { retry_after: None, detail },
            };
        }
        match within(DELIVERY, connection.message(&letter.bytes)).await {
            Ok(_) => {
                let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
                Sending::Sent { reference: Some(letter.id) }
            }
            Err(Trouble::No(detail)) => Sending::Refused { detail },
            Err(Trouble::Later(detail)) => Sending::NotTaken { retry_after: None, detail },
            Err(Trouble::Silence(detail)) => Sending::Unknown { detail },
        }
    }

    async fn lookup(&self, _: &Parcel) -> Option<bool> {
        None
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}

/// Why a step failed.
enum Trouble {
    /// They said no, for good: 5xx.
    No(String),
    /// They said not now: 4xx.
    Later(String),
    /// They said nothing that can be understood, or nothing in time.
    Silence(String),
}

impl Trouble {
    fn into_detail(self) -> String {
        let (Self::No(detail) | Self::Later(detail) | Self::Silence(detail)) = self;
        detail
    }
}

async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.is_permanent() => Err(Trouble::No(error.to_string())),
        Ok(Err(error)) if error.is_transient() => Err(Trouble::Later(error.to_string())),
        Ok(Err(error)) => Err(Trouble::Silence(error.to_string())),
        Err(_) => Err(Trouble::Silence(format!("no answer within {} s", limit.as_secs()))),
    }
}

fn server(url: &str) -> Result<(String, u16, Tls)> {
    let wrong = || anyhow!("{url:?} is no mail server\n  hint: write smtps://mail.example, or smtp://mail.example:587");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(anyhow!("url has a user or a password in it\n  hint: put them under user and password_env"));
    }
    let is_loopback =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("smtps") => Ok((host, uri.port_u16().unwrap_or(465), Tls::FromTheStart)),
        Some("smtp") if is_loopback => Ok((host, uri.port_u16().unwrap_or(25), Tls::Loopback)),
        Some("smtp") => Ok((host, uri.port_u16().unwrap_or(587), Tls::Started)),
        _ => Err(wrong()),
    }
}

fn unsubscribe(url: String, secret: Option<Secret>) -> Result<Unsubscribe> {
    let sample = url.replace("{customer}", "1").replace("{token}", "1");
    if !url.starts_with("https://") || sample.parse::<Uri>().is_err() || sample.contains(['{', '}', '<', '>', ',']) {
        let hint = "write https://shop.example/stop?c={customer}&t={token}";
        return Err(anyhow!("unsubscribe_url = {url:?} is no https address\n  hint: {hint}"));
    }
    if url.contains("{token}") != secret.is_some() {
        let hint = "one is of no use without the other";
        return Err(anyhow!("{{token}} in unsubscribe_url and unsubscribe_secret_env belong together\n  hint: {hint}"));
    }
    Ok(Unsubscribe { url, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> String {
        let settings: Settings = match toml::from_str(toml) {
            Ok(settings) => settings,
            Err(error) => return error.to_string(),
        };
        Smtp::open(settings).map_or_else(|error| error.to_string(), |smtp| format!("{:?} {}", smtp.tls, smtp.port))
    }

    #[test]
    fn settings_are_read_strictly() {
        let from = "from = \"Shop <care@shop.example>\"";
        for (toml, expected) in [
            ("url = \"smtps://mail.example\"", "FromTheStart 465"),
            ("url = \"smtp://mail.example\"", "Started 587"),
            ("url = \"smtp://127.0.0.1:2525\"", "Loopback 2525"),
            ("url = \"https://mail.example\"", "hint: write smtps://"),
            ("url = \"smtps://me:secret@mail.example\"", "hint: put them under user"),
            ("url = \"smtps://mail.example\"\nuser = \"me\"", "belong together"),
            ("url = \"smtps://mail.example\"\nuser = \"me\"\npassword_env = \"NOBODY_SETS_THIS\"", "hint: set NOBODY"),
            ("url = \"smtps://mail.example\"\nunsubscribe_url = \"http://a.example\"", "no https address"),
            ("url = \"smtps://mail.example\"\nunsubscribe_url = \"https://a.example/{token}\"", "belong together"),
            ("url = \"smtps://mail.example\"\nreply_to = \"a\\r\\nBcc: b@c.example\"", "reply_to"),
            ("url = \"smtps://mail.example\"\npasword = 1", "unknown field `pasword`"),
        ] {
            let said = settings(&format!("{from}\n{toml}"));
            assert!(said.contains(expected) && !said.contains("secret@"), "{toml}: {said}");
        }
    }
}
