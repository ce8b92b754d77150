//! Where a customer may be: from a stated zone, an address, a telephone number, the merchant's markets.
//!
//! Where the evidence leaves several places open, all of them are plausible, and a rule of any of them binds. Knows no
//! rule itself.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::{TimeZone, TimeZoneDatabase};

mod table;

use crate::{Evidence, GateError};

/// A place where the customer may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// ISO 3166-1; empty if only a zone is known.
    pub(crate) country: Arc<str>,
    /// ISO 3166-2 without the country; absent if any region of the country may be meant.
    pub(crate) region: Option<Arc<str>>,
    /// IANA name.
    pub(crate) zone: Arc<str>,
    /// The zone of the country's list whose clock it shares: it rules out regions that have others.
    pub(crate) like: Option<Arc<str>>,
}

/// What the places rest on, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    StatedZone,
    Address,
    Number,
    Markets,
    Nothing,
}

impl Basis {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::StatedZone => "place by the stated time zone",
            Self::Address => "place by the address",
            Self::Number => "place by the telephone number",
            Self::Markets => "place unknown: the merchant's markets are taken",
            Self::Nothing => "place unknown",
        }
    }
}

/// A country, and the region if it is known.
type Spot = (Arc<str>, Option<Arc<str>>);

/// Zones by the name of a country or region.
type ZonesOf = HashMap<Arc<str>, Vec<Arc<str>>>;

/// Countries, regions, zones and telephone numbers.
#[derive(Debug)]
pub(crate) struct Places {
    /// The zones of each country.
    countries: ZonesOf,
    /// The zones of each region of the countries that have some.
    regions: HashMap<Arc<str>, ZonesOf>,
    /// The country of each zone, and the zone of the country's list whose clock it shares.
    homes: HashMap<Arc<str>, [Arc<str>; 2]>,
    numbers: HashMap<u32, Vec<Spot>>,
    zones: HashMap<Arc<str>, TimeZone>,
    database: TimeZoneDatabase,
}

impl Places {
    /// Whether the country is known.
    pub(crate) fn has_country(&self, country: &str) -> bool {
        self.countries.contains_key(country)
    }

    /// The zones of a region, if both are known.
    pub(crate) fn region_zones(&self, country: &str, region: &str) -> Option<&[Arc<str>]> {
        self.regions.get(country)?.get(region).map(Vec::as_slice)
    }

    /// The zone of that name.
    pub(crate) fn zone(&self, name: &str) -> Option<TimeZone> {
        self.zones.get(name).cloned().or_else(|| self.database.get(name).ok())
    }

    /// Every place where the customer may be, and what that rests on. On a channel that reaches a number, the number's
    /// own place is plausible beside that of the address.
    pub(crate) fn plausible(&self, evidence: &Evidence, by_number: bool, markets: &[Arc<str>]) -> (Vec<Place>, Basis) {
        let stated = evidence.time_zone.as_deref().filter(|zone| tells(zone) && self.zone(zone).is_some());
        let (spots, mut basis) = self.spots(evidence, by_number, stated, markets);
        let mut places = Vec::with_capacity(spots.len());
        let mut add = |place: Place| {
            if !places.contains(&place) {
                places.push(place);
            }
        };
        for (country, region) in spots {
            let zones = match (stated, &region) {
                (Some(stated), _) => {
                    let like = self.like(&country, stated);
                    add(Place { zone: self.name(stated), country, region, like });
                    continue;
                }
                (None, Some(name)) => self.region_zones(&country, name),
                (None, None) => self.countries.get(&country).map(Vec::as_slice),
            };
            for zone in zones.unwrap_or_default() {
                let (country, region, zone) = (Arc::clone(&country), region.clone(), Arc::clone(zone));
                add(Place { country, region, like: Some(Arc::clone(&zone)), zone });
            }
        }
        if let Some(stated) = stated {
            basis = Basis::StatedZone;
            if places.is_empty() {
                places.push(Place { country: "".into(), region: None, zone: self.name(stated), like: None });
            }
        }
        (places, basis)
    }

    fn spots(
        &self,
        evidence: &Evidence,
        by_number: bool,
        stated: Option<&str>,
        markets: &[Arc<str>],
    ) -> (Vec<Spot>, Basis) {
        let country = evidence.country.as_deref().map(str::to_ascii_uppercase);
        let address = country.as_deref().and_then(|country| self.countries.get_key_value(country));
        let numbers = evidence.phone.as_deref().map(|phone| self.number(phone)).unwrap_or_default();
        if let Some((country, _)) = address {
            let known = |region: &&str| self.region_zones(country, region).is_some();
            let region = evidence.region.as_deref().map(str::to_ascii_uppercase);
            let region = region.as_deref().map(|region| plain_region(country, region)).filter(known);
            let inside = || numbers.iter().filter(|spot| spot.0 == *country && spot.1.is_some());
            let mut spots: Vec<Spot> = match region {
                Some(region) => vec![(Arc::clone(country), Some(region.into()))],
                None if inside().next().is_some() => inside().cloned().collect(),
                None => vec![(Arc::clone(country), None)],
            };
            if by_number {
                // A number that may belong to the country of the address says nothing new without a region.
                let foreign = !numbers.iter().any(|spot| spot.0 == *country);
                spots.extend(numbers.iter().filter(|spot| foreign || spot.1.is_some()).cloned());
            }
            return (spots, Basis::Address);
        }
        if !numbers.is_empty() {
            return (numbers.to_vec(), Basis::Number);
        }
        if let Some([country, _]) = stated.and_then(|zone| self.homes.get(zone)) {
            return (vec![(Arc::clone(country), None)], Basis::StatedZone);
        }
        if markets.is_empty() || country.is_some() {
            // A country was named, though not one that is known: it is not for the markets to answer.
            return (Vec::new(), Basis::Nothing);
        }
        (markets.iter().map(|country| (Arc::clone(country), None)).collect(), Basis::Markets)
    }

