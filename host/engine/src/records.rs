//! What is kept about customers and conversations, as it is written and read.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{
    AgentId, Contact, ConversationId, Customer, CustomerId, Event, EventId, Fields, KeySet, Learned, LiveItem,
    MerchantId, Message, MessageId, PluginId, Recent, SuggestionId, Timer, Timestamp, TurnId,
};
use serde::Serialize;

/// Everything that is known before a message is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Set if this message id is already there: answer with it, and do nothing else.
    pub known: Option<Known>,
    /// What was said before, oldest first, at most the last 20 messages in the order of their arrival.
    pub history: Vec<Message>,
    /// The merchant's live data that is valid at the moment asked for, in key order.
    pub live: Vec<Arc<LiveItem>>,
    /// Who writes.
    pub customer: CustomerState,
    /// What acceptance has taught about the merchant's suggestions.
    pub learned: Arc<Learned>,
}

/// What is known about one customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerState {
    /// The stored profile.
    pub profile: Option<Arc<Customer>>,
    /// What each plugin stored for this customer, in each version that is not gone.
    pub keys: Arc<BTreeMap<KeySet, Fields>>,
    /// When and where they wrote, and what happened in the shop.
    pub recent: Arc<Recent>,
}

/// What a trigger is handed about a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Handed {
    /// The stored profile.
    pub profile: Option<Arc<Customer>>,
    /// What each plugin stored for this customer, in each version that is not gone.
    pub keys: Arc<BTreeMap<KeySet, Fields>>,
}

/// What stands where a message id is already there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The message was answered.
    Answered {
        /// In this turn.
        turn: TurnId,
        /// With this reply, in JSON, byte for byte.
        reply: Arc<str>,
    },
    /// The message was kept without an answer.
    Kept,
}

/// One message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// The thread.
    pub conversation: ConversationId,
    /// Unique in its thread.
    pub id: MessageId,
    /// The customer of the thread.
    pub customer: CustomerId,
    /// `web_chat`, `email`, ...
    pub channel: Arc<str>,
    /// Who said what, and when.
    pub message: Message,
    /// For an agent's message: whose it is, where that is known.
    pub agent: Option<AgentId>,
}

/// A customer's message and the answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRecord {
    /// The turn. Ids that sort by time keep the index small and fast, and `turns` in order.
    pub id: TurnId,
    /// The message that was answered.
    pub message: MessageRecord,
    /// The generation of plugins that answered.
    pub generation: u64,
    /// The reply in JSON, as it goes to the agent.
    pub reply: Arc<str>,
    /// How it came about, in JSON: for those who look into it later. Turns of older releases have none.
    pub trace: Option<Arc<str>>,
    /// What it was answered from, beside its conversation, so that it can be answered again; opaque to the engine.
    pub input: Option<Arc<str>>,
}

/// A turn with what was known around it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptTurn {
    /// The turn.
    pub turn: TurnRecord,
    /// What was said before it, oldest first, at most the last 20 messages in the order of their arrival.
    pub history: Vec<Message>,
    /// When and where its customer had written before.
    pub contacts: Vec<Contact>,
}

/// An event as triggers were handed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRecord {
    /// The event, or the one that a timer has raised.
    pub event: EventId,
    /// Its type.
    pub kind: String,
    /// Whom it concerns.
    pub customer: CustomerId,
    /// When it was judged.
    pub at: Timestamp,
    /// What it was judged from, the event with it; opaque to the engine.
    pub body: Arc<str>,
}

/// The id of the `number`th suggestion of a turn, counted from 1: `<turn id>.<number>`.
/// The turn is found from it, so suggestions need no index of their own.
pub fn suggestion_id(turn: &TurnId, number: usize) -> SuggestionId {
    SuggestionId::from(format!("{turn}.{number}"))
}

/// The turn of a suggestion, from its id; `None` if no suggestion has such an id.
pub fn turn_of(suggestion: &SuggestionId) -> Option<TurnId> {
    let (turn, number) = suggestion.as_str().rsplit_once('.')?;
    number.parse::<u16>().ok().map(|_| turn.into())
}

/// What a plugin stores for a merchant's customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoredKeys {
    /// In which version.
    pub version: u32,
    /// How many keys.
    pub keys: u64,
    /// Bytes, as the quota counts them.
    pub bytes: u64,
    /// For how many customers.
    pub customers: u64,
    /// The most bytes that it may store.
    pub limit: u64,
}

/// What waits in the engine, of all merchants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// Events that nobody has decided on.
    pub open_events: u64,
    /// Timers that are set.
    pub timers: u64,
    /// Contacts that are to be looked at.
    pub contacts: u64,
}

/// An event that has not been decided yet.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenEvent {
    /// Whose.
    pub merchant: MerchantId,
    /// What happened.
    pub event: Event,
}

/// A timer whose moment has come.
#[derive(Clone, Debug, PartialEq)]
pub struct DueTimer {
    /// Whose.
    pub merchant: MerchantId,
    /// Who set it.
    pub plugin: PluginId,
    /// For whom.
    pub customer: CustomerId,
    /// When, and which event it raises.
    pub timer: Timer,
}

/// How many slots customers are spread over; partitions are sets of slots, so their number can change.
pub const SLOTS: u32 = 4096;

/// The slot of a customer; the same in every process and release. Everything about one customer has one slot.
pub fn slot_of(merchant: &MerchantId, customer: &str) -> u32 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(merchant.as_str().len() as u64).to_le_bytes());
    hasher.update(merchant.as_str().as_bytes()).update(customer.as_bytes());
    let [first, second, ..] = *hasher.finalize().as_bytes();
    u32::from(u16::from_le_bytes([first, second])) % SLOTS
}

/// One of `of` parts of all customers. One worker per partition keeps each customer's events in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// From 0 up to `of`.
    pub index: u32,
    /// How many partitions there are, at least 1.
    pub of: u32,
}

impl Partition {
    /// All customers at once.
    pub const ALL: Self = Self { index: 0, of: 1 };
}

/// The moments at which something of a partition comes due next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextDue {
    /// The earliest timer.
    pub timer: Option<Timestamp>,
    /// The earliest contact that is to be looked at.
    pub outreach: Option<Timestamp>,
}
