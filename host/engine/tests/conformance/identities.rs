//! Who is who: found by rule, followed by everything, taken back as it was. News in any order. Being forgotten.

use cuecard_engine::{Outcome, OutreachFilter, Partition, Receipt, Refusal, Write};
use cuecard_model::{
    Claim, Customer, Dated, Fulfillment, FulfillmentStatus, IdentityKind, News, Order, OrderNews, OrderStatus, Timer,
};

use crate::support::{Shop, at, event, keys, message, turn};

fn news(id: &str, customer: &str, claims: Vec<Claim>) -> News {
    News {
        event: Some(event(id, None)),
        at: at(10),
        source: "shopify".into(),
        customer: Some(customer.into()),
        claims,
        ..News::default()
    }
}

fn shop(id: &str) -> Claim {
    Claim::id(IdentityKind::Shop, "shopify", id)
}

fn email(verified: bool) -> Claim {
    Claim::email("ann@shop.example", verified).unwrap()
}

fn order(id: &str, when: i64, status: OrderStatus) -> OrderNews {
    let facts = serde_json::json!({"id": id, "status": status, "placed_at": at(when)});
    let facts = serde_json::from_value::<Order>(facts).unwrap();
    OrderNews { id: id.into(), facts: Some(Dated { at: at(when), value: facts }), ..OrderNews::default() }
}

fn named(mut news: News, customer: &str, locale: &str) -> News {
    let mut value = Customer::unknown(customer.into());
    value.locale = Some(locale.into());
    news.profile = Some(Dated { at: news.at, value });
    news
}

impl Shop {
    async fn tell(&self, news: News) -> Outcome {
        self.keep(vec![Write::News(Box::new(news))]).await[0]
    }

    async fn orders(&self, customer: &str) -> Vec<(String, OrderStatus)> {
        let state = self.engine.customer(&self.merchant, &customer.into()).await.unwrap();
        let profile = state.profile.as_deref().cloned().unwrap_or_else(|| Customer::unknown(customer.into()));
        profile.orders.into_iter().map(|order| (order.id, order.status)).collect()
    }

    async fn canonical(&self, customer: &str) -> String {
        let who = self.engine.identities(&self.merchant, &customer.into()).await.unwrap();
        who.customer_id.unwrap().to_string()
    }
}

pub async fn news_change_the_profile_with_their_event(shop: Shop) {
    let mut first = news("e-1", "7", vec![]);
    first.orders = vec![order("1001", 20, OrderStatus::Paid)];
    assert_eq!(shop.tell(first.clone()).await, Outcome::Done);
    assert_eq!(shop.tell(first).await, Outcome::Known);
    let mut late = news("e-0", "7", vec![]);
    late.orders = vec![order("1001", 10, OrderStatus::Pending)];
    shop.tell(late).await;
    assert_eq!(shop.orders("7").await, [("1001".to_owned(), OrderStatus::Paid)]);
    let open = shop.engine.claim(Partition::ALL, 10).await.unwrap();
    assert!(open.iter().all(|open| open.event.customer_id == Some("7".into())) && open.len() == 2);
    let shop = shop.reopen().await;
    assert_eq!(shop.orders("7").await, [("1001".to_owned(), OrderStatus::Paid)]);
}

pub async fn what_is_about_an_unknown_order_waits_for_it(shop: Shop) {
    let parcel = serde_json::json!({"id": "f-1", "status": "in_transit"});
    let parcel: Fulfillment = serde_json::from_value(parcel).unwrap();
    let waiting = News {
        event: Some(event("e-2", None)),
        order: Some("1001".into()),
        orders: vec![OrderNews {
            id: "1001".into(),
            fulfillments: vec![Dated { at: at(30), value: parcel }],
            ..OrderNews::default()
        }],
        ..News::default()
    };
    assert_eq!(shop.tell(waiting.clone()).await, Outcome::Done);
    assert_eq!(shop.tell(waiting).await, Outcome::Known);
    assert_eq!(shop.engine.claim(Partition::ALL, 10).await.unwrap(), []);
    let shop = shop.reopen().await;
    let mut first = news("e-1", "7", vec![]);
    first.orders = vec![order("1001", 20, OrderStatus::Paid)];
    shop.tell(first).await;
    let open = shop.engine.claim(Partition::ALL, 10).await.unwrap();
    let open: Vec<_> = open.iter().map(|open| (open.event.id.as_str(), open.event.customer_id.clone())).collect();
    assert_eq!(open, [("e-1", Some("7".into())), ("e-2", Some("7".into()))]);
    let state = shop.engine.customer(&shop.merchant, &"7".into()).await.unwrap();
    assert_eq!(state.profile.unwrap().orders[0].fulfillments[0].status, FulfillmentStatus::InTransit);
}

