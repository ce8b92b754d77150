//! A batch: writes of one merchant that are kept together or not at all.
//!
//! The same shape serves a database transaction and an atomic batch of a log with expected revisions, so it knows
//! preconditions ("not yet there", "still in this state") and no reads.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{
    Arm, ConsentRecord, ConversationId, Customer, CustomerId, Event, EventId, KeySet, LiveItem, MerchantId, MessageId,
    News, PluginId, Suppression, Timer, Timestamp, TurnId, Value,
};

use crate::{
    AuditEntry, CaseOutcome, Errand, Feedback, JudgedRecord, Known, MessageRecord, OutreachId, OutreachRecord,
    OutreachState, ProposalRecord, Review, Room, Trial, TurnRecord,
};

/// Writes of one merchant that are kept together or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose.
    pub merchant: MerchantId,
    /// In order.
    pub writes: Vec<Write>,
}

impl Batch {
    /// A batch of these writes.
    pub fn new(merchant: MerchantId, writes: Vec<Write>) -> Self {
        Self { merchant, writes }
    }
}

/// One write. Those with a precondition say so; if one fails, the whole batch is refused.
#[derive(Clone, Debug)]
pub enum Write {
    /// A message without an answer, e.g. an agent's. Precondition: its id is new in its conversation.
    Message(MessageRecord),
    /// A customer's message and the answer to it. Precondition: the message id is new in its conversation.
    Turn(TurnRecord),
    /// What an agent did with a suggestion. The same action twice keeps the later one, but of *shown* the first.
    Feedback(Feedback),
    /// Learns what is to be learned from all feedback on a turn's suggestions, that of this batch included. It replaces
    /// what was learned from the turn before, so nothing counts twice. [`Outcome::Known`] if it teaches nothing new.
    Learn {
        /// The turn.
        turn: TurnId,
        /// What its suggestions say, best first.
        arms: Vec<Arm>,
    },
    /// A conversation in an experiment. The first record stays, and the first answer; [`Outcome::Known`] for the others.
    Trial(Trial),
    /// That something came of a conversation's case. [`Outcome::Known`] if its id is there.
    CaseOutcome(CaseOutcome),
    /// That a person has looked over a scenario.
    Review(Review),
    /// A customer's profile; replaces the one before.
    Customer(Customer),
    /// An item of live data; replaces the one with its key.
    Live(LiveItem),
    /// Forgets an item of live data.
    LiveGone {
        /// The item's key.
        key: String,
    },
    /// What a plugin stores for a customer. Over the quota the write is dropped: [`Outcome::KeysFull`]; so it is where
    /// another set has taken the place of this one: [`Outcome::KeysStale`]. Precondition: the set is not held.
    PluginKeys {
        /// Whose keys, in which version.
        set: KeySet,
        /// For whom.
        customer: CustomerId,
        /// In name order; `None` forgets.
        writes: BTreeMap<String, Option<Value>>,
    },
    /// Forgets what a plugin stored for a customer, in every version. [`Outcome::Known`] if that was nothing.
    KeysGone {
        /// Whose keys.
        plugin: PluginId,
        /// For whom.
        customer: CustomerId,
    },
    /// A shop event to be decided. [`Outcome::Known`] if its id is already there.
    Event(Event),
    /// An event has been decided. Precondition: it is still open.
    EventDone {
        /// Which one.
        event: EventId,
        /// When.
        at: Timestamp,
    },
    /// What an event was judged from, so that it can be judged again.
    Judged(JudgedRecord),
    /// Sets a timer, or moves the one with the same plugin, customer and key.
    Timer {
        /// Whose timer.
        plugin: PluginId,
        /// For whom.
        customer: CustomerId,
        /// When, and which event it raises.
        timer: Timer,
    },
    /// Forgets a timer. [`Outcome::Known`] if there is none.
    CancelTimer {
        /// Whose timer.
        plugin: PluginId,
        /// For whom.
        customer: CustomerId,
        /// Which one.
        key: String,
    },
    /// A timer has fired and been dealt with. Precondition: it is still set, and for this very moment.
    TimerDone {
        /// Whose timer.
        plugin: PluginId,
        /// For whom.
        customer: CustomerId,
        /// Which one.
        key: String,
        /// The moment for which it was set, as `due` gave it.
        at: Timestamp,
    },
    /// A proposed contact. [`Outcome::Known`] if this plugin has proposed the occurrence for this customer before.
    Outreach(OutreachRecord),
    /// A proposed contact as it stands now. Precondition: its revision is the next of the one that is kept.
    OutreachChange(OutreachRecord),
    /// What a customer agreed to, or no longer agrees to. [`Outcome::Known`] if this very record is there.
    Consent(ConsentRecord),
    /// A channel that must not be used. [`Outcome::Known`] if it is so already for this cause.
    Suppression {
        /// A customer's id, or a keyed hash of an address whose customer was erased.
        subject: Arc<str>,
        /// Which channel, why, since when.
        suppression: Suppression,
    },
    /// What came from another system's conversation. [`Outcome::Known`] if an errand with its id is there.
    Errand(Errand),
    /// An errand as it stands now. Precondition: its revision is the next of the one that is kept.
    ErrandChange(Errand),
    /// A message says something else now, or nothing any more. [`Outcome::Known`] if it did before, or is not there.
    Rewrite {
        /// Its thread.
        conversation: ConversationId,
        /// Its id.
        message: MessageId,
        /// What it says.
        text: String,
    },
    /// A webhook's delivery, by every name that it has. Precondition: none of them is known.
    Delivery {
        /// Its names.
        keys: Vec<String>,
        /// When it came.
        at: Timestamp,
    },
    /// An event with what it changes: identities, profile, orders. [`Outcome::Known`] if the event is known.
    News(Box<News>),
    /// Makes an id a customer of its own again. Precondition: it is another name of somebody.
    Split {
        /// The id.
        customer: CustomerId,
        /// When.
        at: Timestamp,
        /// Who says so.
        by: String,
    },
    /// Erases a customer under all ids. [`Outcome::Known`] if nothing was kept.
    Erase(CustomerId),
    /// Sweeps old rows away. [`Outcome::Known`] if they were gone.
    Sweep {
        /// Of which kind.
        room: Room,
        /// Which, as [`crate::Engine::aged`] gave them.
        rows: Vec<i64>,
    },
    /// Forgets how deliveries are known again, and what waited in vain, from before a moment; some at a time.
    /// [`Outcome::Known`] if there was nothing more.
    Tidy {
        /// The moment.
        before: Timestamp,
        /// How many at most.
        limit: usize,
    },
    /// An agent's words that may become a script; or what became of them. [`Outcome::Known`] if that is decided already.
    Proposal(ProposalRecord),
    /// What somebody did: kept with the writes before it that it tells of. [`Outcome::Known`], and not kept, if none of
    /// those changed anything.
    Audit(AuditEntry),
}

