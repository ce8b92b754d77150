//! `/v1/session`: people log in and out. The token lies in a cookie that scripts cannot read.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use cuecard_engine::Person;
use cuecard_model::MerchantId;
use serde::Deserialize;
use serde_json::json;

use super::{
    Problem,
    guard::{Caller, LoggedIn},
    json::{Json, reply},
    users,
};
use crate::{
    app::App,
    clock,
    people::{self, Attempt, Refused, visitor},
};

/// The cookie goes when the session does.
pub(crate) const SECONDS: i64 = 12 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    name: String,
    password: String,
    #[serde(default)]
    merchant: Option<MerchantId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    password: String,
    new_password: String,
}

/// Where a login comes from, and the cookie it gets.
pub(crate) struct From {
    pub(crate) address: IpAddr,
    pub(crate) cookie: &'static str,
}

impl From {
    pub(crate) fn new(app: &App, ends: Option<&visitor::Ends>, headers: &HeaderMap) -> Self {
        let address = visitor::address(ends, headers, &app.people.proxies);
        Self { address, cookie: visitor::cookie_name(ends, headers) }
    }

    fn answer(&self, person: &Person, token: &str) -> Response {
        with_cookie(shown(person, &people::csrf(token)), &visitor::set_cookie(self.cookie, token, SECONDS))
    }
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    uri: Uri,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    Json(body): Json<Login>,
) -> Result<Response, Problem> {
    // Another site must not log its visitors in here as somebody of its choice.
    if visitor::same_origin(&headers, &uri) == Some(false) {
        return Err(cross_origin());
    }
    let name =
        people::name(&body.name).ok_or_else(|| Problem::bad_request("the name is empty or too long").field("name"))?;
    let from = From::new(&app, ends.as_deref(), &headers);
    let (merchant, password, address) = (body.merchant.as_ref(), &*body.password, from.address);
    let attempt = Attempt { name: &name, merchant, password, address };
    let (token, person) = app.people.log_in(&*app.engine, attempt, clock::now()).await.map_err(refused)?;
    Ok(from.answer(&person, &token))
}

/// All sessions of the person end; this one goes on under a new token.
pub(crate) async fn password(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    logged_in: Option<Extension<LoggedIn>>,
    Json(body): Json<NewPassword>,
) -> Result<Response, Problem> {
    let Extension(LoggedIn { person, .. }) = in_a_window(logged_in)?;
    if app.people.is_demo(&person) {
        return Err(Problem::conflict("the demo's person is in no storage and keeps the password 'demo'")
            .hint("add people of your own with POST /v1/users"));
    }
    let from = From::new(&app, ends.as_deref(), &headers);
    let (name, merchant, address) = (&*person.name, Some(&person.merchant), from.address);
    let attempt = Attempt { name, merchant, password: &body.password, address };
    let person = app.people.recognise(&*app.engine, &attempt, clock::now()).await.map_err(|error| match error {
        Refused::Wrong => Problem::new(403, "wrong-password", "Forbidden", "the present password is wrong")
            .field("password")
            .hint("an operator can give a new one"),
        other => refused(other),
    })?;
    let person = users::replace_password(&app, &caller.by, person, body.new_password).await?;
    let token = app.people.begin(&*app.engine, &person, from.address, clock::now()).await.map_err(refused)?;
    Ok(from.answer(&person, &token))
}

/// A token for our page in another site's frame. A window of ours asks for it, with cookie and all, and hands it over.
pub(crate) async fn embed(
    State(app): State<Arc<App>>,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    logged_in: Option<Extension<LoggedIn>>,
) -> Result<Response, Problem> {
    let Extension(LoggedIn { person, .. }) = in_a_window(logged_in)?;
    let address = From::new(&app, ends.as_deref(), &headers).address;
    let token = app.people.begin_embedded(&*app.engine, &person, address, clock::now()).await.map_err(refused)?;
    let mut response = reply(StatusCode::OK, &json!({ "token": token }));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What a session in a frame must not do: beget another, change the password.
fn in_a_window(logged_in: Option<Extension<LoggedIn>>) -> Result<Extension<LoggedIn>, Problem> {
    let found = logged_in.ok_or_else(no_session)?;
    if found.embedded {
        let detail = "a session in a frame opens what agents use, and no more";
        return Err(Problem::new(403, "forbidden", "Forbidden", detail).hint("open the desk in a window of its own"));
    }
    Ok(found)
}

pub(crate) async fn get(logged_in: Option<Extension<LoggedIn>>) -> Result<Response, Problem> {
    let Extension(LoggedIn { person, csrf, .. }) = logged_in.ok_or_else(no_session)?;
    Ok(shown(&person, &csrf))
}

pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    logged_in: Option<Extension<LoggedIn>>,
) -> Result<Response, Problem> {
    let Extension(LoggedIn { person, hash, .. }) = logged_in.ok_or_else(no_session)?;
    app.people.log_out(&*app.engine, &hash, &person, clock::now()).await?;
    let name = visitor::cookie_name(ends.as_deref(), &headers);
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), &visitor::set_cookie(name, "", 0)))
}

fn shown(person: &Person, csrf: &str) -> Response {
    let Person { name, merchant, roles, .. } = person;
    let mut response =
        reply(StatusCode::OK, &json!({"name": name, "merchant": merchant, "roles": roles, "csrf": csrf}));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn no_session() -> Problem {
    Problem::new(401, "no-session", "Not logged in", "a key was sent, not a session")
        .hint("POST /v1/session with a name and a password begins one")
}

pub(crate) fn cross_origin() -> Problem {
    Problem::new(403, "cross-origin", "Forbidden", "the request does not come from a page of this host")
        .hint("send it from the desk's own origin; a proxy in front must keep the Host header")
}

fn refused(refused: Refused) -> Problem {
    let detail = refused.to_string();
    match refused {
        Refused::Wrong => Problem::new(401, "login-failed", "Not logged in", detail).hint(
            "if several merchants have a person of this name, say `merchant` too; an operator can give a new password",
        ),
        Refused::TooMany(wait) => Problem::new(429, "too-many-requests", "Too many requests", detail)
            .hint("wait, then try again")
            .retry_after(wait),
        Refused::Busy => Problem::busy(detail),
        Refused::Engine(error) => error.into(),
    }
}
