use cuecard_model::{
    Buyer, Contact, Event, Fields, Fulfillment, FulfillmentStatus, Money, Order, OrderStatus, ProblemKind, Refund,
    RefundStatus, Return, ReturnStatus, Risk, Role,
};

use super::*;

const NOW: i64 = 1_780_000_000;
const DAY: i64 = 24 * 60 * 60;

fn ago(days: i64) -> Option<Timestamp> {
    Some(Timestamp::from_seconds(NOW - days * DAY))
}

fn euro(amount: &str) -> Money {
    Money { amount: amount.into(), currency: "EUR".into() }
}

fn order(id: &str, status: OrderStatus, days: i64, total: &str) -> Order {
    Order {
        id: id.into(),
        number: Some(format!("AF-{id}")),
        status,
        placed_at: ago(days),
        total: Some(euro(total)),
        items: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Fields::new(),
    }
}

fn with_parcel(mut order: Order, status: FulfillmentStatus, expected: Option<i64>) -> Order {
    order.fulfillments.push(Fulfillment {
        id: "f".into(),
        status,
        carrier: None,
        tracking_number: None,
        tracking_url: None,
        shipped_at: None,
        expected_at: expected.and_then(ago),
        delivered_at: None,
    });
    order
}

fn with_return(mut order: Order, status: ReturnStatus, days: i64) -> Order {
    order.returns.push(Return { id: "r".into(), status, at: ago(days) });
    order
}

fn with_refund(mut order: Order, status: RefundStatus, amount: &str, days: i64) -> Order {
    order.refunds.push(Refund { id: "b".into(), status, amount: Some(euro(amount)), at: ago(days) });
    order
}

fn shopper(orders: Vec<Order>) -> Customer {
    Customer { orders, ..Customer::unknown("u".into()) }
}

fn around<'a>(customer: &'a Customer, recent: &'a Recent) -> Around<'a> {
    let now = Timestamp::from_seconds(NOW);
    Around { customer, recent, history: &[], channel: Some("web_chat"), language: Some("de"), now }
}

fn of(orders: Vec<Order>) -> Profile {
    profile(&around(&shopper(orders), &Recent::default()))
}

fn wrote(given: &[(&str, &str, i64)]) -> Recent {
    let contact = |(conversation, channel, days): &(&str, &str, i64)| Contact {
        conversation: (*conversation).into(),
        channel: (*channel).into(),
        at: Timestamp::from_seconds(NOW - days * DAY),
    };
    Recent { contacts: given.iter().map(contact).collect(), events: Vec::new() }
}

#[test]
fn orders_and_spend() {
    use OrderStatus::{Cancelled, Delivered, Paid, Pending, Refunded};
    let back = |order, amount| with_refund(order, RefundStatus::Completed, amount, 1);
    let mut dollars = order("4", Delivered, 9, "5.00");
    dollars.total = Some(Money { amount: "5.00".into(), currency: "USD".into() });
    let untold = Order { total: None, ..order("5", Delivered, 9, "0") };
    for (what, orders, count, spend, buyer) in [
        ("nothing", vec![], 0, vec![], Buyer::Prospect),
        ("one", vec![order("1", Paid, 1, "12.50")], 1, vec!["12.50 EUR"], Buyer::First),
        ("not paid", vec![order("1", Pending, 1, "12.50")], 0, vec![], Buyer::Prospect),
        ("called off", vec![order("1", Cancelled, 1, "12.50")], 0, vec![], Buyer::Prospect),
        (
            "two, one in part paid back",
            vec![order("2", Paid, 1, "10.00"), back(order("1", Delivered, 9, "12.50"), "2.5")],
            2,
            vec!["20.00 EUR"],
            Buyer::Repeat,
        ),
        (
            "paid back, told how much",
            vec![back(order("1", Refunded, 1, "9.99"), "9.99")],
            1,
            vec!["0.00 EUR"],
            Buyer::First,
        ),
        ("paid back, not told how much", vec![order("1", Refunded, 1, "9.99")], 1, vec!["0.00 EUR"], Buyer::First),
        (
            "money on its way back is still spent",
            vec![with_refund(order("1", Delivered, 1, "9.00"), RefundStatus::Processing, "9.00", 1)],
            1,
            vec!["9.00 EUR"],
            Buyer::First,
        ),
        ("two currencies", vec![dollars, order("1", Paid, 1, "7")], 2, vec!["7 EUR", "5.00 USD"], Buyer::Repeat),
        ("without a total", vec![untold], 1, vec![], Buyer::First),
    ] {
        let found = of(orders);
        let spent: Vec<_> = found.spend.iter().map(|money| format!("{} {}", money.amount, money.currency)).collect();
        assert_eq!(
            (found.orders, spent, found.buyer),
            (count, spend.iter().map(ToString::to_string).collect(), buyer),
            "{what}"
        );
    }
}

