//! Who is held out: a stable share of the customers is not contacted, so that the effect can be measured.

use cuecard_model::{CustomerId, MerchantId, Purpose};

use crate::{GateError, Holdout};

/// The group that is not contacted. It is drawn by a hash of seed and customer: the same customer is in the same group
/// in every process and release and on every occasion.
#[derive(Debug)]
pub(crate) struct HoldoutGroup {
    seed: String,
    share: f64,
    purposes: Vec<Purpose>,
}

impl HoldoutGroup {
    pub(crate) fn new(merchant: &MerchantId, settings: Option<&Holdout>) -> Result<Self, GateError> {
        let Some(Holdout { share, seed, purposes }) = settings else {
            return Ok(Self { seed: String::new(), share: 0.0, purposes: Vec::new() });
        };
        if !(0.0..=1.0).contains(share) {
            let hint = "write a share from 0.0 to 1.0";
            return Err(GateError::value("outreach: holdout", share, "is not a share", hint));
        }
        let seed = seed.clone().unwrap_or_else(|| merchant.as_str().to_owned());
        Ok(Self { seed, share: *share, purposes: purposes.clone() })
    }

    /// Whether this customer is not contacted for this purpose.
    pub(crate) fn has(&self, customer: &CustomerId, purpose: Purpose) -> bool {
        self.share > 0.0 && self.purposes.contains(&purpose) && self.draw(customer) < self.share
    }

    /// From 0 up to 1, evenly spread over customers.
    fn draw(&self, customer: &CustomerId) -> f64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.seed.len() as u64).to_le_bytes()).update(self.seed.as_bytes());
        hasher.update(customer.as_str().as_bytes());
        let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
        f64::from(u32::from_le_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(seed: Option<&str>, share: f64) -> HoldoutGroup {
        let settings = Holdout { share, seed: seed.map(str::to_owned), purposes: vec![Purpose::Marketing] };
        HoldoutGroup::new(&"m-1".into(), Some(&settings)).unwrap()
    }

    #[test]
    fn the_share_is_met_and_seeds_draw_independently() {
        let customers: Vec<CustomerId> = (0..20_000).map(|number| format!("u-{number}").into()).collect();
        let (one, two) = (group(None, 0.1), group(Some("spring"), 0.1));
        let held = |group: &HoldoutGroup| customers.iter().filter(|id| group.has(id, Purpose::Marketing)).count();
        let both =
            customers.iter().filter(|id| one.has(id, Purpose::Marketing) && two.has(id, Purpose::Marketing)).count();
        // Four standard deviations around 2,000, and around 200.
        assert!((1830..=2170).contains(&held(&one)), "{}", held(&one));
        assert!((1830..=2170).contains(&held(&two)), "{}", held(&two));
        assert!((144..=256).contains(&both), "{both}");
        assert!(customers.iter().all(|id| !one.has(id, Purpose::Service)));
    }

    #[test]
    fn a_larger_share_keeps_those_who_were_in_it() {
        let (small, large) = (group(None, 0.05), group(None, 0.2));
        let customers: Vec<CustomerId> = (0..2_000).map(|number| format!("u-{number}").into()).collect();
        let marketing = Purpose::Marketing;
        assert!(customers.iter().filter(|id| small.has(id, marketing)).all(|id| large.has(id, marketing)));
    }

    #[test]
    fn the_group_of_a_customer_never_changes() {
        // Written down once: another value would move customers between groups in running measurements.
        let drawn = group(Some("seed"), 1.0).draw(&"u-42".into());
        assert_eq!(format!("{drawn:.6}"), "0.168245");
    }
}
