//! What one version has done: calls, failures, time, and what agents made of it. Plain data that adds up.

use std::collections::BTreeMap;

use cuecard_model::FailureKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What one version has done since a canary began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Hook calls that were made.
    pub calls: u64,
    /// Of these, ended by the plugin itself: an error, an answer that is none or cannot be worded or shown.
    pub errors: u64,
    /// Of these, ended by the host: time, memory, a kill.
    pub limits: u64,
    /// Suggestions that agents were offered.
    pub offered: u64,
    /// Of these, what agents took, edited or not.
    pub accepted: u64,
    /// Processor time of the calls that were answered.
    pub time: Spread,
}

impl Counts {
    /// One hook call: its processor time in microseconds, or how it failed. Who was not called has done nothing.
    pub fn call(&mut self, failure: Option<FailureKind>, micros: u32) {
        match failure {
            Some(FailureKind::Skipped) => return,
            Some(FailureKind::Timeout | FailureKind::Killed | FailureKind::Memory) => self.limits += 1,
            Some(_) => self.errors += 1,
            None => self.time.add(micros),
        }
        self.calls += 1;
    }

    /// A call that was answered, and whose answer could not be used.
    pub fn unusable(&mut self) {
        self.errors += 1;
    }

    /// Calls without a usable answer, as a share of all.
    pub fn failing(&self) -> f64 {
        share(self.errors + self.limits, self.calls)
    }

    /// What agents took, as a share of what they were offered.
    pub fn acceptance(&self) -> f64 {
        share(self.accepted, self.offered)
    }
}

pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// How often which time was taken, to an eighth of a doubling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Grows as far as it is needed.
    buckets: Vec<u32>,
}

impl Spread {
    /// One more.
    pub fn add(&mut self, micros: u32) {
        let place = bucket(micros);
        if self.buckets.len() <= place {
            self.buckets.resize(place + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|count| u64::from(*count)).sum()
    }

    /// So many of a hundred took no longer, in microseconds; 0 of none.
    pub fn percentile(&self, percent: u64) -> u64 {
        let all = self.count();
        let mut seen = 0;
        for (place, count) in self.buckets.iter().enumerate() {
            seen += u64::from(*count);
            if all > 0 && seen * 100 >= all * percent {
                return lower(place).midpoint(lower(place + 1));
            }
        }
        0
    }
}

/// The first eight one by one, then eight to each doubling.
fn bucket(micros: u32) -> usize {
    let log = micros.max(1).ilog2() as usize;
    if log < 3 {
        return micros as usize;
    }
    (log - 2) * 8 + ((micros >> (log - 3)) & 7) as usize
}

fn lower(place: usize) -> u64 {
    match place {
        0..8 => place as u64,
        _ => (8 + place as u64 % 8) << (place / 8 - 1),
    }
}

/// Kept as the places that hold something: most are empty.
impl Serialize for Spread {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held = self.buckets.iter().enumerate().filter(|(_, count)| **count > 0);
        serializer.collect_map(held)
    }
}

impl<'de> Deserialize<'de> for Spread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let held = BTreeMap::<usize, u32>::deserialize(deserializer)?;
        let last = held.last_key_value().map_or(0, |(place, _)| place + 1).min(bucket(u32::MAX) + 1);
        Ok(Self { buckets: (0..last).map(|place| held.get(&place).copied().unwrap_or(0)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_known_to_an_eighth_of_a_doubling() {
        for micros in (0..2_000_u32).chain([9_999, 25_000, 1_000_000, u32::MAX - 1]) {
            let (low, high) = (lower(bucket(micros)), lower(bucket(micros) + 1));
            assert!((low..high).contains(&u64::from(micros)), "{micros} in {low}..{high}");
            assert!(high - low <= (low / 8).max(1), "{micros} in {low}..{high}");
        }
        let mut spread = Spread::default();
        (1..=1000).for_each(|micros| spread.add(micros));
        assert!((470..=530).contains(&spread.percentile(50)), "{}", spread.percentile(50));
        assert!((930..=1050).contains(&spread.percentile(99)), "{}", spread.percentile(99));
        assert_eq!(Spread::default().percentile(99), 0);
    }

    #[test]
    fn counts_are_kept_as_they_are() {
        let mut counts = Counts { offered: 4, accepted: 1, ..Counts::default() };
        for (failure, micros) in [(None, 12), (None, 40_000), (Some(FailureKind::Error), 9), (None, 12)] {
            counts.call(failure, micros);
        }
        counts.call(Some(FailureKind::Killed), 0);
        counts.call(Some(FailureKind::Skipped), 0);
        let kept = serde_json::to_string(&counts).unwrap();
        assert_eq!(serde_json::from_str::<Counts>(&kept).unwrap(), counts, "{kept}");
        assert_eq!((counts.calls, counts.errors, counts.limits, counts.time.count()), (5, 1, 1, 3));
        assert_eq!((counts.failing(), counts.acceptance()), (0.4, 0.25));
    }
}
