//! Chatwoot: a server with its two routes, pages of twenty, and versions that keep marks or drop them.

use std::{
    future::IntoFuture,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use cuecard::{
    connectors::{Chatwoot, Connector as _, Parcel, Secret, Sending},
    outgoing::Outgoing,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{fate, parcel};

#[derive(Clone)]
struct Messages {
    keeps_marks: bool,
    kept: Arc<Mutex<Vec<Value>>>,
}

async fn create(
    State(messages): State<Messages>,
    Path((account, conversation)): Path<(u64, u64)>,
    headers: HeaderMap,
    Json(mut body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if headers.get("api_access_token").unwrap() != "very-secret" || (account, conversation) != (3, 7) {
        return (StatusCode::UNAUTHORIZED, Json(json!({})));
    }
    if !messages.keeps_marks {
        body["content_attributes"] = json!({});
    }
    let mut kept = messages.kept.lock().unwrap();
    body["id"] = json!(kept.len() + 1);
    kept.push(body.clone());
    (StatusCode::OK, Json(body))
}

async fn list(State(messages): State<Messages>, Query(query): Query<Vec<(String, u64)>>) -> Json<Value> {
    let before = query.iter().find(|(name, _)| name == "before").map_or(u64::MAX, |(_, before)| *before);
    let kept = messages.kept.lock().unwrap();
    let older: Vec<_> = kept.iter().filter(|message| message["id"].as_u64().unwrap() < before).cloned().collect();
    Json(json!({ "meta": {}, "payload": older[older.len().saturating_sub(20)..] }))
}

async fn chatwoot(keeps_marks: bool) -> (String, Messages) {
    let messages = Messages { keeps_marks, kept: Arc::default() };
    let path = "/api/v1/accounts/{account}/conversations/{conversation}/messages";
    let router = Router::new().route(path, get(list).post(create)).with_state(messages.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    (host, messages)
}

fn connector(url: &str) -> Chatwoot {
    let settings = toml::from_str(&format!("url = {url:?}\naccount = 3\ntoken_env = \"X\"")).unwrap();
    Chatwoot::new(&settings, Secret::from("very-secret"), Outgoing::default()).unwrap()
}

#[tokio::test]
async fn a_message_carries_the_mark_and_opens_no_tag() {
    let (url, messages) = chatwoot(true).await;
    let sent = connector(&url).send(&Parcel { text: "Hello {{contact.email}} {% raw %}".into(), ..parcel() }).await;
    assert_eq!(sent, Sending::Sent { reference: Some("1".into()) });
    let expected = json!({
        "content": "Hello {{ \"{\" }}{contact.email}} {{ \"{\" }}% raw %}", "message_type": "outgoing", "private": false,
        "content_attributes": { "cuecard_key": "demo:o-1" }, "id": 1,
    });
    assert_eq!(*messages.kept.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_doubtful_message_is_looked_for() {
    let (url, messages) = chatwoot(true).await;
    let first = connector(&url);
    assert_eq!(first.lookup(&parcel()).await, None, "nobody knows yet whether this Chatwoot keeps marks");
    first.send(&parcel()).await;
    // Thirty messages later, and another process.
    for number in 0..30 {
        let other = json!({ "content": "hi", "content_attributes": {}, "id": number + 2 });
        messages.kept.lock().unwrap().push(other);
    }
    let second = connector(&url);
    assert_eq!(second.lookup(&parcel()).await, Some(true));
    let other = Parcel { idempotency_key: "demo:o-2".into(), ..parcel() };
    assert_eq!(second.lookup(&other).await, Some(false));

    let (url, _) = chatwoot(false).await;
    let old = connector(&url);
    assert_eq!(fate(&old.send(&parcel()).await), "sent");
    assert_eq!(old.lookup(&parcel()).await, None, "a mark that is not kept says nothing");
}

#[tokio::test]
async fn only_a_conversation_of_chatwoot_is_written_in() {
    let (url, messages) = chatwoot(true).await;
    let connector = connector(&url);
    for conversation in [None, Some("c-7"), Some("7/../8"), Some("7?x=1"), Some("7\r\nX: 1"), Some("chatwoot-4-7")] {
        let parcel = Parcel { conversation: conversation.map(str::to_owned), ..parcel() };
        assert_eq!(fate(&connector.send(&parcel).await), "refused", "{conversation:?}");
        assert_eq!(connector.lookup(&parcel).await, None);
    }
    let elsewhere = Parcel { conversation: Some("8".into()), ..parcel() };
    assert_eq!(fate(&connector.send(&elsewhere).await), "refused", "401");
    let template = Parcel { template: Some("order_update".into()), ..parcel() };
    assert_eq!(fate(&connector.send(&template).await), "refused");
    assert!(messages.kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_note_is_known_by_its_mark_or_where_marks_are_dropped_by_its_words() {
    let now = cuecard::clock::now();
    let (url, messages) = chatwoot(true).await;
    let first = connector(&url);
    assert_eq!(fate(&first.note(7, "Say {{it}}", "demo:m-1").await), "sent");
    {
        let mut kept = messages.kept.lock().unwrap();
        assert_eq!((&kept[0]["private"], &kept[0]["message_type"]), (&json!(true), &json!("outgoing")));
        kept[0]["content"] = json!("Say {{it}}");
        kept[0]["created_at"] = json!(now.seconds());
    }
    assert_eq!(first.has_note(7, "Say {{it}}", "demo:m-1", now).await, Some(true));
    assert_eq!(
        first.has_note(7, "Say {{it}}", "demo:m-2", now).await,
        Some(false),
        "the same words for another message"
    );

    let (url, messages) = chatwoot(false).await;
    let old = connector(&url);
    assert_eq!(fate(&old.note(7, "Hello", "demo:m-1").await), "sent");
    messages.kept.lock().unwrap()[0]["created_at"] = json!(now.seconds());
    assert_eq!(old.has_note(7, "Hello", "demo:m-1", now).await, Some(true), "by its words");
    assert_eq!(old.has_note(7, "Bye", "demo:m-1", now).await, None, "nobody knows");
    let later = cuecard_model::Timestamp::from_seconds(now.seconds() + 600);
    assert_eq!(old.has_note(7, "Hello", "demo:m-2", later).await, None, "those words are from long before");

    let elsewhere = old.note(8, "Hello", "demo:m-3").await;
    assert!(
        matches!(&elsewhere, Sending::NotTaken { retry_after: Some(_), .. }),
        "a token can be mended: {elsewhere:?}"
    );
}
