//! What all connectors over HTTP share: what an answer says of a parcel's fate, and text inside addresses.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use hyper::{StatusCode, Uri};

use super::Sending;
use crate::outgoing::{self, Answer, Failed};

/// The answer if the parcel was taken, its fate otherwise.
///
/// Sure that nobody took it: no connection came about, or they said "later". Sure that nobody ever will: they said no.
/// All else may have been taken: an error of the server comes after it has read.
pub(super) fn taken(result: Result<Answer, Failed>) -> Result<Answer, Sending> {
    let answer = result.map_err(|failed| match failed {
        Failed::Unreachable(_) => Sending::NotTaken { retry_after: None, detail: failed.to_string() },
        Failed::Timeout(_) | Failed::TooLarge(_) | Failed::Broken(_) => Sending::Unknown { detail: failed.to_string() },
    })?;
    let status = answer.status;
    let detail = format!("the answer was {}", status.as_u16());
    Err(match status {
        _ if status.is_success() => return Ok(answer),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Sending::NotTaken { retry_after: answer.retry_after(), detail }
        }
        // Their server waited for the rest of the request, or is at work on one with the same key.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => Sending::Unknown { detail },
        _ if status.is_client_error() => Sending::Refused { detail },
        _ if status.is_redirection() => Sending::Refused { detail: format!("{detail}; no redirect is followed") },
        _ => Sending::Unknown { detail },
    })
}

/// The carrier's own id of what it took, if its answer is an object that names one.
pub(super) fn reference(answer: &Answer) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    match json.get("id")? {
        serde_json::Value::String(id) => Some(id.clone()),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// An address of the operator's file.
pub(super) fn address(setting: &str, text: &str) -> Result<Uri> {
    outgoing::address(text).map_err(|error| anyhow!("{setting}: {error}"))
}

/// Text as one part of an address: nothing in it can end the part.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
