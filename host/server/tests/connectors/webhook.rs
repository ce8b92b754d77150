//! The merchant's own system.

use std::{
    future::IntoFuture,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use cuecard::{
    connectors::{Connector as _, Parcel, Secret, Sending, Webhook},
    outgoing::Outgoing,
};
use tokio::net::TcpListener;

use super::{fate, nobody, parcel};

fn webhook(settings: &str) -> Webhook {
    let settings = toml::from_str(&format!("secret_env = \"X\"\n{settings}")).unwrap();
    Webhook::new(settings, Secret::from("very-secret"), Outgoing::default()).unwrap()
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    host
}

#[tokio::test]
async fn a_parcel_is_signed_and_whole() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&heard);
    let take = move |headers: HeaderMap, body: String| async move {
        hear.lock().unwrap().push((headers, body));
        (StatusCode::ACCEPTED, "{\"id\": 4711}")
    };
    let host = serve(Router::new().route("/out", post(take))).await;
    let webhook = webhook(&format!("url = \"{host}/out\"\nidempotent = true"));
    assert!(webhook.is_idempotent());
    assert_eq!(webhook.send(&parcel()).await, Sending::Sent { reference: Some("4711".into()) });

    let (headers, body) = heard.lock().unwrap().pop().unwrap();
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("idempotency-key"), "demo:o-1");
    assert_eq!(header("content-type"), "application/json");
    let signature = header("cuecard-signature");
    let (moment, signed) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"very-secret");
    let digits: Vec<_> = signed.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap()).collect();
    let digits: Vec<u8> = digits.iter().map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
    ring::hmac::verify(&key, format!("{moment}.{body}").as_bytes(), &digits).unwrap();
    assert!((cuecard::clock::now().seconds() - moment.parse::<i64>().unwrap()).abs() < 60);

    let expected = serde_json::json!({
        "id": "o-1", "idempotency_key": "demo:o-1", "channel": "email", "to": "sara@mail.example",
        "conversation_id": "7", "customer_id": "u-9", "purpose": "service", "subject": null,
        "text": "Hello Sara, your order #1001 is on its way. Thank you.", "template": null, "locale": "en",
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), expected);
    assert!(!format!("{webhook:?}").contains("very-secret"));
}

#[tokio::test]
async fn each_answer_is_a_fate() {
    let answer = |Path(status): Path<u16>| async move {
        (StatusCode::from_u16(status).unwrap(), [("retry-after", "7"), ("location", "/answer/200")]).into_response()
    };
    let never = || std::future::pending::<()>();
    let host = serve(Router::new().route("/answer/{status}", post(answer)).route("/never", post(never))).await;
    for (status, expected) in [
        (200, "sent"),
        (204, "sent"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (408, "unknown"),
        (409, "unknown"),
        (413, "refused"),
        (422, "refused"),
        (429, "not taken"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "not taken"),
        (504, "unknown"),
    ] {
        let sending = webhook(&format!("url = \"{host}/answer/{status}\"")).send(&parcel()).await;
        assert_eq!(fate(&sending), expected, "{status}: {sending:?}");
        if let Sending::NotTaken { retry_after, .. } = sending {
            assert_eq!(retry_after, Some(Duration::from_secs(7)));
        }
    }
    let late = webhook(&format!("url = \"{host}/never\"\ntimeout_ms = 50")).send(&parcel()).await;
    assert_eq!(fate(&late), "unknown", "{late:?}");
    let nobody = webhook(&format!("url = \"http://{}/\"", nobody().await)).send(&parcel()).await;
    assert_eq!(fate(&nobody), "not taken", "{nobody:?}");

    // It reads the request, and hangs up.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await;
    });
    let broken = webhook(&format!("url = \"http://{host}/\"")).send(&parcel()).await;
    assert_eq!(fate(&broken), "unknown", "{broken:?}");
}

#[tokio::test]
async fn a_doubtful_parcel_is_asked_about() {
    let known = |Path(key): Path<String>| async move {
        match key.as_str() {
            "demo:o-1" => StatusCode::OK,
            "de/mo?:o&2" => StatusCode::IM_A_TEAPOT,
            _ => StatusCode::NOT_FOUND,
        }
    };
    let host = serve(Router::new().route("/known/{key}", get(known))).await;
    let webhook = webhook(&format!("url = \"{host}/out\"\nlookup_url = \"{host}/known/{{key}}\""));
    for (key, expected) in [("demo:o-1", Some(true)), ("demo:o-2", Some(false)), ("de/mo?:o&2", None)] {
        let parcel = Parcel { idempotency_key: key.into(), ..parcel() };
        assert_eq!(webhook.lookup(&parcel).await, expected, "{key}");
    }
}

#[tokio::test]
async fn a_key_is_no_header_of_its_own() {
    let evil = Parcel { idempotency_key: "demo:1\r\nX-Evil: 1".into(), ..parcel() };
    assert_eq!(fate(&webhook("url = \"http://127.0.0.1:9/\"").send(&evil).await), "refused");
}
