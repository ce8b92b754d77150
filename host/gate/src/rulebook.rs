//! The rules that hold for every merchant, read from the dated tables in `data/`.
//!
//! Owns reading and checking them; what they mean is `limits`' and `case`'s business.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

mod file;

use self::file::{Entry, File, WindowEntry};
use crate::{
    GateError, Settings, Word,
    error::parse,
    holidays::{self, Calendar, Calendars},
    limits::{Cap, ChannelWindow, Hours, Per, Scope},
    places::Places,
    week::Week,
    words::Words,
};

/// A rule as verdicts name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique, e.g. `us-tcpa`.
    pub id: Arc<str>,
    /// The law, contract or setting that it comes from.
    pub source: Arc<str>,
    /// How sure its writer is of it.
    pub confidence: Confidence,
    /// What a reader should know beside.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub note: Arc<str>,
}

/// How sure the writer of a rule is that it stands so. All of them are to be checked by counsel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The text says so plainly.
    High,
    /// Whether it binds messages, or all sellers, is argued about.
    Medium,
    /// Custom, second-hand, or under change.
    Low,
    /// The merchant's own setting, or the host's.
    Own,
}

impl Confidence {
    /// What stands after the source of a rule.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::High => " (confidence high)",
            Self::Medium => " (confidence medium)",
            Self::Low => " (confidence low)",
            Self::Own => "",
        }
    }
}

/// The rules of one version.
#[derive(Debug)]
pub struct Rulebook {
    /// The day on which the rules were written.
    pub(crate) version: Arc<str>,
    pub(crate) places: Places,
    pub(crate) own: OwnRules,
    pub(crate) defaults: Settings,
    words: Words,
    calendars: Calendars,
    attended: Vec<String>,
    by_number: Vec<String>,
    hours: HashMap<Arc<str>, Vec<Hours>>,
    caps: HashMap<Arc<str>, Vec<Cap>>,
    windows: Vec<ChannelWindow>,
}

/// The rules that need no table.
#[derive(Debug)]
pub(crate) struct OwnRules {
    pub(crate) paused: Arc<Rule>,
    pub(crate) duplicate: Arc<Rule>,
    pub(crate) expired: Arc<Rule>,
    pub(crate) suppressed: Arc<Rule>,
    pub(crate) consent: Arc<Rule>,
    pub(crate) order_since: Arc<Rule>,
    pub(crate) conversation: Arc<Rule>,
    pub(crate) place: Arc<Rule>,
    pub(crate) holdout: Arc<Rule>,
    pub(crate) search: Arc<Rule>,
}

impl Rulebook {
    /// The rules that ship.
    pub fn shipped() -> Result<Arc<Self>, GateError> {
        Self::read(include_str!("../data/rules.toml"))
    }

    /// Reads rules from another `rules.toml`; places, holidays and words are those that ship.
    pub fn read(rules: &str) -> Result<Arc<Self>, GateError> {
        let file: File = parse("rules.toml", rules)?;
        let mut book = Self {
            version: file.version,
            places: Places::read(include_str!("../data/zones.toml"), include_str!("../data/places.toml"))?,
            own: file.check.rules(),
            defaults: parse("default.toml", include_str!("../data/default.toml"))?,
            words: Words::read(include_str!("../data/words.toml"))?,
            calendars: holidays::read(include_str!("../data/holidays.toml"))?,
            attended: file.attended,
            by_number: file.by_number,
            hours: HashMap::new(),
            caps: HashMap::new(),
            windows: file.window.into_iter().map(WindowEntry::window).collect(),
        };
        for entry in file.rule {
            book.add(entry)?;
        }
        Ok(Arc::new(book))
    }

    /// What a customer wants who wrote this and nothing else: STOP, START or HELP in any of the languages known.
    pub fn word(&self, text: &str, channel: &str) -> Option<Word> {
        self.words.find(text, self.reaches_number(channel))
    }

