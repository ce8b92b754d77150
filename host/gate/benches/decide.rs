//! One decision: the customer's zone known, the country alone known, nothing in the way, a wait, no opening at all.

#![allow(missing_docs, reason = "criterion's macros")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_gate::{
    Answer, ConsentAnswer, ConsentPurpose, ConsentRecord, Evidence, Facts, Form, GateError, Policy, Proposal, Rulebook,
    Sent, Settings, decide,
};
use cuecard_model::{Purpose, Timestamp};

/// 2026-11-23, a Monday, at an hour of universal time.
fn monday(hour: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_392_000 + hour * 3600)
}

fn facts(evidence: Evidence) -> Facts {
    let mut facts = Facts::unknown("u-1".into());
    facts.evidence = evidence;
    facts.consents = (0..4)
        .map(|day| ConsentRecord {
            customer: "u-1".into(),
            purpose: ConsentPurpose::Marketing,
            channel: None,
            answer: ConsentAnswer::Granted,
            wording: "checkout-1".into(),
            at: Timestamp::from_seconds(1_760_000_000 + day * 86_400),
            source: "checkout".into(),
        })
        .collect();
    let sent = |day: i64| Sent {
        at: Timestamp::from_millis(monday(0).millis() - day * 86_400_000),
        channel: "sms".into(),
        purpose: if day % 2 == 0 { Purpose::Service } else { Purpose::Marketing },
    };
    facts.sends = (3..33).map(sent).filter(|sent| sent.purpose == Purpose::Service).collect();
    facts.sends.push(sent(5));
    facts
}

fn evidence(zone: Option<&str>, country: &str, region: Option<&str>) -> Evidence {
    let own = |it: Option<&str>| it.map(str::to_owned);
    Evidence { time_zone: own(zone), country: Some(country.into()), region: own(region), phone: None }
}

fn benches(criterion: &mut Criterion) {
    if let Err(error) = run(criterion) {
        criterion.bench_function(&format!("the rules do not read: {error}"), |bench| bench.iter(|| ()));
    }
}

fn run(criterion: &mut Criterion) -> Result<(), GateError> {
    let rulebook = Rulebook::shipped()?;
    let policy = |text: &str| Policy::new(&"m-1".into(), &Settings::parse(text)?, rulebook.clone());
    let (usual, never) = (policy("")?, policy("[[hours]]\nid='never'\nweek.daily=''")?);
    let proposal = Proposal {
        occurrence: "cart-1".into(),
        purpose: Purpose::Marketing,
        channel: "sms".into(),
        form: Form::Free,
        reason_at: monday(0),
        valid_until: None,
    };
    let florida = evidence(Some("America/New_York"), "US", Some("FL"));
    let cases = [
        ("send, zone known (Florida)", florida.clone(), &usual, monday(17)),
        ("wait for the morning, zone known (Florida)", florida, &usual, monday(3)),
        ("send, state known (Texas, two zones)", evidence(None, "US", Some("TX")), &usual, monday(17)),
        ("wait, country known (Germany)", evidence(None, "DE", None), &usual, monday(22)),
        ("wait, country alone known (United States, 8 zones)", evidence(None, "US", None), &usual, monday(3)),
        ("no opening in 72 hours, zone known (Spain)", evidence(Some("Europe/Madrid"), "ES", None), &never, monday(3)),
        (
            "no opening in 72 hours, country alone known (Russia, 11 zones)",
            evidence(None, "RU", None),
            &usual,
            monday(3),
        ),
    ];
    for (name, evidence, policy, now) in cases {
        let facts = facts(evidence);
        let verdict = decide(&proposal, &facts, policy, now);
        let answer = match verdict.answer {
            Answer::Send => "send",
            Answer::Defer { .. } => "defer",
            Answer::Drop => "drop",
        };
        let name = format!("{name}: {answer}, {} checks", verdict.checks.len());
        criterion.bench_function(&name, |bench| bench.iter(|| decide(black_box(&proposal), &facts, policy, now)));
    }
    let records = [("退订", "sms"), ("where is my order, please?", "web_chat")];
    criterion.bench_function("word/two messages", |bench| {
        bench.iter(|| records.map(|(text, channel)| rulebook.word(black_box(text), channel)));
    });
    criterion.bench_function("Rulebook::shipped", |bench| bench.iter(Rulebook::shipped));
    Ok(())
}

criterion_group!(all, benches);
criterion_main!(all);
