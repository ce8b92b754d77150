//! What merchants have settled, kept in the engine and held in memory.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use cuecard_engine::{Change, Engine, Error, Scope};
use cuecard_model::MerchantId;
use cuecard_pipeline::Merchant;

/// The name of the setting.
const SETTING: &str = "merchant";

/// Settings of merchants, read once each.
#[derive(Debug, Default)]
pub struct Merchants {
    known: RwLock<HashMap<MerchantId, Arc<Merchant>>>,
}

impl Merchants {
    /// A merchant's settings; who has none has the defaults.
    pub async fn get(&self, engine: &dyn Engine, id: &MerchantId) -> Result<Arc<Merchant>, Error> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Arc::clone(known));
        }
        let stored = engine.setting(&Scope::Merchant(id.clone()), SETTING).await?;
        let merchant = stored.and_then(|text| serde_json::from_str(&text).ok());
        let merchant = Arc::new(merchant.unwrap_or_else(|| Merchant::new(id.clone())));
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), Arc::clone(&merchant));
        Ok(merchant)
    }

    /// Keeps a merchant's settings.
    pub async fn set(&self, engine: &dyn Engine, merchant: Merchant) -> Result<(), Error> {
        let scope = Scope::Merchant(merchant.id.clone());
        let value = serde_json::to_string(&merchant).ok();
        engine.change(vec![Change::Setting { scope, name: SETTING.into(), value }]).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(merchant.id.clone(), Arc::new(merchant));
        Ok(())
    }
}
