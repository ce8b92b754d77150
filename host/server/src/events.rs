//! Decides on shop events and timers: claims what is open, asks the plugins and the gate, keeps the decisions.
//!
//! One task per partition, so that a customer's events stay in order. What one event led to is kept in one batch with
//! the event's end: after a crash it is decided again, or not at all, never by half.

use std::{collections::HashSet, sync::Arc, time::Duration};

use cuecard_engine::{
    Batch, DueTimer, Error, JudgedRecord, OpenEvent, Outcome, OutreachId, OutreachRecord, Partition, Receipt, Refusal,
    Write,
};
use cuecard_model::{Customer, CustomerId, Decision, Event, MerchantId, PluginVersion, Timestamp};
use cuecard_pipeline::{Judged, Occurrence, judge};

use crate::{
    app::App,
    clock,
    contacts::{self, Basis, Known},
    journal::{About, Place, take_down},
    outbox, receipts, rehearse, stored_keys,
};

/// How many tasks share the customers.
pub const PARTITIONS: u32 = 8;
/// Events taken at a time.
const AT_ONCE: usize = 256;
/// After the engine or the workers were busy.
const PAUSE: Duration = Duration::from_millis(250);

/// Starts the tasks; they end when the host is told to stop.
pub fn start(app: &Arc<App>) -> Vec<tokio::task::JoinHandle<()>> {
    let task = |index| tokio::spawn(run(Arc::clone(app), Partition { index, of: PARTITIONS }));
    (0..PARTITIONS).map(task).collect()
}

