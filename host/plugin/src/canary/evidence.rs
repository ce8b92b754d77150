//! How sure it is that one version does something more often than the other, at whatever moment one looks.
//!
//! Each time it happens, it happens to one of both. If both did it equally often, the candidate's part would be its part
//! of all occasions. The evidence against that is how much better a part that is not known beforehand (any from 0 to 1,
//! evenly) foretells what happened. Such a ratio is a martingale where there is no difference: that it ever passes
//! 1/level has a chance of at most level (Ville 1939; Robbins 1970), so looking all the time costs nothing.

/// Something that both versions may do: how often the candidate did, how often the other, and the candidate's part of
/// all occasions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Happened {
    pub(super) candidate: u64,
    pub(super) stable: u64,
    pub(super) part: f64,
}

impl Happened {
    /// Whether the candidate does it another time as often as the other, at this level of error.
    pub(super) fn differs(self, level: f64) -> bool {
        self.ln_evidence() > -level.ln()
    }

    /// Whether the candidate has done it more often than its part of the occasions.
    pub(super) fn more(self) -> bool {
        self.candidate as f64 > self.part * (self.candidate + self.stable) as f64
    }

    /// The logarithm of the ratio; 0 where there is nothing to learn from.
    fn ln_evidence(self) -> f64 {
        let Self { candidate, stable, part } = self;
        if !(part > 0.0 && part < 1.0) {
            return 0.0;
        }
        let any_part = ln_factorial(candidate) + ln_factorial(stable) - ln_factorial(candidate + stable + 1);
        any_part - candidate as f64 * part.ln() - stable as f64 * (1.0 - part).ln()
    }
}

/// By Stirling's series, exact to nine digits from 8 on.
fn ln_factorial(number: u64) -> f64 {
    if number < 8 {
        return (2..=number).map(|factor| (factor as f64).ln()).sum();
    }
    let n = number as f64;
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorials_are_exact() {
        let mut sum = 0.0;
        for number in 1..200_u64 {
            sum += (number as f64).ln();
            assert!((ln_factorial(number) - sum).abs() < 1e-7, "{number}");
        }
    }

    #[test]
    fn a_difference_is_found_and_none_is_not() {
        for (candidate, stable, part, differs) in [
            (0, 0, 0.1, false),
            (2, 0, 0.1, false),
            (3, 0, 0.1, true),
            (9, 0, 0.5, false),
            (11, 0, 0.5, true),
            (10, 90, 0.1, false),
            (40, 90, 0.1, true),
            (1000, 9000, 0.1, false),
            (700, 9000, 0.1, true),
            (5, 0, 0.0, false),
            (5, 0, 1.0, false),
        ] {
            let happened = Happened { candidate, stable, part };
            assert_eq!(happened.differs(0.01), differs, "{happened:?}: {}", happened.ln_evidence().exp());
        }
    }

    /// The promise itself: two versions alike, looked at after each event, over many canaries.
    #[test]
    fn looking_all_the_time_does_not_raise_false_alarms() {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 11) as f64 / (1_u64 << 53) as f64
        };
        let canaries = 2000;
        let mut alarms = 0;
        for _ in 0..canaries {
            let mut happened = Happened { candidate: 0, stable: 0, part: 0.1 };
            let alarmed = (0..500).any(|_| {
                if draw() < 0.1 {
                    happened.candidate += 1
                } else {
                    happened.stable += 1
                }
                happened.differs(0.05)
            });
            alarms += u32::from(alarmed);
        }
        assert!(alarms <= canaries / 20, "{alarms} of {canaries}");
    }
}
