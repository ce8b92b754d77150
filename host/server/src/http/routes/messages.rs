//! Messages in, suggestions out, and what agents do with them.

use axum::routing::{get, post};

use super::{AGENT, AUTHOR_OR_AGENT, INGEST, INGEST_OR_AGENT, KIB, MIB, Route};
use crate::http::{actions, events, feedback, messages, reword, stream, translations, understand};

pub(super) fn routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("post", "/v1/messages", post(messages::post), "A message in; signals and suggestions out")
            .roles(INGEST_OR_AGENT)
            .takes("IncomingMessage", 256 * KIB)
            .gives(200, "Reply"),
        route("post", "/v1/understand", post(understand::post), "The signals of a message, without an answer")
            .roles(INGEST_OR_AGENT)
            .takes("UnderstandRequest", 256 * KIB)
            .gives(200, "Signals"),
        Route {
            endless: true,
            ..route("get", "/v1/stream", get(stream::get), "Server-sent events for agents and authors")
        }
        .roles(AUTHOR_OR_AGENT)
        .query(&["agent_id", "conversation_id"])
        .gives(200, "EventStream"),
        route("post", "/v1/suggestions/{id}/feedback", post(feedback::post), "What an agent did with a suggestion")
            .roles(AGENT)
            .takes("FeedbackRequest", 64 * KIB)
            .gives(200, "Feedback"),
        route("post", "/v1/suggestions/{id}/reword", post(reword::post), "A suggestion in words without some rules")
            .roles(AGENT)
            .takes("RewordRequest", 16 * KIB)
            .gives(200, "Suggestion"),
        route("post", "/v1/actions", post(actions::post), "Has the merchant's systems do what a suggestion offers")
            .roles(AGENT)
            .takes("ActionRequest", 16 * KIB)
            .gives(200, "ActionDone"),
        route("post", "/v1/translations", post(translations::post), "Texts in another language, for an agent to read")
            .roles(AGENT)
            .takes("TranslationRequest", 256 * KIB)
            .gives(200, "Translations"),
        route("post", "/v1/events", post(events::post), "One shop event, or a list of up to 1,000")
            .roles(INGEST)
            .takes("Events", 4 * MIB)
            .gives(202, "EventReceipts"),
    ]
}
