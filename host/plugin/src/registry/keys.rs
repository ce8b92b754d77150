//! Stored keys in the registry: what a new version of their format asks for before it may serve, and how that is done
//! beside the version that serves.
//!
//! Everybody's keys are copied by the bundle's `migrate` while the old version goes on reading and writing; who changes
//! in between is copied again. Then writes are held for a moment, the last ones are copied, and the new set takes the
//! old one's place in the very commit that puts the version in service. Knows no database: that is behind [`Keys`].

mod mover;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use cuecard_model::{CustomerId, Fields, KeySet, MerchantId, PluginId, Scope};

use self::mover::Mover;
use super::{Answer, Command, Note, Outcome, Place, Refusal, Source, Store, keeper::Keeper, review::Awaited};
use crate::{bundle::Bundle, cost::grouped, generation::LivePlugin, problem::Problem};

/// How often the swap is tried when somebody else, such as an erasure, changes keys at that very moment.
const TRIES: usize = 16;
/// Longer than any turn is under way: what it writes after the swap is refused, so that it is asked again.
const IN_FLIGHT: Duration = Duration::from_secs(2);
/// When to look again for the end of what a newer bundle has overtaken.
const AGAIN: Duration = Duration::from_millis(10);

/// What plugins have stored, as the registry needs it. Called from several threads.
pub trait Keys: Send + Sync + 'static {
    /// All sets of a plugin.
    fn sets(&self, plugin: &PluginId) -> Result<Vec<Stored>, String>;
    /// Begins the next set of a merchant; `false` if there is one of that version already.
    fn begin(&self, merchant: &MerchantId, from: &KeySet, version: u32) -> Result<bool, String>;
    /// Customers with keys in a set, in the order of their ids, after one.
    fn page(
        &self,
        merchant: &MerchantId,
        set: &KeySet,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<Customer>, String>;
    /// Customers whose keys in a set have changed since they were copied.
    fn changed(&self, merchant: &MerchantId, set: &KeySet, limit: usize) -> Result<Vec<Customer>, String>;
    /// Puts copies into the next set; `false` if they are more than a plugin may store.
    fn copy(&self, merchant: &MerchantId, into: &KeySet, copies: Vec<Customer>) -> Result<bool, String>;
    /// Holds writes to what is about to be replaced by this version.
    fn hold(&self, whose: &Whose, version: u32) -> Result<(), String>;
    /// Takes the next sets of this version back.
    fn abandon(&self, whose: &Whose, version: u32) -> Result<(), String>;
    /// Nobody works with what was replaced any more.
    fn settle(&self, plugin: &PluginId) -> Result<(), String>;
    /// Removes what is gone, some at a time.
    fn tidy(&self) -> Result<(), String>;
}

/// Whose keys: a place's, but for those of merchants who have a plugin of their own in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whose {
    /// Whom the plugin serves, and its name.
    pub place: Place,
    /// Left alone.
    pub except: Vec<MerchantId>,
}

impl Whose {
    fn holds(&self, merchant: &MerchantId) -> bool {
        let is_theirs = match &self.place.0 {
            Scope::Shared => true,
            Scope::Merchant(owner) => owner == merchant,
        };
        is_theirs && !self.except.contains(merchant)
    }
}

/// One set of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Whose.
    pub merchant: MerchantId,
    /// In which version.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// How often it was written to since it is in use.
    pub writes: u64,
    /// The version that it was made of.
    pub came_from: Option<u32>,
}

/// Where a set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In use.
    Open,
    /// Being made.
    Next,
    /// Not in use, and kept for a rollback.
    Kept,
    /// Neither.
    Gone,
}

/// One customer's keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// Who.
    pub id: CustomerId,
    /// Handed back with the copy, which counts only if they have not changed meanwhile.
    pub stamp: Option<i64>,
    /// All of them.
    pub keys: Fields,
}

/// What a change of what serves does to stored keys, in its commit.
#[derive(Clone, Debug, PartialEq)]
pub enum KeysTurn {
    /// The copies in this version are in use from now on.
    Swap(Whose, u32),
    /// Those of this version are in use again, as they were.
    Restore(Whose, u32),
}

/// A version that was proved, on its way to serve.
pub(super) struct Proven {
    pub(super) place: Place,
    pub(super) bundle: Bundle,
    pub(super) plugin: Arc<LivePlugin>,
    pub(super) source: Source,
    pub(super) outcome: Outcome,
    /// What its review found.
    pub(super) evidence: String,
    pub(super) by: Arc<str>,
}

/// A version whose keys have been copied, or could not be.
pub(super) struct Copied {
    proven: Proven,
    whose: Whose,
    answer: Option<Answer>,
    mover: Result<Mover, Vec<Problem>>,
}

/// What stored keys ask for before a version may serve.
enum Task {
    Nothing,
    Move(Whose),
    Restore(Whose, String),
}

