//! The registry's thread: takes commands and looks at the folder, one at a time, and makes one generation after the
//! other.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::AtomicBool,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_model::{MerchantId, PluginId, Scope};

use super::{
    Answer, Base, Candidate, Command, Keys, KeysTurn, Note, Options, Outcome, Place, Proved, Push, Refusal, Restored,
    Source, Store, Way,
    folder::{Folder, Found},
    keys::Proven,
    review::{Awaited, Reviews},
    trials::Trials,
};
use crate::{
    bundle::{Bundle, BundleHash},
    cost::{Comparison, Cost},
    generation::{Generation, LivePlugin, Served},
    job::LoadId,
    problem::Problem,
    prove::{Proof, Prover, load},
    signature::Trusts,
    watch::{Quiet, watch},
    workers::{Bell, Loadable},
};

/// How many bundles are proved at once.
const PROOFS: usize = 2;

/// How often the folder is looked at without a hint: at least this long, and at least 20 times what a look takes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One plugin's place and what goes on there.
#[derive(Default)]
pub(super) struct Slot {
    /// What serves, or would if it were not switched off.
    pub(super) live: Option<Arc<LivePlugin>>,
    /// The version before, while that one is set aside.
    pub(super) relief: Option<Arc<LivePlugin>>,
    pub(super) disabled: bool,
    pub(super) source: Option<Source>,
    /// What the folder was last seen to hold.
    folder: Option<BundleHash>,
    /// Whether the folder is there at all.
    present: bool,
    /// Why the folder could not be read, so that it is said once.
    unreadable: Option<Vec<Problem>>,
    /// What is being proved and reviewed for this place. What is proved for anything else has been overtaken.
    pub(super) wanted: Option<Awaited>,
}

/// The thread's state.
pub(super) struct Keeper<S> {
    pub(super) store: S,
    folder: Option<Folder>,
    root: Option<PathBuf>,
    pub(super) prover: Arc<Prover>,
    trusts: Arc<Trusts>,
    pub(super) generation: Generation,
    pub(super) slots: BTreeMap<Place, Slot>,
    pub(super) trials: Trials,
    /// What plugins have stored.
    pub(super) keys: Option<Arc<dyn Keys>>,
    /// Places whose keys are being copied, and whether nobody wants that any more.
    pub(super) moving: BTreeMap<Place, Arc<AtomicBool>>,
    pub(super) reviews: Reviews,
    /// Contents that were set aside and have not answered again: they relieve nobody.
    pub(super) choked: HashSet<BundleHash>,
    pub(super) commands: mpsc::Sender<Command>,
    waiting: VecDeque<Candidate>,
    proving: usize,
    next_load: LoadId,
    quiet: Quiet,
    next_look: Instant,
    /// Whether the first generation is out; before, changes only gather.
    pub(super) begun: bool,
}

impl<S: Store> Keeper<S> {
    pub(super) fn new(options: Options, store: S, commands: mpsc::Sender<Command>) -> Self {
        let mut keeper = Self {
            keys: store.keys(),
            moving: BTreeMap::new(),
            store,
            folder: options.folder.clone().map(|root| Folder::new(root, options.bundle_limits)),
            root: options.folder,
            prover: Arc::new(options.prover),
            trusts: Arc::new(options.trusts),
            generation: Generation::after(options.last_generation),
            slots: BTreeMap::new(),
            trials: Trials::default(),
            reviews: Reviews::default(),
            choked: HashSet::new(),
            commands,
            waiting: VecDeque::new(),
            proving: 0,
            next_load: 1,
            quiet: Quiet::default(),
            next_look: Instant::now(),
            begun: false,
        };
        for (merchant, plugin) in options.unwanted {
            keeper.generation.want(&merchant, &plugin, false);
        }
        for restored in options.restored {
            keeper.restore(restored);
        }
        keeper
    }

