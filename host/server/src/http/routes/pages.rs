//! The pages: open to all, since they hold no data, and no part of the API's document.

use std::sync::Arc;

use axum::{
    middleware::{map_response, map_response_with_state},
    routing::{MethodRouter, get},
};

use super::Route;
use crate::app::App;
use crate::http::{headers, pages};

pub(in crate::http) fn routes(app: &Arc<App>) -> Vec<Route> {
    let route = Route::new;
    let page = |handler: MethodRouter<Arc<App>>| handler.layer(map_response(headers::page));
    let popup = get(async |app, headers| pages::file(app, pages::named("embed/login.html"), headers).await);
    let popup = popup.layer(map_response(headers::popup));
    let framed = get(async |app, headers| pages::index("embed", app, headers).await);
    let framed = framed.layer(map_response_with_state(Arc::clone(app), headers::framed));
    vec![
        route("get", "/desk", page(get(async |app, headers| pages::index("desk", app, headers).await)), "The desk"),
        route(
            "get",
            "/author",
            page(get(async |app, headers| pages::index("author", app, headers).await)),
            "The author's page",
        ),
        route(
            "get",
            "/insights",
            page(get(async |app, headers| pages::index("insights", app, headers).await)),
            "Insights",
        ),
        route("get", "/desk/embed", framed, "The panel in a helpdesk's frame"),
        route("get", "/desk/embed/login", popup, "The window in which one logs in for it"),
        route("get", "/desk/embed/origins", page(get(pages::origins)), "Who may show it"),
        route(
            "get",
            "/console",
            page(get(async |app, headers| pages::index("console", app, headers).await)),
            "The console",
        ),
        route("get", "/pages/{*file}", page(get(pages::file)), "What the pages are made of"),
    ]
}
