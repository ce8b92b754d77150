//! What holds for one merchant: the rules and the merchant's settings, checked and ready to be asked many times.

use std::{collections::HashSet, sync::Arc};

use cuecard_model::{MerchantId, Timestamp};
use jiff::tz::TimeZone;

use crate::{
    CapSettings, GateError, HoursSettings, Rulebook, Settings,
    holdout::HoldoutGroup,
    limits::{Cap, Hours, Per, Scope},
    places::zone_error,
    rulebook::{country_error, own_rule},
    week::Week,
};

/// What holds for one merchant.
#[derive(Debug)]
pub struct Policy {
    pub(crate) rulebook: Arc<Rulebook>,
    pub(crate) pause: Pause,
    pub(crate) zone: (Arc<str>, TimeZone),
    pub(crate) markets: Vec<Arc<str>>,
    /// Milliseconds.
    pub(crate) max_defer: i64,
    pub(crate) conversation_quiet: i64,
    pub(crate) holdout: HoldoutGroup,
    pub(crate) hours: Vec<Hours>,
    pub(crate) caps: Vec<Cap>,
}

/// Whether outreach is paused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    No,
    Until(Timestamp),
    Open,
}

/// Every decision asks each of them.
const MOST_ENTRIES: usize = 32;

const HOUR: i64 = 3_600_000;

impl Policy {
    /// The policy of a merchant; what the settings leave open is as in the shipped defaults.
    pub fn new(merchant: &MerchantId, settings: &Settings, rulebook: Arc<Rulebook>) -> Result<Self, GateError> {
        let defaults = &rulebook.defaults;
        let zone = settings.time_zone.as_deref().unwrap_or("UTC");
        let tz = rulebook.places.zone(zone).ok_or_else(|| zone_error("outreach: time_zone", zone))?;
        for market in &settings.markets {
            known(&rulebook, "outreach: markets", market)?;
        }
        let longest = settings.max_defer_hours.or(defaults.max_defer_hours).unwrap_or(72);
        if longest > 24 * 30 {
            let hint = "write at most 720 hours, which are thirty days";
            return Err(GateError::value("outreach: max_defer_hours", longest, "is too long a wait", hint));
        }
        let quiet = settings.conversation_quiet_hours.or(defaults.conversation_quiet_hours).unwrap_or(12);
        let holdout = settings.holdout.as_ref().or(defaults.holdout.as_ref());
        let hours = settings.hours.as_ref().or(defaults.hours.as_ref()).map(Vec::as_slice).unwrap_or_default();
        let caps = settings.cap.as_ref().or(defaults.cap.as_ref()).map(Vec::as_slice).unwrap_or_default();
        distinct("hours", hours.iter().map(|hours| hours.id.as_str()))?;
        distinct("cap", caps.iter().map(|cap| cap.id.as_str()))?;
        Ok(Self {
            pause: match settings.paused_until {
                _ if settings.paused => Pause::Open,
                Some(until) => Pause::Until(until),
                None => Pause::No,
            },
            zone: (zone.into(), tz),
            markets: settings.markets.iter().map(|market| market.as_str().into()).collect(),
            max_defer: i64::from(longest) * HOUR,
            conversation_quiet: i64::from(quiet) * HOUR,
            holdout: HoldoutGroup::new(merchant, holdout)?,
            hours: hours.iter().map(|hours| read_hours(&rulebook, hours)).collect::<Result<_, _>>()?,
            caps: caps.iter().map(read_cap).collect::<Result<_, _>>()?,
            rulebook,
        })
    }

    /// The rules beneath the settings.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }
}

fn known(rulebook: &Rulebook, place: &str, country: &str) -> Result<Arc<str>, GateError> {
    let found = rulebook.places.has_country(country).then(|| country.into());
    found.ok_or_else(|| country_error(place, country, "is not a country"))
}

fn distinct<'a>(table: &'static str, ids: impl Iterator<Item = &'a str>) -> Result<(), GateError> {
    let mut seen = HashSet::new();
    for id in ids {
        if seen.len() == MOST_ENTRIES {
            let place = format!("outreach: {table}");
            return Err(GateError::value(&place, id, "is one entry too many", "write at most 32 entries"));
        }
        if !seen.insert(id) {
            let place = format!("outreach: {table}");
            return Err(GateError::value(&place, id, "is there twice", "give each entry an id of its own"));
        }
    }
    Ok(())
}

fn names(texts: &[String]) -> Vec<Arc<str>> {
    texts.iter().map(|text| text.as_str().into()).collect()
}

fn read_hours(rulebook: &Rulebook, settings: &HoursSettings) -> Result<Hours, GateError> {
    let HoursSettings { id, countries, channels, purposes, week } = settings;
    let place = format!("outreach: hours {id}");
    let countries = countries.iter().map(|country| known(rulebook, &place, country)).collect::<Result<_, _>>()?;
    let scope = Scope { countries, channels: names(channels), purposes: purposes.clone(), ..Scope::default() };
    let rule = own_rule(id, "the merchant's settings".into());
    Ok(Hours { rule, scope, since: i64::MIN, week: Week::new(&place, week)?, added: None, waived_by: None })
}

fn read_cap(settings: &CapSettings) -> Result<Cap, GateError> {
    let CapSettings { id, channels, purposes, count, per } = settings;
    let scope = Scope { channels: names(channels), purposes: purposes.clone(), ..Scope::default() };
    let (rule, per) = (own_rule(id, "the merchant's settings".into()), Per::new(&format!("outreach: cap {id}"), per)?);
    let count = usize::try_from(*count).unwrap_or(usize::MAX);
    Ok(Cap { rule, scope, since: i64::MIN, count, per })
}
