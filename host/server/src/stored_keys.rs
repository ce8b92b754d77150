//! What plugins have stored, between the engine, the registry that brings it to other versions, and the turns that go on
//! meanwhile.
//!
//! Owns what a turn does when the keys that it would write are being replaced: it waits for the version that serves
//! next, for milliseconds, and is answered by that. Knows no plugin's code.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cuecard_engine::{
    Batch, Change, Engine, Error, KeysChange, KeysCopy, KeysOf, KeysToCopy, Outcome, Receipt, Refusal, SetState, Write,
};
use cuecard_model::{CustomerId, Fields, KeySet, MerchantId, PluginId, Timestamp};
use cuecard_pipeline::Snapshot;
use cuecard_plugin::registry::{self, Customer, KeysTurn, State, Stored, Whose};
use tokio::runtime::Handle;

use crate::app::App;

/// How often a turn looks whether another version serves.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// A swap takes some ten milliseconds. Past this, what a plugin wanted to store is dropped, and the turn is answered.
const PATIENCE: Duration = Duration::from_secs(3);
/// Customers of a set that is removed, in one commit: some two milliseconds of the writer.
const ROWS: usize = 100;
/// Between two such commits, so that whoever answers customers always comes first.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps a turn. `None`: the keys that it would write are those of a version that no longer serves.
pub(crate) async fn commit(app: &App, snapshot: &Arc<Snapshot>, batch: Batch) -> Result<Option<Receipt>, Error> {
    let writes_keys = |write: &Write| matches!(write, Write::PluginKeys { .. });
    if !batch.writes.iter().any(writes_keys) {
        return app.engine.commit(batch).await.map(Some);
    }
    let began = tokio::time::Instant::now();
    loop {
        match app.engine.commit(batch.clone()).await? {
            Receipt::Refused(Refusal::KeysHeld(_)) => {}
            receipt => {
                if let Receipt::Kept(outcomes) = &receipt {
                    tell(&batch.merchant, batch.writes.iter(), outcomes);
                }
                return Ok(Some(receipt));
            }
        }
        if app.snapshot.load().as_ref().is_some_and(|serves| !Arc::ptr_eq(serves, snapshot)) {
            return Ok(None);
        }
        if began.elapsed() > PATIENCE {
            tracing::warn!(merchant = %batch.merchant, "plugins' keys of a turn are dropped: they are held for too long");
            let writes = batch.writes.iter().filter(|write| !writes_keys(write)).cloned().collect();
            return app.engine.commit(Batch::new(batch.merchant.clone(), writes)).await.map(Some);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Says in the log what was not stored.
pub(crate) fn tell<'a>(merchant: &MerchantId, writes: impl Iterator<Item = &'a Write>, outcomes: &[Outcome]) {
    for (write, outcome) in writes.zip(outcomes) {
        let Write::PluginKeys { set, .. } = write else { continue };
        match outcome {
            Outcome::KeysStale => {
                tracing::warn!(%merchant, plugin = %set.plugin, version = set.version, "keys are dropped: those of another version are in use");
            }
            Outcome::KeysFull { bytes, limit } => {
                tracing::warn!(%merchant, plugin = %set.plugin, bytes, limit, "keys are dropped: the plugin stores all that it may");
            }
            Outcome::Done | Outcome::Known => {}
        }
    }
}

/// Of a customer's keys those that the plugins of a snapshot read. As a rule that is all of them.
pub(crate) fn of(
    snapshot: &Snapshot,
    merchant: &MerchantId,
    keys: Arc<BTreeMap<KeySet, Fields>>,
) -> Arc<BTreeMap<KeySet, Fields>> {
    if keys.keys().all(|set| set.version == 1) {
        return keys;
    }
    let plugins = snapshot.generation.plugins(merchant);
    let read = |plugin: &_| {
        let set = cuecard_plugin::generation::LivePlugin::key_set(plugin);
        keys.get(&set).map(|fields| (set, fields.clone()))
    };
    Arc::new(plugins.filter_map(|plugin| read(plugin)).collect())
}

/// What a change of what serves does to stored keys.
pub(crate) fn change(turn: &KeysTurn, at: Timestamp) -> Change {
    Change::Keys(match turn {
        KeysTurn::Swap(whose, version) => KeysChange::Swap(keys_of(whose), *version, at),
        KeysTurn::Restore(whose, version) => KeysChange::Restore(keys_of(whose), *version, at),
    })
}

fn keys_of(whose: &Whose) -> KeysOf {
    let (scope, plugin) = whose.place.clone();
    KeysOf { plugin, scope, except: whose.except.clone() }
}

/// Sets that were closed before a moment are not kept any longer, and what is gone is removed, some at a time.
pub(crate) async fn sweep(engine: &dyn Engine, before: Timestamp) -> Result<(), Error> {
    engine.change(vec![Change::Keys(KeysChange::Expire(before))]).await?;
    tidy(engine).await
}

async fn tidy(engine: &dyn Engine) -> Result<(), Error> {
    for set in engine.key_sets(None).await? {
        if set.state != SetState::Gone {
            continue;
        }
        let rows = KeySet::new(set.plugin.clone(), set.version);
        let mut after = None;
        loop {
            let page = engine.keys_page(&set.merchant, &rows, after.as_ref(), ROWS).await?;
            let (merchant, plugin, version) = (set.merchant.clone(), set.plugin.clone(), set.version);
            let customers: Vec<_> = page.into_iter().map(|it| it.customer).collect();
            after = customers.last().cloned();
            let is_last = customers.is_empty();
            engine.change(vec![Change::Keys(KeysChange::Tidy { merchant, plugin, version, customers })]).await?;
            if is_last {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// The registry's way to the keys.
pub(crate) struct StoredKeys {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) runtime: Handle,
}

impl StoredKeys {
    fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
        self.runtime.block_on(work).map_err(|error| error.to_string())
    }

    fn change(&self, change: KeysChange) -> Result<bool, String> {
        self.wait(self.engine.change(vec![Change::Keys(change)]))
    }
}

impl registry::Keys for StoredKeys {
    fn sets(&self, plugin: &PluginId) -> Result<Vec<Stored>, String> {
        let sets = self.wait(self.engine.key_sets(Some(plugin)))?;
        let one = |set: cuecard_engine::StoredSet| {
            let state = match set.state {
                SetState::Open => State::Open,
                SetState::Next => State::Next,
                SetState::Held | SetState::Kept => State::Kept,
                SetState::Gone => State::Gone,
            };
            Stored { merchant: set.merchant, version: set.version, state, writes: set.writes, came_from: set.came_from }
        };
        Ok(sets.into_iter().map(one).collect())
    }

    fn begin(&self, merchant: &MerchantId, from: &KeySet, version: u32) -> Result<bool, String> {
        let (merchant, plugin) = (merchant.clone(), from.plugin.clone());
        self.change(KeysChange::Begin { merchant, plugin, from: from.version, version })
    }

    fn page(
        &self,
        merchant: &MerchantId,
        set: &KeySet,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<Customer>, String> {
        let page = self.wait(self.engine.keys_page(merchant, set, after, limit))?;
        Ok(page.into_iter().map(customer).collect())
    }

    fn changed(&self, merchant: &MerchantId, set: &KeySet, limit: usize) -> Result<Vec<Customer>, String> {
        let changed = self.wait(self.engine.keys_changed(merchant, set, limit))?;
        Ok(changed.into_iter().map(customer).collect())
    }

    fn copy(&self, merchant: &MerchantId, into: &KeySet, copies: Vec<Customer>) -> Result<bool, String> {
        let one = |Customer { id, stamp, keys }| KeysCopy { merchant: merchant.clone(), customer: id, stamp, keys };
        let copies = copies.into_iter().map(one).collect();
        self.change(KeysChange::Copy { plugin: into.plugin.clone(), version: into.version, copies })
    }

    fn hold(&self, whose: &Whose, version: u32) -> Result<(), String> {
        self.change(KeysChange::Hold(keys_of(whose), version)).map(drop)
    }

    fn abandon(&self, whose: &Whose, version: u32) -> Result<(), String> {
        self.change(KeysChange::Abandon(keys_of(whose), version)).map(drop)
    }

    fn settle(&self, plugin: &PluginId) -> Result<(), String> {
        self.change(KeysChange::Settle(plugin.clone())).map(drop)
    }

    fn tidy(&self) -> Result<(), String> {
        self.wait(tidy(&*self.engine))
    }
}

fn customer(KeysToCopy { customer, stamp, keys }: KeysToCopy) -> Customer {
    Customer { id: customer, stamp, keys }
}
