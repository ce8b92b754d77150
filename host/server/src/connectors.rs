//! The ways out: one trait over whatever carries a contact to a customer, and who uses which.
//!
//! A connector is handed words that are final and an address, and says exactly what it knows of their fate. It knows no
//! gate, no state and no retries: those are the outbox's.

pub mod chatwoot;
mod log;
mod secret;
pub mod smtp;
mod web;
pub mod webhook;

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Result, anyhow};
use async_trait::async_trait;
use cuecard_model::{CustomerId, MerchantId, Purpose};
use serde::{Deserialize, Serialize};

pub(crate) use self::web::encoded;
pub use self::{chatwoot::Chatwoot, log::Log, secret::Secret, smtp::Smtp, webhook::Webhook};
use crate::outgoing::Outgoing;

/// One contact, ready to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The same for every attempt at this contact: `<merchant>:<outreach id>`.
    pub idempotency_key: String,
    /// The contact's id.
    pub outreach: String,
    /// `email`, `sms`, `whatsapp`, ...
    pub channel: String,
    /// Where to: a mail address, a number in E.164, the channel's own id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The thread in which the customer last wrote on this channel, if they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// Whom it is for.
    pub customer: CustomerId,
    /// What it is for: who is sold something is told how to be left alone.
    pub purpose: Purpose,
    /// The heading, for channels that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The words, final.
    pub text: String,
    /// The channel's own template that says this, where free words are not allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// BCP 47 locale of the text.
    pub locale: String,
}

/// What is known of a parcel's fate after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It was taken.
    Sent {
        /// The carrier's own id of it, by which receipts may speak of it.
        reference: Option<String>,
    },
    /// It was surely not taken, and another attempt may succeed: nobody listened, or they said "later".
    NotTaken {
        /// Not before this has passed, if they said so.
        retry_after: Option<Duration>,
        /// What happened, for people.
        detail: String,
    },
    /// It was surely not taken, and never will be: a wrong address, a refused key.
    Refused {
        /// What happened, for people.
        detail: String,
    },
    /// The request was on its way when something broke: it may have been taken.
    Unknown {
        /// What happened, for people.
        detail: String,
    },
}

/// Something that carries contacts to customers. It is called under a timeout of the caller's; a call that is dropped
/// half way counts as [`Sending::Unknown`].
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Hands it over. The attempt is durable before this is called.
    async fn send(&self, parcel: &Parcel) -> Sending;

    /// Whether this parcel was taken before; `None` if this carrier cannot tell.
    async fn lookup(&self, parcel: &Parcel) -> Option<bool>;

    /// Whether the carrier takes a parcel with the same key once, however often it is handed over.
    fn is_idempotent(&self) -> bool;
}

/// One connector as the operator's file names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Whose.
    pub merchant: MerchantId,
    /// For which channels; for all that no other serves, if empty.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Through what.
    pub through: Through,
}

/// What a connector goes through, with its settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// Nobody: lines of a file in the data folder, to try things out.
    Log,
    /// The merchant's own system, over HTTP.
    Webhook(webhook::Settings),
    /// A mail server.
    Smtp(smtp::Settings),
    /// The conversation in which the customer wrote, in Chatwoot.
    Chatwoot(chatwoot::Settings),
}

impl Through {
    fn open(self, data: &Path, outgoing: &Outgoing) -> Result<Arc<dyn Connector>> {
        Ok(match self {
            Self::Log => Arc::new(Log::open(&data.join("outbox.jsonl"))?),
            Self::Webhook(settings) => Arc::new(Webhook::open(settings, outgoing.clone())?),
            Self::Smtp(settings) => Arc::new(Smtp::open(settings)?),
            Self::Chatwoot(settings) => Arc::new(Chatwoot::open(settings, outgoing.clone())?),
        })
    }
}

/// Every merchant's connectors by channel.
#[derive(Clone, Default)]
pub struct Connectors {
    by_channel: HashMap<(MerchantId, String), Arc<dyn Connector>>,
    by_merchant: HashMap<MerchantId, Arc<dyn Connector>>,
}

