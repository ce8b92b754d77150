//! Between what is kept about a contact and the pipeline that decides on it: brings the facts together, and writes down
//! what was decided. Knows no connector.

use std::sync::Arc;

use cuecard_engine::{Engine, Error, OutreachRecord, OutreachState};
use cuecard_model::{
    ContactFacts, ConversationId, Customer, CustomerId, LiveItem, MerchantId, MessageId, Recent, Timestamp,
};
use cuecard_pipeline::{Addressee, Ground, Judgement, Snapshot, Step, Wish};
use cuecard_understand::Understanding;

use crate::{app::App, hub::Heard, merchants::Settled, privacy::Privacy};

/// What is known of one customer at one moment.
pub struct Known {
    profile: Arc<Customer>,
    recent: Arc<Recent>,
    live: Vec<Arc<LiveItem>>,
    facts: ContactFacts,
}

impl Known {
    /// Reads it, as for a message that nobody has written.
    pub async fn read(
        engine: &dyn Engine,
        privacy: &Privacy,
        merchant: &MerchantId,
        customer: &CustomerId,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (conversation, message) = (ConversationId::from(""), MessageId::from(""));
        let context = engine.context(merchant, &conversation, &message, customer, now).await?;
        let profile = context.customer.profile.unwrap_or_else(|| Arc::new(Customer::unknown(customer.clone())));
        // Who was erased and has come back is found by what the erasing left.
        let subjects = privacy.subjects(merchant, &profile);
        let facts = engine.contact_facts(merchant, customer, &subjects).await?;
        Ok(Self { profile, recent: context.customer.recent, live: context.live, facts })
    }

    /// The same as the pipeline wants it.
    pub fn addressee(&self) -> Addressee<'_> {
        Addressee { customer: &self.profile, recent: &self.recent, facts: &self.facts, live: &self.live }
    }
}

/// What is decided on: a snapshot, and what a merchant has settled.
pub struct Basis {
    snapshot: Arc<Snapshot>,
    understanding: Arc<Understanding>,
    settled: Settled,
}

impl Basis {
    /// As it stands now; `None` before the first generation.
    pub async fn now(app: &App, merchant: &MerchantId) -> Result<Option<Self>, Error> {
        let settled = app.merchants.settled(&*app.engine, merchant).await?;
        let found = crate::http::messages::understanding(app, merchant).await.ok();
        Ok(found.map(|(snapshot, understanding)| Self { snapshot, understanding, settled }))
    }

    /// The same as the pipeline wants it.
    pub fn ground(&self, now: Timestamp) -> Ground<'_> {
        let Settled { merchant, policy, .. } = &self.settled;
        Ground { snapshot: &self.snapshot, understanding: &self.understanding, merchant, policy, now }
    }
}

/// What a record proposes.
pub fn wish(record: &OutreachRecord) -> Wish<'_> {
    Wish {
        id: record.id.as_str(),
        plugin: &record.plugin,
        outreach: &record.outreach,
        event_at: record.event.as_ref().map_or(record.created_at, |event| event.at),
        created_at: record.created_at,
    }
}

/// Decides on a proposal that nobody has seen yet.
pub fn propose(app: &App, basis: &Basis, known: &Known, record: OutreachRecord) -> OutreachRecord {
    let now = record.created_at;
    let judged = cuecard_pipeline::propose(&basis.ground(now), &known.addressee(), &wish(&record));
    app.metrics.gate("decided", &judged);
    let by_itself = matches!(judged.step, Step::Send | Step::Wait(_));
    let channel = judged.channel.clone().unwrap_or_default();
    let decided = verdict(&judged);
    let mut record = OutreachRecord { revision: record.revision, decided, ..stand(&record, judged, now) };
    if by_itself && app.outbox.connectors.get(&basis.settled.merchant.id, &channel).is_none() {
        (record.state, record.due_at) = (OutreachState::Proposed, None);
        (record.reason, record.detail) = ("no_connector".into(), no_connector(&channel));
    }
    record
}

/// The record as it stands after a judgement. `Send` means that it may go at once.
pub fn stand(record: &OutreachRecord, judged: Judgement, now: Timestamp) -> OutreachRecord {
    let (state, due_at) = match judged.step {
        Step::Propose => (OutreachState::Proposed, None),
        Step::Send => (OutreachState::Approved, Some(now)),
        Step::Wait(until) => (OutreachState::Held, Some(until)),
        Step::Drop => (OutreachState::Dropped, None),
        Step::Fail => (OutreachState::Failed, None),
    };
    let rendered = judged.words.and_then(|words| serde_json::to_value(words).ok());
    OutreachRecord {
        due_at,
        channel: judged.channel.map(Arc::from).or_else(|| record.channel.clone()),
        rendered: rendered.or_else(|| record.rendered.clone()),
        detail: judged.detail,
        by: record.by.clone(),
        ..record.next(state, judged.reason, now)
    }
}

/// A judgement's verdict as it is kept.
pub fn verdict(judged: &Judgement) -> Option<serde_json::Value> {
    judged.verdict.as_ref().and_then(|verdict| serde_json::to_value(verdict).ok())
}

/// Why nothing goes out on a channel.
pub fn no_connector(channel: &str) -> String {
    format!("no connector serves {channel}; hint: add a [[connector]] for it to the configuration")
}

/// Tells agents and the counters how a contact stands now.
pub fn tell(app: &App, merchant: &MerchantId, record: &OutreachRecord) {
    app.metrics.outreach(record.state.as_str(), &record.reason);
    let data = app.hub.is_heard(merchant).then(|| serde_json::to_string(record).ok()).flatten();
    if let Some(data) = data {
        app.hub.say(merchant, Heard { event: "outreach", data, conversation: None, agent: None, open: Vec::new() });
    }
}