    /// What was proved before a restart need not be proved again; it is only made ready.
    fn restore(&mut self, restored: Restored) {
        let Restored { place, bundle, disabled, source, aside, canary, cost, compared } = restored;
        let proof = self.prover.prepare(&bundle).with_cost(cost);
        match self.ready(&place, &bundle, proof) {
            Ok(mut plugin) => {
                if let Some(plugin) = Arc::get_mut(&mut plugin) {
                    plugin.compared = compared;
                }
                let slot =
                    Slot { live: Some(plugin), disabled, source: Some(source), folder: aside, ..Slot::default() };
                self.slots.insert(place.clone(), slot);
                if let Some((bundle, canary, cost)) = canary {
                    self.restore_trial(&place, &bundle, canary, cost);
                }
                self.show(&place);
            }
            Err(problems) => {
                tracing::error!(plugin = %place.1, scope = %place.0, reason = lines(&problems), "could not be brought back");
            }
        }
    }

    /// The first look, with all its proofs, before anybody is served.
    pub(super) fn begin(&mut self, inbox: &mpsc::Receiver<Command>) -> io::Result<Option<notify::RecommendedWatcher>> {
        let watcher = self.root.as_ref().map(|root| {
            let commands = self.commands.clone();
            watch(root, move || drop(commands.send(Command::Hint))).map_err(|error| {
                io::Error::other(format!(
                    "cannot watch {}: {error}\n  hint: create the folder, or name another with --plugins",
                    root.display()
                ))
            })
        });
        let watcher = watcher.transpose()?;
        self.look();
        let gone = |slot: &Slot| slot.source == Some(Source::Folder) && !slot.present;
        let gone: Vec<_> = self.slots.iter().filter(|(_, slot)| gone(slot)).map(|(place, _)| place.clone()).collect();
        for place in gone {
            self.retire(&place);
        }
        while self.proving > 0 {
            let Ok(command) = inbox.recv() else { break };
            self.obey(command);
        }
        self.begun = true;
        self.generation.number += 1;
        self.store.publish(Arc::new(self.generation.clone()));
        self.pump_reviews();
        Ok(watcher)
    }

    pub(super) fn run(&mut self, inbox: &mpsc::Receiver<Command>) {
        loop {
            let look_at = self.quiet.due().map_or(self.next_look, |due| due.min(self.next_look));
            let look_at = self.trials.due().map_or(look_at, |due| due.min(look_at));
            match inbox.recv_timeout(look_at.saturating_duration_since(Instant::now())) {
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) => {}
            }
            // Also when commands keep coming: hints are commands.
            if self.quiet.due().map_or(self.next_look, |due| due.min(self.next_look)) <= Instant::now() {
                self.look();
            }
            if self.trials.due().is_some_and(|due| due <= Instant::now()) {
                self.judge_trials();
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Hint => self.quiet.hint(Instant::now()),
            Command::Push { push, by, answer } => self.pushed(push, by, answer),
            Command::Refuse { place, problems, by } => {
                let note = self.note(&place, None, Outcome::Refused, lines(&problems), by);
                self.keep(&note, None);
            }
            Command::Promote { place, expected, by, answer } => {
                let figures = self.figures(&place);
                let _ = answer.send(self.promote(&place, expected, figures, by));
            }
            Command::Rollback { place, expected, by, answer } => self.roll_back(place, expected, by, answer),
            Command::Enable { merchant, plugin, wanted, by, answer } => {
                let _ = answer.send(self.enable(merchant, plugin, wanted, by));
            }
            Command::Proved(proved) => {
                self.proving -= 1;
                self.conclude(*proved);
                self.pump();
            }
            Command::Reviewed(reviewed) => self.reviewed(*reviewed),
            Command::Turned { load, merchant, turned } => self.turned(load, merchant, turned),
            Command::Relieved(relieved) => self.relieved(*relieved),
            Command::Copied(copied) => self.copied(*copied),
            Command::Stop => {}
        }
    }

    // ---- the folder

    fn look(&mut self) {
        let began = Instant::now();
        self.quiet.clear();
        let found = self.folder.as_mut().map(Folder::look);
        match found {
            None => {}
            Some(Ok(found)) => found.into_iter().for_each(|found| self.found(found)),
            Some(Err(error)) => tracing::warn!(%error, "cannot read the plugin folder; what serves goes on"),
        }
        self.next_look = Instant::now() + LOOK_EVERY.max(began.elapsed() * 20);
    }