impl<S: Store> Keeper<S> {
    /// Puts a version in service, at once or when its keys have been copied.
    pub(super) fn enter(&mut self, proven: Proven, answer: Option<Answer>) {
        match self.task(&proven) {
            Ok(Task::Move(whose)) => self.begin_move(proven, whose, answer),
            Ok(Task::Nothing) => reply(answer, self.go_live(&proven, None, String::new())),
            Ok(Task::Restore(whose, told)) => {
                let turn = KeysTurn::Restore(whose, proven.version());
                reply(answer, self.go_live(&proven, Some(turn), told));
            }
            Err(refusal) => reply(answer, Err(self.refused(&proven, refusal))),
        }
    }

    fn task(&mut self, proven: &Proven) -> Result<Task, Refusal> {
        let Some(keys) = self.keys.clone().filter(|_| proven.plugin.contents.manifest.capabilities.keys) else {
            return Ok(Task::Nothing);
        };
        let whose = self.whose(&proven.place);
        let sets = keys.sets(&proven.place.1).map_err(Refusal::Storage)?;
        let version = proven.version();
        let is_ours = |set: &Stored| whose.holds(&set.merchant) && !self.is_leftover(proven, set);
        let sets: Vec<_> = sets.into_iter().filter(is_ours).collect();
        let open = || sets.iter().filter(|set| set.state == State::Open);
        let Some(newest) = open().map(|set| set.version).max() else { return Ok(Task::Nothing) };
        if newest <= version {
            // An older set beside one of this version is not read any more.
            let has_new = |merchant| open().any(|it| it.merchant == merchant && it.version == version);
            let is_older = open().any(|set| set.version < version && !has_new(set.merchant.clone()));
            return Ok(if is_older { Task::Move(whose) } else { Task::Nothing });
        }
        if proven.outcome != Outcome::RolledBack {
            return Err(older(version, newest));
        }
        let newer: Vec<_> = open().filter(|set| set.version > version).collect();
        let is_kept = |of: &Stored| {
            let kept = |set: &&Stored| set.merchant == of.merchant && set.version == version;
            of.came_from.is_none() || sets.iter().find(kept).is_some_and(|set| set.state == State::Kept)
        };
        if !newer.iter().all(|set| is_kept(set)) {
            return Err(not_kept(version));
        }
        let lost = match newer.iter().map(|set| set.writes).sum() {
            0 => "nothing was stored since".to_owned(),
            1 => "1 write since is lost".to_owned(),
            more => format!("{} writes since are lost", grouped(more)),
        };
        Ok(Task::Restore(whose, format!("keys {newest} -> {version} as they were, {lost}")))
    }

    /// Whether a merchant's own plugin, gone since, has left it: the shared one never had keys so new, and is not held up by
    /// one merchant's.
    fn is_leftover(&self, proven: &Proven, set: &Stored) -> bool {
        let served = self.slots.get(&proven.place).and_then(|slot| slot.live.as_ref());
        let served = served.map_or(0, |live| live.contents.manifest.keys_version);
        let is_shared = proven.place.0 == Scope::Shared && proven.outcome != Outcome::RolledBack;
        is_shared && set.version > served.max(proven.version())
    }

    /// A merchant's own plugin has the merchant's keys, the shared one everybody else's.
    fn whose(&self, place: &Place) -> Whose {
        let own = |(it, slot): (&Place, &super::keeper::Slot)| match &it.0 {
            Scope::Merchant(merchant) if it.1 == place.1 && slot.live.is_some() => Some(merchant.clone()),
            _ => None,
        };
        let is_shared = place.0 == Scope::Shared;
        let except = if is_shared { self.slots.iter().filter_map(own).collect() } else { Vec::new() };
        Whose { place: place.clone(), except }
    }

    // ---- copying

    fn begin_move(&mut self, proven: Proven, whose: Whose, answer: Option<Answer>) {
        // A newer bundle of the place overtakes this one, as if it were still being proved.
        self.slots.entry(proven.place.clone()).or_default().wanted = Some(Awaited::new(proven.bundle.hash()));
        let unwanted = Arc::<AtomicBool>::default();
        self.moving.insert(proven.place.clone(), Arc::clone(&unwanted));
        let (Some(keys), now) = (self.keys.clone(), self.store.now()) else { return };
        let (prover, commands) = (Arc::clone(&self.prover), self.commands.clone());
        thread::spawn(move || {
            let (starter, ended) = mpsc::channel();
            let mover = Mover::start(&prover, &proven, keys, whose.clone(), (now, unwanted, starter));
            let mover = mover.and_then(|mut mover| mover.copy().map(|()| mover));
            let copied = Copied { proven, whose, answer, mover };
            let _ = commands.send(Command::Copied(Box::new(copied)));
            // The kernel kills the process that migrates together with the thread that has started it.
            let _ = ended.recv();
        });
    }

    /// Whether keys are still being copied for a bundle that is overtaken now: then it is told to end, and the newer one
    /// is looked at again when it has.
    pub(super) fn is_moving(&mut self, place: &Place) -> bool {
        let moving = self.moving.get(place);
        moving.inspect(|unwanted| unwanted.store(true, Ordering::Relaxed)).is_some()
    }