pub async fn a_delivery_counts_once_by_any_of_its_names(shop: Shop) {
    let delivery = |keys: &[&str], id: &str| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        vec![Write::Delivery { keys, at: at(1) }, Write::News(Box::new(news(id, "7", vec![])))]
    };
    shop.keep(delivery(&["w-1", "e-1", "b-1"], "e-1")).await;
    for again in [["w-1", "e-2", "b-2"], ["w-2", "e-1", "b-2"], ["w-2", "e-2", "b-1"]] {
        assert_eq!(shop.commit(delivery(&again, "e-2")).await, Receipt::Refused(Refusal::Delivered));
    }
    // Nothing of the refused ones stayed.
    shop.keep(delivery(&["w-2", "e-2", "b-2"], "e-2")).await;
    assert_eq!(shop.keep(vec![Write::Tidy { before: at(2), limit: 100 }]).await, [Outcome::Done]);
    assert_eq!(shop.keep(vec![Write::Tidy { before: at(2), limit: 100 }]).await, [Outcome::Known]);
}

pub async fn only_rules_make_two_one(mut shop_: Shop) {
    let phone = |text| Claim::phone(text, true).unwrap();
    let other_shop = |id| Claim::id(IdentityKind::Shop, "wholesale", id);
    let mut number = 0;
    for ((one, other), expected) in [
        ((vec![shop("S")], vec![email(true)]), None),
        ((vec![shop("S"), email(true)], vec![email(true)]), Some("same_email")),
        ((vec![shop("S"), email(false)], vec![email(true)]), None),
        ((vec![shop("S"), email(true)], vec![email(false)]), None),
        ((vec![shop("S"), phone("+49 151 12345")], vec![phone("0049-15112345")]), Some("same_phone")),
        // Their own shop says that they are two.
        ((vec![shop("S"), email(true)], vec![shop("T"), email(true)]), None),
        ((vec![shop("S"), email(true)], vec![other_shop("T"), email(true)]), Some("same_email")),
    ] {
        number += 1;
        // A merchant of its own for each row.
        shop_.merchant = format!("m-{number}").as_str().into();
        let shop = &shop_;
        shop.tell(news("e-1", "first", one)).await;
        shop.tell(news("e-2", "second", other)).await;
        let who = shop.engine.identities(&shop.merchant, &"second".into()).await.unwrap();
        assert_eq!(who.merges.first().map(|merge| merge.rule.as_str()), expected, "row {number}");
        let stays = if expected.is_some() { "first" } else { "second" };
        assert_eq!(shop.canonical("second").await, stays, "row {number}");
    }
}

pub async fn of_several_with_one_name_nobody_is_guessed(shop_: Shop) {
    shop_.tell(news("e-1", "a", vec![shop("a"), email(true)])).await;
    shop_.tell(news("e-2", "b", vec![shop("b"), email(true)])).await;
    shop_.tell(news("e-3", "guest", vec![email(true)])).await;
    assert_eq!(shop_.canonical("guest").await, "guest");
}

