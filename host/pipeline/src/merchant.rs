//! What a merchant has settled for all its turns.

use cuecard_gate::Settings;
use cuecard_model::MerchantId;
use serde::{Deserialize, Serialize};

/// A merchant's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merchant {
    /// Which merchant.
    pub id: MerchantId,
    /// Where messages fall back to, BCP 47.
    #[serde(default = "english")]
    pub default_locale: String,
    /// The languages it answers in, BCP 47; empty for any.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Hosts that a link may lead to, with all their subdomains.
    #[serde(default)]
    pub links: Vec<String>,
    /// A suggestion less sure than this is not shown: silence beats noise.
    #[serde(default = "third")]
    pub min_confidence: f64,
    /// What it has settled about contacting customers.
    #[serde(default)]
    pub outreach: Settings,
}

impl Merchant {
    /// A merchant that has settled nothing.
    pub fn new(id: MerchantId) -> Self {
        let (default_locale, min_confidence, outreach) = (english(), third(), Settings::default());
        Self { id, default_locale, languages: Vec::new(), links: Vec::new(), min_confidence, outreach }
    }
}

fn english() -> String {
    "en".into()
}

fn third() -> f64 {
    0.33
}
