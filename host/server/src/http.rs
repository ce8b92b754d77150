//! The outside: what answers each route, and what guards them. The table itself is [`routes`].

mod actions;
mod answered;
mod audit;
mod base;
mod bundles;
mod consents;
mod conversations;
mod customers;
pub(crate) mod events;
mod experiments;
mod feedback;
mod guard;
mod headers;
mod health;
mod hooks;
mod insights;
mod json;
mod keys;
mod learned;
pub mod live;
mod logs;
pub(crate) mod messages;
mod oidc;
mod openapi;
mod outcomes;
mod outreach;
pub(crate) mod pages;
mod plugin;
mod plugins;
mod privacy;
mod problem;
mod proposals;
mod rehearse;
mod reword;
mod routes;
mod scripts;
mod session;
mod status;
mod stream;
mod told;
mod translations;
mod turns;
mod understand;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use tower_http::catch_panic::CatchPanicLayer;

pub use self::problem::Problem;
pub(crate) use self::{
    hooks::{changes as hook_changes, make as make_hook, unfit},
    json::{parse, reply as reply_json},
    keys::{changes as key_changes, make as make_key, words as key_words},
    learned::Everything,
    users::{NewPerson, Wanted as WantedPassword, arrived, changed, settle as settle_password},
};
use crate::app::App;

/// All routes behind their guards.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes::routes().into_iter().chain(routes::pages(app)) {
        let guard = guard::Guard::new(app, &route);
        router = router.route(route.path, route.handler.route_layer(from_fn_with_state(guard, guard::guard)));
    }
    router
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(Arc::clone(app))
}

async fn nowhere(request: Request) -> Response {
    let detail = format!("there is nothing at {}", request.uri().path());
    Problem::not_found(detail).hint("/openapi.json lists every route").into_response()
}

async fn wrong_method(request: Request) -> Response {
    let detail = format!("{} does not take {}", request.uri().path(), request.method());
    Problem::new(405, "method-not-allowed", "Method not allowed", detail)
        .hint("/openapi.json lists every route with its methods")
        .into_response()
}

/// The details are for the log, which the panic hook writes; not for whoever sent the request.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    Problem::new(500, "internal", "Internal error", "something went wrong in the host")
        .hint("the host's log has the details")
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn breaks() -> Response {
        panic!("a secret")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_without_details() {
        let router: Router = Router::new().route("/", get(breaks)).layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.contains("urn:cuecard:problem:internal") && !text.contains("secret"), "{text}");
    }
}
