//! The flow of an event: every plugin that listens judges it. The gate, timers and sending are not here yet.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_culture as culture;
use cuecard_model::{Customer, Decision, Event, Failure, Fields, PluginId, PluginVersion, Timestamp};
use cuecard_plugin::{
    generation::LivePlugin,
    job::{Called, EventJob},
    workers::{Busy, Workers},
};

use crate::{
    CallReport, KeyWrites, Merchant, Snapshot,
    compose::{asks, loadables},
};

/// An event and what is known around it.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// What happened.
    pub event: Event,
    /// Whom it concerns.
    pub customer: Arc<Customer>,
    /// What plugins stored for this customer.
    pub keys: Arc<BTreeMap<PluginId, Fields>>,
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
/// here: of one customer hand over one at a time.
pub async fn judge(
    snapshot: &Snapshot,
    workers: &Workers,
    merchant: &Merchant,
    occurrences: Vec<Occurrence>,
) -> Result<Vec<Judged>, Busy> {
    let plugins: Vec<_> = snapshot
        .generation
        .plugins(&merchant.id)
        .filter(|plugin| plugin.loadable.is_some() && plugin.contents.manifest.hooks.trigger.is_some())
        .collect();
    let listening = |event: &Event| -> Vec<&Arc<LivePlugin>> {
        plugins.iter().copied().filter(|plugin| plugin.contents.manifest.triggers_on(&event.kind)).collect()
    };
    let mut judged: Vec<_> = occurrences.iter().map(|_| Judged::default()).collect();
    let (mut jobs, mut asked) = (Vec::new(), Vec::new());
    for (occurrence, judged) in occurrences.into_iter().zip(&mut judged) {
        let listening = listening(&occurrence.event);
        if !listening.is_empty() {
            jobs.push(job(merchant, occurrence, &listening));
            asked.push((listening, judged));
        }
    }
    let called = workers.events(&merchant.id, jobs, &loadables(plugins.iter().copied())).await?;
    for ((listening, judged), called) in asked.into_iter().zip(called) {
        for (plugin, called) in listening.into_iter().zip(called) {
            judged.take(plugin, called);
        }
    }
    Ok(judged)
}

fn job(merchant: &Merchant, occurrence: Occurrence, listening: &[&Arc<LivePlugin>]) -> EventJob {
    let Occurrence { event, customer, keys, now } = occurrence;
    let default_locale = merchant.default_locale.clone();
    let locale = culture::locale_for(customer.locale.as_deref(), "und", 0.0, &default_locale);
    EventJob { event, customer, now, locale, default_locale, trigger: asks(listening, &keys) }
}

impl Judged {
    fn take(&mut self, plugin: &LivePlugin, called: Called<Vec<Decision>>) {
        let version = plugin.plugin.clone();
        let failure = called.outcome.as_ref().err().map(|failed| failed.kind);
        let (micros, cpu_micros, log) = (called.micros, called.cpu_micros, called.log);
        self.calls.push(CallReport { plugin: version.clone(), hook: "trigger", micros, cpu_micros, failure, log });
        match called.outcome {
            Ok(decisions) => {
                self.decisions.extend(decisions.into_iter().map(|decision| (version.clone(), decision)));
                if !called.key_writes.is_empty() {
                    self.key_writes.push((version.id, called.key_writes));
                }
            }
            Err(failed) => {
                self.failures.push(Failure { plugin: version, kind: failed.kind, detail: failed.detail });
            }
        }
    }
}
