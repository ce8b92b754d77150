//! The flow of an event: every plugin that listens judges it. The gate, timers and sending are not here yet.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cuecard_culture as culture;
use cuecard_model::{ConversationId, Customer, Decision, Event, Failure, Fields, KeySet, PluginVersion, Timestamp};
use cuecard_plugin::{
    generation::{LivePlugin, Served},
    job::{Called, EventJob},
    workers::{Busy, Workers},
};

use crate::{
    CallReport, KeyWrites, Merchant, Snapshot,
    compose::{asks, loadables},
    versions::{GivenUp, ROUNDS, Versions},
};

/// An event and what is known around it.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// What happened.
    pub event: Event,
    /// Whom it concerns.
    pub customer: Arc<Customer>,
    /// What plugins stored for this customer.
    pub keys: Arc<BTreeMap<KeySet, Fields>>,
    /// The clock.
    pub now: Timestamp,
}

/// What was decided, and what is to be kept with it.
#[derive(Debug, Default)]
pub struct Judged {
    /// Who decided what, in order.
    pub decisions: Vec<(PluginVersion, Decision)>,
    /// For the engine, in the same commit.
    pub key_writes: KeyWrites,
    /// Plugins that decided nothing because they failed.
    pub failures: Vec<Failure>,
    /// The hook calls, for metrics and authors.
    pub calls: Vec<CallReport>,
}

/// Asks every plugin that listens to these events, and answers in their order. No event sees what is decided on another
/// here: of one customer hand over one at a time. A version that fails is given up for this event where another can
/// answer in its place.
pub async fn judge(
    snapshot: &Snapshot,
    workers: &Workers,
    merchant: &Merchant,
    occurrences: Vec<Occurrence>,
) -> Result<Vec<Judged>, Busy> {
    let mut judged: Vec<_> = occurrences.iter().map(|_| Judged::default()).collect();
    if !snapshot.generation.served(&merchant.id).flat_map(Served::versions).any(has_trigger) {
        return Ok(judged);
    }
    let begun = occurrences.into_iter().zip(&mut judged);
    let mut open: Vec<_> =
        begun.map(|(occurrence, judged)| Open::new(snapshot, merchant, occurrence, judged)).collect();
    for round in 0..ROUNDS {
        open.retain(|open| !open.asked.is_empty());
        if open.is_empty() {
            break;
        }
        let jobs = open.iter().map(|open| job(merchant, &open.occurrence, &open.asked)).collect();
        let loadables = loadables(open.iter().flat_map(|open| open.asked.iter().copied()));
        let called = match workers.events(&merchant.id, jobs, &loadables).await {
            Ok(called) => called,
            Err(busy) if round == 0 => return Err(busy),
            Err(_) => break,
        };
        for (open, called) in open.iter_mut().zip(called) {
            open.take(snapshot, merchant, called);
        }
    }
    Ok(judged)
}

fn has_trigger(plugin: &Arc<LivePlugin>) -> bool {
    plugin.loadable.is_some() && plugin.contents.manifest.hooks.trigger.is_some()
}

/// An event that is being judged.
struct Open<'a> {
    occurrence: Occurrence,
    versions: Versions<'a>,
    /// Who is to be asked next.
    asked: Vec<&'a Arc<LivePlugin>>,
    given_up: Vec<GivenUp>,
    judged: &'a mut Judged,
}

impl<'a> Open<'a> {
    fn new(snapshot: &'a Snapshot, merchant: &Merchant, occurrence: Occurrence, judged: &'a mut Judged) -> Self {
        let versions = versions(snapshot, merchant, &occurrence, &[]);
        let asked = versions.plugins().filter(|plugin| listens(plugin, &occurrence)).collect();
        Self { occurrence, versions, asked, given_up: Vec::new(), judged }
    }

    /// Takes the answers; who stands behind those that failed is asked next.
    fn take(&mut self, snapshot: &'a Snapshot, merchant: &Merchant, called: Vec<Called<Vec<Decision>>>) {
        let asked = std::mem::take(&mut self.asked);
        let before = self.judged.failures.len();
        for (plugin, called) in asked.into_iter().zip(called) {
            self.judged.take(plugin, called);
        }
        let failed = self.judged.failures.get(before..).unwrap_or_default();
        let given_up = self.versions.give_up(failed);
        if given_up.is_empty() {
            return;
        }
        self.given_up.extend(given_up);
        let (then, occurrence) = (versions(snapshot, merchant, &self.occurrence, &self.given_up), &self.occurrence);
        let next: Vec<_> =
            then.plugins().filter(|plugin| self.versions.plugins().all(|it| !Arc::ptr_eq(it, plugin))).collect();
        let replaced = |failure: &Failure| next.iter().any(|plugin| plugin.plugin.id == failure.plugin.id);
        self.judged.failures.retain(|failure| !replaced(failure));
        self.asked = next.into_iter().filter(|plugin| listens(plugin, occurrence)).collect();
        self.versions = then;
    }
}

/// All that happens to a customer is judged by the same version, as far as the share stays the same.
fn versions<'a>(
    snapshot: &'a Snapshot,
    merchant: &Merchant,
    occurrence: &Occurrence,
    given_up: &[GivenUp],
) -> Versions<'a> {
    let customer = ConversationId::from(occurrence.customer.id.as_str());
    Versions::of(snapshot, &merchant.id, &customer, occurrence.now, given_up)
}

fn listens(plugin: &Arc<LivePlugin>, occurrence: &Occurrence) -> bool {
    has_trigger(plugin) && plugin.contents.manifest.triggers_on(&occurrence.event.kind)
}

fn job(merchant: &Merchant, occurrence: &Occurrence, listening: &[&Arc<LivePlugin>]) -> EventJob {
    let Occurrence { event, customer, keys, now } = occurrence.clone();
    let default_locale = merchant.default_locale.clone();
    let locale = culture::locale_for(customer.locale.as_deref(), "und", 0.0, &default_locale);
    EventJob { event, customer, now, locale, default_locale, trigger: asks(listening, &keys) }
}

impl Judged {
    fn take(&mut self, plugin: &LivePlugin, mut called: Called<Vec<Decision>>) {
        let version = plugin.plugin.clone();
        // An event has no stages to be seen beside.
        self.calls.push(CallReport::of(&version, "trigger", &mut called, Duration::ZERO));
        match called.outcome {
            Ok(decisions) => {
                self.decisions.extend(decisions.into_iter().map(|decision| (version.clone(), decision)));
                if !called.key_writes.is_empty() {
                    self.key_writes.push((plugin.key_set(), called.key_writes));
                }
            }
            Err(failed) => {
                self.failures.push(Failure { plugin: version, kind: failed.kind, detail: failed.detail });
            }
        }
    }
}
