//! What each plugin did since the start of the host: calls, failures and times by hook, for its author and for Prometheus.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use cuecard_model::{FailureKind, MerchantId, PluginVersion};
use cuecard_pipeline::CallReport;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::{Histograms, seconds};

/// Plugins whose figures are held apart; the rest is counted as one.
const PLUGINS: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    plugin: String,
    scope: String,
    hook: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HookLabels {
    plugin: String,
    scope: String,
    hook: &'static str,
}

/// The figures of all plugins.
pub struct Plugins {
    calls: Family<CallLabels, Counter>,
    time: Histograms<HookLabels>,
    hooks: RwLock<HashMap<Key, Arc<HookFigures>>>,
}

/// What stands where a hook would for the host's checks of what a plugin offered.
pub const CHECKS: &str = "checks";

const HOOKS: [&str; 5] = ["classify", "compose", "localize", "trigger", CHECKS];

/// Whose plugin (`None`: shared), which, and which hook.
type Key = (Option<MerchantId>, PluginVersion, &'static str);

/// One hook's figures.
struct HookFigures {
    calls: AtomicU64,
    /// Of these, without an answer, by [`FailureKind::ALL`].
    failures: [AtomicU64; FailureKind::ALL.len()],
    /// Calls by the position of the highest two bits of their microseconds.
    spread: [AtomicU64; 64],
    good: Counter,
    time: Histogram,
}

/// A plugin's figures since the start of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    /// Hook calls.
    pub calls: u64,
    /// Of these, without an answer.
    pub failures: u64,
    /// Half of the calls took no longer, in microseconds.
    pub p50_us: u64,
    /// 99 of 100 calls took no longer, in microseconds.
    pub p99_us: u64,
}

/// One hook's figures since the start of the host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HookShown {
    /// Which hook; `checks` for what the host held back of its suggestions.
    pub hook: &'static str,
    /// Calls.
    pub calls: u64,
    /// Failures, by kind.
    pub failures: BTreeMap<&'static str, u64>,
    /// Half of the calls took no longer, in microseconds.
    pub p50_us: u64,
    /// 99 of 100 calls took no longer, in microseconds.
    pub p99_us: u64,
    /// Calls by their time, from the first bucket that has any to the last.
    pub histogram: Vec<Bucket>,
}

/// Calls that took less than a time, and as long as the bucket before or longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Bucket {
    /// In microseconds.
    pub below_us: u64,
    /// How many.
    pub calls: u64,
}

impl Default for Plugins {
    fn default() -> Self {
        let time = Family::new_with_constructor(seconds as fn() -> Histogram);
        Self { calls: Family::default(), time, hooks: RwLock::default() }
    }
}

impl Plugins {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("hook_calls", "Hook calls, by what became of them", self.calls.clone());
        registry.register("hook_seconds", "Time spent in each hook", self.time.clone());
    }

    /// One hook call; `owner` is the merchant whose own the plugin is, if it is not shared.
    pub fn call(&self, owner: Option<&MerchantId>, report: &CallReport) {
        let figures = self.figures(owner, &report.plugin, report.hook);
        figures.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(bucket) = figures.spread.get(bucket(u64::from(report.micros))) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        figures.time.observe(f64::from(report.micros) / 1e6);
        match &report.failure {
            None => drop(figures.good.inc()),
            Some(failed) => self.failed(owner, &report.plugin, report.hook, &figures, failed.kind),
        }
    }

    /// A suggestion that was answered by a call without a fault, and then could not be worded or was held back.
    pub fn held_back(&self, owner: Option<&MerchantId>, plugin: &PluginVersion, kind: FailureKind) {
        let figures = self.figures(owner, plugin, CHECKS);
        self.failed(owner, plugin, CHECKS, &figures, kind);
    }

    fn failed(
        &self,
        owner: Option<&MerchantId>,
        plugin: &PluginVersion,
        hook: &'static str,
        figures: &HookFigures,
        kind: FailureKind,
    ) {
        let place = FailureKind::ALL.iter().position(|known| *known == kind);
        if let Some(count) = place.and_then(|place| figures.failures.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.calls.get_or_create(&labels(owner, plugin, hook, kind.as_str())).inc();
    }

    fn figures(&self, owner: Option<&MerchantId>, plugin: &PluginVersion, hook: &'static str) -> Arc<HookFigures> {
        let key = (owner.cloned(), plugin.clone(), hook);
        let hooks = self.hooks.read().unwrap_or_else(PoisonError::into_inner);
        let (known, count) = (hooks.get(&key).cloned(), hooks.len());
        drop(hooks);
        if let Some(known) = known {
            return known;
        }
        let CallLabels { plugin, scope, hook, .. } = labels(owner, plugin, hook, "ok");
        let (plugin, scope) = if count < PLUGINS { (plugin, scope) } else { ("other".into(), "other".into()) };
        let figures = Arc::new(HookFigures {
            calls: AtomicU64::new(0),
            failures: std::array::from_fn(|_| AtomicU64::new(0)),
            spread: std::array::from_fn(|_| AtomicU64::new(0)),
            good: self.calls.get_or_create_owned(&CallLabels {
                plugin: plugin.clone(),
                scope: scope.clone(),
                hook,
                outcome: "ok",
            }),
            time: self.time.get_or_create_owned(&HookLabels { plugin, scope, hook }),
        });
        if count < PLUGINS {
            let mut hooks = self.hooks.write().unwrap_or_else(PoisonError::into_inner);
            return Arc::clone(hooks.entry(key).or_insert(figures));
        }
        figures
    }

    /// A plugin's figures over all its hooks.
    pub fn of(&self, owner: Option<&MerchantId>, plugin: &PluginVersion) -> Figures {
        let hooks = self.hooks.read().unwrap_or_else(PoisonError::into_inner);
        let mut figures = Figures::default();
        let mut spread = [0_u64; 64];
        for hook in HOOKS {
            let Some(found) = hooks.get(&(owner.cloned(), plugin.clone(), hook)) else { continue };
            figures.calls += found.calls.load(Ordering::Relaxed);
            figures.failures += found.failures.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>();
            spread.iter_mut().zip(&found.spread).for_each(|(sum, count)| *sum += count.load(Ordering::Relaxed));
        }
        figures.p50_us = quantile(&spread, 50);
        figures.p99_us = quantile(&spread, 99);
        figures
    }

    /// The figures of each hook of a plugin that has been called, and of the host's checks of what it offered.
    pub fn by_hook(&self, owner: Option<&MerchantId>, plugin: &PluginVersion) -> Vec<HookShown> {
        let hooks = self.hooks.read().unwrap_or_else(PoisonError::into_inner);
        let known = |hook| Some((hook, hooks.get(&(owner.cloned(), plugin.clone(), hook))?));
        HOOKS.into_iter().filter_map(known).map(|(hook, figures)| figures.shown(hook)).collect()
    }

    /// Forgets the figures of plugins that serve no more, so that versions do not pile up.
    pub fn keep_only(&self, live: &dyn Fn(&PluginVersion) -> bool) {
        let mut hooks = self.hooks.write().unwrap_or_else(PoisonError::into_inner);
        hooks.retain(|(owner, plugin, hook), _| {
            let lives = live(plugin);
            if !lives {
                self.forget(scope(owner.as_ref()), plugin.to_string(), hook);
            }
            lives
        });
    }

    fn forget(&self, scope: String, plugin: String, hook: &'static str) {
        let outcomes = FailureKind::ALL.map(FailureKind::as_str);
        for outcome in outcomes.into_iter().chain(["ok"]) {
            let (plugin, scope) = (plugin.clone(), scope.clone());
            self.calls.remove(&CallLabels { plugin, scope, hook, outcome });
        }
        self.time.remove(&HookLabels { plugin, scope, hook });
    }
}

