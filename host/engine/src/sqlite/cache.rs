//! What turns ask for, kept in memory: conversations, customers, live data. Knows no SQL.
//!
//! The writer brings it up to date after each commit and before it answers, so whoever was answered sees the write.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

use cuecard_model::{
    Contact, ConversationId, Customer, CustomerId, Event, Fields, KeySet, Learned, LiveItem, MerchantId, Message,
    MessageId, Role, Value,
};

use super::{
    apply::{Applied, Effects},
    people::Known,
    space::{Space, Weigh},
};
use crate::{
    ApiKey, Batch, Change, CustomerState, Hook, KeysChange, MessageRecord, Outcome, Receipt, TurnRecord, Write,
};

/// Messages of history that a turn is handed.
pub(super) const HISTORY: usize = 20;
/// Message ids remembered per conversation; a longer one is looked up in the database.
pub(super) const IDS: usize = 512;

pub(super) type ConversationKey = (MerchantId, ConversationId);
pub(super) type CustomerKey = (MerchantId, CustomerId);

pub(super) struct Cache {
    conversations: Mutex<Space<ConversationKey, Conversation>>,
    customers: Mutex<Space<CustomerKey, KnownCustomer>>,
    live: Mutex<Space<MerchantId, Live>>,
    learned: Mutex<Space<MerchantId, Arc<Learned>>>,
    /// All of them, by hash.
    api_keys: RwLock<HashMap<Arc<str>, ApiKey>>,
    /// All of them, by hash.
    hooks: RwLock<HashMap<Arc<str>, Hook>>,
    /// All ids that are another name of a customer.
    aliases: RwLock<HashMap<CustomerKey, CustomerId>>,
    pub(super) people: Known,
}

/// The end of a conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    /// Oldest first.
    pub(super) history: VecDeque<Message>,
    /// The ids of all messages, or `None` if there are too many.
    pub(super) ids: Option<HashSet<MessageId>>,
    /// The place of the newest message; a message at or before it is not taken in again.
    pub(super) last: i64,
}

/// What is known about a customer.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownCustomer {
    pub(super) state: CustomerState,
    /// The places of the newest message and event; what stands at or before them is not taken in again.
    pub(super) last_contact: i64,
    pub(super) last_event: i64,
}

/// All live data of a merchant, valid or not, in key order.
pub(super) type Live = Arc<Vec<Arc<LiveItem>>>;

impl Cache {
    /// Room for `budget` bytes beside what is always held.
    pub(super) fn new(
        budget: usize,
        api_keys: Vec<ApiKey>,
        hooks: Vec<Hook>,
        aliases: Vec<(MerchantId, CustomerId, CustomerId)>,
        people: Known,
    ) -> Self {
        let aliases = aliases.into_iter().map(|(merchant, customer, into)| ((merchant, customer), into));
        Self {
            conversations: Mutex::new(Space::new(budget / 2)),
            customers: Mutex::new(Space::new(budget / 4)),
            live: Mutex::new(Space::new(budget / 8)),
            learned: Mutex::new(Space::new(budget / 8)),
            api_keys: RwLock::new(api_keys.into_iter().map(|key| (key.hash.clone(), key)).collect()),
            hooks: RwLock::new(hooks.into_iter().map(|hook| (hook.hash.clone(), hook)).collect()),
            aliases: RwLock::new(aliases.collect()),
            people,
        }
    }

    /// The key that stands for a customer's.
    pub(super) fn canonical(&self, mut key: CustomerKey) -> CustomerKey {
        let aliases = self.aliases.read().unwrap_or_else(PoisonError::into_inner);
        // As long as the writer follows them.
        for _ in 0..32 {
            let Some(into) = aliases.get(&key) else { break };
            key.1 = into.clone();
        }
        key
    }

    pub(super) fn hook(&self, hash: &str) -> Option<Hook> {
        self.hooks.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    pub(super) fn conversations(&self) -> MutexGuard<'_, Space<ConversationKey, Conversation>> {
        lock(&self.conversations)
    }

