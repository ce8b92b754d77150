//! Where the customer is on the way from browsing to after-sale.
//!
//! Owns the rules over orders, parcels, returns and refunds; what the customer did in the shop lately stands beside
//! them; the scenario of the message is a hint where they leave it open, and picks among several. Knows no words.

mod visit;

pub(crate) use visit::is_recent as is_recent_visit;

use cuecard_model::{
    Customer, Event, Fulfillment, FulfillmentStatus, Order, OrderStatus, RefundStatus, ReturnStatus, Stage, Timestamp,
    Value,
};

pub(crate) const DAY: i64 = 24 * 60 * 60;
/// So long a parcel has "arrived lately"; most shops take returns for 30 days.
const LATELY: i64 = 30 * DAY;
/// So long a closed return or refund is still on the customer's mind.
pub(crate) const SETTLED: i64 = 14 * DAY;
/// Without any order for so long, a customer has lapsed.
pub(crate) const LAPSED: i64 = 180 * DAY;
/// So long a pending order counts as a payment under way.
const PAYING: i64 = 2 * DAY;

/// The stage. `events` are the last ones about the customer, oldest first; `scenario` is what the message asks for,
/// `none` if nothing.
pub(crate) fn find(customer: &Customer, events: &[Event], scenario: &str, now: Timestamp) -> Stage {
    let mut stages: Vec<Stage> = customer.orders.iter().filter_map(|order| of_order(order, now)).collect();
    stages.extend(visit::stage(&customer.orders, events, now));
    if has_cart(customer) {
        stages.push(Stage::Hesitating);
    }
    if let Some(wanted) = hinted(scenario)
        && (stages.contains(&wanted) || (wanted == Stage::AfterSale && stages.contains(&Stage::Delivered)))
    {
        return wanted;
    }
    stages.sort_by_key(|stage| urgency(*stage));
    if let Some(first) = stages.first() {
        return *first;
    }
    match hinted(scenario) {
        Some(Stage::Checkout) => Stage::Checkout,
        Some(Stage::Hesitating) => Stage::Hesitating,
        // Asking about an old purchase is after-sale, however long ago it was.
        Some(Stage::AfterSale) if !customer.orders.is_empty() => Stage::AfterSale,
        _ if is_lapsed(customer, now) && !is_recent_visit(events, now) => Stage::Lapsed,
        _ => Stage::Browsing,
    }
}

/// The stage that one order puts the customer in; `None` if it is over and done.
fn of_order(order: &Order, now: Timestamp) -> Option<Stage> {
    if is_being_settled(order, now) {
        return Some(Stage::AfterSale);
    }
    match order.status {
        OrderStatus::Pending => within(order.placed_at, PAYING, now).then_some(Stage::Checkout),
        OrderStatus::Cancelled | OrderStatus::Refunded => None,
        _ if order.fulfillments.iter().any(is_moving) => Some(Stage::InTransit),
        OrderStatus::Paid | OrderStatus::Processing => {
            let arrived = !order.fulfillments.is_empty() && order.fulfillments.iter().all(has_arrived);
            if arrived { arrived_lately(order, now) } else { Some(Stage::AwaitingShipment) }
        }
        OrderStatus::PartiallyShipped | OrderStatus::Shipped => {
            let arrived = order.fulfillments.iter().all(has_arrived) && !order.fulfillments.is_empty();
            if arrived { arrived_lately(order, now) } else { Some(Stage::InTransit) }
        }
        OrderStatus::Delivered => arrived_lately(order, now),
    }
}

/// A return or refund that is open, or that was closed a short while ago.
fn is_being_settled(order: &Order, now: Timestamp) -> bool {
    let returning = order.returns.iter().any(|back| match back.status {
        ReturnStatus::Requested | ReturnStatus::Approved => true,
        ReturnStatus::Received | ReturnStatus::Declined => within(back.at, SETTLED, now),
    });
    let refunding = order.refunds.iter().any(|refund| match refund.status {
        RefundStatus::Requested | RefundStatus::Processing => true,
        RefundStatus::Completed | RefundStatus::Declined => within(refund.at, SETTLED, now),
    });
    returning || refunding || order.fulfillments.iter().any(|parcel| parcel.status == FulfillmentStatus::Returned)
}

fn is_moving(parcel: &Fulfillment) -> bool {
    use FulfillmentStatus::{Failed, InTransit, OutForDelivery};
    matches!(parcel.status, InTransit | OutForDelivery | Failed)
}

fn has_arrived(parcel: &Fulfillment) -> bool {
    parcel.status == FulfillmentStatus::Delivered
}

/// An order without dates counts as recent: the merchant pushed it because it matters.
fn arrived_lately(order: &Order, now: Timestamp) -> Option<Stage> {
    let arrived = order.fulfillments.iter().filter_map(|parcel| parcel.delivered_at).max();
    let last = arrived.or(order.placed_at);
    last.is_none_or(|at| now.seconds() - at.seconds() <= LATELY).then_some(Stage::Delivered)
}

fn within(at: Option<Timestamp>, seconds: i64, now: Timestamp) -> bool {
    at.is_none_or(|at| now.seconds() - at.seconds() <= seconds)
}

/// Which stage speaks first when there are several.
fn urgency(stage: Stage) -> u8 {
    match stage {
        Stage::AfterSale => 0,
        Stage::InTransit => 1,
        Stage::AwaitingShipment => 2,
        Stage::Checkout => 3,
        Stage::Delivered => 4,
        Stage::Hesitating | Stage::Browsing | Stage::Lapsed => 5,
    }
}

/// The stage that people who ask this are usually in.
fn hinted(scenario: &str) -> Option<Stage> {
    Some(match scenario {
        "payment_problem" => Stage::Checkout,
        "order_cancel" | "order_change" | "address_change" => Stage::AwaitingShipment,
        "delivery_delay" | "order_status" | "customs_duty" => Stage::InTransit,
        "damaged_item" | "wrong_item" | "missing_item" | "return_request" | "return_dispute" | "exchange_request"
        | "refund_status" | "warranty_claim" => Stage::AfterSale,
        "promotion_question" | "product_question" | "size_advice" | "stock_question" | "delivery_options" => {
            Stage::Hesitating
        }
        _ => return None,
    })
}

/// What connectors write when there is an open cart: `cart.*`, e.g. `cart.total` or `cart.items.0.sku`.
fn has_cart(customer: &Customer) -> bool {
    let cart = |(name, value): (&String, &Value)| {
        let empty = matches!(value, Value::Flag(false)) || *value == Value::Number(0.0);
        (name == "cart" || name.starts_with("cart.") || name == "cart_items") && !empty
    };
    customer.attributes.iter().any(cart)
}

fn is_lapsed(customer: &Customer, now: Timestamp) -> bool {
    let newest = customer.orders.iter().filter_map(|order| order.placed_at).max();
    newest.is_some_and(|at| now.seconds() - at.seconds() > LAPSED)
}

#[cfg(test)]
mod tests;
