//! Who did what: kept with what was done, in chains.

use cuecard_engine::{AuditEntry, AuditRecord, Chain, Change, KeyRole, Outcome, PeopleChange, Person, Scope, Write};

use crate::support::*;

fn entry(subject: &str) -> AuditEntry {
    AuditEntry::new(at(7), "person:ana", "live.put", subject).with("why", "asked")
}

fn acme() -> Scope {
    Scope::Merchant("acme".into())
}

async fn subjects(shop: &Shop, scope: &Scope) -> Vec<String> {
    let found = shop.engine.audit(scope, None, 100).await.unwrap();
    let body = |body: &str| serde_json::from_str::<AuditRecord>(body).unwrap().subject;
    found.iter().rev().map(|stored| body(&stored.body)).collect()
}

pub async fn records_follow_each_other(mut shop: Shop) {
    for number in 1..=6 {
        shop.keep(vec![Write::Live(live("a", None, None)), Write::Audit(entry(&number.to_string()))]).await;
        shop = shop.reopen().await;
    }
    let page = shop.engine.audit(&acme(), Some(6), 2).await.unwrap();
    assert_eq!(page.iter().map(|stored| stored.number).collect::<Vec<_>>(), [5, 4], "newest first, before a number");
    let all = shop.engine.audit(&acme(), None, 100).await.unwrap();
    let record: AuditRecord = serde_json::from_str(&all[5].body).unwrap();
    assert_eq!((record.by.as_str(), record.at, &record.detail["why"]), ("person:ana", at(7), &"asked".to_owned()));
    let mut chain = Chain::new(all[0].chain.clone());
    all.iter().rev().for_each(|stored| chain.next(stored).unwrap());
    assert_eq!((chain.records, &chain.head), (6, &all[0].hash));
}

pub async fn a_record_stands_or_falls_with_its_change(shop: Shop) {
    let gone = || Write::LiveGone { key: "a".into() };
    // Nothing was there to forget, so nothing was done.
    assert_eq!(shop.keep(vec![gone(), Write::Audit(entry("no"))]).await, [Outcome::Known, Outcome::Known]);
    shop.keep(vec![Write::Live(live("a", None, None))]).await;
    assert_eq!(shop.keep(vec![gone(), Write::Audit(entry("yes"))]).await, [Outcome::Done, Outcome::Done]);
    let person = Person {
        merchant: "acme".into(),
        name: "ana".into(),
        roles: vec![KeyRole::Agent],
        password: "p".into(),
        created_at: at(1),
        disabled_at: None,
    };
    for (subject, kept) in [("arrived", true), ("refused", false)] {
        let arrived = Change::People(PeopleChange::Arrived(person.clone()));
        // The order of the two does not matter.
        let changes = vec![Change::Audit(acme(), entry(subject)), arrived];
        assert_eq!(shop.engine.change(changes).await.unwrap(), kept);
    }
    assert_eq!(subjects(&shop, &acme()).await, ["yes", "arrived"]);
}

pub async fn chains_do_not_mix(shop: Shop) {
    let star = Scope::Merchant("*".into());
    for (scope, subject) in [(Scope::Shared, "shared"), (acme(), "acme"), (star.clone(), "star"), (acme(), "again")] {
        assert!(shop.engine.change(vec![Change::Audit(scope, entry(subject))]).await.unwrap());
    }
    for (scope, expected) in [(Scope::Shared, &["shared"][..]), (acme(), &["acme", "again"]), (star, &["star"])] {
        assert_eq!(subjects(&shop, &scope).await, expected, "{scope}");
        let last = shop.engine.audit(&scope, None, 1).await.unwrap();
        assert_eq!(last[0].number as usize, expected.len(), "each is counted from 1");
    }
}
