//! Rates with the interval in which they lie, so that few cases are not read as many.
//!
//! Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927) holds for small numbers and for rates near 0 and
//! 1; for the difference of two rates Newcombe's hybrid of two such intervals (R. G. Newcombe, Stat. Med. 17, 1998,
//! method 10). Both at 95 %.

use serde::Serialize;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Rate {
    pub(crate) count: u64,
    pub(crate) of: u64,
    /// Absent where there is nothing to count.
    pub(crate) rate: Option<f64>,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Rate {
    pub(crate) fn new(count: u64, of: u64) -> Self {
        let count = count.min(of);
        if of == 0 {
            return Self { count, of, rate: None, low: 0.0, high: 1.0 };
        }
        let (share, number) = (count as f64 / of as f64, of as f64);
        let spread = Z * Z / number;
        let middle = (share + spread / 2.0) / (1.0 + spread);
        let half = (share * (1.0 - share) / number + spread / number / 4.0).sqrt() * Z / (1.0 + spread);
        Self { count, of, rate: Some(share), low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }
}

/// By how much one rate is above another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Difference {
    pub(crate) by: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Difference {
    /// `one` less `other`; nothing where one of them is of nothing.
    pub(crate) fn between(one: Rate, other: Rate) -> Option<Self> {
        let (above, below) = (one.rate?, other.rate?);
        let by = above - below;
        let low = by - (above - one.low).hypot(other.high - below);
        let high = by + (one.high - above).hypot(below - other.low);
        Some(Self { by, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-4, "{found} is not {expected}");
    }

    /// From Newcombe's papers of 1998: 81 of 263, 15 of 148, 0 of 20, 1 of 29; 56 of 70 against 48 of 80, 9 of 10
    /// against 3 of 10, 10 of 10 against 0 of 20.
    #[test]
    fn published_examples() {
        for (count, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let rate = Rate::new(count, of);
            near(rate.low, low);
            near(rate.high, high);
        }
        for (one, other, low, high) in
            [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)]
        {
            let difference = Difference::between(Rate::new(one.0, one.1), Rate::new(other.0, other.1)).unwrap();
            near(difference.low, low);
            near(difference.high, high);
        }
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        let rate = Rate::new(0, 0);
        assert_eq!((rate.rate, rate.low, rate.high), (None, 0.0, 1.0));
        assert_eq!(Difference::between(rate, Rate::new(1, 2)), None);
    }
}
