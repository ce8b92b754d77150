//! Customers, live data, plugin keys: kept, merged, held apart.

use std::sync::Arc;

use cuecard_engine::{Batch, Error, Outcome, TurnRecord, Write};
use cuecard_model::{Contact, Recent, Role, Value};

use crate::support::*;

pub async fn profiles_and_keys_are_kept(mut shop: Shop) {
    shop.keep(vec![Write::Customer(customer("u-9", "zh-CN"))]).await;
    shop.keep(vec![keys("u-9", &[("a", Some(1.0.into())), ("b", Some("x".into())), ("c", Some(true.into()))])]).await;
    let stored = shop.engine.stored_keys(&shop.merchant, &"late-parcel".into()).await.unwrap();
    assert_eq!((stored.keys, stored.customers, stored.limit), (3, 1, 1 << 20));
    assert!(stored.bytes > 3 * 16, "names, values and what a key costs: {stored:?}");
    assert_eq!(shop.engine.stored_keys(&"other".into(), &"late-parcel".into()).await.unwrap().keys, 0);
    assert_eq!(shop.context("c", "m", 100).await.customer.keys[&"late-parcel".into()].len(), 3);
    shop.keep(vec![keys("u-9", &[("a", None), ("b", Some("y".into()))])]).await;
    for _ in 0..2 {
        let state = shop.context("c", "m", 100).await.customer;
        assert_eq!(state.profile.as_deref(), Some(&customer("u-9", "zh-CN")));
        assert_eq!(state.keys[&"late-parcel".into()], fields(&[("b", "y".into()), ("c", true.into())]));
        assert_eq!(shop.engine.customer(&shop.merchant, &"u-9".into()).await.unwrap(), state);
        shop = shop.reopen().await;
    }
    shop.keep(vec![Write::Customer(customer("u-9", "es")), keys("u-9", &[("b", None), ("c", None)])]).await;
    let state = shop.engine.customer(&shop.merchant, &"u-9".into()).await.unwrap();
    assert_eq!(state.profile.unwrap().locale.as_deref(), Some("es"));
    assert!(state.keys.is_empty(), "a plugin without keys is not there");
}

/// What triggers are handed is the same from memory and from the storage, in the order asked.
pub async fn triggers_are_handed_profile_and_keys(mut shop: Shop) {
    shop.keep(vec![Write::Customer(customer("u-1", "de")), keys("u-1", &[("a", Some(1.0.into()))])]).await;
    shop.keep(vec![Write::Customer(customer("u-2", "fr"))]).await;
    let asked = ["u-2", "u-9", "u-1"].map(Into::into);
    for _ in 0..2 {
        // First nobody is in memory, then one is, then all.
        for known in [None, Some("u-1"), Some("u-2"), Some("u-9")] {
            if let Some(known) = known {
                shop.engine.customer(&shop.merchant, &known.into()).await.unwrap();
            }
            let handed = shop.engine.handed(&shop.merchant, &asked).await.unwrap();
            let locales: Vec<_> =
                handed.iter().map(|it| it.profile.as_ref().and_then(|profile| profile.locale.as_deref())).collect();
            assert_eq!(locales, [Some("fr"), None, Some("de")]);
            assert_eq!(handed[2].keys[&"late-parcel".into()], fields(&[("a", 1.0.into())]));
            assert!(handed[0].keys.is_empty() && handed[1].keys.is_empty());
        }
        shop = shop.reopen().await;
    }
}

/// What the customer wrote and what happened to them, from memory and after a restart; of others, nothing.
pub async fn what_happened_lately_is_known(mut shop: Shop) {
    let mut answer = message("c-1", "m-answer", "hello");
    answer.message.role = Role::Agent;
    let mut others = message("c-1", "m-other", "hello");
    others.customer = "u-8".into();
    // The second time from memory, which is brought up to date by the commit.
    for round in 0..2 {
        assert_eq!(shop.context("c-1", "next", 100).await.customer.recent.events.len(), round * 2);
        shop.keep(vec![
            Write::Turn(turn(&format!("t-{round}"), "c-1", &format!("m-{round}"), "{}")),
            Write::Message(answer.clone()),
            Write::Message(others.clone()),
            Write::Event(event(&format!("a-{round}"), Some("u-9"))),
            Write::Event(event(&format!("a-{round}"), Some("u-9"))),
            Write::Event(event(&format!("b-{round}"), None)),
            Write::Event(event(&format!("c-{round}"), Some("u-8"))),
            Write::Event(event(&format!("d-{round}"), Some("u-9"))),
        ])
        .await;
        (answer.id, others.id) = ("m-answer-2".into(), "m-other-2".into());
    }
    let contact = Contact { conversation: "c-1".into(), channel: "web_chat".into(), at: at(100) };
    let events = ["a-0", "d-0", "a-1", "d-1"].map(|id| event(id, Some("u-9"))).to_vec();
    for _ in 0..2 {
        let recent = shop.context("c-1", "next", 100).await.customer.recent;
        assert_eq!(*recent, Recent { contacts: vec![contact.clone(); 2], events: events.clone() });
        shop = shop.reopen().await;
    }
    let many = (0..40).map(|number| {
        let mut message = message("c-2", &format!("n-{number}"), "hello");
        message.channel = format!("channel-{number}").into();
        Write::Turn(TurnRecord { message, ..turn(&format!("u-{number}"), "c-2", "", "{}") })
    });
    shop.keep(many.collect()).await;
    for _ in 0..2 {
        let contacts = shop.context("c-2", "next", 100).await.customer.recent.contacts.clone();
        assert_eq!((contacts.len(), &*contacts[0].channel), (Recent::CONTACTS, "channel-8"), "the last, oldest first");
        shop = shop.reopen().await;
    }
}

