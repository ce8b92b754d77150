//! Random numbers that a seed decides: the same turn draws the same everywhere.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): one addition and a mix
/// a number, which passes the usual tests.
pub(super) struct Chance(u64);

impl Chance {
    /// Seeded by a text, e.g. a turn's id.
    pub(super) fn of(seed: &str) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(seed.as_bytes()).as_bytes();
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Above 0 and below 1.
    pub(super) fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// One of `count` places.
    pub(super) fn one_of(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// From the beta distribution with these parameters, both above 0.
    pub(super) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (one, other) = (self.gamma(a), self.gamma(b));
        one / (one + other)
    }

    /// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; below 1 by their own extension.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.unit().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let normal = self.normal();
            let cubed = (1.0 + c * normal).powi(3);
            if cubed > 0.0 && self.unit().ln() < normal.powi(2) / 2.0 + d - d * cubed + d * cubed.ln() {
                return d * cubed;
            }
        }
    }

    /// Box and Muller's, one of the pair.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_has_its_mean_and_its_spread() {
        let mut chance = Chance::of("seed");
        for (a, b) in [(0.5, 0.5), (1.0, 1.0), (2.0, 6.0), (60.0, 40.0)] {
            let drawn: Vec<f64> = (0..40_000).map(|_| chance.beta(a, b)).collect();
            let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            let spread = drawn.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / drawn.len() as f64;
            let expected = a * b / ((a + b).powi(2) * (a + b + 1.0));
            assert!((mean - a / (a + b)).abs() < 4.0 * (expected / 40_000.0).sqrt(), "{a} {b}: {mean}");
            assert!((spread / expected - 1.0).abs() < 0.05, "{a} {b}: {spread} for {expected}");
        }
    }

    #[test]
    fn a_seed_draws_the_same_always() {
        // Written down once: another value would rank kept turns anew.
        assert_eq!(format!("{:.6}", Chance::of("t-1").beta(3.0, 2.0)), "0.234044");
    }
}
