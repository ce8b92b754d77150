//! The registry's memory and its audience: keeps changes in the engine, and puts each generation in service.
//!
//! Called on the registry's own thread, so it may wait for the engine and take its time to learn.

use std::{collections::HashSet, sync::Arc};

use arc_swap::ArcSwapOption;
use cuecard_engine::{
    AuditEntry, Change, Engine, PluginRecord, PluginState, ReloadOutcome, ReloadRecord, Scope, Source,
};
use cuecard_model::{PluginId, Timestamp};
use cuecard_pipeline::Snapshot;
use cuecard_plugin::{
    bundle::{Bundle, BundleHash, BundleLimits, from_archive, to_archive},
    canary::Canary,
    cost::Cost,
    generation::Generation,
    problem::Problem,
    registry::{self, Note, Place, Restored, Review, Store},
};
use tokio::runtime::Handle;

use crate::{
    alerts::Alerts,
    clock,
    hub::{Heard, Hub},
    metrics::Metrics,
    reasons::{
        self,
        evidence::{Rehearsed, Tried, rehearsed, tried},
    },
    rehearse::Reviewer,
    stored_keys::{self, StoredKeys},
};

/// By whom changes of the folder are.
const WATCHER: &str = "watcher";

/// How far back a rollback can look.
const HISTORY: usize = 200;

/// The registry's way to the engine, the snapshot and the streams.
pub struct EngineStore {
    /// Durable state.
    pub engine: Arc<dyn Engine>,
    /// The runtime that the engine's calls run on.
    pub runtime: Handle,
    /// What a bundle may bring.
    pub limits: BundleLimits,
    /// What turns run on.
    pub snapshot: Arc<ArcSwapOption<Snapshot>>,
    /// Streams to agents.
    pub hub: Arc<Hub>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Who tells operators.
    pub alerts: Alerts,
    /// Who has a say between proof and service.
    pub reviewer: Arc<Reviewer>,
    /// Kept, and not in service yet.
    pub pending: Vec<ReloadRecord>,
}

impl Store for EngineStore {
    fn keep(&mut self, note: &Note, bundle: Option<&Bundle>) -> Result<bool, String> {
        let record = reload_record(note);
        let mut changes = vec![Change::Reload(record.clone())];
        changes.extend(change(note, &record));
        changes.extend(canary_change(note)?);
        changes.extend(cost_change(note, bundle)?);
        changes.extend(audit(&record));
        changes.extend(note.keys.as_ref().map(|keys| stored_keys::change(keys, record.at)));
        let work = async {
            if let (Some(bundle), false) = (bundle, note.outcome == registry::Outcome::Refused) {
                let archive = to_archive(bundle).map_err(|error| error.to_string())?;
                self.engine.put_bundle(&record.hash, archive.into()).await.map_err(|error| error.to_string())?;
            }
            self.engine.change(changes).await.map_err(|error| error.to_string())
        };
        if !self.runtime.block_on(work)? {
            return Ok(false);
        }
        self.metrics.reload(outcome_word(record.outcome));
        self.alerts.raise(&record);
        use ReloadOutcome::{Readmitted, Refused, Retired, SetAside};
        if matches!(record.outcome, Refused | Retired | SetAside | Readmitted) {
            self.say(&record);
        } else {
            self.pending.push(record);
        }
        Ok(true)
    }

    fn publish(&mut self, generation: Arc<Generation>) {
        let before = self.snapshot.load_full();
        let snapshot = Snapshot::new(generation, before.as_deref());
        let live: HashSet<_> = snapshot.generation.all().map(|plugin| plugin.plugin.clone()).collect();
        self.snapshot.store(Some(Arc::new(snapshot)));
        self.metrics.plugins.keep_only(&|plugin| live.contains(plugin));
        for record in std::mem::take(&mut self.pending) {
            self.say(&record);
        }
    }

    fn bundle(&mut self, hash: &BundleHash) -> Result<Option<Bundle>, String> {
        self.runtime.block_on(read_bundle(&*self.engine, &hash.to_string(), &self.limits))
    }

    fn before(&mut self, place: &Place, current: Option<&BundleHash>) -> Result<Option<BundleHash>, String> {
        let history = self.runtime.block_on(self.engine.plugin_history(&place.0, &place.1, HISTORY));
        let history = history.map_err(|error| error.to_string())?;
        let live = history.iter().rev().filter(|record| record.state == PluginState::Live);
        let hashes: Vec<_> = live.filter_map(|record| BundleHash::from_hex(&record.hash)).collect();
        Ok(one_before(&hashes, current))
    }