pub async fn live_data_is_valid_in_its_span(mut shop: Shop) {
    let always = live("policy.returns", None, None);
    let sale = live("promotion.sale", Some(10), Some(20));
    shop.keep(vec![Write::Live(sale.clone()), Write::Live(always.clone())]).await;
    for _ in 0..2 {
        for (now, expected) in
            [(9, vec![&always]), (10, vec![&always, &sale]), (19, vec![&always, &sale]), (20, vec![&always])]
        {
            let found = shop.context("c", "m", now).await.live;
            assert_eq!(found.iter().map(|item| &**item).collect::<Vec<_>>(), expected, "at {now}");
        }
        shop = shop.reopen().await;
    }
    assert_eq!(shop.context("c", "m", 15).await.live.len(), 2);
    let longer = live("promotion.sale", Some(10), Some(30));
    shop.keep(vec![Write::Live(longer.clone()), Write::LiveGone { key: "policy.returns".into() }]).await;
    assert_eq!(shop.context("c", "m", 25).await.live, [Arc::new(longer)]);
    assert_eq!(shop.keep(vec![Write::LiveGone { key: "policy.returns".into() }]).await, [Outcome::Known]);
}

pub async fn the_quota_holds_per_plugin_and_merchant(shop: Shop) {
    let large = || Some(Value::from("x".repeat(300 << 10)));
    for customer in ["u-1", "u-2", "u-3"] {
        assert_eq!(shop.keep(vec![keys(customer, &[("k", large())])]).await, [Outcome::Done]);
    }
    let outcomes = shop.keep(vec![Write::Turn(turn("t", "c", "m", "{}")), keys("u-4", &[("k", large())])]).await;
    assert!(matches!(outcomes[..], [Outcome::Done, Outcome::KeysFull { limit: 1_048_576, .. }]), "{outcomes:?}");
    assert!(shop.engine.customer(&shop.merchant, &"u-4".into()).await.unwrap().keys.is_empty());

    let shop = shop.reopen().await;
    let elsewhere = Batch::new("other".into(), vec![keys("u-4", &[("k", large())])]);
    let kept = shop.engine.commit(elsewhere).await.unwrap();
    assert_eq!(kept, cuecard_engine::Receipt::Kept(vec![Outcome::Done]), "each merchant has its own");
    // Replacing does not count twice, and forgetting makes room.
    assert_eq!(shop.keep(vec![keys("u-1", &[("k", large())])]).await, [Outcome::Done]);
    assert_eq!(shop.keep(vec![keys("u-1", &[("k", None)])]).await, [Outcome::Done]);
    assert_eq!(shop.keep(vec![keys("u-4", &[("k", large())])]).await, [Outcome::Done]);
}

pub async fn nothing_crosses_merchants(shop: Shop) {
    shop.keep(vec![
        Write::Turn(turn("t-1", "c", "m", "{}")),
        Write::Customer(customer("u-9", "zh-CN")),
        Write::Live(live("policy.returns", None, None)),
        Write::Event(event("e", Some("u-9"))),
        keys("u-9", &[("a", Some(1.0.into()))]),
    ])
    .await;
    let ours = shop.context("c", "m", 100).await;
    assert!(ours.known.is_some() && ours.customer.profile.is_some() && ours.live.len() == 1);

    let mut theirs = shop;
    theirs.merchant = "acme2".into();
    assert_eq!(theirs.context("c", "m", 100).await, cuecard_engine::Context::default());
    assert_eq!(theirs.engine.turn(&theirs.merchant, &"t-1".into()).await.unwrap(), None);
    assert!(theirs.engine.turns(&theirs.merchant, None, 9).await.unwrap().is_empty());
    assert!(theirs.engine.conversation(&theirs.merchant, &"c".into(), 9).await.unwrap().is_empty());
    // The same ids mean other things there.
    let outcomes = theirs.keep(vec![Write::Turn(turn("t-1", "c", "m", "[]")), Write::Event(event("e", None))]).await;
    assert_eq!(outcomes, [Outcome::Done, Outcome::Done]);
    let ours = theirs.engine.turn(&"acme".into(), &"t-1".into()).await.unwrap();
    assert_eq!(&*ours.unwrap().reply, "{}");
}

pub async fn numbers_that_json_cannot_say_are_refused(shop: Shop) {
    let broken = Value::Number(f64::INFINITY);
    let mut item = live("promotion.x", None, None);
    item.fields.insert("off".into(), broken.clone());
    let mut profile = customer("u-9", "en");
    profile.attributes.insert("score".into(), Value::Number(f64::NAN));
    for write in [keys("u-9", &[("k", Some(broken))]), Write::Live(item), Write::Customer(profile)] {
        let batch = Batch::new(shop.merchant.clone(), vec![write]);
        let error = shop.engine.commit(batch).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    assert_eq!(shop.context("c", "m", 100).await, cuecard_engine::Context::default());
}
