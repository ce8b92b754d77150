//! The steps of both versions on some of the rehearsed turns: a figure that no other program on the machine changes.
//!
//! Counting slows a plugin down, so it comes after the turns whose time is taken, and only the plugin that is rehearsed
//! counts. Of what it answers here nothing is shown.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use cuecard_model::PluginId;
use cuecard_pipeline::Answered;
use cuecard_plugin::{
    cost::{Comparison, Cost, Difference},
    generation::LivePlugin,
    prove,
    workers::Loadable,
};
use tokio::task::spawn_blocking;

use super::{Again, Rehearsal, Sides, Stage};

/// Turns on which steps are counted.
const TURNS: usize = 50;
/// The longest that counting may take: a call that loops is ended late where its steps are counted.
const TIME: Duration = Duration::from_secs(2);

/// What the tests of the new version cost beside those of the old.
pub(super) fn compared(old: Option<&LivePlugin>, new: &LivePlugin) -> Option<Comparison> {
    let old = old.filter(|old| old.loadable.is_some())?;
    let runtime = |plugin: &LivePlugin| plugin.contents.manifest.code.as_ref().map(|code| code.runtime);
    let version = &old.plugin.version;
    match &new.cost {
        Some(cost) => Some(cost.beside(version, old.cost.as_deref())),
        // Without a case there is nothing to compare, unless nothing ever could be.
        None if runtime(old) != runtime(new) => {
            Some(Cost::none(runtime(new)?).beside(version, Some(&Cost::none(runtime(old)?))))
        }
        None => None,
    }
}

impl Stage {
    /// Adds what a call takes, if both versions can be counted.
    pub(super) async fn count(&self, found: &mut Rehearsal, sides: &Sides, turns: &[Again], enough: &dyn Fn() -> bool) {
        let Some(sides) = self.counting(&found.plugin, sides).await else { return };
        let began = Instant::now();
        let mut pairs: BTreeMap<&'static str, Vec<(&str, u64, u64)>> = BTreeMap::new();
        for again in turns.iter().step_by(turns.len().div_ceil(TURNS).max(1)) {
            if enough() || began.elapsed() > TIME {
                break;
            }
            let Ok((old, new)) = sides.answers(again).await else { continue };
            let (old, new) = (steps(&old, &found.plugin), steps(&new, &found.plugin));
            for (hook, new) in new {
                if let Some(old) = old.get(hook) {
                    pairs.entry(hook).or_default().push((again.incoming.turn_id.as_str(), *old, new));
                }
            }
        }
        for times in found.times.iter_mut().filter(|times| times.plugin == found.plugin) {
            times.steps = pairs.remove(times.hook).and_then(|calls| Difference::of(calls.into_iter()));
        }
    }

    /// The same two sides with the plugin's steps counted on both.
    async fn counting(&self, plugin: &PluginId, sides: &Sides) -> Option<Sides> {
        let of = |snapshot: &cuecard_pipeline::Snapshot| {
            let found = snapshot.generation.plugins(&sides.merchant.id).find(|live| live.plugin.id == *plugin).cloned();
            found.and_then(|live| self.counted(&live))
        };
        let (old, new) = (of(&sides.old)?, of(&sides.new)?);
        let runtime = |plugin: &LivePlugin| plugin.contents.manifest.code.as_ref().map(|code| code.runtime);
        if runtime(&old) != runtime(&new) {
            return None;
        }
        let (workers, merchant) = (sides.workers.clone(), Arc::clone(&sides.merchant));
        let before = (Arc::clone(&sides.old), Arc::clone(&sides.new));
        let of = merchant.id.clone();
        let snapshots = spawn_blocking(move || {
            let old = before.0.with(&of, old, None);
            (Arc::new(old), Arc::new(before.1.with(&of, new, None)))
        });
        let (old, new) = snapshots.await.ok()?;
        Some(Sides { workers, merchant, old, new })
    }

    fn counted(&self, plugin: &LivePlugin) -> Option<Arc<LivePlugin>> {
        let code = self.prover.counting_code(&plugin.contents)?;
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let load = prove::counting(id, plugin.loadable.as_ref()?.load(), code);
        Some(Arc::new(LivePlugin { loadable: Some(Arc::new(Loadable::new(load))), ..plugin.clone() }))
    }
}

/// What each hook of the plugin took in this turn.
fn steps(answered: &Answered, plugin: &PluginId) -> BTreeMap<&'static str, u64> {
    let calls = answered.calls.iter().filter(|call| call.plugin.id == *plugin);
    calls.filter_map(|call| Some((call.hook, call.steps?))).collect()
}
