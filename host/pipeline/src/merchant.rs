//! What a merchant has settled for all its turns.

use cuecard_gate::Settings;
use cuecard_model::{ConversationId, MerchantId};
use cuecard_plugin::canary;
use serde::{Deserialize, Serialize};

use crate::{SuggestionHoldout, share::draw};

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
    /// Where actions that an agent sets off are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<ActionHook>,
    /// A suggestion less sure than this is not shown: silence beats noise.
    #[serde(default = "third")]
    pub min_confidence: f64,
    /// The conversations that get no suggestions, for comparison; nobody, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<SuggestionHoldout>,
    /// How long it keeps what customers wrote and did.
    #[serde(default)]
    pub retention: Retention,
    /// On which terms each of its pushes is tried on a share of its conversations first; absent: pushes serve at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<canary::Terms>,
    /// What each new content of a plugin that serves it must show before it serves; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<Rehearsed>,
    /// What it has settled about contacting customers.
    #[serde(default)]
    pub outreach: Settings,
}

/// The merchant's own address for actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionHook {
    /// Takes a POST of JSON.
    pub url: String,
    /// The environment variable with the key of the signature.
    pub secret_env: String,
}

impl Merchant {
    /// A merchant that has settled nothing.
    pub fn new(id: MerchantId) -> Self {
        let (default_locale, min_confidence, outreach) = (english(), third(), Settings::default());
        let (languages, links, actions, retention) = (Vec::new(), Vec::new(), None, Retention::default());
        Self {
            id,
            default_locale,
            languages,
            links,
            actions,
            min_confidence,
            holdout: None,
            retention,
            canary: None,
            rehearsal: None,
            outreach,
        }
    }

    /// Whether a conversation is in the group that gets no suggestions: for good, as long as share and seed stay.
    pub fn is_held_out(&self, conversation: &ConversationId) -> bool {
        let Some(SuggestionHoldout { share, seed }) = &self.holdout else { return false };
        let seed = seed.as_deref().unwrap_or(self.id.as_str());
        *share > 0.0 && draw(&format!("holdout/{seed}"), conversation) < *share
    }
}

/// What new content must show on turns that were answered and events that were judged, before it takes the place of a
/// version that serves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rehearsed {
    /// How many turns, from the newest back.
    pub turns: usize,
    /// How many events that the plugin listens to, from the newest back.
    pub events: usize,
    /// A call that fails now and did not refuses it.
    pub refuse_new_failures: bool,
    /// A larger share of the turns, or of the events, that come out otherwise wants a person's word.
    pub ask_above: f64,
}

impl Default for Rehearsed {
    fn default() -> Self {
        Self { turns: 200, events: 200, refuse_new_failures: true, ask_above: 0.10 }
    }
}

/// How long things are kept, in days; for good where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Messages with their answers and what agents did with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages_days: Option<u32>,
    /// Events that have been decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_days: Option<u32>,
}

fn english() -> String {
    "en".into()
}

fn third() -> f64 {
    0.33
}
