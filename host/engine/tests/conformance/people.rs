//! People and their sessions.

use cuecard_engine::{Change, KeyRole, PeopleChange, Person, Session};

use crate::support::*;

fn person(merchant: &str, name: &str, password: &str) -> Person {
    Person {
        merchant: merchant.into(),
        name: name.into(),
        roles: vec![KeyRole::Agent],
        password: password.into(),
        created_at: at(1),
        disabled_at: None,
    }
}

fn session(hash: &str, merchant: &str, created: i64) -> Session {
    let (created_at, used_at) = (at(created), at(created));
    Session { hash: hash.into(), merchant: merchant.into(), name: "ana".into(), created_at, used_at }
}

fn began(hash: &str, password: &str, created: i64) -> PeopleChange {
    PeopleChange::Began { session: session(hash, "acme", created), password: password.into() }
}

async fn change(shop: &Shop, changes: impl IntoIterator<Item = PeopleChange>) -> bool {
    shop.engine.change(changes.into_iter().map(Change::People).collect()).await.unwrap()
}

/// Which of these sessions there are: the same from memory and after a restart.
async fn open(shop: Shop, hashes: &[&str]) -> (Shop, Vec<String>) {
    let mut found = [Vec::new(), Vec::new()];
    let mut shop = shop;
    for found in &mut found {
        for hash in hashes {
            if shop.engine.session(hash).await.unwrap().is_some() {
                found.push((*hash).to_owned());
            }
        }
        shop = shop.reopen().await;
    }
    assert_eq!(found[0], found[1]);
    let [found, _] = found;
    (shop, found)
}

pub async fn people_are_kept(mut shop: Shop) {
    let (ana, other) = (person("acme", "ana", "p"), person("other", "ana", "p"));
    assert!(change(&shop, [PeopleChange::Arrived(ana.clone()), PeopleChange::Arrived(other.clone())]).await);
    assert!(!change(&shop, [PeopleChange::Arrived(person("acme", "ana", "q"))]).await, "the name is taken");
    assert!(!change(&shop, [PeopleChange::Changed(person("acme", "bo", "q"))]).await, "there is no such person");
    let disabled = Person { disabled_at: Some(at(9)), ..ana };
    assert!(change(&shop, [PeopleChange::Changed(disabled.clone())]).await);
    for _ in 0..2 {
        let mut named = shop.engine.people_named("ana").await.unwrap();
        named.sort_by(|a, b| a.merchant.cmp(&b.merchant));
        assert_eq!(named, [disabled.clone(), other.clone()]);
        assert_eq!(shop.engine.people().await.unwrap(), named);
        assert_eq!(shop.engine.people_named("bo").await.unwrap(), []);
        shop = shop.reopen().await;
    }
}

pub async fn a_login_needs_the_password_of_now(shop: Shop) {
    assert!(!change(&shop, [began("early", "p", 5)]).await, "nobody is there");
    assert!(change(&shop, [PeopleChange::Arrived(person("acme", "ana", "p"))]).await);
    assert!(!change(&shop, [began("wrong", "q", 5)]).await);
    assert!(change(&shop, [began("right", "p", 5)]).await);
    assert!(change(&shop, [PeopleChange::Changed(person("acme", "ana", "q"))]).await);
    // Checked against the old password, and kept only now.
    assert!(!change(&shop, [began("late", "p", 6)]).await);
    assert!(change(&shop, [began("new", "q", 6)]).await);
    let disabled = Person { disabled_at: Some(at(9)), ..person("acme", "ana", "q") };
    assert!(change(&shop, [PeopleChange::Changed(disabled)]).await);
    assert!(!change(&shop, [began("disabled", "q", 7)]).await);
    let (_, found) = open(shop, &["early", "wrong", "right", "late", "new", "disabled"]).await;
    assert!(found.is_empty(), "each change of the person has ended their sessions: {found:?}");
}

pub async fn sessions_end(shop: Shop) {
    let arrived = ["acme", "other"].map(|merchant| PeopleChange::Arrived(person(merchant, "ana", "p")));
    assert!(change(&shop, arrived).await);
    let elsewhere = PeopleChange::Began { session: session("elsewhere", "other", 50), password: "p".into() };
    assert!(change(&shop, [began("old", "p", 5), began("out", "p", 50), began("on", "p", 50), elsewhere]).await);
    assert!(change(&shop, [PeopleChange::Outlived { began_before: at(50) }]).await);
    assert!(change(&shop, [PeopleChange::Ended { session: "out".into() }]).await);
    let (shop, found) = open(shop, &["old", "out", "on", "elsewhere"]).await;
    assert_eq!(found, ["on", "elsewhere"]);
    assert!(change(&shop, [PeopleChange::Changed(person("acme", "ana", "q"))]).await);
    let (shop, found) = open(shop, &["on", "elsewhere"]).await;
    assert_eq!(found, ["elsewhere"], "a namesake of another merchant stays");
    let (kept, whose) = shop.engine.session("elsewhere").await.unwrap().unwrap();
    assert_eq!((kept, whose), (session("elsewhere", "other", 50), person("other", "ana", "p")));
}

pub async fn use_does_not_bring_a_session_back(shop: Shop) {
    assert!(change(&shop, [PeopleChange::Arrived(person("acme", "ana", "p")), began("on", "p", 5)]).await);
    assert!(change(&shop, [PeopleChange::Used { session: "on".into(), at: at(9) }]).await);
    let shop = shop.reopen().await;
    assert_eq!(shop.engine.session("on").await.unwrap().unwrap().0.used_at, at(9));
    assert!(change(&shop, [PeopleChange::Ended { session: "on".into() }]).await);
    assert!(change(&shop, [PeopleChange::Used { session: "on".into(), at: at(10) }]).await);
    let (_, found) = open(shop, &["on"]).await;
    assert!(found.is_empty());
}
