//! `POST /v1/events`: shop events in. They are kept at once and decided on aside.

use std::{collections::HashSet, fmt, sync::Arc};

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use cuecard_engine::{Batch, Outcome, Receipt, Write};
use cuecard_model::{CustomerId, Event, EventId, Fields, News, Timestamp, Value, flatten};
use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Map, Value as Json, json};

use super::{
    Problem,
    guard::Caller,
    json::{Json as Body, check_id, from_value, reply},
};
use crate::{
    app::App,
    webhooks::{generic, read::At},
};

/// Events in one request.
const EVENTS: usize = 1000;
/// Fields of one event.
const FIELDS: usize = 1000;

/// One event or a list of them.
pub(crate) struct Events(Vec<Map<String, Json>>);

/// By hand, because `untagged` would keep the whole body aside before it reads it.
impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Events;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an event, or a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Events, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Events)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Events, A::Error> {
        Map::deserialize(MapAccessDeserializer::new(map)).map(|one| Events(vec![one]))
    }
}

/// What every event has; the rest is its content.
#[derive(Debug, Deserialize)]
struct Head {
    id: EventId,
    #[serde(rename = "type")]
    kind: String,
    at: Timestamp,
    #[serde(default)]
    customer_id: Option<CustomerId>,
}

pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(Events(raw)): Body<Events>,
) -> Result<Response, Problem> {
    if raw.len() > EVENTS {
        return Err(Problem::bad_request(format!("{} events, at most {EVENTS} are taken at once", raw.len()))
            .hint("send them in several requests"));
    }
    let mut ids = Vec::with_capacity(raw.len());
    let mut writes = Vec::with_capacity(raw.len());
    for (place, event) in raw.into_iter().enumerate() {
        let parts = generic::says_more(&event).then(|| Json::Object(event.clone()));
        let event = read(place, event)?;
        ids.push(event.id.clone());
        writes.push(match parts {
            None => Write::Event(event),
            Some(parts) => Write::News(Box::new(said(place, event, &parts)?)),
        });
    }
    let outcomes = match app.engine.commit(Batch::new(caller.merchant, writes)).await? {
        Receipt::Kept(outcomes) => outcomes,
        // Events have no precondition, so no batch of events is refused.
        Receipt::Duplicate(_) | Receipt::Refused(_) => Vec::new(),
    };
    app.events.notify_waiters();
    let mut seen = HashSet::new();
    let receipts: Vec<_> = ids
        .iter()
        .zip(outcomes)
        .map(|(id, outcome)| {
            let new = outcome == Outcome::Done && seen.insert(id);
            json!({"id": id, "outcome": if new { "accepted" } else { "duplicate" }})
        })
        .collect();
    Ok(reply(StatusCode::ACCEPTED, &json!({ "events": receipts })))
}

/// An event as it comes from outside; `place` tells which of a list.
pub(crate) fn read(place: usize, mut event: Map<String, Json>) -> Result<Event, Problem> {
    let mut head = Map::new();
    for name in ["id", "type", "at", "customer_id"] {
        if let Some(value) = event.remove(name) {
            head.insert(name.to_owned(), value);
        }
    }
    let Head { id, kind, at, customer_id } =
        from_value(Json::Object(head)).map_err(|problem| problem.field(format!("[{place}]")))?;
    check_id("id", id.as_str())?;
    check_id("type", &kind)?;
    if let Some(customer) = &customer_id {
        check_id("customer_id", customer.as_str())?;
    }
    let fields = content(event).map_err(|reason| Problem::bad_request(reason).field(format!("[{place}]")))?;
    Ok(Event { id, kind, at, customer_id, fields })
}

/// What an event's parts say beside it, if it has any.
fn said(place: usize, event: Event, parts: &Json) -> Result<News, Problem> {
    generic::news(event, &At::top(parts), "merchant").map_err(|wrong| {
        Problem::bad_request(wrong.to_string())
            .field(format!("[{place}].{}", wrong.field))
            .hint("docs/shops.md says what the parts of an event are")
    })
}

/// The content of an event or an item: what stands in `fields`, and whatever else stands beside it.
pub(crate) fn content(mut object: Map<String, Json>) -> Result<Fields, String> {
    match object.remove("fields") {
        Some(Json::Object(inner)) => object.extend(inner),
        Some(other) => drop(object.insert("fields".into(), other)),
        None => {}
    }
    if object.is_empty() {
        return Ok(Fields::new());
    }
    let (mut fields, complete) = flatten(Json::Object(object), FIELDS);
    settle_moments(&mut fields);
    complete.then_some(fields).ok_or_else(|| format!("more than {FIELDS} fields, or nested deeper than 16"))
}

/// Moments are RFC 3339 outside and seconds for plugins, which subtract: what is named like one and is one, becomes one.
pub(crate) fn settle_moments(fields: &mut Fields) {
    fields.iter_mut().for_each(|(name, value)| settle_moment(name, value));
}

fn settle_moment(name: &str, value: &mut Value) {
    let name = name.rsplit('.').next().unwrap_or(name);
    let is_named = name == "at" || name.ends_with("_at") || name.ends_with("_until");
    if let Value::Text(text) = value
        && is_named
        && let Ok(moment) = text.parse::<Timestamp>()
    {
        *value = Value::Number(moment.seconds() as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_become_seconds() {
        let object = json!({"expected_at": "2026-11-22T08:00:00Z", "parcel": {"due_at": "2026-11-22T09:00:00+01:00"},
            "offer_until": 1795334400, "happened_at": "soon", "title": "2026-11-22T08:00:00Z"});
        let Json::Object(object) = object else { return };
        let fields = content(object).unwrap_or_default();
        let number = |name: &str| fields.get(name) == Some(&Value::Number(1_795_334_400.0));
        assert!(number("expected_at") && number("parcel.due_at") && number("offer_until"), "{fields:?}");
        let text = |name: &str| matches!(fields.get(name), Some(Value::Text(_)));
        assert!(text("happened_at") && text("title"), "{fields:?}");
    }
}
