//! The registry: which version of which plugin serves whom. One thread owns the answer; everybody else holds a
//! generation.
//!
//! Whatever wants to go live, from the watched folder, a push or a rollback, takes the same path: read, prove in a
//! process beside the live one, review where somebody wants to, keep, swap once. What fails on the way leaves the last good one serving and a record
//! behind. Knows no database and no HTTP: those are behind [`Store`].

mod base;
mod folder;
mod keeper;
mod keys;
mod relief;
mod review;
mod trials;

use std::{
    io,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

use cuecard_model::{MerchantId, PluginId, Timestamp};
use tokio::sync::oneshot;

use self::keeper::Keeper;
pub use self::{
    base::Base,
    folder::Place,
    keys::{Customer, Keys, KeysTurn, State, Stored, Whose},
    review::{Bid, Overtaken, Review},
};
use crate::{
    bundle::{Bundle, BundleHash, BundleLimits},
    canary::{Canary, Terms},
    cost::{Comparison, Cost},
    generation::Generation,
    job::LoadId,
    problem::Problem,
    prove::{Proof, Prover},
    signature::Trusts,
    standing::Turned,
};

/// What the registry needs from outside: memory that lasts, and somebody to hand each generation to.
pub trait Store: Send + 'static {
    /// Makes a change durable, with the bundle that goes live by it. `false`: stored keys were changed by somebody else
    /// meanwhile, and nothing is kept. Not called for what only the log should know.
    fn keep(&mut self, note: &Note, bundle: Option<&Bundle>) -> Result<bool, String>;
    /// Puts a generation in service: turns that start after this see it.
    fn publish(&mut self, generation: Arc<Generation>);
    /// A bundle that was kept.
    fn bundle(&mut self, hash: &BundleHash) -> Result<Option<Bundle>, String>;
    /// The bundle that served before this one.
    fn before(&mut self, place: &Place, current: Option<&BundleHash>) -> Result<Option<BundleHash>, String>;
    /// Keeps what a canary has come to, so that a restart goes on with it.
    fn remember(&mut self, _place: &Place, _canary: &Canary) -> Result<(), String> {
        Ok(())
    }
    /// What plugins have stored. Who keeps nothing of it has no keys of other versions either.
    fn keys(&self) -> Option<Arc<dyn Keys>> {
        None
    }
    /// Who has a say between proof and service; nobody, if nothing is said.
    fn review(&self) -> Option<Arc<dyn Review>> {
        None
    }
    /// The moment. Who keeps no canary need not know it.
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }
}

/// One line of the reload history.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Whom the plugin serves, and its name.
    pub place: Place,
    /// Its version, if its manifest could be read; else empty.
    pub version: Arc<str>,
    /// Its content, if it could be read.
    pub hash: Option<BundleHash>,
    /// What became of it.
    pub outcome: Outcome,
    /// The generation that it led to, or that goes on serving.
    pub generation: u64,
    /// Why, with file and line where known.
    pub reason: String,
    /// Whether the folder holds it.
    pub source: Source,
    /// Whether it is about a merchant's use of a shared plugin.
    pub shared: bool,
    /// By whom: a key's name, `watcher`, `canary` where its figures decided, or `host`.
    pub by: Arc<str>,
    /// The canary that begins with it. Whatever else changes which bundle serves ends the one that was.
    pub canary: Option<Canary>,
    /// What the bundle's own tests cost, if that was counted.
    pub cost: Option<Arc<Cost>>,
    /// That beside the version in whose place it came.
    pub compared: Option<Comparison>,
    /// What happens to stored keys with it.
    pub keys: Option<KeysTurn>,
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It serves.
    Live,
    /// It does not serve; the last good one goes on.
    Refused,
    /// It is gone and no longer serves.
    Retired,
    /// An earlier version serves again.
    RolledBack,
    /// Switched on again.
    Enabled,
    /// Switched off.
    Disabled,
    /// It serves a share of the conversations, beside the one that serves the others.
    Canary,
    /// A canary that serves all now.
    Promoted,
    /// A canary that serves nobody any more.
    TakenBack,
    /// It failed too often and is not called; the version before answers meanwhile, where there is one.
    SetAside,
    /// It answered again after it was set aside.
    Readmitted,
}

