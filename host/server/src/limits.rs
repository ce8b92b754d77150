//! How much one merchant, one request and all together may ask for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use cuecard_model::MerchantId;
use serde::{Deserialize, Serialize};

/// What an operator may set under `[limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests of one merchant in a second, over time.
    pub requests_per_second: f64,
    /// Requests of one merchant at once, after a pause.
    pub burst: f64,
    /// Turns being answered at once, of all merchants.
    pub turns: u32,
    /// Connections at once.
    pub connections: usize,
    /// Streams of one merchant at once.
    pub streams_per_merchant: usize,
    /// Milliseconds that a client may take to send its first request's headers.
    pub header_timeout_ms: u64,
    /// Milliseconds that a request may take.
    pub request_timeout_ms: u64,
    /// Milliseconds that requests in flight may take once the host is told to stop.
    pub drain_ms: u64,
    /// Milliseconds that a connector may take to answer.
    pub send_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: 2000.0,
            burst: 4000.0,
            turns: 1024,
            connections: 10_000,
            streams_per_merchant: 2000,
            header_timeout_ms: 10_000,
            request_timeout_ms: 30_000,
            drain_ms: 20_000,
            send_timeout_ms: 15_000,
        }
    }
}

impl Limits {
    /// The longest a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }
}

/// A bucket of tokens per merchant, filled at a steady rate.
#[derive(Debug)]
pub struct Rates {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<MerchantId, (f64, Instant)>>,
}

impl Rates {
    /// Full buckets for everybody.
    pub fn new(limits: &Limits) -> Self {
        Self { per_second: limits.requests_per_second, burst: limits.burst, buckets: Mutex::default() }
    }

    /// Takes one token; or says how long until there is one.
    pub fn take(&self, merchant: &MerchantId, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, last) = match buckets.get_mut(merchant) {
            Some(bucket) => bucket,
            None => buckets.entry(merchant.clone()).or_insert((self.burst, now)),
        };
        let gained = now.saturating_duration_since(*last).as_secs_f64() * self.per_second;
        *tokens = (*tokens + gained).min(self.burst);
        *last = now;
        if *tokens < 1.0 {
            return Err(Duration::from_secs_f64(((1.0 - *tokens) / self.per_second).clamp(0.001, 3600.0)));
        }
        *tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let rates = Rates::new(&Limits { requests_per_second: 10.0, burst: 2.0, ..Limits::default() });
        let (one, other, start) = (MerchantId::from("a"), MerchantId::from("b"), Instant::now());
        assert!(rates.take(&one, start).is_ok() && rates.take(&one, start).is_ok());
        assert_eq!(rates.take(&one, start).unwrap_err(), Duration::from_millis(100));
        assert!(rates.take(&other, start).is_ok());
        assert!(rates.take(&one, start + Duration::from_millis(110)).is_ok());
    }
}
