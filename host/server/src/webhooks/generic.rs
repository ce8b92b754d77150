//! Our own shape, for shops that have no mapper: the events of `POST /v1/events`, signed. And the parts of an event
//! that change profiles and orders, wherever an event in our shape comes from.

use cuecard_model::{
    Claim, ConsentPurpose, ConsentRecord, Customer, CustomerId, Dated, Event, Fields, Fulfillment, IdentityKind, Item,
    Money, News, Order, OrderNews, PersonName, Refund, Return, Timestamp, flatten,
};
use serde_json::{Map, Value as Json};

use super::{
    Delivery, Told,
    read::{At, Wrong},
};

/// The parts of an event that say more than that something happened.
const PARTS: [&str; 5] = ["customer", "order", "fulfillment", "refund", "return"];
/// Events in one body.
const EVENTS: usize = 1000;
/// Fields of one event.
const FIELDS: usize = 1000;

/// One event or a list.
pub fn map(delivery: &Delivery<'_>, body: &Json) -> Result<Told, Wrong> {
    let top = At::top(body);
    let events = match body {
        Json::Array(_) => At::items(&top)?,
        _ => vec![top.clone().object()?],
    };
    if events.len() > EVENTS {
        return Err(top.wrong("a list of at most 1,000 events"));
    }
    events.iter().map(|at| event(at, delivery.source)).collect::<Result<_, _>>().map(Told::News)
}

/// Reads one event with everything that it says.
pub fn event(at: &At<'_>, source: &str) -> Result<News, Wrong> {
    let text = |name: &str| at.text(name)?.ok_or_else(|| at.get(name).wrong("there, and must be"));
    let (id, kind) = (at.need_id("id")?, text("type")?.to_owned());
    let moment = at.time("at")?.ok_or_else(|| at.get("at").wrong("there, and must be"))?;
    let customer_id = at.id("customer_id")?.map(CustomerId::from);
    let mut fields = at.json().as_object().cloned().unwrap_or_default();
    ["id", "type", "at", "customer_id"].iter().for_each(|name| drop(fields.remove(*name)));
    let fields = content(fields).ok_or_else(|| at.wrong("an event of at most 1,000 fields, nested at most 16 deep"))?;
    let event = Event { id: id.into(), kind, at: moment, customer_id, fields };
    news(event, at, source)
}

/// The content of an event: what stands in `fields`, and whatever stands beside it. `None` if it is too much.
fn content(mut object: Map<String, Json>) -> Option<Fields> {
    if let Some(Json::Object(inner)) = object.get("fields").cloned() {
        object.remove("fields");
        object.extend(inner);
    }
    let (mut fields, complete) = flatten(Json::Object(object.clone()), FIELDS);
    crate::http::events::settle_moments(&mut fields);
    (complete || object.is_empty())
        .then_some(fields)
        .map(|fields| if object.is_empty() { Fields::new() } else { fields })
}

/// Whether an event in our shape changes more than what happened lately.
pub fn says_more(event: &Map<String, Json>) -> bool {
    PARTS.iter().any(|part| event.get(*part).is_some_and(Json::is_object))
}

/// An event in our shape with everything that its parts say.
pub fn news(event: Event, at: &At<'_>, source: &str) -> Result<News, Wrong> {
    let moment = event.at;
    let mut news = News {
        customer: event.customer_id.clone(),
        event: Some(event),
        at: moment,
        source: source.to_owned(),
        ..News::default()
    };
    if let Some(said) = at.part("customer")? {
        customer(&mut news, &said, moment)?;
    }
    if let Some(said) = at.part("order")? {
        news.orders.push(order(&said, moment)?);
    }
    parts(&mut news, at, moment)?;
    if news.customer.is_none() {
        news.order = news.orders.first().map(|order| order.id.clone()).or(at.id("order_id")?);
    }
    Ok(news)
}

/// Reads what is said of a customer, and by what they are known.
pub fn customer(news: &mut News, at: &At<'_>, moment: Timestamp) -> Result<(), Wrong> {
    if let Some(id) = at.id("id")? {
        news.customer = Some(id.into());
    }
    let Some(id) = news.customer.clone() else { return Ok(()) };
    news.claims.push(Claim::id(IdentityKind::Shop, "merchant", id.as_str()));
    let email = at.first(&["email"])?;
    let phone = at.text("phone")?.and_then(|text| Claim::phone(text, true));
    let verified = at.flag("email_verified")?;
    news.claims.extend(email.as_ref().and_then(|text| Claim::email(text, verified)));
    news.claims.extend(phone.clone());
    let mut value = Customer::unknown(id);
    if let Some(name) = at.part("name")? {
        let name = PersonName {
            given: name.first(&["given"])?,
            family: name.first(&["family"])?,
            title: name.first(&["title"])?,
        };
        value.name = (name != PersonName::default()).then_some(name);
    }
    value.locale = at.first(&["locale"])?;
    value.country = at.first(&["country"])?;
    value.region = at.first(&["region"])?;
    value.time_zone = at.first(&["time_zone"])?;
    (value.email, value.phone) = (email, phone.map(|claim| claim.value));
    if let Some(attributes) = at.part("attributes")? {
        value.attributes = flatten(attributes.json().clone(), FIELDS).0;
    }
    news.profile = Some(Dated { at: at.time("updated_at")?.unwrap_or(moment), value });
    for said in at.list("consents")? {
        let purpose = said.word("purpose", "service, marketing or marketing_at_night")?;
        let answer = said.word("answer", "granted or withdrawn")?;
        news.consents.push(ConsentRecord {
            customer: "".into(),
            purpose: purpose.unwrap_or(ConsentPurpose::Marketing),
            channel: said.text("channel")?.map(Into::into),
            answer: answer.ok_or_else(|| said.get("answer").wrong("there, and must be"))?,
            wording: said.text("wording")?.unwrap_or("unknown").into(),
            at: said.time("at")?.unwrap_or(moment),
            source: said.text("source")?.unwrap_or("merchant").into(),
        });
    }
    Ok(())
}

