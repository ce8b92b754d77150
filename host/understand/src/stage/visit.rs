//! What a customer is doing in the shop, from the last events: a cart, a checkout, a look around.
//!
//! Knows the common beginnings of event types (`cart.`, `checkout.`, `payment.`, `order.`) and nothing else of them.

use cuecard_model::{Event, Order, Stage, Timestamp, Value};

use super::DAY;

/// A checkout that nothing has come of for so long was left.
const AT_THE_TILL: i64 = 60 * 60;
/// A payment that failed is tried again within so long, or not at all.
const TRYING_TO_PAY: i64 = DAY;
/// A cart that was not touched for so long is forgotten.
const CART: i64 = 7 * DAY;
/// Whoever was seen in the shop within so long has not lapsed.
const SEEN: i64 = 30 * DAY;

/// The stage that the last visit leaves the customer in, if it decided anything.
pub(super) fn stage(orders: &[Order], events: &[Event], now: Timestamp) -> Option<Stage> {
    let bought = orders.iter().filter_map(|order| order.placed_at).max();
    let deciding = |event: &&Event| Step::of(event).is_some();
    let last = events.iter().rev().find(deciding)?;
    if bought.is_some_and(|bought| bought >= last.at) {
        return None;
    }
    let age = now.seconds() - last.at.seconds();
    match Step::of(last)? {
        Step::Paying if age <= AT_THE_TILL => Some(Stage::Checkout),
        Step::Failing if age <= TRYING_TO_PAY => Some(Stage::Checkout),
        Step::Paying | Step::Failing | Step::Choosing if age <= CART => Some(Stage::Hesitating),
        _ => None,
    }
}

/// Whether the customer was in the shop lately.
pub(crate) fn is_recent(events: &[Event], now: Timestamp) -> bool {
    events.iter().any(|event| now.seconds() - event.at.seconds() <= SEEN)
}

/// What an event says about a purchase under way.
#[derive(Clone, Copy)]
enum Step {
    /// There is something in the cart.
    Choosing,
    /// The checkout was entered.
    Paying,
    /// A payment did not go through.
    Failing,
    /// Bought, or given up.
    Over,
}

impl Step {
    /// `None` if the event says nothing about it.
    fn of(event: &Event) -> Option<Self> {
        let (topic, action) = event.kind.split_once('.')?;
        Some(match (topic, action) {
            ("cart" | "checkout", "completed" | "recovered" | "deleted" | "emptied" | "expired") => Self::Over,
            ("cart", _) if is_empty(event) => Self::Over,
            ("cart", _) | ("checkout", "abandoned") => Self::Choosing,
            ("checkout", _) => Self::Paying,
            ("payment", "failed" | "declined") => Self::Failing,
            ("payment", _) | ("order", "created" | "paid" | "placed") => Self::Over,
            _ => return None,
        })
    }
}

/// A cart that is told to hold nothing.
fn is_empty(event: &Event) -> bool {
    let nothing = |value: &Value| match value {
        Value::Number(number) => *number == 0.0,
        Value::Money(money) => money.amount.bytes().all(|byte| matches!(byte, b'0' | b'.')),
        Value::Flag(_) | Value::Text(_) => false,
    };
    ["item_count", "total"].iter().any(|name| event.fields.get(*name).is_some_and(nothing))
}