    fn found(&mut self, found: Found) {
        match found {
            Found::Changed(place, bundle) => {
                let slot = self.slots.entry(place.clone()).or_default();
                slot.present = true;
                slot.unreadable = None;
                let hash = bundle.hash();
                if slot.folder.replace(hash) == Some(hash) {
                    return;
                }
                if slot.live.as_ref().is_some_and(|live| live.hash == hash) {
                    slot.wanted = None;
                    slot.source = Some(Source::Folder);
                    return;
                }
                let (source, way, by) = (Source::Folder, Some(Way::Live), "watcher".into());
                self.submit(Candidate { place, bundle, source, way, confirmed: false, base: None, by, answer: None });
            }
            Found::Unreadable(place, problems) => {
                let slot = self.slots.entry(place.clone()).or_default();
                slot.present = true;
                slot.folder = None;
                if slot.unreadable.as_ref() != Some(&problems) {
                    slot.unreadable = Some(problems.clone());
                    let note = self.note(&place, None, Outcome::Refused, lines(&problems), "watcher".into());
                    self.keep(&note, None);
                }
            }
            Found::Gone(place) => {
                let Some(slot) = self.slots.get_mut(&place) else { return };
                (slot.present, slot.folder, slot.unreadable, slot.wanted) = (false, None, None, None);
                if slot.source == Some(Source::Folder) {
                    self.retire(&place);
                }
            }
        }
    }

    fn retire(&mut self, place: &Place) {
        let Some(live) = self.slots.get_mut(place).and_then(|slot| slot.live.take()) else { return };
        self.slots.remove(place);
        self.trials.end(place);
        self.show(place);
        let reason = "its folder is gone".into();
        let note = self.note(place, Some(&live), Outcome::Retired, reason, "watcher".into());
        self.keep(&note, None);
    }

    // ---- the way to live

    /// What builds on something else than what serves is not even proved: it would overtake what is.
    fn pushed(&mut self, push: Push, by: Arc<str>, answer: Answer) {
        let Push { place, bundle, way, confirmed, base } = push;
        if self.builds_on(&place, base.as_ref()) {
            let (source, way, answer) = (Source::Pushed, Some(way), Some(answer));
            self.submit(Candidate { place, bundle, source, way, confirmed, base, by, answer });
        } else {
            let _ = answer.send(Err(Refusal::Overtaken));
        }
    }

    fn builds_on(&self, (scope, id): &Place, base: Option<&Base>) -> bool {
        base.is_none_or(|base| base.fits(self.generation.head(scope, id).map(|head| head.hash)))
    }

    /// Queues a bundle to be proved. An older one of the same place that still waits is overtaken.
    fn submit(&mut self, candidate: Candidate) {
        self.slots.entry(candidate.place.clone()).or_default().wanted = Some(Awaited::new(candidate.bundle.hash()));
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let (overtaken, rest): (Vec<_>, _) = waiting.partition(|waiting| waiting.place == candidate.place);
        self.waiting = rest.into();
        for answer in overtaken.into_iter().filter_map(|overtaken| overtaken.answer) {
            let _ = answer.send(Err(Refusal::Overtaken));
        }
        self.waiting.push_back(candidate);
        self.pump();
    }

    fn pump(&mut self) {
        while self.proving < PROOFS {
            let Some(candidate) = self.waiting.pop_front() else { return };
            self.proving += 1;
            let (prover, commands) = (Arc::clone(&self.prover), self.commands.clone());
            let trusts = Arc::clone(&self.trusts);
            thread::spawn(move || {
                let Candidate { place, bundle, .. } = &candidate;
                let trusted = trusts.of(&place.0).check(bundle, Some((trusts.now)()));
                let proof = trusted.map_or_else(Proof::refused, |_| prover.prove(bundle));
                let _ = commands.send(Command::Proved(Box::new(Proved { candidate, proof })));
            });
        }
    }