/// Reads an order with everything in it.
pub fn order(at: &At<'_>, moment: Timestamp) -> Result<OrderNews, Wrong> {
    let id = at.need_id("id")?;
    let moment = at.time("updated_at")?.unwrap_or(moment);
    let item = |line: &At<'_>| {
        let id = line.id("id")?.or(line.id("sku")?).unwrap_or_default();
        let (title, variant) = (line.first(&["title"])?.unwrap_or_default(), line.first(&["variant"])?);
        Ok(Item { id, title, variant, quantity: line.count("quantity")?, price: money(line, "price")? })
    };
    let status = at.word("status", "an order's status, such as paid or shipped")?;
    let facts = status.map(|status| -> Result<_, Wrong> {
        Ok(Order {
            id: id.clone(),
            number: at.id("number")?,
            status,
            placed_at: at.time("placed_at")?,
            total: money(at, "total")?,
            items: at.list("items")?.iter().map(item).collect::<Result<_, _>>()?,
            fulfillments: Vec::new(),
            refunds: Vec::new(),
            returns: Vec::new(),
            attributes: at.part("attributes")?.map(|at| flatten(at.json().clone(), FIELDS).0).unwrap_or_default(),
        })
    });
    let mut news = OrderNews { id, ..OrderNews::default() };
    news.facts = facts.transpose()?.map(|value| Dated { at: moment, value });
    for said in at.list("fulfillments")? {
        news.fulfillments.push(fulfillment(&said, moment)?);
    }
    for said in at.list("refunds")? {
        news.refunds.push(refund(&said, moment)?);
    }
    for said in at.list("returns")? {
        news.returns.push(goods_back(&said, moment)?);
    }
    Ok(news)
}

/// Parts that are told alone, each with its `order_id`.
fn parts(news: &mut News, at: &At<'_>, moment: Timestamp) -> Result<(), Wrong> {
    let mut told = Vec::new();
    if let Some(said) = at.part("fulfillment")? {
        let fulfillments = vec![fulfillment(&said, moment)?];
        told.push((said, OrderNews { fulfillments, ..OrderNews::default() }));
    }
    if let Some(said) = at.part("refund")? {
        let refunds = vec![refund(&said, moment)?];
        told.push((said, OrderNews { refunds, ..OrderNews::default() }));
    }
    if let Some(said) = at.part("return")? {
        let returns = vec![goods_back(&said, moment)?];
        told.push((said, OrderNews { returns, ..OrderNews::default() }));
    }
    for (said, part) in told {
        let id = said.id("order_id")?.or(at.id("order_id")?).or(news.orders.first().map(|order| order.id.clone()));
        let id = id.ok_or_else(|| said.get("order_id").wrong("there, and must be"))?;
        news.orders.push(OrderNews { id, ..part });
    }
    Ok(())
}

fn fulfillment(at: &At<'_>, moment: Timestamp) -> Result<Dated<Fulfillment>, Wrong> {
    let status = at.word("status", "a parcel's status, such as in_transit or delivered")?;
    let value = Fulfillment {
        id: at.need_id("id")?,
        status: status.ok_or_else(|| at.get("status").wrong("there, and must be"))?,
        carrier: at.first(&["carrier"])?,
        tracking_number: at.id("tracking_number")?,
        tracking_url: at.first(&["tracking_url"])?,
        shipped_at: at.time("shipped_at")?,
        expected_at: at.time("expected_at")?,
        delivered_at: at.time("delivered_at")?,
    };
    Ok(Dated { at: at.time("updated_at")?.unwrap_or(moment), value })
}

fn refund(at: &At<'_>, moment: Timestamp) -> Result<Dated<Refund>, Wrong> {
    let status = at.word("status", "a refund's status: requested, processing, completed or declined")?;
    let status = status.ok_or_else(|| at.get("status").wrong("there, and must be"))?;
    let moment = at.time("updated_at")?.or(at.time("at")?).unwrap_or(moment);
    let value = Refund { id: at.need_id("id")?, status, amount: money(at, "amount")?, at: Some(moment) };
    Ok(Dated { at: moment, value })
}

fn goods_back(at: &At<'_>, moment: Timestamp) -> Result<Dated<Return>, Wrong> {
    let status = at.word("status", "a return's status: requested, approved, received or declined")?;
    let status = status.ok_or_else(|| at.get("status").wrong("there, and must be"))?;
    let moment = at.time("updated_at")?.or(at.time("at")?).unwrap_or(moment);
    Ok(Dated { at: moment, value: Return { id: at.need_id("id")?, status, at: Some(moment) } })
}

/// `{amount, currency}`.
fn money(at: &At<'_>, name: &str) -> Result<Option<Money>, Wrong> {
    let Some(said) = at.part(name)? else { return Ok(None) };
    let currency = said.text("currency")?.ok_or_else(|| said.get("currency").wrong("there, and must be"))?;
    said.money("amount", Some(currency))
}
