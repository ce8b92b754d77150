//! Shopify's webhooks: topics and bodies as its REST resources have them.
//! <https://shopify.dev/docs/api/webhooks> and <https://shopify.dev/docs/api/admin-rest>, read in 2026-11.

mod customer;
mod order;

pub(super) use order::word;

use cuecard_model::{Dated, Fields, Fulfillment, FulfillmentStatus, News, OrderNews, Return, ReturnStatus, Timestamp};
use serde_json::Value as Json;

use super::{
    Delivery, Privacy, Told, concerns, profile,
    read::{At, Wrong},
};

/// What a delivery says.
pub fn map(delivery: &Delivery<'_>, body: &Json) -> Result<Told, Wrong> {
    let at = At::top(body).object()?;
    let kind = match delivery.topic {
        "orders/create" => "order.created",
        "orders/paid" => "order.paid",
        "orders/cancelled" => "order.cancelled",
        "orders/updated" | "orders/edited" | "orders/fulfilled" | "orders/partially_fulfilled" => "order.updated",
        "fulfillments/create" => return one(parcel(delivery, &at, "fulfillment.created")),
        "fulfillments/update" => return one(parcel(delivery, &at, "fulfillment.updated")),
        "fulfillment_events/create" => return one(parcel_event(delivery, &at)),
        "refunds/create" => return one(order::refunded(delivery, &at)),
        "order_transactions/create" => return order::transaction(delivery, &at),
        "checkouts/create" => return one(order::checkout(delivery, &at, "checkout.started")),
        "checkouts/update" => return one(order::checkout(delivery, &at, "checkout.updated")),
        "carts/create" | "carts/update" => return one(order::cart(delivery, &at)),
        "products/create" | "products/update" => return one(product(delivery, &at)),
        "inventory_levels/update" => return one(inventory(delivery, &at)),
        "customers/create" => return one(customer::changed(delivery, &at, "customer.created")),
        "customers/update" | "customers/enable" | "customers/disable" => {
            return one(customer::changed(delivery, &at, "customer.updated"));
        }
        "customers_email_marketing_consent/update" | "customers_marketing_consent/update" => {
            return one(customer::consented(delivery, &at));
        }
        "customers/data_request" => return Ok(Told::Privacy(Privacy::Data(customer::asked(delivery, &at)?))),
        "customers/redact" => return Ok(Told::Privacy(Privacy::Forget(customer::asked(delivery, &at)?))),
        "shop/redact" => return Ok(Told::Privacy(Privacy::ForgetShop)),
        topic => {
            return match topic.split_once('/') {
                Some(("returns", step)) => returned(delivery, &at, step),
                Some(("subscription_contracts" | "subscription_billing_attempts", step)) => {
                    subscription(delivery, &at, step)
                }
                _ => Ok(Told::Unknown),
            };
        }
    };
    one(order::changed(delivery, &at, kind))
}

fn one(news: Result<News, Wrong>) -> Result<Told, Wrong> {
    news.map(|news| Told::News(vec![news]))
}

/// The moment of the last change, or that of the delivery.
fn changed_at(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Timestamp, Wrong> {
    for name in ["updated_at", "processed_at", "created_at"] {
        if let Some(moment) = at.time(name)? {
            return Ok(moment);
        }
    }
    Ok(delivery.at)
}

fn parcel(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let order = delivery.id(at.need_id("order_id")?);
    let moment = changed_at(delivery, at)?;
    let parcel = order::fulfillment(delivery, at)?;
    let mut ours = parcel_fields(&order, &parcel);
    // "#1001.1" is the first parcel of order #1001.
    if let Some((number, _)) = at.text("name")?.and_then(|name| name.rsplit_once('.')) {
        ours.insert("order_number".into(), number.into());
    }
    let mut news = delivery.news(kind, moment, at.json(), ours);
    news.orders = vec![OrderNews {
        id: order.clone(),
        fulfillments: vec![Dated { at: moment, value: parcel }],
        ..OrderNews::default()
    }];
    news.order = Some(order);
    Ok(news)
}

fn parcel_fields(order: &str, parcel: &Fulfillment) -> Fields {
    let mut ours = Fields::new();
    ours.insert("order_id".into(), order.into());
    ours.insert("fulfillment_id".into(), parcel.id.as_str().into());
    ours.insert("status".into(), order::word(&parcel.status).into());
    let texts = [
        ("carrier", &parcel.carrier),
        ("tracking_number", &parcel.tracking_number),
        ("tracking_url", &parcel.tracking_url),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            ours.insert(name.into(), text.as_str().into());
        }
    }
    if let Some(expected) = parcel.expected_at {
        ours.insert("expected_at".into(), (expected.seconds() as f64).into());
    }
    ours
}

