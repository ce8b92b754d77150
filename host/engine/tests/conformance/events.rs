//! Events and timers: once, in order, not lost.

use cuecard_engine::{DueTimer, JudgedRecord, Outcome, Partition, Receipt, Refusal, Room, Write, slot_of};
use cuecard_model::Timer;

use crate::support::*;

async fn open(shop: &Shop, partition: Partition) -> Vec<String> {
    let events = shop.engine.claim(partition, 1000).await.unwrap();
    events.into_iter().map(|open| open.event.id.to_string()).collect()
}

fn done(id: &str) -> Write {
    Write::EventDone { event: id.into(), at: at(200) }
}

pub async fn an_event_counts_once(shop: Shop) {
    let batch = vec![event("e-1", Some("u")), event("e-2", None), event("e-1", Some("u"))];
    let outcomes = shop.engine.ingest(&shop.merchant, batch).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Done, Outcome::Known]);
    assert_eq!(shop.engine.backlog().await.unwrap().open_events, 2);
    let claimed = shop.engine.claim(Partition::ALL, 10).await.unwrap();
    assert_eq!(claimed[0].event, event("e-1", Some("u")), "an event comes back as it went in");
    shop.keep(vec![done("e-1")]).await;
    let shop = shop.reopen().await;
    let again = shop.engine.ingest(&shop.merchant, vec![event("e-1", Some("u"))]).await.unwrap();
    assert_eq!(again, [Outcome::Known], "decided events still count");
    assert_eq!(open(&shop, Partition::ALL).await, ["e-2"]);
}

pub async fn customers_keep_their_order(shop: Shop) {
    for number in 0..30 {
        let customer = format!("u-{}", number % 3);
        shop.engine.ingest(&shop.merchant, vec![event(&format!("e-{number:02}"), Some(&customer))]).await.unwrap();
    }
    let shop = shop.reopen().await;
    let claimed = open(&shop, Partition::ALL).await;
    assert!(claimed.is_sorted() && claimed.len() == 30, "{claimed:?}");
    let first = shop.engine.claim(Partition::ALL, 4).await.unwrap();
    assert_eq!(first.len(), 4, "the limit holds");
}

pub async fn partitions_share_out_all_customers(shop: Shop) {
    let events = (0..100).map(|number| event(&format!("e-{number:03}"), Some(&format!("u-{number}")))).collect();
    shop.engine.ingest(&shop.merchant, events).await.unwrap();
    let mut seen = Vec::new();
    for index in 0..4 {
        let part = open(&shop, Partition { index, of: 4 }).await;
        assert!(part.len() > 10, "partition {index} has {}", part.len());
        seen.extend(part);
    }
    seen.sort();
    assert_eq!(seen, open(&shop, Partition::ALL).await);
    // Written down: a release that changed it would break the order of what waits.
    assert_eq!((slot_of(&"acme".into(), "u-9"), slot_of(&"acm".into(), "eu-9")), (SLOT_OF_U9, SLOT_OF_EU9));
}
const SLOT_OF_U9: u32 = 3196;
const SLOT_OF_EU9: u32 = 2655;

pub async fn a_second_decision_is_refused(shop: Shop) {
    shop.engine.ingest(&shop.merchant, vec![event("e", Some("u-9"))]).await.unwrap();
    shop.keep(vec![keys("u-9", &[("seen", Some(1.0.into()))]), done("e")]).await;
    for id in ["e", "unknown"] {
        let late = shop.commit(vec![keys("u-9", &[("seen", Some(2.0.into()))]), done(id)]).await;
        assert_eq!(late, Receipt::Refused(Refusal::EventNotOpen(id.into())));
    }
    let state = shop.engine.customer(&shop.merchant, &"u-9".into()).await.unwrap();
    assert_eq!(state.keys[&"late-parcel".into()], fields(&[("seen", 1.0.into())]), "nothing of the late one is kept");
}

fn set(key: &str, seconds: i64) -> Write {
    let timer =
        Timer { key: key.into(), at: at(seconds), event: "check.parcel".into(), fields: fields(&[("n", 1.0.into())]) };
    Write::Timer { plugin: "late-parcel".into(), customer: "u-9".into(), timer }
}

fn timer_done(due: &DueTimer) -> Write {
    let (plugin, customer, key) = (due.plugin.clone(), due.customer.clone(), due.timer.key.clone());
    Write::TimerDone { plugin, customer, key, at: due.timer.at }
}

