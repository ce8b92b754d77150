//! A Chatwoot on a real socket: signed webhooks out, messages and conversations in and out, content rendered as Liquid
//! does it. On command it loses, doubles and delays webhooks, says "later", is slow, and fails after it has taken.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses a part")]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use ring::hmac;
use serde_json::{Value, json};

pub const ACCOUNT: u64 = 3;
pub const TOKEN: &str = "agent-token";
pub const SECRET: &str = "webhook-secret";
/// What must be found nowhere.
pub const PUBSUB: &str = "PUBSUBTOKENthatnobodymaysee";

/// What a request to write a message meets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// 429 before anything is taken.
    Later,
    /// Taken, and then a 500.
    FailsAfter,
    /// Taken, and answered after this many milliseconds.
    SlowAfter(u64),
    /// Not taken, and a 503.
    Away,
}

#[derive(Default)]
struct Inside {
    next: u64,
    clock: u64,
    conversations: BTreeMap<u64, Vec<Value>>,
    activity: BTreeMap<u64, i64>,
    faults: Vec<Fault>,
    posts: usize,
    /// Where webhooks go; nowhere, if absent.
    hook: Option<String>,
    deliveries: u64,
}

/// A running Chatwoot.
#[derive(Clone)]
pub struct Chatwoot {
    pub address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Chatwoot {
    pub fn start() -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let inside = Arc::new(Mutex::new(Inside { next: 100, ..Inside::default() }));
        let state = Arc::clone(&inside);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let base = "/api/v1/accounts/{account}/conversations";
                let router = Router::new()
                    .route(base, get(conversations))
                    .route(&format!("{base}/{{number}}/messages"), get(messages).post(create))
                    .with_state(state);
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { address: told.recv().unwrap(), inside }
    }

    /// What the next requests to write meet, in turn, again and again.
    pub fn faults(&self, faults: &[Fault]) {
        self.inside.lock().unwrap().faults = faults.to_vec();
    }

    pub fn hook(&self, url: Option<String>) {
        self.inside.lock().unwrap().hook = url;
    }

    pub fn posts(&self) -> usize {
        self.inside.lock().unwrap().posts
    }

    /// A customer writes. Gives the webhook's body.
    pub fn says(&self, conversation: u64, text: &str) -> Value {
        self.write(
            conversation,
            json!({
                "content": text, "message_type": 0, "private": false, "content_attributes": {}, "content_type": "text",
                "sender": contact(conversation), "source_id": null,
            }),
        )
    }

    /// An agent writes.
    pub fn agent_says(&self, conversation: u64, text: &str) -> Value {
        self.write(
            conversation,
            json!({
                "content": text, "message_type": 1, "private": false, "content_attributes": {}, "content_type": "text",
                "sender": {"id": 4, "name": "Ana", "email": "ana@shop.example", "type": "user"},
            }),
        )
    }

    /// Anything is written.
    pub fn write(&self, conversation: u64, message: Value) -> Value {
        let mut inside = self.inside.lock().unwrap();
        let message = inside.add(conversation, message);
        webhook("message_created", conversation, &message)
    }

    /// All messages of a conversation.
    pub fn messages(&self, conversation: u64) -> Vec<Value> {
        self.inside.lock().unwrap().conversations.get(&conversation).cloned().unwrap_or_default()
    }

    /// Our notes: the key of each, and the words.
    pub fn notes(&self) -> Vec<(String, String)> {
        let inside = self.inside.lock().unwrap();
        let all = inside.conversations.values().flatten().filter(|message| message["private"] == true);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.map(|note| (text(&note["content_attributes"]["cuecard_key"]), text(&note["content"]))).collect()
    }

    /// Sends a webhook as Chatwoot does; gives the status.
    pub fn deliver(&self, body: &Value) -> Option<u16> {
        let (url, delivery) = {
            let mut inside = self.inside.lock().unwrap();
            inside.deliveries += 1;
            (inside.hook.clone()?, inside.deliveries)
        };
        let body = body.to_string();
        let timestamp = now().to_string();
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into();
        let sent = agent
            .post(&url)
            .header("content-type", "application/json")
            .header("x-chatwoot-delivery", format!("d-{delivery}"))
            .header("x-chatwoot-timestamp", &timestamp)
            .header("x-chatwoot-signature", sign(SECRET, &timestamp, body.as_bytes()))
            .send(body.as_bytes());
        sent.ok().map(|answer| answer.status().as_u16())
    }
}

