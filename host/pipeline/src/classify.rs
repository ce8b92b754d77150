//! *Classify*: the plugins that have a say in what a message means, in an exchange of their own before *compose*.
//!
//! Costs a look at the manifests where no plugin of the merchant asks for it. A plugin that fails changes nothing.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use cuecard_culture as culture;
use cuecard_model::{Classification, Failure, Fields, KeySet, Trace, Turn};
use cuecard_plugin::{
    classified::overrule,
    generation::{LivePlugin, Served},
    job::{Called, ClassifyJob},
    workers::{Busy, Workers, less},
};

use crate::{
    CallReport, KeyWrites, Merchant, Snapshot, Terms,
    compose::{BUDGET_MS, asks, loadables},
    versions::{GivenUp, ROUNDS, Versions},
};

/// What plugins had to say. The signals themselves are in the turn.
#[derive(Debug, Default)]
pub(crate) struct Classified {
    pub(crate) trace: Vec<Trace>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) key_writes: KeyWrites,
    pub(crate) calls: Vec<CallReport>,
    /// Versions that failed while another was there to answer in their place.
    pub(crate) given_up: Vec<GivenUp>,
    /// Of the turn's time for plugins.
    pub(crate) spent: Duration,
}

/// Asks every plugin that wants a say where the host has found this scenario, in order: the last word counts. So if one
/// fails in whose place another version can answer, all are asked again.
pub(crate) async fn classify(
    snapshot: &Snapshot,
    workers: &Workers,
    merchant: &Merchant,
    turn: &mut Arc<Turn>,
    keys: &BTreeMap<KeySet, Fields>,
    terms: &Terms,
    turn_began: Duration,
) -> Result<Classified, Busy> {
    let mut classified = Classified::default();
    let found = turn.signals.scenario.id.clone();
    let wants = |plugin: &Arc<LivePlugin>| {
        plugin.loadable.is_some()
            && plugin.contents.manifest.classifies(&found)
            && !terms.off.contains(&plugin.plugin.id)
    };
    if !snapshot.generation.served(&merchant.id).flat_map(Served::versions).any(wants) {
        return Ok(classified);
    }
    let began = Instant::now();
    let mut said = None;
    for round in 0..ROUNDS {
        let versions = Versions::of(snapshot, &merchant.id, &turn.conversation_id, turn.now, &classified.given_up);
        let plugins: Vec<_> = versions.plugins().filter(|plugin| wants(plugin)).collect();
        let mut called = match ask(workers, merchant, turn, keys, &plugins, less(BUDGET_MS, began.elapsed())).await {
            Ok(called) => called,
            Err(busy) if round == 0 => return Err(busy),
            Err(_) => break,
        };
        let reports = plugins.iter().zip(&mut called);
        let reports = reports.map(|(plugin, called)| CallReport::of(&plugin.plugin, "classify", called, turn_began));
        classified.calls.extend(reports);
        let failures = plugins.iter().zip(&called).filter_map(|(plugin, called)| failure(plugin, called));
        let given_up = versions.give_up(&failures.collect::<Vec<_>>());
        said = Some((versions.trace(plugins.iter().copied()), plugins, called));
        if given_up.is_empty() {
            break;
        }
        classified.given_up.extend(given_up);
    }
    let (trace, asked, called) = said.unwrap_or_default();
    classified.trace = trace;
    for (plugin, called) in asked.iter().zip(called) {
        classified.take(plugin, called, turn, &merchant.default_locale);
    }
    classified.spent = began.elapsed();
    Ok(classified)
}

async fn ask(
    workers: &Workers,
    merchant: &Merchant,
    turn: &Arc<Turn>,
    keys: &BTreeMap<KeySet, Fields>,
    plugins: &[&Arc<LivePlugin>],
    budget_ms: u32,
) -> Result<Vec<Called<Classification>>, Busy> {
    let job = ClassifyJob {
        turn: Arc::clone(turn),
        culture: culture::culture(&turn.locale, &turn.channel, turn.customer.name.as_ref(), None),
        default_locale: merchant.default_locale.clone(),
        classify: asks(plugins, keys),
        budget_ms,
    };
    workers.classify(&merchant.id, job, &loadables(plugins.iter().copied())).await
}

fn failure(plugin: &LivePlugin, called: &Called<Classification>) -> Option<Failure> {
    let failed = called.outcome.as_ref().err()?;
    let (kind, detail) = (failed.kind, format!("in classify: {}", failed.detail));
    Some(Failure { plugin: plugin.plugin.clone(), kind, detail })
}

impl Classified {
    fn take(
        &mut self,
        plugin: &LivePlugin,
        called: Called<Classification>,
        turn: &mut Arc<Turn>,
        default_locale: &str,
    ) {
        self.failures.extend(failure(plugin, &called));
        let Ok(found) = &called.outcome else { return };
        self.trace.extend(overrule(Arc::make_mut(turn), found, &plugin.plugin, default_locale));
        if !called.key_writes.is_empty() {
            self.key_writes.push((plugin.key_set(), called.key_writes));
        }
    }
}
