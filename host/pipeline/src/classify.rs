//! *Classify*: the plugins that have a say in what a message means, in an exchange of their own before *compose*.
//!
//! Costs a look at the manifests where no plugin of the merchant asks for it. A plugin that fails changes nothing.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture as culture;
use cuecard_model::{Failure, Fields, PluginId, Trace, Turn};
use cuecard_plugin::{
    classified::overrule,
    generation::LivePlugin,
    job::ClassifyJob,
    workers::{Busy, Workers},
};

use crate::{
    CallReport, KeyWrites, Merchant, Snapshot, Terms,
    compose::{BUDGET_MS, asks, loadables},
};

/// What plugins had to say. The signals themselves are in the turn.
#[derive(Debug, Default)]
pub(crate) struct Classified {
    pub(crate) trace: Vec<Trace>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) key_writes: KeyWrites,
    pub(crate) calls: Vec<CallReport>,
    /// Of the turn's time for plugins.
    pub(crate) spent: Duration,
}

/// Asks every plugin that wants a say where the host has found this scenario, in order: the last word counts.
pub(crate) async fn classify(
    snapshot: &Snapshot,
    workers: &Workers,
    merchant: &Merchant,
    turn: &mut Arc<Turn>,
    keys: &BTreeMap<PluginId, Fields>,
    terms: &Terms,
) -> Result<Classified, Busy> {
    let mut classified = Classified::default();
    let found = &turn.signals.scenario.id;
    let wants = |plugin: &&Arc<LivePlugin>| {
        plugin.loadable.is_some()
            && plugin.contents.manifest.classifies(found)
            && !terms.off.contains(&plugin.plugin.id)
    };
    let plugins: Vec<_> = snapshot.generation.plugins(&merchant.id).filter(wants).collect();
    if plugins.is_empty() {
        return Ok(classified);
    }
    let began = Instant::now();
    let default_locale = merchant.default_locale.clone();
    let job = ClassifyJob {
        turn: Arc::clone(turn),
        culture: culture::culture(&turn.locale, &turn.channel, turn.customer.name.as_ref(), None),
        default_locale: default_locale.clone(),
        classify: asks(&plugins, keys),
        budget_ms: BUDGET_MS,
    };
    let called = workers.classify(&merchant.id, job, &loadables(plugins.iter().copied())).await?;
    for (plugin, called) in plugins.iter().zip(called) {
        let version = plugin.plugin.clone();
        let failure = called.outcome.as_ref().err().map(|failed| failed.kind);
        let (micros, cpu_micros, log) = (called.micros, called.cpu_micros, called.log);
        classified.calls.push(CallReport {
            plugin: version.clone(),
            hook: "classify",
            micros,
            cpu_micros,
            failure,
            log,
        });
        match called.outcome {
            Ok(found) => {
                classified.trace.extend(overrule(Arc::make_mut(turn), &found, &version, &default_locale));
                if !called.key_writes.is_empty() {
                    classified.key_writes.push((version.id, called.key_writes));
                }
            }
            Err(failed) => {
                let detail = format!("in classify: {}", failed.detail);
                classified.failures.push(Failure { plugin: version, kind: failed.kind, detail });
            }
        }
    }
    classified.spent = began.elapsed();
    Ok(classified)
}