    /// Every rule with its source, for documents and audits.
    pub fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        let own = &self.own;
        let own = [&own.paused, &own.duplicate, &own.expired, &own.suppressed, &own.consent, &own.order_since]
            .into_iter()
            .chain([&own.conversation, &own.place, &own.holdout, &own.search]);
        let hours = self.hours.values().flatten().map(|hours| &hours.rule);
        let caps = self.caps.values().flatten().map(|cap| &cap.rule);
        own.chain(hours).chain(caps).chain(self.windows.iter().map(|window| &window.rule))
    }

    pub(crate) fn is_attended(&self, channel: &str) -> bool {
        self.attended.iter().any(|it| it == channel)
    }

    pub(crate) fn reaches_number(&self, channel: &str) -> bool {
        self.by_number.iter().any(|it| it == channel)
    }

    pub(crate) fn hours_of(&self, country: &str) -> &[Hours] {
        self.hours.get(country).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn caps_of(&self, country: &str) -> &[Cap] {
        self.caps.get(country).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn window(&self, channel: &str) -> Option<&ChannelWindow> {
        self.windows.iter().find(|window| *window.channel == *channel)
    }

    /// The holidays of a country, or those that a region adds.
    pub(crate) fn holidays(&self, name: &str) -> Option<&Arc<Calendar>> {
        self.calendars.get(name)
    }

    fn add(&mut self, entry: Entry) -> Result<(), GateError> {
        let place = format!("rules.toml: {}", entry.id);
        let country = Arc::clone(&entry.country);
        if !self.places.has_country(&country) {
            return Err(country_error(&place, &country, "is not a country"));
        }
        let mut zones = Vec::new();
        for region in &entry.regions {
            let unknown = || GateError::value(&place, region, "is not a region", "add it to places.toml");
            zones.extend_from_slice(self.places.region_zones(&country, region).ok_or_else(unknown)?);
        }
        let since = day(&place, entry.since)?;
        let Entry { id, regions, channels, purposes, source, confidence, note, .. } = entry;
        let rule = Arc::new(Rule { id, source, confidence, note });
        let scope = Scope { countries: vec![Arc::clone(&country)], regions, zones, channels, purposes };
        match (&entry.week, entry.count, &entry.per) {
            (Some(week), None, None) => {
                let week = Week::new(&place, week)?;
                if week.holiday.is_some() && !self.calendars.contains_key(&*country) {
                    return Err(country_error(&place, &country, "has no holidays"));
                }
                let added = match scope.regions.as_slice() {
                    [only] => self.holidays(&format!("{country}-{only}")).cloned(),
                    _ => None,
                };
                let hours = Hours { rule, scope, since, week, added, waived_by: entry.waived_by };
                self.hours.entry(country).or_default().push(hours);
            }
            (None, Some(count), Some(per)) if entry.waived_by.is_none() => {
                let per = Per::new(&place, per)?;
                self.caps.entry(country).or_default().push(Cap { rule, scope, since, count, per });
            }
            _ => {
                let hint = "write week for hours, with waived_by if a consent lifts them; or count and per for a cap";
                return Err(GateError::value(&place, &rule.id, "is neither hours nor a cap", hint));
            }
        }
        Ok(())
    }
}

pub(crate) fn country_error(place: &str, country: &str, problem: &'static str) -> GateError {
    GateError::value(
        place,
        country,
        problem,
        "write ISO 3166-1 alpha-2, such as DE, and see holidays.toml for holidays",
    )
}

fn day(place: &str, date: toml::value::Date) -> Result<i64, GateError> {
    let text = date.to_string();
    let wrong = |_| GateError::value(place, &text, "is not a day", "write since = 2024-01-01");
    text.parse().map(holidays::number).map_err(wrong)
}

pub(crate) fn own_rule(id: &str, source: Arc<str>) -> Arc<Rule> {
    Arc::new(Rule { id: id.into(), source, confidence: Confidence::Own, note: "".into() })
}
