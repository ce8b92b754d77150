//! The one question of the hot path: everything known before a message is answered.
//!
//! From memory where it is there, and in one read of the database for what is not.

use std::sync::Arc;

use cuecard_model::{ConversationId, CustomerId, Learned, LiveItem, MerchantId, Message, MessageId, Timestamp};
use rusqlite::Connection;

use super::{
    SqliteEngine, apply,
    cache::{Cache, Conversation, KnownCustomer, Live},
    learn, read,
};
use crate::{Context, CustomerState, Handed, Known, Result};

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
    learned: Result<Arc<Learned>, u64>,
}

/// What the database said.
struct Loaded {
    known: Option<Known>,
    conversation: Option<Conversation>,
    customer: Option<KnownCustomer>,
    live: Option<Live>,
    learned: Option<Arc<Learned>>,
}

impl SqliteEngine {
    pub(super) async fn know(&self, question: Question) -> Result<Context> {
        let lookup = Lookup::new(&self.cache, &question);
        if let Lookup { history: Ok((history, true)), customer: Ok(customer), live: Ok(live), learned: Ok(learned) } =
            lookup
        {
            return Ok(Context { known: None, history, live, customer, learned });
        }
        let missing = [lookup.history.is_err(), lookup.customer.is_err(), lookup.live.is_err()];
        let wanted = (missing, lookup.learned.is_err());
        let asked = question.clone();
        let loaded = self.pool.read(move |connection| Loaded::read(connection, &asked, wanted)).await?;
        Ok(loaded.merge(&self.cache, &question, lookup))
    }

    pub(super) async fn know_customer(&self, key: (MerchantId, CustomerId)) -> Result<CustomerState> {
        let ticket = match customer_of(&self.cache, &key) {
            Ok(state) => return Ok(state),
            Err(ticket) => ticket,
        };
        let asked = key.clone();
        let state = self.pool.read(move |connection| read::customer(connection, &asked.0, &asked.1)).await?;
        self.cache.customers().finish(&key, ticket, state.clone());
        Ok(state.state)
    }

    pub(super) async fn know_learned(&self, merchant: &MerchantId) -> Result<Arc<Learned>> {
        let ticket = match learned_of(&self.cache, merchant) {
            Ok(learned) => return Ok(learned),
            Err(ticket) => ticket,
        };
        let asked = merchant.clone();
        let learned = self.pool.read(move |connection| learn::all(connection, &asked)).await?;
        self.cache.learned().finish(merchant, ticket, Arc::clone(&learned));
        Ok(learned)
    }

    /// Customers of one merchant, in the order asked: those that memory does not know in one read. They are not put into
    /// memory: an event needs a part of what a message needs, and most customers write seldom.
    pub(super) async fn hand(&self, merchant: &MerchantId, customers: Vec<CustomerId>) -> Result<Vec<Handed>> {
        let known = |customer: &CustomerId| {
            let mut space = self.cache.customers();
            let state = &space.get(&(merchant.clone(), customer.clone()))?.state;
            Some(Handed { profile: state.profile.clone(), keys: Arc::clone(&state.keys) })
        };
        let found: Vec<_> = customers.iter().map(known).collect();
        if let Some(all) = found.iter().cloned().collect() {
            return Ok(all);
        }
        let merchant = merchant.clone();
        let read = move |connection: &Connection| {
            let pairs = found.into_iter().zip(&customers);
            pairs.map(|(found, it)| found.map_or_else(|| read::handed(connection, &merchant, it), Ok)).collect()
        };
        self.pool.read(read).await
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
        let learned = learned_of(cache, merchant);
        Self { learned, history, customer: customer_of(cache, &question.customer), live }
    }
}

fn learned_of(cache: &Cache, merchant: &MerchantId) -> Result<Arc<Learned>, u64> {
    let mut space = cache.learned();
    match space.get(merchant) {
        Some(learned) => Ok(Arc::clone(learned)),
        None => Err(space.begin(merchant)),
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
    fn read(connection: &Connection, question: &Question, wanted: ([bool; 3], bool)) -> rusqlite::Result<Self> {
        let (merchant, conversation) = &question.conversation;
        let ([history, customer, live], learned) = wanted;
        Ok(Self {
            known: apply::known(connection, merchant, conversation.as_str(), question.message.as_str())?,
            conversation: history.then(|| read::conversation_end(connection, merchant, conversation)).transpose()?,
            customer: customer.then(|| read::customer(connection, merchant, &question.customer.1)).transpose()?,
            live: live.then(|| read::live(connection, merchant)).transpose()?,
            learned: learned.then(|| learn::all(connection, merchant)).transpose()?,
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
        match (lookup.learned, self.learned) {
            (Ok(learned), _) => context.learned = learned,
            (Err(ticket), Some(read)) => {
                context.learned = Arc::clone(&read);
                cache.learned().finish(&question.customer.0, ticket, read);
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