/// Where a bundle came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The watched folder.
    Folder,
    /// Pushed over the API.
    Pushed,
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bundle is not fit to serve.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// It would change more than may pass without a person's word.
    #[error("{asks}\n  hint: {hint}")]
    Unconfirmed {
        /// What would change.
        asks: String,
        /// How to say the word.
        hint: String,
        /// The difference as data, in JSON of whoever has reviewed it.
        difference: String,
    },
    /// It could not be reviewed now.
    #[error("{0}")]
    Unreviewed(String),
    /// There is no such plugin.
    #[error("no plugin '{0}' here")]
    Unknown(PluginId),
    /// There is nothing to go back to.
    #[error("'{0}' has no earlier version to go back to")]
    NothingBefore(PluginId),
    /// It cannot be tried beside another version.
    #[error("'{plugin}' cannot be a canary: {reason}")]
    Untriable {
        /// Which plugin.
        plugin: PluginId,
        /// Why.
        reason: String,
    },
    /// No version of it is being tried.
    #[error("no canary of '{0}' is running")]
    NoCanary(PluginId),
    /// A newer change of the same plugin came in the meantime.
    #[error("overtaken by a newer change of the same plugin")]
    Overtaken,
    /// The change could not be kept.
    #[error("could not be kept: {0}")]
    Storage(String),
    /// The host is going down.
    #[error("the host is stopping")]
    Stopping,
}

impl Refusal {
    /// As the record says it.
    fn reason(&self) -> String {
        match self {
            Self::Unconfirmed { asks, hint, .. } => Problem::new("", asks.clone()).hint(hint.clone()).to_string(),
            other => other.to_string(),
        }
    }
}

type Answer = oneshot::Sender<Result<Note, Refusal>>;

enum Command {
    Hint,
    Push { push: Push, by: Arc<str>, answer: Answer },
    Promote { place: Place, expected: Option<BundleHash>, by: Arc<str>, answer: Answer },
    Rollback { place: Place, expected: Option<BundleHash>, by: Arc<str>, answer: Answer },
    Enable { merchant: MerchantId, plugin: PluginId, wanted: bool, by: Arc<str>, answer: Answer },
    Refuse { place: Place, problems: Vec<Problem>, by: Arc<str> },
    Proved(Box<Proved>),
    Reviewed(Box<review::Reviewed>),
    Turned { load: LoadId, merchant: MerchantId, turned: Turned },
    Relieved(Box<relief::Relieved>),
    Copied(Box<keys::Copied>),
    Stop,
}

/// A bundle on its way to live.
struct Candidate {
    place: Place,
    bundle: Bundle,
    source: Source,
    /// `None`: it serves again.
    way: Option<Way>,
    confirmed: bool,
    base: Option<Base>,
    by: Arc<str>,
    answer: Option<Answer>,
}

impl Candidate {
    fn answer(self, result: Result<Note, Refusal>) {
        if let Some(answer) = self.answer {
            let _ = answer.send(result);
        }
    }
}

/// How a bundle is to serve once it is proved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// All conversations. A canary of the plugin ends by it.
    Live,
    /// A share of the conversations, until its figures or a person decide. It takes the place of a canary before it.
    Canary(Terms),
    /// The same where everything is tried that can be: a first version, and one without code, serve all at once.
    CanaryOrLive(Terms),
}

/// A bundle that somebody wants in service.
#[derive(Debug)]
pub struct Push {
    /// Whom it is to serve, and its name.
    pub place: Place,
    /// The bundle.
    pub bundle: Bundle,
    /// How it is to serve.
    pub way: Way,
    /// Whether a person has seen what these very bytes change.
    pub confirmed: bool,
    /// What it builds on, if that is to be held.
    pub base: Option<Base>,
}

struct Proved {
    candidate: Candidate,
    proof: Proof,
}

