//! Receipts: what carriers and shops say became of a contact, as events of the types `delivery.*`.
//!
//! The contact is named by `outreach_id`, or by the carrier's own `reference`. A hard bounce and a complaint end the
//! channel for the customer.

use std::sync::Arc;

use cuecard_engine::{Engine, Error, OutreachId, OutreachRecord, OutreachState, Write};
use cuecard_model::{Event, MerchantId, Suppression, SuppressionCause, Timestamp, Value};

/// What can be said of a contact; a later word of the list stands against an earlier one.
const OUTCOMES: [&str; 4] = ["delivered", "replied", "bounced", "complained"];

/// What a receipt leads to: nothing, if it is none or its contact is not known.
pub async fn writes(
    engine: &dyn Engine,
    merchant: &MerchantId,
    event: &Event,
    now: Timestamp,
) -> Result<Vec<Write>, Error> {
    let said = event.kind.strip_prefix("delivery.").and_then(|said| rank(Some(said)));
    let Some(rank) = said else { return Ok(Vec::new()) };
    let found = match (text(event, "outreach_id"), text(event, "reference")) {
        (Some(id), _) => engine.contact(merchant, &OutreachId::new(id)).await?,
        (None, Some(reference)) => engine.contact_by_reference(merchant, reference).await?,
        (None, None) => None,
    };
    Ok(found.map_or_else(Vec::new, |record| after(record, rank, event, now)))
}

fn after(record: OutreachRecord, rank: usize, event: &Event, now: Timestamp) -> Vec<Write> {
    let Some(outcome) = OUTCOMES.get(rank) else { return Vec::new() };
    let cause = match *outcome {
        "bounced" if is_hard(event) => Some(SuppressionCause::Bounced),
        "complained" => Some(SuppressionCause::Complained),
        _ => None,
    };
    let mut writes = Vec::new();
    if let (Some(cause), Some(channel)) = (cause, &record.channel) {
        let suppression = Suppression { channel: Some(Arc::clone(channel)), cause, at: event.at };
        writes.push(Write::Suppression { subject: record.customer.as_str().into(), suppression });
    }
    if self::rank(record.outcome.as_deref()) < Some(rank) {
        // Whatever was said of it, it had been sent.
        let is_open = record.state == OutreachState::Unknown;
        let (state, due_at) = if is_open { (OutreachState::Sent, None) } else { (record.state, record.due_at) };
        let (reason, detail, by) = (record.reason.clone(), record.detail.clone(), record.by.clone());
        let next = record.next(state, if is_open { "sent" } else { &reason }, now);
        let outcome = Some((*outcome).to_owned());
        writes.push(Write::OutreachChange(OutreachRecord { outcome, due_at, detail, by, ..next }));
    }
    writes
}

fn rank(outcome: Option<&str>) -> Option<usize> {
    outcome.and_then(|outcome| OUTCOMES.iter().position(|known| *known == outcome))
}

/// A mailbox that is full for now is no reason to give it up.
fn is_hard(event: &Event) -> bool {
    !matches!(event.fields.get("permanent"), Some(Value::Flag(false))) && text(event, "bounce") != Some("soft")
}

fn text<'a>(event: &'a Event, name: &str) -> Option<&'a str> {
    match event.fields.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(kind: &str, fields: &[(&str, Value)]) -> Event {
        Event {
            id: "e".into(),
            kind: kind.into(),
            at: Timestamp::from_seconds(5),
            customer_id: None,
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }

    fn record(state: OutreachState, outcome: Option<&str>) -> OutreachRecord {
        let outreach = serde_json::from_str(r#"{"occurrence":"o","purpose":"service"}"#).unwrap();
        let (plugin, event) = (serde_json::from_str("\"p@1.0.0\"").unwrap(), receipt("cart.updated", &[]));
        let record =
            OutreachRecord::new(OutreachId::new("1"), plugin, "u".into(), outreach, event, Timestamp::default());
        OutreachRecord { state, outcome: outcome.map(str::to_owned), channel: Some("sms".into()), ..record }
    }

    #[test]
    fn receipts_change_what_they_should() {
        use OutreachState::{Sent, Unknown};
        let soft = [("permanent", Value::Flag(false))];
        for (state, before, kind, fields, outcome, suppressed) in [
            (Sent, None, "delivered", &[][..], Some("delivered"), false),
            (Sent, Some("delivered"), "bounced", &[], Some("bounced"), true),
            (Sent, Some("delivered"), "bounced", &soft, Some("bounced"), false),
            (Sent, Some("complained"), "delivered", &[], None, false),
            (Sent, Some("delivered"), "complained", &[], Some("complained"), true),
            (Unknown, None, "replied", &[], Some("replied"), false),
        ] {
            let event = receipt(&format!("delivery.{kind}"), fields);
            let writes = after(record(state, before), rank(Some(kind)).unwrap(), &event, event.at);
            let is_suppressed = writes.iter().any(|write| matches!(write, Write::Suppression { .. }));
            let changed = writes.iter().find_map(|write| match write {
                Write::OutreachChange(record) => Some((record.outcome.as_deref(), record.state)),
                _ => None,
            });
            assert_eq!((changed, is_suppressed), (outcome.map(|it| (Some(it), Sent)), suppressed), "{before:?} {kind}");
        }
    }
}
