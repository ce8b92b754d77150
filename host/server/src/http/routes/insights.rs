//! What became of it all.

use axum::routing::{get, post, put};

use super::{AUTHOR, INGEST_OR_AGENT, KIB, OPERATOR, Route};
use crate::http::{insights, outcomes};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    const FILTERS: &[&str] = &["from", "to", "scenario", "plugin", "agent"];
    vec![
        route("post", "/v1/conversations/{id}/outcome", post(outcomes::post), "What came of a conversation")
            .roles(INGEST_OR_AGENT)
            .takes("OutcomeRequest", 16 * KIB)
            .gives(200, "ConversationOutcome"),
        route(
            "get",
            "/v1/insights",
            get(insights::get),
            "What became of turns and cases over up to 92 days; as CSV with `Accept: text/csv`",
        )
        .roles(AUTHOR)
        .query(FILTERS)
        .gives(200, "Insights"),
        route("get", "/v1/insights.csv", get(insights::table), "The figures of insights as CSV")
            .roles(AUTHOR)
            .query(FILTERS),
        route("get", "/v1/targets", get(insights::list_targets), "What the merchant wants to reach")
            .roles(AUTHOR)
            .gives(200, "Targets"),
        route("put", "/v1/targets", put(insights::put_targets), "Sets what the merchant wants to reach")
            .roles(OPERATOR)
            .takes("Targets", 64 * KIB)
            .gives(200, "Targets"),
        route(
            "post",
            "/v1/scenarios/{id}/review",
            post(insights::review),
            "Says that a person has looked over a scenario",
        )
        .roles(AUTHOR)
        .takes("ReviewRequest", 16 * KIB)
        .gives(200, "ScenarioReview"),
    ]
}
