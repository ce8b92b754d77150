//! Names a parcel that is late: the latest one of the newest order. Silent when none is.

use cuecard_sdk::{Draft, EmotionLabel, Field, FulfillmentStatus, LogLevel, Plugin, StepKind, Turn, Value, host};

struct Late;

cuecard_sdk::export!(Late);

const DAY: i64 = 24 * 60 * 60;

impl Plugin for Late {
    fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
        if turn.message.text == "draw" {
            return Ok(vec![Draft::text(format!("{:.0}", (host::random() * 1e6).floor())).because("as asked")]);
        }
        let Some(order) = turn.customer.orders.first() else { return Ok(Vec::new()) };
        let under_way = order.fulfillments.iter().filter(|it| it.status == FulfillmentStatus::InTransit);
        let due = under_way.filter_map(|parcel| Some((parcel.expected_at?, parcel)));
        let Some((due, late)) = due.min_by_key(|(due, _)| *due) else { return Ok(Vec::new()) };
        let days = (turn.now - due).div_euclid(DAY);
        if days <= 0 {
            return Ok(Vec::new());
        }
        let asked = if let Some(Value::Number(times)) = host::get_key("asked") { times + 1.0 } else { 1.0 };
        host::set_key("asked", Some(&Value::Number(asked)))?;
        host::log(LogLevel::Info, &format!("{} is late", late.id))?;
        let arguments = vec![
            Field::new("order", order.number.as_deref().unwrap_or(&order.id)),
            Field::new("carrier", late.carrier.as_deref().unwrap_or("the carrier")),
            Field::new("due", due as f64),
            Field::new("ago", host::format_relative(due)),
        ];
        let draft = Draft::new().scenario("delivery_delay").because(format!("{days} days late, asked {asked} times"));
        Ok(vec![if turn.signals.emotion.label == EmotionLabel::Angry {
            let mut draft = draft.step(StepKind::Empathy, "sorry").step(StepKind::Fact, "late");
            if let Some(fact) = draft.steps.last_mut() {
                fact.arguments = arguments;
            }
            draft
        } else {
            Draft { message: Some("late".into()), arguments, ..draft }
        }])
    }
}
