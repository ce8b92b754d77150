//! What a batch weighs, and whether it can be kept: checked on the caller's thread, before it queues.

use cuecard_model::{Customer, Fields, LiveItem, Value};

use super::cache::{weigh_customer, weigh_fields};
use crate::{Batch, Change, Error, KeysChange, OutreachRecord, Result, TurnRecord, Write};

/// The most text in one batch; far above what a turn or a customer has, far below what SQLite takes.
const BATCH: usize = 16 << 20;

/// About how many bytes a batch has; an error if it cannot be kept.
pub(super) fn check(batch: &Batch) -> Result<usize> {
    let bytes = batch.writes.iter().map(weigh).sum::<usize>();
    if bytes > BATCH {
        return Err(Error::TooLarge { what: "a batch", bytes, limit: BATCH });
    }
    batch.writes.iter().try_for_each(readable)?;
    Ok(bytes)
}

fn weigh(write: &Write) -> usize {
    let more = match write {
        Write::Message(record) => record.message.text.len(),
        Write::Turn(TurnRecord { message, reply, trace, input, .. }) => {
            let beside = [trace, input].into_iter().flatten();
            message.message.text.len() + reply.len() + beside.map(|text| text.len()).sum::<usize>()
        }
        Write::Feedback(feedback) => feedback.final_text.as_ref().map_or(0, String::len),
        Write::Proposal(record) => record.body.len(),
        Write::Customer(customer) => weigh_customer(customer),
        Write::Live(item) => weigh_fields(&item.fields),
        Write::PluginKeys { writes, .. } => {
            let values = writes.values().flatten();
            values.map(|value| if let Value::Text(text) = value { text.len() } else { 64 }).sum::<usize>()
        }
        Write::Event(event) => weigh_fields(&event.fields),
        Write::Judged(record) => record.body.len(),
        Write::Timer { timer, .. } => weigh_fields(&timer.fields),
        Write::Outreach(record) | Write::OutreachChange(record) => weigh_contact(record),
        Write::News(news) => {
            let event = news.event.as_ref().map_or(0, |event| weigh_fields(&event.fields));
            let profile = news.profile.as_ref().map_or(0, |profile| weigh_customer(&profile.value));
            event + profile + 1024 * news.orders.len()
        }
        Write::Errand(errand) | Write::ErrandChange(errand) => weigh_json(&errand.body),
        Write::Rewrite { text, .. } => text.len(),
        _ => 0,
    };
    more + 256
}

/// About how many bytes a change has.
pub(super) fn weigh_change(change: &Change) -> usize {
    let more = match change {
        Change::Keys(KeysChange::Copy { copies, .. }) => copies.iter().map(|copy| weigh_fields(&copy.keys) + 64).sum(),
        _ => 0,
    };
    more + 1024
}

/// Rough: text by its length, the rest by the piece.
fn weigh_json(json: &serde_json::Value) -> usize {
    use serde_json::Value::{Array, Object, String};
    match json {
        String(text) => text.len(),
        Array(items) => items.iter().map(weigh_json).sum(),
        Object(fields) => fields.iter().map(|(name, field)| name.len() + weigh_json(field)).sum(),
        _ => 8,
    }
}

/// Words and verdicts are bounded by what a plugin may answer and by the gate's rules: some kilobytes.
fn weigh_contact(record: &OutreachRecord) -> usize {
    const WORDS: usize = 16 << 10;
    let event = record.event.as_ref().map_or(0, |event| weigh_fields(&event.fields));
    weigh_fields(&record.outreach.arguments) + event + record.edited.as_ref().map_or(0, String::len) + WORDS
}

/// JSON has no word for infinity: such a number would be kept as null, and never be read again.
fn readable(write: &Write) -> Result<()> {
    match write {
        Write::Customer(Customer { attributes, orders, .. }) => {
            finite("a customer", attributes)?;
            orders.iter().try_for_each(|order| finite("an order", &order.attributes))
        }
        Write::Live(LiveItem { fields, .. }) => finite("live data", fields),
        Write::Event(event) => finite("an event", &event.fields),
        Write::Timer { timer, .. } => finite("a timer", &timer.fields),
        Write::Outreach(record) | Write::OutreachChange(record) => {
            finite("a contact", &record.outreach.arguments)?;
            record.event.as_ref().map_or(Ok(()), |event| finite("a contact's event", &event.fields))
        }
        Write::News(news) => {
            news.event.as_ref().map_or(Ok(()), |event| finite("an event", &event.fields))?;
            news.profile.as_ref().map_or(Ok(()), |profile| finite("a customer", &profile.value.attributes))?;
            let facts = news.orders.iter().filter_map(|order| order.facts.as_ref());
            facts.map(|facts| &facts.value).try_for_each(|order| finite("an order", &order.attributes))
        }
        Write::PluginKeys { writes, .. } => {
            let values = writes.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
            all_finite("a plugin's key", values)
        }
        _ => Ok(()),
    }
}

fn finite(what: &'static str, fields: &Fields) -> Result<()> {
    all_finite(what, fields.iter())
}

fn all_finite<'a>(what: &'static str, mut values: impl Iterator<Item = (&'a String, &'a Value)>) -> Result<()> {
    let broken = values.find(|(_, value)| matches!(value, Value::Number(number) if !number.is_finite()));
    broken.map_or(Ok(()), |(name, _)| Err(Error::Invalid { what, detail: format!("'{name}' is not a finite number") }))
}
