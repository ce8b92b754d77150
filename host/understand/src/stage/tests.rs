use cuecard_model::{Fields, Money, Refund, Return};

use super::*;

const NOW: i64 = 1_780_000_000;

fn days_ago(days: i64) -> Option<Timestamp> {
    Some(Timestamp::from_seconds(NOW - days * DAY))
}

fn order(status: OrderStatus, placed: i64) -> Order {
    Order {
        id: "1001".into(),
        number: None,
        status,
        placed_at: days_ago(placed),
        total: None,
        items: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Fields::new(),
    }
}

fn parcel(status: FulfillmentStatus, delivered: Option<i64>) -> Fulfillment {
    Fulfillment {
        id: "f".into(),
        status,
        carrier: None,
        tracking_number: None,
        tracking_url: None,
        shipped_at: None,
        expected_at: None,
        delivered_at: delivered.and_then(days_ago),
    }
}

fn with_parcel(status: OrderStatus, placed: i64, parcel: Fulfillment) -> Order {
    Order { fulfillments: vec![parcel], ..order(status, placed) }
}

fn returning(status: ReturnStatus, days: i64) -> Order {
    let back = Return { id: "r".into(), status, at: days_ago(days) };
    Order { returns: vec![back], ..order(OrderStatus::Delivered, 60) }
}

fn refunding(status: RefundStatus, days: i64) -> Order {
    let back = Refund { id: "r".into(), status, amount: None, at: days_ago(days) };
    Order { refunds: vec![back], ..order(OrderStatus::Cancelled, 60) }
}

fn stage(orders: Vec<Order>, scenario: &str) -> Stage {
    find(&Customer { orders, ..Customer::unknown("u".into()) }, &[], scenario, Timestamp::from_seconds(NOW))
}

#[test]
fn one_order() {
    use FulfillmentStatus::{Delivered, Failed, InTransit, OutForDelivery, Pending, Returned};
    for (what, order, expected) in [
        ("unpaid, fresh", order(OrderStatus::Pending, 0), Stage::Checkout),
        ("unpaid, stale", order(OrderStatus::Pending, 20), Stage::Browsing),
        ("paid", order(OrderStatus::Paid, 1), Stage::AwaitingShipment),
        ("label printed", with_parcel(OrderStatus::Paid, 1, parcel(Pending, None)), Stage::AwaitingShipment),
        ("packed", order(OrderStatus::Processing, 2), Stage::AwaitingShipment),
        ("shipped, no parcel known", order(OrderStatus::Shipped, 3), Stage::InTransit),
        ("on its way", with_parcel(OrderStatus::Shipped, 3, parcel(InTransit, None)), Stage::InTransit),
        ("with the driver", with_parcel(OrderStatus::Paid, 3, parcel(OutForDelivery, None)), Stage::InTransit),
        ("nobody home", with_parcel(OrderStatus::Shipped, 3, parcel(Failed, None)), Stage::InTransit),
        ("arrived", with_parcel(OrderStatus::Shipped, 9, parcel(Delivered, Some(2))), Stage::Delivered),
        ("arrived long ago", with_parcel(OrderStatus::Delivered, 99, parcel(Delivered, Some(90))), Stage::Browsing),
        ("sent back", with_parcel(OrderStatus::Shipped, 9, parcel(Returned, None)), Stage::AfterSale),
        ("return asked", returning(ReturnStatus::Requested, 40), Stage::AfterSale),
        ("return closed lately", returning(ReturnStatus::Received, 3), Stage::AfterSale),
        ("return closed long ago", returning(ReturnStatus::Received, 40), Stage::Browsing),
        ("refund under way", refunding(RefundStatus::Processing, 40), Stage::AfterSale),
        ("refund paid long ago", refunding(RefundStatus::Completed, 40), Stage::Browsing),
        ("bought long ago", order(OrderStatus::Delivered, 400), Stage::Lapsed),
    ] {
        assert_eq!(stage(vec![order], "none"), expected, "{what}");
    }
}

#[test]
fn the_message_is_a_hint() {
    let shipped = || with_parcel(OrderStatus::Shipped, 3, parcel(FulfillmentStatus::InTransit, None));
    let paid = || order(OrderStatus::Paid, 1);
    let delivered = || with_parcel(OrderStatus::Delivered, 9, parcel(FulfillmentStatus::Delivered, Some(2)));
    let old = || order(OrderStatus::Delivered, 400);
    for (what, orders, scenario, expected) in [
        ("two open orders", vec![paid(), shipped()], "none", Stage::InTransit),
        ("the one not yet sent", vec![paid(), shipped()], "order_cancel", Stage::AwaitingShipment),
        ("what arrived is broken", vec![delivered()], "damaged_item", Stage::AfterSale),
        ("a parcel cannot be returned yet", vec![shipped()], "return_request", Stage::InTransit),
        ("no order, a question", vec![], "size_advice", Stage::Hesitating),
        ("no order, paying", vec![], "payment_problem", Stage::Checkout),
        ("no order, small talk", vec![], "greeting", Stage::Browsing),
        ("an old purchase under warranty", vec![old()], "warranty_claim", Stage::AfterSale),
        ("back after a year", vec![old()], "promotion_question", Stage::Hesitating),
    ] {
        assert_eq!(stage(orders, scenario), expected, "{what}");
    }
}

