//! How a plugin has done lately: who is asked first, and who is left alone for a while.
//!
//! A plugin that keeps running out its time takes that time from its neighbours, and a killed one costs a worker. So
//! those that answered are asked before those that nobody knows yet, and these before those that failed; and one that
//! fails in a row rests, longer each time, and is then tried by one turn. Plain data: the clock is the turn's. Knows no
//! worker.

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
/// After a rest one turn tries the plugin, and the others wait for its answer; so long at most, in milliseconds.
const PROBE: i64 = 1_000;
/// Rests go on growing if the next failures come within this time of the last rest, in milliseconds.
const CALM: i64 = 60_000;

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
    /// It is not called before this; after this, by one turn at a time.
    pub rests_until: Option<Timestamp>,
    #[serde(skip)]
    rests: u32,
    /// A turn is trying it.
    #[serde(skip)]
    probed_until: Option<Timestamp>,
    /// When it was last taken back into service.
    #[serde(skip)]
    back_since: Option<Timestamp>,
}

/// How a plugin's standing with a merchant has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It failed too often and rests.
    SetAside(Failing),
    /// It failed when it was tried again, and rests for longer.
    RestsOn(Failing),
    /// It answered when it was tried again.
    Back,
}

impl Standing {
    /// Lower is asked earlier.
    pub fn order(&self, merchant: &MerchantId) -> u32 {
        let unknown = u32::from(!self.answered.load(Ordering::Relaxed));
        self.failing(merchant).map_or(unknown, |failing| 1 + failing.in_a_row)
    }

    /// Its failures since its last answer.
    pub fn failing(&self, merchant: &MerchantId) -> Option<Failing> {
        self.lock().get(merchant).filter(|failing| failing.in_a_row > 0).copied()
    }

    /// Whether it is set aside for anybody.
    pub fn is_set_aside(&self) -> bool {
        self.lock().values().any(|failing| failing.rests_until.is_some())
    }

    /// Why it must not be called now, if it must not.
    pub fn rests(&self, merchant: &MerchantId, now: Timestamp) -> Option<String> {
        self.failing(merchant)?.rests(now)
    }

    /// The same for a turn that calls it if it may: the first one after a rest has it for itself.
    pub fn admit(&self, merchant: &MerchantId, now: Timestamp) -> Option<String> {
        let mut all = self.lock();
        let failing = all.get_mut(merchant)?;
        let why = failing.rests(now);
        if why.is_none() && failing.rests_until.is_some() {
            failing.probed_until = Some(after(now, PROBE));
        }
        why
    }

