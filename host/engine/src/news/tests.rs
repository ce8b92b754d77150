use cuecard_model::{Money, RefundStatus};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn order(id: &str, status: OrderStatus, placed: i64) -> Order {
    Order { status, placed_at: Some(at(placed)), ..unknown(id) }
}

fn parcel(status: FulfillmentStatus) -> Fulfillment {
    let (id, none) = ("f-1".to_owned(), None);
    let (shipped_at, expected_at, delivered_at) = (None, None, None);
    Fulfillment {
        id,
        status,
        carrier: none.clone(),
        tracking_number: none.clone(),
        tracking_url: none,
        shipped_at,
        expected_at,
        delivered_at,
    }
}

fn told(when: i64, id: &str, change: impl FnOnce(&mut OrderNews)) -> News {
    let mut news = OrderNews { id: id.into(), ..OrderNews::default() };
    change(&mut news);
    News { at: at(when), orders: vec![news], ..News::default() }
}

fn facts_at(when: i64, status: OrderStatus) -> News {
    told(when, "1", |news| news.facts = Some(Dated { at: at(when), value: order("1", status, 5) }))
}

fn parcel_at(when: i64, status: FulfillmentStatus, expected: Option<i64>) -> News {
    let value = Fulfillment { expected_at: expected.map(at), ..parcel(status) };
    told(when, "1", |news| news.fulfillments = vec![Dated { at: at(when), value }])
}

fn after(all: &[&News]) -> Customer {
    let (mut customer, mut versions) = (Customer::unknown("u".into()), Versions::new());
    all.iter().for_each(|news| take(&mut customer, &mut versions, news));
    customer
}

/// The same news in any order and any number lead to the same profile.
#[test]
fn order_and_repetition_do_not_matter() {
    let refund = Refund { id: "r".into(), status: RefundStatus::Completed, amount: None, at: None };
    let amount = Some(Money { amount: "5".into(), currency: "EUR".into() });
    let asked = Refund { status: RefundStatus::Requested, amount, ..refund.clone() };
    let news = [
        facts_at(10, OrderStatus::Pending),
        facts_at(20, OrderStatus::Paid),
        facts_at(40, OrderStatus::Shipped),
        parcel_at(41, FulfillmentStatus::InTransit, Some(90)),
        parcel_at(60, FulfillmentStatus::Delivered, None),
        told(70, "1", |news| news.refunds = vec![Dated { at: at(70), value: asked }]),
        told(80, "1", |news| news.refunds = vec![Dated { at: at(80), value: refund }]),
    ];
    let straight = after(&news.iter().collect::<Vec<_>>());
    assert_eq!(straight.orders[0].status, OrderStatus::Delivered);
    assert_eq!(straight.orders[0].fulfillments[0].expected_at, Some(at(90)));
    let mut seed = 7_u64;
    for _ in 0..500 {
        let mut all: Vec<_> = news.iter().chain(&news).collect();
        for place in (1..all.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            all.swap(place, (seed >> 33) as usize % (place + 1));
        }
        let mut mixed = after(&all);
        // The amount was said in the older news alone: it is known if these came first.
        mixed.orders[0].refunds[0].amount.clone_from(&straight.orders[0].refunds[0].amount);
        assert_eq!(mixed, straight);
    }
}

#[test]
fn late_news_fill_gaps_and_take_nothing_back() {
    let named = |when, locale: &str, country: Option<&str>| {
        let mut value = Customer::unknown("u".into());
        (value.locale, value.country) = (Some(locale.into()), country.map(Into::into));
        News { profile: Some(Dated { at: at(when), value }), ..News::default() }
    };
    let customer = after(&[&named(20, "de", None), &named(10, "en", Some("DE"))]);
    assert_eq!((customer.locale.as_deref(), customer.country.as_deref()), (Some("de"), Some("DE")));
}

#[test]
fn a_profile_keeps_the_newest_orders() {
    let (mut customer, mut versions) = (Customer::unknown("u".into()), Versions::new());
    for number in 0..150 {
        let id = number.to_string();
        let facts = Some(Dated { at: at(number), value: order(&id, OrderStatus::Paid, number) });
        take(&mut customer, &mut versions, &told(number, &id, |news| news.facts = facts));
    }
    assert_eq!((customer.orders.len(), customer.orders[0].id.as_str()), (ORDERS, "149"));
    assert_eq!(versions.len(), ORDERS);
}

#[test]
fn joined_and_parted_is_as_before() {
    let mut shop = Customer::unknown("s".into());
    shop.email = Some("ann@shop.example".into());
    shop.orders = vec![order("1", OrderStatus::Paid, 1)];
    let mut guest = Customer::unknown("g".into());
    (guest.phone, guest.orders) = (Some("+4915112345678".into()), vec![order("2", OrderStatus::Paid, 2)]);
    let (mut versions, others) = (Versions::new(), Versions::from([("order/2".to_owned(), 2)]));
    let mut joined = shop.clone();
    join(&mut joined, &mut versions, &guest, &others);
    assert_eq!((joined.orders.len(), &joined.phone, versions.len()), (2, &guest.phone, 1));
    joined.orders[0].status = OrderStatus::Shipped;
    joined.orders.push(order("3", OrderStatus::Paid, 3));
    let mut again = guest.clone();
    part(&mut joined, &mut again, Some(&shop), |id| id == "3");
    assert_eq!(joined, shop);
    let told: Vec<_> = again.orders.iter().map(|order| (order.id.as_str(), order.status)).collect();
    assert_eq!(told, [("3", OrderStatus::Paid), ("2", OrderStatus::Shipped)]);
}
