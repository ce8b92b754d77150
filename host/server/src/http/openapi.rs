//! `/openapi.json`: made from the rows of [`routes`](super::routes::routes) and the shapes in `schemas.json`.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::routes::{Route, routes};

static SCHEMAS: &str = include_str!("schemas.json");

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(crate) async fn get() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// The whole document.
pub(crate) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path.as_object_mut().map(|path| path.insert(route.method.into(), operation(&route).into()));
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap_or_default();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cuecard",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What an agent says next, for every customer message. Times are RFC 3339, languages BCP 47, money {amount, currency}, errors application/problem+json (RFC 9457).",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"}
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-cuecard", "description": "Set by POST /v1/session; without TLS on a loopback line its name is `cuecard`. POST, PUT and DELETE need `x-csrf-token` too."}
            }
        }
    })
}

fn operation(route: &Route) -> Map<String, Value> {
    let (status, schema) = route.answer;
    let answer = match schema {
        None => json!({"description": "Done"}),
        Some(schema) => {
            let kind = if schema == "EventStream" { "text/event-stream" } else { "application/json" };
            json!({"description": "Done", "content": {kind: {"schema": reference(schema)}}})
        }
    };
    let problem = json!({"description": "What went wrong",
        "content": {"application/problem+json": {"schema": reference("Problem")}}});
    let mut operation = Map::new();
    let mut add = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    add("summary", route.summary.into());
    add("operationId", name(route).into());
    add("parameters", parameters(route).into());
    let mut responses = json!({status.to_string(): answer, "default": problem});
    if let (Some(responses), "/v1/messages") = (responses.as_object_mut(), route.path) {
        responses.insert("204".into(), json!({"description": "An agent's message is remembered, not answered"}));
    }
    add("responses", responses);
    if !route.roles.is_empty() {
        add("security", json!([{"key": []}, {"session": []}]));
        let roles: Vec<_> = route.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
        add("description", format!("Role {}; an operator may too.", roles.join(" or ")).into());
    }
    if let Some(body) = route.body {
        let kind = if body == "Bundle" { "application/octet-stream" } else { "application/json" };
        add("requestBody", json!({"required": true, "content": {kind: {"schema": reference(body)}}}));
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let path = parts.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let query = route.query.iter().map(|name| {
        let kind = match *name {
            // Ids of turns sort by time; other places in a list are numbers.
            "before" if route.path == "/v1/turns" => json!({"type": "string"}),
            "limit" | "before" | "turns" => json!({"type": "integer", "minimum": 0}),
            "shared" | "follow" | "failed" => json!({"type": "boolean"}),
            "state" if route.path == "/v1/outreach" => reference("OutreachState"),
            _ => json!({"type": "string"}),
        };
        json!({"name": name, "in": "query", "required": false, "schema": kind})
    });
    let headers = route.headers.iter().map(|(name, description)| {
        json!({"name": name, "in": "header", "required": false, "description": description, "schema": {"type": "string"}})
    });
    path.chain(query).chain(headers).collect()
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// `post_v1_messages`
fn name(route: &Route) -> String {
    let path = route.path.replace(['{', '}', '.'], "").replace('/', "_");
    format!("{}{path}", route.method)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn is_a_document_of_every_route() {
        let document = document();
        serde_json::from_value::<utoipa::openapi::OpenApi>(document.clone()).unwrap();
        for route in routes() {
            assert!(document["paths"][route.path][route.method].is_object(), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn every_shape_that_is_named_is_there_and_used() {
        let document = document();
        let text = document.to_string();
        let named: BTreeSet<_> =
            text.split("#/components/schemas/").skip(1).filter_map(|it| it.split('"').next()).collect();
        let there: BTreeSet<_> =
            document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, there);
    }
}
