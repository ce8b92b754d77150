//! Canaries in the registry: how a version comes to serve a share, and how that ends.
//!
//! The same thread that makes all other changes makes these, so nobody can promote what another has just taken back.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Note, Outcome, Place, Refusal, Source, Store,
    keeper::{Keeper, sentence},
};
use crate::{
    bundle::{Bundle, BundleHash},
    canary::{Canary, Tally, Terms, Trial, Verdict},
    cost::Cost,
    generation::LivePlugin,
};

/// By whom a canary is ended when its figures decide.
const JUDGE: &str = "canary";
/// How often canaries are judged.
const JUDGE_EVERY: Duration = Duration::from_millis(250);
/// How often their figures are kept: so much a `kill -9` can cost.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// All canaries that run.
#[derive(Default)]
pub(super) struct Trials {
    running: BTreeMap<Place, Running>,
    judge_at: Option<Instant>,
}

struct Running {
    trial: Arc<Trial>,
    kept: Tally,
    keep_at: Instant,
}

impl Trials {
    pub(super) fn get(&self, place: &Place) -> Option<&Arc<Trial>> {
        self.running.get(place).map(|running| &running.trial)
    }

    /// What the change of a place does to its canary, for the record.
    pub(super) fn ends(&self, place: &Place) -> String {
        self.get(place).map_or_else(String::new, |trial| format!("ends the canary of {}", trial.plugin.plugin.version))
    }

    pub(super) fn end(&mut self, place: &Place) {
        self.running.remove(place);
    }

    fn begin(&mut self, place: &Place, trial: Trial) {
        let (kept, keep_at) = (trial.tally(), Instant::now() + KEEP_EVERY);
        self.running.insert(place.clone(), Running { trial: Arc::new(trial), kept, keep_at });
        self.judge_at.get_or_insert_with(Instant::now);
    }

    /// When to judge them, if any run.
    pub(super) fn due(&self) -> Option<Instant> {
        self.judge_at.filter(|_| !self.running.is_empty())
    }
}

impl<S: Store> Keeper<S> {
    /// A version that was proved serves a share from now on.
    pub(super) fn begin_trial(
        &mut self,
        place: &Place,
        bundle: &Bundle,
        plugin: Arc<LivePlugin>,
        terms: Terms,
        evidence: String,
        by: Arc<str>,
    ) -> Result<Note, Refusal> {
        let beside = self.triable(place, &plugin, &terms)?;
        let serves = format!("serves {} of the conversations beside {beside}", percent(terms.share));
        let cost = plugin.compared.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        let reason = sentence([serves, evidence, self.trials.ends(place), cost]);
        let mut note = self.note(place, Some(&plugin), Outcome::Canary, reason, by);
        note.source = Source::Pushed;
        let canary = Canary {
            hash: plugin.hash.to_string(),
            version: Arc::clone(&plugin.plugin.version),
            terms,
            since: self.store.now(),
            generation: note.generation + 1,
            by: note.by.to_string(),
            tally: Tally::default(),
        };
        note.canary = Some(canary.clone());
        self.keep_change(&mut note, Some(bundle))?;
        self.trials.begin(place, Trial::new(plugin, canary));
        self.show(place);
        Ok(note)
    }

    /// Whether a version serves, beside which another could be tried.
    pub(super) fn has_beside(&self, place: &Place) -> bool {
        self.slots.get(place).is_some_and(|slot| slot.live.is_some())
    }

    /// The version that it is tried beside.
    fn triable(&self, place: &Place, plugin: &LivePlugin, terms: &Terms) -> Result<Arc<str>, Refusal> {
        let refused = |reason: String| Refusal::Untriable { plugin: place.1.clone(), reason };
        terms.checked().map_err(refused)?;
        let slot = self.slots.get(place);
        let live = slot.and_then(|slot| slot.live.as_ref());
        let live = live.ok_or_else(|| refused("no version of it serves yet, beside which it could be tried".into()))?;
        if slot.is_some_and(|slot| slot.disabled) {
            return Err(refused("it is switched off".into()));
        }
        if plugin.loadable.is_none() {
            return Err(refused("it brings no code, and only code is tried".into()));
        }
        let stored = |plugin: &LivePlugin| plugin.contents.manifest.capabilities.keys.then(|| plugin.key_set().version);
        if let (Some(new), Some(old)) = (stored(plugin), stored(live))
            && new != old
        {
            let reason =
                "both would have to store for the same customers; push it without a canary, which migrates them";
            return Err(refused(format!(
                "its keys are of version {new}, those of {} of {old}: {reason}",
                live.plugin.version
            )));
        }
        let version = &live.plugin.version;
        if plugin.plugin.version == *version {
            return Err(refused(format!("the version that serves is {version} too, and nobody could tell them apart")));
        }
        Ok(Arc::clone(version))
    }

