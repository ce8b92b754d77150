//! Every rule of the table at its edges, from `rules.txt`: a rule without a line there that passes and one that does not
//! fails the test.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cuecard_gate::{
    CheckAnswer, Confidence, ConsentAnswer, ConsentPurpose, ConsentRecord, Evidence, Facts, Form, Policy, Proposal,
    Rulebook, Sent, Settings, decide,
};
use cuecard_model::{Purpose, Timestamp};

/// No hours and caps but those of the law.
fn law_alone(rulebook: &Arc<Rulebook>) -> Policy {
    let settings = Settings::parse("hours = []\ncap = []\nmax_defer_hours = 168").unwrap();
    Policy::new(&"m-1".into(), &settings, Arc::clone(rulebook)).unwrap()
}

fn facts(place: &str, zone: &str) -> Facts {
    let mut facts = Facts::unknown("u-1".into());
    let (country, region) = place.split_once('-').map_or((place, None), |(country, region)| (country, Some(region)));
    facts.evidence = Evidence {
        time_zone: Some(zone.into()),
        country: Some(country.into()),
        region: region.map(str::to_owned),
        phone: None,
    };
    facts
}

fn proposal(channel: &str) -> Proposal {
    Proposal {
        occurrence: "cart-1".into(),
        purpose: Purpose::Marketing,
        channel: channel.into(),
        form: Form::Free,
        reason_at: Timestamp::from_seconds(0),
        valid_until: None,
    }
}

fn moment(local: &str, zone: &str) -> Timestamp {
    let local: jiff::civil::DateTime = local.replace(' ', "T").parse().unwrap();
    local.in_tz(zone).unwrap().timestamp().into()
}

fn answer(rule: &str, proposal: &Proposal, facts: &Facts, policy: &Policy, now: Timestamp) -> CheckAnswer {
    let verdict = decide(proposal, facts, policy, now);
    let check = verdict.checks.iter().find(|check| &*check.rule.id == rule);
    let check = check.unwrap_or_else(|| panic!("{rule} was not asked:\n{verdict}"));
    assert!(!check.rule.source.is_empty(), "{rule} has no source");
    check.answer
}

#[test]
fn every_rule_at_its_edges() {
    let rulebook = Rulebook::shipped().unwrap();
    let policy = law_alone(&rulebook);
    let mut passed = BTreeSet::new();
    let mut held = BTreeSet::new();
    for line in include_str!("rules.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<_> = line.split('|').map(str::trim).collect();
        let [rule, place, channel, zone, at, expected] = parts[..] else { panic!("not six parts: {line}") };
        let found = answer(rule, &proposal(channel), &facts(place, zone), &policy, moment(at, zone));
        let (expected, set) = match expected {
            "pass" => (CheckAnswer::Pass, &mut passed),
            until => (CheckAnswer::Until(moment(until, zone)), &mut held),
        };
        assert_eq!(found, expected, "{line}");
        set.insert(rule.to_owned());
    }
    let hours: BTreeSet<_> = rulebook
        .rules()
        .filter(|rule| rule.confidence != Confidence::Own)
        .map(|rule| rule.id.to_string())
        .filter(|id| !CAPS_AND_WINDOWS.contains(&id.as_str()))
        .collect();
    assert_eq!(passed, hours, "each rule needs a moment that it allows");
    assert_eq!(held, hours, "each rule needs a moment that it does not allow");
}

/// The rules that the tests below hold.
const CAPS_AND_WINDOWS: [&str; 8] = [
    "us-fl-three",
    "us-md-three",
    "us-ok-three",
    "us-or-three",
    "fr-calls-four",
    "whatsapp-24h",
    "wechat-48h",
    "messenger-24h",
];

#[test]
fn caps_of_the_law() {
    let rulebook = Rulebook::shipped().unwrap();
    let policy = law_alone(&rulebook);
    let cases = [
        // Fla. Stat. 501.616(6)(b), Md. Com. Law 14-4501 ff., Okla. tit. 15 s. 775C.4, Or. HB 3865: three in 24 hours
        ("us-fl-three", "US-FL", "sms", "America/New_York", 3, 24),
        ("us-md-three", "US-MD", "sms", "America/New_York", 3, 24),
        ("us-ok-three", "US-OK", "phone", "America/Chicago", 3, 24),
        ("us-or-three", "US-OR", "sms", "America/Los_Angeles", 3, 24),
        // Code de la consommation art. D223-9: four in thirty days
        ("fr-calls-four", "FR", "phone", "Europe/Paris", 4, 720),
    ];
    for (rule, place, channel, zone, count, hours) in cases {
        let now = moment("2026-11-23 15:00", zone);
        let ago = |millis: i64| Timestamp::from_millis(now.millis() - millis);
        let sent = |at| Sent { at, channel: channel.into(), purpose: Purpose::Marketing };
        let span = hours * 3_600_000;
        let mut facts = facts(place, zone);
        let mut ask = |sends: Vec<Sent>| {
            facts.sends = sends;
            answer(rule, &proposal(channel), &facts, &policy, now)
        };
        let recent = |number: i64| (0..number).map(|at| sent(ago(span - 1000 - at * 60_000))).collect::<Vec<_>>();
        assert_eq!(ask(recent(count - 1)), CheckAnswer::Pass, "{rule}");
        let free = Timestamp::from_millis(now.millis() + 1000);
        assert_eq!(ask(recent(count)), CheckAnswer::Until(free), "{rule}");
        let mut old = recent(count - 1);
        old.extend([sent(ago(span)), sent(ago(2 * span))]);
        assert_eq!(ask(old), CheckAnswer::Pass, "{rule}: what was sent before the span does not count");
        let mut other = recent(count - 1);
        other.push(Sent { at: ago(1000), channel: "email".into(), purpose: Purpose::Marketing });
        other.push(Sent { at: ago(1000), channel: channel.into(), purpose: Purpose::Service });
        assert_eq!(ask(other), CheckAnswer::Pass, "{rule}: mail and service messages do not count");
    }
}

