//! Connectors against real servers on loopback: what each says of a parcel's fate, and that nothing from shops or
//! customers becomes a header, a recipient or a command.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a test")]

use cuecard::connectors::{Parcel, Sending};
use cuecard_model::Purpose;

#[path = "connectors/chatwoot.rs"]
mod chatwoot;
#[path = "connectors/settings.rs"]
mod settings;
#[path = "connectors/smtp.rs"]
mod smtp;
#[path = "connectors/webhook.rs"]
mod webhook;

fn parcel() -> Parcel {
    Parcel {
        idempotency_key: "demo:o-1".into(),
        outreach: "o-1".into(),
        channel: "email".into(),
        to: Some("sara@mail.example".into()),
        conversation: Some("7".into()),
        customer: "u-9".into(),
        purpose: Purpose::Service,
        subject: None,
        text: "Hello Sara, your order #1001 is on its way. Thank you.".into(),
        template: None,
        locale: "en".into(),
    }
}

/// `sent`, `not taken`, `refused`, `unknown`
fn fate(sending: &Sending) -> &'static str {
    match sending {
        Sending::Sent { .. } => "sent",
        Sending::NotTaken { .. } => "not taken",
        Sending::Refused { .. } => "refused",
        Sending::Unknown { .. } => "unknown",
    }
}

/// An address at which nobody listens.
async fn nobody() -> std::net::SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
