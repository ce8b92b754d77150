//! Shopify's orders, checkouts, carts, parcels and refunds.

use cuecard_model::{
    Dated, Fields, Fulfillment, FulfillmentStatus, Item, Money, News, Order, OrderNews, OrderStatus, Refund,
    RefundStatus,
};
use serde::Serialize;

use super::{
    super::{
        Delivery, Told,
        read::{At, Wrong},
    },
    changed_at, whose,
};

pub(super) fn changed(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let moment = changed_at(delivery, at)?;
    let told = read(delivery, at)?;
    let mut ours = Fields::new();
    if let Some(Dated { value, .. }) = &told.facts {
        ours.insert("order_id".into(), value.id.as_str().into());
        ours.insert("status".into(), word(&value.status).into());
        put(&mut ours, "order_number", value.number.as_deref());
        amount(&mut ours, "total", value.total.as_ref());
        bought(&mut ours, &value.items);
    }
    put(&mut ours, "cart_id", at.text("cart_token")?);
    put(&mut ours, "checkout_id", at.text("checkout_token")?);
    put(&mut ours, "reason", at.text("cancel_reason")?);
    let mut news = delivery.news(kind, moment, at.json(), ours);
    whose(&mut news, delivery, at, moment)?;
    news.orders = vec![told];
    Ok(news)
}

fn read(delivery: &Delivery<'_>, at: &At<'_>) -> Result<OrderNews, Wrong> {
    let id = delivery.id(at.need_id("id")?);
    let moment = changed_at(delivery, at)?;
    let currency = at.text("currency")?;
    let mut attributes = Fields::new();
    for name in ["financial_status", "fulfillment_status", "cancel_reason", "tags", "note"] {
        put(&mut attributes, name, at.text(name)?);
    }
    let order = Order {
        id: id.clone(),
        number: at.first(&["name"])?,
        status: status(at)?,
        placed_at: at.time("created_at")?,
        total: match at.money("current_total_price", currency)? {
            Some(total) => Some(total),
            None => at.money("total_price", currency)?,
        },
        items: items(at, currency)?,
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes,
    };
    let dated = |part: &At<'_>| Ok(Dated { at: changed_at(delivery, part)?, value: fulfillment(delivery, part)? });
    let fulfillments = at.list("fulfillments")?.iter().map(dated).collect::<Result<_, _>>()?;
    let refunds = at.list("refunds")?.iter().map(|part| refund(delivery, part, currency)).collect::<Result<_, _>>()?;
    Ok(OrderNews { id, facts: Some(Dated { at: moment, value: order }), fulfillments, refunds, returns: Vec::new() })
}

fn status(at: &At<'_>) -> Result<OrderStatus, Wrong> {
    if at.time("cancelled_at")?.is_some() {
        return Ok(OrderStatus::Cancelled);
    }
    let paid = at.text("financial_status")?.unwrap_or_default().to_lowercase();
    Ok(match (at.text("fulfillment_status")?.unwrap_or_default().to_lowercase().as_str(), paid.as_str()) {
        (_, "refunded") => OrderStatus::Refunded,
        (_, "voided") => OrderStatus::Cancelled,
        ("fulfilled", _) => OrderStatus::Shipped,
        ("partial", _) => OrderStatus::PartiallyShipped,
        (_, "paid" | "partially_refunded") => OrderStatus::Paid,
        _ => OrderStatus::Pending,
    })
}

fn items(at: &At<'_>, currency: Option<&str>) -> Result<Vec<Item>, Wrong> {
    let item = |line: &At<'_>| {
        let id = line.id("id")?.or(line.id("variant_id")?).or(line.id("product_id")?);
        Ok(Item {
            id: id.unwrap_or_default(),
            title: line.first(&["title", "name"])?.unwrap_or_default(),
            variant: line.first(&["variant_title"])?,
            quantity: line.count("quantity")?,
            price: line.money("price", currency)?,
        })
    };
    at.list("line_items")?.iter().map(item).collect()
}

