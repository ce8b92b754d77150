//! Contacts that triggers propose, and what customers agreed to.

use axum::routing::{delete, get, post, put};

use super::{AGENT, INGEST_OR_AGENT, KIB, OPERATOR, Route};
use crate::http::{consents, outreach};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/outreach", get(outreach::list), "Proposed contacts, newest first")
            .roles(AGENT)
            .query(&["state", "reason", "scenario", "customer_id", "limit"])
            .gives(200, "OutreachList"),
        route("get", "/v1/outreach/{id}", get(outreach::get), "A contact with its words and the gate's verdicts")
            .roles(AGENT)
            .gives(200, "Outreach"),
        route(
            "post",
            "/v1/outreach/{id}/approve",
            post(outreach::approve),
            "Lets a contact be sent, in other words if given",
        )
        .roles(AGENT)
        .takes("OutreachApproval", 64 * KIB)
        .gives(200, "OutreachMoved"),
        route("post", "/v1/outreach/{id}/cancel", post(outreach::cancel), "Calls a contact off")
            .roles(AGENT)
            .gives(200, "OutreachMoved"),
        route("post", "/v1/outreach/{id}/resolve", post(outreach::resolve), "Says whether a contact was sent")
            .roles(AGENT)
            .takes("OutreachResolution", 16 * KIB)
            .gives(200, "OutreachMoved"),
        route("put", "/v1/outreach/pause", put(outreach::pause), "Pauses all of the merchant's outreach")
            .roles(OPERATOR)
            .takes("OutreachPauseRequest", 16 * KIB)
            .gives(200, "OutreachPause"),
        Route {
            answer: (204, None),
            ..route("delete", "/v1/outreach/pause", delete(outreach::unpause), "Goes on with outreach")
        }
        .roles(OPERATOR),
        route("get", "/v1/customers/{id}/consents", get(consents::list), "What a customer agreed to, oldest first")
            .roles(INGEST_OR_AGENT)
            .gives(200, "ConsentList"),
        route("post", "/v1/customers/{id}/consents", post(consents::add), "Adds to what a customer agreed to")
            .roles(INGEST_OR_AGENT)
            .takes("ConsentRequests", 64 * KIB)
            .gives(200, "ConsentList"),
    ]
}
