//! What a merchant's shop says: conversations, customers, live data.

use axum::routing::{delete, get, post, put};

use super::{AGENT, INGEST, INGEST_OR_AGENT, KIB, Route};
use crate::http::{conversations, customers, live, privacy, scripts};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/conversations", get(conversations::list), "Conversations, by their newest message")
            .roles(AGENT)
            .query(&["before", "limit"])
            .gives(200, "ConversationList"),
        route("get", "/v1/conversations/{id}", get(conversations::get), "A conversation, and what is offered for it")
            .roles(AGENT)
            .query(&["before", "limit"])
            .gives(200, "Conversation"),
        route("get", "/v1/scripts", get(scripts::list), "The plugins' messages in words, for one customer")
            .roles(AGENT)
            .query(&["q", "customer_id", "locale", "agent_locale", "channel", "limit"])
            .gives(200, "ScriptList"),
        route("put", "/v1/customers/{id}", put(customers::put), "A customer's profile with orders and consent")
            .roles(INGEST)
            .takes("Customer", 256 * KIB)
            .gives(200, "Customer"),
        route("get", "/v1/customers/{id}", get(customers::get), "A customer's profile")
            .roles(INGEST_OR_AGENT)
            .gives(200, "Customer"),
        route("get", "/v1/customers/{id}/identities", get(privacy::identities), "A customer by all names")
            .roles(INGEST_OR_AGENT)
            .gives(200, "Identities"),
        route("post", "/v1/customers/{id}/split", post(privacy::split), "Makes an id a customer of its own again")
            .roles(INGEST_OR_AGENT)
            .gives(200, "Identities"),
        route("get", "/v1/customers/{id}/export", get(privacy::export), "Everything kept of a customer")
            .roles(INGEST)
            .gives(200, "CustomerExport"),
        Route {
            answer: (204, None),
            ..route("delete", "/v1/customers/{id}", delete(privacy::erase), "Erases a customer under all ids")
        }
        .roles(INGEST),
        route(
            "get",
            "/v1/customers/{id}/profile",
            get(customers::profile),
            "A customer at a glance, each fact with its source",
        )
        .roles(INGEST_OR_AGENT)
        .gives(200, "CustomerProfile"),
        route("get", "/v1/live", get(live::list), "The live data that is valid now")
            .roles(INGEST_OR_AGENT)
            .gives(200, "LiveList"),
        route("put", "/v1/live/{key}", put(live::put), "A promotion, stock notice or policy")
            .roles(INGEST)
            .takes("Live", 64 * KIB)
            .gives(200, "LiveItem"),
        route("get", "/v1/live/{key}", get(live::get), "An item of live data that is valid now")
            .roles(INGEST_OR_AGENT)
            .gives(200, "LiveItem"),
        Route { answer: (204, None), ..route("delete", "/v1/live/{key}", delete(live::delete), "Forgets an item") }
            .roles(INGEST),
    ]
}
