//! The table of routes, a file for each part of the API. The router and the OpenAPI document are both made from it.

mod author;
mod console;
mod data;
mod experiments;
mod insights;
mod messages;
mod open;
mod outreach;
mod pages;
mod people;
mod plugins;

use std::sync::Arc;

use axum::routing::MethodRouter;
use cuecard_engine::KeyRole;

pub(super) use self::pages::routes as pages;
use crate::app::App;

/// One route: what it is for, who may use it, what it takes and gives.
pub(crate) struct Route {
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
    /// Headers that it looks at, and what they say.
    pub headers: &'static [(&'static str, &'static str)],
    /// Who answers.
    pub(super) handler: MethodRouter<Arc<App>>,
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
            headers: &[],
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

    fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }
}

/// Every route of the API.
pub(crate) fn routes() -> Vec<Route> {
    [
        messages::routes(),
        outreach::routes(),
        data::routes(),
        plugins::routes(),
        author::routes(),
        console::routes(),
        experiments::routes(),
        people::routes(),
        insights::routes(),
        open::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
