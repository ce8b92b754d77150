//! The benchmark's script in plain Rust. `lua/main.luau` and `guest/src/lib.rs` do the same, word for word.

use cuecard_model::{Draft, EmotionLabel, Money, OrderStatus, Turn, Value};

const TEMPLATE: &str =
    "{tone} {name}, your order {order} over {total} left with {carrier} ({number}). Use {code} for {amount} off.";

pub(crate) fn compose(turn: &Turn) -> Vec<Draft> {
    let tone = match turn.signals.emotion.label {
        EmotionLabel::Angry => "We are truly sorry,",
        EmotionLabel::Frustrated => "We are sorry,",
        EmotionLabel::Anxious => "Do not worry,",
        EmotionLabel::Grateful => "Thank you,",
        _ => "Hello",
    };
    let name = turn.customer.name.as_ref().and_then(|name| name.given.as_deref()).unwrap_or("there");
    let mut drafts = Vec::new();
    for (index, order) in turn.customer.orders.iter().enumerate() {
        let Some(total) = &order.total else { continue };
        let parcel = order.fulfillments.first();
        let promotion = &turn.live[index % turn.live.len()].fields;
        let percent = if let Some(Value::Number(percent)) = promotion.get("percent") { *percent } else { 0.0 };
        let code = if let Some(Value::Text(code)) = promotion.get("code") { code.as_str() } else { "" };
        let off = total.amount.parse::<f64>().unwrap_or(0.0) * percent / 100.0;
        let text = fill(&[
            ("tone", tone),
            ("name", name),
            ("order", &order.id),
            ("total", &money(total)),
            ("carrier", parcel.and_then(|parcel| parcel.carrier.as_deref()).unwrap_or("the carrier")),
            ("number", parcel.and_then(|parcel| parcel.tracking_number.as_deref()).unwrap_or("no number yet")),
            ("code", code),
            ("amount", &format!("{off:.2} {}", total.currency)),
        ]);
        drafts.push(Draft {
            text: Some(text),
            reason: format!("order {} is {}", order.id, status(order.status)),
            confidence: Some(0.9 - (index + 1) as f64 / 10.0),
            ..Draft::default()
        });
    }
    drafts
}

fn status(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Shipped => "shipped",
        OrderStatus::Delivered => "delivered",
        OrderStatus::Refunded => "refunded",
        _ => "other",
    }
}

fn money(value: &Money) -> String {
    format!("{} {}", value.amount, value.currency)
}

fn fill(values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(192);
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}
