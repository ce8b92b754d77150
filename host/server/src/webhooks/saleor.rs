//! Saleor's webhooks: the event's name in the header; the body a list of objects with snake names, or what an app's
//! subscription asks for, in camel names. Both are read. <https://docs.saleor.io/developer/extending/webhooks>, read
//! in 2026-11.

use cuecard_model::{
    Claim, Customer, Dated, Fields, Fulfillment, FulfillmentStatus, Item, Money, News, Order, OrderNews, OrderStatus,
    PersonName, Timestamp,
};
use serde_json::Value as Json;

use super::{
    Delivery, Told, concerns, profile,
    read::{At, Wrong},
    shopify::word,
};

/// What a delivery says.
pub fn map(delivery: &Delivery<'_>, body: &Json) -> Result<Told, Wrong> {
    let top = At::top(body);
    let all = if body.is_array() { top.items()? } else { vec![top.object()?] };
    let topic = delivery.topic.to_lowercase();
    let mut news = Vec::new();
    for (place, at) in all.iter().enumerate() {
        let delivery = &Delivery { id: format!("{}/{place}", delivery.id), ..delivery.clone() };
        let under = |name: &str| at.part(name).map(|part| part.unwrap_or_else(|| at.clone()));
        news.push(match topic.as_str() {
            "order_created" => order(delivery, &under("order")?, "order.created")?,
            "order_paid" | "order_fully_paid" => order(delivery, &under("order")?, "order.paid")?,
            "order_cancelled" | "order_expired" => order(delivery, &under("order")?, "order.cancelled")?,
            "order_refunded" | "order_fully_refunded" => order(delivery, &under("order")?, "refund.created")?,
            "order_updated" | "order_confirmed" | "order_fulfilled" | "draft_order_created" => {
                order(delivery, &under("order")?, "order.updated")?
            }
            "fulfillment_created" => parcel(delivery, at, "fulfillment.created")?,
            "fulfillment_canceled" | "fulfillment_approved" | "fulfillment_tracking_number_updated" => {
                parcel(delivery, at, "fulfillment.updated")?
            }
            "checkout_created" => checkout(delivery, &under("checkout")?, "checkout.started")?,
            "checkout_updated" => checkout(delivery, &under("checkout")?, "checkout.updated")?,
            "customer_created" => customer(delivery, &under("user")?, "customer.created")?,
            "customer_updated" => customer(delivery, &under("user")?, "customer.updated")?,
            "product_updated" | "product_created" => product(delivery, &under("product")?)?,
            "product_variant_updated"
            | "product_variant_stock_updated"
            | "product_variant_back_in_stock"
            | "product_variant_out_of_stock" => product(delivery, &under("productVariant")?)?,
            _ => return Ok(Told::Unknown),
        });
    }
    Ok(Told::News(news))
}

/// A name with snakes, as a list's objects have it, or as a camel.
fn either<'n>(at: &At<'_>, snake: &'n str) -> std::borrow::Cow<'n, str> {
    if at.get(snake).is_absent() {
        let mut parts = snake.split('_');
        let mut camel = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let mut letters = part.chars();
            camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
            camel.push_str(letters.as_str());
        }
        camel.into()
    } else {
        snake.into()
    }
}

fn text(at: &At<'_>, name: &str) -> Result<Option<String>, Wrong> {
    at.first(&[&either(at, name)])
}

fn changed_at(delivery: &Delivery<'_>, at: &At<'_>) -> Result<Timestamp, Wrong> {
    for name in ["updated_at", "created_at", "created"] {
        if let Some(moment) = at.time(&either(at, name))? {
            return Ok(moment);
        }
    }
    Ok(delivery.at)
}

/// `total_gross_amount` with `currency`, or `total { gross { amount currency } }`.
fn gross(at: &At<'_>, name: &str, currency: Option<&str>) -> Result<Option<Money>, Wrong> {
    if let Some(money) = at.money(&format!("{name}_gross_amount"), currency)? {
        return Ok(Some(money));
    }
    let Some(taxed) = at.part(&either(at, name))? else { return Ok(None) };
    let gross = taxed.part("gross")?.unwrap_or(taxed);
    gross.money("amount", gross.text("currency")?.or(currency))
}