    fn remember(&mut self, place: &Place, canary: &Canary) -> Result<(), String> {
        let change = canary_setting(place, Some(canary))?;
        self.runtime.block_on(self.engine.change(vec![change])).map(drop).map_err(|error| error.to_string())
    }

    fn keys(&self) -> Option<Arc<dyn registry::Keys>> {
        let (engine, runtime) = (Arc::clone(&self.engine), self.runtime.clone());
        Some(Arc::new(StoredKeys { engine, runtime }))
    }

    fn review(&self) -> Option<Arc<dyn Review>> {
        Some(Arc::clone(&self.reviewer) as Arc<dyn Review>)
    }

    fn now(&self) -> Timestamp {
        clock::now()
    }
}

/// What a bundle that is kept costs. Of one that was proved again it is as it was, unless the host counts otherwise now.
fn cost_change(note: &Note, bundle: Option<&Bundle>) -> Result<Option<Change>, String> {
    let (Some(cost), Some(hash), Some(_)) = (&note.cost, &note.hash, bundle) else { return Ok(None) };
    let cost = serde_json::to_string(&**cost).map_err(|error| error.to_string())?;
    Ok(Some(Change::Cost { hash: hash.to_string().into(), cost: cost.into() }))
}

/// What the tests of a bundle cost, as it was kept.
async fn kept_cost(engine: &dyn Engine, hash: &str) -> anyhow::Result<Option<Cost>> {
    Ok(engine.bundle_cost(hash).await?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What a note does to the canary that is kept: whatever changes which bundle serves begins one or ends it.
fn canary_change(note: &Note) -> Result<Option<Change>, String> {
    use registry::Outcome::{Readmitted, Refused, SetAside};
    if note.shared || matches!(note.outcome, Refused | SetAside | Readmitted) {
        return Ok(None);
    }
    canary_setting(&note.place, note.canary.as_ref()).map(Some)
}

fn canary_setting((scope, plugin): &Place, canary: Option<&Canary>) -> Result<Change, String> {
    let value = canary.map(serde_json::to_string).transpose().map_err(|error| error.to_string())?;
    Ok(Change::Setting { scope: scope.clone(), name: canary_name(plugin), value })
}

/// The setting that a plugin's canary is kept under.
fn canary_name(plugin: &PluginId) -> String {
    format!("canary:{plugin}")
}

impl EngineStore {
    fn say(&self, record: &ReloadRecord) {
        let Ok(data) = serde_json::to_string(&Reload::from(record)) else { return };
        let heard = Heard { event: "reload", data, conversation: None, agent: None, open: Vec::new() };
        match &record.scope {
            Scope::Shared => self.hub.say_to_all(&heard),
            Scope::Merchant(merchant) => self.hub.say(merchant, heard),
        }
    }
}

/// A line of the reload history as the API shows it.
#[derive(Debug, serde::Serialize)]
pub struct Reload<'a> {
    at: cuecard_model::Timestamp,
    plugin: &'a PluginId,
    scope: String,
    version: &'a str,
    hash: &'a str,
    outcome: ReloadOutcome,
    generation: u64,
    reason: &'a str,
    /// The reason of a refusal in its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
    /// The counts of a rehearsal that refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rehearsal: Option<Rehearsed>,
    /// The figures with which a canary ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Tried>,
    by: &'a str,
}

impl<'a> From<&'a ReloadRecord> for Reload<'a> {
    fn from(record: &'a ReloadRecord) -> Self {
        let ReloadRecord { at, scope, plugin, version, hash, outcome, generation, reason, by } = record;
        let (at, outcome, generation) = (*at, *outcome, *generation);
        let scope = scope.to_string();
        let (problems, rehearsal) = match outcome {
            ReloadOutcome::Refused => (reasons::problems(reason), rehearsed(reason)),
            _ => (Vec::new(), None),
        };
        let is_end = matches!(outcome, ReloadOutcome::Promoted | ReloadOutcome::TakenBack);
        let evidence = is_end.then(|| tried(reason)).flatten();
        Self { at, plugin, scope, version, hash, outcome, generation, reason, problems, rehearsal, evidence, by }
    }
}