#[test]
fn an_open_cart_hesitates() {
    for (name, value, expected) in [
        ("cart.total", Value::Number(30.0), Stage::Hesitating),
        ("cart_items", Value::Number(0.0), Stage::Browsing),
        ("carton", Value::Number(3.0), Stage::Browsing),
    ] {
        let attributes = Fields::from([(name.to_owned(), value)]);
        let customer = Customer { attributes, ..Customer::unknown("u".into()) };
        assert_eq!(find(&customer, &[], "none", Timestamp::from_seconds(NOW)), expected, "{name}");
    }
}

/// So many minutes ago, the oldest first.
fn events(given: &[(&str, i64)]) -> Vec<Event> {
    let event = |(kind, minutes): &(&str, i64)| Event {
        id: "e".into(),
        kind: (*kind).into(),
        at: Timestamp::from_seconds(NOW - minutes * 60),
        customer_id: None,
        fields: Fields::new(),
    };
    given.iter().map(event).collect()
}

#[test]
fn what_happens_in_the_shop_counts() {
    const HOURS: i64 = 60;
    const DAYS: i64 = 24 * HOURS;
    let shipped = || vec![with_parcel(OrderStatus::Shipped, 3, parcel(FulfillmentStatus::InTransit, None))];
    let delivered = || vec![with_parcel(OrderStatus::Delivered, 9, parcel(FulfillmentStatus::Delivered, Some(2)))];
    let old = || vec![order(OrderStatus::Delivered, 400)];
    let fresh = || vec![order(OrderStatus::Paid, 0)];
    for (what, orders, lately, scenario, expected) in [
        ("nothing", vec![], vec![], "none", Stage::Browsing),
        ("looks around", vec![], vec![("product.viewed", 5)], "none", Stage::Browsing),
        ("a cart", vec![], vec![("cart.updated", 5)], "none", Stage::Hesitating),
        ("a look after the cart", vec![], vec![("cart.updated", 9), ("page.viewed", 5)], "none", Stage::Hesitating),
        ("an old cart", vec![], vec![("cart.updated", 8 * DAYS)], "none", Stage::Browsing),
        ("a cart emptied", vec![], vec![("cart.updated", 9), ("cart.emptied", 5)], "none", Stage::Browsing),
        ("at the till", vec![], vec![("cart.updated", 9), ("checkout.started", 5)], "none", Stage::Checkout),
        ("left the till", vec![], vec![("checkout.started", 3 * HOURS)], "none", Stage::Hesitating),
        ("said to have left", vec![], vec![("checkout.abandoned", 5)], "none", Stage::Hesitating),
        ("could not pay", vec![], vec![("payment.failed", 3 * HOURS)], "none", Stage::Checkout),
        (
            "paid, order not pushed yet",
            vec![],
            vec![("checkout.started", 9), ("order.created", 5)],
            "none",
            Stage::Browsing,
        ),
        ("the order came after the cart", fresh(), vec![("cart.updated", 5)], "none", Stage::AwaitingShipment),
        ("a parcel goes before a cart", shipped(), vec![("cart.updated", 5)], "none", Stage::InTransit),
        ("unless the cart is meant", shipped(), vec![("cart.updated", 5)], "promotion_question", Stage::Hesitating),
        ("paying for more", shipped(), vec![("checkout.started", 5)], "payment_problem", Stage::Checkout),
        ("what arrived, and a new cart", delivered(), vec![("cart.updated", 5)], "none", Stage::Delivered),
        ("which size for the new one", delivered(), vec![("cart.updated", 5)], "size_advice", Stage::Hesitating),
        ("away for a year", old(), vec![("page.viewed", 90 * DAYS)], "none", Stage::Lapsed),
        ("back after a year", old(), vec![("page.viewed", 5)], "none", Stage::Browsing),
        ("a cart after a year", old(), vec![("cart.updated", 5)], "none", Stage::Hesitating),
    ] {
        let customer = Customer { orders, ..Customer::unknown("u".into()) };
        assert_eq!(find(&customer, &events(&lately), scenario, Timestamp::from_seconds(NOW)), expected, "{what}");
    }
}

#[test]
fn an_empty_cart_is_none() {
    let money = |amount: &str| Value::Money(Money { amount: amount.into(), currency: "EUR".into() });
    for (name, value, expected) in [
        ("item_count", Value::Number(0.0), Stage::Browsing),
        ("item_count", Value::Number(2.0), Stage::Hesitating),
        ("total", money("0.00"), Stage::Browsing),
        ("total", money("0.50"), Stage::Hesitating),
    ] {
        let mut cart = events(&[("cart.updated", 5)]);
        cart[0].fields.insert(name.into(), value.clone());
        let customer = Customer::unknown("u".into());
        assert_eq!(find(&customer, &cart, "none", Timestamp::from_seconds(NOW)), expected, "{name} {value:?}");
    }
}

/// The tables above and this one together: no stage is a word without a way to it.
#[test]
fn every_stage_is_reached() {
    let reached = [
        stage(vec![], "none"),
        stage(vec![], "stock_question"),
        stage(vec![order(OrderStatus::Pending, 0)], "none"),
        stage(vec![order(OrderStatus::Paid, 0)], "none"),
        stage(vec![order(OrderStatus::Shipped, 1)], "none"),
        stage(vec![order(OrderStatus::Delivered, 1)], "none"),
        stage(vec![returning(ReturnStatus::Approved, 1)], "none"),
        stage(vec![order(OrderStatus::Delivered, 400)], "none"),
    ];
    assert_eq!(reached, Stage::ALL);
}
