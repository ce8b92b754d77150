//! A merchant's word between proof and service: content that would take the place of what serves is rehearsed first,
//! whether it was pushed or saved in the folder.
//!
//! A merchant's own plugin is held to its policy on its turns and events. A shared plugin is held to the policy of each
//! merchant that it serves and that has one, each on its own; the record that all of them read says how many and where
//! in the code, and nothing of anybody's customers.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Instant,
};

use arc_swap::ArcSwapOption;
use cuecard_engine::Engine;
use cuecard_model::{MerchantId, Scope};
use cuecard_pipeline::{Rehearsed, Snapshot};
use cuecard_plugin::{
    bundle::Bundle,
    generation::LivePlugin,
    registry::{Bid, Place, Refusal, Review},
};
use tokio::runtime::Handle;

use super::{
    EVENTS, Events, Rehearsal, Rehearsals, Summary, TIME, TURNS, Tried, Wanted, input,
    text::total,
    verdict::{self, Verdict, evidence},
};
use crate::{
    app::App,
    merchants::{Merchants, Settled},
};

/// Turns, and as many events, of all merchants that a shared plugin is rehearsed on.
const SHARED: usize = 400;
/// Of one of them at least, as far as there are: with more merchants than that leaves room for, some are drawn.
const EACH: usize = 4;

/// Holds content to the policies of those whom it would serve.
pub struct Reviewer {
    engine: Arc<dyn Engine>,
    snapshot: Arc<ArcSwapOption<Snapshot>>,
    merchants: Arc<Merchants>,
    rehearsals: Rehearsals,
    runtime: Handle,
}

impl Reviewer {
    /// For what this host serves; on its runtime.
    pub fn new(app: &App) -> Arc<Self> {
        Arc::new(Self {
            engine: Arc::clone(&app.engine),
            snapshot: Arc::clone(&app.snapshot),
            merchants: Arc::clone(&app.merchants),
            rehearsals: app.rehearsals.clone(),
            runtime: Handle::current(),
        })
    }
}

impl Review for Reviewer {
    fn is_wanted(&self, place: &Place) -> bool {
        match &place.0 {
            Scope::Shared => !self.merchants.rehearsing().is_empty(),
            Scope::Merchant(merchant) => {
                let settled = self.runtime.block_on(self.merchants.get(&*self.engine, merchant));
                // What cannot be read is read again by the review, which says so.
                settled.map_or(true, |merchant| merchant.rehearsal.is_some())
            }
        }
    }

    fn review(&self, bid: Bid) -> Result<String, Refusal> {
        let Bid { place, plugin, bundle, confirmed, overtaken, .. } = bid;
        let plugin = (plugin, bundle);
        let found = async {
            match &place.0 {
                Scope::Merchant(merchant) => self.own(&place, merchant, plugin, confirmed).await,
                Scope::Shared => self.shared(&place, plugin, confirmed).await,
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = overtaken => Err(Refusal::Overtaken),
                found = found => found,
            }
        })
    }
}

/// How much, for how long.
struct Bounds {
    turns: usize,
    events: usize,
    until: Instant,
}

impl Reviewer {
    async fn own(
        &self,
        place: &Place,
        merchant: &MerchantId,
        plugin: (Arc<LivePlugin>, Bundle),
        confirmed: bool,
    ) -> Result<String, Refusal> {
        let settled = self.merchants.settled(&*self.engine, merchant).await.map_err(unreviewed)?;
        let Some(terms) = settled.merchant.rehearsal else { return Ok(String::new()) };
        let bounds = Bounds { turns: TURNS.1, events: EVENTS.1, until: Instant::now() + TIME };
        let Some(found) = self.rehearse(place, settled, &terms, &plugin, &bounds).await? else {
            return Ok(String::new());
        };
        if is_nothing(&found.summary) {
            return Err(unreviewed(LATE));
        }
        match Verdict::of(&terms, &found.summary) {
            Verdict::Fails => Err(Refusal::Problems(verdict::failures(&found))),
            Verdict::Asks if !confirmed => Err(unconfirmed(place, &found, evidence(&found.summary), terms.ask_above)),
            Verdict::Asks => Ok(format!("{}; confirmed", evidence(&found.summary))),
            Verdict::Passes => Ok(evidence(&found.summary)),
        }
    }

    async fn shared(
        &self,
        place: &Place,
        plugin: (Arc<LivePlugin>, Bundle),
        confirmed: bool,
    ) -> Result<String, Refusal> {
        let drawn = self.drawn(place, &plugin.0)?;
        let each = (SHARED / drawn.len().max(1)).max(EACH);
        let bounds = Bounds { turns: each, events: each, until: Instant::now() + TIME };
        let (mut all, mut worst, mut ask_above) = (Vec::new(), Verdict::Passes, 1.0_f64);
        for settled in drawn {
            let (Some(terms), id) = (settled.merchant.rehearsal, settled.merchant.id.clone()) else { continue };
            let Some(found) = self.rehearse(place, settled, &terms, &plugin, &bounds).await? else { continue };
            let verdict = Verdict::of(&terms, &found.summary);
            if verdict > Verdict::Passes {
                // The history is everybody's; who it was is the operator's to know.
                let evidence = evidence(&found.summary);
                tracing::warn!(plugin = %place.1, merchant = %id, ?verdict, evidence, "a shared plugin's rehearsal");
                ask_above = ask_above.min(terms.ask_above);
            }
            worst = worst.max(verdict);
            all.push(found);
        }
        if all.is_empty() {
            return Ok(String::new());
        }
        let sum = all.iter().fold(Summary::default(), |sum, found| sum.and(&found.summary));
        if is_nothing(&sum) {
            return Err(unreviewed(LATE));
        }
        let evidence = format!("{} (of {} merchants)", evidence(&sum), all.len());
        match worst {
            Verdict::Fails => Err(Refusal::Problems(verdict::places(evidence, all.iter()))),
            Verdict::Asks if !confirmed => {
                let merchants = all.len();
                let first = all.into_iter().next().unwrap_or_else(|| Rehearsal::empty(&place.1));
                let mut found = Rehearsal { old: first.old, new: first.new, ..Rehearsal::empty(&place.1) };
                found.summary = sum;
                found.text = total(&found, merchants);
                Err(unconfirmed(place, &found, evidence, ask_above))
            }
            Verdict::Asks => Ok(format!("{evidence}; confirmed")),
            Verdict::Passes => Ok(evidence),
        }
    }