    fn conclude(&mut self, proved: Proved) {
        // First, since only something newer ends a move of keys.
        if !self.is_awaited(&proved.candidate) {
            return proved.candidate.answer(Err(Refusal::Overtaken));
        }
        if self.is_moving(&proved.candidate.place) {
            self.proving += 1;
            return self.again_later(Command::Proved(Box::new(proved)));
        }
        let Proved { candidate, proof } = proved;
        let Candidate { place, bundle, source, by, .. } = &candidate;
        match self.proved(place, bundle, proof, *source, by) {
            Ok(plugin) if self.is_reviewed(&candidate) => self.review(candidate, plugin),
            Ok(plugin) => self.settle(candidate, plugin, String::new()),
            Err(refusal) => {
                self.awaits_nothing(place);
                candidate.answer(Err(refusal));
            }
        }
    }

    /// Whether nothing newer has come.
    pub(super) fn is_awaited(&self, candidate: &Candidate) -> bool {
        let wanted = self.slots.get(&candidate.place).and_then(|slot| slot.wanted.as_ref());
        wanted.is_some_and(|wanted| wanted.hash == candidate.bundle.hash())
    }

    pub(super) fn awaits_nothing(&mut self, place: &Place) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.wanted = None;
        }
    }

    /// Puts what was proved and reviewed in service, as it is to serve.
    pub(super) fn settle(&mut self, candidate: Candidate, plugin: Arc<LivePlugin>, evidence: String) {
        let place = candidate.place.clone();
        self.awaits_nothing(&place);
        // A canary may have been promoted or taken back in the meantime.
        if !self.builds_on(&place, candidate.base.as_ref()) {
            candidate.answer(Err(Refusal::Overtaken));
            return;
        }
        let beside = self.has_beside(&place) && plugin.loadable.is_some();
        let tried = match candidate.way {
            Some(Way::Canary(terms)) => Some(terms),
            Some(Way::CanaryOrLive(terms)) if beside => Some(terms),
            _ => None,
        };
        if let Some(terms) = tried {
            let by = Arc::clone(&candidate.by);
            let begun = self.begin_trial(&place, &candidate.bundle, plugin, terms, evidence, by);
            candidate.answer(begun);
            return;
        }
        let outcome = if candidate.way.is_some() { Outcome::Live } else { Outcome::RolledBack };
        let Candidate { place, bundle, source, by, answer, .. } = candidate;
        self.enter(Proven { place, bundle, plugin, source, outcome, evidence, by }, answer);
    }

    /// The plugin, or a record of why there is none.
    fn proved(
        &mut self,
        place: &Place,
        bundle: &Bundle,
        proof: Proof,
        source: Source,
        by: &Arc<str>,
    ) -> Result<Arc<LivePlugin>, Refusal> {
        let version = proof.version.clone();
        self.ready(place, bundle, proof).map_err(|problems| {
            let mut note = self.note(place, None, Outcome::Refused, lines(&problems), Arc::clone(by));
            (note.version, note.hash, note.source) = (version, Some(bundle.hash()), source);
            self.keep(&note, None);
            Refusal::Problems(problems)
        })
    }

    /// Puts a version in service, with what that does to stored keys and how it is told.
    pub(super) fn go_live(&mut self, proven: &Proven, keys: Option<KeysTurn>, moved: String) -> Result<Note, Refusal> {
        let Proven { place, bundle, plugin, source, outcome, evidence, by } = proven;
        // What a person pushes because the folder must not bring it by itself is the folder's all the same.
        let slot = self.slots.get(place).filter(|slot| slot.present && slot.folder == Some(bundle.hash()));
        let source = slot.map_or(*source, |_| Source::Folder);
        let signed = plugin.provenance.as_ref().map(|it| format!("signed by {}", it.signed_by)).unwrap_or_default();
        let ends = self.trials.ends(place);
        let cost = plugin.compared.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        let reason = sentence([signed, evidence.clone(), moved, ends, cost]);
        let mut note = self.note(place, Some(plugin), *outcome, reason, Arc::clone(by));
        (note.source, note.keys) = (source, keys);
        self.keep_change(&mut note, Some(bundle))?;
        self.serve(place, Arc::clone(plugin), source);
        if note.keys.is_some() {
            self.settle_keys(&place.1);
        }
        Ok(note)
    }

    /// A version serves all from now on, alone.
    pub(super) fn serve(&mut self, place: &Place, plugin: Arc<LivePlugin>, source: Source) {
        self.trials.end(place);
        let slot = self.slots.entry(place.clone()).or_default();
        (slot.live, slot.relief, slot.source) = (Some(plugin), None, Some(source));
        self.show(place);
    }

    /// A plugin made of a bundle that was proved.
    pub(super) fn ready(
        &mut self,
        place: &Place,
        bundle: &Bundle,
        proof: Proof,
    ) -> Result<Arc<LivePlugin>, Vec<Problem>> {
        let cost = proof.cost.clone();
        let (contents, code) = proof.into_parts()?;
        if contents.manifest.id != place.1 {
            let reason = format!("the folder is named '{}' but the plugin's id is '{}'", place.1, contents.manifest.id);
            return Err(vec![Problem::new("plugin.toml", reason).hint("give the folder and the plugin the same name")]);
        }
        // What serves goes on when its signature expires, but not when its key is no longer trusted.
        let provenance = self.trusts.of(&place.0).check(bundle, None).map_err(|problem| vec![problem])?;
        let (hash, plugin) = (bundle.hash(), contents.manifest.plugin_version());
        let id = self.next_load;
        let commands = self.commands.clone();
        let bell = Bell::new(move |load, merchant, turned| {
            let _ = commands.send(Command::Turned { load, merchant: merchant.clone(), turned });
        });
        let loadable = code.map(|code| Arc::new(Loadable::with_bell(load(id, &contents, bundle, code), bell)));
        self.next_load += 1;
        let compared = cost.as_ref().and_then(|cost| self.compared(place, &hash, cost));
        Ok(Arc::new(LivePlugin {
            plugin,
            scope: place.0.clone(),
            hash,
            short_hash: hash.short().into(),
            provenance,
            cost,
            compared,
            contents,
            loadable,
        }))
    }

    /// A version's cost beside that of the one that serves in its place.
    fn compared(&self, place: &Place, hash: &BundleHash, cost: &Cost) -> Option<Comparison> {
        let live = self.slots.get(place)?.live.as_ref().filter(|live| live.hash != *hash && live.loadable.is_some())?;
        Some(cost.beside(&live.plugin.version, live.cost.as_deref()))
    }

    /// Makes a generation of what is to serve in a place now.
    pub(super) fn show(&mut self, place: &Place) {
        let trial = self.trials.get(place).cloned();
        let serving = self.slots.get(place).filter(|slot| !slot.disabled);
        let served =
            serving.and_then(|slot| Some(Served { stable: slot.live.clone()?, trial, relief: slot.relief.clone() }));
        // Both are compared by their processor time.
        let loadables = served.iter().flat_map(Served::versions).filter_map(|version| version.loadable.as_ref());
        let is_tried = served.as_ref().is_some_and(|served| served.trial.is_some());
        loadables.for_each(|loadable| loadable.set_timed(is_tried));
        self.generation.set(&place.0, &place.1, served);
        self.publish();
    }

    fn publish(&mut self) {
        if self.begun {
            self.generation.number += 1;
            self.store.publish(Arc::new(self.generation.clone()));
        }
    }

    // ---- what people ask for

    fn roll_back(&mut self, place: Place, expected: Option<BundleHash>, by: Arc<str>, answer: Answer) {
        if self.trials.get(&place).is_some() {
            // A newer version that is being proved must not come after it.
            if let Some(slot) = self.slots.get_mut(&place) {
                slot.wanted = None;
            }
            let figures = self.figures(&place);
            let _ = answer.send(self.take_back(&place, expected, figures, by));
            return;
        }
        match self.before(&place, expected) {
            Ok((bundle, source)) => {
                let (way, answer) = (None, Some(answer));
                self.submit(Candidate { place, bundle, source, way, confirmed: false, base: None, by, answer });
            }
            Err(refusal) => drop(answer.send(Err(refusal))),
        }
    }

    /// The bundle that served before the one that serves.
    pub(super) fn before(&mut self, place: &Place, expected: Option<BundleHash>) -> Result<(Bundle, Source), Refusal> {
        let slot = self.slots.get(place).ok_or_else(|| Refusal::Unknown(place.1.clone()))?;
        let (current, source) = (slot.live.as_ref().map(|live| live.hash), slot.source.unwrap_or(Source::Pushed));
        if expected.is_some() && expected != current {
            return Err(Refusal::Overtaken);
        }
        let hash = self.store.before(place, current.as_ref()).map_err(Refusal::Storage)?;
        let bundle = hash.map(|hash| self.store.bundle(&hash)).transpose().map_err(Refusal::Storage)?.flatten();
        bundle.map(|bundle| (bundle, source)).ok_or_else(|| Refusal::NothingBefore(place.1.clone()))
    }

    fn enable(&mut self, merchant: MerchantId, plugin: PluginId, wanted: bool, by: Arc<str>) -> Result<Note, Refusal> {
        let own = (Scope::Merchant(merchant.clone()), plugin.clone());
        let shared = (Scope::Shared, plugin.clone());
        let place =
            [own, shared].into_iter().find(|place| self.slots.get(place).is_some_and(|slot| slot.live.is_some()));
        let place = place.ok_or_else(|| Refusal::Unknown(plugin.clone()))?;
        let outcome = if wanted { Outcome::Enabled } else { Outcome::Disabled };
        let live = self.slots.get(&place).and_then(|slot| slot.live.clone());
        let is_shared = place.0 == Scope::Shared;
        let reason = if is_shared { String::new() } else { self.trials.ends(&place) };
        let mut note = self.note(&place, live.as_deref(), outcome, reason, by);
        // A shared plugin is switched off for the merchant that asks, so the record is the merchant's.
        (note.place.0, note.shared) = (Scope::Merchant(merchant.clone()), is_shared);
        self.keep_change(&mut note, None)?;
        if is_shared {
            self.generation.want(&merchant, &plugin, wanted);
            self.publish();
        } else if let Some(slot) = self.slots.get_mut(&place) {
            slot.disabled = !wanted;
            self.trials.end(&place);
            self.show(&place);
        }
        Ok(note)
    }

    // ---- records

    pub(super) fn note(
        &self,
        place: &Place,
        plugin: Option<&LivePlugin>,
        outcome: Outcome,
        reason: String,
        by: Arc<str>,
    ) -> Note {
        let source = self.slots.get(place).and_then(|slot| slot.source).unwrap_or(Source::Folder);
        Note {
            place: place.clone(),
            version: plugin.map(|plugin| Arc::clone(&plugin.plugin.version)).unwrap_or_default(),
            hash: plugin.map(|plugin| plugin.hash),
            outcome,
            generation: self.generation.number,
            reason,
            source,
            shared: false,
            by,
            canary: None,
            cost: plugin.and_then(|plugin| plugin.cost.clone()),
            compared: plugin.and_then(|plugin| plugin.compared.clone()),
            keys: None,
        }
    }

    /// Keeps a record of the change that comes next, which makes a generation; if it cannot be kept, nothing changes.
    pub(super) fn keep_change(&mut self, note: &mut Note, bundle: Option<&Bundle>) -> Result<(), Refusal> {
        note.generation += 1;
        if !self.store.keep(note, bundle).map_err(Refusal::Storage)? {
            return Err(Refusal::Overtaken);
        }
        announce(note);
        Ok(())
    }

    /// Keeps a record that changes nothing; that it could not be kept is said in the log.
    pub(super) fn keep(&mut self, note: &Note, bundle: Option<&Bundle>) {
        if let Err(error) = self.store.keep(note, bundle) {
            tracing::error!(error, plugin = %note.place.1, "the reload record could not be kept");
        }
        announce(note);
    }
}

/// What there is to say, in one line.
pub(super) fn sentence(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn announce(note: &Note) {
    let (scope, plugin) = &note.place;
    let Note { version, outcome, generation, reason, by, .. } = note;
    match outcome {
        Outcome::Refused => tracing::warn!(%plugin, %scope, %version, generation, by = &**by, reason, "plugin refused"),
        _ => tracing::info!(%plugin, %scope, %version, generation, by = &**by, ?outcome, "plugin changed"),
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
