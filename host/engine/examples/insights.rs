//! How long insights take over a large shop, and what it costs to write what they are counted from.
//!
//! `cargo run --release -p cuecard-engine --example insights -- [TURNS] [FOLDER]` makes a quarter of a year of
//! conversations by a fixed formula, unless the folder has them, and asks for it as a whole and by parts, while a writer
//! goes on. It says as well what the same figures would cost if they were read from the replies.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement stops by panicking"
)]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cuecard_engine::{
    Batch, Engine, Feedback, FeedbackAction, InsightQuery, MessageRecord, SqliteEngine, TurnRecord, Write,
    suggestion_id,
};
use cuecard_model::{Message, PluginVersion, Role, Timestamp};

const DAY: i64 = 24 * 3600 * 1000;
const DAYS: i64 = 90;
const START: i64 = 20_000 * DAY;
const SCENARIOS: [&str; 12] = [
    "order_status",
    "delivery_delay",
    "return_request",
    "return_dispute",
    "refund_status",
    "damaged_item",
    "size_advice",
    "stock_question",
    "payment_problem",
    "complaint",
    "none",
    "thanks",
];

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let turns: i64 = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join("cuecard-insights"), PathBuf::from);
    let is_new = !folder.join("cuecard.db").exists();
    let engine = Arc::new(SqliteEngine::open(&folder).unwrap());
    if is_new {
        let start = Instant::now();
        fill(&engine, turns, true).await;
        println!("wrote {turns} turns with answers and feedback in {:.1?}", start.elapsed());
    }
    for (name, days) in [("90 days", DAYS), ("30 days", 30), ("7 days", 7), ("1 day", 1)] {
        ask(&engine, name, days).await;
    }
    beside_a_writer(&engine).await;
    cost_of_writing().await;
    from_replies(&folder.join("cuecard.db"));
}

async fn fill(engine: &Arc<SqliteEngine>, turns: i64, has_facts: bool) {
    let mut batch = Vec::new();
    for number in 0..turns {
        batch.extend(turn(number, turns, has_facts));
        if batch.len() >= 1000 {
            engine.commit(Batch::new("acme".into(), std::mem::take(&mut batch))).await.unwrap();
        }
    }
    engine.commit(Batch::new("acme".into(), batch)).await.unwrap();
}

