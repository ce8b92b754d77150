//! The two flows, one screen each: a message to suggestions, an event to decisions.
//!
//! ```text
//! message -> understand (classify) -> compose -> localize -> guard -> rank (-> translate)
//! event   -> trigger -> outreach (gate, localize, guard), and again before it is sent
//! ```
//! Each stage is a plain function of what it is handed. No stage reaches back, and none but `classify`, `compose` and `trigger`,
//! which ask the workers, waits for anything. Durable state and delivery are the caller's.

mod classify;
pub mod compare;
mod compose;
mod difference;
mod event;
mod experiment;
mod guard;
mod localize;
mod merchant;
mod message;
mod outreach;
mod rank;
mod reword;
mod scripts;
pub mod share;
mod snapshot;
mod translate;
mod versions;

pub use difference::{Choice, Choices, Compared, ComparedEvent, Decided, Failures, Offers, compare};
pub use event::{Judged, Occurrence, judge};
pub use experiment::{Experiment, ExperimentArm, SuggestionHoldout, Terms};
pub use merchant::{ActionHook, Merchant, Rehearsed, Retention};
pub use message::{
    Answered, CallReport, Incoming, KeyWrites, Offered, Span, Understood, Written, answer, merged, offer, understand,
};
pub use outreach::{Address, Addressee, Ground, Judgement, Step, Unworded, Wish, attempt, propose, words};
pub use reword::{NotReworded, reword};
pub use scripts::{Script, Wanted, scripts};
pub use snapshot::Snapshot;
pub use translate::{ToTranslate, Translated};
