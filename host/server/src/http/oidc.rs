//! `/v1/session/oidc`: sends the browser to the login service, and takes it back. Whatever happens, the browser ends on
//! the page of ours that it left, logged in or with a word in `?login=` that the page puts into the reader's language.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Problem,
    json::{Asked, Json},
    session::{From, SECONDS},
};
use crate::{
    app::App,
    clock,
    people::{
        Refused,
        oidc::{Begun, Callback, Failure, HOME, LONGEST_LOGIN, Oidc},
        visitor,
    },
};

/// Where one wants to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Start {
    to: Option<String>,
}

/// How people can log in.
pub(crate) async fn ways(State(app): State<Arc<App>>) -> Json<Value> {
    let oidc = app.people.oidc.as_ref().map(|oidc| json!({"name": oidc.name}));
    Json(json!({ "oidc": oidc }))
}

pub(crate) async fn start(
    State(app): State<Arc<App>>,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    Asked(Start { to }): Asked<Start>,
) -> Result<Response, Problem> {
    let begun = Begun::new(to.as_deref().unwrap_or(HOME), clock::now());
    Ok(match client(&app)?.address(&begun).await {
        Ok(address) => {
            let name = cookie_name(ends.as_deref(), &headers);
            go(&address, &[&visitor::set_lax_cookie(&name, begun.cookie(), LONGEST_LOGIN)])
        }
        Err(failure) => go(&back(begun.to(), word(&failure)), &[]),
    })
}

pub(crate) async fn callback(
    State(app): State<Arc<App>>,
    ends: Option<Extension<visitor::Ends>>,
    headers: HeaderMap,
    Asked(brought): Asked<Callback>,
) -> Result<Response, Problem> {
    let (oidc, name, now) = (client(&app)?, cookie_name(ends.as_deref(), &headers), clock::now());
    let Some(begun) = visitor::cookie(&headers, &name).and_then(|cookie| Begun::read(cookie, now)) else {
        return Ok(go(&back(HOME, word(&Failure::Expired)), &[]));
    };
    let from = From::new(&app, ends.as_deref(), &headers);
    let outcome = app.people.log_in_vouched(&*app.engine, oidc, (brought, &begun), from.address, now).await;
    let over = visitor::set_lax_cookie(&name, "", 0);
    Ok(match outcome {
        Ok(token) => go(begun.to(), &[&visitor::set_cookie(from.cookie, &token, SECONDS), &over]),
        // Somebody else's link must not end a login that is under way.
        Err(Failure::Expired) => go(&back(begun.to(), word(&Failure::Expired)), &[]),
        Err(failure) => go(&back(begun.to(), word(&failure)), &[&over]),
    })
}

fn client(app: &App) -> Result<&Oidc, Problem> {
    app.people.oidc.as_ref().ok_or_else(|| {
        Problem::not_found("no login service is configured").hint("the operator's file names one under [oidc]")
    })
}

/// The cookie that ties a login under way to its browser.
fn cookie_name(ends: Option<&visitor::Ends>, headers: &HeaderMap) -> String {
    format!("{}-oidc", visitor::cookie_name(ends, headers))
}

/// The page, with a word for what happened.
fn back(to: &str, word: &str) -> String {
    let joint = if to.contains('?') { '&' } else { '?' };
    format!("{to}{joint}login={word}")
}

/// What the page is told; the rest is for the log. Each word is in the pages' dictionaries.
fn word(failure: &Failure) -> &'static str {
    match failure {
        Failure::Down(reason) => {
            tracing::warn!(reason, "the login service failed");
            "down"
        }
        Failure::Expired => "expired",
        Failure::Denied => "denied",
        Failure::Unfit(reason) => {
            tracing::warn!(reason, "what the login service sent does not fit");
            "unfit"
        }
        Failure::Refused(Refused::Wrong) => "unknown",
        Failure::Refused(Refused::TooMany(_) | Refused::Busy) => "wait",
        Failure::Refused(Refused::Engine(error)) => {
            tracing::error!(%error, "a login could not be kept");
            "failed"
        }
    }
}

fn go(location: &str, cookies: &[&str]) -> Response {
    let pairs = cookies.iter().map(|cookie| (header::SET_COOKIE, *cookie)).chain([
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ]);
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in pairs {
        append(&mut response, name, value);
    }
    response
}

fn append(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(name, value);
    }
}