    pub(super) fn customers(&self) -> MutexGuard<'_, Space<CustomerKey, KnownCustomer>> {
        lock(&self.customers)
    }

    pub(super) fn live(&self) -> MutexGuard<'_, Space<MerchantId, Live>> {
        lock(&self.live)
    }

    pub(super) fn learned(&self) -> MutexGuard<'_, Space<MerchantId, Arc<Learned>>> {
        lock(&self.learned)
    }

    pub(super) fn api_keys(&self) -> RwLockReadGuard<'_, HashMap<Arc<str>, ApiKey>> {
        self.api_keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in changes that are durable now.
    pub(super) fn changed(&self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::ApiKey(key) => {
                    self.api_keys.write().unwrap_or_else(PoisonError::into_inner).insert(key.hash.clone(), key);
                }
                Change::Hook(hook) => {
                    self.hooks.write().unwrap_or_else(PoisonError::into_inner).insert(hook.hash.clone(), hook);
                }
                Change::People(change) => self.people.changed(change),
                // Which keys everybody has is another question from now on.
                Change::Keys(
                    KeysChange::Swap(..) | KeysChange::Restore(..) | KeysChange::Settle(_) | KeysChange::Expire(_),
                ) => self.customers().clear(),
                _ => {}
            }
        }
    }

    /// Takes in a batch that is durable now.
    pub(super) fn committed(&self, batch: Batch, applied: &Applied) {
        let Receipt::Kept(outcomes) = &applied.receipt else { return };
        let mut places = applied.places.iter().copied();
        for (write, outcome) in batch.writes.into_iter().zip(outcomes) {
            self.written(&batch.merchant, write, *outcome, &mut places);
        }
        self.affected(&batch.merchant, &applied.effects);
    }

    fn affected(&self, merchant: &MerchantId, effects: &Effects) {
        if !effects.aliases.is_empty() {
            let mut aliases = self.aliases.write().unwrap_or_else(PoisonError::into_inner);
            for (customer, into) in &effects.aliases {
                let key = (merchant.clone(), customer.clone());
                match into {
                    Some(into) => aliases.insert(key, into.clone()),
                    None => aliases.remove(&key),
                };
            }
        }
        for customer in &effects.stale {
            self.customers().forget(&(merchant.clone(), customer.clone()));
        }
        if effects.unlearned {
            self.learned().forget(merchant);
        } else if !effects.learned.is_empty() {
            self.learned().update(merchant, |learned| {
                let learned = Arc::make_mut(learned);
                effects.learned.iter().for_each(|(arm, tally)| learned.set(arm.clone(), *tally));
            });
        }
        for thread in &effects.threads {
            self.conversations().forget(&(merchant.clone(), thread.clone()));
        }
    }

    fn written(&self, merchant: &MerchantId, write: Write, outcome: Outcome, places: &mut impl Iterator<Item = i64>) {
        match write {
            Write::Message(record) | Write::Turn(TurnRecord { message: record, .. }) => {
                let place = places.next().unwrap_or(i64::MAX);
                if record.message.role == Role::Customer {
                    let key = (merchant.clone(), record.customer.clone());
                    self.customers().update(&key, |known| known.wrote(place, &record));
                }
                let key = (merchant.clone(), record.conversation.clone());
                self.conversations().update(&key, |conversation| conversation.append(place, record));
            }
            Write::Customer(customer) => {
                let key = (merchant.clone(), customer.id.clone());
                self.customers().update(&key, |known| known.state.profile = Some(Arc::new(customer)));
            }
            Write::PluginKeys { set, customer, writes } if outcome == Outcome::Done => {
                let key = (merchant.clone(), customer);
                self.customers().update(&key, |known| merge_keys(&mut known.state, set, writes));
            }
            Write::Event(event) if outcome == Outcome::Done => {
                let place = places.next().unwrap_or(i64::MAX);
                let Some(customer) = event.customer_id.clone() else { return };
                self.customers().update(&(merchant.clone(), customer), |known| known.happened(place, event));
            }
            Write::Live(item) => self.live().update(merchant, |live| put_live(Arc::make_mut(live), Arc::new(item))),
            Write::LiveGone { key } => {
                self.live().update(merchant, |live| Arc::make_mut(live).retain(|item| item.key != key));
            }
            _ => {}
        }
    }
}

