//! Sends what is to be sent: looks at each contact when it comes due, asks the gate again, hands it to a connector, and
//! keeps what is known of its fate.
//!
//! One task per partition, the same as for events, so that two contacts to one customer are never decided at once. An
//! attempt is durable before the call, so a contact whose fate nobody knows is never blindly sent again.

use std::{collections::HashMap, sync::Arc, time::Duration};

use cuecard_engine::{
    AuditEntry, Batch, DueOutreach, Error, OutreachRecord, OutreachState, Partition, Receipt, Write, slot_of,
};
use cuecard_model::{CustomerId, MerchantId, Timestamp};
use cuecard_pipeline::{Address, Judgement, Step, attempt};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    app::App,
    clock,
    connectors::{Connector, Connectors, Parcel, Sending},
    contacts::{self, Basis, Known},
    events::PARTITIONS,
};

/// Contacts looked at in one round.
const AT_ONCE: usize = 64;
/// Calls of one merchant in flight in one partition: a carrier that hangs holds up nobody else.
const CALLS: usize = 8;
/// A contact is handed over at most so often.
const ATTEMPTS: u32 = 5;
/// A carrier is asked about a doubtful contact for so many milliseconds.
const DAY: i64 = 86_400_000;
/// After the engine was busy.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest sleep: the clock on the wall may be set.
const LONGEST: Duration = Duration::from_secs(10);

/// What the sender works with.
pub struct Outbox {
    /// The ways out.
    pub connectors: Connectors,
    wakers: Vec<Notify>,
}

impl Outbox {
    /// A sender over these connectors.
    pub fn new(connectors: Connectors) -> Self {
        Self { connectors, wakers: (0..PARTITIONS).map(|_| Notify::new()).collect() }
    }

    /// Something has changed for this customer: whoever serves them looks again.
    pub fn wake(&self, merchant: &MerchantId, customer: &CustomerId) {
        let index = slot_of(merchant, customer.as_str()) % PARTITIONS;
        if let Some(waker) = self.wakers.get(index as usize) {
            waker.notify_one();
        }
    }
}

/// Starts the tasks; they end when the host is told to stop, once calls in flight have answered.
pub fn start(app: &Arc<App>) -> Vec<tokio::task::JoinHandle<()>> {
    let task = |index| tokio::spawn(run(Arc::clone(app), Partition { index, of: PARTITIONS }));
    (0..PARTITIONS).map(task).collect()
}

/// Calls in flight, each with whose it is.
#[derive(Default)]
struct Calls {
    running: JoinSet<MerchantId>,
    by_merchant: HashMap<MerchantId, usize>,
}

