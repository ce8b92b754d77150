//! How news change a profile: a plain function, so that its rules can be read and tested in one place.
//!
//! Every part has the moment up to which it is true. Newer news go over what is known; older ones only fill gaps.

use std::collections::BTreeMap;

use cuecard_model::{
    Customer, Dated, Fulfillment, FulfillmentStatus, News, Order, OrderNews, OrderStatus, Refund, Return, Timestamp,
};

/// Orders that a profile keeps, newest first.
pub(crate) const ORDERS: usize = 100;

/// Up to when each part of a profile is true, in milliseconds.
pub(crate) type Versions = BTreeMap<String, i64>;

/// Takes news into a profile.
pub(crate) fn take(customer: &mut Customer, versions: &mut Versions, news: &News) {
    if let Some(Dated { at, value }) = &news.profile {
        let newer = advance(versions, "profile".to_owned(), *at);
        profile(customer, value, newer);
    }
    for order in &news.orders {
        take_order(customer, versions, order);
    }
    customer.orders.sort_by_key(|order| std::cmp::Reverse(order.placed_at));
    if customer.orders.len() > ORDERS {
        customer.orders.truncate(ORDERS);
        let kept: Vec<_> = customer.orders.iter().map(|order| order.id.clone()).collect();
        versions.retain(|key, _| key.split('/').nth(1).is_none_or(|id| kept.iter().any(|kept| kept == id)));
    }
}

/// Whether this is at least as new as what is known of the part; then it is what is known.
fn advance(versions: &mut Versions, part: String, at: Timestamp) -> bool {
    let known = versions.entry(part).or_insert(i64::MIN);
    let newer = at.millis() >= *known;
    *known = (*known).max(at.millis());
    newer
}

/// `given` goes over what is there if it is newer, else only into what is empty.
fn put<T: Clone>(there: &mut Option<T>, given: &Option<T>, newer: bool) {
    if given.is_some() && (newer || there.is_none()) {
        there.clone_from(given);
    }
}

fn profile(customer: &mut Customer, given: &Customer, newer: bool) {
    put(&mut customer.name, &given.name, newer);
    put(&mut customer.locale, &given.locale, newer);
    put(&mut customer.country, &given.country, newer);
    put(&mut customer.region, &given.region, newer);
    put(&mut customer.time_zone, &given.time_zone, newer);
    put(&mut customer.email, &given.email, newer);
    put(&mut customer.phone, &given.phone, newer);
    for (name, value) in &given.attributes {
        if newer || !customer.attributes.contains_key(name) {
            customer.attributes.insert(name.clone(), value.clone());
        }
    }
}

fn take_order(customer: &mut Customer, versions: &mut Versions, news: &OrderNews) {
    let id = &news.id;
    let order = match customer.orders.iter().position(|order| order.id == *id) {
        Some(place) => customer.orders.get_mut(place),
        None => {
            customer.orders.push(unknown(id));
            customer.orders.last_mut()
        }
    };
    let Some(order) = order else { return };
    if let Some(Dated { at, value }) = &news.facts {
        // An order that only its parcels have told of so far has no facts yet.
        let first = !versions.contains_key(&format!("order/{id}"));
        let newer = advance(versions, format!("order/{id}"), *at);
        facts(order, value, newer || first);
    }
    for Dated { at, value } in &news.fulfillments {
        let newer = advance(versions, format!("fulfillment/{id}/{}", value.id), *at);
        if let Some(known) = find(&mut order.fulfillments, value, |fulfillment| &fulfillment.id) {
            fulfillment(known, value, newer);
        }
    }
    for Dated { at, value } in &news.refunds {
        let newer = advance(versions, format!("refund/{id}/{}", value.id), *at);
        if let (Some(known), true) = (find(&mut order.refunds, value, |refund: &Refund| &refund.id), newer) {
            let amount = value.amount.clone().or_else(|| known.amount.clone());
            *known = Refund { amount, ..value.clone() };
        }
    }
    for Dated { at, value } in &news.returns {
        let newer = advance(versions, format!("return/{id}/{}", value.id), *at);
        if let (Some(known), true) = (find(&mut order.returns, value, |back: &Return| &back.id), newer) {
            *known = value.clone();
        }
    }
    let arrived = |fulfillment: &Fulfillment| fulfillment.status == FulfillmentStatus::Delivered;
    if order.status == OrderStatus::Shipped && !order.fulfillments.is_empty() && order.fulfillments.iter().all(arrived)
    {
        order.status = OrderStatus::Delivered;
    }
}

