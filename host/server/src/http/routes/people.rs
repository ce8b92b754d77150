//! People, their sessions, and who did what.

use axum::routing::{delete, get, post};

use super::{AGENT, ANYBODY, KIB, OPERATOR, Route};
use crate::http::{audit, oidc, session, users};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("post", "/v1/session", post(session::post), "Logs a person in; the session's token is set as a cookie")
            .takes("Login", 8 * KIB)
            .gives(200, "Session"),
        route("get", "/v1/session", get(session::get), "Who is logged in, and the token for `x-csrf-token`")
            .roles(ANYBODY)
            .gives(200, "Session"),
        Route { answer: (204, None), ..route("delete", "/v1/session", delete(session::delete), "Logs a person out") }
            .roles(ANYBODY),
        route("get", "/v1/session/ways", get(oidc::ways), "How people can log in beside a password")
            .gives(200, "LoginWays"),
        Route {
            answer: (303, None),
            ..route("get", "/v1/session/oidc", get(oidc::start), "Sends a browser to the login service; `to` is a page")
        }
        .query(&["to"]),
        Route {
            answer: (303, None),
            ..route("get", "/v1/session/oidc/callback", get(oidc::callback), "Takes the browser back, logged in or not")
        }
        .query(&["state", "code", "error", "iss"]),
        route("post", "/v1/session/embed", post(session::embed), "A token for the panel in a helpdesk's frame")
            .roles(AGENT)
            .gives(200, "EmbedToken"),
        route("post", "/v1/session/password", post(session::password), "Changes the password of who is logged in")
            .roles(ANYBODY)
            .takes("PasswordChange", 8 * KIB)
            .gives(200, "Session"),
        route("get", "/v1/users", get(users::list), "All people who may log in")
            .roles(OPERATOR)
            .gives(200, "PersonList"),
        route("post", "/v1/users", post(users::create), "Adds a person; a password that was made is shown this once")
            .roles(OPERATOR)
            .takes("NewPerson", 16 * KIB)
            .gives(201, "NewPassword"),
        route("post", "/v1/users/{name}/password", post(users::password), "Gives a person a new password")
            .roles(OPERATOR)
            .query(&["merchant"])
            .takes("PasswordRequest", 16 * KIB)
            .gives(200, "NewPassword"),
        route("post", "/v1/users/{name}/disable", post(users::disable), "Logs a person out and keeps them out")
            .roles(OPERATOR)
            .query(&["merchant"])
            .gives(200, "Person"),
        route("post", "/v1/users/{name}/enable", post(users::enable), "Lets a person log in again")
            .roles(OPERATOR)
            .query(&["merchant"])
            .gives(200, "Person"),
        route(
            "get",
            "/v1/audit",
            get(audit::list),
            "Who did what, newest first; each record's hash covers all before it",
        )
        .roles(OPERATOR)
        .query(&["before", "limit", "shared"])
        .gives(200, "AuditList"),
    ]
}
