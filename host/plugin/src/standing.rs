//! How a plugin has done lately: who is asked first, and who is left alone for a while.
//!
//! A plugin that keeps running out its time takes that time from its neighbours, and a killed one costs a worker. So
//! those that answered are asked before those that nobody knows yet, and these before those that failed; and one that
//! fails in a row rests, longer each time. Plain data: the clock is the turn's. Knows no worker.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use cuecard_model::{FailureKind, MerchantId, Timestamp};
use serde::Serialize;

/// So many failures in a row and a plugin rests; a kill alone is enough.
const IN_A_ROW: u32 = 3;
/// The first rest, in milliseconds; each failure after it doubles the next one.
const FIRST_REST: i64 = 1_000;
const LONGEST_REST: i64 = 60_000;

/// The standing of one load of one plugin with each merchant. A new version begins anew.
#[derive(Debug, Default)]
pub struct Standing {
    /// It has answered somebody in time.
    answered: AtomicBool,
    /// With whom it fails now. A shared plugin that fails on one merchant's messages goes on serving the others.
    failing: Mutex<HashMap<MerchantId, Failing>>,
}

/// Failures since the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Failing {
    /// How many, one after the other.
    pub in_a_row: u32,
    /// The last one.
    pub last: FailureKind,
    /// It is not called before this.
    pub rests_until: Option<Timestamp>,
    #[serde(skip)]
    rests: u32,
}

impl Standing {
    /// Lower is asked earlier.
    pub fn order(&self, merchant: &MerchantId) -> u32 {
        let unknown = u32::from(!self.answered.load(Ordering::Relaxed));
        self.failing(merchant).map_or(unknown, |failing| 1 + failing.in_a_row)
    }

    /// Its failures since its last answer.
    pub fn failing(&self, merchant: &MerchantId) -> Option<Failing> {
        self.lock().get(merchant).copied()
    }

    /// Why it must not be called now, if it must not.
    pub fn rests(&self, merchant: &MerchantId, now: Timestamp) -> Option<String> {
        let Failing { in_a_row, last, rests_until, .. } = self.failing(merchant)?;
        let until = rests_until.filter(|until| *until > now)?;
        let (times, last) = (if in_a_row == 1 { "once" } else { "times in a row" }, last.as_str());
        let count = if in_a_row == 1 { String::new() } else { format!("{in_a_row} ") };
        Some(format!("set aside until {until}: it failed {count}{times}, last by {last}"))
    }

    /// Takes down how a call went; says until when the plugin now rests, if this call was one too many.
    ///
    /// Only failures that cost others something count. An error is over at once, and its author reads it every time.
    pub fn note(&self, merchant: &MerchantId, failure: Option<FailureKind>, now: Timestamp) -> Option<Timestamp> {
        let Some(kind) = failure else {
            self.answered.store(true, Ordering::Relaxed);
            self.lock().remove(merchant);
            return None;
        };
        if !matches!(kind, FailureKind::Timeout | FailureKind::Killed | FailureKind::Memory) {
            return None;
        }
        let mut all = self.lock();
        let failing =
            all.entry(merchant.clone()).or_insert(Failing { in_a_row: 0, last: kind, rests_until: None, rests: 0 });
        failing.in_a_row = failing.in_a_row.saturating_add(1);
        failing.last = kind;
        let resting = failing.rests_until.is_some_and(|until| until > now);
        if resting || (failing.in_a_row < IN_A_ROW && kind != FailureKind::Killed) {
            return None;
        }
        let rest = (FIRST_REST << failing.rests.min(16)).min(LONGEST_REST);
        failing.rests += 1;
        failing.rests_until = Some(Timestamp::from_millis(now.millis().saturating_add(rest)));
        failing.rests_until
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MerchantId, Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn rests_grow_and_an_answer_ends_them() {
        let (standing, merchant) = (Standing::default(), MerchantId::from("m"));
        let timeout = Some(FailureKind::Timeout);
        let mut now = 0;
        let mut rests = Vec::new();
        for _ in 0..10 {
            if let Some(until) = standing.note(&merchant, timeout, at(now)) {
                assert!(standing.rests(&merchant, at(now)).unwrap().contains("timeout"));
                rests.push(until.seconds() - now);
                now = until.seconds();
                assert_eq!(standing.rests(&merchant, at(now)), None, "tried again after its rest");
            }
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(standing.note(&merchant, None, at(now)), None);
        assert_eq!((standing.failing(&merchant), standing.order(&merchant)), (None, 0));
    }

    #[test]
    fn a_kill_is_one_too_many_and_an_error_is_none() {
        let (standing, merchant, other) = (Standing::default(), MerchantId::from("m"), MerchantId::from("n"));
        assert_eq!(standing.note(&merchant, Some(FailureKind::Error), at(0)), None);
        assert_eq!(standing.failing(&merchant), None);
        assert_eq!(standing.note(&merchant, Some(FailureKind::Killed), at(0)), Some(at(1)));
        assert_eq!(standing.note(&merchant, Some(FailureKind::Killed), at(0)), None, "a turn that began before");
        assert!(standing.rests(&merchant, at(0)).unwrap().starts_with("set aside until 1970-01-01T00:00:01Z"));
        assert_eq!(standing.rests(&other, at(0)), None);
    }

    #[test]
    fn who_answered_is_asked_first() {
        let merchant = MerchantId::from("m");
        let (good, new, bad) = (Standing::default(), Standing::default(), Standing::default());
        good.note(&merchant, None, at(0));
        bad.note(&merchant, Some(FailureKind::Timeout), at(0));
        assert!(good.order(&merchant) < new.order(&merchant) && new.order(&merchant) < bad.order(&merchant));
    }
}