fn whose(news: &mut News, delivery: &Delivery<'_>, at: &At<'_>, moment: Timestamp) -> Result<(), Wrong> {
    let user = at.part("user")?;
    let typed = text(at, "user_email")?.or(text(at, "email")?);
    let id = user.as_ref().map(|user| user.id("id")).transpose()?.flatten();
    let mut value = Customer::unknown("".into());
    if let Some(user) = &user {
        value = person(user)?;
    }
    value.email = value.email.or(typed);
    value.locale = text(at, "language_code")?.or(text(at, "language_code_enum")?).map(locale);
    if let Some(address) = at.part(&either(at, "shipping_address"))? {
        place(&mut value, &address)?;
    }
    // Whether an address was confirmed is said of the account, never of what was typed at the checkout.
    let verified = user.as_ref().map(confirmed).transpose()?.unwrap_or(false);
    let names = value.email.as_deref().and_then(|text| Claim::email(text, verified)).into_iter().collect();
    concerns(news, delivery, id.as_deref(), names);
    profile(news, moment, value);
    Ok(())
}

fn confirmed(user: &At<'_>) -> Result<bool, Wrong> {
    user.flag(&either(user, "is_confirmed"))
}

fn locale(code: String) -> String {
    code.replace('_', "-")
}

fn person(user: &At<'_>) -> Result<Customer, Wrong> {
    let mut value = Customer::unknown("".into());
    let (given, family) = (text(user, "first_name")?, text(user, "last_name")?);
    value.name = (given.is_some() || family.is_some()).then_some(PersonName { given, family, title: None });
    value.email = text(user, "email")?;
    value.locale = text(user, "language_code")?.map(locale);
    if let Some(address) = user.part(&either(user, "default_shipping_address"))? {
        place(&mut value, &address)?;
    }
    Ok(value)
}

/// A country is a code, or an object with one.
fn place(value: &mut Customer, address: &At<'_>) -> Result<(), Wrong> {
    let country = address.get("country");
    value.country = if country.json().is_object() { country.first(&["code"])? } else { address.first(&["country"])? };
    Ok(())
}

fn order(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let (id, moment) = (delivery.id(at.need_id("id")?), changed_at(delivery, at)?);
    let currency = at.text("currency")?;
    let lines = at.list("lines")?;
    let said = text(at, "status")?.unwrap_or_default().to_lowercase().replace(' ', "_");
    let value = Order {
        id: id.clone(),
        number: at.id("number")?,
        status: match (said.as_str(), kind) {
            ("canceled" | "expired", _) | (_, "order.cancelled") => OrderStatus::Cancelled,
            ("returned", _) | (_, "refund.created") if delivery.topic.to_lowercase() == "order_fully_refunded" => {
                OrderStatus::Refunded
            }
            ("fulfilled", _) => OrderStatus::Shipped,
            ("partially_fulfilled", _) => OrderStatus::PartiallyShipped,
            _ if is_paid(at)? || kind == "order.paid" => OrderStatus::Paid,
            _ => OrderStatus::Pending,
        },
        placed_at: at.time(&either(at, "created_at"))?.or(at.time("created")?),
        total: gross(at, "total", currency)?,
        items: lines.iter().map(|line| item(line, currency)).collect::<Result<_, _>>()?,
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        returns: Vec::new(),
        attributes: Fields::from([("saleor_status".to_owned(), said.as_str().into())]),
    };
    let mut ours = Fields::new();
    ours.insert("order_id".into(), id.as_str().into());
    ours.insert("status".into(), word(&value.status).into());
    ours.insert("item_count".into(), value.items.iter().map(|item| f64::from(item.quantity)).sum::<f64>().into());
    ours.extend(value.number.clone().map(|number| ("order_number".to_owned(), number.into())));
    ours.extend(value.total.clone().map(|total| ("total".to_owned(), total.into())));
    let mut news = delivery.news(kind, moment, at.json(), ours);
    whose(&mut news, delivery, at, moment)?;
    let dated = |part: &At<'_>| Ok(Dated { at: moment, value: fulfillment(part)? });
    let fulfillments = at.list("fulfillments")?.iter().map(dated).collect::<Result<_, _>>()?;
    let facts = Some(Dated { at: moment, value });
    news.orders = vec![OrderNews { id, facts, fulfillments, ..OrderNews::default() }];
    Ok(news)
}

fn is_paid(at: &At<'_>) -> Result<bool, Wrong> {
    let charged = text(at, "payment_status")?.or(text(at, "charge_status")?).unwrap_or_default().to_lowercase();
    Ok(at.flag(&either(at, "is_paid"))? || matches!(charged.as_str(), "fully_charged" | "fully-charged" | "full"))
}

