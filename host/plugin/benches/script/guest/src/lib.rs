//! The benchmark's script, as an author would write it. `lua/main.luau` and `native.rs` do the same, word for word.

use cuecard_sdk::{Draft, EmotionLabel, Fields, Money, OrderStatus, Plugin, Turn};

struct Script;

cuecard_sdk::export!(Script);

const TEMPLATE: &str =
    "{tone} {name}, your order {order} over {total} left with {carrier} ({number}). Use {code} for {amount} off.";

impl Plugin for Script {
    fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
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
            let promotion = &turn.live[index % turn.live.len()];
            let percent = promotion.fields.number("percent").unwrap_or(0.0);
            let off = total.amount.parse::<f64>().unwrap_or(0.0) * percent / 100.0;
            let text = fill(&[
                ("tone", tone),
                ("name", name),
                ("order", &order.id),
                ("total", &money(total)),
                ("carrier", parcel.and_then(|parcel| parcel.carrier.as_deref()).unwrap_or("the carrier")),
                ("number", parcel.and_then(|parcel| parcel.tracking_number.as_deref()).unwrap_or("no number yet")),
                ("code", promotion.fields.text("code").unwrap_or_default()),
                ("amount", &format!("{off:.2} {}", total.currency)),
            ]);
            drafts.push(
                Draft::text(text)
                    .because(format!("order {} is {}", order.id, status(order.status)))
                    .confidence(0.9 - (index + 1) as f64 / 10.0),
            );
        }
        Ok(drafts)
    }
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
