//! *Compose*: asks every matching plugin of the merchant, in one exchange with one worker.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cuecard_culture::{self as culture, Addressed, Contact, Cultures, register};
use cuecard_model::{Culture, Failure, Fields, KeySet, Register, Role, Trace, Turn};
use cuecard_plugin::{
    generation::LivePlugin,
    job::{Ask, Called, LoadId, TurnJob, WorkedDraft},
    workers::{Busy, Loadable, Workers},
};

use crate::{CallReport, KeyWrites, Merchant, Snapshot, Terms, versions::Versions};

/// No hook of a turn is started later than this after the first. Five plugins that all run out their 20 ms fit.
pub(crate) const BUDGET_MS: u32 = 100;

/// What the plugins offered.
pub(crate) struct Composed {
    pub(crate) drafts: Vec<(Arc<LivePlugin>, WorkedDraft)>,
    pub(crate) culture: Culture,
    /// The merchant's rules of all locales.
    pub(crate) cultures: Arc<Cultures>,
    /// Which rule chose the form of address.
    pub(crate) addressed: Option<Addressed>,
    pub(crate) default_locale: String,
    pub(crate) failures: Vec<Failure>,
    pub(crate) key_writes: KeyWrites,
    pub(crate) calls: Vec<CallReport>,
    /// Where another version than the plain one answered.
    pub(crate) trace: Vec<Trace>,
}

#[expect(clippy::too_many_arguments, reason = "the parts of one turn, named once")]
pub(crate) async fn compose(
    snapshot: &Snapshot,
    versions: &Versions<'_>,
    workers: &Workers,
    merchant: &Merchant,
    turn: &Arc<Turn>,
    keys: &BTreeMap<KeySet, Fields>,
    terms: &Terms,
    (turn_began, budget_ms): (Duration, u32),
) -> Result<Composed, Busy> {
    let mut composed = Composed::begin(snapshot, merchant, turn);
    if terms.held_out {
        return Ok(composed);
    }
    let asked = |plugin: &&Arc<LivePlugin>| plugin.loadable.is_some() && !terms.off.contains(&plugin.plugin.id);
    let plugins: Vec<_> = versions.plugins().filter(asked).collect();
    let scenario = &turn.signals.scenario.id;
    let compose: Vec<_> =
        plugins.iter().copied().filter(|plugin| plugin.contents.manifest.composes(scenario)).collect();
    let localize: Vec<_> =
        plugins.iter().copied().filter(|plugin| plugin.contents.manifest.localizes(&turn.locale)).collect();
    if compose.is_empty() {
        return Ok(composed);
    }
    let job = TurnJob {
        turn: Arc::clone(turn),
        culture: composed.culture.clone(),
        default_locale: composed.default_locale.clone(),
        compose: asks(&compose, keys),
        localize: asks(&localize, keys),
        budget_ms,
    };
    let loadables = loadables(compose.iter().chain(&localize).copied());
    let called = workers.turn(&merchant.id, job, &loadables).await?;
    let hooks =
        compose.iter().map(|plugin| (*plugin, "compose")).chain(localize.iter().map(|plugin| (*plugin, "localize")));
    for ((plugin, hook), called) in hooks.zip(called) {
        composed.take(plugin, hook, called, turn_began);
    }
    composed.trace = versions.trace(compose.iter().chain(&localize).copied());
    Ok(composed)
}

/// How the customer addresses us, by the last of their messages that shows it. Messages before this one count too, or
/// an "ok" would change how the shop speaks. Only so much of a long message is read.
fn customer_says(turn: &Turn) -> Option<Register> {
    const MESSAGES: usize = 5;
    const BYTES: usize = 2000;
    let locale = culture::with_region(&turn.locale);
    let is_in_locale = culture::language(&turn.signals.language.tag) == culture::language(&turn.locale);
    let now = is_in_locale.then_some(&turn.message);
    let before = turn.history.iter().filter(|message| message.role == Role::Customer);
    let texts = before.chain(now).rev().take(MESSAGES).map(|message| message.text.as_str());
    let mut texts = texts.filter_map(|text| text.get(..text.floor_char_boundary(BYTES)));
    texts.find_map(|text| register::shown(text, &locale))
}

impl Composed {
    /// How this customer is to be spoken to; nothing is offered yet.
    pub(crate) fn begin(snapshot: &Snapshot, merchant: &Merchant, turn: &Turn) -> Self {
        let cultures = snapshot.cultures(&merchant.id);
        let contact = Contact::of(&turn.customer, &turn.channel, turn.now);
        let contact = Contact { customer_says: customer_says(turn), ..contact };
        let addressed = cultures.rules(&turn.locale).register(&contact);
        let register = addressed.as_ref().map(|it| it.register);
        let culture = culture::culture(&turn.locale, &turn.channel, turn.customer.name.as_ref(), register);
        Self {
            drafts: Vec::new(),
            culture,
            cultures,
            addressed,
            default_locale: merchant.default_locale.clone(),
            failures: Vec::new(),
            key_writes: Vec::new(),
            calls: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// An answer that could not be put into words or be shown is none.
    pub(crate) fn unusable(&mut self, failure: &Failure) {
        let mut composed = self.calls.iter_mut().filter(|call| call.hook == "compose" && call.failure.is_none());
        if let Some(call) = composed.find(|call| call.plugin == failure.plugin) {
            call.unusable = Some(failure.kind);
        }
    }

    fn take(
        &mut self,
        plugin: &Arc<LivePlugin>,
        hook: &'static str,
        mut called: Called<Vec<WorkedDraft>>,
        turn_began: Duration,
    ) {
        let version = plugin.plugin.clone();
        self.calls.push(CallReport::of(&version, hook, &mut called, turn_began));
        let Called { outcome, key_writes, .. } = called;
        match outcome {
            Ok(drafts) => {
                self.drafts.extend(drafts.into_iter().map(|draft| (Arc::clone(plugin), draft)));
                if !key_writes.is_empty() {
                    self.key_writes.push((plugin.key_set(), key_writes));
                }
            }
            Err(failed) => {
                self.failures.push(Failure { plugin: version, kind: failed.kind, detail: failed.detail });
            }
        }
    }
}

/// Whom to ask, each with what it stored for this customer if its manifest wants keys.
pub(crate) fn asks(plugins: &[&Arc<LivePlugin>], keys: &BTreeMap<KeySet, Fields>) -> Vec<Ask> {
    let ask = |plugin: &&Arc<LivePlugin>| {
        let wants = plugin.contents.manifest.capabilities.keys;
        let stored = wants.then(|| keys.get(&plugin.key_set()).cloned().unwrap_or_default());
        let loadable = plugin.loadable.as_ref()?;
        Some(Ask { load: loadable.load().id, keys: stored, timed: loadable.is_timed() })
    };
    plugins.iter().filter_map(ask).collect()
}

/// What a worker must have loaded for these plugins.
pub(crate) fn loadables<'a>(plugins: impl Iterator<Item = &'a Arc<LivePlugin>>) -> BTreeMap<LoadId, Arc<Loadable>> {
    plugins
        .filter_map(|plugin| plugin.loadable.as_ref().map(|loadable| (loadable.load().id, Arc::clone(loadable))))
        .collect()
}