async fn due(shop: &Shop, now: i64) -> Vec<DueTimer> {
    shop.engine.due(Partition::ALL, at(now), 10).await.unwrap()
}

pub async fn timers_fire_once(shop: Shop) {
    let cancel =
        |key: &str| Write::CancelTimer { plugin: "late-parcel".into(), customer: "u-9".into(), key: key.into() };
    shop.keep(vec![set("b", 50), set("a", 40), set("c", 60), set("gone", 30)]).await;
    assert_eq!(shop.keep(vec![cancel("gone"), cancel("gone")]).await, [Outcome::Done, Outcome::Known]);
    assert!(due(&shop, 39).await.is_empty());
    let shop = shop.reopen().await;
    let fired = due(&shop, 50).await;
    assert_eq!(fired.iter().map(|due| &*due.timer.key).collect::<Vec<_>>(), ["a", "b"]);
    let Write::Timer { timer, .. } = set("a", 40) else { unreachable!() };
    assert_eq!((&fired[0].timer, fired[0].merchant.as_str()), (&timer, "acme"));

    shop.keep(fired.iter().map(timer_done).collect()).await;
    let again = shop.commit(vec![timer_done(&fired[0])]).await;
    assert!(matches!(again, Receipt::Refused(Refusal::TimerNotSet { .. })), "{again:?}");
    let shop = shop.reopen().await;
    assert_eq!(due(&shop, 100).await.len(), 1);
}

pub async fn a_moved_timer_is_not_done(shop: Shop) {
    shop.keep(vec![set("a", 40)]).await;
    let fired = due(&shop, 40).await;
    shop.keep(vec![set("a", 90)]).await;
    let late = shop.commit(vec![timer_done(&fired[0])]).await;
    assert!(matches!(late, Receipt::Refused(Refusal::TimerNotSet { .. })), "{late:?}");
    assert!(due(&shop, 89).await.is_empty());
    assert_eq!(due(&shop, 90).await.len(), 1);
}

pub async fn judged_events_are_found_by_type_and_forgotten(shop: Shop) {
    let judged = |id: &str, kind: &str, customer: &str| {
        let body = format!("{{\"secret\": \"{id}\"}}").into();
        let (event, kind, customer, at) = (id.into(), kind.into(), customer.into(), at(200));
        Write::Judged(JudgedRecord { event, kind, customer, at, body })
    };
    for (id, kind, customer) in
        [("1", "cart", "u-1"), ("2", "order", "u-2"), ("3", "cart", "u-2"), ("4", "tick", "u-1")]
    {
        shop.keep(vec![judged(id, kind, customer)]).await;
    }
    let shop = shop.reopen().await;
    let found = async |kinds: &[&str], limit| {
        let kinds: Vec<_> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let found = shop.engine.judged(&shop.merchant, &kinds, limit).await.unwrap();
        found.iter().map(|it| format!("{} {} {}", it.event, it.kind, it.customer)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(shop.engine.judged_kinds(&shop.merchant).await.unwrap(), ["cart", "order", "tick"]);
    assert_eq!(found(&["cart", "order"], 2).await, "3 cart u-2, 2 order u-2", "the newest of several types");
    assert_eq!(found(&["cart"], 9).await, "3 cart u-2, 1 cart u-1");
    assert!(shop.engine.judged_kinds(&"other".into()).await.unwrap().is_empty());
    let export = shop.engine.export(&shop.merchant, &"u-2".into()).await.unwrap();
    assert_eq!(export["kept"]["judged"][0]["body"]["secret"], "2", "what is kept of a customer is given out: {export}");
    shop.keep(vec![Write::Erase("u-2".into())]).await;
    assert_eq!(found(&["cart", "order", "tick"], 9).await, "4 tick u-1, 1 cart u-1");
    let aged = shop.engine.aged(Room::Judged, 0, 9).await.unwrap();
    assert_eq!((aged.len(), aged[0].at), (2, at(200)));
    let sweep = Write::Sweep { room: Room::Judged, rows: vec![aged[0].row] };
    assert_eq!(shop.keep(vec![sweep.clone()]).await, [Outcome::Done]);
    assert_eq!(shop.keep(vec![sweep]).await, [Outcome::Known]);
    assert_eq!(found(&["cart", "order", "tick"], 9).await, "4 tick u-1");
}
