//! The one question of the hot path: everything known before a message is answered.
//!
//! From memory where it is there, and in one read of the database for what is not.

use std::sync::Arc;

use cuecard_model::{ConversationId, CustomerId, LiveItem, MerchantId, Message, MessageId, Timestamp};
use rusqlite::Connection;

use super::{
    SqliteEngine, apply,
    cache::{Cache, Conversation, KnownCustomer, Live},
    read,
};
use crate::{Context, CustomerState, Known, Result};

/// Who asks for what.
#[derive(Clone)]
pub(super) struct Question {
    pub(super) conversation: (MerchantId, ConversationId),
    pub(super) message: MessageId,
    pub(super) customer: (MerchantId, CustomerId),
    pub(super) now: Timestamp,
}

/// What memory knows; where it does not, the ticket for what will be read.
struct Lookup {
    /// The history, and whether the message is surely new.
    history: Result<(Vec<Message>, bool), u64>,
    customer: Result<CustomerState, u64>,
    live: Result<Vec<Arc<LiveItem>>, u64>,
}

/// What the database said.
struct Loaded {
    known: Option<Known>,
    conversation: Option<Conversation>,
    customer: Option<KnownCustomer>,
    live: Option<Live>,
}

impl SqliteEngine {
    pub(super) async fn know(&self, question: Question) -> Result<Context> {
        let lookup = Lookup::new(&self.cache, &question);
        if let Lookup { history: Ok((history, true)), customer: Ok(customer), live: Ok(live) } = lookup {
            return Ok(Context { known: None, history, live, customer });
        }
        let wanted = [lookup.history.is_err(), lookup.customer.is_err(), lookup.live.is_err()];
        let asked = question.clone();
        let loaded = self.pool.read(move |connection| Loaded::read(connection, &asked, wanted)).await?;
        Ok(loaded.merge(&self.cache, &question, lookup))
    }

    /// Customers of one merchant, in the order asked: those that memory does not know in one read.
    pub(super) async fn know_customers(
        &self,
        merchant: &MerchantId,
        customers: &[CustomerId],
    ) -> Result<Vec<CustomerState>> {
        let (mut found, mut missing) = (Vec::with_capacity(customers.len()), Vec::new());
        for (place, customer) in customers.iter().enumerate() {
            let key = (merchant.clone(), customer.clone());
            match customer_of(&self.cache, &key) {
                Ok(state) => found.push(state),
                Err(ticket) => {
                    found.push(CustomerState::default());
                    missing.push((place, key, ticket));
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let asked: Vec<_> = missing.iter().map(|(_, key, _)| key.clone()).collect();
        let read = move |connection: &Connection| {
            asked.iter().map(|(merchant, customer)| read::customer(connection, merchant, customer)).collect()
        };
        let read: Vec<KnownCustomer> = self.pool.read(read).await?;
        for ((place, key, ticket), known) in missing.into_iter().zip(read) {
            if let Some(state) = found.get_mut(place) {
                *state = known.state.clone();
            }
            self.cache.customers().finish(&key, ticket, known);
        }
        Ok(found)
    }
}

impl Lookup {
    fn new(cache: &Cache, question: &Question) -> Self {
        let mut conversations = cache.conversations();
        let history = match conversations.get(&question.conversation) {
            Some(found) => Ok((history(found), found.is_new(&question.message))),
            None => Err(conversations.begin(&question.conversation)),
        };
        drop(conversations);
        let merchant = &question.customer.0;
        let mut space = cache.live();
        let live = match space.get(merchant) {
            Some(items) => Ok(valid(items, question.now)),
            None => Err(space.begin(merchant)),
        };
        drop(space);
        Self { history, customer: customer_of(cache, &question.customer), live }
    }
}

fn customer_of(cache: &Cache, key: &(MerchantId, CustomerId)) -> Result<CustomerState, u64> {
    let mut customers = cache.customers();
    match customers.get(key) {
        Some(known) => Ok(known.state.clone()),
        None => Err(customers.begin(key)),
    }
}

impl Loaded {
    fn read(connection: &Connection, question: &Question, wanted: [bool; 3]) -> rusqlite::Result<Self> {
        let (merchant, conversation) = &question.conversation;
        let [history, customer, live] = wanted;
        Ok(Self {
            known: apply::known(connection, merchant, conversation.as_str(), question.message.as_str())?,
            conversation: history.then(|| read::conversation_end(connection, merchant, conversation)).transpose()?,
            customer: customer.then(|| read::customer(connection, merchant, &question.customer.1)).transpose()?,
            live: live.then(|| read::live(connection, merchant)).transpose()?,
        })
    }

    /// Puts both halves together, and what was read into memory.
    fn merge(self, cache: &Cache, question: &Question, lookup: Lookup) -> Context {
        let mut context = Context { known: self.known, ..Context::default() };
        match (lookup.history, self.conversation) {
            (Ok((history, _)), _) => context.history = history,
            (Err(ticket), Some(read)) => {
                context.history = history(&read);
                cache.conversations().finish(&question.conversation, ticket, read);
            }
            _ => {}
        }
        match (lookup.customer, self.customer) {
            (Ok(customer), _) => context.customer = customer,
            (Err(ticket), Some(read)) => {
                context.customer = read.state.clone();
                cache.customers().finish(&question.customer, ticket, read);
            }
            _ => {}
        }
        match (lookup.live, self.live) {
            (Ok(live), _) => context.live = live,
            (Err(ticket), Some(read)) => {
                context.live = valid(&read, question.now);
                cache.live().finish(&question.customer.0, ticket, read);
            }
            _ => {}
        }
        context
    }
}

impl Conversation {
    fn is_new(&self, message: &MessageId) -> bool {
        self.ids.as_ref().is_some_and(|ids| !ids.contains(message))
    }
}

fn history(conversation: &Conversation) -> Vec<Message> {
    conversation.history.iter().cloned().collect()
}

fn valid(items: &Live, now: Timestamp) -> Vec<Arc<LiveItem>> {
    items.iter().filter(|item| item.is_valid_at(now)).cloned().collect()
}
