//! What a customer bought, what came back, and what is not settled.

use std::fmt;

use cuecard_model::{
    Buyer, Fulfillment, FulfillmentStatus, Money, OpenProblem, Order, OrderStatus, ProblemKind, RefundStatus,
    ReturnStatus, Timestamp,
};

use super::{notes::Notes, sum::Sums};
use crate::stage::SETTLED;

/// The purchases.
pub(super) struct Bought {
    pub(super) count: u32,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

impl Bought {
    pub(super) fn buyer(&self) -> Buyer {
        match self.count {
            0 => Buyer::Prospect,
            1 => Buyer::First,
            _ => Buyer::Repeat,
        }
    }

    /// Seconds from one order to the next, on average; from two dated orders on.
    pub(super) fn rhythm(&self) -> Option<i64> {
        let span = self.last?.seconds() - self.first?.seconds();
        (self.count > 1 && span > 0).then(|| span / i64::from(self.count - 1))
    }
}

/// Whether an order counts as a purchase.
fn counts(order: &Order) -> bool {
    !matches!(order.status, OrderStatus::Pending | OrderStatus::Cancelled)
}

pub(super) fn bought(orders: &[Order], notes: &mut impl Notes) -> Bought {
    let mut bought = Bought { count: 0, first: None, last: None };
    for order in orders.iter().filter(|order| counts(order)) {
        bought.count = bought.count.saturating_add(1);
        bought.first = [bought.first, order.placed_at].into_iter().flatten().min();
        bought.last = bought.last.max(order.placed_at);
        notes.add("orders", || Named(order).to_string());
    }
    for order in orders.iter().filter(|order| counts(order) && order.placed_at == bought.last) {
        if let Some(at) = order.placed_at {
            notes.add("last_order_at", || format!("{} placed at {at}", Named(order)));
        }
    }
    notes.add("buyer", || format!("{} paid for and not called off", counted(bought.count, "order")));
    bought
}

pub(super) fn spend(orders: &[Order], notes: &mut impl Notes) -> Vec<Money> {
    let mut sums = Sums::default();
    for order in orders.iter().filter(|order| counts(order)) {
        let Some(total) = order.total.as_ref().filter(|total| sums.add(total)) else {
            notes.add("spend", || format!("{} has no total and is left out", Named(order)));
            continue;
        };
        notes.add("spend", || format!("{} cost {}", Named(order), Amount(total)));
        let mut paid_back = false;
        for refund in order.refunds.iter().filter(|refund| refund.status == RefundStatus::Completed) {
            if let Some(amount) = refund.amount.as_ref().filter(|amount| sums.subtract(amount)) {
                paid_back = true;
                notes.add("spend", || format!("{} paid back {}", Named(order), Amount(amount)));
            }
        }
        if order.status == OrderStatus::Refunded && !paid_back && sums.subtract(total) {
            notes.add("spend", || format!("{} paid back in full", Named(order)));
        }
    }
    sums.into_amounts()
}

/// Orders that arrived, and those of them with a return.
#[derive(Clone, Copy)]
pub(super) struct Returns {
    pub(super) arrived: u32,
    pub(super) returned: u32,
}

impl Returns {
    pub(super) fn rate(self) -> Option<f64> {
        (self.arrived > 0).then(|| f64::from(self.returned) / f64::from(self.arrived))
    }
}

pub(super) fn returns(orders: &[Order], notes: &mut impl Notes) -> Returns {
    let mut returns = Returns { arrived: 0, returned: 0 };
    for order in orders.iter().filter(|order| counts(order) && has_arrived(order)) {
        returns.arrived = returns.arrived.saturating_add(1);
        let back = order.returns.iter().any(|back| back.status != ReturnStatus::Declined);
        returns.returned = returns.returned.saturating_add(u32::from(back));
        let end = if back { "arrived, with a return" } else { "arrived" };
        notes.add("returns_rate", || format!("{} {end}", Named(order)));
    }
    returns
}

fn has_arrived(order: &Order) -> bool {
    use FulfillmentStatus::{Delivered, Returned};
    let parcels = order.fulfillments.iter().any(|parcel| matches!(parcel.status, Delivered | Returned));
    order.status == OrderStatus::Delivered || parcels || !order.returns.is_empty()
}

pub(super) fn open_problems(orders: &[Order], now: Timestamp, notes: &mut impl Notes) -> Vec<OpenProblem> {
    let mut problems: Vec<OpenProblem> = Vec::new();
    for order in orders {
        let from = problems.len();
        each_problem(order, now, |kind, since| {
            // Two late parcels of an order are one thing to set right.
            if !problems.iter().skip(from).any(|known| known.kind == kind) {
                problems.push(OpenProblem { kind, order_id: order.id.clone(), since });
                let since = since.map_or_else(String::new, |since| format!(" since {since}"));
                notes.add("open_problems", || format!("{}: {}{since}", Named(order), kind.as_str()));
            }
        });
    }
    problems
}

fn each_problem(order: &Order, now: Timestamp, mut found: impl FnMut(ProblemKind, Option<Timestamp>)) {
    let lately = |at: Option<Timestamp>| at.is_none_or(|at| now.seconds() - at.seconds() <= SETTLED);
    if order.status == OrderStatus::Pending && lately(order.placed_at) {
        found(ProblemKind::UnpaidOrder, order.placed_at);
    }
    if !matches!(order.status, OrderStatus::Cancelled | OrderStatus::Refunded | OrderStatus::Delivered) {
        for parcel in &order.fulfillments {
            match parcel.status {
                FulfillmentStatus::Failed => found(ProblemKind::FailedDelivery, parcel.expected_at),
                _ if is_late(parcel, now) => found(ProblemKind::LateParcel, parcel.expected_at),
                _ => {}
            }
        }
    }
    for back in &order.returns {
        match back.status {
            ReturnStatus::Requested | ReturnStatus::Approved => found(ProblemKind::OpenReturn, back.at),
            ReturnStatus::Declined if lately(back.at) => found(ProblemKind::DeclinedReturn, back.at),
            ReturnStatus::Received | ReturnStatus::Declined => {}
        }
    }
    for refund in &order.refunds {
        match refund.status {
            RefundStatus::Requested | RefundStatus::Processing => found(ProblemKind::OpenRefund, refund.at),
            RefundStatus::Declined if lately(refund.at) => found(ProblemKind::DeclinedRefund, refund.at),
            RefundStatus::Completed | RefundStatus::Declined => {}
        }
    }
}

fn is_late(parcel: &Fulfillment, now: Timestamp) -> bool {
    use FulfillmentStatus::{InTransit, OutForDelivery, Pending};
    matches!(parcel.status, Pending | InTransit | OutForDelivery) && parcel.expected_at.is_some_and(|at| at < now)
}

/// `order AF-1001`, by the number that the customer sees.
struct Named<'a>(&'a Order);

impl fmt::Display for Named<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "order {}", self.0.number.as_ref().unwrap_or(&self.0.id))
    }
}

struct Amount<'a>(&'a Money);

impl fmt::Display for Amount<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.0.amount, self.0.currency)
    }
}

/// `1 order`, `2 orders`.
pub(super) fn counted(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
