//! Bodies in, JSON out. A body that does not fit is refused with the path of the field.

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};

use super::{Problem, guard::BodyLimit};

/// A body as it came, within the route's limit.
pub(crate) struct Raw(pub(crate) Bytes);

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

/// The query, with a problem for what does not fit.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let limit = request.extensions().get::<BodyLimit>().map_or(0, |limit| limit.0);
        read(request.into_body(), limit).await.map(Self)
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(413, "too-large", "Body too large", format!("the body is larger than {limit} bytes"))
            .hint("send less at a time")
    };
    if HttpBody::size_hint(&body).lower() > limit as u64 {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::bad_request("the body ended too early").hint("send as much as Content-Length says")),
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(415, "not-json", "Not JSON", "the Content-Type is not application/json")
                .hint("send `Content-Type: application/json`"));
        }
        let Raw(bytes) = Raw::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Nearly every body fits; where one does not is found out by reading it again.
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        misfit(&path, &error.into_inner())
    })?;
    reader.end().map_err(|error| misfit(".", &error))?;
    Ok(value)
}

/// A value that was read before, e.g. because something was put into it.
pub(crate) fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    // Nearly every value fits; where one does not is found out by reading it again.
    if let Ok(value) = T::deserialize(&value) {
        return Ok(value);
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        misfit(&path, &error.into_inner())
    })
}

fn misfit(path: &str, error: &serde_json::Error) -> Problem {
    let problem = Problem::bad_request(error.to_string()).hint("/openapi.json has the shape of every body");
    if matches!(path, "." | "?" | "") { problem } else { problem.field(path) }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        let query = query.map_err(|error| Problem::bad_request(error.body_text()).field("query"))?;
        Ok(Self(query.0))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        reply(StatusCode::OK, &self.0)
    }
}

/// A JSON answer.
pub(crate) fn reply(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            Problem::new(500, "internal", "Internal error", "the answer could not be written").into_response()
        }
    }
}

/// Refuses ids that no system means: empty, over 200 bytes, or with control characters.
pub(crate) fn check_id(field: &str, id: &str) -> Result<(), Problem> {
    let reason = match id {
        "" => "is empty",
        id if id.len() > 200 => "is longer than 200 bytes",
        id if id.chars().any(char::is_control) => "has control characters in it",
        _ => return Ok(()),
    };
    Err(Problem::bad_request(format!("{field} {reason}")).field(field).hint("send an id of 1 to 200 printable bytes"))
}