/// The version that served before the current one. Going back shortens the way that is still open to go back:
/// after 1, 2, 3 and a rollback to 2 comes 1, not 3.
fn one_before(oldest_first: &[BundleHash], current: Option<&BundleHash>) -> Option<BundleHash> {
    let Some(current) = current else { return oldest_first.last().copied() };
    let mut way: Vec<BundleHash> = Vec::new();
    for hash in oldest_first {
        match way.iter().position(|passed| passed == hash) {
            Some(place) => way.truncate(place + 1),
            None => way.push(*hash),
        }
    }
    let before = way.iter().position(|hash| hash == current).and_then(|place| place.checked_sub(1));
    let before = before.and_then(|place| way.get(place)).copied();
    before.or_else(|| oldest_first.iter().rev().find(|hash| *hash != current).copied())
}

/// What served before a restart, with its bundle; one that cannot be read is said in the log and left out.
pub async fn restored(engine: &dyn Engine, limits: &BundleLimits) -> anyhow::Result<Vec<Restored>> {
    let mut restored = Vec::new();
    for record in engine.plugins().await? {
        if record.state == PluginState::Retired {
            continue;
        }
        let place = (record.scope.clone(), record.plugin.clone());
        match read_bundle(engine, &record.hash, limits).await {
            Ok(Some(bundle)) => restored.push(Restored {
                place,
                bundle,
                disabled: record.state == PluginState::Disabled,
                source: plugin_source(record.source),
                aside: set_aside(engine, &record).await?,
                canary: canary(engine, &record, limits).await?,
                cost: kept_cost(engine, &record.hash).await?,
                compared: record.compared.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            }),
            Ok(None) => tracing::error!(plugin = %place.1, hash = &*record.hash, "its bundle is not in the engine"),
            Err(reason) => tracing::error!(plugin = %place.1, reason, "its bundle cannot be read"),
        }
    }
    Ok(restored)
}

/// The version that was being tried beside this one.
async fn canary(
    engine: &dyn Engine,
    record: &PluginRecord,
    limits: &BundleLimits,
) -> anyhow::Result<Option<(Bundle, Canary, Option<Cost>)>> {
    let kept = engine.setting(&record.scope, &canary_name(&record.plugin)).await?;
    let Some(canary) = kept.and_then(|text| serde_json::from_str::<Canary>(&text).ok()) else { return Ok(None) };
    match read_bundle(engine, &canary.hash, limits).await {
        Ok(Some(bundle)) => {
            let cost = kept_cost(engine, &canary.hash).await?;
            Ok(Some((bundle, canary, cost)))
        }
        _ => {
            tracing::error!(plugin = %record.plugin, hash = canary.hash, "the bundle of its canary cannot be read");
            Ok(None)
        }
    }
}

/// What the folder held when a person put another version in its place, by a rollback, a push or a canary.
async fn set_aside(engine: &dyn Engine, record: &PluginRecord) -> anyhow::Result<Option<BundleHash>> {
    if record.by == WATCHER {
        return Ok(None);
    }
    let history = engine.plugin_history(&record.scope, &record.plugin, HISTORY).await?;
    let found = history.iter().find(|before| before.by == WATCHER && before.state == PluginState::Live);
    Ok(found.and_then(|before| BundleHash::from_hex(&before.hash)))
}

