//! The outside: routes and what guards them. Each route is one row of [`routes`]; the router and the OpenAPI document
//! are both made from these rows.

mod actions;
mod answered;
mod audit;
mod bundles;
mod consents;
mod conversations;
mod customers;
pub(crate) mod events;
mod experiments;
mod feedback;
mod guard;
mod headers;
mod health;
mod hooks;
mod insights;
mod json;
mod keys;
mod learned;
pub mod live;
mod logs;
pub(crate) mod messages;
mod openapi;
mod outcomes;
mod outreach;
pub(crate) mod pages;
mod plugin;
mod plugins;
mod privacy;
mod problem;
mod proposals;
mod rehearse;
mod reword;
mod scripts;
mod session;
mod status;
mod stream;
mod told;
mod translations;
mod turns;
mod understand;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{from_fn_with_state, map_response, map_response_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, delete, get, post, put},
};
use cuecard_engine::KeyRole;
use tower_http::catch_panic::CatchPanicLayer;

pub use self::problem::Problem;
pub(crate) use self::{
    hooks::{changes as hook_changes, make as make_hook, unfit},
    json::{parse, reply as reply_json},
    keys::{changes as key_changes, make as make_key, words as key_words},
    learned::Everything,
    users::{Asked as NewPerson, arrived, changed, settle as settle_password},
};
use crate::app::App;

/// One route: what it is for, who may use it, what it takes and gives.
pub struct Route {
    /// `get`, `post`, ...
    pub method: &'static str,
    /// With `{parameters}`.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Which roles may use it; empty: everybody, without a key. An operator may use all.
    pub roles: &'static [KeyRole],
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// Whether it may take as long as it likes.
    pub endless: bool,
    /// The schema of the body, by its name in the document.
    pub body: Option<&'static str>,
    /// Status and schema of the answer.
    pub answer: (u16, Option<&'static str>),
    /// Parameters in the query.
    pub query: &'static [&'static str],
    handler: MethodRouter<Arc<App>>,
}

const INGEST: &[KeyRole] = &[KeyRole::Ingest];
const AGENT: &[KeyRole] = &[KeyRole::Agent];
const INGEST_OR_AGENT: &[KeyRole] = &[KeyRole::Ingest, KeyRole::Agent];
const AUTHOR: &[KeyRole] = &[KeyRole::Author];
const AUTHOR_OR_AGENT: &[KeyRole] = &[KeyRole::Author, KeyRole::Agent];
const ANYBODY: &[KeyRole] = &[KeyRole::Ingest, KeyRole::Agent, KeyRole::Author, KeyRole::Operator];
const OPERATOR: &[KeyRole] = &[KeyRole::Operator];

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Route {
    fn new(method: &'static str, path: &'static str, handler: MethodRouter<Arc<App>>, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            roles: &[],
            body_limit: 0,
            endless: false,
            body: None,
            answer: (200, None),
            query: &[],
            handler,
        }
    }

    fn roles(self, roles: &'static [KeyRole]) -> Self {
        Self { roles, ..self }
    }

    fn takes(self, body: &'static str, body_limit: usize) -> Self {
        Self { body: Some(body), body_limit, ..self }
    }

    fn gives(self, status: u16, schema: &'static str) -> Self {
        Self { answer: (status, Some(schema)), ..self }
    }

    fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }
}

/// Every route.
pub fn routes() -> Vec<Route> {
    let route = Route::new;
    let mut routes = vec![
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
    ];
    routes.extend(outreach_routes());
    routes.extend(data_routes());
    routes.extend(plugin_routes());
    routes.extend(author_routes());
    routes.extend(console_routes());
    routes.extend(people_routes());
    routes.extend(experiment_routes());
    routes.extend(insight_routes());
    routes.extend(open_routes());
    routes
}

