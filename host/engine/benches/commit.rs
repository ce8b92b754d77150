//! Commits a second with 1, 16 and 256 committers at once, on the disk under the temporary folder
//! (`TMPDIR` moves it), and the context of a turn from memory.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark stops by panicking")]

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cuecard_engine::{Batch, Engine, MessageRecord, SqliteEngine, TurnRecord, Write};
use cuecard_model::{Customer, Fields, Item, LiveItem, Message, Order, OrderStatus, Role, Timestamp};
use tokio::runtime::Runtime;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// One message turn, its reply of some 3 KiB with three suggestions.
fn batch() -> Batch {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let text = "My parcel was due on Monday and nothing has come. Where is it?".to_owned();
    let message = MessageRecord {
        conversation: format!("c-{}", number % 500).into(),
        id: format!("m-{number}").into(),
        customer: format!("u-{}", number % 500).into(),
        channel: "web_chat".into(),
        message: Message { role: Role::Customer, text, at: Timestamp::from_seconds(1) },
        agent: None,
    };
    let reply = format!("{{\"turn_id\":\"{number}\",\"suggestions\":\"{}\"}}", "x".repeat(3000)).into();
    let turn =
        TurnRecord { id: format!("{number:020}").into(), message, generation: 17, reply, trace: None, input: None };
    Batch::new("acme".into(), vec![Write::Turn(turn)])
}

/// So many commits by so many committers; how long it took.
async fn commit(engine: &Arc<SqliteEngine>, commits: u64, committers: u64) -> Duration {
    let start = Instant::now();
    let tasks: Vec<_> = (0..committers)
        .map(|worker| {
            let engine = engine.clone();
            let mine = commits / committers + u64::from(worker < commits % committers);
            tokio::spawn(async move {
                for _ in 0..mine {
                    engine.commit(batch()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    start.elapsed()
}

fn commits(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("commit");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(4));
    for committers in [1, 16, 256] {
        let folder = tempfile::tempdir().unwrap();
        let engine = Arc::new(SqliteEngine::open(folder.path()).unwrap());
        group.bench_function(format!("{committers} at once"), |bench| {
            bench.iter_custom(|commits| runtime.block_on(commit(&engine, commits, committers)));
        });
    }
}

fn customer() -> Customer {
    let item = |id: &str| Item { id: id.into(), title: "Trail shoe".into(), variant: None, quantity: 1, price: None };
    let order = |id: &str| Order {
        id: id.into(),
        number: None,
        status: OrderStatus::Shipped,
        placed_at: None,
        total: None,
        items: vec![item("1"), item("2")],
        fulfillments: vec![],
        refunds: vec![],
        returns: vec![],
        attributes: Fields::new(),
    };
    Customer { orders: vec![order("1"), order("2"), order("3")], ..Customer::unknown("u-0".into()) }
}

fn contexts(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let engine = SqliteEngine::open(folder.path()).unwrap();
    let live = |key: &str| LiveItem {
        key: key.into(),
        fields: [("code".to_owned(), "BF25".into()), ("percent".to_owned(), 25.0.into())].into(),
        valid_from: None,
        valid_until: None,
    };
    let mut writes = vec![Write::Customer(customer()), Write::Live(live("a")), Write::Live(live("b"))];
    for _ in 0..20 {
        let Write::Turn(mut turn) = batch().writes.remove(0) else { continue };
        turn.message.conversation = "c".into();
        writes.push(Write::Turn(turn));
    }
    runtime.block_on(engine.commit(Batch::new("acme".into(), writes))).unwrap();
    let (merchant, conversation, message, user) = ("acme".into(), "c".into(), "new".into(), "u-0".into());
    criterion.bench_function("context from memory", |bench| {
        bench.iter(|| {
            let asked = engine.context(&merchant, &conversation, &message, &user, Timestamp::from_seconds(5));
            black_box(runtime.block_on(asked).unwrap())
        });
    });
}

criterion_group!(benches, commits, contexts);
criterion_main!(benches);
