//! 2,000 random schedules in 32 zones, around changes of the clocks, against `oracle.py`: another language, another time
//! zone library, and no search but looking at every minute.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};

use cuecard_gate::HoursSettings;
use cuecard_gate::{
    Answer, CapSettings, Evidence, Facts, Form, Policy, Proposal, Reason, Rulebook, Sent, Settings, WeekSettings,
    decide,
};
use cuecard_model::{Purpose, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;

const SCHEDULES: usize = 2_000;
const HINT: &str = "hint: this test needs Python 3.9 or later as `python3`; on Debian: apt-get install python3 tzdata";

/// Zones with whole, half and quarter hours, with gaps and folds at midnight and at noon of the year, north and south.
/// Schedules lie before 2026, for which every copy of the tz database since then agrees.
const ZONES: [&str; 32] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Anchorage",
    "America/Asuncion",
    "America/Chicago",
    "America/Halifax",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
];

/// Countries of which only the country is known, so that all their zones bind at once.
const COUNTRIES: [&str; 6] = ["AU", "ES", "ID", "MN", "NZ", "PT"];

/// The same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

#[derive(Serialize)]
struct Schedule {
    zones: Vec<String>,
    from: i64,
    limit: i64,
    weeks: Vec<WeekSettings>,
    caps: Vec<CapSettings>,
    sends: Vec<i64>,
    #[serde(skip)]
    country: Option<&'static str>,
}

fn windows(random: &mut Random) -> String {
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
    match random.below(10) {
        0 => String::new(),
        1 => "00:00-24:00".into(),
        // Narrow, in the hours in which clocks change.
        2 => {
            let start = random.below(240);
            format!("{}-{}", clock(start), clock(start + 1 + random.below(60)))
        }
        3 => {
            let start = 60 * random.below(10);
            format!("{}-{} {}-24:00", clock(start), clock(start + 90), clock(23 * 60 + random.below(59)))
        }
        4 => "00:00-00:30 12:15-12:45".into(),
        _ => {
            let start = 15 * random.below(60);
            format!("{}-{}", clock(start), clock((start + 60 + 15 * random.below(40)).min(24 * 60)))
        }
    }
}

fn week(random: &mut Random) -> WeekSettings {
    if random.one_in(2) {
        return WeekSettings { daily: Some(windows(random)), ..WeekSettings::default() };
    }
    let [mon_fri, sat, sun] = [(); 3].map(|()| Some(windows(random)));
    WeekSettings { daily: None, mon_fri, sat, sun, holiday: None }
}

/// A moment up to two days before a change of the clocks, or any if the zone has none there.
fn start(random: &mut Random, zone: &str) -> i64 {
    let (first, last) = (1_420_070_400, 1_764_547_200); // 2015-01-01 to 2025-12-01
    let any = first + random.below((last - first) as u64) as i64;
    let tz = TimeZone::get(zone).unwrap();
    let after = jiff::Timestamp::from_second(any).unwrap();
    let change = tz.following(after).next().map(|change| change.timestamp().as_second()).filter(|at| *at < last);
    match change {
        Some(change) if !random.one_in(8) => change - random.below(2 * 86_400) as i64,
        _ => any,
    }
}

fn schedule(random: &mut Random, all: &BTreeMap<&'static str, Vec<String>>) -> Schedule {
    let country = random.one_in(6).then(|| random.pick(&COUNTRIES));
    let zones = country.map_or_else(|| vec![random.pick(&ZONES).to_owned()], |country| all[country].clone());
    let from = start(random, &zones[0]);
    let mut weeks = vec![week(random)];
    if random.one_in(3) {
        weeks.push(week(random));
    }
    let mut caps = Vec::new();
    for id in 0..random.below(3) {
        let per = random.pick(&["day", "day", "24h", "7d", "5h"]).to_owned();
        let count = 1 + random.below(3) as u32;
        caps.push(CapSettings { id: format!("cap-{id}"), channels: vec![], purposes: vec![], count, per });
    }
    let sends = (0..random.below(5)).map(|_| from - 60 * random.below(3 * 1440) as i64 - from % 60).collect();
    Schedule { zones, from, limit: from + 72 * 3600, weeks, caps, sends, country }
}

