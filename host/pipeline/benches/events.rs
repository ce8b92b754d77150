//! Events to decisions in memory: the plugins that ship, events of a shop's day, without the commit.
//! `cargo bench -p cuecard-pipeline --bench events`
//!
//! The workers are threads; with `CUECARD_BIN=target/release/cuecard` they are processes as under `serve` too.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, missing_docs, reason = "a benchmark")]

mod support;

use std::{sync::Arc, time::Instant};

use cuecard_model::{Customer, Event, Fields, MerchantId, Timestamp, Value};
use cuecard_pipeline::{Merchant, Occurrence, Snapshot, judge};
use cuecard_plugin::workers::{self, Spawn, Workers};

const EVENTS: usize = 60_000;
/// What happens in a shop, in a hundred events.
const DAY: [(&str, usize); 8] = [
    ("browse.viewed", 55),
    ("cart.updated", 18),
    ("checkout.started", 6),
    ("order.created", 5),
    ("order.paid", 5),
    ("fulfillment.updated", 7),
    ("delivery.delivered", 3),
    ("refund.updated", 1),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let snapshot = Arc::new(support::snapshot());
    for (name, spawn) in support::kinds() {
        for at_once in [1, 32, 128] {
            let (snapshot, spawn) = (Arc::clone(&snapshot), spawn.clone());
            let (asked, decisions, seconds) =
                runtime.block_on(runtime.spawn(measure(at_once, spawn, snapshot))).unwrap();
            println!(
                "workers are {name}, {at_once:>3} at once: {:>7.0} events a second, {asked} hook calls, {decisions} decisions",
                EVENTS as f64 / seconds
            );
        }
    }
}

async fn measure(at_once: usize, spawn: Spawn, snapshot: Arc<Snapshot>) -> (usize, usize, f64) {
    let (workers, _) = Workers::start(workers::Options::new(spawn)).await.unwrap();
    let merchant = Merchant::new(MerchantId::from("bench"));
    let kinds: Vec<_> = DAY.iter().flat_map(|(kind, count)| std::iter::repeat_n(*kind, *count)).collect();
    let occurrences: Vec<_> = (0..EVENTS).map(|number| occurrence(number, kinds[number * 37 % kinds.len()])).collect();
    judge(&snapshot, &workers, &merchant, occurrences[..2000].to_vec()).await.unwrap();
    let (mut asked, mut decisions) = (0, 0);
    let began = Instant::now();
    for some in occurrences.chunks(at_once) {
        for judged in judge(&snapshot, &workers, &merchant, some.to_vec()).await.unwrap() {
            assert!(judged.failures.is_empty(), "{:?}", judged.failures);
            asked += judged.calls.len();
            decisions += judged.decisions.len();
        }
    }
    (asked, decisions, began.elapsed().as_secs_f64())
}

fn occurrence(number: usize, kind: &str) -> Occurrence {
    let now = Timestamp::from_seconds(1_795_000_000 + number as i64);
    let customer = Customer { locale: Some("en-US".into()), ..Customer::unknown(format!("u-{number}").into()) };
    let text = |text: &str| Value::Text(text.into());
    let fields: Fields = [
        ("cart_id".to_owned(), text(&format!("cart-{number}"))),
        ("order_id".to_owned(), text(&format!("{number}"))),
        ("fulfillment_id".to_owned(), text(&format!("f-{number}"))),
        ("product_id".to_owned(), text("p-1")),
        ("item_count".to_owned(), 2.0.into()),
        ("status".to_owned(), text("in_transit")),
        ("items.0.sku".to_owned(), text("A-1")),
        ("items.0.title".to_owned(), text("Rain jacket")),
    ]
    .into();
    Occurrence {
        event: Event {
            id: format!("e-{number}").into(),
            kind: kind.into(),
            at: now,
            customer_id: Some(customer.id.clone()),
            fields,
        },
        customer: Arc::new(customer),
        keys: Arc::default(),
        now,
    }
}
