//! A generation: one immutable snapshot of all live plugins. A turn runs on one from start to end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cuecard_model::{KeySet, MerchantId, PluginId, PluginVersion, Scope};

use crate::{
    bundle::BundleHash,
    canary::Trial,
    contents::Contents,
    cost::{Comparison, Cost},
    job::LoadId,
    signature::Provenance,
    workers::Loadable,
};

/// A plugin that serves.
#[derive(Clone, Debug)]
pub struct LivePlugin {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// Whom it serves.
    pub scope: Scope,
    /// The content of its bundle.
    pub hash: BundleHash,
    /// Its first digits, as suggestions name it.
    pub short_hash: Arc<str>,
    /// Who signed it, if somebody did who is trusted.
    pub provenance: Option<Provenance>,
    /// What its own tests cost, if that was counted.
    pub cost: Option<Arc<Cost>>,
    /// That beside the version in whose place it came.
    pub compared: Option<Comparison>,
    /// What its bundle says.
    pub contents: Contents,
    /// Its code, if it brings any.
    pub loadable: Option<Arc<Loadable>>,
}

impl LivePlugin {
    /// Which keys it reads and writes.
    pub fn key_set(&self) -> KeySet {
        KeySet::new(self.plugin.id.clone(), self.contents.manifest.keys_version)
    }

    /// How jobs name its code.
    pub fn load_id(&self) -> Option<LoadId> {
        self.loadable.as_ref().map(|loadable| loadable.load().id)
    }
}

/// One plugin's versions in a generation: the one that serves, and who stands beside it for a while.
#[derive(Clone, Debug)]
pub struct Served {
    /// Serves, and says what the plugin declares: scenarios, messages to search, rules of culture.
    pub stable: Arc<LivePlugin>,
    /// Serves a share of the conversations in its place.
    pub trial: Option<Arc<Trial>>,
    /// The version before, which answers where `stable` is set aside.
    pub relief: Option<Arc<LivePlugin>>,
}

impl Served {
    /// A version with nobody beside it.
    pub fn alone(stable: Arc<LivePlugin>) -> Self {
        Self { stable, trial: None, relief: None }
    }

    /// Who answers a conversation: the first, and if it fails the next. `draw` is the conversation's number, from 0 up
    /// to 1, for a salt.
    pub fn line<'a>(&'a self, draw: &dyn Fn(&str) -> f64) -> impl Iterator<Item = &'a Arc<LivePlugin>> + use<'a> {
        let trial = self.trial.as_ref().filter(|trial| draw(&trial.salt) < trial.terms.share);
        trial.map(|trial| &trial.plugin).into_iter().chain([&self.stable]).chain(&self.relief)
    }

    /// The newest version: the canary, or else the one that serves.
    pub fn head(&self) -> &Arc<LivePlugin> {
        self.trial.as_ref().map_or(&self.stable, |trial| &trial.plugin)
    }

    /// Every version.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<LivePlugin>> {
        self.trial.iter().map(|trial| &trial.plugin).chain([&self.stable]).chain(&self.relief)
    }
}

/// One immutable snapshot of all live plugins.
#[derive(Clone, Debug, Default)]
pub struct Generation {
    /// Grows by one with every change; never used twice, not even after a restart.
    pub number: u64,
    shared: BTreeMap<PluginId, Served>,
    own: HashMap<MerchantId, Arc<BTreeMap<PluginId, Served>>>,
    unwanted: HashMap<MerchantId, Arc<BTreeSet<PluginId>>>,
}

impl Generation {
    /// The plugins of a merchant in id order, each as it serves: its own, and the shared ones that it has not disabled.
    /// One of its own stands in for a shared one with the same id.
    pub fn plugins<'a>(&'a self, merchant: &MerchantId) -> impl Iterator<Item = &'a Arc<LivePlugin>> + use<'a> {
        self.served(merchant).map(|served| &served.stable)
    }

    /// The same with the versions that stand beside.
    pub fn served<'a>(&'a self, merchant: &MerchantId) -> impl Iterator<Item = &'a Served> + use<'a> {
        let own = self.own.get(merchant).map(|own| &**own);
        let unwanted = self.unwanted.get(merchant).map(|unwanted| &**unwanted);
        let shared = self.shared.iter().filter(move |(id, _)| {
            !unwanted.is_some_and(|ids| ids.contains(*id)) && !own.is_some_and(|own| own.contains_key(*id))
        });
        shared.map(|(_, plugin)| plugin).chain(own.into_iter().flat_map(BTreeMap::values))
    }

    /// The newest version of a plugin; for a merchant without one of its own, that of the shared one.
    pub fn head(&self, scope: &Scope, id: &PluginId) -> Option<&Arc<LivePlugin>> {
        let served = match scope {
            Scope::Shared => self.shared.get(id),
            Scope::Merchant(merchant) => self.served(merchant).find(|served| served.stable.plugin.id == *id),
        };
        served.map(Served::head)
    }

    /// Every version of every plugin of every merchant.
    pub fn all(&self) -> impl Iterator<Item = &Arc<LivePlugin>> {
        self.shared.values().chain(self.own.values().flat_map(|own| own.values())).flat_map(Served::versions)
    }

    /// Every canary.
    pub fn trials(&self) -> impl Iterator<Item = &Arc<Trial>> {
        self.shared.values().chain(self.own.values().flat_map(|own| own.values())).filter_map(|it| it.trial.as_ref())
    }

    /// Whether a merchant sees exactly the shared plugins, as most do.
    pub fn is_plain(&self, merchant: &MerchantId) -> bool {
        !self.own.contains_key(merchant) && !self.unwanted.contains_key(merchant)
    }

    /// Whether a merchant has switched a shared plugin off.
    pub fn is_unwanted(&self, merchant: &MerchantId, plugin: &PluginId) -> bool {
        self.unwanted.get(merchant).is_some_and(|ids| ids.contains(plugin))
    }

    /// The same without the versions that stand beside.
    #[must_use]
    pub fn stable(&self) -> Self {
        let alone = |served: &Served| served.trial.is_none() && served.relief.is_none();
        let part = |served: &mut Served| *served = Served::alone(Arc::clone(&served.stable));
        let mut generation = self.clone();
        generation.shared.values_mut().for_each(part);
        for own in generation.own.values_mut().filter(|own| !own.values().all(alone)) {
            Arc::make_mut(own).values_mut().for_each(part);
        }
        generation
    }

    /// The generation that there would be with one plugin in its place. It serves nobody, so it keeps its number.
    #[must_use]
    pub fn with(&self, plugin: Arc<LivePlugin>) -> Self {
        let mut generation = self.clone();
        let (scope, id) = (plugin.scope.clone(), plugin.plugin.id.clone());
        generation.set(&scope, &id, Some(Served::alone(plugin)));
        generation
    }

    /// An empty generation; the next one has a higher number than any before a restart.
    pub(crate) fn after(last: u64) -> Self {
        Self { number: last, ..Self::default() }
    }

    /// Puts a plugin in its place, or takes it out.
    pub(crate) fn set(&mut self, scope: &Scope, id: &PluginId, plugin: Option<Served>) {
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

fn put(map: &mut BTreeMap<PluginId, Served>, id: &PluginId, plugin: Option<Served>) {
    match plugin {
        Some(plugin) => map.insert(id.clone(), plugin),
        None => map.remove(id),
    };
}