async fn run(app: Arc<App>, partition: Partition) {
    let mut stopping = app.stopping.clone();
    let mut calls = Calls::default();
    let waker = app.outbox.wakers.get(partition.index as usize);
    while !*stopping.borrow() {
        let pause = match round(&app, partition, &mut calls).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "outreach waits for the engine");
                PAUSE
            }
        };
        let woken = async {
            match waker {
                Some(waker) => waker.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = woken => {}
            Some(done) = calls.running.join_next() => calls.ended(done.ok()),
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
    while calls.running.join_next().await.is_some() {}
}

impl Calls {
    fn ended(&mut self, merchant: Option<MerchantId>) {
        match merchant.and_then(|merchant| self.by_merchant.get_mut(&merchant)) {
            Some(count) => *count = count.saturating_sub(1),
            // A call that panicked does not say whose it was.
            None => self.by_merchant.clear(),
        }
    }

    fn start(&mut self, merchant: MerchantId, call: impl Future<Output = MerchantId> + Send + 'static) {
        *self.by_merchant.entry(merchant).or_default() += 1;
        self.running.spawn(call);
    }

    fn is_full(&self, merchant: &MerchantId) -> bool {
        self.by_merchant.get(merchant).is_some_and(|count| *count >= CALLS)
    }
}

/// Looks at what is due; gives how long there is nothing to do.
async fn round(app: &Arc<App>, partition: Partition, calls: &mut Calls) -> Result<Duration, Error> {
    let due = app.engine.outreach_due(partition, clock::now(), AT_ONCE).await?;
    let (found, mut left) = (due.len(), 0);
    for DueOutreach { merchant, record } in due {
        if calls.is_full(&merchant) {
            left += 1;
            continue;
        }
        match record.state {
            OutreachState::Approved | OutreachState::Held => advance(app, calls, merchant, record).await?,
            OutreachState::Sending | OutreachState::Unknown => doubt(app, calls, merchant, record).await?,
            state => {
                let next = record.next(state, &record.reason, clock::now());
                keep(app, &merchant, next).await?;
            }
        }
    }
    match found {
        // A call that ends wakes this task.
        _ if left > 0 => Ok(PAUSE),
        AT_ONCE => Ok(Duration::ZERO),
        _ => Ok(until(app.engine.next_due(partition).await?.outreach)),
    }
}

/// How long to sleep to a moment.
pub(crate) fn until(moment: Option<Timestamp>) -> Duration {
    moment.map_or(LONGEST, clock::span_to).min(LONGEST)
}

/// Asks the gate again, and hands the contact over if it may go.
async fn advance(app: &Arc<App>, calls: &mut Calls, merchant: MerchantId, record: OutreachRecord) -> Result<(), Error> {
    let now = clock::now();
    let Some(basis) = Basis::now(app, &merchant).await? else { return Ok(()) };
    let known = Known::read(&*app.engine, &app.privacy, &merchant, &record.customer, now).await?;
    let (wish, edited) = (contacts::wish(&record), record.edited.as_deref());
    let judged = attempt(&basis.ground(now), &known.addressee(), &wish, record.channel.as_deref(), edited);
    app.metrics.gate("sent", &judged);
    app.metrics.lag(record.due_at.map_or(0, |due| now.millis() - due.millis()));
    let (checked, is_sent) = (contacts::verdict(&judged), judged.step == Step::Send);
    let parcel = parcel(&merchant, &record, &judged);
    let next = OutreachRecord { checked, ..contacts::stand(&record, judged, now) };
    if !is_sent {
        keep(app, &merchant, next).await?;
        return Ok(());
    }
    let Some(connector) = app.outbox.connectors.get(&merchant, &parcel.channel).cloned() else {
        let detail = contacts::no_connector(&parcel.channel);
        let (state, reason, due_at) = (OutreachState::Failed, "no_connector".to_owned(), None);
        keep(app, &merchant, OutreachRecord { state, reason, detail, due_at, ..next }).await?;
        return Ok(());
    };
    let sending = OutreachRecord {
        state: OutreachState::Sending,
        attempted_at: Some(now),
        attempts: record.attempts + 1,
        handed: serde_json::to_value(&parcel).ok(),
        // If nobody has written down what came of it by then, nobody will.
        due_at: Some(Timestamp::from_millis(now.millis() + 2 * app.limits.send_timeout_ms.cast_signed())),
        ..next
    };
    // From here on it counts as sent until the opposite is sure.
    if keep(app, &merchant, sending.clone()).await? {
        calls.start(merchant.clone(), call(Arc::clone(app), merchant, sending, parcel, connector));
    }
    Ok(())
}

fn parcel(merchant: &MerchantId, record: &OutreachRecord, judged: &Judgement) -> Parcel {
    let Address { to, conversation } = judged.address.clone();
    let (text, locale) = judged.words.as_ref().map(|it| (it.text.clone(), it.locale.clone())).unwrap_or_default();
    Parcel {
        idempotency_key: key(merchant, record),
        outreach: record.id.to_string(),
        channel: judged.channel.clone().unwrap_or_default(),
        to,
        conversation,
        customer: record.customer.clone(),
        purpose: record.outreach.purpose,
        subject: judged.subject.clone(),
        text,
        template: record.outreach.template.clone(),
        locale,
    }
}

fn key(merchant: &MerchantId, record: &OutreachRecord) -> String {
    format!("{merchant}:{}", record.id)
}

/// One call, and what is known of it afterwards.
async fn call(
    app: Arc<App>,
    merchant: MerchantId,
    record: OutreachRecord,
    parcel: Parcel,
    connector: Arc<dyn Connector>,
) -> MerchantId {
    let most = Duration::from_millis(app.limits.send_timeout_ms);
    let sent = tokio::time::timeout(most, connector.send(&parcel)).await;
    let detail = format!("no answer within {} ms", most.as_millis());
    let sending = sent.unwrap_or(Sending::Unknown { detail });
    while let Err(error) = keep_fate(&app, &merchant, &record, &sending).await {
        tracing::warn!(%error, outreach = %record.id, "the fate of a contact cannot be kept yet");
        if matches!(error, Error::Closed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    merchant
}

/// Keeps what is known. If the record was changed meanwhile, what is known now holds all the same.
async fn keep_fate(app: &App, merchant: &MerchantId, record: &OutreachRecord, sending: &Sending) -> Result<(), Error> {
    if keep(app, merchant, after(record, sending, app.limits.send_timeout_ms, clock::now())).await? {
        return Ok(());
    }
    let Some(found) = app.engine.contact(merchant, &record.id).await? else { return Ok(()) };
    if matches!(found.state, OutreachState::Sending | OutreachState::Unknown) && found.attempts == record.attempts {
        keep(app, merchant, after(&found, sending, app.limits.send_timeout_ms, clock::now())).await?;
    }
    Ok(())
}

/// The record after an attempt.
fn after(record: &OutreachRecord, sending: &Sending, send_timeout_ms: u64, now: Timestamp) -> OutreachRecord {
    let later = |wait: Duration| {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Some(Timestamp::from_millis(now.millis().saturating_add(wait)))
    };
    let by = record.by.clone();
    match sending {
        Sending::Sent { reference } => {
            let reference = reference.clone();
            OutreachRecord { reference, by, ..record.next(OutreachState::Sent, "sent", now) }
        }
        // What was surely not taken does not count for caps.
        Sending::NotTaken { detail, .. } if record.attempts >= ATTEMPTS => {
            let detail = detail.clone();
            OutreachRecord { detail, attempted_at: None, by, ..record.next(OutreachState::Failed, "not_taken", now) }
        }
        Sending::NotTaken { retry_after, detail } => {
            let due_at = later(retry_after.unwrap_or_default().max(backoff(record.attempts)));
            let next = record.next(OutreachState::Approved, "not_taken", now);
            OutreachRecord { detail: detail.clone(), attempted_at: None, due_at, by, ..next }
        }
        Sending::Refused { detail } => {
            let detail = detail.clone();
            OutreachRecord { detail, attempted_at: None, by, ..record.next(OutreachState::Failed, "refused", now) }
        }
        // The carrier may still be at it: it is asked after a while.
        Sending::Unknown { detail } => {
            let due_at = later(Duration::from_millis(send_timeout_ms));
            let next = record.next(OutreachState::Unknown, "unknown", now);
            OutreachRecord { detail: detail.clone(), due_at, by, ..next }
        }
    }
}

/// 5 s, 30 s, 3 min, 18 min.
fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(5 * 6_u64.pow(attempts.saturating_sub(1).min(4)))
}

/// A contact that was handed over, and nobody knows whether it was taken: the carrier is asked, aside. If this process
/// ends before the answer, the next one asks again.
async fn doubt(app: &Arc<App>, calls: &mut Calls, merchant: MerchantId, record: OutreachRecord) -> Result<(), Error> {
    let now = clock::now();
    let due_at = Some(Timestamp::from_millis(now.millis() + 2 * app.limits.send_timeout_ms.cast_signed()));
    let (detail, by) = (record.detail.clone(), record.by.clone());
    let asked = OutreachRecord { due_at, detail, by, ..record.next(OutreachState::Unknown, "unknown", now) };
    if keep(app, &merchant, asked.clone()).await? {
        calls.start(merchant.clone(), ask(Arc::clone(app), merchant, asked));
    }
    Ok(())
}

async fn ask(app: Arc<App>, merchant: MerchantId, record: OutreachRecord) -> MerchantId {
    let connector = app.outbox.connectors.get(&merchant, record.channel.as_deref().unwrap_or_default());
    let most = Duration::from_millis(app.limits.send_timeout_ms);
    // As it was handed over: by now the customer may be reached elsewhere.
    let handed = record.handed.clone().and_then(|parcel| serde_json::from_value(parcel).ok());
    let found = match connector.zip(handed) {
        Some((connector, parcel)) => tokio::time::timeout(most, connector.lookup(&parcel)).await.ok().flatten(),
        None => None,
    };
    let next = after_doubt(&record, found, connector.is_some_and(|it| it.is_idempotent()), clock::now());
    while let Err(error) = keep(&app, &merchant, next.clone()).await {
        tracing::warn!(%error, outreach = %record.id, "the fate of a contact cannot be kept yet");
        if matches!(error, Error::Closed) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    merchant
}

/// The record after the carrier was asked: it is handed over again only if it surely was not taken, or if the carrier
/// takes the same key once; else a person must say.
fn after_doubt(record: &OutreachRecord, found: Option<bool>, is_idempotent: bool, now: Timestamp) -> OutreachRecord {
    let by = record.by.clone();
    let again = |attempted_at| {
        let (due_at, by) = (Some(now), by.clone());
        OutreachRecord { due_at, attempted_at, by, ..record.next(OutreachState::Approved, "again", now) }
    };
    let may_again = record.attempts < ATTEMPTS;
    match found {
        Some(true) => OutreachRecord { by, ..record.next(OutreachState::Sent, "sent", now) },
        Some(false) if may_again => again(None),
        Some(false) => {
            let (attempted_at, detail) = (None, record.detail.clone());
            OutreachRecord { attempted_at, detail, by, ..record.next(OutreachState::Failed, "not_taken", now) }
        }
        None if is_idempotent && may_again => again(record.attempted_at),
        // Perhaps the carrier was only out of reach: it is asked again, each time after twice as long, for a day.
        None => {
            let detail = "nobody knows whether it was sent; hint: find out, and POST /v1/outreach/{id}/resolve".into();
            let since = now.millis() - record.attempted_at.unwrap_or(now).millis();
            let due_at = (since < DAY).then(|| Timestamp::from_millis(now.millis() + since.max(1000)));
            OutreachRecord { detail, due_at, by, ..record.next(OutreachState::Unknown, "unknown", now) }
        }
    }
}

/// Keeps a change and tells of it; `false` if somebody else was faster.
pub(crate) async fn keep(app: &App, merchant: &MerchantId, record: OutreachRecord) -> Result<bool, Error> {
    keep_told(app, merchant, record, None).await
}

/// The same with who did it, in one commit.
pub(crate) async fn keep_told(
    app: &App,
    merchant: &MerchantId,
    record: OutreachRecord,
    audit: Option<AuditEntry>,
) -> Result<bool, Error> {
    let writes = std::iter::once(Write::OutreachChange(record.clone())).chain(audit.map(Write::Audit));
    let batch = Batch::new(merchant.clone(), writes.collect());
    let kept = matches!(app.engine.commit(batch).await?, Receipt::Kept(_));
    if kept {
        contacts::tell(app, merchant, &record);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use cuecard_engine::OutreachId;
    use cuecard_model::Event;

    use super::*;

    fn record(attempts: u32) -> OutreachRecord {
        let event = Event {
            id: "e".into(),
            kind: "k".into(),
            at: Timestamp::default(),
            customer_id: None,
            fields: cuecard_model::Fields::new(),
        };
        let outreach = serde_json::from_str(r#"{"occurrence":"o","purpose":"service"}"#).unwrap();
        let plugin = serde_json::from_str("\"p@1.0.0\"").unwrap();
        let new = OutreachRecord::new(OutreachId::new("1"), plugin, "u".into(), outreach, event, Timestamp::default());
        OutreachRecord { state: OutreachState::Sending, attempts, attempted_at: Some(at(1)), ..new }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn what_follows_an_attempt() {
        use OutreachState::{Approved, Failed, Sent, Unknown};
        let detail = || "x".to_owned();
        let later = |seconds| Sending::NotTaken { retry_after: Some(Duration::from_secs(seconds)), detail: detail() };
        // Each: attempts so far, what the connector said, the state, when it is looked at, and whether it counts for caps.
        for (attempts, sending, state, due, counts) in [
            (1, Sending::Sent { reference: None }, Sent, None, true),
            (1, later(0), Approved, Some(105), false),
            (2, later(0), Approved, Some(130), false),
            (1, later(900), Approved, Some(1000), false),
            (5, later(0), Failed, None, false),
            (1, Sending::Refused { detail: detail() }, Failed, None, false),
            (5, Sending::Unknown { detail: detail() }, Unknown, Some(115), true),
        ] {
            let next = after(&record(attempts), &sending, 15_000, at(100));
            let found = (next.state, next.due_at, next.attempted_at.is_some(), next.revision);
            assert_eq!(found, (state, due.map(at), counts, 1), "{attempts} {sending:?}");
        }
    }

    #[test]
    fn what_follows_a_doubt() {
        use OutreachState::{Approved, Failed, Sent, Unknown};
        for (attempts, found, is_idempotent, state, due, counts) in [
            (1, Some(true), false, Sent, None, true),
            (1, Some(false), false, Approved, Some(100), false),
            (5, Some(false), true, Failed, None, false),
            (1, None, true, Approved, Some(100), true),
            (5, None, true, Unknown, Some(199), true),
            (1, None, false, Unknown, Some(199), true),
        ] {
            let next = after_doubt(&record(attempts), found, is_idempotent, at(100));
            let stands = (next.state, next.due_at, next.attempted_at.is_some());
            assert_eq!(stands, (state, due.map(at), counts), "{attempts} {found:?} {is_idempotent}");
        }
    }
}
