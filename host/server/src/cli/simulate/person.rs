//! A customer of the simulation: what is known, what is to come, and what is due next.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, anyhow, bail};
use cuecard_model::{
    ConsentAnswer, ConsentPurpose, ConsentRecord, ContactFacts, Customer, CustomerId, Event, Fields, KeySet, Outreach,
    PluginId, PluginVersion, Recent, Timer, Timestamp,
};
use serde_json::Value as Json;

use crate::{cli::lines, http::events};

/// One customer.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) customer: Arc<Customer>,
    pub(super) keys: Arc<BTreeMap<KeySet, Fields>>,
    pub(super) recent: Recent,
    pub(super) facts: ContactFacts,
    events: VecDeque<Event>,
    timers: BTreeMap<(PluginId, String), Timer>,
    waiting: Vec<Waiting>,
}

/// A contact that waits for its moment.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: Arc<str>,
    pub(super) plugin: PluginVersion,
    pub(super) outreach: Outreach,
    pub(super) channel: Option<String>,
    pub(super) event_at: Timestamp,
    pub(super) created_at: Timestamp,
    pub(super) due: Timestamp,
}

/// What comes next for a customer.
#[derive(Debug)]
pub(super) enum Next {
    /// Something happened, or a timer has come.
    Event(Event),
    /// A contact is to be looked at again.
    Contact(Box<Waiting>),
}

impl Person {
    fn new(id: CustomerId) -> Self {
        Self {
            customer: Arc::new(Customer::unknown(id)),
            keys: Arc::default(),
            recent: Recent::default(),
            facts: ContactFacts::default(),
            events: VecDeque::new(),
            timers: BTreeMap::new(),
            waiting: Vec::new(),
        }
    }

    /// The earliest of what is to come, with its moment. What has happened goes before a timer of the same moment.
    pub(super) fn next(&mut self) -> Option<(Timestamp, Next)> {
        let event = self.events.front().map(|event| event.at);
        let timer = self.timers.iter().map(|(key, timer)| (timer.at, key)).min();
        let contact = self.waiting.iter().enumerate().map(|(place, waiting)| (waiting.due, place)).min();
        let first = [event, timer.map(|(at, _)| at), contact.map(|(at, _)| at)].into_iter().flatten().min()?;
        if event == Some(first) {
            let event = self.events.pop_front()?;
            self.recent.happened(event.clone());
            return Some((first, Next::Event(event)));
        }
        if let Some((_, key)) = timer.filter(|(at, _)| *at == first) {
            let (plugin, key) = key.clone();
            let Timer { key, at, event, fields } = self.timers.remove(&(plugin.clone(), key))?;
            let (id, customer_id) = (format!("timer:{plugin}:{key}:{}", at.millis()), Some(self.customer.id.clone()));
            return Some((first, Next::Event(Event { id: id.into(), kind: event, at, customer_id, fields })));
        }
        contact.map(|(_, place)| (first, Next::Contact(Box::new(self.waiting.swap_remove(place)))))
    }

    pub(super) fn set(&mut self, plugin: PluginId, timer: Timer) {
        self.timers.insert((plugin, timer.key.clone()), timer);
    }

    pub(super) fn cancel(&mut self, plugin: PluginId, key: String) {
        self.timers.remove(&(plugin, key));
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.waiting.push(waiting);
    }

    /// Keys that a plugin wrote.
    pub(super) fn keep(&mut self, set: KeySet, writes: BTreeMap<String, Option<cuecard_model::Value>>) {
        let keys = Arc::make_mut(&mut self.keys).entry(set).or_default();
        for (name, value) in writes {
            match value {
                Some(value) => drop(keys.insert(name, value)),
                None => drop(keys.remove(&name)),
            }
        }
    }

    fn agree(&mut self) {
        let record = ConsentRecord {
            customer: self.customer.id.clone(),
            purpose: ConsentPurpose::Marketing,
            channel: None,
            answer: ConsentAnswer::Granted,
            wording: "assumed".into(),
            at: Timestamp::from_millis(0),
            source: "--consented".into(),
        };
        self.facts.consents.push(record);
    }
}

/// Everybody in a file, with their events in the order of their times. The same event twice counts once.
pub(super) fn read(path: &Path, consented: bool) -> anyhow::Result<Vec<Person>> {
    let mut people: HashMap<CustomerId, Person> = HashMap::new();
    let mut seen = std::collections::HashSet::new();
    for (number, line) in lines::read::<Json>(path)?.enumerate() {
        let place = || format!("entry {}", number + 1);
        let mut line = line?;
        if let Some(customer) = line.get_mut("customer").filter(|it| it.is_object()) {
            let (customer, consents) = profile(customer.take()).with_context(place)?;
            let person = people.entry(customer.id.clone()).or_insert_with(|| Person::new(customer.id.clone()));
            (person.customer, person.facts.consents) = (Arc::new(customer), consents);
            continue;
        }
        let event = event(line).with_context(place)?;
        let Some(customer) = event.customer_id.clone() else { continue };
        if seen.insert(event.id.clone()) {
            people.entry(customer.clone()).or_insert_with(|| Person::new(customer)).events.push_back(event);
        }
    }
    let mut people: Vec<_> = people.into_values().collect();
    for person in &mut people {
        person.events.make_contiguous().sort_by_key(|event| event.at);
        if consented {
            person.agree();
        }
    }
    people.sort_by(|one, other| one.customer.id.cmp(&other.customer.id));
    Ok(people)
}

fn profile(mut json: Json) -> anyhow::Result<(Customer, Vec<ConsentRecord>)> {
    let consents = json.as_object_mut().and_then(|it| it.remove("consents")).unwrap_or(Json::Array(Vec::new()));
    let customer: Customer = serde_json::from_value(json)?;
    let Json::Array(records) = consents else { bail!("consents is not a list") };
    let records = records.into_iter().map(|mut record| {
        if let Some(record) = record.as_object_mut() {
            record.insert("customer".into(), customer.id.as_str().into());
        }
        serde_json::from_value(record).map_err(Into::into)
    });
    let records = records.collect::<anyhow::Result<Vec<_>>>()?;
    Ok((customer, records))
}

fn event(json: Json) -> anyhow::Result<Event> {
    let Json::Object(json) = json else { bail!("neither an event nor {{\"customer\": ...}}") };
    events::read(0, json).map_err(|problem| anyhow!("{problem}"))
}
