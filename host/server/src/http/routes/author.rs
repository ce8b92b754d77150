//! What the author's page asks for.

use axum::routing::{get, post};

use super::{AGENT, AUTHOR, KIB, Route};
use crate::http::{bundles, proposals};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route(
            "get",
            "/v1/plugins/{id}/bundle",
            get(bundles::get),
            "The files of the newest version; its ETag is for If-Match",
        )
        .roles(AUTHOR)
        .gives(200, "PluginBundle"),
        route("get", "/v1/templates/{id}", get(bundles::template), "The files of a new plugin of that name")
            .roles(AUTHOR)
            .gives(200, "PluginBundle"),
        route(
            "get",
            "/v1/author/conversations",
            get(proposals::conversations),
            "Conversations to rehearse on, redacted",
        )
        .roles(AUTHOR)
        .query(&["limit"])
        .gives(200, "AuthorConversations"),
        route("get", "/v1/proposals", get(proposals::list), "Agents' words that may become scripts, newest first")
            .roles(AUTHOR)
            .query(&["state", "limit"])
            .gives(200, "ProposalList"),
        route(
            "post",
            "/v1/proposals",
            post(proposals::create),
            "An agent's words as a script, with what is known as variables",
        )
        .roles(AGENT)
        .takes("ProposalRequest", 64 * KIB)
        .gives(200, "Proposal"),
        route("post", "/v1/proposals/preview", post(proposals::preview), "The same, and nothing is kept")
            .roles(AGENT)
            .takes("ProposalRequest", 64 * KIB)
            .gives(200, "ProposalPreview"),
        route(
            "post",
            "/v1/proposals/{id}/settle",
            post(proposals::settle),
            "Says that a proposal was taken, or is not wanted",
        )
        .roles(AUTHOR)
        .takes("ProposalSettled", 16 * KIB)
        .gives(200, "Proposal"),
    ]
}