impl HookFigures {
    fn shown(&self, hook: &'static str) -> HookShown {
        let spread = self.spread.each_ref().map(|count| count.load(Ordering::Relaxed));
        let counts = FailureKind::ALL.iter().zip(&self.failures);
        let counts = counts.map(|(kind, count)| (kind.as_str(), count.load(Ordering::Relaxed)));
        let buckets = (0..).zip(spread).map(|(place, calls)| Bucket { below_us: end(place), calls });
        let buckets: Vec<_> = buckets.skip(1).collect();
        let first = buckets.iter().position(|bucket| bucket.calls > 0).unwrap_or(buckets.len());
        let last = buckets.iter().rposition(|bucket| bucket.calls > 0).map_or(first, |last| last + 1);
        HookShown {
            hook,
            calls: self.calls.load(Ordering::Relaxed),
            failures: counts.filter(|(_, count)| *count > 0).collect(),
            p50_us: quantile(&spread, 50),
            p99_us: quantile(&spread, 99),
            histogram: buckets.get(first..last).map(<[_]>::to_vec).unwrap_or_default(),
        }
    }
}

fn labels(owner: Option<&MerchantId>, plugin: &PluginVersion, hook: &'static str, outcome: &'static str) -> CallLabels {
    CallLabels { plugin: plugin.to_string(), scope: scope(owner), hook, outcome }
}

fn scope(owner: Option<&MerchantId>) -> String {
    owner.map_or_else(|| "shared".to_owned(), |owner| format!("@{owner}"))
}

/// Two buckets to each doubling; the first is for what took less than 2 us, so its second half is its own.
fn bucket(micros: u64) -> usize {
    let log = micros.max(1).ilog2() as usize;
    let half = if log > 0 { (micros >> (log - 1)) & 1 } else { 1 };
    (log * 2 + usize::from(half == 1)).min(63)
}

/// Where a bucket ends.
fn end(place: usize) -> u64 {
    let base = 1_u64 << (place / 2).min(62);
    if place > 0 && place.is_multiple_of(2) { base + base / 2 } else { base * 2 }
}

/// The upper end of the bucket in which the percentile lies.
fn quantile(spread: &[u64; 64], percent: u64) -> u64 {
    let all: u64 = spread.iter().sum();
    let mut seen = 0;
    for (place, count) in spread.iter().enumerate() {
        seen += count;
        if all > 0 && seen * 100 >= all * percent {
            return end(place);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_lies_in_the_bucket_that_is_shown_for_it() {
        for micros in [0, 1, 2, 3, 4, 5, 6, 7, 100, 1_000, 20_000, 45_000] {
            let place = bucket(micros);
            let from = if place == 1 { 0 } else { end(place - 1) };
            assert!((from..end(place)).contains(&micros), "{micros}: {from} to {}", end(place));
        }
    }

    #[test]
    fn quantiles_are_near() {
        let mut spread = [0; 64];
        (1..=1000).for_each(|micros| spread[bucket(micros)] += 1);
        let (half, most) = (quantile(&spread, 50), quantile(&spread, 99));
        assert!((500..=768).contains(&half), "{half}");
        assert!((990..=1024).contains(&most), "{most}");
        assert_eq!(quantile(&[0; 64], 99), 0);
    }
}
