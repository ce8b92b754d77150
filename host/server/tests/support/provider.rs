//! A provider of translations on a real socket. It speaks one of the three contracts, refuses what is not by the letter
//! of it, and fails on command.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

pub const KEY: &str = "very-secret-key";

/// How the provider behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Appends the target, so that a translation says how it was asked for.
    Well,
    /// As well, once [`Provider::release`] is called.
    Held,
    /// Answers with a status alone.
    Status(u16),
    /// Answers this body.
    Body(&'static str),
    /// Gives texts back as they came.
    Echo,
    /// Leaves the last text out.
    TooFew,
    /// Translates, and replaces a part of the text.
    Replacing(&'static str, &'static str),
}

struct Shared {
    kind: &'static str,
    mode: Mutex<Mode>,
    asked: Mutex<Vec<Value>>,
    held: watch::Sender<bool>,
}

/// A running provider. Dropping it ends it.
pub struct Provider {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

impl Provider {
    /// `kind` as the operator's file names it.
    pub fn start(kind: &'static str) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let (mode, asked) = (Mutex::new(Mode::Well), Mutex::default());
        let shared = Arc::new(Shared { kind, mode, asked, held: watch::channel(true).0 });
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let router = Router::new().fallback(answer).with_state(state);
                tokio::select! {
                    _ = async { axum::serve(listener, router).await } => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), shared, _stop: stop }
    }

    pub fn behave(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
        self.shared.held.send_replace(mode == Mode::Held);
    }

    /// Lets held answers go.
    pub fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// The bodies that were sent so far.
    pub fn asked(&self) -> Vec<Value> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The operator's file for the merchant.
    pub fn section(&self, merchant: &str, more: &str) -> String {
        let (address, kind) = (self.address, self.shared.kind);
        let model = if kind == "openai" { "model = \"m-1\"\n" } else { "" };
        format!(
            "[[merchant]]\nid = \"{merchant}\"\n[merchant.translation]\nprovider = \"{kind}\"\nurl = \"http://{address}\"\nkey = \"{KEY}\"\n{model}{more}\n"
        )
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    shared.asked.lock().unwrap().push(body.clone());
    let authorization = headers.get("authorization").map(|it| it.to_str().unwrap().to_owned());
    let texts = match contract(shared.kind, uri.path(), authorization.as_deref(), &body) {
        Ok(texts) => texts,
        Err((status, why)) => return (status, json!({"error": why, "message": why}).to_string()).into_response(),
    };
    let mode = *shared.mode.lock().unwrap();
    let mut made: Vec<String> = texts.iter().map(|(text, note)| format!("{text} ({note})")).collect();
    match mode {
        Mode::Well => {}
        Mode::Held => drop(shared.held.subscribe().wait_for(|held| !held).await),
        Mode::Status(status) => return (StatusCode::from_u16(status).unwrap(), KEY).into_response(),
        Mode::Body(body) => return body.into_response(),
        Mode::Echo => made = texts.into_iter().map(|(text, _)| text).collect(),
        Mode::TooFew => drop(made.pop()),
        Mode::Replacing(old, new) => made.iter_mut().for_each(|text| *text = text.replace(old, new)),
    }
    let answer = match shared.kind {
        "deepl" => {
            let one = |text| json!({"detected_source_language": "DE", "text": text});
            json!({"translations": made.into_iter().map(one).collect::<Vec<_>>()})
        }
        "libretranslate" if body["source"] == "auto" => {
            let detected: Vec<_> = made.iter().map(|_| json!({"confidence": 90.0, "language": "de"})).collect();
            json!({"translatedText": made, "detectedLanguage": detected})
        }
        "libretranslate" => json!({"translatedText": made}),
        _ => {
            let content = json!({"translations": made}).to_string();
            json!({"id": "c-1", "object": "chat.completion", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
            ]})
        }
    };
    answer.to_string().into_response()
}

/// The texts of a request, each with what the contract says about its way; or the refusal that the real one would give.
fn contract(
    kind: &str,
    path: &str,
    authorization: Option<&str>,
    body: &Value,
) -> Result<Vec<(String, String)>, (StatusCode, String)> {
    let is = |fits: bool, status: u16, why: &str| match fits {
        true => Ok(()),
        false => Err((StatusCode::from_u16(status).unwrap(), why.to_owned())),
    };
    let fields = |known: &[&str]| body.as_object().unwrap().keys().all(|key| known.contains(&key.as_str()));
    let list = |texts: &Value| -> Vec<String> { serde_json::from_value(texts.clone()).unwrap_or_default() };
    match kind {
        "deepl" => {
            is(path == "/v2/translate", 404, "path")?;
            is(authorization == Some(&format!("DeepL-Auth-Key {KEY}")), 403, "key")?;
            is(fields(&["text", "source_lang", "target_lang", "formality"]), 400, "fields")?;
            let formality = body["formality"].as_str();
            is(matches!(formality, None | Some("prefer_more" | "prefer_less")), 400, "formality")?;
            let target = body["target_lang"].as_str().unwrap_or_default();
            is(["DE", "FR", "EN-US", "ZH-HANT"].contains(&target), 400, "Value for 'target_lang' not supported.")?;
            let source = body["source_lang"].as_str();
            is(source.is_none_or(|it| ["EN", "DE", "ES"].contains(&it)), 400, "source_lang")?;
            let note = format!("{target} {}", formality.unwrap_or("-"));
            Ok(list(&body["text"]).into_iter().map(|text| (text, note.clone())).collect())
        }
        "libretranslate" => {
            is(path == "/translate", 404, "path")?;
            is(body["api_key"] == KEY, 403, "Invalid API key")?;
            is(fields(&["q", "source", "target", "format", "api_key"]), 400, "fields")?;
            is(body["format"] == "text", 400, "format")?;
            let (source, target) = (body["source"].as_str(), body["target"].as_str().unwrap_or_default());
            is(source.is_some_and(|it| ["auto", "en", "de", "es"].contains(&it)), 400, "source is not supported")?;
            is(["de", "fr", "en", "zt"].contains(&target), 400, "target is not supported")?;
            Ok(list(&body["q"]).into_iter().map(|text| (text, target.to_owned())).collect())
        }
        _ => {
            is(path == "/v1/chat/completions", 404, "path")?;
            is(authorization == Some(&format!("Bearer {KEY}")), 401, "key")?;
            is(body["model"] == "m-1" && body["temperature"] == 0, 400, "model")?;
            is(body["response_format"]["json_schema"]["strict"] == true, 400, "response_format")?;
            let task = body["messages"][0]["content"].as_str().unwrap_or_default();
            let address = if task.contains("formally, where") { "spoken to" } else { "-" };
            let texts: Value = serde_json::from_str(body["messages"][1]["content"].as_str().unwrap()).unwrap();
            Ok(list(&texts["texts"]).into_iter().map(|text| (text, address.to_owned())).collect())
        }
    }
}