async fn run(app: Arc<App>, partition: Partition) {
    let mut stopping = app.stopping.clone();
    loop {
        let woken = app.events.notified();
        let pause = match round(&app, partition).await {
            Ok(true) => continue,
            Ok(false) => rest(&app, partition).await,
            Err(Later) => PAUSE,
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        if *stopping.borrow() {
            return;
        }
    }
}

/// How long there is nothing to do: to the next timer.
async fn rest(app: &App, partition: Partition) -> Duration {
    app.engine.next_due(partition).await.map_or(PAUSE, |next| outbox::until(next.timer))
}

/// It could not be done now; what is open stays so.
struct Later;

impl From<Error> for Later {
    fn from(error: Error) -> Self {
        tracing::warn!(%error, "events wait for the engine");
        Self
    }
}

/// Something to decide: what happened, and the write that ends it.
struct Open {
    merchant: MerchantId,
    event: Event,
    done: Write,
}

impl From<OpenEvent> for Open {
    fn from(OpenEvent { merchant, event }: OpenEvent) -> Self {
        let done = Write::EventDone { event: event.id.clone(), at: clock::now() };
        Self { merchant, event, done }
    }
}

/// The event of a timer whose moment has come.
impl From<DueTimer> for Open {
    fn from(DueTimer { merchant, plugin, customer, timer }: DueTimer) -> Self {
        let id = format!("timer:{plugin}:{customer}:{}:{}", timer.key, timer.at.millis());
        let done = Write::TimerDone { plugin, customer: customer.clone(), key: timer.key, at: timer.at };
        let (kind, at, customer_id, fields) = (timer.event, timer.at, Some(customer), timer.fields);
        Self { merchant, event: Event { id: id.into(), kind, at, customer_id, fields }, done }
    }
}

/// Whether there may be more to do at once.
async fn round(app: &Arc<App>, partition: Partition) -> Result<bool, Later> {
    if app.snapshot.load().is_none() || *app.stopping.borrow() {
        return Err(Later);
    }
    let open = app.engine.claim(partition, AT_ONCE).await?;
    let due = app.engine.due(partition, clock::now(), AT_ONCE).await?;
    let more = open.len() == AT_ONCE || due.len() == AT_ONCE;
    let mut left: Vec<Open> = open.into_iter().map(Open::from).chain(due.into_iter().map(Open::from)).collect();
    while let Some(first) = left.first() {
        let merchant = first.merchant.clone();
        let (wave, later) = wave(left, &merchant);
        left = later;
        decide(app, &merchant, wave).await?;
    }
    Ok(more)
}

/// One merchant's first event of each customer, and the rest: each decision must see what the one before has kept.
fn wave(open: Vec<Open>, merchant: &MerchantId) -> (Vec<Open>, Vec<Open>) {
    let mut seen = HashSet::new();
    open.into_iter().partition(|open| {
        open.merchant == *merchant && open.event.customer_id.as_ref().is_none_or(|it| seen.insert(it.clone()))
    })
}

async fn decide(app: &Arc<App>, merchant: &MerchantId, open: Vec<Open>) -> Result<(), Later> {
    let now = clock::now();
    // Triggers decide whom to contact: what concerns nobody is only remembered.
    let (asked, unasked): (Vec<_>, Vec<_>) = open.into_iter().partition(|open| open.event.customer_id.is_some());
    let judged = ask(app, merchant, asked.iter().map(|open| &open.event), now).await?;
    let mut kept = Vec::with_capacity(asked.len() + unasked.len());
    for Open { event, done, .. } in unasked {
        let mut writes = vec![done];
        writes.extend(receipts::writes(&*app.engine, merchant, &event, now).await?);
        kept.push(writes);
    }
    for (Open { event, done, .. }, (judged, record)) in asked.into_iter().zip(judged) {
        let Some(customer) = event.customer_id.clone() else { continue };
        let mut writes = vec![done];
        writes.extend(receipts::writes(&*app.engine, merchant, &event, now).await?);
        writes.extend(record.map(Write::Judged));
        writes.extend(judged.key_writes.into_iter().map(|(set, writes)| Write::PluginKeys {
            set,
            customer: customer.clone(),
            writes,
        }));
        writes.extend(decided(app, merchant, &event, &customer, judged.decisions, now).await?);
        kept.push(writes);
    }
    keep_all(app, merchant, kept).await
}

/// What the decisions come to; proposed contacts with the gate's answer and their words.
async fn decided(
    app: &App,
    merchant: &MerchantId,
    event: &Event,
    customer: &CustomerId,
    decisions: Vec<(PluginVersion, Decision)>,
    now: Timestamp,
) -> Result<Vec<Write>, Later> {
    let mut around = None;
    let mut writes = Vec::with_capacity(decisions.len());
    for (plugin, decision) in decisions {
        let customer = customer.clone();
        writes.push(match decision {
            Decision::Timer(timer) => Write::Timer { plugin: plugin.id, customer, timer },
            Decision::Cancel(key) => Write::CancelTimer { plugin: plugin.id, customer, key },
            Decision::Outreach(outreach) => {
                if around.is_none() {
                    let basis = Basis::now(app, merchant).await?.ok_or(Later)?;
                    around = Some((basis, Known::read(&*app.engine, &app.privacy, merchant, &customer, now).await?));
                }
                let Some((basis, known)) = &around else { return Err(Later) };
                let id = OutreachId::new(app.ids.next(now));
                let record = OutreachRecord::new(id, plugin, customer, outreach, event.clone(), now);
                Write::Outreach(contacts::propose(app, basis, known, record))
            }
        });
    }
    Ok(writes)
}

/// Keeps what each event led to: all in one batch, and if that is refused, one by one.
async fn keep_all(app: &App, merchant: &MerchantId, kept: Vec<Vec<Write>>) -> Result<(), Later> {
    match app.engine.commit(Batch::new(merchant.clone(), kept.iter().flatten().cloned().collect())).await {
        Ok(Receipt::Kept(outcomes)) => {
            app.metrics.events(kept.len());
            stored_keys::tell(merchant, kept.iter().flatten(), &outcomes);
            tell(app, merchant, kept.iter().flatten(), outcomes);
            return Ok(());
        }
        Ok(Receipt::Refused(_) | Receipt::Duplicate(_)) | Err(Error::TooLarge { .. } | Error::Invalid { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    for writes in kept {
        keep(app, merchant, writes).await?;
    }
    Ok(())
}

/// Keeps what one event led to; its end stands first.
async fn keep(app: &App, merchant: &MerchantId, writes: Vec<Write>) -> Result<(), Later> {
    let end = writes.first().cloned();
    match app.engine.commit(Batch::new(merchant.clone(), writes.clone())).await {
        Ok(Receipt::Kept(outcomes)) => {
            app.metrics.events(1);
            stored_keys::tell(merchant, writes.iter(), &outcomes);
            tell(app, merchant, writes.iter(), outcomes);
        }
        // A receipt of a contact that was changed this very moment: it is looked at again.
        Ok(Receipt::Refused(Refusal::OutreachChanged { .. })) => return Err(Later),
        // Another version serves in a moment, and is asked about this event.
        Ok(Receipt::Refused(Refusal::KeysHeld(_))) => return Err(Later),
        // Somebody else has decided, or the timer was moved meanwhile.
        Ok(Receipt::Refused(_) | Receipt::Duplicate(_)) => {}
        // It would fail for ever, and hold up everything behind it: the event ends, its decisions are dropped.
        Err(error @ (Error::TooLarge { .. } | Error::Invalid { .. })) => {
            tracing::warn!(%error, %merchant, "decisions cannot be kept and are dropped");
            app.engine.commit(Batch::new(merchant.clone(), end.into_iter().collect())).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Tells agents and the outbox of contacts that are new or stand otherwise.
fn tell<'a>(
    app: &App,
    merchant: &MerchantId,
    writes: impl Iterator<Item = &'a Write>,
    outcomes: impl IntoIterator<Item = Outcome>,
) {
    for (write, outcome) in writes.zip(outcomes) {
        let (Write::Outreach(record) | Write::OutreachChange(record), Outcome::Done) = (write, outcome) else {
            continue;
        };
        contacts::tell(app, merchant, record);
        if record.due_at.is_some() {
            app.outbox.wake(merchant, &record.customer);
        }
    }
}

/// What the plugins make of each event, and what those that were asked have made it from.
async fn ask(
    app: &Arc<App>,
    merchant: &MerchantId,
    events: impl Iterator<Item = &Event>,
    now: Timestamp,
) -> Result<Vec<(Judged, Option<JudgedRecord>)>, Later> {
    let settings = app.merchants.get(&*app.engine, merchant).await?;
    // Before the keys are read: those of its version are there by then.
    let Some(snapshot) = app.snapshot.load_full() else { return Err(Later) };
    let events: Vec<_> = events.collect();
    let customers: Vec<_> = events.iter().filter_map(|event| event.customer_id.clone()).collect();
    let states = app.engine.handed(merchant, &customers).await?;
    let concerned: Vec<_> = events.iter().map(|event| event.id.clone()).zip(customers.iter().cloned()).collect();
    let occurrences = events.into_iter().zip(customers).zip(states).map(|((event, customer), state)| {
        let customer = state.profile.unwrap_or_else(|| Arc::new(Customer::unknown(customer)));
        Occurrence { event: event.clone(), customer, keys: state.keys, now }
    });
    let occurrences: Vec<_> = occurrences.collect();
    let judged = judge(&snapshot, &app.workers, &settings, occurrences.clone()).await.map_err(|busy| {
        tracing::debug!(%busy, "events wait for a worker");
        Later
    })?;
    for (judged, (event, customer)) in judged.iter().zip(&concerned) {
        let place = Place { turn_id: None, event_id: Some(event.clone()) };
        let about = About { merchant, customer: Some(customer), place, now };
        take_down(app, &snapshot, &about, &judged.calls, &[]);
        for failure in &judged.failures {
            tracing::warn!(plugin = %failure.plugin, kind = failure.kind.as_str(), "a trigger failed");
        }
    }
    let record = |(judged, occurrence): (Judged, Occurrence)| {
        let record = (!judged.calls.is_empty()).then(|| rehearse::judged(&occurrence)).flatten();
        (judged, record)
    };
    Ok(judged.into_iter().zip(occurrences).map(record).collect())
}