/// A customer's message, its reply of some 2.5 KiB, what was done with it, and the agent's answer.
fn turn(number: i64, turns: i64, has_facts: bool) -> Vec<Write> {
    let mixed = blake3::hash(&number.to_le_bytes());
    let draw = |place: usize, below: u8| i64::from(mixed.as_bytes()[place] % below);
    let at = START + number * DAYS * DAY / turns;
    let conversation = number / 3;
    let scenario = SCENARIOS[draw(0, 12) as usize];
    let (plugin, version) = (format!("plugin-{}", draw(1, 8)), format!("1.{}.0", number * 4 / turns));
    let id = format!("t{number:09}");
    let upset = ["neutral", "happy", "frustrated", "angry"][draw(2, 4) as usize];
    let filler = "x".repeat(2200);
    // A reply without signals is kept, and nothing is counted of it.
    let signals = if has_facts { "signals" } else { "nothing" };
    let suggestion = suggestion_id(&id.as_str().into(), 1);
    let offers = if draw(3, 10) == 0 {
        String::new()
    } else {
        format!(r#"{{"id":"{suggestion}","plugin":"{plugin}@{version}","scenario":"{scenario}","text":"{filler}"}}"#)
    };
    let reply = format!(
        r#"{{"turn_id":"{id}","generation":1,"{signals}":{{"scenario":{{"id":"{scenario}","confidence":0.9}},"emotion":{{"label":"{upset}","intensity":0.5}}}},"suggestions":[{offers}]}}"#
    );
    let message = |message: String, role, at, agent: Option<String>| MessageRecord {
        conversation: format!("c-{conversation}").into(),
        id: message.into(),
        customer: format!("u-{}", conversation % 100_000).into(),
        channel: "web_chat".into(),
        message: Message {
            role,
            text: "My parcel was due on Monday, where is it?".into(),
            at: Timestamp::from_millis(at),
        },
        agent: agent.map(Into::into),
    };
    let asked = message(format!("m-{number}"), Role::Customer, at, None);
    let turn = TurnRecord {
        id: id.as_str().into(),
        message: asked,
        generation: 1,
        reply: reply.into(),
        trace: None,
        input: None,
    };
    let agent = format!("agent-{}", draw(4, 50));
    let answered_at = at + 20_000 + draw(5, 255) * 2_000;
    let answer = message(format!("a-{number}"), Role::Agent, answered_at, Some(agent.clone()));
    let mut writes = vec![Write::Turn(turn)];
    let shown = Feedback {
        agent: Some(agent.into()),
        ..Feedback::new(
            suggestion,
            PluginVersion { id: plugin.into(), version: version.into() },
            FeedbackAction::Shown,
            Timestamp::from_millis(at + 100),
        )
    };
    if !offers.is_empty() {
        writes.push(Write::Feedback(shown.clone()));
        let action = [FeedbackAction::Sent, FeedbackAction::Edited, FeedbackAction::Ignored][draw(6, 3) as usize];
        let edit_share = (action != FeedbackAction::Ignored).then_some(draw(7, 40) as f64 / 100.0);
        writes.push(Write::Feedback(Feedback { action, edit_share, at: Timestamp::from_millis(answered_at), ..shown }));
    }
    writes.insert(1, Write::Message(answer));
    writes
}

fn query(days: i64) -> InsightQuery {
    let to = START + DAYS * DAY;
    let moment = Timestamp::from_millis;
    InsightQuery {
        from: moment(to - days * DAY),
        to: moment(to),
        now: moment(to),
        lately: moment(to - 7 * DAY),
        scenario: None,
        plugin: None,
        agent: None,
        texts: 1000,
    }
}

async fn ask(engine: &Arc<SqliteEngine>, name: &str, days: i64) {
    let merchant = "acme".into();
    let mut times = Vec::new();
    for _ in 0..5 {
        let (start, busy) = (Instant::now(), processor());
        let counted = engine.insights(&merchant, &query(days)).await.unwrap();
        times.push((start.elapsed(), processor() - busy, counted.total.turns, counted.total.cases.all));
    }
    times.sort_by_key(|(took, ..)| *took);
    let (took, busy, turns, cases) = times[2];
    println!("{name}: {took:.0?}, {busy:.2} s of processor (median of 5), {turns} turns, {cases} cases");
}

/// Seconds of processor that this process has used, by Linux; on a busy machine they say more than the clock.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Processor time of a turn with its answer and feedback, with and without what is counted.
async fn cost_of_writing() {
    const TURNS: i64 = 20_000;
    for (name, has_facts) in [("with facts", true), ("without", false)] {
        let folder = std::env::temp_dir().join(format!("cuecard-insights-cost-{has_facts}"));
        let engine = Arc::new(SqliteEngine::open(&folder).unwrap());
        let busy = processor();
        fill(&engine, TURNS, has_facts).await;
        println!("writing a turn {name}: {:.0} us of processor", (processor() - busy) * 1e6 / TURNS as f64);
        engine.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// How long single commits take while insights are asked for without a pause.
async fn beside_a_writer(engine: &Arc<SqliteEngine>) {
    for (name, readers) in [("nobody asks", 0), ("two ask without a pause", 2)] {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = (0..readers)
            .map(|_| {
                let (engine, stop) = (engine.clone(), stop.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        engine.insights(&"acme".into(), &query(DAYS)).await.unwrap();
                    }
                })
            })
            .collect();
        let mut times = Vec::new();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            let number = 2_000_000_000 + START + i64::try_from(start.elapsed().as_nanos()).unwrap();
            let one = Instant::now();
            engine.commit(Batch::new("other".into(), turn(number, i64::MAX / DAY / DAYS / 2, true))).await.unwrap();
            times.push(one.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
        times.sort();
        let at = |share: usize| times[times.len() * share / 100];
        println!("commits while {name}: {} in 5 s, median {:?}, p99 {:?}", times.len(), at(50), at(99));
    }
}

/// What was turned down: the scenario of each turn out of its reply.
fn from_replies(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "select json_extract(reply, '$.signals.scenario.id') as scenario, count(*) from messages
        where merchant = 'acme' and turn is not null and at >= ?1 group by scenario";
    let start = Instant::now();
    let mut statement = connection.prepare(sql).unwrap();
    let found = statement.query_map([START], |row| row.get::<_, i64>(1)).unwrap().count();
    println!("one figure by scenario out of the replies: {:.1?} for {found} scenarios", start.elapsed());
    let sql = "select count(*) from (select distinct at / 86400000, scenario, offers, agent, held_out from turn_facts
        where merchant = 'acme')";
    let cells: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    println!("a sum for each day, scenario, offer and agent would be {cells} rows");
}
