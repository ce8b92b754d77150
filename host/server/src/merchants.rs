//! What merchants have settled, kept in the engine and held in memory, with the gate's policy that follows from it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::{Context, Result};
use cuecard_engine::{AuditEntry, Change, Engine, Error, Scope};
use cuecard_gate::{GateError, Policy, Rulebook, Settings};
use cuecard_model::{MerchantId, Timestamp};
use cuecard_pipeline::{Experiment, Merchant, SuggestionHoldout};
use serde::{Deserialize, Serialize};

/// The names of the settings.
const SETTING: &str = "merchant";
const PAUSE: &str = "outreach_pause";
const EXPERIMENTS: &str = "experiments";

/// Settings of merchants, read once each.
#[derive(Debug)]
pub struct Merchants {
    rulebook: Arc<Rulebook>,
    known: RwLock<HashMap<MerchantId, Settled>>,
    /// Held while experiments are changed: each change is made to what the one before has left.
    changing: tokio::sync::Mutex<()>,
}

/// What one merchant has settled.
#[derive(Clone, Debug)]
pub struct Settled {
    /// As it is written.
    pub merchant: Arc<Merchant>,
    /// As the gate wants it, with the pause.
    pub policy: Arc<Policy>,
    /// Whether all outreach is paused.
    pub pause: Option<Pause>,
    /// All experiments, those that were stopped too, oldest first.
    pub experiments: Arc<[Experiment]>,
}

/// A pause of all outreach. It is no part of the settings, so that reading the operator's file again does not end it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// To this moment; until it is taken back, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Merchants {
    /// Nobody's settings yet, over these rules.
    pub fn new(rulebook: Arc<Rulebook>) -> Self {
        Self { rulebook, known: RwLock::default(), changing: tokio::sync::Mutex::default() }
    }

    /// The rules that hold for every merchant.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// A merchant's settings; who has none has the defaults.
    pub async fn get(&self, engine: &dyn Engine, id: &MerchantId) -> Result<Arc<Merchant>, Error> {
        Ok(self.settled(engine, id).await?.merchant)
    }

    /// A merchant's settings and the gate's policy.
    pub async fn settled(&self, engine: &dyn Engine, id: &MerchantId) -> Result<Settled, Error> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(known.clone());
        }
        let scope = Scope::Merchant(id.clone());
        let stored = engine.setting(&scope, SETTING).await?;
        let merchant = stored.and_then(|text| serde_json::from_str(&text).ok());
        let merchant = merchant.unwrap_or_else(|| Merchant::new(id.clone()));
        let pause = engine.setting(&scope, PAUSE).await?.and_then(|text| serde_json::from_str(&text).ok());
        let experiments = experiments(engine, &scope).await?;
        let settled = self.settle(merchant.clone(), pause, Arc::clone(&experiments)).or_else(|error| {
            // Settings that an older release took. Whoever wrote them wanted something, so nobody is contacted.
            tracing::error!(%error, merchant = %id, "the outreach settings do not hold any more; outreach is paused");
            let outreach = Settings { paused: true, ..Settings::default() };
            self.settle(Merchant { outreach, ..merchant }, None, experiments)
        });
        let settled =
            settled.map_err(|error| Error::Invalid { what: "the outreach settings", detail: error.to_string() })?;
        self.hold(&settled);
        Ok(settled)
    }

    /// Merchants that want plugins rehearsed before they serve, of those that are known: all of the operator's file are.
    pub fn rehearsing(&self) -> Vec<Settled> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.values().filter(|settled| settled.merchant.rehearsal.is_some()).cloned().collect()
    }

    /// Keeps a merchant's settings; refuses those by which the gate could not decide.
    pub async fn set(&self, engine: &dyn Engine, merchant: Merchant) -> Result<()> {
        let scope = Scope::Merchant(merchant.id.clone());
        let pause = engine.setting(&scope, PAUSE).await?.and_then(|text| serde_json::from_str(&text).ok());
        merchant.holdout.as_ref().map_or(Ok(()), SuggestionHoldout::check).map_err(anyhow::Error::msg)?;
        let settled = self.settle(merchant, pause, experiments(engine, &scope).await?);
        let settled = settled.map_err(|error| anyhow::anyhow!("{error}"))?;
        let value = serde_json::to_string(&*settled.merchant).context("the settings cannot be written")?;
        engine.change(vec![Change::Setting { scope, name: SETTING.into(), value: Some(value) }]).await?;
        self.hold(&settled);
        Ok(())
    }

    /// Pauses a merchant's outreach, or goes on. It holds from the next decision on.
    pub async fn pause(
        &self,
        engine: &dyn Engine,
        id: &MerchantId,
        pause: Option<Pause>,
        did: AuditEntry,
    ) -> Result<(), Error> {
        let before = self.settled(engine, id).await?;
        let value = pause.as_ref().and_then(|pause| serde_json::to_string(pause).ok());
        let scope = Scope::Merchant(id.clone());
        let setting = Change::Setting { scope: scope.clone(), name: PAUSE.into(), value };
        engine.change(vec![setting, Change::Audit(scope, did)]).await?;
        let settled = self.settle(Arc::unwrap_or_clone(before.merchant), pause, before.experiments);
        let settled =
            settled.map_err(|error| Error::Invalid { what: "the outreach settings", detail: error.to_string() })?;
        self.hold(&settled);
        Ok(())
    }

    /// Changes a merchant's experiments, with the record of who did it. `change` says whether it has changed anything.
    pub async fn experiment<E: From<Error>>(
        &self,
        engine: &dyn Engine,
        id: &MerchantId,
        change: impl FnOnce(&mut Vec<Experiment>) -> Result<bool, E>,
        audit: AuditEntry,
    ) -> Result<(), E> {
        let _changing = self.changing.lock().await;
        let before = self.settled(engine, id).await?;
        let mut experiments = before.experiments.to_vec();
        if !change(&mut experiments)? {
            return Ok(());
        }
        let scope = Scope::Merchant(id.clone());
        let value = serde_json::to_string(&experiments).ok();
        let setting = Change::Setting { scope: scope.clone(), name: EXPERIMENTS.into(), value };
        engine.change(vec![setting, Change::Audit(scope, audit)]).await?;
        self.hold(&Settled { experiments: experiments.into(), ..before });
        Ok(())
    }

    fn settle(
        &self,
        merchant: Merchant,
        pause: Option<Pause>,
        experiments: Arc<[Experiment]>,
    ) -> Result<Settled, GateError> {
        let mut settings = merchant.outreach.clone();
        match &pause {
            Some(Pause { until: None, .. }) => settings.paused = true,
            Some(Pause { until, .. }) => settings.paused_until = settings.paused_until.max(*until),
            None => {}
        }
        let policy = Policy::new(&merchant.id, &settings, Arc::clone(&self.rulebook))?;
        Ok(Settled { merchant: Arc::new(merchant), policy: Arc::new(policy), pause, experiments })
    }

    fn hold(&self, settled: &Settled) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(settled.merchant.id.clone(), settled.clone());
    }
}

async fn experiments(engine: &dyn Engine, scope: &Scope) -> Result<Arc<[Experiment]>, Error> {
    let kept = engine.setting(scope, EXPERIMENTS).await?;
    Ok(kept.and_then(|text| serde_json::from_str::<Vec<Experiment>>(&text).ok()).unwrap_or_default().into())
}
