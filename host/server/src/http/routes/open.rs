//! Without a key: webhooks, health, figures, the document.

use axum::routing::{get, post};

use super::{MIB, Route};
use crate::http::{health, hooks, openapi};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("post", "/hooks/{kind}/{key}", post(hooks::receive), "Webhooks of shops, signed as each shop does")
            .takes("Hook", 2 * MIB)
            .gives(200, "HookOutcome"),
        route("get", "/healthz", get(health::alive), "200 while the process lives"),
        route("get", "/readyz", get(health::ready), "200 while turns can be answered and kept"),
        route("get", "/metrics", get(health::metrics), "Figures for Prometheus"),
        route("get", "/openapi.json", get(openapi::get), "This document"),
    ]
}
