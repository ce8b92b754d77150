//! When a provider is left alone: after three failures in a row for a second, then two, four, up to five minutes.
//!
//! What speaks against two languages only (the provider does not know one of them) pauses these two.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

const FAILURES: u32 = 3;
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// So many pairs of languages are known by their failures.
const PAIRS: usize = 256;

/// What failed lately. The empty pair is the provider itself.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    failing: HashMap<String, Failing>,
}

#[derive(Debug, Default)]
struct Failing {
    in_a_row: u32,
    until: Option<Instant>,
}

impl Pauses {
    /// Whether the provider may be asked for this pair; or how long the pause still lasts.
    pub(super) fn check(&self, pair: &str, now: Instant) -> Result<(), Duration> {
        let left = |key: &str| self.failing.get(key)?.until?.checked_duration_since(now).filter(|left| !left.is_zero());
        left("").max(left(pair)).map_or(Ok(()), Err)
    }

    pub(super) fn answered(&mut self, pair: &str) {
        if !self.failing.is_empty() {
            self.failing.remove("");
            self.failing.remove(pair);
        }
    }

    /// Counts a failure, of a pair or of the provider. Says for how long to pause, if a pause begins. `wanted` is what the
    /// provider asks for, and is given at once.
    pub(super) fn failed(&mut self, pair: Option<&str>, wanted: Option<Duration>, now: Instant) -> Option<Duration> {
        if self.failing.len() >= PAIRS {
            self.failing.retain(|_, failing| failing.until.is_some_and(|until| until > now));
        }
        if self.failing.len() >= PAIRS {
            self.failing.clear();
        }
        let failing = self.failing.entry(pair.unwrap_or_default().to_owned()).or_default();
        failing.in_a_row = failing.in_a_row.saturating_add(1);
        if failing.until.is_some_and(|until| until > now) {
            // Asked before the pause began.
            failing.in_a_row -= 1;
            return None;
        }
        let doubled =
            failing.in_a_row.checked_sub(FAILURES).map(|times| SHORTEST * 2_u32.saturating_pow(times.min(20)));
        let pause = doubled.max(wanted)?.min(LONGEST);
        failing.until = Some(now + pause);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let (mut pauses, mut now) = (Pauses::default(), Instant::now());
        let seconds = |pause: Option<Duration>| pause.map(|pause| pause.as_secs());
        let mut made = Vec::new();
        for _ in 0..14 {
            let pause = pauses.failed(None, None, now);
            made.push(seconds(pause));
            now += pause.unwrap_or_default();
        }
        let expected = [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map(|it| (it > 0).then_some(it));
        assert_eq!(made, expected);
        assert_eq!(pauses.check("en de", now), Ok(()));
        pauses.answered("en de");
        assert_eq!(pauses.failed(None, None, now), None);
    }

    #[test]
    fn what_fails_during_a_pause_does_not_lengthen_it() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        for _ in 0..10 {
            pauses.failed(None, None, now);
        }
        assert_eq!(pauses.check("en de", now), Err(Duration::from_secs(1)));
        let later = now + Duration::from_secs(1);
        assert_eq!(pauses.check("en de", later), Ok(()));
        assert_eq!(pauses.failed(None, None, later), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_pair_pauses_alone_and_a_provider_may_ask_for_it() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        for _ in 0..3 {
            pauses.failed(Some("en hi"), None, now);
        }
        assert!(pauses.check("en hi", now).is_err() && pauses.check("en de", now).is_ok());
        assert_eq!(pauses.failed(None, Some(Duration::from_secs(7)), now), Some(Duration::from_secs(7)));
        assert_eq!(pauses.check("en de", now), Err(Duration::from_secs(7)));
        for number in 0..1000 {
            pauses.failed(Some(&number.to_string()), None, now);
        }
        assert!(pauses.failing.len() <= PAIRS);
    }
}
