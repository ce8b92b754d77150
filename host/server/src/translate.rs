//! The translation connector: asks a provider for what no message says, within a bound, and remembers what it said.
//!
//! Owns what a provider is asked and answers, and which merchant has one; `connector` owns the rest, the providers' own
//! words are in a module each. Which texts to ask for and where they go is the pipeline's. Off unless the operator's file
//! has a `[merchant.translation]`.

mod cache;
mod connector;
mod deepl;
mod libretranslate;
mod openai;
mod pauses;
mod settings;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use cuecard_model::MerchantId;
use hyper::{HeaderMap, Method, Uri, header};
use serde::{Serialize, de::DeserializeOwned};

pub use self::{
    connector::{Asked, Connector, NotTranslated},
    settings::{FormOfAddress, Provider, Secret, Settings},
};
use crate::{
    metrics::Metrics,
    outgoing::{self, Outgoing},
};

/// A provider of translations.
#[async_trait]
pub trait Translator: Send + Sync {
    /// The word for it in traces and metrics.
    fn name(&self) -> &'static str;

    /// Translates all texts of a batch, or none. The answer has one translation for each text, in their order.
    async fn translate(&self, batch: &Batch, within: Duration) -> Result<Vec<Translation>, Failed>;
}

/// Texts that go the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// At least one.
    pub texts: Vec<String>,
    /// BCP 47; the provider detects it if absent.
    pub source: Option<String>,
    /// BCP 47.
    pub target: String,
    /// How the reader is addressed.
    pub formality: Formality,
}

/// How a reader is addressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Formality {
    /// As the provider does it.
    #[default]
    Default,
    /// Sie, usted, vous.
    More,
    /// Du, tú, tu.
    Less,
}

/// What a provider made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub text: String,
    /// The language that it was translated from, if the provider has detected it.
    pub source: Option<String>,
}

/// Why a provider gave nothing. Nothing that was sent or answered is quoted: both may hold customers' words or keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It could not be asked, or not read to the end.
    #[error(transparent)]
    Exchange(#[from] outgoing::Failed),
    /// It said no.
    #[error("it answered {status}{}", meaning(*.status))]
    Status {
        /// 403, 456, 500, ...
        status: u16,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It answered something else than translations.
    #[error("its answer cannot be used: {0}")]
    Unusable(String),
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 | 404 | 422 => ": it does not take the request, perhaps for its languages",
        401 | 403 => ": it does not accept the key",
        429 => ": too many requests",
        456 => ": the quota is used up",
        _ => "",
    }
}

impl Failed {
    /// Whether it is about this pair of languages more likely than about the provider.
    fn is_of_pair(&self) -> bool {
        matches!(self, Self::Status { status: 400 | 404 | 422, .. })
    }
}

/// The merchants' connectors.
#[derive(Default)]
pub struct Translations {
    connectors: HashMap<MerchantId, Arc<Connector>>,
}

impl Translations {
    /// Makes ready what the operator's file names. Keys may come from the environment, which `env` reads.
    pub fn new(
        settings: impl IntoIterator<Item = (MerchantId, Settings)>,
        env: impl Fn(&str) -> Option<String>,
        outgoing: &Outgoing,
        metrics: &Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        let mut connectors = HashMap::new();
        for (merchant, settings) in settings {
            let (timeout, address) = (settings.timeout(), settings.formality);
            let translator = settings
                .connect(&env, outgoing)
                .map_err(|error| anyhow::anyhow!("[merchant.translation] of {merchant}: {error}"))?;
            connectors.insert(merchant, Arc::new(Connector::new(translator, timeout, address, Arc::clone(metrics))));
        }
        Ok(Self { connectors })
    }

    /// A merchant's connector, if it has one.
    pub fn of(&self, merchant: &MerchantId) -> Option<&Arc<Connector>> {
        self.connectors.get(merchant)
    }
}

/// The largest answer of a provider, in bytes: the longest batch, well padded.
const ANSWER: usize = 1 << 20;

/// A request as all providers take it: JSON there, JSON back.
async fn exchange<T: DeserializeOwned>(
    outgoing: &Outgoing,
    url: &Uri,
    mut headers: HeaderMap,
    body: &impl Serialize,
    within: Duration,
) -> Result<T, Failed> {
    let body = serde_json::to_vec(body).map_err(|_| Failed::Unusable("the request cannot be written".into()))?;
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    let (method, url, body) = (Method::POST, url.clone(), body.into());
    let request = outgoing::Request { method, url, headers, body, timeout: within, answer_limit: ANSWER };
    let answer = outgoing.send(request).await?;
    if !answer.status.is_success() {
        return Err(Failed::Status { status: answer.status.as_u16(), retry_after: answer.retry_after() });
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        // serde quotes what it finds; where is enough.
        Failed::Unusable(format!("not the JSON expected, at line {} column {}", error.line(), error.column()))
    })
}