/// Messages, keys, timers, events and orders of both are one customer's; and each is given back.
pub async fn a_merge_carries_everything_and_is_undone(shop_: Shop) {
    let timer = Timer { key: "cart".into(), at: at(50), event: "cart.abandoned".into(), fields: Default::default() };
    let mut guest = named(news("e-1", "guest", vec![]), "guest", "de");
    guest.orders = vec![order("G1", 5, OrderStatus::Paid)];
    shop_.tell(guest).await;
    let mut said = message("c-g", "m-1", "hello");
    said.customer = "guest".into();
    shop_
        .keep(vec![
            Write::Message(said),
            keys("guest", &[("step", Some(2.0.into()))]),
            Write::Timer { plugin: "late-parcel".into(), customer: "guest".into(), timer: timer.clone() },
        ])
        .await;
    let mut known = named(news("e-2", "S", vec![shop("S"), email(true)]), "S", "en");
    known.orders = vec![order("S1", 6, OrderStatus::Paid)];
    shop_.tell(known).await;
    let before = shop_.engine.customer(&shop_.merchant, &"guest".into()).await.unwrap();

    shop_.tell(News { event: Some(event("e-3", None)), ..news("e-3", "guest", vec![email(true)]) }).await;
    let both = [("S1".to_owned(), OrderStatus::Paid), ("G1".to_owned(), OrderStatus::Paid)];
    for name in ["S", "guest"] {
        assert_eq!(shop_.canonical(name).await, "S");
        assert_eq!(shop_.orders(name).await, both);
        let state = shop_.engine.customer(&shop_.merchant, &name.into()).await.unwrap();
        assert_eq!(state.profile.unwrap().locale.as_deref(), Some("en"));
        assert_eq!(state.keys[&"late-parcel".into()]["step"], 2.0.into());
        assert_eq!(state.recent.contacts.len(), 1);
        assert_eq!(state.recent.events.len(), 3);
    }
    let shop_ = shop_.reopen().await;
    let due = shop_.engine.due(Partition::ALL, at(60), 10).await.unwrap();
    assert_eq!(due.iter().map(|due| due.customer.as_str()).collect::<Vec<_>>(), ["S"]);
    // What comes under the other name is the customer's, and is remembered as the other's.
    shop_.keep(vec![Write::Event(event("e-4", Some("guest")))]).await;
    let mut later = News { at: at(70), ..news("e-5", "guest", vec![]) };
    later.orders = vec![order("G1", 70, OrderStatus::Shipped), order("G2", 7, OrderStatus::Paid)];
    shop_.tell(later).await;
    let state = shop_.engine.customer(&shop_.merchant, &"S".into()).await.unwrap();
    assert_eq!((state.recent.events.len(), state.profile.unwrap().orders.len()), (5, 3));
    // The other name cancels its timer.
    let cancelled = Write::CancelTimer { plugin: "late-parcel".into(), customer: "guest".into(), key: "cart".into() };
    assert_eq!(shop_.keep(vec![cancelled]).await, [Outcome::Done]);
    shop_.keep(vec![Write::Timer { plugin: "late-parcel".into(), customer: "guest".into(), timer }]).await;

    let split = |customer: &str| Write::Split { customer: customer.into(), at: at(80), by: "ann".into() };
    assert_eq!(shop_.commit(vec![split("S")]).await, Receipt::Refused(Refusal::NotMerged("S".into())));
    shop_.keep(vec![split("guest")]).await;
    {
        let guest = shop_.engine.customer(&shop_.merchant, &"guest".into()).await.unwrap();
        let profile = guest.profile.unwrap();
        assert_eq!(profile.locale, before.profile.as_ref().unwrap().locale);
        let orders: Vec<_> = profile.orders.iter().map(|order| (order.id.as_str(), order.status)).collect();
        assert_eq!(orders, [("G1", OrderStatus::Shipped), ("G2", OrderStatus::Paid)]);
        assert_eq!((guest.keys, guest.recent.contacts.len()), (before.keys.clone(), 1));
        let events: Vec<_> = guest.recent.events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(events, ["e-1", "e-3", "e-4", "e-5"]);
        assert_eq!(shop_.orders("S").await, [("S1".to_owned(), OrderStatus::Paid)]);
        let due = shop_.engine.due(Partition::ALL, at(60), 10).await.unwrap();
        assert_eq!(due.iter().map(|due| due.customer.as_str()).collect::<Vec<_>>(), ["guest"]);
    }
    // What a person has parted, no rule joins again.
    shop_.tell(news("e-6", "guest", vec![email(true)])).await;
    let who = shop_.engine.identities(&shop_.merchant, &"guest".into()).await.unwrap();
    assert_eq!((who.customer_id, who.merges.len()), (Some("guest".into()), 1));
    assert_eq!(who.merges[0].undone_by.as_deref(), Some("ann"));
}

