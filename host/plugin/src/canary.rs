//! A canary: a version that serves a share of the conversations beside the one that serves the rest, on its terms, and
//! with what both have done since.
//!
//! Owns terms, figures and their judgement. Knows no clock, no conversation and no registry.

mod counts;
mod evidence;
mod judge;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cuecard_model::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    counts::{Counts, Spread},
    judge::{Verdict, Waits, judge},
};
use crate::{bundle::BundleHash, generation::LivePlugin};

/// On which terms a version is tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// The share of the conversations that it serves, above 0 and below 1.
    pub share: f64,
    /// How long it is tried at least, in seconds.
    pub window_s: u32,
    /// How many calls it must have answered before it is promoted.
    pub min_calls: u64,
    /// It may take so many times the processor time of the other ...
    pub slower: f64,
    /// ... or so many microseconds more; what is past both is too slow.
    pub slower_us: u32,
}

impl Default for Terms {
    /// A tenth of the conversations for half an hour and 200 calls; half as slow again and a millisecond more is slow.
    fn default() -> Self {
        Self { share: 0.1, window_s: 1800, min_calls: 200, slower: 1.5, slower_us: 1000 }
    }
}

impl Terms {
    /// Terms that can be kept, or what is wrong with them.
    pub fn checked(self) -> Result<Self, String> {
        let Self { share, window_s, slower, .. } = self;
        if !(share > 0.0 && share < 1.0) {
            return Err(format!("a share of {share} is not above 0 and below 1"));
        }
        if window_s > 30 * 24 * 3600 {
            return Err(format!("a window of {window_s} seconds is longer than 30 days"));
        }
        if !(1.0..=1000.0).contains(&slower) {
            return Err(format!("slower = {slower} is not from 1 to 1000"));
        }
        Ok(self)
    }
}

/// A canary as it is kept: with it a host goes on after a restart where it stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// The content of its bundle.
    pub hash: String,
    /// Its version.
    pub version: Arc<str>,
    /// Its terms.
    pub terms: Terms,
    /// Since when it serves.
    pub since: Timestamp,
    /// The generation in which it began.
    pub generation: u64,
    /// By whom.
    pub by: String,
    /// What both versions have done since.
    pub tally: Tally,
}

/// What both versions have done since the canary began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The version that serves the other conversations.
    pub stable: Counts,
    /// The canary.
    pub candidate: Counts,
}

/// A canary that serves.
#[derive(Debug)]
pub struct Trial {
    /// The version on trial.
    pub plugin: Arc<LivePlugin>,
    /// With which its conversations are drawn: another one draws others.
    pub salt: String,
    /// Its terms.
    pub terms: Terms,
    /// Since when it serves.
    pub since: Timestamp,
    /// The generation in which it began: figures of turns before it are not its own.
    pub generation: u64,
    by: String,
    tally: Mutex<Tally>,
}

impl Trial {
    /// Puts a canary in service again, with what was counted before.
    pub fn new(plugin: Arc<LivePlugin>, canary: Canary) -> Self {
        let Canary { terms, since, generation, by, tally, .. } = canary;
        let salt = salt(&plugin.plugin.id.to_string(), &plugin.hash);
        Self { plugin, salt, terms, since, generation, by, tally: Mutex::new(tally) }
    }

    /// As it is to be kept.
    pub fn canary(&self) -> Canary {
        let (hash, version) = (self.plugin.hash.to_string(), Arc::clone(&self.plugin.plugin.version));
        let Self { terms, since, generation, .. } = *self;
        Canary { hash, version, terms, since, generation, by: self.by.clone(), tally: self.tally() }
    }

    /// What both versions have done so far.
    pub fn tally(&self) -> Tally {
        self.lock().clone()
    }

    /// Counts something of one of both.
    pub fn count(&self, is_candidate: bool, count: impl FnOnce(&mut Counts)) {
        let mut tally = self.lock();
        let Tally { stable, candidate } = &mut *tally;
        count(if is_candidate { candidate } else { stable });
    }

    /// Whether it is to go on.
    pub fn judge(&self, now: Timestamp) -> Verdict {
        let tally = self.lock();
        judge(&tally.stable, &tally.candidate, &self.terms, self.since, now)
    }

    /// What both versions have done so far, in a line.
    pub fn figures(&self, now: Timestamp) -> String {
        let tally = self.lock();
        judge::figures(&tally.stable, &tally.candidate, self.since, now)
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn salt(plugin: &str, hash: &BundleHash) -> String {
    format!("{plugin} {hash}")
}