    /// Merchants with a policy whom the shared version would serve; others for each content, if there are many.
    fn drawn(&self, place: &Place, plugin: &LivePlugin) -> Result<Vec<Settled>, Refusal> {
        let snapshot = self.snapshot()?;
        let is_served = |settled: &Settled| {
            let mut serving = snapshot.generation.plugins(&settled.merchant.id);
            serving.any(|live| live.plugin.id == place.1 && live.scope == Scope::Shared)
        };
        let mut drawn = self.merchants.rehearsing();
        drawn.retain(is_served);
        drawn.sort_by_cached_key(|settled| {
            let mut hasher = DefaultHasher::new();
            (plugin.hash.to_string(), settled.merchant.id.as_str()).hash(&mut hasher);
            hasher.finish()
        });
        drawn.truncate(SHARED / EACH);
        Ok(drawn)
    }

    /// `None` if there is nothing to compare with.
    async fn rehearse(
        &self,
        place: &Place,
        settled: Settled,
        terms: &Rehearsed,
        plugin: &(Arc<LivePlugin>, Bundle),
        bounds: &Bounds,
    ) -> Result<Option<Rehearsal>, Refusal> {
        let (snapshot, merchant) = (self.snapshot()?, settled.merchant.id.clone());
        let Some(live) = snapshot.generation.plugins(&merchant).find(|live| live.plugin.id == place.1).cloned() else {
            return Ok(None);
        };
        // A plugin that judges events alone has no say in turns.
        let speaks = speaks(&live) || speaks(&plugin.0);
        let limit = if speaks { terms.turns.min(bounds.turns) } else { 0 };
        let turns = input::turns(&*self.engine, &merchant, &[], limit).await.map_err(unreviewed)?;
        let wanted = Wanted {
            snapshot,
            merchant: settled.merchant,
            place: place.clone(),
            version: Tried::Proved(Arc::clone(&plugin.0), plugin.1.clone()),
            turns,
            events: Some(Events {
                engine: Arc::clone(&self.engine),
                policy: settled.policy,
                newest: terms.events.min(bounds.events),
            }),
            show_all: false,
            time: bounds.until.saturating_duration_since(Instant::now()),
        };
        let found = self.rehearsals.rehearse_in_turn(wanted).await.map_err(unreviewed)?;
        match (found.problems.is_empty(), &place.0) {
            (true, _) => Ok(Some(found)),
            (false, Scope::Merchant(_)) => Err(Refusal::Problems(found.problems)),
            (false, Scope::Shared) => Err(unreviewed("what it would make of stored keys could not be found out")),
        }
    }

    fn snapshot(&self) -> Result<Arc<Snapshot>, Refusal> {
        self.snapshot.load_full().ok_or_else(|| unreviewed("the plugins are not loaded yet"))
    }
}

const LATE: &str = "nothing could be rehearsed in time; hint: try again, or save it again";

/// Whether there was something, and none of it was rehearsed.
fn is_nothing(summary: &Summary) -> bool {
    let Summary { turns, events, left_out, events_left_out, .. } = summary;
    turns + events == 0 && left_out + events_left_out > 0
}

/// Whether it could change an answer to a message.
fn speaks(plugin: &LivePlugin) -> bool {
    let contents = &plugin.contents;
    let hooks = &contents.manifest.hooks;
    hooks.compose.is_some()
        || hooks.localize.is_some()
        || hooks.classify.is_some()
        || !contents.scenarios.is_empty()
        || !contents.culture.is_empty()
}

fn unconfirmed(place: &Place, found: &Rehearsal, evidence: String, ask_above: f64) -> Refusal {
    let asks = format!("{evidence}; more than {} % want a person's word", ask_above * 100.0);
    let shared = if place.0 == Scope::Shared { " --shared" } else { "" };
    let hash = found.new.as_ref().map(|new| new.hash.as_str()).unwrap_or_default();
    let hint = format!(
        "`cuecard push FOLDER{shared} --dry-run` shows what would be different; with `--confirm {hash}` in its place, or ?confirm={hash}, these very bytes serve"
    );
    Refusal::Unconfirmed { asks, hint, difference: serde_json::to_string(found).unwrap_or_default() }
}

fn unreviewed(reason: impl ToString) -> Refusal {
    Refusal::Unreviewed(reason.to_string())
}
