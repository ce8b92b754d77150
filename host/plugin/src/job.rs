//! What the host and a worker say to each other: load this plugin, answer this turn, judge this event.
//!
//! One exchange carries a whole turn: every hook of every matching plugin. Plain data, no I/O.

use std::{collections::BTreeMap, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};
use cuecard_model::{
    Classification, Culture, Customer, Decision, Draft, Event, FailureKind, Fields, PluginVersion, Timestamp, Trace,
    Turn, Value,
};

use crate::{
    api::Api,
    call::{CallError, LogLine},
    limits::Limits,
    worker::confine::Confinement,
};

/// One load of one plugin version, unique in the host process.
pub type LoadId = u64;

/// From the host to a worker. Jobs are answered, loading is not.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// Keep this plugin ready.
    Load(Box<Load>),
    /// Forget this plugin.
    Unload(LoadId),
    /// Say what a message means.
    Classify(Box<ClassifyJob>),
    /// Answer a turn.
    Turn(Box<TurnJob>),
    /// Judge events, one after the other.
    Events(Vec<EventJob>),
}

/// A plugin as a worker needs it.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Load {
    /// How jobs will name it.
    pub id: LoadId,
    /// Which plugin.
    pub plugin: PluginVersion,
    /// The contract that it was written for.
    pub api: Api,
    /// What it may use up.
    pub limits: Limits,
    /// Which hooks it must have.
    pub hooks: Hooks,
    /// The program.
    pub code: Code,
    /// Whether the steps of its calls are counted, which makes them slower. A component's code is compiled for it apart.
    pub counts: bool,
    /// Locale and text of each message file.
    pub messages: Vec<(String, String)>,
}

/// Which hooks a manifest declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Hooks {
    /// It offers suggestions.
    pub compose: bool,
    /// It changes drafts.
    pub localize: bool,
    /// It judges events.
    pub trigger: bool,
    /// It has a say in what messages mean.
    pub classify: bool,
    /// It brings keys from an older version to its own.
    pub migrate: bool,
}

/// A program in one of the two runtimes.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum Code {
    /// Luau sources by file name.
    Lua {
        /// The file that returns the hooks.
        entry: String,
        /// All files, for `require`.
        files: BTreeMap<String, Arc<str>>,
    },
    /// A component, compiled by our own prover.
    Wasm(Arc<[u8]>),
}

/// A turn, and whom to ask.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct TurnJob {
    /// What happened. Shared, so that whoever asks can go on reading it.
    pub turn: Arc<Turn>,
    /// How the answer will be worded.
    pub culture: Culture,
    /// Where messages fall back to.
    pub default_locale: String,
    /// Plugins that may offer suggestions, in order.
    pub compose: Vec<Ask>,
    /// Plugins that may change drafts, in order.
    pub localize: Vec<Ask>,
    /// No hook is started after this many milliseconds.
    pub budget_ms: u32,
}

/// A turn that may mean something else, and whom to ask.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct ClassifyJob {
    /// What happened, with the host's own signals.
    pub turn: Arc<Turn>,
    /// How an answer would be worded.
    pub culture: Culture,
    /// Where messages fall back to.
    pub default_locale: String,
    /// Plugins that have a say, in order: each is handed what those before it have left.
    pub classify: Vec<Ask>,
    /// No hook is started after this many milliseconds.
    pub budget_ms: u32,
}

/// One plugin to ask.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ask {
    /// Which.
    pub load: LoadId,
    /// What it stored for this customer, if it keeps keys.
    pub keys: Option<Fields>,
    /// Whether its processor time is wanted: reading that clock costs about a microsecond.
    pub timed: bool,
}

/// An event, and whom to ask.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct EventJob {
    /// What happened.
    pub event: Event,
    /// Whom it concerns.
    pub customer: Arc<Customer>,
    /// The clock.
    pub now: Timestamp,
    /// The locale of the customer.
    pub locale: String,
    /// Where messages fall back to.
    pub default_locale: String,
    /// Plugins that may decide, in order.
    pub trigger: Vec<Ask>,
}

/// From a worker to the host.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// Once, at the start: what the process gave up.
    Ready(Confinement),
    /// To what a message means: one entry for each plugin asked.
    Classify(Vec<Called<Classification>>),
    /// To a turn: one entry for each plugin asked, `compose` first.
    Turn(Vec<Called<Vec<WorkedDraft>>>),
    /// To events, in order: one entry for each plugin asked. The last ones are missing if the time was up.
    Events(Vec<Vec<Called<Vec<Decision>>>>),
}

/// What became of one plugin's call. `localize` calls return their drafts in the entries of `compose`.
#[derive(Debug, BorshSerialize, BorshDeserialize)]
pub struct Called<T> {
    /// Which plugin.
    pub load: LoadId,
    /// The answer, or why there is none.
    pub outcome: Result<T, Failed>,
    /// Keys written, `None` forgets. Empty if the call failed.
    pub key_writes: BTreeMap<String, Option<Value>>,
    /// Lines to the author.
    pub log: Vec<LogLine>,
    /// When the hook was started, in microseconds of the machine's monotonic clock; 0 if it was not.
    pub began_us: u64,
    /// Time spent in the hook.
    pub micros: u32,
    /// Of this, processor time, if it was wanted: what another program on a busy machine took is not in it.
    pub processor_us: u32,
    /// Steps, if they are counted and no deadline has ended the call.
    pub steps: Option<u64>,
}

/// A draft with what the `localize` hooks did to it.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct WorkedDraft {
    /// The draft.
    pub draft: Draft,
    /// What changed it.
    pub trace: Vec<Trace>,
}

/// A [`CallError`] on its way to the host.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Failed {
    /// What a reader reacts to.
    pub kind: FailureKind,
    /// The reason.
    pub detail: String,
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        Self { kind: error.kind, detail: error.detail }
    }
}

impl<T> Called<T> {
    /// A call that was not made or has no answer.
    pub fn failed(load: LoadId, kind: FailureKind, detail: impl AsRef<str>) -> Self {
        Self {
            load,
            outcome: Err(CallError::new(kind, detail).into()),
            key_writes: BTreeMap::new(),
            log: Vec::new(),
            began_us: 0,
            micros: 0,
            processor_us: 0,
            steps: None,
        }
    }
}
