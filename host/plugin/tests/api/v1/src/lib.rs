//! Every hook and every host function of version 1, once. The component beside this is kept as it was built.

use cuecard_sdk::{
    Classification, ClassifiedScenario, Culture, Customer, Decision, Draft, Event, Fields, LogLevel, Money, Outreach,
    Plugin, Purpose, Timer, Turn, Value, host,
};

struct First;

cuecard_sdk::export!(First);

impl Plugin for First {
    fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
        if turn.message.text == "refuse" {
            return Err("refused as asked".into());
        }
        let seen = match host::get_key("seen") {
            Some(Value::Number(times)) => times,
            _ => 0.0,
        };
        host::set_key("seen", Some(&Value::Number(seen + 1.0)))?;
        host::log(LogLevel::Info, "version 1 speaks")?;
        let price = host::format_money(&Money { amount: "12.50".into(), currency: "EUR".into() })?;
        let chance = host::random();
        let words = [
            host::render("hello", &[])?,
            price,
            host::format_date(turn.now),
            host::format_number(1234.5),
            host::format_relative(turn.now + 3 * 86_400),
            format!("{}", host::now() == turn.now && (0.0..1.0).contains(&chance)),
            format!("{seen}"),
        ];
        Ok(vec![Draft::text(words.join(" | ")).because("all of version 1")])
    }

    fn localize(mut draft: Draft, culture: Culture) -> Result<Draft, String> {
        draft.text = draft.text.map(|text| format!("{text} ({})", culture.locale));
        Ok(draft)
    }

    fn trigger(event: Event, customer: Customer) -> Result<Vec<Decision>, String> {
        let timer = Timer { key: event.id.clone(), at: event.at + 60, event: "later".into(), fields: Vec::new() };
        let outreach = Outreach {
            occurrence: event.id,
            purpose: Purpose::Service,
            scenario: None,
            message: None,
            arguments: Vec::new(),
            text: Some(format!("hello {}", customer.id)),
            channel: None,
            template: None,
            reason: "it happened".into(),
            reason_at: None,
            valid_until: None,
        };
        Ok(vec![Decision::Timer(timer), Decision::Outreach(outreach), Decision::Cancel("before".into())])
    }

    fn classify(turn: Turn) -> Result<Classification, String> {
        let _ = turn.live.first().and_then(|item| item.fields.text("none"));
        let scenario =
            ClassifiedScenario { id: "order_status".into(), confidence: 0.9, alternatives: Vec::new() };
        Ok(Classification { scenario: Some(scenario), reason: "version 1 says so".into(), ..Classification::default() })
    }
}
