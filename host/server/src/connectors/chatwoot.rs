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
use cuecard_model::Timestamp;
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
use crate::{
    outgoing::{Answer, Failed, Outgoing, Request},
    webhooks::chatwoot::{Account, MARK},
};

const TOKEN: HeaderName = HeaderName::from_static("api_access_token");
/// A page of messages, with what they carry.
const ANSWER_BYTES: usize = 2 * 1024 * 1024;
/// Chatwoot's clock may be so far behind ours, in seconds.
const APART: i64 = 120;
/// How long nothing is written after a token was not taken.
const TOKEN_PAUSE: Duration = Duration::from_secs(30);
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
    account: Account,
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
        let account = Account { number: settings.account, trust_identifiers: false };
        Ok(Self { conversations, account, token, timeout, outgoing, keeps_marks: AtomicBool::new(false) })
    }

    /// The address of the messages of a conversation that is named as Chatwoot or as we name one.
    fn messages(&self, parcel: &Parcel) -> Option<String> {
        let number = self.account.number_of(parcel.conversation.as_deref()?)?;
        Some(self.messages_of(number))
    }

    fn messages_of(&self, number: u64) -> String {
        format!("{}/{number}/messages", self.conversations)
    }

    async fn ask(&self, method: Method, url: &str, body: Vec<u8>) -> Result<Answer, Sending> {
        taken(self.send_raw(method, url, body).await?)
    }

    async fn send_raw(&self, method: Method, url: &str, body: Vec<u8>) -> Result<Result<Answer, Failed>, Sending> {
        let unfit = || Sending::Refused { detail: "the token or the address cannot be written into a request".into() };
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (TOKEN, HeaderValue::from_str(self.token.reveal()).map_err(|_| unfit())?),
        ]);
        let (url, body) = (url.parse::<Uri>().map_err(|_| unfit())?, body.into());
        let request = Request { method, url, headers, body, timeout: self.timeout, answer_limit: ANSWER_BYTES };
        Ok(self.outgoing.send(request).await)
    }

    /// Writes a message that carries the key.
    async fn write(
        &self,
        messages: &str,
        text: &str,
        private: bool,
        key: &str,
    ) -> Result<Result<Answer, Failed>, Sending> {
        let body = json!({
            "content": literal(text),
            "message_type": "outgoing",
            "private": private,
            "content_attributes": { MARK: key },
        });
        self.send_raw(Method::POST, messages, body.to_string().into_bytes()).await
    }

    fn fate(&self, result: Result<Answer, Failed>) -> Sending {
        match taken(result) {
            Ok(answer) => {
                let _ = serde_json::from_slice(&answer.body).ok().and_then(|message: Json| self.note_mark(&message));
                Sending::Sent { reference: reference(&answer) }
            }
            Err(fate) => fate,
        }
    }

    /// Writes a note that agents alone see.
    pub async fn note(&self, conversation: u64, text: &str, key: &str) -> Sending {
        match self.write(&self.messages_of(conversation), text, true, key).await {
            // A token is mended, and notes are kept until it is.
            Ok(Ok(answer)) if matches!(answer.status.as_u16(), 401 | 403) => {
                let detail = format!("the answer was {}: the token is not taken", answer.status.as_u16());
                Sending::NotTaken { retry_after: Some(TOKEN_PAUSE), detail }
            }
            Ok(result) => self.fate(result),
            Err(fate) => fate,
        }
    }

    /// Whether a note was taken that was written at this moment: by its key, or, where Chatwoot drops keys, by its words.
    /// `None` if it cannot be told.
    pub async fn has_note(&self, conversation: u64, text: &str, key: &str, at: Timestamp) -> Option<bool> {
        let earliest = at.seconds() - APART;
        let is_it = |message: &Json| {
            let words = message.get("content").and_then(Json::as_str).unwrap_or_default();
            // The same words were perhaps a note of another message before.
            let is_new = message.get("created_at").and_then(Json::as_i64).is_some_and(|at| at >= earliest);
            let is_note = message.get("private").and_then(Json::as_bool) == Some(true);
            is_note && is_new && self.note_mark(message).is_none() && words.trim() == text.trim()
        };
        self.find(&self.messages_of(conversation), key, is_it).await
    }

    async fn find(&self, url: &str, key: &str, is_it: impl Fn(&Json) -> bool) -> Option<bool> {
        let mut next = url.to_owned();
        for _ in 0..PAGES {
            let messages = self.page(&next).await.ok()?;
            // Every message, not only up to the one: others tell whether marks are kept.
            let marks: Vec<_> = messages.iter().filter_map(|message| self.note_mark(message)).collect();
            if marks.iter().any(|mark| mark == key) || messages.iter().any(&is_it) {
                return Some(true);
            }
            let Some(oldest) = messages.first().and_then(|message| message.get("id")?.as_u64()) else {
                return self.keeps_marks.load(Ordering::Relaxed).then_some(false);
            };
            next = format!("{url}?before={oldest}");
        }
        None
    }

    /// A page of messages, oldest first.
    async fn page(&self, url: &str) -> Result<Vec<Json>, Sending> {
        let answer = self.ask(Method::GET, url, Vec::new()).await?;
        let mut body = serde_json::from_slice::<Json>(&answer.body).unwrap_or_default();
        list(body.get_mut("payload"))
    }

    /// The messages of a conversation, oldest first: the newest twenty, or those before one.
    pub async fn messages_before(&self, conversation: u64, before: Option<u64>) -> Result<Vec<Json>, Sending> {
        let url = self.messages_of(conversation);
        self.page(&before.map_or(url.clone(), |before| format!("{url}?before={before}"))).await
    }

    /// A page of conversations, counted from 1, those with the latest activity first.
    pub async fn latest(&self, page: usize) -> Result<Vec<Json>, Sending> {
        let query = format!("status=all&assignee_type=all&sort_by=last_activity_at_desc&page={page}");
        let answer = self.ask(Method::GET, &format!("{}?{query}", self.conversations), Vec::new()).await?;
        let mut body = serde_json::from_slice::<Json>(&answer.body).unwrap_or_default();
        list(body.pointer_mut("/data/payload"))
    }

    fn note_mark(&self, message: &Json) -> Option<String> {
        let mark = message.get("content_attributes")?.get(MARK)?.as_str()?.to_owned();
        self.keeps_marks.store(true, Ordering::Relaxed);
        Some(mark)
    }
}

