//! An engine that can be closed and opened again, and short words for what the cases write.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_engine::{Batch, Context, Engine, MessageRecord, Outcome, Receipt, SqliteEngine, TurnRecord, Write};
use cuecard_model::{Customer, Event, Fields, LiveItem, MerchantId, Message, PluginVersion, Role, Timestamp, Value};

pub type Factory = Box<dyn Fn() -> Arc<dyn Engine> + Send + Sync>;

/// One shop's view of an engine.
pub struct Shop {
    factory: Factory,
    pub engine: Arc<dyn Engine>,
    pub merchant: MerchantId,
}

pub fn sqlite() -> Factory {
    let folder = tempfile::tempdir().unwrap();
    Box::new(move || Arc::new(SqliteEngine::open(folder.path()).unwrap()))
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub fn late_parcel() -> PluginVersion {
    PluginVersion { id: "late-parcel".into(), version: "1.2.0".into() }
}

pub fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

pub fn message(conversation: &str, id: &str, text: &str) -> MessageRecord {
    MessageRecord {
        conversation: conversation.into(),
        id: id.into(),
        customer: "u-9".into(),
        channel: "web_chat".into(),
        message: Message { role: Role::Customer, text: text.into(), at: at(100) },
        agent: None,
    }
}

pub fn turn(turn: &str, conversation: &str, id: &str, reply: &str) -> TurnRecord {
    TurnRecord {
        id: turn.into(),
        message: message(conversation, id, id),
        generation: 17,
        reply: reply.into(),
        trace: None,
        input: None,
    }
}

pub fn event(id: &str, customer: Option<&str>) -> Event {
    let fields = fields(&[("tracking", "Z1".into()), ("weight", 1.5.into())]);
    Event {
        id: id.into(),
        kind: "fulfillment.updated".into(),
        at: at(7),
        customer_id: customer.map(Into::into),
        fields,
    }
}

pub fn live(key: &str, from: Option<i64>, until: Option<i64>) -> LiveItem {
    let fields = fields(&[("code", "BF25".into())]);
    LiveItem { key: key.into(), fields, valid_from: from.map(at), valid_until: until.map(at) }
}

pub fn keys(customer: &str, writes: &[(&str, Option<Value>)]) -> Write {
    let writes: BTreeMap<_, _> = writes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Write::PluginKeys { set: "late-parcel".into(), customer: customer.into(), writes }
}

impl Shop {
    pub async fn open(factory: Factory) -> Self {
        let engine = factory();
        Self { factory, engine, merchant: "acme".into() }
    }

    /// Closes the engine and opens it again, as a restart does.
    pub async fn reopen(self) -> Self {
        let Self { factory, engine, merchant } = self;
        assert_eq!(Arc::strong_count(&engine), 1, "the engine is still in use");
        drop(engine);
        Self { engine: factory(), factory, merchant }
    }

    pub async fn commit(&self, writes: Vec<Write>) -> Receipt {
        self.engine.commit(Batch::new(self.merchant.clone(), writes)).await.unwrap()
    }

    /// Commits what must be kept.
    pub async fn keep(&self, writes: Vec<Write>) -> Vec<Outcome> {
        match self.commit(writes).await {
            Receipt::Kept(outcomes) => outcomes,
            other => panic!("not kept: {other:?}"),
        }
    }

    pub async fn context(&self, conversation: &str, message: &str, now: i64) -> Context {
        let (conversation, message) = (conversation.into(), message.into());
        self.engine.context(&self.merchant, &conversation, &message, &"u-9".into(), at(now)).await.unwrap()
    }

    pub async fn texts(&self, conversation: &str) -> Vec<String> {
        let history = self.context(conversation, "next", 100).await.history;
        history.into_iter().map(|message| message.text).collect()
    }
}

pub fn customer(id: &str, locale: &str) -> Customer {
    let mut customer = Customer::unknown(id.into());
    customer.locale = Some(locale.into());
    customer.attributes = fields(&[("vip", true.into())]);
    customer
}