#[test]
fn returns_are_counted_among_what_arrived() {
    use OrderStatus::{Delivered, Paid, Shipped};
    for (what, orders, expected) in [
        ("nothing arrived", vec![order("1", Paid, 1, "1")], None),
        ("kept", vec![order("1", Delivered, 9, "1")], Some(0.0)),
        (
            "one of two",
            vec![
                with_return(order("2", Delivered, 9, "1"), ReturnStatus::Received, 1),
                order("1", Delivered, 9, "1"),
                order("3", Shipped, 2, "1"),
            ],
            Some(0.5),
        ),
        (
            "refused is not returned",
            vec![with_return(order("1", Delivered, 9, "1"), ReturnStatus::Declined, 1)],
            Some(0.0),
        ),
    ] {
        assert_eq!(of(orders).returns_rate, expected, "{what}");
    }
}

#[test]
fn what_is_open_is_listed() {
    use FulfillmentStatus::{Delivered as Arrived, Failed, InTransit};
    use OrderStatus::{Cancelled, Delivered, Pending, Shipped};
    use ProblemKind::{
        DeclinedRefund, DeclinedReturn, FailedDelivery, LateParcel, OpenRefund, OpenReturn, UnpaidOrder,
    };
    let shipped = || order("1", Shipped, 9, "1");
    let had = || order("1", Delivered, 60, "1");
    for (what, order, expected) in [
        ("on time", with_parcel(shipped(), InTransit, Some(-1)), vec![]),
        ("late", with_parcel(shipped(), InTransit, Some(2)), vec![LateParcel]),
        (
            "two late parcels are one problem",
            with_parcel(with_parcel(shipped(), InTransit, Some(2)), InTransit, Some(1)),
            vec![LateParcel],
        ),
        ("late but called off", with_parcel(order("1", Cancelled, 9, "1"), InTransit, Some(2)), vec![]),
        ("arrived after the day", with_parcel(shipped(), Arrived, Some(2)), vec![]),
        ("nobody home", with_parcel(shipped(), Failed, Some(2)), vec![FailedDelivery]),
        ("not paid", order("1", Pending, 1, "1"), vec![UnpaidOrder]),
        ("never paid", order("1", Pending, 30, "1"), vec![]),
        ("return agreed", with_return(had(), ReturnStatus::Approved, 40), vec![OpenReturn]),
        ("return done", with_return(had(), ReturnStatus::Received, 1), vec![]),
        ("return refused", with_return(had(), ReturnStatus::Declined, 2), vec![DeclinedReturn]),
        ("return refused long ago", with_return(had(), ReturnStatus::Declined, 40), vec![]),
        ("money awaited", with_refund(had(), RefundStatus::Processing, "1", 40), vec![OpenRefund]),
        ("money paid", with_refund(had(), RefundStatus::Completed, "1", 1), vec![]),
        ("money refused", with_refund(had(), RefundStatus::Declined, "1", 1), vec![DeclinedRefund]),
    ] {
        let kinds: Vec<_> = of(vec![order]).open_problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, expected, "{what}");
    }
}

#[test]
fn where_and_how_to_reach_them() {
    let said = |role, days| Message { role, text: String::new(), at: Timestamp::from_seconds(NOW - days * DAY) };
    let here = [said(Role::Customer, 2), said(Role::Agent, 1)];
    let mixed = [("c-1", "email", 9), ("c-2", "sms", 5), ("c-2", "sms", 4), ("c-3", "email", 3)];
    for (what, recent, history, last, channel) in [
        ("nothing known", wrote(&[]), &here[..0], None, "web_chat"),
        ("this conversation", wrote(&[]), &here[..], Some((2, "web_chat")), "web_chat"),
        ("another one", wrote(&[("c-1", "email", 5)]), &here[..0], Some((5, "email")), "email"),
        ("the later of both", wrote(&[("c-1", "email", 5)]), &here[..], Some((2, "web_chat")), "email"),
        ("the channel used most, of two the last", wrote(&mixed), &here[..0], Some((3, "email")), "email"),
    ] {
        let customer = shopper(vec![]);
        let found = profile(&Around { history, ..around(&customer, &recent) });
        let expected = last.map(|(days, channel): (i64, &str)| (ago(days).unwrap(), channel.to_owned()));
        assert_eq!(found.last_contact_at.zip(found.last_contact_channel), expected, "{what}");
        assert_eq!(found.preferred_channel.as_deref(), Some(channel), "{what}");
        assert_eq!(found.preferred_language.as_deref(), Some("de"), "{what}");
    }
    let mut customer = Customer { locale: Some("es-MX".into()), ..shopper(vec![]) };
    customer.attributes.insert("preferred_channel".into(), "whatsapp".into());
    let found = profile(&around(&customer, &wrote(&mixed)));
    assert_eq!(found.preferred_channel.as_deref(), Some("whatsapp"));
    assert_eq!(found.preferred_language.as_deref(), Some("es-MX"));
}

