//! Whether one way of doing it is better than another, by a test that may be looked at after every observation.
//!
//! A fixed-size test that is peeked at finds differences where there are none. This one does not: its interval holds the
//! true difference at all times at once, with the probability asked for. It is Robbins' normal mixture ("Statistical
//! methods related to the law of the iterated logarithm", 1970) over the information that has come together, with
//! variances estimated from the data: an asymptotic confidence sequence in the sense of Waudby-Smith, Arbour, Sinha,
//! Kennedy and Ramdas ("Time-uniform central limit theory and asymptotic confidence sequences", 2024). Knows sums alone.

use serde::Serialize;

/// Effects of about this size are found soonest: five points.
const EXPECTED: f64 = 0.05;
/// Observations of each side before anything is said: below, estimated variances and the normal curve are no good.
const FIRST: u64 = 50;
/// More observations than this are out of sight.
const OUT_OF_SIGHT: f64 = 10e6;

/// Sums over observations of one side, each from 0 to 1 and independent of the others: one a conversation, for instance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
}

impl Counts {
    /// So many of `count` were so.
    pub fn of(count: u64, yes: u64) -> Self {
        Self { count, sum: yes as f64, squares: yes as f64 }
    }

    /// With one more.
    #[must_use]
    pub fn with(self, value: f64) -> Self {
        Self { count: self.count + 1, sum: self.sum + value, squares: self.squares + value * value }
    }

    /// 0 if there are none.
    pub fn mean(&self) -> f64 {
        self.sum / (self.count.max(1)) as f64
    }

    /// Of one observation. A 0 and a 1 are added, so that a side where all were alike is not taken for certainty
    /// (Agresti and Caffo, 2000).
    fn variance(&self) -> f64 {
        let count = self.count as f64 + 2.0;
        let mean = (self.sum + 1.0) / count;
        ((self.squares + 1.0) / count - mean * mean).max(0.0)
    }
}

/// Which of two is higher, as far as can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The second is.
    Higher,
    /// The first is.
    Lower,
    /// Nothing can be said yet.
    Undecided,
}

/// The second of two sides against the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The mean of the second less that of the first.
    pub difference: f64,
    /// The true difference is above this, at all times, with the probability `level`.
    pub low: f64,
    /// And below this.
    pub high: f64,
    /// E.g. 0.95.
    pub level: f64,
    /// What follows.
    pub verdict: Verdict,
    /// While undecided: about so many more observations of both sides, if the difference is as it looks; `None` if that is
    /// out of sight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
}

/// Compares the second side with the first. May be asked after every observation, and one may stop when it pleases.
pub fn compare(first: Counts, second: Counts, level: f64) -> Comparison {
    let (low, high, verdict) = interval(&first, &second, level);
    let difference = second.mean() - first.mean();
    let more = (verdict == Verdict::Undecided).then(|| more(&first, &second, level)).flatten();
    Comparison { difference, low, high, level, verdict, more }
}

/// Between what the true difference lies, and what follows.
fn interval(first: &Counts, second: &Counts, level: f64) -> (f64, f64, Verdict) {
    let difference = second.mean() - first.mean();
    if first.count.min(second.count) < FIRST {
        return (-1.0, 1.0, Verdict::Undecided);
    }
    let width = half_width(information(first, second), level);
    let (low, high) = ((difference - width).max(-1.0), (difference + width).min(1.0));
    let verdict = match () {
        () if low > 0.0 => Verdict::Higher,
        () if high < 0.0 => Verdict::Lower,
        () => Verdict::Undecided,
    };
    (low, high, verdict)
}

/// One over the variance of the difference.
fn information(first: &Counts, second: &Counts) -> f64 {
    let variance = |side: &Counts| side.variance() / side.count.max(1) as f64;
    1.0 / (variance(first) + variance(second))
}

/// Half the width of the interval once so much information has come together.
fn half_width(information: f64, level: f64) -> f64 {
    let error = (1.0 - level).clamp(1e-9, 1.0);
    let prior = 1.0 / (EXPECTED * EXPECTED);
    let all = information + prior;
    (all * (all / (prior * error * error)).ln()).sqrt() / information
}

/// How many more observations until the interval leaves 0, the difference staying as it is.
fn more(first: &Counts, second: &Counts, level: f64) -> Option<u64> {
    let count = (first.count + second.count) as f64;
    let least = first.count.min(second.count);
    if least < FIRST {
        let missing = (FIRST - least) as f64;
        return Some((missing * count / least.max(1) as f64).clamp(missing, 4.0 * FIRST as f64) as u64);
    }
    let (known, difference) = (information(first, second), (second.mean() - first.mean()).abs());
    let decides = |times: f64| half_width(known * times, level) < difference;
    let (mut low, mut high) = (1.0, (OUT_OF_SIGHT / count).max(1.0));
    if !decides(high) {
        return None;
    }
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if decides(middle) { high = middle } else { low = middle }
    }
    Some(((high - 1.0) * count).ceil() as u64)
}

/// What is measured, so that a verdict can be said in plain words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// What a difference of 1 is in `unit`: 100 points, 60 minutes.
    pub scale: f64,
    /// E.g. `points`.
    pub unit: &'static str,
    /// Whether the lower side is the better one.
    pub less_is_better: bool,
    /// What is counted, e.g. `conversations`.
    pub counted: &'static str,
}

