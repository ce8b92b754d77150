//! Reading the tables of zones, regions and numbers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::tz::TimeZoneDatabase;
use serde::Deserialize;

use super::{Places, zone_error};
use crate::{GateError, error::parse};

impl Places {
    /// Reads the tables.
    pub(crate) fn read(zones: &str, places: &str) -> Result<Self, GateError> {
        let zones: Zones = parse("zones.toml", zones)?;
        let table: Table = parse("places.toml", places)?;
        let mut all = Self {
            countries: zones.country.into_iter().map(|(country, zones)| (country.into(), zones)).collect(),
            regions: HashMap::new(),
            homes: zones.zone,
            numbers: HashMap::new(),
            zones: HashMap::new(),
            database: TimeZoneDatabase::bundled(),
        };
        for (code, countries) in table.calling {
            let code = code.parse().map_err(|_| number_error(&code))?;
            all.numbers.insert(code, countries.split_whitespace().map(|country| (country.into(), None)).collect());
        }
        for (country, regions) in table.regions {
            all.add_regions(country.into(), regions);
        }
        let regions = all.regions.values().flat_map(HashMap::values);
        let names = all.countries.values().chain(regions).flatten().chain(all.homes.keys());
        for name in names {
            let zone = all.database.get(name).map_err(|_| zone_error("zones.toml", name))?;
            all.zones.insert(Arc::clone(name), zone);
        }
        Ok(all)
    }

    fn add_regions(&mut self, country: Arc<str>, regions: BTreeMap<String, Region>) {
        let mut zones: Vec<Arc<str>> = regions.values().flat_map(|region| region.zones.iter().cloned()).collect();
        zones.sort();
        zones.dedup();
        self.countries.insert(Arc::clone(&country), zones);
        for (name, region) in regions {
            let name: Arc<str> = name.into();
            for area in region.area {
                // Every country that has regions with areas shares the calling code 1.
                self.numbers.entry(1000 + area).or_default().push((Arc::clone(&country), Some(Arc::clone(&name))));
            }
            self.regions.entry(Arc::clone(&country)).or_default().insert(name, region.zones);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Zones {
    country: BTreeMap<String, Vec<Arc<str>>>,
    zone: HashMap<Arc<str>, [Arc<str>; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    zones: Vec<Arc<str>>,
    #[serde(default)]
    area: Vec<u32>,
}

#[derive(Deserialize)]
struct Table {
    calling: BTreeMap<String, String>,
    #[serde(flatten)]
    regions: BTreeMap<String, BTreeMap<String, Region>>,
}

fn number_error(code: &str) -> GateError {
    GateError::value("places.toml: calling", code, "is not a calling code", "write digits alone")
}