/// `sha256=` and the hexadecimal digits.
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[timestamp.as_bytes(), b".", body].concat());
    format!("sha256={}", tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[allow(clippy::disallowed_methods, reason = "a fake's own clock")]
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

pub fn contact(conversation: u64) -> Value {
    json!({"id": 900 + conversation, "name": "Wei Wang", "email": format!("w{conversation}@mail.example"),
        "phone_number": null, "identifier": format!("shop-{conversation}"), "additional_attributes": {"country_code": "DE"},
        "custom_attributes": {}, "type": "contact"})
}

fn meta(conversation: u64) -> Value {
    json!({"sender": contact(conversation), "assignee": null, "channel": "Channel::WebWidget", "hmac_verified": false})
}

/// A message as a webhook has it: the type is a word, the moment a text, the conversation beside it, tokens and all.
pub fn webhook(event: &str, conversation: u64, message: &Value) -> Value {
    let mut body = message.clone();
    let kind = ["incoming", "outgoing", "activity", "template"][message["message_type"].as_u64().unwrap() as usize];
    body["event"] = json!(event);
    body["message_type"] = json!(kind);
    body["created_at"] = json!(moment(message["created_at"].as_u64().unwrap()));
    body["account"] = json!({"id": ACCOUNT, "name": "Shop"});
    body["conversation"] = json!({
        "id": conversation, "channel": "Channel::WebWidget", "status": "open", "inbox_id": 1, "messages": [message],
        "additional_attributes": {"browser_language": "en"}, "meta": meta(conversation),
        "contact_inbox": {"id": 5, "source_id": "s", "hmac_verified": false, "pubsub_token": PUBSUB},
    });
    body
}

fn moment(seconds: u64) -> String {
    jiff::Timestamp::from_second(seconds as i64).unwrap().to_string()
}

impl Inside {
    fn add(&mut self, conversation: u64, mut message: Value) -> Value {
        self.next += 1;
        let at = now();
        message["id"] = json!(self.next);
        message["created_at"] = json!(at);
        message["conversation_id"] = json!(conversation);
        message["updated_at"] = json!(format!("{at}.{}", self.next));
        self.conversations.entry(conversation).or_default().push(message.clone());
        self.activity.insert(conversation, at as i64);
        message
    }
}

type Shared = State<Arc<Mutex<Inside>>>;

fn refused(account: u64, headers: &HeaderMap) -> Option<Response> {
    let is_known = headers.get("api_access_token").is_some_and(|token| token == TOKEN);
    (!is_known || account != ACCOUNT).then(|| (StatusCode::UNAUTHORIZED, Json(json!({}))).into_response())
}

async fn conversations(
    State(inside): Shared,
    Path(account): Path<u64>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = refused(account, &headers) {
        return refused;
    }
    let page: usize = query.iter().find(|(name, _)| name == "page").map_or(1, |(_, page)| page.parse().unwrap());
    let inside = inside.lock().unwrap();
    let mut all: Vec<_> = inside.activity.iter().map(|(number, at)| (*at, *number)).collect();
    all.sort_unstable();
    let listed: Vec<_> = all
        .iter()
        .rev()
        .skip((page - 1) * 25)
        .take(25)
        .map(|(at, number)| {
            json!({"id": number, "account_id": ACCOUNT, "meta": meta(*number), "last_activity_at": at, "timestamp": at,
            "additional_attributes": {"browser_language": "en"}, "status": "open", "messages": []})
        })
        .collect();
    Json(json!({"data": {"meta": {"all_count": all.len()}, "payload": listed}})).into_response()
}

async fn messages(
    State(inside): Shared,
    Path((account, number)): Path<(u64, u64)>,
    Query(query): Query<Vec<(String, u64)>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = refused(account, &headers) {
        return refused;
    }
    let before = query.iter().find(|(name, _)| name == "before").map_or(u64::MAX, |(_, before)| *before);
    let inside = inside.lock().unwrap();
    let all = inside.conversations.get(&number).into_iter().flatten();
    let older: Vec<_> = all.filter(|message| message["id"].as_u64().unwrap() < before).cloned().collect();
    Json(json!({"meta": {}, "payload": older[older.len().saturating_sub(20)..]})).into_response()
}

async fn create(
    State(inside): Shared,
    Path((account, number)): Path<(u64, u64)>,
    headers: HeaderMap,
    Json(mut body): Json<Value>,
) -> Response {
    if let Some(refused) = refused(account, &headers) {
        return refused;
    }
    let fault = {
        let mut inside = inside.lock().unwrap();
        inside.posts += 1;
        let posts = inside.posts;
        if inside.faults.is_empty() { Fault::None } else { inside.faults[posts % inside.faults.len()] }
    };
    match fault {
        Fault::Later => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "").into_response(),
        Fault::Away => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => {}
    }
    body["message_type"] = json!(1);
    body["content"] = json!(liquid(body["content"].as_str().unwrap()));
    body["sender"] = json!({"id": 4, "name": "Ana", "type": "user"});
    let message = inside.lock().unwrap().add(number, body);
    match fault {
        Fault::FailsAfter => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::SlowAfter(wait) => tokio::time::sleep(Duration::from_millis(wait)).await,
        _ => {}
    }
    Json(message).into_response()
}

/// What Chatwoot makes of outgoing content: a Liquid template in which what stands between backticks is raw. A value
/// that it does not know becomes nothing; an error leaves the content as it came.
pub fn liquid(content: &str) -> String {
    let mut guarded = String::new();
    let mut parts = content.split('`').peekable();
    let mut raw = false;
    while let Some(part) = parts.next() {
        let closes = parts.peek().is_some();
        match (raw, closes) {
            (true, true) => guarded.push_str(&format!("{{% raw %}}`{part}`{{% endraw %}}")),
            (true, false) => guarded.push_str(&format!("`{part}")),
            (false, _) => guarded.push_str(part),
        }
        raw = !raw;
    }
    render(&guarded).unwrap_or_else(|| content.to_owned())
}

fn render(mut rest: &str) -> Option<String> {
    let mut out = String::new();
    loop {
        let value = rest.find("{{").unwrap_or(usize::MAX);
        let tag = rest.find("{%").unwrap_or(usize::MAX);
        if value == usize::MAX && tag == usize::MAX {
            out.push_str(rest);
            return Some(out);
        }
        out.push_str(&rest[..value.min(tag)]);
        rest = &rest[value.min(tag) + 2..];
        if value < tag {
            let end = rest.find("}}")?;
            out.push_str(match rest[..end].trim() {
                "\"{\"" => "{",
                "\"%60\" | url_decode" => "`",
                _ => "",
            });
            rest = &rest[end + 2..];
        } else {
            let end = rest.find("%}")?;
            let name = rest[..end].trim();
            rest = &rest[end + 2..];
            if name != "raw" {
                return None;
            }
            let end = rest.find("{% endraw %}")?;
            out.push_str(&rest[..end]);
            rest = &rest[end + 12..];
        }
    }
}
