//! How long *understand* takes for one message of about 60 characters, with 30 and 60 scenarios.
#![allow(missing_docs, clippy::indexing_slicing, reason = "a benchmark over constants, and criterion's macros")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_model::{
    Contact, Customer, Fields, Fulfillment, FulfillmentStatus, Message, Money, Order, OrderStatus, Recent, Return,
    ReturnStatus, Role, Timestamp,
};
use cuecard_understand::{Around, Example, Input, Scenario, Understanding, language_of};

const VERBS: [&str; 10] =
    ["return", "track", "cancel", "exchange", "insure", "gift wrap", "repair", "register", "compare", "pre-order"];
const THINGS: [&str; 6] = ["jacket", "kettle", "phone", "mattress", "voucher", "bicycle"];
const FRAMES: [&str; 10] = [
    "I want to {} please",
    "how do I {}?",
    "can you help me {}",
    "is it possible to {} today",
    "{}!!",
    "quiero saber cómo {}",
    "necesito {} cuanto antes",
    "我想 {}",
    "请问怎么 {}",
    "it does not let me {}, what now",
];
const MESSAGE: &str = "Hello, I would like to return the jacket that I got last week";

/// Scenarios that share their words, as those of a shop do.
fn scenarios(count: usize, examples: usize) -> Vec<Scenario> {
    let wishes = VERBS.iter().flat_map(|verb| THINGS.iter().map(move |thing| format!("{verb} my {thing}")));
    let example = |wish: &str, at: usize| {
        let frame = FRAMES[at % FRAMES.len()];
        let text = format!("{} {}", frame.replace("{}", wish), ["", "now", "thanks", "asap", "ok?"][at / 10 % 5]);
        Example { language: "en".into(), text }
    };
    wishes
        .take(count)
        .map(|wish| Scenario {
            id: wish.replace(' ', "_").into(),
            title: wish.clone(),
            examples: (0..examples).map(|at| example(&wish, at)).collect(),
        })
        .collect()
}

fn signals(criterion: &mut Criterion) {
    let customer = Customer::unknown("u-1".into());
    let said = ["hi there", "where is my parcel, it is late", "still nothing!"];
    let history: Vec<_> = said
        .iter()
        .map(|text| Message { role: Role::Customer, text: (*text).to_owned(), at: Timestamp::default() })
        .collect();
    let languages = ["en".to_owned()];
    for count in [30, 60] {
        let understanding = Understanding::train(&scenarios(count, 50));
        for (name, history) in [("alone", &history[..0]), ("after three messages", &history[..])] {
            let now = Timestamp::default();
            let input = Input {
                text: MESSAGE,
                history,
                customer: &customer,
                events: &[],
                now,
                languages: &languages,
                voice: None,
            };
            criterion.bench_function(&format!("signals, {count} scenarios, {name}"), |bencher| {
                bencher.iter(|| understanding.signals(black_box(&input)));
            });
        }
    }
}

fn language(criterion: &mut Criterion) {
    for text in [MESSAGE, "si", "订单还没到，我要退货！", "mera order kab aayega"] {
        criterion.bench_function(&format!("language of {text:?}"), |bencher| {
            bencher.iter(|| language_of(black_box(text)));
        });
    }
}

fn train(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("train");
    group.sample_size(10);
    for (count, examples) in [(10, 10), (30, 20), (60, 50)] {
        let scenarios = scenarios(count, examples);
        group.bench_function(format!("{count} scenarios of {examples} examples"), |bencher| {
            bencher.iter(|| Understanding::train(black_box(&scenarios)));
        });
    }
}

/// A customer with 50 orders, the most that is usual, who has written 32 times.
fn profile(criterion: &mut Criterion) {
    let (customer, recent) = (regular(50), wrote(32));
    let around = Around {
        customer: &customer,
        recent: &recent,
        history: &[],
        channel: Some("web_chat"),
        language: Some("en"),
        now: Timestamp::from_seconds(NOW),
    };
    criterion.bench_function("profile, 50 orders", |bencher| {
        bencher.iter(|| cuecard_understand::profile(black_box(&around)));
    });
    criterion.bench_function("profile with its sources, 50 orders", |bencher| {
        bencher.iter(|| cuecard_understand::explained(black_box(&around)));
    });
    let few = regular(3);
    let around = Around { customer: &few, ..around };
    criterion.bench_function("profile, 3 orders", |bencher| {
        bencher.iter(|| cuecard_understand::profile(black_box(&around)));
    });
}

const NOW: i64 = 1_780_000_000;
const DAY: i64 = 24 * 60 * 60;

fn regular(orders: i64) -> Customer {
    let order = |number: i64| {
        let at = |days: i64| Some(Timestamp::from_seconds(NOW - days * DAY));
        Order {
            id: format!("1{number:03}"),
            number: None,
            status: if number == 0 { OrderStatus::Shipped } else { OrderStatus::Delivered },
            placed_at: at(number * 20 + 5),
            total: Some(Money { amount: format!("{number}.95"), currency: "EUR".into() }),
            items: Vec::new(),
            fulfillments: vec![Fulfillment {
                id: "f".into(),
                status: if number == 0 { FulfillmentStatus::InTransit } else { FulfillmentStatus::Delivered },
                carrier: None,
                tracking_number: None,
                tracking_url: None,
                shipped_at: at(number * 20 + 4),
                expected_at: at(number * 20 + 2),
                delivered_at: None,
            }],
            refunds: Vec::new(),
            returns: if number % 10 == 9 {
                vec![Return { id: "r".into(), status: ReturnStatus::Received, at: at(number * 20) }]
            } else {
                Vec::new()
            },
            attributes: Fields::new(),
        }
    };
    Customer { orders: (0..orders).map(order).collect(), ..Customer::unknown("u-1".into()) }
}

fn wrote(messages: i64) -> Recent {
    let contact = |number: i64| Contact {
        conversation: format!("c-{}", number / 4).into(),
        channel: if number % 3 == 0 { "email" } else { "web_chat" }.into(),
        at: Timestamp::from_seconds(NOW - (messages - number) * DAY),
    };
    Recent { contacts: (0..messages).map(contact).collect(), events: Vec::new() }
}

criterion_group!(benches, signals, language, train, profile);
criterion_main!(benches);