impl Comparison {
    /// E.g. "B is better: +4.1 points, between +1.2 and +7.0, may be looked at any time".
    pub fn words(&self, first: &str, second: &str, measure: &Measure) -> String {
        let &Measure { scale, unit, less_is_better, counted } = measure;
        let in_unit = |value: f64| format!("{:+.1}", value * scale);
        let found = format!(
            "{} {unit}, between {} and {}, may be looked at any time",
            in_unit(self.difference),
            in_unit(self.low),
            in_unit(self.high)
        );
        match (self.verdict, self.more) {
            (Verdict::Undecided, Some(more)) => format!("not decided: about {more} more {counted} needed"),
            (Verdict::Undecided, None) => format!("not decided: no difference in sight; so far {found}"),
            (verdict, _) if (verdict == Verdict::Lower) == less_is_better => format!("{second} is better: {found}"),
            _ => format!("{second} is worse than {first}: {found}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: Measure = Measure { scale: 100.0, unit: "points", less_is_better: false, counted: "conversations" };

    /// Of our own, so that the runs never change.
    struct Dice(u64);

    impl Dice {
        fn yes(&mut self, share: f64) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            f64::from(u8::from((mixed >> 11) as f64 / (1_u64 << 53) as f64 <= share))
        }
    }

    /// Looks after every observation: the number at which a difference was first said to be there.
    fn first_decision(dice: &mut Dice, shares: [f64; 2], split: f64, most: usize) -> Option<(usize, Verdict)> {
        let mut sides = [Counts::default(); 2];
        (1..=most).find_map(|number| {
            let side = if dice.yes(split) > 0.5 { 1 } else { 0 };
            sides[side] = sides[side].with(dice.yes(shares[side]));
            let (_, _, verdict) = interval(&sides[0], &sides[1], 0.95);
            (verdict != Verdict::Undecided).then_some((number, verdict))
        })
    }

    /// The figures are in BENCHMARKS.md: `cargo nextest run -p cuecard-pipeline peeking --no-capture`.
    #[test]
    fn peeking_after_each_of_5000_observations_finds_hardly_anything_where_nothing_is() {
        const RUNS: usize = 2000;
        // Evenly split, rare, and rare with one side much smaller.
        for (share, split) in [(0.5, 0.5), (0.05, 0.5), (0.3, 0.1)] {
            let mut dice = Dice(7);
            let wrong = (0..RUNS).filter(|_| first_decision(&mut dice, [share; 2], split, 5000).is_some()).count();
            println!("no difference at {share}, split {split}: {:.2} % of runs", wrong as f64 * 100.0 / RUNS as f64);
            assert!(wrong <= RUNS / 20, "{wrong} of {RUNS} at {share}");
        }
    }

    #[test]
    fn five_points_are_found() {
        for (shares, within) in [([0.5, 0.55], 8000), ([0.1, 0.15], 4000)] {
            let mut dice = Dice(11);
            let found: Vec<_> = (0..300).map(|_| first_decision(&mut dice, shares, 0.5, 40_000).unwrap()).collect();
            let mut sizes: Vec<_> = found.iter().map(|(size, _)| *size).collect();
            sizes.sort_unstable();
            println!("{shares:?}: median {} observations, 90 % within {}", sizes[150], sizes[270]);
            let wrong = found.iter().filter(|(_, verdict)| *verdict == Verdict::Lower).count();
            assert!(sizes[150] < within && wrong <= 3, "{} {wrong}", sizes[150]);
        }
    }

    #[test]
    fn in_plain_words() {
        for (first, second, expected) in [
            (Counts::of(4000, 1600), Counts::of(4000, 1920), "B is better: +8.0 points, between +4.6 and +11.4"),
            (Counts::of(4000, 1920), Counts::of(4000, 1600), "B is worse than A: -8.0 points"),
            (Counts::of(400, 160), Counts::of(400, 184), "not decided: about "),
            (Counts::of(40, 0), Counts::of(40, 40), "not decided: about 20 more conversations needed"),
            (Counts::of(4000, 1600), Counts::of(4000, 1600), "not decided: no difference in sight"),
            (Counts::default(), Counts::default(), "not decided: about 50 more"),
        ] {
            let words = compare(first, second, 0.95).words("A", "B", &POINTS);
            assert!(words.starts_with(expected), "{words}");
        }
        let sooner = Measure { scale: 60.0, unit: "minutes", less_is_better: true, counted: "conversations" };
        let words = compare(Counts::of(4000, 1920), Counts::of(4000, 1600), 0.95).words("A", "B", &sooner);
        assert!(words.starts_with("B is better: -4.8 minutes"), "{words}");
    }

    #[test]
    fn what_is_said_to_be_needed_is_about_what_is_needed() {
        let (first, second) = (Counts::of(400, 160), Counts::of(400, 184));
        let more = compare(first, second, 0.95).more.unwrap();
        let side = 400 + more / 2 + 2;
        let grown = |rate: f64| Counts { count: side, sum: rate * side as f64, squares: rate * side as f64 };
        assert_ne!(compare(grown(0.4), grown(0.46), 0.95).verdict, Verdict::Undecided);
        let before = |rate: f64| Counts { count: side - 60, sum: rate * (side - 60) as f64, ..grown(rate) };
        assert_eq!(compare(before(0.4), before(0.46), 0.95).verdict, Verdict::Undecided);
    }
}