fn unknown(id: &str) -> Order {
    Order {
        id: id.to_owned(),
        number: None,
        status: OrderStatus::Processing,
        placed_at: None,
        total: None,
        items: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Default::default(),
    }
}

fn facts(order: &mut Order, given: &Order, newer: bool) {
    put(&mut order.number, &given.number, newer);
    put(&mut order.placed_at, &given.placed_at, newer);
    put(&mut order.total, &given.total, newer);
    if newer {
        // What says only that it has left does not take back that it has arrived.
        if !(order.status == OrderStatus::Delivered && given.status == OrderStatus::Shipped) {
            order.status = given.status;
        }
        if !given.items.is_empty() {
            order.items.clone_from(&given.items);
        }
    }
    for (name, value) in &given.attributes {
        if newer || !order.attributes.contains_key(name) {
            order.attributes.insert(name.clone(), value.clone());
        }
    }
}

/// The part with the same id; put there as it is if it is new.
fn find<'a, T: Clone>(parts: &'a mut Vec<T>, given: &T, id: impl Fn(&T) -> &String) -> Option<&'a mut T> {
    let place = parts.iter().position(|part| id(part) == id(given)).unwrap_or_else(|| {
        parts.push(given.clone());
        parts.len() - 1
    });
    parts.get_mut(place)
}

fn fulfillment(known: &mut Fulfillment, given: &Fulfillment, newer: bool) {
    put(&mut known.carrier, &given.carrier, newer);
    put(&mut known.tracking_number, &given.tracking_number, newer);
    put(&mut known.tracking_url, &given.tracking_url, newer);
    put(&mut known.shipped_at, &given.shipped_at, newer);
    put(&mut known.expected_at, &given.expected_at, newer);
    put(&mut known.delivered_at, &given.delivered_at, newer);
    use FulfillmentStatus::{Delivered, InTransit, OutForDelivery, Pending};
    // What arrived is not on its way again: such news repeat an older state.
    let back = known.status == Delivered && matches!(given.status, Pending | InTransit | OutForDelivery);
    if newer && !back {
        known.status = given.status;
    }
}

/// Two profiles of one customer: what the one that stays does not say, the other fills in.
pub(crate) fn join(into: &mut Customer, versions: &mut Versions, other: &Customer, others: &Versions) {
    profile(into, other, false);
    let known = |id: &str, into: &Customer| into.orders.iter().any(|order| order.id == id);
    let new: Vec<_> = other.orders.iter().filter(|order| !known(&order.id, into)).cloned().collect();
    into.orders.extend(new);
    into.orders.sort_by_key(|order| std::cmp::Reverse(order.placed_at));
    into.orders.truncate(ORDERS);
    for (part, at) in others.iter().filter(|(part, _)| *part != "profile") {
        versions.entry(part.clone()).or_insert(*at);
    }
}

/// Takes two profiles apart again: the other has its orders as they are now, and what was only the other's goes.
/// `mine` says whether an order came under the other's id since.
pub(crate) fn part(into: &mut Customer, other: &mut Customer, before: Option<&Customer>, mine: impl Fn(&str) -> bool) {
    let theirs: Vec<_> = other.orders.iter().map(|order| order.id.clone()).collect();
    let had = |id: &str| before.is_some_and(|before| before.orders.iter().any(|order| order.id == id));
    let goes = |order: &Order| (theirs.contains(&order.id) && !had(&order.id)) || mine(&order.id);
    let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut into.orders).into_iter().partition(goes);
    into.orders = kept;
    other.orders.retain(|order| !gone.iter().any(|gone| gone.id == order.id));
    other.orders.extend(gone);
    other.orders.sort_by_key(|order| std::cmp::Reverse(order.placed_at));
    let empty = Customer::unknown(into.id.clone());
    let before = before.unwrap_or(&empty);
    macro_rules! apart {
        ($($field:ident),+) => {$(
            if into.$field == other.$field && before.$field.is_none() {
                into.$field = None;
            }
        )+};
    }
    apart!(name, locale, country, region, time_zone, email, phone);
    into.attributes
        .retain(|name, value| other.attributes.get(name) != Some(value) || before.attributes.contains_key(name));
}

#[cfg(test)]
#[path = "news/tests.rs"]
mod tests;