impl Connectors {
    /// Opens what the operator has settled.
    pub fn open(connections: Vec<Connection>, data: &Path) -> Result<Self> {
        let mut connectors = Self::default();
        let outgoing = Outgoing::default();
        for Connection { merchant, channels, through } in connections {
            let opened =
                through.open(data, &outgoing).map_err(|error| anyhow!("a connector of {merchant}: {error:#}"))?;
            connectors.add(&merchant, &channels, &opened)?;
        }
        Ok(connectors)
    }

    /// Puts a connector to these channels; to all that no other serves, if there are none.
    pub fn add(&mut self, merchant: &MerchantId, channels: &[String], connector: &Arc<dyn Connector>) -> Result<()> {
        let twice = |what: &str| anyhow!("two connectors of {merchant} serve {what}\n  hint: keep one of them");
        for channel in channels {
            let key = (merchant.clone(), channel.clone());
            if self.by_channel.insert(key, Arc::clone(connector)).is_some() {
                return Err(twice(channel));
            }
        }
        if channels.is_empty() && self.by_merchant.insert(merchant.clone(), Arc::clone(connector)).is_some() {
            return Err(twice("all other channels"));
        }
        Ok(())
    }

    /// Puts a connector to all channels that no other serves, if none is there for them yet.
    pub fn add_rest(&mut self, merchant: &MerchantId, connector: Arc<dyn Connector>) {
        self.by_merchant.entry(merchant.clone()).or_insert(connector);
    }

    /// Who carries a merchant's contacts on a channel.
    pub fn get(&self, merchant: &MerchantId, channel: &str) -> Option<&Arc<dyn Connector>> {
        let one = self.by_channel.get(&(merchant.clone(), channel.to_owned()));
        one.or_else(|| self.by_merchant.get(merchant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_channels_own_connector_goes_first_and_the_log_knows_what_it_took() {
        let folder = tempfile::tempdir().unwrap();
        let settled = "[[connector]]\nmerchant = \"a\"\nthrough = \"log\"\n\
            [[connector]]\nmerchant = \"a\"\nchannels = [\"sms\"]\nthrough = \"log\"";
        #[derive(Deserialize)]
        struct File {
            connector: Vec<Connection>,
        }
        let file: File = toml::from_str(settled).unwrap();
        let connectors = Connectors::open(file.connector, folder.path()).unwrap();
        let [sms, email] = ["sms", "email"].map(|channel| connectors.get(&"a".into(), channel).unwrap());
        assert!(!Arc::ptr_eq(sms, email));
        assert!(connectors.get(&"b".into(), "sms").is_none());

        let [parcel, other] = ["a:1", "a:2"].map(parcel);
        assert_eq!(email.lookup(&parcel).await, Some(false));
        assert_eq!(email.send(&parcel).await, Sending::Sent { reference: Some("a:1".into()) });
        assert_eq!(email.lookup(&parcel).await, Some(true));
        // Another process, later.
        let again = Log::open(&folder.path().join("outbox.jsonl")).unwrap();
        assert_eq!((again.lookup(&parcel).await, again.lookup(&other).await), (Some(true), Some(false)));
    }

    #[test]
    fn two_for_one_channel_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let one = Connection { merchant: "a".into(), channels: vec!["sms".into()], through: Through::Log };
        let error = Connectors::open(vec![one.clone(), one], folder.path()).err().unwrap();
        assert!(error.to_string().contains("two connectors of a serve sms"), "{error}");
    }

    fn parcel(key: &str) -> Parcel {
        Parcel {
            idempotency_key: key.into(),
            outreach: "1".into(),
            channel: "email".into(),
            to: Some("a@shop.example".into()),
            conversation: None,
            customer: "u".into(),
            purpose: Purpose::Service,
            subject: None,
            text: "Hello".into(),
            template: None,
            locale: "en".into(),
        }
    }
}
