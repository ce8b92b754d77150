//! Decides on shop events and timers: claims what is open, asks the plugins, keeps the decisions.
//!
//! One task per partition, so that a customer's events stay in order. What one event led to is kept in one batch with
//! the event's end: after a crash it is decided again, or not at all, never by half.

use std::{sync::Arc, time::Duration};

use cuecard_engine::{
    Batch, DueTimer, Error, OpenEvent, Outcome, OutreachId, OutreachRecord, Partition, Receipt, Write,
};
use cuecard_model::{Customer, CustomerId, Decision, Event, MerchantId, PluginVersion, Timestamp};
use cuecard_pipeline::{Judged, Occurrence, judge};

use crate::{
    app::App,
    clock,
    contacts::{self, Basis, Known},
    outbox,
};

/// How many tasks share the customers.
pub const PARTITIONS: u32 = 8;
/// Events taken at a time.
const AT_ONCE: usize = 32;
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

/// Whether there may be more to do at once.
async fn round(app: &Arc<App>, partition: Partition) -> Result<bool, Later> {
    if app.snapshot.load().is_none() || *app.stopping.borrow() {
        return Err(Later);
    }
    let open = app.engine.claim(partition, AT_ONCE).await?;
    let due = app.engine.due(partition, clock::now(), AT_ONCE).await?;
    let more = open.len() == AT_ONCE || due.len() == AT_ONCE;
    for OpenEvent { merchant, event } in open {
        let done = Write::EventDone { event: event.id.clone(), at: clock::now() };
        decide(app, &merchant, event, done).await?;
    }
    for timer in due {
        let (merchant, event, done) = raise(timer);
        decide(app, &merchant, event, done).await?;
    }
    Ok(more)
}

/// The event of a timer whose moment has come.
fn raise(due: DueTimer) -> (MerchantId, Event, Write) {
    let DueTimer { merchant, plugin, customer, timer } = due;
    let id = format!("timer:{plugin}:{customer}:{}:{}", timer.key, timer.at.millis());
    let done = Write::TimerDone { plugin, customer: customer.clone(), key: timer.key, at: timer.at };
    let event =
        Event { id: id.into(), kind: timer.event, at: timer.at, customer_id: Some(customer), fields: timer.fields };
    (merchant, event, done)
}

async fn decide(app: &Arc<App>, merchant: &MerchantId, event: Event, done: Write) -> Result<(), Later> {
    let now = clock::now();
    let end = done.clone();
    let mut writes = vec![done];
    // Triggers decide whom to contact: what concerns nobody is only remembered.
    if let Some(customer) = event.customer_id.clone() {
        let judged = ask(app, merchant, &customer, event.clone(), now).await?;
        writes.extend(judged.key_writes.into_iter().map(|(plugin, writes)| Write::PluginKeys {
            plugin,
            customer: customer.clone(),
            writes,
        }));
        writes.extend(decided(app, merchant, &event, &customer, judged.decisions, now).await?);
    }
    keep(app, merchant, writes, end).await
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

async fn keep(app: &App, merchant: &MerchantId, writes: Vec<Write>, end: Write) -> Result<(), Later> {
    let proposed: Vec<_> = writes.iter().map(|write| proposed(write).cloned()).collect();
    match app.engine.commit(Batch::new(merchant.clone(), writes)).await {
        Ok(Receipt::Kept(outcomes)) => {
            let new = proposed.into_iter().zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Done);
            for record in new.filter_map(|(record, _)| record) {
                contacts::tell(app, merchant, &record);
                if record.due_at.is_some() {
                    app.outbox.wake(merchant, &record.customer);
                }
            }
        }
        // Somebody else has decided, or the timer was moved meanwhile.
        Ok(Receipt::Refused(_) | Receipt::Duplicate(_)) => {}
        // It would fail for ever, and hold up everything behind it: the event ends, its decisions are dropped.
        Err(error @ (Error::TooLarge { .. } | Error::Invalid { .. })) => {
            tracing::warn!(%error, %merchant, "decisions cannot be kept and are dropped");
            app.engine.commit(Batch::new(merchant.clone(), vec![end])).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn ask(
    app: &Arc<App>,
    merchant: &MerchantId,
    customer: &CustomerId,
    event: Event,
    now: Timestamp,
) -> Result<Judged, Later> {
    let settings = app.merchants.get(&*app.engine, merchant).await?;
    let state = app.engine.customer(merchant, customer).await?;
    let profile = state.profile.map_or_else(|| Customer::unknown(customer.clone()), Arc::unwrap_or_clone);
    let Some(snapshot) = app.snapshot.load_full() else { return Err(Later) };
    let occurrence = Occurrence { event, customer: profile, keys: state.keys, now };
    let judged = judge(&snapshot, &app.workers, &settings, occurrence).await.map_err(|busy| {
        tracing::debug!(%busy, "events wait for a worker");
        Later
    })?;
    crate::http::messages::count(app, &snapshot, merchant, &judged.calls);
    for failure in &judged.failures {
        tracing::warn!(plugin = %failure.plugin, kind = failure.kind.as_str(), "a trigger failed");
    }
    Ok(judged)
}

fn proposed(write: &Write) -> Option<&OutreachRecord> {
    if let Write::Outreach(record) = write { Some(record) } else { None }
}
