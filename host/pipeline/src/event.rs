//! The flow of an event: every plugin that listens judges it. The gate, timers and sending are not here yet.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_culture as culture;
use cuecard_model::{Customer, Decision, Event, Failure, Fields, PluginId, PluginVersion, Timestamp};
use cuecard_plugin::{
    job::EventJob,
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
    pub customer: Customer,
    /// What plugins stored for this customer.
    pub keys: Arc<BTreeMap<PluginId, Fields>>,
    /// The clock.
    pub now: Timestamp,
}

/// What was decided, and what is to be kept with it.
#[derive(Debug)]
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

/// Asks every plugin that listens to this type of event.
pub async fn judge(
    snapshot: &Snapshot,
    workers: &Workers,
    merchant: &Merchant,
    occurrence: Occurrence,
) -> Result<Judged, Busy> {
    let Occurrence { event, customer, keys, now } = occurrence;
    let mut judged = Judged { decisions: Vec::new(), key_writes: Vec::new(), failures: Vec::new(), calls: Vec::new() };
    let plugins: Vec<_> =
        snapshot.generation.plugins(&merchant.id).filter(|plugin| plugin.loadable.is_some()).collect();
    let listening: Vec<_> =
        plugins.iter().copied().filter(|plugin| plugin.contents.manifest.triggers_on(&event.kind)).collect();
    if listening.is_empty() {
        return Ok(judged);
    }
    let default_locale = merchant.default_locale.clone();
    let locale = culture::locale_for(customer.locale.as_deref(), "und", 0.0, &default_locale);
    let trigger = asks(&listening, &keys);
    let job = EventJob { event, customer, now, locale, default_locale, trigger };
    let called = workers.event(&merchant.id, job, &loadables(listening.iter().copied())).await?;
    for (plugin, called) in listening.iter().zip(called) {
        let version = plugin.plugin.clone();
        let failure = called.outcome.as_ref().err().map(|failed| failed.kind);
        let (micros, log) = (called.micros, called.log);
        judged.calls.push(CallReport { plugin: version.clone(), hook: "trigger", micros, failure, log });
        match called.outcome {
            Ok(decisions) => {
                judged.decisions.extend(decisions.into_iter().map(|decision| (version.clone(), decision)));
                if !called.key_writes.is_empty() {
                    judged.key_writes.push((version.id, called.key_writes));
                }
            }
            Err(failed) => {
                judged.failures.push(Failure { plugin: version, kind: failed.kind, detail: failed.detail });
            }
        }
    }
    Ok(judged)
}
