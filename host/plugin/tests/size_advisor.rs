//! The component that ships, as it was built: what it answers, and how a call leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::too_many_lines,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers that they share"
)]

#[path = "support/desk.rs"]
mod desk;

use cuecard_model::{
    Classification, Culture, Customer, Direction, Draft, Event, Fields, Item, LiveItem, Order, OrderStatus, Register,
    Timestamp, Value,
};
use cuecard_plugin::{limits::Limits, wasm::PoolSize};
use desk::{Desk, turn};

const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/size-advisor/plugin.wasm");

#[test]
fn reads_measurements_in_three_languages() {
    let desk = Desk::new(PoolSize(2), || ());
    let mut plugin = desk.load(&std::fs::read(COMPONENT).unwrap()).unwrap();
    for (text, message, size) in [
        ("I'm 178 cm and 75 kg, what size do I need?", "clothes", "M"),
        ("mido 1,65 m y peso 60 kilos", "clothes", "S"),
        ("身高165，体重50公斤，穿多大码？", "between", "XS"),
        ("my foot is 26.5 cm long", "shoe", "42"),
        ("脚长24厘米穿多大的鞋", "shoe", "38.5"),
        ("which size should I order?", "ask", ""),
    ] {
        let (answer, ..) = desk.compose(&mut plugin, &turn(text));
        let draft = answer.unwrap().remove(0);
        let found = draft.message.clone().or(draft.steps.first().and_then(|step| step.message.clone())).unwrap();
        let given = match (draft.arguments.get("size"), draft.arguments.get("eu")) {
            (Some(Value::Text(size)), _) => size.clone(),
            (_, Some(Value::Number(size))) => size.to_string(),
            _ => String::new(),
        };
        assert_eq!((found.as_str(), given.as_str()), (message, size), "{text}: {draft:?}");
    }
}

#[test]
fn uses_the_merchants_chart_and_what_was_kept() {
    let desk = Desk::new(PoolSize(2), || ());
    let mut plugin = desk.load(&std::fs::read(COMPONENT).unwrap()).unwrap();
    let mut asked = turn("I'm 178 cm and 75 kg");
    let fields = [("M.chest_max".to_owned(), Value::Number(97.0))].into();
    asked.live = vec![LiveItem { key: "size_chart.tops".into(), fields, valid_from: None, valid_until: None }.into()];
    let draft = desk.compose(&mut plugin, &asked).0.unwrap().remove(0);
    assert_eq!(draft.arguments["size"], Value::Text("L".into()));

    let mut asked = turn("which size?");
    std::sync::Arc::make_mut(&mut asked.customer).orders = vec![order("Linen shirt", "blue / L")];
    let draft = desk.compose(&mut plugin, &asked).0.unwrap().remove(0);
    assert_eq!((draft.message.as_deref(), &draft.arguments["size"]), (Some("kept"), &Value::Text("L".into())));
}

/// The hooks that it leaves out: a draft goes through the component and back whole, an event asks for nothing.
#[test]
fn hooks_left_out_change_nothing() {
    let desk = Desk::new(PoolSize(2), || ());
    let mut plugin = desk.load(&std::fs::read(COMPONENT).unwrap()).unwrap();
    let draft: Draft = serde_json::from_value(serde_json::json!({
        "scenario": "s", "title": "标题", "message": "m", "arguments": {"a": 1.5, "b": true, "c": "é"}, "text": "t",
        "steps": [{"kind": "solution", "message": "n", "arguments": {"price": {"amount": "1.50", "currency": "EUR"}}}],
        "actions": [{"type": "create_return", "args": {"order": "1001"}}], "reason": "r", "confidence": 0.25
    }))
    .unwrap();
    let (register, direction) = (Register::Formal, Direction::Ltr);
    let culture =
        Culture { locale: "de".into(), register, direction, person: Some("Sara".into()), max_length: Some(9) };
    let mut call = desk::call(Limits::default(), None);
    assert_eq!(plugin.localize(&mut call, &draft, &culture), Ok(draft));
    let (id, kind) = ("e-1".into(), "cart.updated".into());
    let event = Event { id, kind, at: Timestamp::from_seconds(5), customer_id: None, fields: Fields::new() };
    assert_eq!(plugin.trigger(&mut call, &event, &Customer::unknown("u-1".into())), Ok(vec![]));
    let mut turn = turn("L or XL?");
    turn.profile = serde_json::from_value(serde_json::json!({
        "orders": 2, "spend": [{"amount": "12.50", "currency": "EUR"}], "returns_rate": 0.5, "buyer": "repeat",
        "open_problems": [{"kind": "late_parcel", "order_id": "1001"}], "risk": "medium", "risk_score": 0.4
    }))
    .unwrap();
    assert_eq!(plugin.classify(&mut call, &turn), Ok(Classification::default()));
}

fn order(title: &str, variant: &str) -> Order {
    Order {
        id: "1".into(),
        number: None,
        status: OrderStatus::Delivered,
        placed_at: None,
        total: None,
        items: vec![Item {
            id: "1".into(),
            title: title.into(),
            variant: Some(variant.into()),
            quantity: 1,
            price: None,
        }],
        fulfillments: vec![],
        refunds: vec![],
        returns: vec![],
        attributes: Fields::new(),
    }
}