    /// Takes down how a call went; says if that changed whether the plugin is called.
    ///
    /// Only failures that cost others something count. An error is over at once, and its author reads it every time.
    pub fn note(&self, merchant: &MerchantId, failure: Option<FailureKind>, now: Timestamp) -> Option<Turned> {
        let Some(kind) = failure else {
            self.answered.store(true, Ordering::Relaxed);
            let mut all = self.lock();
            let failing = all.get_mut(merchant)?;
            let was_aside = failing.answered(now);
            if failing.is_forgotten(now) {
                all.remove(merchant);
            }
            return was_aside.then_some(Turned::Back);
        };
        if !matches!(kind, FailureKind::Timeout | FailureKind::Killed | FailureKind::Memory) {
            return None;
        }
        self.lock().entry(merchant.clone()).or_insert_with(|| Failing::first(kind)).failed(kind, now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MerchantId, Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failing {
    fn first(last: FailureKind) -> Self {
        Self { in_a_row: 0, last, rests_until: None, rests: 0, probed_until: None, back_since: None }
    }

    fn rests(&self, now: Timestamp) -> Option<String> {
        let Self { in_a_row, last, .. } = *self;
        let until = self.rests_until?;
        if until <= now {
            let tried = self.probed_until.is_some_and(|until| until > now);
            return tried.then(|| "set aside: another turn is trying it after its rest".to_owned());
        }
        let (times, last) = (if in_a_row == 1 { "once" } else { "times in a row" }, last.as_str());
        let count = if in_a_row == 1 { String::new() } else { format!("{in_a_row} ") };
        Some(format!("set aside until {until}: it failed {count}{times}, last by {last}"))
    }

    fn failed(&mut self, kind: FailureKind, now: Timestamp) -> Option<Turned> {
        if self.is_forgotten(now) {
            *self = Self::first(kind);
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = kind;
        let resting = self.rests_until.is_some_and(|until| until > now);
        let was_aside = self.rests_until.is_some();
        let is_enough = was_aside || self.in_a_row >= IN_A_ROW || kind == FailureKind::Killed;
        if resting || !is_enough {
            return None;
        }
        let rest = (FIRST_REST << self.rests.min(16)).min(LONGEST_REST);
        self.rests += 1;
        (self.rests_until, self.probed_until) = (Some(after(now, rest)), None);
        Some(if was_aside { Turned::RestsOn(*self) } else { Turned::SetAside(*self) })
    }

    /// Says whether it was set aside.
    fn answered(&mut self, now: Timestamp) -> bool {
        let was_aside = self.rests_until.is_some();
        (self.in_a_row, self.rests_until, self.probed_until) = (0, None, None);
        if was_aside {
            self.back_since = Some(now);
        }
        was_aside
    }

    /// Whether its last rest is so long ago that the next would be a first one.
    fn is_forgotten(&self, now: Timestamp) -> bool {
        self.in_a_row == 0 && self.back_since.is_none_or(|since| after(since, CALM) <= now)
    }
}

fn after(moment: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(moment.millis().saturating_add(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// How long it rests, if this has set it aside.
    fn rest(turned: Option<Turned>, now: i64) -> Option<i64> {
        match turned {
            Some(Turned::SetAside(failing) | Turned::RestsOn(failing)) => Some(failing.rests_until?.seconds() - now),
            _ => None,
        }
    }

    #[test]
    fn rests_grow_and_an_answer_ends_them() {
        let (standing, merchant) = (Standing::default(), MerchantId::from("m"));
        let timeout = Some(FailureKind::Timeout);
        let mut now = 0;
        let mut rests = Vec::new();
        for _ in 0..10 {
            if let Some(rest) = rest(standing.note(&merchant, timeout, at(now)), now) {
                assert!(standing.rests(&merchant, at(now)).unwrap().contains("timeout"));
                rests.push(rest);
                now += rest;
                assert_eq!(standing.rests(&merchant, at(now)), None, "tried again after its rest");
            }
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(standing.is_set_aside());
        assert_eq!(standing.note(&merchant, None, at(now)), Some(Turned::Back));
        assert_eq!((standing.failing(&merchant), standing.order(&merchant)), (None, 0));
        assert!(!standing.is_set_aside());
    }

    #[test]
    fn one_turn_at_a_time_tries_it_again() {
        let (standing, merchant) = (Standing::default(), MerchantId::from("m"));
        assert_eq!(standing.admit(&merchant, at(0)), None);
        standing.note(&merchant, Some(FailureKind::Killed), at(0));
        assert!(standing.admit(&merchant, at(0)).unwrap().starts_with("set aside until"));
        assert_eq!(standing.admit(&merchant, at(1)), None, "the first after the rest");
        assert!(standing.admit(&merchant, at(1)).unwrap().contains("another turn is trying it"));
        assert!(standing.rests(&merchant, at(1)).is_some());
        assert_eq!(standing.admit(&merchant, at(2)), None, "a turn that never said how it went holds nobody up");
        assert_eq!(rest(standing.note(&merchant, Some(FailureKind::Timeout), at(2)), 2), Some(2));
        assert_eq!(standing.admit(&merchant, at(4)), None);
        assert_eq!(standing.note(&merchant, None, at(4)), Some(Turned::Back));
        assert_eq!((standing.admit(&merchant, at(4)), standing.admit(&merchant, at(4))), (None, None));
    }

    #[test]
    fn who_fails_again_soon_rests_longer() {
        let (standing, merchant) = (Standing::default(), MerchantId::from("m"));
        let killed = |now| rest(standing.note(&merchant, Some(FailureKind::Killed), at(now)), now);
        assert_eq!(killed(0), Some(1));
        assert_eq!(standing.note(&merchant, None, at(1)), Some(Turned::Back));
        assert_eq!(standing.note(&merchant, None, at(1)), None);
        assert_eq!(killed(30), Some(2));
        assert_eq!(standing.note(&merchant, None, at(40)), Some(Turned::Back));
        assert_eq!(killed(100), Some(1), "a minute of calm");
    }

    #[test]
    fn a_kill_is_one_too_many_and_an_error_is_none() {
        let (standing, merchant, other) = (Standing::default(), MerchantId::from("m"), MerchantId::from("n"));
        assert_eq!(standing.note(&merchant, Some(FailureKind::Error), at(0)), None);
        assert_eq!(standing.failing(&merchant), None);
        assert_eq!(rest(standing.note(&merchant, Some(FailureKind::Killed), at(0)), 0), Some(1));
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
