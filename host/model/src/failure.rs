//! Why a plugin contributed nothing. Reported beside the suggestions, never instead of them.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::PluginVersion;

/// One failed hook call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Failure {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// What kind of failure.
    pub kind: FailureKind,
    /// What to tell the author: the reason, with file and line where known.
    pub detail: String,
}

/// The kinds of failure that a reader reacts to differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Ran past its time and was stopped.
    Timeout,
    /// Did not stop; its worker process was killed.
    Killed,
    /// Asked for more memory than it may have.
    Memory,
    /// Raised an error or trapped.
    Error,
    /// Answered something that is not an answer.
    Reply,
    /// Called the host too often or too large.
    HostLimit,
    /// Could not be loaded.
    Load,
    /// Its suggestion did not pass the host's checks.
    Blocked,
    /// Was not called, because the turn's time was up or too much is waiting.
    Skipped,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Timeout,
        Self::Killed,
        Self::Memory,
        Self::Error,
        Self::Reply,
        Self::HostLimit,
        Self::Load,
        Self::Blocked,
        Self::Skipped,
    ];

    /// The word used in JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Killed => "killed",
            Self::Memory => "memory",
            Self::Error => "error",
            Self::Reply => "reply",
            Self::HostLimit => "host_limit",
            Self::Load => "load",
            Self::Blocked => "blocked",
            Self::Skipped => "skipped",
        }
    }
}
