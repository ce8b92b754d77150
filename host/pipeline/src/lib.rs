//! The two flows, one screen each: a message to suggestions, an event to decisions.
//!
//! ```text
//! message -> understand (classify) -> compose -> localize -> guard -> rank
//! event   -> trigger
//! ```
//! Each stage is a plain function of what it is handed. No stage reaches back, and none but `classify`, `compose` and `trigger`,
//! which ask the workers, waits for anything. Durable state and delivery are the caller's.

mod classify;
mod compose;
mod event;
mod guard;
mod localize;
mod merchant;
mod message;
mod rank;
mod reword;
mod scripts;
mod snapshot;

pub use event::{Judged, Occurrence, judge, judge_all};
pub use merchant::{ActionHook, Merchant};
pub use message::{Answered, CallReport, Incoming, KeyWrites, Understood, answer, merged, understand};
pub use reword::{NotReworded, reword};
pub use scripts::{Script, Wanted, scripts};
pub use snapshot::Snapshot;
