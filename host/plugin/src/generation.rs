//! A generation: one immutable snapshot of all live plugins. A turn runs on one from start to end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cuecard_model::{MerchantId, PluginId, PluginVersion, Scope};

use crate::{bundle::BundleHash, contents::Contents, job::LoadId, workers::Loadable};

/// A plugin that serves.
#[derive(Debug)]
pub struct LivePlugin {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// Whom it serves.
    pub scope: Scope,
    /// The content of its bundle.
    pub hash: BundleHash,
    /// What its bundle says.
    pub contents: Contents,
    /// Its code, if it brings any.
    pub loadable: Option<Arc<Loadable>>,
}

impl LivePlugin {
    /// How jobs name its code.
    pub fn load_id(&self) -> Option<LoadId> {
        self.loadable.as_ref().map(|loadable| loadable.load().id)
    }
}

/// One immutable snapshot of all live plugins.
#[derive(Clone, Debug, Default)]
pub struct Generation {
    /// Grows by one with every change; never used twice, not even after a restart.
    pub number: u64,
    shared: BTreeMap<PluginId, Arc<LivePlugin>>,
    own: HashMap<MerchantId, Arc<BTreeMap<PluginId, Arc<LivePlugin>>>>,
    unwanted: HashMap<MerchantId, Arc<BTreeSet<PluginId>>>,
}

impl Generation {
    /// The plugins of a merchant in id order: its own, and the shared ones that it has not disabled. One of its own
    /// stands in for a shared one with the same id.
    pub fn plugins<'a>(&'a self, merchant: &MerchantId) -> impl Iterator<Item = &'a Arc<LivePlugin>> + use<'a> {
        let own = self.own.get(merchant).map(|own| &**own);
        let unwanted = self.unwanted.get(merchant).map(|unwanted| &**unwanted);
        let shared = self.shared.iter().filter(move |(id, _)| {
            !unwanted.is_some_and(|ids| ids.contains(*id)) && !own.is_some_and(|own| own.contains_key(*id))
        });
        shared.map(|(_, plugin)| plugin).chain(own.into_iter().flat_map(BTreeMap::values))
    }

    /// Every plugin of every merchant.
    pub fn all(&self) -> impl Iterator<Item = &Arc<LivePlugin>> {
        self.shared.values().chain(self.own.values().flat_map(|own| own.values()))
    }

    /// Whether a merchant sees exactly the shared plugins, as most do.
    pub fn is_plain(&self, merchant: &MerchantId) -> bool {
        !self.own.contains_key(merchant) && !self.unwanted.contains_key(merchant)
    }

    /// Whether a merchant has switched a shared plugin off.
    pub fn is_unwanted(&self, merchant: &MerchantId, plugin: &PluginId) -> bool {
        self.unwanted.get(merchant).is_some_and(|ids| ids.contains(plugin))
    }

    /// The generation that there would be with one plugin in its place. It serves nobody, so it keeps its number.
    #[must_use]
    pub fn with(&self, plugin: Arc<LivePlugin>) -> Self {
        let mut generation = self.clone();
        let (scope, id) = (plugin.scope.clone(), plugin.plugin.id.clone());
        generation.set(&scope, &id, Some(plugin));
        generation
    }

    /// An empty generation; the next one has a higher number than any before a restart.
    pub(crate) fn after(last: u64) -> Self {
        Self { number: last, ..Self::default() }
    }

    /// Puts a plugin in its place, or takes it out.
    pub(crate) fn set(&mut self, scope: &Scope, id: &PluginId, plugin: Option<Arc<LivePlugin>>) {
        match scope {
            Scope::Shared => put(&mut self.shared, id, plugin),
            Scope::Merchant(merchant) => {
                let mut own = self.own.remove(merchant).unwrap_or_default();
                put(Arc::make_mut(&mut own), id, plugin);
                if !own.is_empty() {
                    self.own.insert(merchant.clone(), own);
                }
            }
        }
    }

    /// Says whether a merchant wants a shared plugin.
    pub(crate) fn want(&mut self, merchant: &MerchantId, id: &PluginId, wanted: bool) {
        let mut unwanted = self.unwanted.remove(merchant).unwrap_or_default();
        if wanted {
            Arc::make_mut(&mut unwanted).remove(id);
        } else {
            Arc::make_mut(&mut unwanted).insert(id.clone());
        }
        if !unwanted.is_empty() {
            self.unwanted.insert(merchant.clone(), unwanted);
        }
    }
}

fn put(map: &mut BTreeMap<PluginId, Arc<LivePlugin>>, id: &PluginId, plugin: Option<Arc<LivePlugin>>) {
    match plugin {
        Some(plugin) => map.insert(id.clone(), plugin),
        None => map.remove(id),
    };
}
