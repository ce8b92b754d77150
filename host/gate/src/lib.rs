//! The gate: may this outreach be sent to this customer now, later, or not at all, and why.
//!
//! Owns the rules (hours, caps, windows of channels, consent, words like STOP) as dated data with their sources, and the
//! search for the first moment that all of them allow. Deliberately knows no database, no HTTP and no clock: it is handed
//! a proposal, the facts and the moment, and the same call gives the same answer for ever.

mod case;
mod clock;
mod consent;
mod decide;
mod error;
mod facts;
mod finding;
mod holdout;
mod holidays;
mod limits;
mod places;
mod policy;
mod rulebook;
mod settings;
mod verdict;
mod week;
mod words;

pub use consent::{after_word, consent};
pub use cuecard_model::{ConsentAnswer, ConsentPurpose, ConsentRecord, Sent, Suppression, SuppressionCause};
pub use decide::decide;
pub use error::GateError;
pub use facts::{Earlier, Evidence, Facts, Form, OpenConversation, Proposal};
pub use policy::Policy;
pub use rulebook::{Confidence, Rule, Rulebook};
pub use settings::{CapSettings, Holdout, HoursSettings, Settings};
pub use verdict::{Answer, Check, CheckAnswer, LocalTime, Reason, Verdict};
pub use week::WeekSettings;
pub use words::Word;