/// What served before a restart.
#[derive(Debug)]
pub struct Restored {
    /// Whom it serves, and its name.
    pub place: Place,
    /// Its content.
    pub bundle: Bundle,
    /// Whether it was switched off.
    pub disabled: bool,
    /// Where it came from.
    pub source: Source,
    /// Content of its folder that a rollback has set aside: it stays so until the folder changes.
    pub aside: Option<BundleHash>,
    /// A version that was being tried beside it.
    pub canary: Option<(Bundle, Canary, Option<Cost>)>,
    /// What its own tests cost.
    pub cost: Option<Cost>,
    /// That beside the version in whose place it came.
    pub compared: Option<Comparison>,
}

/// How a registry begins.
pub struct Options {
    /// The watched folder, if there is one.
    pub folder: Option<PathBuf>,
    /// What a bundle may bring.
    pub bundle_limits: BundleLimits,
    /// Compiles and tests.
    pub prover: Prover,
    /// Whose signatures count.
    pub trusts: Trusts,
    /// What served before.
    pub restored: Vec<Restored>,
    /// Which merchants do not want which shared plugins.
    pub unwanted: Vec<(MerchantId, PluginId)>,
    /// The highest generation ever used.
    pub last_generation: u64,
}

/// A handle to the thread that owns the registry.
#[derive(Clone)]
pub struct Registry {
    commands: mpsc::Sender<Command>,
}

impl Registry {
    /// Brings back what served before, looks at the folder once, publishes the first generation, and goes on
    /// watching on a thread of its own.
    pub fn start(options: Options, store: impl Store) -> io::Result<Self> {
        let (commands, inbox) = mpsc::channel();
        let mut keeper = Keeper::new(options, store, commands.clone());
        let (ready, started) = mpsc::channel();
        thread::Builder::new().name("registry".into()).spawn(move || {
            let watcher = keeper.begin(&inbox);
            let _ = ready.send(watcher.as_ref().err().map(ToString::to_string));
            keeper.run(&inbox);
            drop(watcher);
        })?;
        match started.recv().ok().flatten() {
            Some(error) => Err(io::Error::other(error)),
            None => Ok(Self { commands }),
        }
    }

    /// Proves a bundle and puts it in service. Where something else serves by then than what it builds on, nothing
    /// happens ([`Refusal::Overtaken`]).
    pub async fn push(&self, push: Push, by: &str) -> Result<Note, Refusal> {
        self.ask(|answer| Command::Push { push, by: by.into(), answer }).await
    }

    /// Puts a canary in service for all. If it is not the `expected` one, nothing happens.
    pub async fn promote(&self, place: Place, expected: Option<BundleHash>, by: &str) -> Result<Note, Refusal> {
        self.ask(|answer| Command::Promote { place, expected, by: by.into(), answer }).await
    }

    /// Leaves a record of a push that could not even be unpacked.
    pub fn refuse(&self, place: Place, problems: Vec<Problem>, by: &str) {
        let _ = self.commands.send(Command::Refuse { place, problems, by: by.into() });
    }

    /// Takes a canary back, or if none is running puts the version before in service again. A folder's newer content
    /// stays aside until it changes. If what is taken back would not be the `expected` one, nothing happens: so two
    /// people who press the same button go back one step, not two.
    pub async fn rollback(&self, place: Place, expected: Option<BundleHash>, by: &str) -> Result<Note, Refusal> {
        self.ask(|answer| Command::Rollback { place, expected, by: by.into(), answer }).await
    }

    /// Switches a plugin on or off for one merchant: its own, or a shared one.
    pub async fn enable(
        &self,
        merchant: MerchantId,
        plugin: PluginId,
        wanted: bool,
        by: &str,
    ) -> Result<Note, Refusal> {
        self.ask(|answer| Command::Enable { merchant, plugin, wanted, by: by.into(), answer }).await
    }

    /// Ends the thread; proofs under way are dropped.
    pub fn stop(&self) {
        let _ = self.commands.send(Command::Stop);
    }

    async fn ask(&self, command: impl FnOnce(Answer) -> Command) -> Result<Note, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).map_err(|_| Refusal::Stopping)?;
        answered.await.map_err(|_| Refusal::Stopping)?
    }
}
