//! What every page and file of ours tells the browser: run nothing but our own files, show us in nobody's frame, say
//! nothing about us to others.
//!
//! A route of pages adds it by `.layer(map_response(headers::page))`, the one that may stand in a helpdesk's frame by
//! `headers::framed`, the window that it opens by `headers::popup`.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::app::App;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()",
    ),
];

/// The headers of a page, script, style or picture that stands in no frame.
pub(crate) async fn page(mut response: Response) -> Response {
    put(&mut response, "'none'");
    response
}

/// The same for a window that another page of ours opens and hears from.
pub(crate) async fn popup(mut response: Response) -> Response {
    put(&mut response, "'none'");
    let open = HeaderValue::from_static("unsafe-none");
    response.headers_mut().insert(HeaderName::from_static("cross-origin-opener-policy"), open);
    response
}

/// The same, and the sites that the operator has named (`embed_in`) may show it in a frame.
pub(crate) async fn framed(State(app): State<Arc<App>>, mut response: Response) -> Response {
    put(&mut response, &app.frame_ancestors);
    response
}

fn put(response: &mut Response, frame_ancestors: &str) {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = HeaderValue::try_from(format!("{POLICY}{frame_ancestors}"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'")),
    );
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, middleware::map_response, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_page_is_guarded() {
        let router: Router = Router::new().route("/", get(async || "<p>").layer(map_response(page)));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert_eq!(
            policy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        for (name, value) in ALWAYS {
            assert_eq!(response.headers()[&name], value);
        }
    }
}