pub(super) fn fulfillment(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Fulfillment, Wrong> {
    let said = at.text("shipment_status")?.and_then(shipment);
    let status = said.unwrap_or(match at.text("status")?.unwrap_or_default() {
        "success" => FulfillmentStatus::InTransit,
        "cancelled" | "error" | "failure" => FulfillmentStatus::Failed,
        _ => FulfillmentStatus::Pending,
    });
    let tracking = |name: &str, list: &str| -> Result<Option<String>, Wrong> {
        let first = at.get(list).json().get(0).and_then(|first| first.as_str()).map(str::to_owned);
        Ok(at.first(&[name])?.or(first))
    };
    let moment = changed_at(delivery, at)?;
    Ok(Fulfillment {
        id: at.need_id("id")?,
        status,
        carrier: at.first(&["tracking_company"])?,
        tracking_number: tracking("tracking_number", "tracking_numbers")?,
        tracking_url: tracking("tracking_url", "tracking_urls")?,
        shipped_at: if status == FulfillmentStatus::Pending { None } else { at.time("created_at")? },
        expected_at: at.time("estimated_delivery_at")?,
        delivered_at: (status == FulfillmentStatus::Delivered).then_some(moment),
    })
}

/// The carrier's word for where a parcel is.
pub(super) fn shipment(said: &str) -> Option<FulfillmentStatus> {
    Some(match said {
        "label_printed" | "label_purchased" | "confirmed" | "ready_for_pickup" => FulfillmentStatus::Pending,
        "in_transit" | "delayed" | "carrier_picked_up" => FulfillmentStatus::InTransit,
        "out_for_delivery" => FulfillmentStatus::OutForDelivery,
        "delivered" => FulfillmentStatus::Delivered,
        "failure" | "attempted_delivery" => FulfillmentStatus::Failed,
        _ => return None,
    })
}

fn refund(delivery: &Delivery<'_>, at: &At<'_>, currency: Option<&str>) -> Result<Dated<Refund>, Wrong> {
    let moment = changed_at(delivery, at)?;
    let (mut cents, mut amount, mut pending) = (0.0, None::<Money>, false);
    for part in at.list("transactions")? {
        if part.text("kind")?.is_some_and(|kind| kind != "refund") {
            continue;
        }
        let said = part.money("amount", part.text("currency")?.or(currency))?;
        if let Some(said) = said {
            cents += part.number("amount")?.unwrap_or_default() * 100.0;
            let more = amount.is_some();
            let total = Money { amount: format!("{:.2}", cents / 100.0), currency: said.currency.clone() };
            amount = Some(if more { total } else { said });
        }
        pending |= part.text("status")?.is_some_and(|status| status == "pending");
    }
    let status = if pending { RefundStatus::Processing } else { RefundStatus::Completed };
    Ok(Dated { at: moment, value: Refund { id: at.need_id("id")?, status, amount, at: Some(moment) } })
}

pub(super) fn refunded(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let order = delivery.id(at.need_id("order_id")?);
    let refund = refund(delivery, at, None)?;
    let mut ours = Fields::new();
    ours.insert("order_id".into(), order.as_str().into());
    ours.insert("refund_id".into(), refund.value.id.as_str().into());
    ours.insert("status".into(), word(&refund.value.status).into());
    amount(&mut ours, "amount", refund.value.amount.as_ref());
    put(&mut ours, "reason", at.text("note")?);
    let mut news = delivery.news("refund.created", refund.at, at.json(), ours);
    news.orders = vec![OrderNews { id: order.clone(), refunds: vec![refund], ..OrderNews::default() }];
    news.order = Some(order);
    Ok(news)
}

/// A payment that failed. One that went well is told by the order.
pub(super) fn transaction(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Told, Wrong> {
    let order = delivery.id(at.need_id("order_id")?);
    let failed = at.text("status")?.is_some_and(|status| matches!(status, "failure" | "error"));
    let pays = at.text("kind")?.is_some_and(|kind| matches!(kind, "sale" | "authorization" | "capture"));
    if !(failed && pays) {
        return Ok(Told::News(Vec::new()));
    }
    let mut ours = Fields::new();
    ours.insert("order_id".into(), order.as_str().into());
    amount(&mut ours, "amount", at.money("amount", at.text("currency")?)?.as_ref());
    put(&mut ours, "reason", at.first(&["error_code", "message"])?.as_deref());
    let mut news = delivery.news("payment.failed", changed_at(delivery, at)?, at.json(), ours);
    news.order = Some(order);
    Ok(Told::News(vec![news]))
}

pub(super) fn checkout(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let currency = at.first(&["presentment_currency", "currency"])?;
    let mut ours = Fields::new();
    let id = match at.id("token")? {
        Some(token) => token,
        None => at.need_id("id")?,
    };
    ours.insert("checkout_id".into(), id.as_str().into());
    ours.insert("cart_id".into(), at.text("cart_token")?.unwrap_or(&id).into());
    ours.insert("completed".into(), at.time("completed_at")?.is_some().into());
    amount(&mut ours, "total", at.money("total_price", currency.as_deref())?.as_ref());
    put(&mut ours, "recovery_url", at.text("abandoned_checkout_url")?);
    bought(&mut ours, &items(at, currency.as_deref())?);
    let moment = changed_at(delivery, at)?;
    let mut news = delivery.news(kind, moment, at.json(), ours);
    whose(&mut news, delivery, at, moment)?;
    Ok(news)
}

pub(super) fn cart(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let mut ours = Fields::new();
    let id = match at.id("token")? {
        Some(token) => token,
        None => at.need_id("id")?,
    };
    ours.insert("cart_id".into(), id.into());
    bought(&mut ours, &items(at, None)?);
    Ok(delivery.news("cart.updated", changed_at(delivery, at)?, at.json(), ours))
}

fn bought(ours: &mut Fields, items: &[Item]) {
    ours.insert("item_count".into(), items.iter().map(|item| f64::from(item.quantity)).sum::<f64>().into());
    put(ours, "item_title", items.first().map(|item| item.title.as_str()));
}

fn put(fields: &mut Fields, name: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        fields.insert(name.to_owned(), text.into());
    }
}

fn amount(fields: &mut Fields, name: &str, money: Option<&Money>) {
    if let Some(money) = money {
        fields.insert(name.to_owned(), money.clone().into());
    }
}

/// The word that our JSON has for a status.
pub(in crate::webhooks) fn word(status: &impl Serialize) -> String {
    serde_json::to_value(status).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