fn list(found: Option<&mut Json>) -> Result<Vec<Json>, Sending> {
    match found.map(Json::take) {
        Some(Json::Array(items)) => Ok(items),
        _ => Err(Sending::Unknown { detail: "the answer is not of Chatwoot's form".into() }),
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
        match self.write(&url, &parcel.text, false, &parcel.idempotency_key).await {
            Ok(result) => self.fate(result),
            Err(fate) => fate,
        }
    }

    async fn lookup(&self, parcel: &Parcel) -> Option<bool> {
        self.find(&self.messages(parcel)?, &parcel.idempotency_key, |_| false).await
    }

    fn is_idempotent(&self) -> bool {
        false
    }
}

/// Chatwoot reads what is sent as a Liquid template: a brace that would open a tag is written as a value. It leaves
/// alone what stands between backticks, values too, so beside such braces backticks are written as values themselves.
fn literal(text: &str) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if matches!(letters.peek(), Some('{' | '%' | '`')) => out.push_str("{{ \"{\" }}"),
            '`' => out.push_str("{{ \"%60\" | url_decode }}"),
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
            ("`{name}`", "`{name}`"),
            ("`{{`", "{{ \"%60\" | url_decode }}{{ \"{\" }}{{ \"{\" }}{{ \"%60\" | url_decode }}"),
        ] {
            assert_eq!(literal(text), expected);
        }
    }
}
