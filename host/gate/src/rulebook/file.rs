//! The shape of `rules.toml`, strict: an unknown key is an error.

use std::sync::Arc;

use cuecard_model::Purpose;
use serde::Deserialize;

use super::{OwnRules, Rule, own_rule};
use crate::{Confidence, ConsentPurpose, WeekSettings, limits::ChannelWindow, week::DAY};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) version: Arc<str>,
    pub(super) attended: Vec<String>,
    pub(super) by_number: Vec<String>,
    pub(super) check: Sources,
    pub(super) rule: Vec<Entry>,
    pub(super) window: Vec<WindowEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sources {
    paused: Arc<str>,
    duplicate: Arc<str>,
    expired: Arc<str>,
    suppressed: Arc<str>,
    consent: Arc<str>,
    order_since: Arc<str>,
    conversation: Arc<str>,
    place: Arc<str>,
    holdout: Arc<str>,
    search: Arc<str>,
}

impl Sources {
    pub(super) fn rules(self) -> OwnRules {
        let rule = |id: &str, source| own_rule(id, source);
        OwnRules {
            paused: rule("paused", self.paused),
            duplicate: rule("duplicate", self.duplicate),
            expired: rule("expired", self.expired),
            suppressed: rule("suppressed", self.suppressed),
            consent: rule("consent", self.consent),
            order_since: rule("order-since", self.order_since),
            conversation: rule("conversation", self.conversation),
            place: rule("place", self.place),
            holdout: rule("holdout", self.holdout),
            search: rule("search", self.search),
        }
    }
}

/// A rule of the table: hours with `week`, a cap with `count` and `per`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) id: Arc<str>,
    pub(super) country: Arc<str>,
    #[serde(default)]
    pub(super) regions: Vec<Arc<str>>,
    #[serde(default)]
    pub(super) channels: Vec<Arc<str>>,
    #[serde(default)]
    pub(super) purposes: Vec<Purpose>,
    pub(super) week: Option<WeekSettings>,
    pub(super) waived_by: Option<ConsentPurpose>,
    pub(super) count: Option<usize>,
    pub(super) per: Option<String>,
    pub(super) source: Arc<str>,
    pub(super) since: toml::value::Date,
    pub(super) confidence: Confidence,
    #[serde(default = "nothing")]
    pub(super) note: Arc<str>,
}

fn nothing() -> Arc<str> {
    "".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowEntry {
    id: Arc<str>,
    channel: Arc<str>,
    hours: u16,
    afterwards: Afterwards,
    source: Arc<str>,
    #[serde(rename = "since")]
    _since: toml::value::Date,
    confidence: Confidence,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Afterwards {
    Template,
    Nothing,
}

impl WindowEntry {
    pub(super) fn window(self) -> ChannelWindow {
        let Self { id, channel, hours, afterwards, source, confidence, .. } = self;
        let rule = Arc::new(Rule { id, source, confidence, note: nothing() });
        let span = i64::from(hours) * DAY / 24;
        ChannelWindow { rule, channel, span, template: afterwards == Afterwards::Template }
    }
}
