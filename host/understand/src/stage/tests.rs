use cuecard_model::{Fields, Refund, Return};

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
    find(&Customer { orders, ..Customer::unknown("u".into()) }, scenario, Timestamp::from_seconds(NOW))
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
        assert_eq!(find(&customer, "none", Timestamp::from_seconds(NOW)), expected, "{name}");
    }
}
