//! Chatwoot: a message in the conversation in which the customer last wrote.
//!
//! Chatwoot has no idempotency key, so each message carries ours as a mark, and a doubtful one is looked for among the
//! conversation's messages. Older versions drop the mark: then its absence says nothing, and we say so.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Result;
use async_trait::async_trait;
use hyper::{
    HeaderMap, Method, Uri,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    Connector, Parcel, Secret, Sending,
    web::{address, reference, taken},
};
use crate::outgoing::{Outgoing, Request};

const TOKEN: HeaderName = HeaderName::from_static("api_access_token");
/// The attribute of a message that holds our key.
const MARK: &str = "cuecard_key";
/// A page of messages, with what they carry.
const ANSWER_BYTES: usize = 2 * 1024 * 1024;
/// Chatwoot gives twenty messages a page.
const PAGES: usize = 5;

/// `through.chatwoot = { url = "https://chat.example", account = 1, token_env = "…" }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where Chatwoot is.
    pub url: String,
    /// The account's number.
    pub account: u64,
    /// The environment variable with the access token of an agent or a bot.
    pub token_env: String,
    /// How long an answer may take, in milliseconds.
    #[serde(default = "patience")]
    pub timeout_ms: u64,
}

fn patience() -> u64 {
    15_000
}

/// One account of a Chatwoot.
#[derive(Debug)]
pub struct Chatwoot {
    conversations: String,
    token: Secret,
    timeout: Duration,
    outgoing: Outgoing,
    /// This Chatwoot was seen to keep marks.
    keeps_marks: AtomicBool,
}

impl Chatwoot {
    /// With the token from the environment.
    pub fn open(settings: Settings, outgoing: Outgoing) -> Result<Self> {
        let token = Secret::read("token_env", &settings.token_env)?;
        Self::new(&settings, token, outgoing)
    }

    /// With a token that is known.
    pub fn new(settings: &Settings, token: Secret, outgoing: Outgoing) -> Result<Self> {
        let base = settings.url.trim_end_matches('/');
        address("url", base)?;
        let conversations = format!("{base}/api/v1/accounts/{}/conversations", settings.account);
        let timeout = Duration::from_millis(settings.timeout_ms);
        Ok(Self { conversations, token, timeout, outgoing, keeps_marks: AtomicBool::new(false) })
    }

    /// The conversation's messages, if it is named as Chatwoot names one: by a number.
    fn messages(&self, parcel: &Parcel) -> Option<String> {
        let number: u64 = parcel.conversation.as_deref()?.parse().ok()?;
        Some(format!("{}/{number}/messages", self.conversations))
    }

    fn request(&self, method: Method, url: &str, body: Vec<u8>) -> Option<Request> {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (TOKEN, HeaderValue::from_str(self.token.reveal()).ok()?),
        ]);
        let (url, body) = (url.parse::<Uri>().ok()?, body.into());
        Some(Request { method, url, headers, body, timeout: self.timeout, answer_limit: ANSWER_BYTES })
    }

    /// A page of messages, oldest first.
    async fn page(&self, url: &str) -> Option<Vec<Json>> {
        let answer = self.outgoing.send(self.request(Method::GET, url, Vec::new())?).await.ok()?;
        if !answer.status.is_success() {
            return None;
        }
        match serde_json::from_slice::<Json>(&answer.body).ok()?.get_mut("payload")?.take() {
            Json::Array(messages) => Some(messages),
            _ => None,
        }
    }

    fn note_mark(&self, message: &Json) -> Option<String> {
        let mark = message.get("content_attributes")?.get(MARK)?.as_str()?.to_owned();
        self.keeps_marks.store(true, Ordering::Relaxed);
        Some(mark)
    }
}

#[async_trait]
impl Connector for Chatwoot {
    async fn send(&self, parcel: &Parcel) -> Sending {
        let refused = |detail: &str| Sending::Refused { detail: detail.into() };
        let Some(url) = self.messages(parcel) else {
            return refused("there is no conversation of Chatwoot to write in");
        };
        if parcel.template.is_some() {
            return refused("Chatwoot wants a template's values one by one, and a contact has its whole text alone");
        }
        let body = json!({
            "content": literal(&parcel.text),
            "message_type": "outgoing",
            "private": false,
            "content_attributes": { MARK: parcel.idempotency_key },
        });
        let Some(request) = self.request(Method::POST, &url, body.to_string().into_bytes()) else {
            return refused("the token cannot be written as a header");
        };
        match taken(self.outgoing.send(request).await) {
            Ok(answer) => {
                let _ = serde_json::from_slice(&answer.body).ok().and_then(|message: Json| self.note_mark(&message));
                Sending::Sent { reference: reference(&answer) }
            }
            Err(fate) => fate,
        }
    }

    async fn lookup(&self, parcel: &Parcel) -> Option<bool> {
        let url = self.messages(parcel)?;
        let mut next = url.clone();
        for _ in 0..PAGES {
            let messages = self.page(&next).await?;
            // Every message, not only up to the one: others tell whether marks are kept.
            let marks: Vec<_> = messages.iter().filter_map(|message| self.note_mark(message)).collect();
            if marks.contains(&parcel.idempotency_key) {
                return Some(true);
            }
            let Some(oldest) = messages.first().and_then(|message| message.get("id")?.as_u64()) else {
                return self.keeps_marks.load(Ordering::Relaxed).then_some(false);
            };
            next = format!("{url}?before={oldest}");
        }
        None
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}

/// Chatwoot reads what is sent as a Liquid template: a brace that would open a tag is written as a value.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if matches!(letters.peek(), Some('{' | '%')) => out.push_str("{{ \"{\" }}"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_brace_opens_a_tag() {
        for (text, expected) in [
            ("Hello {name}", "Hello {name}"),
            ("{{contact.email}}", "{{ \"{\" }}{contact.email}}"),
            ("{% raw %}", "{{ \"{\" }}% raw %}"),
            ("{{{%", "{{ \"{\" }}{{ \"{\" }}{{ \"{\" }}%"),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
