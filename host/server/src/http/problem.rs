//! What went wrong, as RFC 9457 has it, with a hint.

use std::{borrow::Cow, fmt, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use cuecard_engine::Error;
use cuecard_plugin::{registry::Refusal, workers::Busy};
use serde::Serialize;

use crate::rehearse::Unrehearsed;

/// An error as it goes out. Boxed, because results carry it everywhere and it is rare.
#[derive(Debug)]
pub struct Problem(Box<Body>);

#[derive(Debug, Serialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Cow<'static, str>>,
    /// Where in the body, e.g. `customer.orders[0].status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What is wrong with a bundle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<cuecard_plugin::problem::Problem>,
    /// What would be different, where that wants a person's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    rehearsal: Option<serde_json::Value>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem; `kind` is the end of its type's URI.
    pub fn new(status: u16, kind: &str, title: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let kind = format!("urn:cuecard:problem:{kind}");
        let (hint, field, problems, rehearsal, retry_after) = (None, None, Vec::new(), None, None);
        let detail = detail.into();
        Self(Box::new(Body { kind, title, status, detail, hint, field, problems, rehearsal, retry_after }))
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// With the cure.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// With the place in the body.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// With the time after which to try again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait.as_secs_f64().ceil().max(1.0) as u64);
        self
    }

    /// What is wrong with a bundle.
    pub(crate) fn problems(&self) -> &[cuecard_plugin::problem::Problem] {
        &self.0.problems
    }

    /// 400
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "bad-request", "Bad request", detail)
    }

    /// 404
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(404, "not-found", "Not found", detail)
    }

    /// 409
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(409, "conflict", "Conflict", detail)
    }

    /// 503
    pub fn busy(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(503, "busy", "Too busy", detail).hint("try again in a second").retry_after(Duration::from_secs(1))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if problem.status == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// As a line of the command line: the reason, the place, the hint.
impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Body { detail, hint, field, .. } = &*self.0;
        field.iter().try_for_each(|field| write!(out, "{field}: "))?;
        out.write_str(detail)?;
        hint.iter().try_for_each(|hint| write!(out, "\n  hint: {hint}"))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy { .. } => Self::busy("too much is waiting to be written"),
            Error::TooLarge { .. } | Error::Invalid { .. } => {
                split(400, "bad-request", "Bad request", &error.to_string())
            }
            Error::Closed => Self::busy("the host is stopping"),
            error => {
                tracing::error!(%error, "the engine failed");
                Self::new(503, "storage", "Storage failed", "nothing could be kept or read")
                    .hint("the host's log says why")
                    .retry_after(Duration::from_secs(5))
            }
        }
    }
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Self::busy(busy.to_string())
    }
}

impl From<Unrehearsed> for Problem {
    fn from(unrehearsed: Unrehearsed) -> Self {
        match unrehearsed {
            Unrehearsed::Busy(busy) => busy.into(),
            Unrehearsed::Engine(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Problems(problems) => Self::bundle(problems),
            Refusal::Unconfirmed { asks, hint, difference } => {
                let mut problem = Self::new(409, "confirm", "Wants a person's word", asks).hint(hint);
                problem.0.rehearsal = serde_json::from_str(&difference).ok();
                problem
            }
            Refusal::Unreviewed(_) => Self::busy(detail),
            Refusal::Unknown(_) => Self::not_found(detail).hint("GET /v1/plugins lists the plugins"),
            Refusal::NothingBefore(_) => Self::conflict(detail).hint("GET /v1/reloads shows what has served"),
            Refusal::Untriable { .. } => {
                Self::conflict(detail).hint("push it without `canary`, or mend what stands against it")
            }
            Refusal::NoCanary(_) => Self::conflict(detail).hint("GET /v1/plugins shows what serves now"),
            Refusal::Overtaken => Self::conflict(detail).hint("GET /v1/plugins shows what serves now"),
            Refusal::Stopping => Self::busy(detail),
            Refusal::Storage(reason) => {
                tracing::error!(reason, "a change of plugins could not be kept");
                Self::new(503, "storage", "Storage failed", "the change could not be kept, and was not made")
                    .hint("the host's log says why")
                    .retry_after(Duration::from_secs(5))
            }
        }
    }
}

impl Problem {
    /// 422 with what is wrong with a bundle.
    pub fn bundle(problems: Vec<cuecard_plugin::problem::Problem>) -> Self {
        let detail = problems.first().map_or_else(String::new, |problem| problem.reason.clone());
        let mut problem = Self::new(422, "bundle-refused", "The bundle is not fit to serve", detail)
            .hint("what served before goes on; `cuecard check` and `cuecard test` say the same without a server");
        problem.0.problems = problems;
        problem
    }
}

/// Takes a message apart at its hint.
fn split(status: u16, kind: &str, title: &'static str, message: &str) -> Problem {
    match message.split_once("; hint: ") {
        Some((detail, hint)) => Problem::new(status, kind, title, detail.to_owned()).hint(hint.to_owned()),
        None => Problem::new(status, kind, title, message.to_owned()),
    }
}