fn outreach_routes() -> Vec<Route> {
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

fn data_routes() -> Vec<Route> {
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

fn plugin_routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/plugins", get(plugins::list), "The merchant's plugins and how they do")
            .roles(AUTHOR_OR_AGENT)
            .gives(200, "PluginList"),
        route("put", "/v1/plugins/{id}", put(plugins::push), "Puts a bundle (tar, tar.gz, zip) in service")
            .roles(AUTHOR)
            .query(&["shared", "canary", "window_s", "min_calls", "slower", "slower_us", "confirm"])
            .takes("Bundle", 24 * MIB)
            .gives(200, "Reload"),
        route(
            "post",
            "/v1/plugins/{id}/rehearse",
            post(rehearse::post),
            "What another version would have said; nothing is kept",
        )
        .roles(AUTHOR)
        .query(&["shared", "turns"])
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

fn author_routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/plugins/{id}/bundle", get(bundles::get), "The files of the version that serves")
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

fn console_routes() -> Vec<Route> {
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

fn experiment_routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("get", "/v1/learned", get(learned::get), "How suggestions were accepted, by scenario: what orders them")
            .roles(AUTHOR)
            .gives(200, "Learned"),
        route("get", "/v1/experiments", get(experiments::list), "Experiments with their results, newest first")
            .roles(AUTHOR)
            .gives(200, "ExperimentList"),
        route("get", "/v1/experiments/{id}", get(experiments::get), "An experiment with its result so far")
            .roles(AUTHOR)
            .gives(200, "Experiment"),
        route("put", "/v1/experiments/{id}", put(experiments::put), "Begins an experiment")
            .roles(AUTHOR)
            .takes("ExperimentRequest", 16 * KIB)
            .gives(200, "Experiment"),
        route("post", "/v1/experiments/{id}/stop", post(experiments::stop), "Ends an experiment; its result stays")
            .roles(AUTHOR)
            .gives(200, "Experiment"),
    ]
}

fn people_routes() -> Vec<Route> {
    let route = Route::new;
    vec![
        route("post", "/v1/session", post(session::post), "Logs a person in; the session's token is set as a cookie")
            .takes("Login", 8 * KIB)
            .gives(200, "Session"),
        route("get", "/v1/session", get(session::get), "Who is logged in, and the token for `x-csrf-token`")
            .roles(ANYBODY)
            .gives(200, "Session"),
        Route { answer: (204, None), ..route("delete", "/v1/session", delete(session::delete), "Logs a person out") }
            .roles(ANYBODY),
        route("post", "/v1/session/embed", post(session::embed), "A token for the panel in a helpdesk's frame")
            .roles(AGENT)
            .gives(200, "EmbedToken"),
        route("post", "/v1/session/password", post(session::password), "Changes the password of who is logged in")
            .roles(ANYBODY)
            .takes("PasswordChange", 8 * KIB)
            .gives(200, "Session"),
        route("get", "/v1/users", get(users::list), "All people who may log in")
            .roles(OPERATOR)
            .gives(200, "PersonList"),
        route("post", "/v1/users", post(users::create), "Adds a person; a password that was made is shown this once")
            .roles(OPERATOR)
            .takes("NewPerson", 16 * KIB)
            .gives(201, "NewPassword"),
        route("post", "/v1/users/{name}/password", post(users::password), "Gives a person a new password")
            .roles(OPERATOR)
            .query(&["merchant"])
            .takes("PasswordRequest", 16 * KIB)
            .gives(200, "NewPassword"),
        route("post", "/v1/users/{name}/disable", post(users::disable), "Logs a person out and keeps them out")
            .roles(OPERATOR)
            .query(&["merchant"])
            .gives(200, "Person"),
        route("post", "/v1/users/{name}/enable", post(users::enable), "Lets a person log in again")
            .roles(OPERATOR)
            .query(&["merchant"])
            .gives(200, "Person"),
        route(
            "get",
            "/v1/audit",
            get(audit::list),
            "Who did what, newest first; each record's hash covers all before it",
        )
        .roles(OPERATOR)
        .query(&["before", "limit", "shared"])
        .gives(200, "AuditList"),
    ]
}

fn insight_routes() -> Vec<Route> {
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

fn open_routes() -> Vec<Route> {
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

/// The pages: open to all, since they hold no data, and no part of the API's document.
fn pages(app: &Arc<App>) -> Vec<Route> {
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

/// All routes behind their guards.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes().into_iter().chain(pages(app)) {
        let guard = guard::Guard::new(app, &route);
        router = router.route(route.path, route.handler.route_layer(from_fn_with_state(guard, guard::guard)));
    }
    router
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(Arc::clone(app))
}

async fn nowhere(request: Request) -> Response {
    let detail = format!("there is nothing at {}", request.uri().path());
    Problem::not_found(detail).hint("/openapi.json lists every route").into_response()
}

async fn wrong_method(request: Request) -> Response {
    let detail = format!("{} does not take {}", request.uri().path(), request.method());
    Problem::new(405, "method-not-allowed", "Method not allowed", detail)
        .hint("/openapi.json lists every route with its methods")
        .into_response()
}

/// The details are for the log, which the panic hook writes; not for whoever sent the request.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    Problem::new(500, "internal", "Internal error", "something went wrong in the host")
        .hint("the host's log has the details")
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;

    async fn breaks() -> Response {
        panic!("a secret")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_without_details() {
        let router: Router = Router::new().route("/", get(breaks)).layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.contains("urn:cuecard:problem:internal") && !text.contains("secret"), "{text}");
    }
}