/// A thread that panicked while it held the lock has left a whole value: every change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Conversation {
    fn append(&mut self, place: i64, record: MessageRecord) {
        if place <= self.last {
            return;
        }
        self.last = place;
        self.history.push_back(record.message);
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
        if let Some(ids) = &mut self.ids {
            ids.insert(record.id);
            if ids.len() > IDS {
                self.ids = None;
            }
        }
    }
}

impl KnownCustomer {
    fn wrote(&mut self, place: i64, record: &MessageRecord) {
        if place <= self.last_contact {
            return;
        }
        self.last_contact = place;
        let (conversation, channel) = (record.conversation.clone(), record.channel.to_string());
        Arc::make_mut(&mut self.state.recent).wrote(Contact { conversation, channel, at: record.message.at });
    }

    fn happened(&mut self, place: i64, event: Event) {
        if place <= self.last_event {
            return;
        }
        self.last_event = place;
        Arc::make_mut(&mut self.state.recent).happened(event);
    }
}

fn merge_keys(state: &mut CustomerState, set: KeySet, writes: BTreeMap<String, Option<Value>>) {
    let keys = Arc::make_mut(&mut state.keys);
    let mut fields = keys.remove(&set).unwrap_or_default();
    for (name, value) in writes {
        match value {
            Some(value) => fields.insert(name, value),
            None => fields.remove(&name),
        };
    }
    if !fields.is_empty() {
        keys.insert(set, fields);
    }
}

fn put_live(live: &mut Vec<Arc<LiveItem>>, item: Arc<LiveItem>) {
    match live.binary_search_by(|probe| probe.key.cmp(&item.key)) {
        Ok(found) => {
            if let Some(place) = live.get_mut(found) {
                *place = item;
            }
        }
        Err(place) => live.insert(place, item),
    }
}

impl Weigh for Conversation {
    fn weigh(&self) -> usize {
        let text: usize = self.history.iter().map(|message| message.text.len() + 64).sum();
        text + self.ids.as_ref().map_or(0, HashSet::len) * 96
    }
}

impl Weigh for KnownCustomer {
    fn weigh(&self) -> usize {
        let CustomerState { profile, keys, recent } = &self.state;
        let keys: usize = keys.values().map(weigh_fields).sum();
        let contacts: usize = recent.contacts.iter().map(|contact| 96 + contact.channel.len()).sum();
        let events: usize =
            recent.events.iter().map(|event| 128 + event.kind.len() + weigh_fields(&event.fields)).sum();
        keys + contacts + events + profile.as_deref().map_or(0, weigh_customer)
    }
}

impl Weigh for Arc<Learned> {
    fn weigh(&self) -> usize {
        self.arms().map(|(arm, _)| 192 + arm.message.len()).sum()
    }
}

impl Weigh for Live {
    fn weigh(&self) -> usize {
        self.iter().map(|item| 128 + item.key.len() + weigh_fields(&item.fields)).sum()
    }
}

/// Rough, and cheap: strings are counted where they may be long, the rest by the piece.
pub(super) fn weigh_customer(customer: &Customer) -> usize {
    let orders = customer.orders.iter().map(|order| {
        let titles: usize = order.items.iter().map(|item| 256 + item.title.len()).sum();
        512 + titles + 256 * (order.fulfillments.len() + order.refunds.len()) + weigh_fields(&order.attributes)
    });
    512 + orders.sum::<usize>() + weigh_fields(&customer.attributes)
}

pub(super) fn weigh_fields(fields: &Fields) -> usize {
    let one = |(name, value): (&String, &Value)| {
        let text = if let Value::Text(text) = value { text.len() } else { 8 };
        96 + name.len() + text
    };
    fields.iter().map(one).sum()
}