#[test]
fn windows_of_channels() {
    let rulebook = Rulebook::shipped().unwrap();
    let policy = law_alone(&rulebook);
    let now = moment("2026-11-23 15:00", "Europe/Madrid");
    // channel, rule, hours, whether a template passes afterwards
    for (channel, rule, hours, template) in [
        ("whatsapp", "whatsapp-24h", 24, true),
        ("wechat", "wechat-48h", 48, false),
        ("messenger", "messenger-24h", 24, false),
    ] {
        for (ago, form, expected) in [
            (Some(hours * 3_600_000 - 1), Form::Free, true),
            (Some(hours * 3_600_000), Form::Free, false),
            (Some(hours * 3_600_000), Form::Template, template),
            (None, Form::Free, false),
            (None, Form::Template, template),
        ] {
            let mut facts = facts("ES", "Europe/Madrid");
            let last = ago.map(|ago| (channel.to_owned(), Timestamp::from_millis(now.millis() - ago)));
            facts.last_inbound = BTreeMap::from_iter(last);
            let proposal = Proposal { form, ..proposal(channel) };
            let found = answer(rule, &proposal, &facts, &policy, now);
            let expected = if expected { CheckAnswer::Pass } else { CheckAnswer::Never };
            assert_eq!(found, expected, "{channel} {ago:?} {form:?}");
        }
    }
}

#[test]
fn rules_bind_only_what_they_name() {
    let rulebook = Rulebook::shipped().unwrap();
    let policy = law_alone(&rulebook);
    let asked = |place: &str, zone: &str, channel: &str, purpose: Purpose| {
        let proposal = Proposal { purpose, ..proposal(channel) };
        let verdict = decide(&proposal, &facts(place, zone), &policy, moment("2026-11-23 03:00", zone));
        let laws = verdict.checks.iter().filter(|check| check.rule.confidence != Confidence::Own);
        laws.map(|check| check.rule.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    let (marketing, service) = (Purpose::Marketing, Purpose::Service);
    let cases = [
        (asked("US-NY", "America/New_York", "sms", marketing), "us-tcpa"),
        (asked("US-NY", "America/New_York", "sms", service), ""),
        (asked("US-NY", "America/New_York", "email", marketing), ""),
        (asked("KR", "Asia/Seoul", "email", marketing), ""),
        (asked("FR", "Europe/Paris", "sms", service), ""),
        (asked("NZ", "Pacific/Auckland", "sms", marketing), ""),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    assert_eq!(asked("US", "America/Detroit", "sms", marketing), asked("US", "America/New_York", "sms", marketing));
    let mut unknown: Vec<_> =
        asked("US", "America/Los_Angeles", "sms", marketing).split(' ').map(str::to_owned).collect();
    unknown.sort();
    assert_eq!(unknown, ["us-nv", "us-or", "us-or-three", "us-tcpa", "us-wa"], "any state of that zone may be meant");
}

#[test]
fn a_night_consent_lifts_the_night_of_korea() {
    let rulebook = Rulebook::shipped().unwrap();
    let policy = law_alone(&rulebook);
    let mut facts = facts("KR", "Asia/Seoul");
    let now = moment("2026-11-22 23:00", "Asia/Seoul");
    let mut record = ConsentRecord {
        customer: "u-1".into(),
        purpose: ConsentPurpose::MarketingAtNight,
        channel: None,
        answer: ConsentAnswer::Granted,
        wording: "night-1".into(),
        at: moment("2026-01-01 12:00", "Asia/Seoul"),
        source: "app".into(),
    };
    facts.consents.push(record.clone());
    assert_eq!(answer("kr-night", &proposal("sms"), &facts, &policy, now), CheckAnswer::Pass);
    record.answer = ConsentAnswer::Withdrawn;
    record.at = moment("2026-02-01 12:00", "Asia/Seoul");
    facts.consents.push(record);
    let morning = CheckAnswer::Until(moment("2026-11-23 08:00", "Asia/Seoul"));
    assert_eq!(answer("kr-night", &proposal("sms"), &facts, &policy, now), morning);
}
