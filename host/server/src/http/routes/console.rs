//! What the console asks for.

use axum::routing::{delete, get};

use super::{AUTHOR, AUTHOR_OR_AGENT, OPERATOR, Route};
use crate::http::{logs, plugin, status, turns};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route(
            "get",
            "/v1/plugins/{id}",
            get(plugin::get),
            "A plugin in full: figures, failures, versions, stored keys",
        )
        .roles(AUTHOR_OR_AGENT)
        .gives(200, "PluginInFull"),
        route("get", "/v1/plugins/{id}/keys", get(plugin::keys), "What a plugin stored for a customer")
            .roles(AUTHOR)
            .query(&["customer_id"])
            .gives(200, "StoredKeys"),
        route(
            "delete",
            "/v1/plugins/{id}/keys",
            delete(plugin::forget_keys),
            "Forgets what a plugin stored for a customer",
        )
        .roles(AUTHOR)
        .query(&["customer_id"])
        .gives(200, "DeletedKeys"),
        Route {
            endless: true,
            ..route(
                "get",
                "/v1/plugins/{id}/logs",
                get(logs::get),
                "A plugin's lines and failures, newest last; as server-sent events with `follow` or by Accept",
            )
        }
        .roles(AUTHOR)
        .query(&["follow", "limit"])
        .gives(200, "PluginLog"),
        route("get", "/v1/turns", get(turns::list), "Turns, newest first")
            .roles(AUTHOR_OR_AGENT)
            .query(&["before", "limit", "plugin", "failed"])
            .gives(200, "TurnList"),
        route("get", "/v1/turns/{id}", get(turns::get), "How a turn came about: signals, stages, hooks, suggestions")
            .roles(AUTHOR_OR_AGENT)
            .gives(200, "Turn"),
        route("get", "/v1/status", get(status::get), "Workers, queues, limits, storage, confinement")
            .roles(OPERATOR)
            .gives(200, "Status"),
    ]
}
