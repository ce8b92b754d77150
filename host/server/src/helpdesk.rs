//! Merchants' helpdesks: what comes from one is kept as an errand before it is answered, run afterwards, and what agents
//! should read goes back as a note.
//!
//! Owns who has which helpdesk. `receive` and `poll` put errands in, `errands` runs them and `post` posts their notes; what the helpdesk's JSON means
//! is `webhooks::chatwoot`'s business, how it is spoken to `connectors::chatwoot`'s.

mod errands;
pub(crate) mod note;
mod poll;
mod post;
mod receive;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use anyhow::{Result, anyhow};
use cuecard_model::{MerchantId, Timestamp};
use serde::Deserialize;
use tokio::sync::Notify;

pub use self::errands::start;
pub(crate) use self::receive::receive;
use crate::{
    connectors::{Chatwoot, Secret, chatwoot},
    outgoing::Outgoing,
    webhooks::chatwoot::Account,
};

/// `[merchant.chatwoot]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where Chatwoot is.
    pub url: String,
    /// The account's number.
    pub account: u64,
    /// The environment variable with the access token of an agent; a bot's may not read.
    pub token_env: String,
    /// The environment variable with the secret that Chatwoot shows beside the webhook.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// Takes webhooks without a signature, as older versions of Chatwoot send them.
    #[serde(default)]
    pub allow_unsigned: bool,
    /// Whether suggestions are written into the conversation as private notes.
    #[serde(default = "yes")]
    pub notes: bool,
    /// How often lost webhooks are looked for, in seconds; 0: never.
    #[serde(default = "minute")]
    pub poll_seconds: u64,
    /// The language that agents read, BCP 47; the merchant's own if absent.
    #[serde(default)]
    pub agent_locale: Option<String>,
    /// Whether a contact's identifier is the merchant's customer id even where nobody has signed for it.
    #[serde(default)]
    pub trust_identifiers: bool,
    /// Channels whose contacts (outreach) go through this account too.
    #[serde(default)]
    pub channels: Vec<String>,
    /// How long an answer may take, in milliseconds.
    #[serde(default = "patience")]
    pub timeout_ms: u64,
}

fn yes() -> bool {
    true
}

fn minute() -> u64 {
    60
}

fn patience() -> u64 {
    15_000
}

/// One merchant's helpdesk.
pub struct Helpdesk {
    settings: Settings,
    account: Account,
    client: Arc<Chatwoot>,
    secret: Option<Secret>,
    /// Not before this moment, because it said "later".
    paused: Mutex<Option<Timestamp>>,
}

/// Who has a helpdesk.
#[derive(Default)]
pub struct Helpdesks {
    by_merchant: HashMap<MerchantId, Arc<Helpdesk>>,
    waker: Notify,
}

impl Helpdesks {
    /// With the secrets from the environment.
    pub fn open(settled: impl Iterator<Item = (MerchantId, Settings)>, outgoing: &Outgoing) -> Result<Self> {
        let mut helpdesks = Self::default();
        for (merchant, settings) in settled {
            let opened = Helpdesk::open(settings, outgoing.clone());
            let helpdesk = opened.map_err(|error| anyhow!("[merchant.chatwoot] of {merchant}: {error:#}"))?;
            helpdesks.by_merchant.insert(merchant, Arc::new(helpdesk));
        }
        Ok(helpdesks)
    }

    fn of(&self, merchant: &MerchantId) -> Option<&Arc<Helpdesk>> {
        self.by_merchant.get(merchant)
    }

    /// Ways out for contacts, each with its channels.
    pub fn connectors(&self) -> impl Iterator<Item = (&MerchantId, &[String], &Arc<Chatwoot>)> {
        let with_channels = self.by_merchant.iter().filter(|(_, helpdesk)| !helpdesk.settings.channels.is_empty());
        with_channels.map(|(merchant, it)| (merchant, it.settings.channels.as_slice(), &it.client))
    }
}

impl Helpdesk {
    fn open(settings: Settings, outgoing: Outgoing) -> Result<Self> {
        let secret = settings.secret_env.as_deref().map(|name| Secret::read("secret_env", name)).transpose()?;
        let account = Account { number: settings.account, trust_identifiers: settings.trust_identifiers };
        let (url, token_env, timeout_ms) = (settings.url.clone(), settings.token_env.clone(), settings.timeout_ms);
        let outward = chatwoot::Settings { url, account: settings.account, token_env, timeout_ms };
        let client = Arc::new(Chatwoot::open(outward, outgoing)?);
        Ok(Self { settings, account, client, secret, paused: Mutex::default() })
    }
}