/// What the carrier says: `delivery.in_transit`, `delivery.delivered`, ...
fn parcel_event(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let order = delivery.id(at.need_id("order_id")?);
    let moment = at.time("happened_at")?.or(at.time("created_at")?).unwrap_or(delivery.at);
    let said = at.text("status")?.ok_or_else(|| at.get("status").wrong("there, and must be"))?;
    let status = order::shipment(said).unwrap_or(FulfillmentStatus::Pending);
    let value = Fulfillment {
        id: at.need_id("fulfillment_id")?,
        status,
        carrier: None,
        tracking_number: None,
        tracking_url: None,
        shipped_at: (said == "in_transit").then_some(moment),
        expected_at: at.time("estimated_delivery_at")?,
        delivered_at: (status == FulfillmentStatus::Delivered).then_some(moment),
    };
    let step = if said == "failure" { "failed" } else { said };
    let mut news = delivery.news(&format!("delivery.{step}"), moment, at.json(), parcel_fields(&order, &value));
    let fulfillments = vec![Dated { at: moment, value }];
    news.orders = vec![OrderNews { id: order.clone(), fulfillments, ..OrderNews::default() }];
    news.order = Some(order);
    Ok(news)
}

fn returned(delivery: &Delivery<'_>, at: &At<'_>, step: &str) -> Result<Told, Wrong> {
    let (kind, status) = match step {
        "request" => ("return.requested", ReturnStatus::Requested),
        "approve" | "reopen" => ("return.approved", ReturnStatus::Approved),
        "close" => ("return.received", ReturnStatus::Received),
        "decline" | "cancel" => ("return.declined", ReturnStatus::Declined),
        _ => return Ok(Told::Unknown),
    };
    let id = at.need_id("id")?;
    let place = at.get("order").object()?;
    let order = delivery.id(place.need_id("id")?);
    let moment = changed_at(delivery, at)?;
    let ours = [("return_id", &id), ("order_id", &order)];
    let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value.as_str().into())).collect();
    let mut news = delivery.news(kind, moment, at.json(), ours);
    let returns = vec![Dated { at: moment, value: Return { id, status, at: Some(moment) } }];
    news.orders = vec![OrderNews { id: order.clone(), returns, ..OrderNews::default() }];
    news.order = Some(order);
    one(Ok(news))
}

fn subscription(delivery: &Delivery<'_>, at: &At<'_>, step: &str) -> Result<Told, Wrong> {
    let kind = match step {
        "create" => "subscription.created",
        "update" => "subscription.updated",
        "success" => "subscription.renewed",
        "failure" | "challenged" => "subscription.payment_failed",
        _ => return Ok(Told::Unknown),
    };
    let contract = at.id("subscription_contract_id")?.or(at.id("id")?);
    let ours = contract.map(|id| ("subscription_id".to_owned(), id.into())).into_iter().collect();
    let mut news = delivery.news(kind, changed_at(delivery, at)?, at.json(), ours);
    let customer = at.id("customer_id")?;
    concerns(&mut news, delivery, customer.as_deref(), Vec::new());
    if news.customer.is_none() {
        news.order = at.id("origin_order_id")?.or(at.id("order_id")?).map(|id| delivery.id(id));
    }
    one(Ok(news))
}

/// A product's lowest price and what is left of all variants.
fn product(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let mut ours = Fields::new();
    ours.insert("product_id".into(), at.need_id("id")?.into());
    if let Some(title) = at.text("title")? {
        ours.insert("title".into(), title.into());
    }
    let (mut lowest, mut stock) = (None::<f64>, None::<f64>);
    for variant in at.list("variants")? {
        if let Some(price) = variant.number("price")?.filter(|price| lowest.is_none_or(|lowest| *price < lowest)) {
            lowest = Some(price);
        }
        if let Some(left) = variant.number("inventory_quantity")? {
            stock = Some(stock.unwrap_or(0.0) + left);
        }
    }
    if let Some(price) = lowest {
        // Shopify names no currency here, so it is no money.
        ours.insert("price_amount".into(), price.into());
    }
    if let Some(stock) = stock {
        ours.insert("stock".into(), stock.into());
        ours.insert("in_stock".into(), (stock > 0.0).into());
    }
    Ok(delivery.news("product.updated", changed_at(delivery, at)?, at.json(), ours))
}

fn inventory(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let mut ours = Fields::new();
    ours.insert("inventory_item_id".into(), at.need_id("inventory_item_id")?.into());
    if let Some(left) = at.number("available")? {
        ours.insert("stock".into(), left.into());
        ours.insert("in_stock".into(), (left > 0.0).into());
    }
    Ok(delivery.news("product.updated", changed_at(delivery, at)?, at.json(), ours))
}

/// Who it is, and what is said of them: from the customer that stands in an order or checkout, or from its address.
fn whose(news: &mut News, delivery: &Delivery<'_>, at: &At<'_>, moment: Timestamp) -> Result<(), Wrong> {
    match at.part("customer")? {
        Some(said) => {
            let (id, names) = (said.id("id")?, customer::names(&said)?);
            concerns(news, delivery, id.as_deref(), names);
            let mut value = customer::profile_of(&said)?;
            value.locale = value.locale.or(at.first(&["customer_locale"])?);
            news.consents = customer::consents(delivery, &said)?;
            profile(news, said.time("updated_at")?.unwrap_or(moment), value);
        }
        None => {
            let names = customer::contact(at)?;
            concerns(news, delivery, None, names);
            let value = customer::of_address(at)?;
            profile(news, moment, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