/// What became of a batch. It is durable before this is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// It is kept: one outcome per write, in order.
    Kept(Vec<Outcome>),
    /// A message with this id is already there, so nothing of the batch is kept. This is what stands instead.
    Duplicate(Known),
    /// A precondition failed, so nothing of the batch is kept.
    Refused(Refusal),
}

/// What became of one write of a kept batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept.
    Done,
    /// It was so before, and nothing changed.
    Known,
    /// It was dropped: the plugin has used up what it may store for this merchant.
    KeysFull {
        /// Bytes that would be stored.
        bytes: u64,
        /// The most that may be.
        limit: u64,
    },
    /// It was dropped: another version of the plugin's keys is in use by now.
    KeysStale,
}

/// Which precondition failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The event is not open: unknown, or decided already.
    EventNotOpen(EventId),
    /// The timer is not set for that moment: moved, cancelled or done already.
    TimerNotSet {
        /// Whose timer.
        plugin: PluginId,
        /// For whom.
        customer: CustomerId,
        /// Which one.
        key: String,
    },
    /// The contact was changed by someone else meanwhile, or is unknown (`None`).
    OutreachChanged {
        /// Which one.
        id: OutreachId,
        /// The state it is in.
        found: Option<OutreachState>,
    },
    /// The errand was changed by someone else meanwhile, or is gone.
    ErrandChanged(Arc<str>),
    /// These keys are about to be replaced by those of another version: ask the plugin that serves by then.
    KeysHeld(KeySet),
    /// The webhook has been delivered before.
    Delivered,
    /// The id is nobody's other name.
    NotMerged(CustomerId),
}
