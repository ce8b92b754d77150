//! What a turn runs on from start to end: one generation of plugins, and what was learned from their examples.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use cuecard_culture::{Cultures, Layer};
use cuecard_model::MerchantId;
use cuecard_plugin::generation::{Generation, LivePlugin};
use cuecard_understand::{Example, Scenario, Understanding};

/// One generation and its trained *understand* stages. Never changes, but for what is learned when first needed.
pub struct Snapshot {
    /// The plugins.
    pub generation: Arc<Generation>,
    /// For merchants with the shared plugins and nothing else.
    plain: Learned,
    /// For the others, as they turn up.
    own: Mutex<HashMap<MerchantId, Learned>>,
}

/// What was learned, and from which examples.
#[derive(Clone)]
struct Learned {
    from: u64,
    understanding: Arc<Understanding>,
    cultures: Arc<Cultures>,
}

/// So many merchants of their own are kept from one snapshot to the next.
const KEPT: usize = 1024;

impl Snapshot {
    /// Learns what has changed since `before`; the rest is taken over. Takes up to a second: call it off the live path.
    pub fn new(generation: Arc<Generation>, before: Option<&Self>) -> Self {
        if before.is_none() {
            Cultures::warm();
        }
        let nobody = MerchantId::from("");
        let plain =
            learn(generation.plugins(&nobody), before.map_or(&[], |before| std::slice::from_ref(&before.plain)));
        let kept = before.map(|before| before.own()).unwrap_or_default();
        let own = kept.into_iter().take(KEPT).filter(|(merchant, _)| !generation.is_plain(merchant));
        let own = own.map(|(merchant, old)| {
            let new = learn(generation.plugins(&merchant), &[old]);
            (merchant, new)
        });
        Self { plain, own: Mutex::new(own.collect()), generation }
    }

    /// The same without canaries and reliefs.
    #[must_use]
    pub fn stable(&self) -> Self {
        Self { generation: Arc::new(self.generation.stable()), plain: self.plain.clone(), own: Mutex::new(self.own()) }
    }

    /// What there would be for one merchant with a plugin in its place. Serves nobody. Learns if the plugin's examples say
    /// so, which takes up to a second: call it off the live path. What was learned for the `last` one need not be again.
    #[must_use]
    pub fn with(&self, merchant: &MerchantId, plugin: Arc<LivePlugin>, last: Option<&Self>) -> Self {
        self.learn(merchant);
        let generation = self.generation.with(plugin);
        let of = |snapshot: &Self| snapshot.own().remove(merchant).unwrap_or_else(|| snapshot.plain.clone());
        let before: Vec<_> = std::iter::once(self).chain(last).map(of).collect();
        let learned = learn(generation.plugins(merchant), &before);
        let own = Mutex::new(HashMap::from([(merchant.clone(), learned.clone())]));
        // Where the plugin is shared, the merchant may still be one of many.
        let plain = if generation.is_plain(merchant) { learned } else { self.plain.clone() };
        Self { generation: Arc::new(generation), plain, own }
    }

    /// What was learned for a merchant; `None` if [`Snapshot::learn`] must come first.
    pub fn understanding(&self, merchant: &MerchantId) -> Option<Arc<Understanding>> {
        if self.generation.is_plain(merchant) {
            return Some(Arc::clone(&self.plain.understanding));
        }
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(merchant).map(|learned| Arc::clone(&learned.understanding))
    }

    /// Learns for a merchant with plugins of its own. Takes up to a second: call it off the live path.
    pub fn learn(&self, merchant: &MerchantId) -> Arc<Understanding> {
        if let Some(understanding) = self.understanding(merchant) {
            return understanding;
        }
        let learned = learn(self.generation.plugins(merchant), std::slice::from_ref(&self.plain));
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&own.entry(merchant.clone()).or_insert(learned).understanding)
    }

    /// The culture packs with a merchant's own rules over them.
    pub fn cultures(&self, merchant: &MerchantId) -> Arc<Cultures> {
        if self.generation.is_plain(merchant) {
            return Arc::clone(&self.plain.cultures);
        }
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(merchant).map_or_else(Cultures::shipped, |learned| Arc::clone(&learned.cultures))
    }

    fn own(&self) -> HashMap<MerchantId, Learned> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn learn<'a>(plugins: impl Iterator<Item = &'a Arc<LivePlugin>>, before: &[Learned]) -> Learned {
    let mut plugins: Vec<_> = plugins.collect();
    // One of the merchant's own that stands in for a shared one has its place, so that the same examples are the same.
    plugins.sort_by(|one, other| one.plugin.id.cmp(&other.plugin.id));
    let mut hasher = DefaultHasher::new();
    let declared = plugins.iter().flat_map(|plugin| &plugin.contents.scenarios);
    for scenario in declared.clone() {
        (&scenario.id, &scenario.title, &scenario.examples).hash(&mut hasher);
    }
    let from = hasher.finish();
    let cultures = cultures(plugins.iter().flat_map(|plugin| &plugin.contents.culture));
    if let Some(before) = before.iter().find(|before| before.from == from) {
        return Learned { cultures, ..before.clone() };
    }
    let scenarios: Vec<_> = declared
        .map(|scenario| Scenario {
            id: scenario.id.clone(),
            title: scenario.title.clone(),
            examples: examples(&scenario.examples).collect(),
        })
        .collect();
    Learned { from, understanding: Arc::new(Understanding::train(&scenarios)), cultures }
}

/// Most merchants have no rules of their own and share those that ship.
fn cultures<'a>(layers: impl Iterator<Item = &'a Arc<Layer>>) -> Arc<Cultures> {
    let layers: Vec<_> = layers.cloned().collect();
    if layers.is_empty() { Cultures::shipped() } else { Arc::new(Cultures::with(layers)) }
}

fn examples<'a>(by_language: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>) -> impl Iterator<Item = Example> {
    by_language.into_iter().flat_map(|(language, texts)| {
        texts.iter().map(|text| Example { language: language.clone(), text: text.clone() })
    })
}
