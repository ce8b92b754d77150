//! A login service of OpenID Connect in the test's process, on a socket of its own. It checks client, address and verifier
//! and takes a code once, as such services do; a [`Twist`] makes it answer otherwise.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use support::Answer;

use super::support;

type Fields = HashMap<String, String>;

/// What is other than it should be. Claims and what it says of itself are laid over the right ones; `null` takes away.
#[derive(Debug, Default)]
pub(crate) struct Twist {
    pub(crate) claims: Value,
    pub(crate) discovery: Value,
    /// What it says of the person beside the ID token; nothing but who it is, otherwise.
    pub(crate) userinfo: Value,
    /// The header of the ID token, in place of one with a signature.
    pub(crate) header: &'static str,
    /// The token endpoint's answer.
    pub(crate) answer: Option<(u16, String)>,
    /// What comes back beside the state, in place of the code.
    pub(crate) instead: Option<&'static str>,
    /// The answer names its issuer (RFC 9207).
    pub(crate) issuer_in_answer: bool,
    /// The client has no secret.
    pub(crate) is_public: bool,
}

pub(crate) struct Service {
    pub(crate) url: String,
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    url: String,
    twist: Mutex<Twist>,
    /// What was asked for, by the code that was given for it.
    codes: Mutex<HashMap<String, Fields>>,
}

impl Service {
    pub(crate) fn start() -> Self {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("http://{}", listener.local_addr().unwrap());
                let inside = Arc::new(Inside { url, ..Inside::default() });
                tell.send(Arc::clone(&inside)).unwrap();
                let router = Router::new()
                    .route("/.well-known/openid-configuration", get(discovery))
                    .route("/authorize", get(authorize))
                    .route("/token", post(token))
                    .route("/userinfo", get(userinfo))
                    .with_state(inside);
                axum::serve(listener, router).await.unwrap();
            });
        });
        let inside = told.recv().unwrap();
        Self { url: inside.url.clone(), inside }
    }

    pub(crate) fn twist(&self, twist: Twist) {
        *lock(&self.inside.twist) = twist;
    }

    /// Somebody logs in there: where their browser is sent then.
    pub(crate) fn authorize(&self, address: &str) -> String {
        let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        std::io::Write::write_all(&mut stream, &support::head("GET", &format!("/{path}"), &[], None)).unwrap();
        let answer = Answer::read(stream);
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned()
    }
}

/// The query of an address.
pub(crate) fn query(address: &str) -> Fields {
    Query::<Fields>::try_from_uri(&address.parse().unwrap()).unwrap().0
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lay_over(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().into_iter().flatten() {
        if change.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name] = change.clone();
        }
    }
    value
}

async fn discovery(State(inside): State<Arc<Inside>>) -> Json<Value> {
    let url = &inside.url;
    let says = json!({"issuer": url, "authorization_endpoint": format!("{url}/authorize?tenant=a"),
        "token_endpoint": format!("{url}/token"), "userinfo_endpoint": format!("{url}/userinfo")});
    Json(lay_over(says, &lock(&inside.twist).discovery))
}

async fn authorize(State(inside): State<Arc<Inside>>, Query(asked): Query<Fields>) -> Response {
    let right = asked["tenant"] == "a" && asked["response_type"] == "code" && asked["client_id"] == "the desk";
    if !(right && asked["code_challenge_method"] == "S256" && asked["scope"].contains("openid")) {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let (twist, code) = (lock(&inside.twist), cuecard::ids::new_token());
    let back = format!("{}?state={}&session_state=x", asked["redirect_uri"], asked["state"]);
    let issuer = if twist.issuer_in_answer { format!("&iss={}", inside.url) } else { String::new() };
    lock(&inside.codes).insert(code.clone(), asked);
    match twist.instead {
        Some(instead) => Redirect::to(&format!("{back}&{instead}")).into_response(),
        None => Redirect::to(&format!("{back}&code={code}{issuer}")).into_response(),
    }
}

async fn token(State(inside): State<Arc<Inside>>, headers: HeaderMap, Form(sent): Form<Fields>) -> Response {
    let twist = lock(&inside.twist);
    if !knows_us(&twist, &headers, &sent) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response();
    }
    if let Some((status, body)) = &twist.answer {
        let location = [("location", format!("{}/token", inside.url))];
        return (StatusCode::from_u16(*status).unwrap(), location, body.clone()).into_response();
    }
    // A code that is tried with another verifier is lost to nobody in this service, and a right one is good once.
    let (mut codes, sent) = (lock(&inside.codes), |name: &str| sent.get(name).map_or("", String::as_str));
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, sent("code_verifier").as_bytes()));
    let asked = codes.get(sent("code")).filter(|asked| {
        sent("grant_type") == "authorization_code"
            && asked["redirect_uri"] == sent("redirect_uri")
            && asked["code_challenge"] == challenge
    });
    let Some(nonce) = asked.map(|asked| asked["nonce"].clone()) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    codes.remove(sent("code"));
    let now = cuecard::clock::now().seconds();
    let claims = json!({"iss": inside.url, "sub": "u-7", "aud": "the desk", "exp": now + 300, "iat": now, "nonce": nonce,
        "email": "ana@shop.example", "email_verified": true});
    Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token(&twist, claims)})).into_response()
}

async fn userinfo(State(inside): State<Arc<Inside>>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer a") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(lay_over(json!({"sub": "u-7"}), &lock(&inside.twist).userinfo)).into_response()
}

/// A secret in the header or in the body, as it says that it wants it; never both.
fn knows_us(twist: &Twist, headers: &HeaderMap, sent: &Fields) -> bool {
    let basic = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let posted = sent.get("client_secret").map(String::as_str);
    let wants_post = twist.discovery.get("token_endpoint_auth_methods_supported").is_some();
    if twist.is_public {
        return basic.is_none() && posted.is_none() && sent["client_id"] == "the desk";
    }
    if wants_post {
        return basic.is_none() && posted == Some("cuecard") && sent["client_id"] == "the desk";
    }
    basic == Some(format!("Basic {}", STANDARD.encode("the%20desk:cuecard"))) && posted.is_none()
}

fn id_token(twist: &Twist, claims: Value) -> String {
    let payload = URL_SAFE_NO_PAD.encode(lay_over(claims, &twist.claims).to_string());
    match twist.header {
        "" => format!("{}.{payload}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(r#"{"alg": "RS256", "kid": "1"}"#)),
        header => format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header)),
    }
}