pub(crate) async fn read_bundle(
    engine: &dyn Engine,
    hash: &str,
    limits: &BundleLimits,
) -> Result<Option<Bundle>, String> {
    let Some(bytes) = engine.bundle(hash).await.map_err(|error| error.to_string())? else { return Ok(None) };
    let bundle = from_archive(&bytes, limits);
    bundle.map(Some).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn reload_record(note: &Note) -> ReloadRecord {
    ReloadRecord {
        at: clock::now(),
        scope: note.place.0.clone(),
        plugin: note.place.1.clone(),
        version: Arc::clone(&note.version),
        hash: note.hash.map(|hash| hash.to_string()).unwrap_or_default().into(),
        outcome: outcome(note.outcome),
        generation: note.generation,
        reason: note.reason.clone(),
        by: note.by.to_string(),
    }
}

/// As it is kept.
pub(crate) fn outcome(outcome: registry::Outcome) -> ReloadOutcome {
    match outcome {
        registry::Outcome::Live => ReloadOutcome::Live,
        registry::Outcome::Refused => ReloadOutcome::Refused,
        registry::Outcome::Retired => ReloadOutcome::Retired,
        registry::Outcome::RolledBack => ReloadOutcome::RolledBack,
        registry::Outcome::Enabled => ReloadOutcome::Enabled,
        registry::Outcome::Disabled => ReloadOutcome::Disabled,
        registry::Outcome::Canary => ReloadOutcome::Canary,
        registry::Outcome::Promoted => ReloadOutcome::Promoted,
        registry::Outcome::TakenBack => ReloadOutcome::TakenBack,
        registry::Outcome::SetAside => ReloadOutcome::SetAside,
        registry::Outcome::Readmitted => ReloadOutcome::Readmitted,
    }
}

/// Who changed what serves; a refusal has changed nothing.
fn audit(record: &ReloadRecord) -> Option<Change> {
    let action = match record.outcome {
        ReloadOutcome::Live => "plugin.live",
        ReloadOutcome::RolledBack => "plugin.rolled_back",
        ReloadOutcome::Retired => "plugin.retired",
        ReloadOutcome::Enabled => "plugin.enabled",
        ReloadOutcome::Disabled => "plugin.disabled",
        ReloadOutcome::Canary => "plugin.canary",
        ReloadOutcome::Promoted => "plugin.promoted",
        ReloadOutcome::TakenBack => "plugin.taken_back",
        ReloadOutcome::SetAside => "plugin.set_aside",
        ReloadOutcome::Readmitted => "plugin.readmitted",
        ReloadOutcome::Refused => return None,
    };
    let entry = AuditEntry::new(record.at, &*record.by, action, record.plugin.as_str())
        .with("generation", record.generation.to_string())
        .with("hash", &*record.hash)
        .with("version", &*record.version);
    let entry = if record.reason.is_empty() { entry } else { entry.with("reason", &*record.reason) };
    Some(Change::Audit(record.scope.clone(), entry))
}

/// What a note changes beside the history.
fn change(note: &Note, record: &ReloadRecord) -> Option<Change> {
    let state = match note.outcome {
        registry::Outcome::Refused
        | registry::Outcome::Canary
        | registry::Outcome::TakenBack
        | registry::Outcome::SetAside
        | registry::Outcome::Readmitted => return None,
        registry::Outcome::Live
        | registry::Outcome::RolledBack
        | registry::Outcome::Enabled
        | registry::Outcome::Promoted => PluginState::Live,
        registry::Outcome::Retired => PluginState::Retired,
        registry::Outcome::Disabled => PluginState::Disabled,
    };
    if let (true, Scope::Merchant(merchant)) = (note.shared, &note.place.0) {
        let enabled = state == PluginState::Live;
        return Some(Change::Shared { merchant: merchant.clone(), plugin: record.plugin.clone(), enabled });
    }
    let record = PluginRecord {
        revision: 0,
        scope: record.scope.clone(),
        plugin: record.plugin.clone(),
        version: Arc::clone(&record.version),
        hash: Arc::clone(&record.hash),
        state,
        source: match note.source {
            registry::Source::Folder => Source::Folder,
            registry::Source::Pushed => Source::Pushed,
        },
        at: record.at,
        by: record.by.clone(),
        compared: note.compared.as_ref().and_then(|it| serde_json::to_string(it).ok()).map(Into::into),
    };
    Some(Change::Plugin { record, follows: None })
}

fn plugin_source(source: Source) -> registry::Source {
    match source {
        Source::Folder => registry::Source::Folder,
        Source::Pushed => registry::Source::Pushed,
    }
}

/// As JSON and metrics write it.
pub(crate) fn outcome_word(outcome: ReloadOutcome) -> &'static str {
    match outcome {
        ReloadOutcome::Live => "live",
        ReloadOutcome::Refused => "refused",
        ReloadOutcome::Retired => "retired",
        ReloadOutcome::RolledBack => "rolled_back",
        ReloadOutcome::Enabled => "enabled",
        ReloadOutcome::Disabled => "disabled",
        ReloadOutcome::Canary => "canary",
        ReloadOutcome::Promoted => "promoted",
        ReloadOutcome::TakenBack => "taken_back",
        ReloadOutcome::SetAside => "set_aside",
        ReloadOutcome::Readmitted => "readmitted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_goes_on_going_back() {
        let hash = |letter: char| BundleHash::from_hex(&letter.to_string().repeat(64)).unwrap();
        for (history, current, expected) in [
            ("a", "a", None),
            ("ab", "b", Some('a')),
            ("abc", "c", Some('b')),
            ("abcb", "b", Some('a')),
            ("abcba", "a", Some('b')),
            ("abab", "b", Some('a')),
            ("ab", "", Some('b')),
            ("", "a", None),
        ] {
            let hashes: Vec<_> = history.chars().map(hash).collect();
            let current = current.chars().next().map(hash);
            assert_eq!(one_before(&hashes, current.as_ref()), expected.map(hash), "{history}");
        }
    }
}
