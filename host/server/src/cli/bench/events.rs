//! `cuecard bench --events`: shop events over HTTP, each of them kept, judged, and its decisions kept with full sync.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value as Json, json};

use super::processor;
use crate::cli::lines;

/// Events in one request.
const AT_ONCE: u64 = 500;
/// Requests at once.
const CONNECTIONS: u64 = 4;
/// So many customers: most of them have been seen before.
const CUSTOMERS: u64 = 20_000;
/// What happens in a shop, in a hundred events.
const DAY: [(&str, u64); 8] = [
    ("browse.viewed", 55),
    ("cart.updated", 18),
    ("checkout.started", 6),
    ("order.created", 5),
    ("order.paid", 5),
    ("fulfillment.updated", 7),
    ("delivery.delivered", 3),
    ("refund.updated", 1),
];

/// What the events took, in words.
pub(super) fn measure(address: &str, process: u32, count: u64) -> Result<String> {
    let count = count.div_ceil(AT_ONCE * CONNECTIONS) * AT_ONCE * CONNECTIONS;
    // The first ones make the plugins known and the files grow.
    run(address, 0, AT_ONCE * CONNECTIONS)?;
    let before = (processor::spent(process), decided(address)?);
    let began = Instant::now();
    run(address, 1, count)?;
    let taken = began.elapsed();
    let through = wait_for(address, before.1 + count)?.duration_since(began).as_secs_f64();
    let spent = processor::spent(process).saturating_sub(before.0).as_secs_f64();
    Ok(format!(
        "{count} events in requests of {AT_ONCE}, {CONNECTIONS} at once, {CUSTOMERS} customers\n\
         taken     {:>8.0} a second, kept with full sync\n\
         decided   {:>8.0} a second, decisions kept with full sync; {:.1} us of processor time an event in all",
        count as f64 / taken.as_secs_f64(),
        count as f64 / through,
        spent * 1e6 / count as f64
    ))
}

fn run(address: &str, round: u64, count: u64) -> Result<()> {
    let kinds: Vec<_> = DAY.iter().flat_map(|(kind, share)| (0..*share).map(move |_| *kind)).collect();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let (url, kinds) = (format!("http://{address}/v1/events"), kinds.clone());
            thread::spawn(move || -> Result<()> {
                let agent = ureq::Agent::new_with_defaults();
                for request in 0..count / AT_ONCE / CONNECTIONS {
                    let first = (request * CONNECTIONS + connection) * AT_ONCE;
                    let events: Vec<_> = (first..first + AT_ONCE).map(|number| event(round, number, &kinds)).collect();
                    let request = agent.post(&url).header("authorization", "Bearer dev");
                    let sent = request.header("content-type", "application/json").send(serde_json::to_vec(&events)?);
                    sent.with_context(|| format!("events from {first} on"))?;
                }
                Ok(())
            })
        })
        .collect();
    tasks.into_iter().try_for_each(|task| task.join().map_err(|_| anyhow!("a connection ended badly"))?)
}

fn event(round: u64, number: u64, kinds: &[&str]) -> Json {
    let place = usize::try_from(number.wrapping_mul(37)).unwrap_or_default() % kinds.len().max(1);
    let customer = number.wrapping_mul(7919) % CUSTOMERS;
    json!({
        "id": format!("bench-{round}-{number}"), "type": kinds.get(place), "at": "2026-11-22T08:15:04Z",
        "customer_id": format!("u-{customer}"),
        "fields": {
            "cart_id": format!("cart-{customer}"), "order_id": format!("{number}"), "fulfillment_id": format!("f-{number}"),
            "product_id": "p-1", "item_count": 2, "status": "in_transit",
            "items": [{"sku": "A-1", "title": "Rain jacket", "price": {"amount": "89.00", "currency": "EUR"}}],
        },
    })
}

fn wait_for(address: &str, wanted: u64) -> Result<Instant> {
    const MOST: Duration = Duration::from_secs(600);
    let began = Instant::now();
    loop {
        let found = decided(address)?;
        if found >= wanted {
            return Ok(Instant::now());
        }
        lines::progress(format_args!("{} events are still to be decided", wanted - found));
        ensure!(began.elapsed() < MOST, "{} events were not decided in {} s", wanted - found, MOST.as_secs());
        thread::sleep(Duration::from_millis(20));
    }
}

fn decided(address: &str) -> Result<u64> {
    let mut answer = ureq::get(format!("http://{address}/metrics")).header("authorization", "Bearer dev").call()?;
    let text = answer.body_mut().read_to_string()?;
    let line = text.lines().find_map(|line| line.strip_prefix("cuecard_events_decided_total "));
    line.and_then(|count| count.trim().parse().ok()).context("/metrics does not say how many events were decided")
}