    pub(super) fn again_later(&self, command: Command) {
        let commands = self.commands.clone();
        thread::spawn(move || {
            thread::sleep(AGAIN);
            let _ = commands.send(command);
        });
    }

    pub(super) fn copied(&mut self, copied: Copied) {
        let Copied { proven, whose, answer, mover } = copied;
        let unwanted = self.moving.remove(&proven.place).is_some_and(|it| it.load(Ordering::Relaxed));
        let wanted = self.slots.get(&proven.place).and_then(|slot| slot.wanted.as_ref());
        let is_wanted = !unwanted && wanted.is_some_and(|wanted| wanted.hash == proven.bundle.hash());
        let now_whose = self.whose(&proven.place);
        if is_wanted && now_whose != whose {
            // A merchant's own plugin came or went meanwhile: whose keys these are is asked anew.
            drop(mover);
            self.abandon(&whose, proven.version());
            return self.begin_move(proven, now_whose, answer);
        }
        let entered = if !is_wanted {
            Err(Refusal::Overtaken)
        } else {
            self.slots.entry(proven.place.clone()).or_default().wanted = None;
            mover.map_err(Refusal::Problems).and_then(|mover| self.swap(&proven, mover))
        };
        if entered.is_err() {
            self.abandon(&whose, proven.version());
        }
        let entered = entered.map_err(|refusal| match refusal {
            Refusal::Overtaken => Refusal::Overtaken,
            refusal => self.refused(&proven, refusal),
        });
        reply(answer, entered);
    }

    /// The last copies, the swap and the new version, while writes to the old keys are held.
    fn swap(&mut self, proven: &Proven, mut mover: Mover) -> Result<Note, Refusal> {
        let version = proven.version();
        if self.whose(&proven.place) != mover.whose {
            // A merchant's own plugin came or went while the keys were copied.
            return Err(Refusal::Overtaken);
        }
        for _ in 0..TRIES {
            let held = Instant::now();
            mover.keys.hold(&mover.whose, version).map_err(Refusal::Storage)?;
            mover.catch_up(0).map_err(Refusal::Problems)?;
            let turn = KeysTurn::Swap(mover.whose.clone(), version);
            match self.go_live(proven, Some(turn), mover.told()) {
                Err(Refusal::Overtaken) => {}
                entered => {
                    let held_ms = u64::try_from(held.elapsed().as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(plugin = %proven.place.1, version, customers = mover.customers, held_ms, "keys migrated");
                    return entered;
                }
            }
        }
        Err(Refusal::Storage("stored keys change all the time; try again".to_owned()))
    }

    fn abandon(&self, whose: &Whose, version: u32) {
        let Some(keys) = self.keys.clone() else { return };
        if let Err(error) = keys.abandon(whose, version) {
            tracing::error!(error, plugin = %whose.place.1, "what was copied of stored keys could not be taken back");
        }
        thread::spawn(move || keys.tidy().map_err(|error| tracing::warn!(error, "stored keys are tidied later")));
    }

    /// Lets go of what was replaced, once nobody can be working with it any more.
    pub(super) fn settle_keys(&self, plugin: &PluginId) {
        let (Some(keys), plugin) = (self.keys.clone(), plugin.clone()) else { return };
        thread::spawn(move || {
            thread::sleep(IN_FLIGHT);
            if let Err(error) = keys.settle(&plugin).and_then(|()| keys.tidy()) {
                tracing::warn!(error, %plugin, "keys that were replaced are let go of at the next start");
            }
        });
    }

    /// Leaves a record of why a version that was proved does not serve.
    fn refused(&mut self, proven: &Proven, refusal: Refusal) -> Refusal {
        let mut note = self.note(
            &proven.place,
            Some(&proven.plugin),
            Outcome::Refused,
            refusal.to_string(),
            Arc::clone(&proven.by),
        );
        note.source = proven.source;
        self.keep(&note, None);
        refusal
    }
}

/// Tells whoever asked.
fn reply(answer: Option<Answer>, result: Result<Note, Refusal>) {
    if let Some(answer) = answer {
        let _ = answer.send(result);
    }
}

impl Proven {
    fn version(&self) -> u32 {
        self.plugin.contents.manifest.keys_version
    }
}

fn older(version: u32, newest: u32) -> Refusal {
    let reason = format!("the stored keys are of version {newest}, and this bundle's are of version {version}");
    let hint = format!(
        "write version = {newest} or higher under [keys], with a migrate that knows it; or roll back, which restores \
         the keys of before"
    );
    Refusal::Problems(vec![Problem::new("plugin.toml", reason).hint(hint)])
}

fn not_kept(version: u32) -> Refusal {
    let reason = format!("the keys of version {version} are not kept any more");
    let hint = "push a bundle with a higher version under [keys], whose migrate leads back to that format";
    Refusal::Problems(vec![Problem::new("plugin.toml", reason).hint(hint)])
}
