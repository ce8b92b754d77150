//! Attempts to log in: counted by name and by address, with pauses that double.
//!
//! An attempt counts as failed from its beginning until it has succeeded, so that many at once do not slip through.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Names and addresses that are remembered; about 10 MB.
const REMEMBERED: usize = 100_000;
/// After this long without an attempt everything is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Address(IpAddr),
}

impl Key {
    /// Attempts without a pause, and the longest pause. A name's pause is short, because a stranger can bring it about.
    fn rule(&self) -> (u32, Duration) {
        match self {
            Self::Name(_) => (5, Duration::from_secs(60)),
            Self::Address(_) => (20, Duration::from_secs(900)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    failed: u32,
    last: Instant,
    until: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Throttle {
    tries: Mutex<HashMap<Key, Tries>>,
}

fn keys(name: Option<&str>, address: IpAddr) -> Vec<Key> {
    // Whoever has one address of IPv6 has 2^64 of them.
    let address = match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    };
    name.map(|name| Key::Name(name.to_owned())).into_iter().chain([Key::Address(address)]).collect()
}

impl Throttle {
    /// Lets an attempt begin, or says how long to wait. A login service does not say whose attempt it is before it is over.
    pub(super) fn begin(&self, name: Option<&str>, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(name, address);
        let known = |key| tries.get(key).filter(|tries| now.saturating_duration_since(tries.last) < FORGOTTEN).copied();
        let known: Vec<_> = keys.iter().map(known).collect();
        let wait = known.iter().flatten().map(|tries| tries.until.saturating_duration_since(now)).max();
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        make_room(&mut tries, now);
        for (key, known) in keys.into_iter().zip(known) {
            let failed = known.map_or(0, |tries| tries.failed).saturating_add(1);
            let until = now + pause(failed, key.rule());
            tries.insert(key, Tries { failed, last: now, until });
        }
        Ok(())
    }

    /// The attempt was right: the name starts afresh, and this attempt does not count against the address.
    pub(super) fn succeeded(&self, name: Option<&str>, address: IpAddr) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(name, address) {
            if matches!(key, Key::Name(_)) {
                tries.remove(&key);
            } else if let Some(tries) = tries.get_mut(&key) {
                tries.failed = tries.failed.saturating_sub(1);
                tries.until = tries.last + pause(tries.failed, key.rule());
            }
        }
    }
}

/// None for the first few, then a second, two, four, up to the longest.
fn pause(failed: u32, (free, longest): (u32, Duration)) -> Duration {
    match failed.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => Duration::from_secs(1_u64 << over.min(20)).min(longest),
    }
}

fn make_room(tries: &mut HashMap<Key, Tries>, now: Instant) {
    if tries.len() + 2 > REMEMBERED {
        tries.retain(|_, tries| now.saturating_duration_since(tries.last) < FORGOTTEN);
    }
    if tries.len() + 2 > REMEMBERED {
        tries.retain(|_, tries| tries.until > now);
    }
    if tries.len() + 2 > REMEMBERED {
        tries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn pauses_double_for_a_name_from_wherever() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        for attempt in 0..5 {
            assert_eq!(throttle.begin(Some("ana"), address(attempt), now), Ok(()));
        }
        for (attempt, expected) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            let from = address(attempt as u8);
            assert_eq!(throttle.begin(Some("ana"), from, now), Err(Duration::from_secs(expected)), "attempt {attempt}");
            assert_eq!(
                throttle.begin(Some(&format!("other {attempt}")), address(99), now),
                Ok(()),
                "others do not wait"
            );
            now += Duration::from_secs(expected);
            assert_eq!(throttle.begin(Some("ana"), from, now), Ok(()));
        }
        assert_eq!(throttle.begin(Some("ana"), address(1), now + FORGOTTEN), Ok(()));
        assert_eq!(throttle.begin(Some("ana"), address(1), now + FORGOTTEN), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let one = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 1, 2, 3, last]);
        for number in 0..20 {
            assert_eq!(throttle.begin(Some(&format!("name {number}")), one(number), now), Ok(()));
        }
        assert!(throttle.begin(Some("another"), one(77), now).is_err());
        assert_eq!(throttle.begin(Some("another"), address(1), now), Ok(()));
    }

    #[test]
    fn who_gets_it_right_starts_afresh() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(throttle.begin(Some("ana"), address(1), now), Ok(()));
            throttle.succeeded(Some("ana"), address(1));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for number in 0..120_000_u32 {
            assert!(throttle.begin(Some(&number.to_string()), IpAddr::from(number.to_be_bytes()), now).is_ok());
        }
        assert!(throttle.tries.lock().unwrap().len() <= REMEMBERED);
    }
}
