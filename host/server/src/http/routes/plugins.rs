//! The registry of plugins, and the keys and addresses that let others in.

use axum::routing::{delete, get, post, put};

use super::{AUTHOR, AUTHOR_OR_AGENT, KIB, MIB, OPERATOR, Route};
use crate::http::{hooks, keys, plugins, rehearse};

/// So that nobody puts aside unseen what another has brought; 412 if so.
const CONDITIONS: &[(&str, &str)] = &[
    ("If-Match", "the ETag of GET /v1/plugins/{id}/bundle: the push is made only if that is still the newest version"),
    ("If-None-Match", "`*`: the push is made only if there is no such plugin yet"),
];

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/plugins", get(plugins::list), "The merchant's plugins and how they do")
            .roles(AUTHOR_OR_AGENT)
            .gives(200, "PluginList"),
        route("put", "/v1/plugins/{id}", put(plugins::push), "Puts a bundle (tar, tar.gz, zip) in service")
            .roles(AUTHOR)
            .query(&["shared", "canary", "window_s", "min_calls", "slower", "slower_us", "confirm"])
            .headers(CONDITIONS)
            .takes("Bundle", 24 * MIB)
            .gives(200, "Reload"),
        route(
            "post",
            "/v1/plugins/{id}/rehearse",
            post(rehearse::post),
            "What another version would have said; nothing is kept",
        )
        .roles(AUTHOR)
        .query(&["shared", "turns", "events"])
        .takes("RehearsalRequest", 24 * MIB)
        .gives(200, "Rehearsal"),
        route("post", "/v1/plugins/{id}/promote", post(plugins::promote), "Puts a canary in service for all")
            .roles(AUTHOR)
            .query(&["shared", "hash"])
            .gives(200, "Reload"),
        route(
            "post",
            "/v1/plugins/{id}/rollback",
            post(plugins::rollback),
            "Takes a canary back, or goes a version back",
        )
        .roles(AUTHOR)
        .query(&["shared", "hash"])
        .gives(200, "Reload"),
        route("post", "/v1/plugins/{id}/disable", post(plugins::disable), "Switches a plugin off for the merchant")
            .roles(AUTHOR)
            .gives(200, "Reload"),
        route("post", "/v1/plugins/{id}/enable", post(plugins::enable), "Switches a plugin on for the merchant")
            .roles(AUTHOR)
            .gives(200, "Reload"),
        route("get", "/v1/reloads", get(plugins::reloads), "What was loaded or refused, newest first")
            .roles(AUTHOR_OR_AGENT)
            .query(&["limit"])
            .gives(200, "ReloadList"),
        route("get", "/v1/keys", get(keys::list), "All API keys, without the keys themselves")
            .roles(OPERATOR)
            .gives(200, "KeyList"),
        route("post", "/v1/keys", post(keys::create), "Makes an API key; it is shown this once")
            .roles(OPERATOR)
            .takes("KeyRequest", 16 * KIB)
            .gives(201, "NewKey"),
        route("get", "/v1/hooks", get(hooks::list), "All addresses for webhooks, without keys and secrets")
            .roles(OPERATOR)
            .gives(200, "HookList"),
        route("post", "/v1/hooks", post(hooks::create), "Makes an address for webhooks; it is shown this once")
            .roles(OPERATOR)
            .takes("HookRequest", 64 * KIB)
            .gives(201, "NewHook"),
        Route {
            answer: (204, None),
            ..route("delete", "/v1/hooks/{id}", delete(hooks::revoke), "Takes an address back")
        }
        .roles(OPERATOR),
        Route { answer: (204, None), ..route("delete", "/v1/keys/{id}", delete(keys::revoke), "Takes a key back") }
            .roles(OPERATOR),
    ]
}
