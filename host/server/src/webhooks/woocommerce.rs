//! WooCommerce's webhooks: topics and bodies of its REST API, version 3.
//! <https://woocommerce.github.io/woocommerce-rest-api-docs>, read in 2026-11.

use cuecard_model::{
    Claim, Customer, Dated, Fields, Item, News, Order, OrderNews, OrderStatus, PersonName, Refund, RefundStatus,
    Timestamp,
};
use serde_json::Value as Json;

use super::{
    Delivery, Told, concerns, profile,
    read::{At, Wrong},
    shopify::word,
};

/// What a delivery says.
pub fn map(delivery: &Delivery<'_>, body: &Json) -> Result<Told, Wrong> {
    let at = At::top(body).object()?;
    let news = match delivery.topic {
        "order.created" | "order.updated" | "order.restored" => order(delivery, &at)?,
        "order.deleted" => {
            let order = delivery.id(at.need_id("id")?);
            let ours = Fields::from([("order_id".to_owned(), order.as_str().into())]);
            News { order: Some(order), ..delivery.news("order.cancelled", delivery.at, body, ours) }
        }
        "customer.created" | "customer.updated" => customer(delivery, &at)?,
        "product.created" | "product.updated" | "product.restored" => product(delivery, &at)?,
        _ => return Ok(Told::Unknown),
    };
    Ok(Told::News(vec![news]))
}

fn changed_at(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Timestamp, Wrong> {
    Ok(at.time("date_modified_gmt")?.or(at.time("date_created_gmt")?).unwrap_or(delivery.at))
}

fn order(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let (id, moment) = (delivery.id(at.need_id("id")?), changed_at(delivery, at)?);
    let currency = at.text("currency")?;
    let said = at.text("status")?.unwrap_or_default();
    let kind = match (said, delivery.topic) {
        ("failed", _) => "payment.failed",
        ("cancelled", _) => "order.cancelled",
        ("refunded", _) => "refund.created",
        (_, "order.created") => "order.created",
        _ => "order.updated",
    };
    let item = |line: &At<'_>| {
        Ok(Item {
            id: line.id("id")?.unwrap_or_default(),
            title: line.first(&["name"])?.unwrap_or_default(),
            variant: line.id("variation_id")?,
            quantity: line.count("quantity")?,
            price: line.money("price", currency)?,
        })
    };
    let value = Order {
        id: id.clone(),
        number: at.id("number")?,
        status: match said {
            "processing" => OrderStatus::Paid,
            "completed" => OrderStatus::Shipped,
            "cancelled" | "trash" => OrderStatus::Cancelled,
            "refunded" => OrderStatus::Refunded,
            _ => OrderStatus::Pending,
        },
        placed_at: at.time("date_created_gmt")?,
        total: at.money("total", currency)?,
        items: at.list("line_items")?.iter().map(item).collect::<Result<_, _>>()?,
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Fields::from([("woocommerce_status".to_owned(), said.into())]),
    };
    let mut ours = Fields::new();
    ours.insert("order_id".into(), id.as_str().into());
    ours.insert("status".into(), word(&value.status).into());
    ours.insert("item_count".into(), value.items.iter().map(|item| f64::from(item.quantity)).sum::<f64>().into());
    for (name, text) in [("order_number", value.number.clone()), ("cart_id", at.first(&["cart_hash"])?)] {
        ours.extend(text.map(|text| (name.to_owned(), text.into())));
    }
    ours.extend(value.total.clone().map(|total| ("total".to_owned(), total.into())));
    let refund = |said: &At<'_>| {
        // WooCommerce writes what went back as a negative amount.
        let amount = said.money("total", currency)?.map(|mut money| {
            money.amount = money.amount.trim_start_matches('-').to_owned();
            money
        });
        let value = Refund { id: said.need_id("id")?, status: RefundStatus::Completed, amount, at: None };
        Ok(Dated { at: moment, value })
    };
    let refunds = at.list("refunds")?.iter().map(refund).collect::<Result<_, _>>()?;
    let mut news = delivery.news(kind, moment, at.json(), ours);
    whose(&mut news, delivery, at, at.id("customer_id")?, moment)?;
    news.orders = vec![OrderNews { id, facts: Some(Dated { at: moment, value }), refunds, ..OrderNews::default() }];
    Ok(news)
}

/// The buyer. WooCommerce makes sure of no address, so none links by itself; a number does.
fn whose(
    news: &mut News,
    delivery: &Delivery<'_>,
    at: &At<'_>,
    id: Option<String>,
    moment: Timestamp,
) -> Result<(), Wrong> {
    let Some(billing) = at.part("billing")? else {
        concerns(news, delivery, id.as_deref(), Vec::new());
        return Ok(());
    };
    let email = billing.text("email")?.and_then(|text| Claim::email(text, false));
    let phone = billing.text("phone")?.and_then(|text| Claim::phone(text, id.is_some()));
    concerns(news, delivery, id.as_deref(), email.iter().chain(&phone).cloned().collect());
    let mut value = person(&billing)?;
    value.email = billing.first(&["email"])?;
    value.phone = phone.map(|claim| claim.value);
    profile(news, moment, value);
    Ok(())
}

fn person(at: &At<'_>) -> Result<Customer, Wrong> {
    let mut value = Customer::unknown("".into());
    let (given, family) = (at.first(&["first_name"])?, at.first(&["last_name"])?);
    value.name = (given.is_some() || family.is_some()).then_some(PersonName { given, family, title: None });
    value.country = at.first(&["country"])?.filter(|code| code.len() == 2);
    value.region = at.first(&["state"])?.filter(|code| code.len() <= 3 && value.country.is_some());
    Ok(value)
}

fn customer(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let (id, moment) = (at.need_id("id")?, changed_at(delivery, at)?);
    let kind = if delivery.topic == "customer.created" { "customer.created" } else { "customer.updated" };
    let mut news = delivery.news(kind, moment, at.json(), Fields::new());
    whose(&mut news, delivery, at, Some(id), moment)?;
    let mut value = person(at)?;
    if let Some(Dated { value: billing, .. }) = news.profile.take() {
        value = Customer { name: value.name.or(billing.name), ..billing };
    }
    value.email = at.first(&["email"])?.or(value.email);
    profile(&mut news, moment, value);
    Ok(news)
}

fn product(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let mut ours = Fields::from([("product_id".to_owned(), at.need_id("id")?.into())]);
    ours.extend(at.first(&["name"])?.map(|title| ("title".to_owned(), title.into())));
    ours.extend(at.number("price")?.map(|price| ("price_amount".to_owned(), price.into())));
    let stock = at.number("stock_quantity")?;
    ours.extend(stock.map(|stock| ("stock".to_owned(), stock.into())));
    ours.extend(stock.map(|stock| ("in_stock".to_owned(), (stock > 0.0).into())));
    Ok(delivery.news("product.updated", changed_at(delivery, at)?, at.json(), ours))
}

#[cfg(test)]
mod tests;
