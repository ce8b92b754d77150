//! `/v1/session`: people log in and out. The token lies in a cookie that scripts cannot read.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use cuecard_engine::Person;
use cuecard_model::MerchantId;
use serde::Deserialize;
use serde_json::json;

use super::{
    Problem,
    guard::LoggedIn,
    json::{Raw, is_json, not_json, parse, reply},
};
use crate::{
    app::App,
    clock,
    people::{self, Attempt, Refused, visitor},
};

/// The cookie goes when the session does.
const SECONDS: i64 = 12 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    password: String,
    #[serde(default)]
    merchant: Option<MerchantId>,
}

pub(crate) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    use axum::extract::FromRequest;
    let (parts, body) = request.into_parts();
    // Another site must not log its visitors in here as somebody of its choice.
    if visitor::same_origin(&parts.headers, &parts.uri) == Some(false) {
        return Err(cross_origin());
    }
    if !is_json(&parts.headers) {
        return Err(not_json());
    }
    let ends = parts.extensions.get::<visitor::Ends>().copied();
    let headers = parts.headers.clone();
    let Raw(bytes) = Raw::from_request(Request::from_parts(parts, body), &()).await?;
    let body: Body = parse(&bytes)?;
    let name =
        people::name(&body.name).ok_or_else(|| Problem::bad_request("the name is empty or too long").field("name"))?;
    let attempt = Attempt {
        name: &name,
        merchant: body.merchant.as_ref(),
        password: &body.password,
        address: visitor::address(ends.as_ref(), &headers, &app.people.proxies),
    };
    let (token, person) = app.people.log_in(&*app.engine, attempt, clock::now()).await.map_err(refused)?;
    let cookie = visitor::set_cookie(visitor::cookie_name(ends.as_ref(), &headers), &token, SECONDS);
    Ok(with_cookie(shown(&person, &people::csrf(&token)), &cookie))
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