fn item(line: &At<'_>, currency: Option<&str>) -> Result<Item, Wrong> {
    Ok(Item {
        id: line.id("id")?.unwrap_or_default(),
        title: text(line, "product_name")?.unwrap_or_default(),
        variant: text(line, "variant_name")?,
        quantity: line.count("quantity")?,
        price: gross(line, "unit_price", currency)?,
    })
}

fn fulfillment(at: &At<'_>) -> Result<Fulfillment, Wrong> {
    let said = text(at, "status")?.unwrap_or_default().to_lowercase();
    Ok(Fulfillment {
        id: at.need_id("id")?,
        status: match said.as_str() {
            "fulfilled" => FulfillmentStatus::InTransit,
            "returned" | "refunded_and_returned" | "replaced" => FulfillmentStatus::Returned,
            "canceled" => FulfillmentStatus::Failed,
            _ => FulfillmentStatus::Pending,
        },
        carrier: None,
        tracking_number: text(at, "tracking_number")?,
        tracking_url: None,
        shipped_at: at.time("created")?,
        expected_at: None,
        delivered_at: None,
    })
}

fn parcel(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let said = at.part("fulfillment")?.unwrap_or_else(|| at.clone());
    let parcel = fulfillment(&said)?;
    let order = match at.part("order")? {
        Some(order) => Some(order),
        None => said.part("order")?,
    };
    let order = order.ok_or_else(|| at.get("order").wrong("there, and must be"))?;
    let (id, moment) = (delivery.id(order.need_id("id")?), changed_at(delivery, &said)?);
    let mut ours = Fields::new();
    ours.insert("order_id".into(), id.as_str().into());
    ours.insert("fulfillment_id".into(), parcel.id.as_str().into());
    ours.insert("status".into(), word(&parcel.status).into());
    ours.extend(parcel.tracking_number.clone().map(|number| ("tracking_number".to_owned(), number.into())));
    let mut news = delivery.news(kind, moment, at.json(), ours);
    let fulfillments = vec![Dated { at: moment, value: parcel }];
    news.orders = vec![OrderNews { id: id.clone(), fulfillments, ..OrderNews::default() }];
    news.order = Some(id);
    Ok(news)
}

fn checkout(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let (id, moment) = (at.id("token")?.or(at.id("id")?), changed_at(delivery, at)?);
    let id = id.ok_or_else(|| at.get("id").wrong("there, and must be"))?;
    let lines = at.list("lines")?;
    let count = lines.iter().map(|line| line.count("quantity").map(f64::from)).sum::<Result<f64, _>>()?;
    let mut ours = Fields::new();
    ours.insert("checkout_id".into(), id.as_str().into());
    ours.insert("cart_id".into(), id.as_str().into());
    ours.insert("item_count".into(), count.into());
    let total = gross(at, "total", at.text("currency")?)?.or(gross(at, "total_price", at.text("currency")?)?);
    ours.extend(total.map(|total| ("total".to_owned(), total.into())));
    let mut news = delivery.news(kind, moment, at.json(), ours);
    whose(&mut news, delivery, at, moment)?;
    Ok(news)
}

fn customer(delivery: &Delivery<'_>, at: &At<'_>, kind: &str) -> Result<News, Wrong> {
    let (id, moment) = (at.need_id("id")?, changed_at(delivery, at)?);
    let value = person(at)?;
    let verified = confirmed(at)?;
    let names = value.email.as_deref().and_then(|text| Claim::email(text, verified)).into_iter().collect();
    let mut news = delivery.news(kind, moment, at.json(), Fields::new());
    concerns(&mut news, delivery, Some(&id), names);
    profile(&mut news, moment, value);
    Ok(news)
}

fn product(delivery: &Delivery<'_>, at: &At<'_>) -> Result<News, Wrong> {
    let mut ours = Fields::from([("product_id".to_owned(), at.need_id("id")?.into())]);
    ours.extend(at.first(&["name"])?.map(|title| ("title".to_owned(), title.into())));
    let stock = at.number(&either(at, "stock_quantity"))?.or(at.number(&either(at, "quantity_available"))?);
    ours.extend(stock.map(|stock| ("stock".to_owned(), stock.into())));
    ours.extend(stock.map(|stock| ("in_stock".to_owned(), (stock > 0.0).into())));
    Ok(delivery.news("product.updated", changed_at(delivery, at)?, at.json(), ours))
}

#[cfg(test)]
mod tests;