    /// Where a number in E.164 may belong: the longest calling code that is known.
    fn number(&self, phone: &str) -> &[Spot] {
        let Some(digits) = phone.trim().strip_prefix('+') else { return &[] };
        let mut digits = digits.chars().filter_map(|it| it.to_digit(10));
        let (mut code, mut found) = (0, None);
        for digit in digits.by_ref().take(4) {
            code = code * 10 + digit;
            found = self.numbers.get(&code).or(found);
        }
        found.map(Vec::as_slice).unwrap_or_default()
    }

    fn like(&self, country: &str, zone: &str) -> Option<Arc<str>> {
        let listed = |name: &str| self.countries.get(country)?.iter().find(|it| ***it == *name).cloned();
        listed(zone).or_else(|| self.homes.get(zone).and_then(|[_, like]| listed(like)))
    }

    fn name(&self, zone: &str) -> Arc<str> {
        self.zones.get_key_value(zone).map_or_else(|| zone.into(), |(name, _)| Arc::clone(name))
    }
}

/// Whether a zone tells a place. Servers, and browsers that hide where they are, say UTC.
fn tells(zone: &str) -> bool {
    const NOWHERE: [&str; 9] = ["UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"];
    !zone.starts_with("Etc/") && !NOWHERE.contains(&zone)
}

/// `US-FL` and `FL` are the same.
fn plain_region<'a>(country: &str, region: &'a str) -> &'a str {
    region.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(region)
}

pub(crate) fn zone_error(place: &str, zone: &str) -> GateError {
    GateError::value(place, zone, "is not a time zone", "write an IANA name such as Europe/Madrid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(zone: &str, country: &str, region: &str, phone: &str) -> Evidence {
        let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
        Evidence { time_zone: some(zone), country: some(country), region: some(region), phone: some(phone) }
    }

    #[test]
    fn evidence_gives_the_plausible_places() {
        let places = Places::read(include_str!("../data/zones.toml"), include_str!("../data/places.toml")).unwrap();
        let es: [Arc<str>; 1] = ["ES".into()];
        let cases: [(Evidence, bool, &str, Basis); 23] = [
            (evidence("UTC", "FR", "", ""), true, "FR Europe/Paris", Basis::Address),
            (evidence("Etc/GMT+5", "", "", ""), true, "ES Europe/Madrid, ES Atlantic/Canary", Basis::Markets),
            (evidence("", "us", "us-hi", ""), true, "US-HI Pacific/Honolulu", Basis::Address),
            (evidence("", "XX", "", ""), true, "0", Basis::Nothing),
            (evidence("", "", "", ""), true, "ES Europe/Madrid, ES Atlantic/Canary", Basis::Markets),
            (evidence("Europe/Madrid", "", "", ""), true, "ES Europe/Madrid", Basis::StatedZone),
            (evidence("Mars/Olympus", "DE", "", ""), true, "DE Europe/Berlin", Basis::Address),
            (evidence("", "FR", "", ""), true, "FR Europe/Paris", Basis::Address),
            (evidence("", "", "", "+33612345678"), true, "FR Europe/Paris", Basis::Number),
            (
                evidence("", "", "", "+1 305 555 0100"),
                true,
                "US-FL America/New_York, US-FL America/Chicago",
                Basis::Number,
            ),
            (
                evidence("", "US", "FL", "+12125550100"),
                true,
                "US-FL America/New_York, US-FL America/Chicago, US-NY America/New_York",
                Basis::Address,
            ),
            (
                evidence("", "US", "FL", "+12125550100"),
                false,
                "US-FL America/New_York, US-FL America/Chicago",
                Basis::Address,
            ),
            (evidence("", "US", "", "+12125550100"), false, "US-NY America/New_York", Basis::Address),
            (
                evidence("", "US", "US-NY", "+33612345678"),
                true,
                "US-NY America/New_York, FR Europe/Paris",
                Basis::Address,
            ),
            (evidence("", "US", "US-NY", "+33612345678"), false, "US-NY America/New_York", Basis::Address),
            (evidence("America/Chicago", "US", "", ""), true, "US America/Chicago", Basis::StatedZone),
            (evidence("America/Detroit", "US", "", ""), true, "US America/Detroit", Basis::StatedZone),
            (evidence("US/Eastern", "", "", ""), true, "ES US/Eastern", Basis::StatedZone),
            (evidence("", "", "", "+76123"), true, "KZ Asia/Almaty, KZ Asia/Qyzylorda", Basis::Number),
            (evidence("", "", "", "+12425550100"), true, "BS America/Nassau", Basis::Number),
            (evidence("", "GB", "", "+447700900000"), true, "GB Europe/London", Basis::Address),
            (evidence("", "US", "ZZ", "+18005550100"), false, "8", Basis::Address),
            (evidence("", "", "", "+18005550100"), true, "19", Basis::Number),
        ];
        for (evidence, by_number, expected, basis) in cases {
            let (found, on) = places.plausible(&evidence, by_number, &es);
            let said: Vec<_> = found
                .iter()
                .map(|place| match &place.region {
                    Some(region) => format!("{}-{region} {}", place.country, place.zone),
                    None => format!("{} {}", place.country, place.zone),
                })
                .collect();
            if expected.len() < 3 {
                assert_eq!(found.len().to_string(), expected, "{said:?}");
            } else {
                assert_eq!(said.join(", "), expected, "{evidence:?}");
            }
            assert_eq!(on, basis, "{evidence:?}");
        }
        assert_eq!(places.plausible(&Evidence::default(), true, &[]), (vec![], Basis::Nothing));
    }
}