#[test]
fn the_risk_adds_up() {
    use OrderStatus::{Delivered, Shipped};
    let bought = |days: &[i64]| days.iter().map(|days| order("1", Delivered, *days, "1")).collect::<Vec<_>>();
    let late = |days| with_parcel(order("1", Shipped, days, "1"), FulfillmentStatus::InTransit, Some(2));
    let back = |days| with_return(order("1", Delivered, days, "1"), ReturnStatus::Received, 1);
    let asks = wrote(&[("c-1", "email", 3), ("c-2", "email", 1)]);
    let quiet = Recent::default();
    let seen = |days| {
        let (id, kind, at) = ("e".into(), "page.viewed".into(), ago(days).unwrap());
        let events = vec![Event { id, kind, at, customer_id: None, fields: Fields::new() }];
        Recent { events, contacts: Vec::new() }
    };
    for (what, orders, recent, risk, score) in [
        ("nobody", vec![], &quiet, Risk::Low, 0.0),
        ("happy", bought(&[10, 40]), &quiet, Risk::Low, 0.0),
        ("asks, but nothing is open", bought(&[10]), &asks, Risk::Low, 0.0),
        ("late", vec![late(9)], &quiet, Risk::Low, 0.2),
        ("late, and asks again", vec![late(9)], &asks, Risk::Medium, 0.4),
        ("three late, and asks again", vec![late(9), late(8), late(7)], &asks, Risk::High, 0.8),
        ("four late", vec![late(9), late(8), late(7), late(6)], &quiet, Risk::High, 0.6),
        ("sends back half", vec![back(9), order("2", Delivered, 9, "1")], &quiet, Risk::Low, 0.15),
        ("slower than before", bought(&[90, 110, 130]), &quiet, Risk::Medium, 0.3),
        ("slower, but was here last week", bought(&[90, 110, 130]), &seen(7), Risk::Low, 0.0),
        ("slower, was here long ago", bought(&[90, 110, 130]), &seen(70), Risk::Medium, 0.3),
        ("gone", bought(&[200]), &quiet, Risk::Medium, 0.45),
        ("gone, and sent back", vec![back(200), back(300)], &quiet, Risk::High, 0.6),
    ] {
        let customer = shopper(orders);
        let found = profile(&around(&customer, recent));
        assert_eq!((found.risk, found.risk_score), (risk, score), "{what}");
    }
}

/// The facts are the same with their sources, and every fact that is there has one.
#[test]
fn each_fact_says_where_it_came_from() {
    let orders = vec![
        with_parcel(order("3", OrderStatus::Shipped, 9, "20.00"), FulfillmentStatus::InTransit, Some(2)),
        with_refund(
            with_return(order("2", OrderStatus::Delivered, 40, "10.00"), ReturnStatus::Received, 1),
            RefundStatus::Completed,
            "4.00",
            1,
        ),
        Order { total: None, ..order("1", OrderStatus::Delivered, 70, "0") },
    ];
    let customer = Customer { locale: Some("es-MX".into()), ..shopper(orders) };
    let recent = wrote(&[("c-1", "email", 3), ("c-2", "email", 1)]);
    let around = around(&customer, &recent);
    let told = explained(&around);
    assert_eq!(told.profile, profile(&around));
    let sources: Vec<_> = told.sources.iter().map(|(fact, lines)| format!("{fact}: {}", lines.join("; "))).collect();
    let day = |days| ago(days).unwrap().to_string();
    assert_eq!(sources, [
        "buyer: 3 orders paid for and not called off".to_owned(),
        "last_contact_at: a message of conversation c-2 on email".to_owned(),
        "last_contact_channel: a message of conversation c-2".to_owned(),
        format!("last_order_at: order AF-3 placed at {}", day(9)),
        format!("open_problems: order AF-3: late_parcel since {}", day(2)),
        "orders: order AF-3; order AF-2; order AF-1".to_owned(),
        "preferred_channel: 2 of the customer's last 2 messages".to_owned(),
        "preferred_language: the locale of the customer".to_owned(),
        "returns_rate: order AF-2 arrived, with a return; order AF-1 arrived".to_owned(),
        "risk: 1 open problem: +0.20; asked in several conversations within a week: +0.20; 1 of 2 orders came back: +0.15".to_owned(),
        "spend: order AF-3 cost 20.00 EUR; order AF-2 cost 10.00 EUR; order AF-2 paid back 4.00 EUR; order AF-1 has no total and is left out".to_owned(),
    ]);
    let facts = serde_json::to_value(&told.profile).unwrap();
    for fact in facts.as_object().unwrap().keys().filter(|fact| *fact != "risk_score") {
        assert!(told.sources.contains_key(fact), "{fact}");
    }
}

#[test]
fn a_long_list_of_sources_is_cut() {
    let orders = (0..50).map(|number| order(&number.to_string(), OrderStatus::Delivered, 1, "1")).collect();
    let customer = shopper(orders);
    let told = explained(&around(&customer, &Recent::default()));
    assert_eq!(told.sources["orders"].len(), 21);
    assert_eq!(told.sources["orders"][20], "and 30 more");
}
