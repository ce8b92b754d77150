//! The checks that need no table of hours, the order in which they decide, the search, and what a verdict says.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::sync::Arc;

use cuecard_gate::{
    Answer, ConsentAnswer, ConsentPurpose, ConsentRecord, Earlier, Evidence, Facts, Form, OpenConversation, Policy,
    Proposal, Reason, Rulebook, Sent, Settings, Suppression, SuppressionCause, Verdict, Word, decide,
};
use cuecard_model::{Purpose, Timestamp};

fn policy(settings: &str) -> Policy {
    let settings = Settings::parse(settings).unwrap();
    Policy::new(&"m-1".into(), &settings, Rulebook::shipped().unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Noon of a Monday in Madrid.
const NOON: &str = "2026-11-23T11:00:00Z";

fn granted(channel: Option<&str>, day: &str) -> ConsentRecord {
    ConsentRecord {
        customer: "u-1".into(),
        purpose: ConsentPurpose::Marketing,
        channel: channel.map(Arc::from),
        answer: ConsentAnswer::Granted,
        wording: "checkout-1".into(),
        at: at(&format!("{day}T12:00:00Z")),
        source: "checkout".into(),
    }
}

/// A customer in Madrid who agreed to everything, and the cart that was left an hour ago.
fn case() -> (Proposal, Facts) {
    let proposal = Proposal {
        occurrence: "cart-1".into(),
        purpose: Purpose::Marketing,
        channel: "email".into(),
        form: Form::Free,
        reason_at: at("2026-11-23T10:00:00Z"),
        valid_until: None,
    };
    let mut facts = Facts::unknown("u-1".into());
    facts.evidence.time_zone = Some("Europe/Madrid".into());
    facts.evidence.country = Some("ES".into());
    facts.consents.push(granted(None, "2026-01-01"));
    (proposal, facts)
}

fn sent(time: &str, channel: &str, purpose: Purpose) -> Sent {
    Sent { at: at(time), channel: channel.into(), purpose }
}

/// The answer, short: `send`, `drop reason`, `2026-... reason`.
fn said(verdict: &Verdict) -> String {
    match verdict.answer {
        Answer::Send => "send".into(),
        Answer::Defer { until } => format!("{until} {}", verdict.reason.code()),
        Answer::Drop => format!("drop {}", verdict.reason.code()),
    }
}

type Change = fn(&mut Proposal, &mut Facts);

#[test]
fn each_check_alone() {
    let cases: [(&str, &str, Change); 33] = [
        ("send", "", |_, _| {}),
        ("drop paused", "paused = true", |_, _| {}),
        ("2026-11-24T11:00:00Z paused", "paused_until = '2026-11-24T11:00:00Z'", |_, _| {}),
        ("send", "paused_until = '2026-11-23T11:00:00Z'", |_, _| {}),
        ("drop duplicate", "", |_, it| it.earlier = Some(Earlier { id: "o-0".into(), at: at(NOON) })),
        ("drop expired", "", |it, _| it.valid_until = Some(at("2026-11-23T10:59:59Z"))),
        ("send", "", |it, _| it.valid_until = Some(at(NOON))),
        ("drop suppressed", "", |_, it| it.suppressions.push(suppression(Some("email"), SuppressionCause::Bounced))),
        ("drop suppressed", "", |_, it| it.suppressions.push(suppression(None, SuppressionCause::Erased))),
        ("send", "", |_, it| it.suppressions.push(suppression(Some("sms"), SuppressionCause::Complained))),
        ("drop consent_missing", "", |_, it| it.consents.clear()),
        ("drop consent_missing", "", |_, it| it.consents = vec![granted(Some("sms"), "2026-01-01")]),
        ("drop consent_withdrawn", "", |_, it| it.consents.push(withdrawn("2026-02-01"))),
        ("send", "", |_, it| it.consents.extend([withdrawn("2026-02-01"), granted(Some("email"), "2026-03-01")])),
        ("send", "", |proposal, it| {
            proposal.purpose = Purpose::Service;
            it.consents.clear();
        }),
        ("drop consent_withdrawn", "", |proposal, it| {
            proposal.purpose = Purpose::Service;
            it.consents = vec![ConsentRecord { purpose: ConsentPurpose::Service, ..withdrawn("2026-02-01") }];
        }),
        ("drop ordered_since", "", |_, it| it.last_order = Some(at("2026-11-23T10:30:00Z"))),
        ("send", "", |_, it| it.last_order = Some(at("2026-11-23T10:00:00Z"))),
        ("send", "", |proposal, it| {
            proposal.purpose = Purpose::Service;
            it.last_order = Some(at("2026-11-23T10:30:00Z"));
        }),
        ("2026-11-23T14:00:00Z conversation_open", "conversation_quiet_hours = 4", |_, it| it.conversation = open()),
        ("send", "conversation_quiet_hours = 1", |_, it| it.conversation = open()),
        ("drop place_unknown", "", |_, it| it.evidence = Evidence::default()),
        ("send", "markets = ['ES', 'PT']", |_, it| it.evidence = Evidence::default()),
        ("send", "", |proposal, it| {
            proposal.channel = "web_chat".into();
            it.evidence = Evidence::default();
        }),
        ("drop channel_window", "", |it, _| it.channel = "whatsapp".into()),
        ("send", "", |it, _| (it.channel, it.form) = ("whatsapp".into(), Form::Template)),
        (
            "2026-11-23T23:00:00Z frequency_cap",
            "[[cap]]\nid='c'\ncount=1\nper='day'\n[[hours]]\nid='h'\nweek.daily='00:00-24:00'",
            |_, it| {
                it.sends = vec![sent("2026-11-22T23:00:00Z", "email", Purpose::Marketing)];
            },
        ),
        ("send", "[[cap]]\nid='c'\ncount=1\nper='day'", |_, it| {
            it.sends = vec![sent("2026-11-22T22:59:59Z", "email", Purpose::Marketing)];
        }),
        ("2026-11-24T08:00:00Z quiet_hours", "", |_, it| {
            it.sends = vec![sent("2026-11-23T08:00:00Z", "sms", Purpose::Marketing)];
        }),
        ("2026-11-24T12:00:00Z frequency_cap", "", |_, it| {
            let days = ["2026-11-17T12:00:00Z", "2026-11-18T12:00:00Z", "2026-11-19T12:00:00Z"];
            it.sends = days.map(|day| sent(day, "email", Purpose::Marketing)).into();
        }),
        ("drop no_opening", "max_defer_hours = 24", |_, it| {
            let days = ["2026-11-17T12:00:00Z", "2026-11-18T12:00:00Z", "2026-11-19T12:00:00Z"];
            it.sends = days.map(|day| sent(day, "email", Purpose::Marketing)).into();
        }),
        ("drop no_opening", "[[hours]]\nid='never'\nweek.daily=''", |_, _| {}),
        ("drop holdout", "holdout.share = 1.0", |_, _| {}),
    ];
    for (number, (expected, settings, change)) in cases.into_iter().enumerate() {
        let (mut proposal, mut facts) = case();
        change(&mut proposal, &mut facts);
        let verdict = decide(&proposal, &facts, &policy(settings), at(NOON));
        assert_eq!(said(&verdict), expected, "case {number}, {settings}:\n{verdict}");
        assert_eq!(verdict, decide(&proposal, &facts, &policy(settings), at(NOON)), "the same call, the same verdict");
    }
}

fn suppression(channel: Option<&str>, cause: SuppressionCause) -> Suppression {
    Suppression { channel: channel.map(Arc::from), cause, at: at("2026-01-01T00:00:00Z") }
}

fn withdrawn(day: &str) -> ConsentRecord {
    ConsentRecord { answer: ConsentAnswer::Withdrawn, ..granted(Some("email"), day) }
}

fn open() -> Option<OpenConversation> {
    Some(OpenConversation { last_message_at: at("2026-11-23T10:00:00Z") })
}

#[test]
fn a_wait_ends_where_all_checks_agree() {
    // Texas, Sunday before noon: the state opens at 12:00, the merchant closes from 11:00 to 13:00, and a text of
    // yesterday 13:30 still counts in the last 24 hours.
    let settings = "[[hours]]\nid='lunch'\nweek.daily='08:00-11:00 13:00-20:00'\n[[cap]]\nid='one'\ncount=1\nper='24h'";
    let (mut proposal, mut facts) = case();
    proposal.channel = "sms".into();
    facts.evidence = Evidence {
        time_zone: Some("America/Chicago".into()),
        country: Some("US".into()),
        region: Some("TX".into()),
        phone: Some("+15125550100".into()),
    };
    facts.sends = vec![sent("2026-11-21T19:30:00Z", "sms", Purpose::Marketing)];
    let verdict = decide(&proposal, &facts, &policy(settings), at("2026-11-22T15:00:00Z"));
    assert_eq!(said(&verdict), "2026-11-22T19:30:00Z frequency_cap", "{verdict}");
    facts.sends.clear();
    let verdict = decide(&proposal, &facts, &policy(settings), at("2026-11-22T15:00:00Z"));
    assert_eq!(said(&verdict), "2026-11-22T19:00:00Z quiet_hours", "{verdict}");
}

#[test]
fn where_the_zone_is_unknown_all_plausible_zones_must_agree() {
    let settings = "[[hours]]\nid='h'\nweek.daily='08:00-20:00'\n[[cap]]\nid='day'\ncount=1\nper='day'";
    let (proposal, mut facts) = case();
    facts.evidence = Evidence { country: Some("AU".into()), ..Evidence::default() };
    // 08:00 in Perth (and Eucla 08:45) is 11:00 in Sydney; 20:00 in Sydney is 17:00 in Perth.
    for (now, expected) in [
        ("2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z quiet_hours"),
        ("2026-11-23T00:00:00Z", "send"),
        ("2026-11-23T08:59:59Z", "send"),
        ("2026-11-23T09:00:00Z", "2026-11-24T00:00:00Z quiet_hours"),
    ] {
        let verdict = decide(&proposal, &facts, &policy(settings), at(now));
        assert_eq!(said(&verdict), expected, "{now}\n{verdict}");
    }
    // A send that is today in one plausible zone counts, though it was yesterday in another: 22:30 in Perth, 01:30 in
    // Sydney.
    facts.sends = vec![sent("2026-11-22T14:30:00Z", "email", Purpose::Marketing)];
    let verdict = decide(&proposal, &facts, &policy(settings), at("2026-11-23T02:00:00Z"));
    assert_eq!(said(&verdict), "2026-11-24T00:00:00Z quiet_hours", "{verdict}");
}

#[test]
fn a_state_that_is_unknown_may_be_any() {
    let open = "[[hours]]\nid='h'\nweek.daily='00:00-24:00'\n";
    let (mut proposal, mut facts) = case();
    proposal.channel = "sms".into();
    let mut ask = |region: Option<&str>, phone: Option<&str>, now: &str| {
        let own = |it: Option<&str>| it.map(str::to_owned);
        let evidence = Evidence { time_zone: None, country: Some("US".into()), region: own(region), phone: own(phone) };
        facts.evidence = evidence;
        said(&decide(&proposal, &facts, &policy(open), at(now)))
    };
    // Monday, 19:30 in New York.
    let evening = "2026-11-24T00:30:00Z";
    assert_eq!(ask(Some("NY"), None, evening), "send");
    assert_eq!(ask(None, Some("+12125550100"), evening), "send", "the area code tells the state");
    assert_eq!(ask(Some("NY"), Some("+14015550100"), evening), "2026-11-24T14:00:00Z quiet_hours", "or Rhode Island");
    // With nothing but the country: from 08:00 in Hawaii (18:00Z) to 18:00 in Rhode Island (23:00Z).
    assert_eq!(ask(None, None, evening), "2026-11-24T18:00:00Z quiet_hours");
    assert_eq!(ask(None, None, "2026-11-24T22:59:00Z"), "send");
}

#[test]
fn the_window_of_a_channel_may_shut_while_waiting() {
    let (mut proposal, mut facts) = case();
    proposal.channel = "whatsapp".into();
    facts.last_inbound.insert("whatsapp".into(), at("2026-11-22T22:00:00Z"));
    // 21:30 in Madrid: open again at 09:00 of the next day, 34 hours after the customer's message.
    let verdict = decide(&proposal, &facts, &policy(""), at("2026-11-23T20:30:00Z"));
    assert_eq!(said(&verdict), "drop channel_window", "{verdict}");
    let last = verdict.checks.last().unwrap();
    assert_eq!(&*last.rule.id, "whatsapp-24h");
    assert_eq!(last.merchant_time.at, at("2026-11-24T08:00:00Z"), "at the moment when it decided");
}

#[test]
fn held_out_customers_are_those_who_would_have_been_contacted() {
    let all = policy("holdout.share = 1.0");
    let (proposal, mut facts) = case();
    let night = decide(&proposal, &facts, &all, at("2026-11-23T22:00:00Z"));
    assert_eq!(said(&night), "2026-11-24T08:00:00Z quiet_hours", "asked again in the morning, and held out then");
    facts.consents.clear();
    assert_eq!(said(&decide(&proposal, &facts, &all, at(NOON))), "drop consent_missing");
    let service = Proposal { purpose: Purpose::Service, ..proposal };
    assert_eq!(said(&decide(&service, &facts, &all, at(NOON))), "send", "service is not held out");
}

#[test]
fn a_merchant_cannot_loosen_the_law() {
    let open = "cap = []\n[[hours]]\nid='always'\nweek.daily='00:00-24:00'";
    let (mut proposal, mut facts) = case();
    proposal.channel = "sms".into();
    facts.evidence =
        Evidence { time_zone: Some("Europe/Paris".into()), country: Some("FR".into()), ..Evidence::default() };
    let sunday = decide(&proposal, &facts, &policy(open), at("2026-11-22T11:00:00Z"));
    assert_eq!(said(&sunday), "2026-11-23T07:00:00Z quiet_hours", "{sunday}");
    let holiday = decide(&proposal, &facts, &policy(open), at("2026-11-11T11:00:00Z"));
    assert_eq!(said(&holiday), "2026-11-12T07:00:00Z public_holiday", "{holiday}");
    let stricter = "[[hours]]\nid='late'\ncountries=['FR']\nweek.daily='11:00-12:00'";
    let monday = decide(&proposal, &facts, &policy(stricter), at("2026-11-22T11:00:00Z"));
    assert_eq!(said(&monday), "2026-11-23T10:00:00Z quiet_hours", "{monday}");
}

#[test]
fn a_verdict_says_where_holidays_are_not_known() {
    let settings = "cap = []\n[[hours]]\nid='work'\nweek={mon_fri='09:00-18:00', sat='', sun='', holiday=''}";
    let ask = |country: &str, zone: &str, now: &str| {
        let (proposal, mut facts) = case();
        (facts.evidence.country, facts.evidence.time_zone) = (Some(country.into()), Some(zone.into()));
        let verdict = decide(&proposal, &facts, &policy(settings), at(now));
        let check = verdict.checks.iter().find(|check| &*check.rule.id == "work").unwrap();
        format!("{} {}", said(&verdict), check.detail)
    };
    assert_eq!(ask("KR", "Asia/Seoul", "2026-09-25T03:00:00Z"), "2026-09-28T00:00:00Z public_holiday ");
    assert_eq!(ask("KR", "Asia/Seoul", "2028-12-29T03:00:00Z"), "send ");
    assert_eq!(ask("KR", "Asia/Seoul", "2029-01-02T03:00:00Z"), "send public holidays are known through 2028 alone");
    assert_eq!(ask("NZ", "Pacific/Auckland", "2026-12-24T21:00:00Z"), "send no public holidays are known here");
}

#[test]
fn settings_are_read_strictly() {
    let cases = [
        ("pausd = true", "unknown field `pausd`"),
        ("paused = 'yes'", "invalid type"),
        ("markets = ['EU']", "'EU' is not a country"),
        ("time_zone = 'Europe/Madird'", "'Europe/Madird' is not a time zone"),
        ("max_defer_hours = 10000", "too long a wait"),
        ("max_defer_hours = -1", "invalid value"),
        ("holdout.share = 1.5", "'1.5' is not a share"),
        ("holdout.share = nan", "is not a share"),
        ("[[cap]]\nid='a'\ncount=1\nper='week'", "'week' is not a time to count over"),
        ("[[cap]]\nid='a'\ncount=1\nper='0h'", "'0h' is not a time"),
        ("[[cap]]\nid='a'\nper='day'", "missing field `count`"),
        ("[[cap]]\nid='a'\ncount=1\nper='day'\n[[cap]]\nid='a'\ncount=2\nper='day'", "'a' is there twice"),
        ("[[hours]]\nid='a'\nweek.daily='8-20'", "'8-20' is not a list of windows"),
        ("[[hours]]\nid='a'\nweek={sat='', sun=''}", "does not say each day once"),
        ("[[hours]]\nid='a'\ncountries=['XX']\nweek.daily=''", "'XX' is not a country"),
        ("[[hours]]\nid='a'\npurposes=['sales']\nweek.daily=''", "unknown variant `sales`"),
        ("paused_until = 'tomorrow'", "is not an RFC 3339 time"),
        ("paused = ", "outreach settings"),
    ];
    let many: String = (0..33).map(|id| format!("[[cap]]\nid='c{id}'\ncount=1\nper='day'\n")).collect();
    for (text, expected) in cases.into_iter().chain([(many.as_str(), "'c32' is one entry too many")]) {
        let error = Settings::parse(text)
            .and_then(|settings| Policy::new(&"m-1".into(), &settings, Rulebook::shipped().unwrap()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let full = "paused_until = '2026-12-01T00:00:00Z'\nmarkets = ['ES']\nholdout = {share = 0.1, seed = 's'}\n\
        [[cap]]\nid='a'\nchannels=['sms']\ncount=1\nper='day'\n[[hours]]\nid='b'\nweek.daily='09:00-20:00'";
    let settings = Settings::parse(full).unwrap();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings, "JSON keeps them as they are: {json}");
}

#[test]
fn a_verdict_explains_itself_and_keeps() {
    let (mut proposal, mut facts) = case();
    proposal.channel = "sms".into();
    facts.evidence = Evidence {
        time_zone: None,
        country: Some("US".into()),
        region: Some("FL".into()),
        phone: Some("+13055550100".into()),
    };
    let policy = policy("time_zone = 'Europe/Madrid'");
    let verdict = decide(&proposal, &facts, &policy, at("2026-11-24T02:15:04Z"));
    let text = verdict.to_string();
    for part in [
        "defer until 2026-11-24T15:00:00Z (quiet_hours)",
        "customer 2026-11-23T21:15:04-05:00[America/New_York], merchant 2026-11-24T03:15:04+01:00[Europe/Madrid]",
        "place by the address",
        "wait  us-fl ",
        // The plausible zone that is hardest on it: the panhandle opens an hour later.
        "customer 2026-11-24T08:00:00-06:00[America/Chicago], merchant 2026-11-24T15:00:00+01:00[Europe/Madrid]",
        "Fla. Stat. 501.616(6)(a) with 501.059 (ch. 2021-185) (confidence high)",
        "0 of 3 in 24 hours",
        "pass  consent",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict, "{json}");
    assert!(json.contains(r#""reason":"quiet_hours""#) && json.contains(r#""defer":{"until":"#), "{json}");
}

#[test]
fn reason_codes_are_those_of_json() {
    for code in [Reason::Clear, Reason::ConsentWithdrawn, Reason::NoOpening, Reason::Holdout, Reason::PublicHoliday] {
        assert_eq!(serde_json::to_value(code).unwrap(), code.code());
    }
}

#[test]
fn words_follow_the_channel() {
    let rulebook = Rulebook::shipped().unwrap();
    for (text, channel, expected) in [
        ("BAJA", "email", Some(Word::Stop)),
        ("cancel", "sms", Some(Word::Stop)),
        ("cancel", "web_chat", None),
        ("START", "whatsapp", Some(Word::Start)),
        ("cancel my order", "sms", None),
    ] {
        assert_eq!(rulebook.word(text, channel), expected, "{text} on {channel}");
    }
}