    /// What ran before a restart runs on.
    pub(super) fn restore_trial(&mut self, place: &Place, bundle: &Bundle, canary: Canary, cost: Option<Cost>) {
        let proof = self.prover.prepare(bundle).with_cost(cost);
        match self.ready(place, bundle, proof) {
            Ok(plugin) => self.trials.begin(place, Trial::new(plugin, canary)),
            Err(_) => tracing::error!(plugin = %place.1, scope = %place.0, "its canary could not be brought back"),
        }
    }

    /// The canary serves all.
    pub(super) fn promote(
        &mut self,
        place: &Place,
        expected: Option<BundleHash>,
        reason: String,
        by: Arc<str>,
    ) -> Result<Note, Refusal> {
        let trial = self.running(place, expected)?;
        let mut note = self.note(place, Some(&trial.plugin), Outcome::Promoted, reason, by);
        note.source = Source::Pushed;
        self.keep_change(&mut note, None)?;
        self.serve(place, Arc::clone(&trial.plugin), Source::Pushed);
        Ok(note)
    }

    /// The canary serves nobody; the other version serves all.
    pub(super) fn take_back(
        &mut self,
        place: &Place,
        expected: Option<BundleHash>,
        reason: String,
        by: Arc<str>,
    ) -> Result<Note, Refusal> {
        let trial = self.running(place, expected)?;
        let mut note = self.note(place, Some(&trial.plugin), Outcome::TakenBack, reason, by);
        note.source = Source::Pushed;
        self.keep_change(&mut note, None)?;
        self.trials.end(place);
        self.show(place);
        Ok(note)
    }

    /// What a person saw who ends a canary, for the record.
    pub(super) fn figures(&self, place: &Place) -> String {
        self.trials.get(place).map_or_else(String::new, |trial| trial.figures(self.store.now()))
    }

    fn running(&self, place: &Place, expected: Option<BundleHash>) -> Result<Arc<Trial>, Refusal> {
        let trial = self.trials.get(place).ok_or_else(|| Refusal::NoCanary(place.1.clone()))?;
        if expected.is_some_and(|expected| expected != trial.plugin.hash) {
            return Err(Refusal::Overtaken);
        }
        Ok(Arc::clone(trial))
    }

    /// Ends those whose figures say so, and keeps the figures of the others from time to time.
    pub(super) fn judge_trials(&mut self) {
        let now = self.store.now();
        let running: Vec<_> =
            self.trials.running.iter().map(|(place, it)| (place.clone(), Arc::clone(&it.trial))).collect();
        for (place, trial) in running {
            let ended = match trial.judge(now) {
                Verdict::Promote(why) => self.promote(&place, None, why, JUDGE.into()),
                Verdict::TakeBack(why) => self.take_back(&place, None, why, JUDGE.into()),
                Verdict::GoOn(_) => {
                    self.keep_figures(&place);
                    continue;
                }
            };
            if let Err(refusal) = ended {
                tracing::error!(%refusal, plugin = %place.1, "the end of a canary could not be kept; tried again");
            }
        }
        self.trials.judge_at = Some(Instant::now() + JUDGE_EVERY);
    }

    fn keep_figures(&mut self, place: &Place) {
        let Some(running) = self.trials.running.get_mut(place) else { return };
        if running.keep_at > Instant::now() {
            return;
        }
        running.keep_at = Instant::now() + KEEP_EVERY;
        let canary = running.trial.canary();
        if canary.tally == running.kept {
            return;
        }
        match self.store.remember(place, &canary) {
            Ok(()) => running.kept = canary.tally,
            Err(error) => tracing::warn!(error, plugin = %place.1, "the figures of a canary could not be kept"),
        }
    }
}

/// A share as people write it.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}