/// The zones of the countries, from the table that the gate reads.
fn zones_of_countries() -> BTreeMap<&'static str, Vec<String>> {
    let table = |text: &str| text.parse::<toml::Table>().unwrap();
    let (zones, places) = (table(include_str!("../data/zones.toml")), table(include_str!("../data/places.toml")));
    let names = |list: &toml::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|zone| zone.as_str().unwrap().to_owned()).collect()
    };
    COUNTRIES
        .into_iter()
        .map(|country| match places.get(country) {
            Some(regions) => {
                let regions = regions.as_table().unwrap().values();
                (country, regions.flat_map(|region| names(&region["zones"])).collect())
            }
            None => (country, names(&zones["country"][country])),
        })
        .collect()
}

/// What the gate says, by way of its public face alone: the settings of a merchant.
fn gate(schedule: &Schedule, rulebook: &Arc<Rulebook>) -> Option<i64> {
    let hours = schedule.weeks.iter().enumerate().map(|(id, week)| HoursSettings {
        id: format!("hours-{id}"),
        countries: vec![],
        channels: vec![],
        purposes: vec![],
        week: week.clone(),
    });
    let settings = Settings {
        hours: Some(hours.collect()),
        cap: Some(schedule.caps.clone()),
        max_defer_hours: Some(72),
        ..Settings::default()
    };
    let policy = Policy::new(&"m-1".into(), &settings, Arc::clone(rulebook)).unwrap();
    let mut facts = Facts::unknown("u-1".into());
    facts.evidence = match schedule.country {
        Some(country) => Evidence { country: Some(country.into()), ..Evidence::default() },
        None => Evidence { time_zone: Some(schedule.zones[0].clone()), ..Evidence::default() },
    };
    let sent = |at: &i64| Sent { at: Timestamp::from_seconds(*at), channel: "email".into(), purpose: Purpose::Service };
    facts.sends = schedule.sends.iter().map(sent).collect();
    let proposal = Proposal {
        occurrence: "o-1".into(),
        purpose: Purpose::Service,
        channel: "email".into(),
        form: Form::Free,
        reason_at: Timestamp::from_seconds(schedule.from),
        valid_until: None,
    };
    let verdict = decide(&proposal, &facts, &policy, Timestamp::from_seconds(schedule.from));
    match verdict.answer {
        Answer::Send => Some(schedule.from),
        Answer::Defer { until } => {
            let again = decide(&proposal, &facts, &policy, until);
            assert_eq!(again.answer, Answer::Send, "asked again at the moment it named:\n{verdict}\n{again}");
            Some(until.seconds())
        }
        Answer::Drop => {
            assert_eq!(verdict.reason, Reason::NoOpening, "{verdict}");
            None
        }
    }
}

/// What Python says, a line for each schedule.
fn oracle(schedules: &[Schedule]) -> Vec<Option<i64>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle.py");
    let lines: Vec<_> = schedules.iter().map(|schedule| serde_json::to_string(schedule).unwrap()).collect();
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let run = Command::new("python3").arg(script).stdin(input).stderr(Stdio::piped()).output();
    let output = run.unwrap_or_else(|error| panic!("python3 does not start: {error}\n{HINT}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the oracle failed:\n{said}\n{HINT}");
    serde_json::Deserializer::from_slice(&output.stdout).into_iter().map(Result::unwrap).collect()
}

#[test]
fn two_thousand_random_schedules_agree_with_zoneinfo() {
    let rulebook = Rulebook::shipped().unwrap();
    let all = zones_of_countries();
    let mut random = Random(0x5EED_C0DE_2026_1122);
    let schedules: Vec<_> = (0..SCHEDULES).map(|_| schedule(&mut random, &all)).collect();
    let expected = oracle(&schedules);
    assert_eq!(expected.len(), SCHEDULES);
    let (mut sent, mut deferred, mut dropped, mut changes) = (0, 0, 0, 0);
    for (schedule, expected) in schedules.iter().zip(expected) {
        let found = gate(schedule, &rulebook);
        let json = serde_json::to_string(schedule).unwrap();
        assert_eq!(found, expected, "the gate on the left, Python on the right: {json}");
        match found {
            Some(at) if at == schedule.from => sent += 1,
            Some(_) => deferred += 1,
            None => dropped += 1,
        }
        let tz = TimeZone::get(&schedule.zones[0]).unwrap();
        let offset = |at: i64| tz.to_offset(jiff::Timestamp::from_second(at).unwrap());
        changes += usize::from(offset(schedule.from) != offset(schedule.limit));
    }
    // The schedules must try what they are meant to try.
    println!("{sent} now, {deferred} later, {dropped} never; {changes} across a change of the clocks");
    assert!(sent > 200 && deferred > 500 && dropped > 100 && changes > 1_000, "{sent} {deferred} {dropped} {changes}");
}
