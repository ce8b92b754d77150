//! Durable state behind one narrow trait, [`Engine`], and the adapters that keep it.
//!
//! Owns what survives a restart: messages, turns, feedback, customers, live data, plugin keys, events, timers,
//! outreach, errands, bundles, the registry's records, API keys, people, their sessions, the audit, and what insights
//! are counted from. Deliberately knows no plugin runtime, no HTTP and no
//! clock: every moment is handed in.

mod audit;
mod batch;
mod cases;
mod engine;
mod errands;
mod error;
mod feedback;
mod identities;
mod insights;
mod keys;
mod learn;
mod news;
mod outreach;
mod people;
mod proposals;
mod records;
mod registry;
mod sqlite;
mod threads;
mod trial;

pub use audit::{AuditEntry, AuditRecord, Broken, Chain, StoredAudit};
pub use batch::{Batch, Outcome, Receipt, Refusal, Write};
pub use cases::{QUIET, REFUND, REOPEN};
pub use cuecard_model::Scope;
pub use engine::Engine;
pub use errands::{DueErrand, Errand};
pub use error::{Error, Result};
pub use feedback::{Feedback, FeedbackAction};
pub use identities::{Aged, Hook, Identities, Identity, Merge, Room};
pub use insights::{
    CaseOutcome, CaseTally, EditedOffer, Group, InsightQuery, Insights, OutcomeKind, Review, ScenarioTally, Tally,
    Tenure, Unheard,
};
pub use keys::{KeysChange, KeysCopy, KeysOf, KeysToCopy, SetState, StoredSet};
pub use learn::worth;
pub use outreach::{DueOutreach, OutreachFilter, OutreachId, OutreachRecord, OutreachState};
pub use people::{PeopleChange, Person, Session};
pub use proposals::{ProposalRecord, ProposalState};
pub use records::{
    Backlog, Context, CustomerState, DueTimer, Handed, JudgedRecord, KeptTurn, Known, MessageRecord, NextDue,
    OpenEvent, Partition, SLOTS, StoredKeys, TurnRecord, slot_of, suggestion_id, turn_of,
};
pub use registry::{ApiKey, Change, KeyRole, PluginRecord, PluginState, ReloadOutcome, ReloadRecord, Source};
pub use sqlite::{SqliteEngine, read_audit};
pub use threads::{Spoken, Thread};
pub use trial::{ArmResult, Sums, Trial, TrialAnswer};