pub async fn an_erased_customer_is_gone_under_all_names(shop_: Shop) {
    let mut known = named(news("e-1", "S", vec![shop("S"), email(true)]), "S", "en");
    known.orders = vec![order("S1", 6, OrderStatus::Paid)];
    shop_.tell(known).await;
    shop_.tell(news("e-2", "guest", vec![email(true)])).await;
    let mut answered = turn("t-1", "c-1", "m-1", r#"{"suggestions":[]}"#);
    answered.message.customer = "guest".into();
    shop_.keep(vec![Write::Turn(answered), keys("S", &[("a", Some(1.0.into()))])]).await;
    shop_.keep(vec![Write::Event(event("e-9", Some("other")))]).await;
    assert_eq!(shop_.texts("c-1").await, ["m-1"]);
    let export = shop_.engine.export(&shop_.merchant, &"guest".into()).await.unwrap();
    assert_eq!(export["ids"], serde_json::json!(["S", "guest"]));
    assert_eq!(export["kept"]["messages"][0]["text"], "m-1");
    assert_eq!(export["kept"]["customers"][0]["body"]["locale"], "en");
    assert_eq!(export["kept"]["events"].as_array().unwrap().len(), 2);

    assert_eq!(shop_.keep(vec![Write::Erase("guest".into())]).await, [Outcome::Done]);
    assert_eq!(shop_.keep(vec![Write::Erase("guest".into())]).await, [Outcome::Known]);
    for name in ["S", "guest"] {
        let state = shop_.engine.customer(&shop_.merchant, &name.into()).await.unwrap();
        assert_eq!(state, cuecard_engine::CustomerState::default());
        let export = shop_.engine.export(&shop_.merchant, &name.into()).await.unwrap();
        assert_eq!(export["kept"], serde_json::json!({}));
        assert_eq!(shop_.canonical(name).await, name);
    }
    assert_eq!(shop_.texts("c-1").await, Vec::<String>::new());
    let filter = OutreachFilter { customer: Some("S".into()), ..OutreachFilter::default() };
    assert_eq!(shop_.engine.outreach(&shop_.merchant, &filter, 10).await.unwrap(), []);
    let other = shop_.engine.customer(&shop_.merchant, &"other".into()).await.unwrap();
    assert_eq!(other.recent.events.len(), 1);
    // The plugin's quota is free again.
    for _ in 0..3 {
        let big = "x".repeat(900 << 10);
        assert_eq!(shop_.keep(vec![keys("S", &[("a", Some(big.into()))])]).await, [Outcome::Done]);
        shop_.keep(vec![Write::Erase("S".into())]).await;
    }
}

pub async fn old_rows_are_found_and_swept(shop_: Shop) {
    for number in 0..5 {
        shop_.keep(vec![Write::Message(message("c", &format!("m-{number}"), "hello"))]).await;
    }
    let first = shop_.engine.aged(cuecard_engine::Room::Messages, 0, 3).await.unwrap();
    assert_eq!(first.len(), 3);
    let rows = first.iter().map(|aged| aged.row).collect();
    let sweep = Write::Sweep { room: cuecard_engine::Room::Messages, rows };
    assert_eq!(shop_.keep(vec![sweep.clone()]).await, [Outcome::Done]);
    assert_eq!(shop_.keep(vec![sweep]).await, [Outcome::Known]);
    assert_eq!(shop_.texts("c").await.len(), 2);
    // An event that waits for its decision is not old.
    shop_.keep(vec![Write::Event(event("e", Some("u-9")))]).await;
    assert_eq!(shop_.engine.aged(cuecard_engine::Room::Events, 0, 3).await.unwrap(), []);
    shop_.keep(vec![Write::EventDone { event: "e".into(), at: at(9) }]).await;
    assert_eq!(shop_.engine.aged(cuecard_engine::Room::Events, 0, 3).await.unwrap().len(), 1);
}

pub async fn what_turns_were_answered_from_goes_before_them(shop_: Shop) {
    let mut record = turn("t", "c", "m", "{}");
    record.input = Some("{\"secret\": 1}".into());
    shop_.keep(vec![Write::Turn(record)]).await;
    let exported = shop_.engine.export(&shop_.merchant, &"u-9".into()).await.unwrap().to_string();
    assert!(exported.contains("secret"), "what is kept of a customer is given out: {exported}");
    let room = cuecard_engine::Room::Inputs;
    let found = shop_.engine.aged(room, 0, 3).await.unwrap();
    let rows = found.iter().map(|aged| aged.row).collect();
    shop_.keep(vec![Write::Sweep { room, rows }]).await;
    assert_eq!(shop_.engine.aged(room, 0, 3).await.unwrap(), []);
    let kept = shop_.engine.kept_turns(&shop_.merchant, &[], 3).await.unwrap();
    assert_eq!((kept.len(), kept[0].turn.input.as_deref()), (1, None));
}
