//! How good answers are: accuracy, macro F1 and Matthews correlation of what was found against what was right.
//!
//! Owns the mathematics of scoring over labels of any kind. Knows no scenario, no language and no emotion.

use std::collections::BTreeMap;

/// How often each label was found where each was right.
#[derive(Clone, Debug, Default)]
pub struct Confusions {
    counts: BTreeMap<(String, String), usize>,
}

/// One label found where another was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confusion<'a> {
    /// What was right.
    pub right: &'a str,
    /// What was found instead.
    pub found: &'a str,
    /// How often.
    pub times: usize,
}

impl Confusions {
    /// Counts one answer.
    pub fn add(&mut self, right: &str, found: &str) {
        *self.counts.entry((right.to_owned(), found.to_owned())).or_default() += 1;
    }

    /// How many answers were counted.
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The share of answers that were right; 0 if there are none.
    pub fn accuracy(&self) -> f64 {
        self.right() / (self.len() as f64).max(1.0)
    }

    /// The mean of each label's F1, labels that were right or found somewhere; 0 if there are none.
    pub fn macro_f1(&self) -> f64 {
        let totals = self.totals();
        let f1 = |(label, (right, found)): (&&str, &(f64, f64))| {
            let both = self.counts.get(&((*label).to_owned(), (*label).to_owned())).copied().unwrap_or(0);
            2.0 * both as f64 / (right + found)
        };
        totals.iter().map(f1).sum::<f64>() / (totals.len() as f64).max(1.0)
    }

    /// Matthews correlation for many classes (Gorodkin, 2004): 1 is perfect, 0 is chance.
    pub fn matthews(&self) -> f64 {
        let totals = self.totals();
        let sum = |of: fn((f64, f64)) -> f64| totals.values().map(|pair| of(*pair)).sum::<f64>();
        let (both, rights, founds) = (sum(|(r, f)| r * f), sum(|(r, _)| r * r), sum(|(_, f)| f * f));
        let all = self.len() as f64;
        (self.right() * all - both) / ((all * all - founds).sqrt() * (all * all - rights).sqrt()).max(1e-9)
    }

    /// What was taken for something else, the most frequent first.
    pub fn mistakes(&self) -> Vec<Confusion<'_>> {
        let wrong = self.counts.iter().filter(|((right, found), _)| right != found);
        let mut mistakes: Vec<_> =
            wrong.map(|((right, found), times)| Confusion { right, found, times: *times }).collect();
        mistakes.sort_by_key(|mistake| std::cmp::Reverse(mistake.times));
        mistakes
    }

    fn right(&self) -> f64 {
        self.counts.iter().filter(|((right, found), _)| right == found).map(|(_, times)| *times as f64).sum()
    }

    /// For each label, how often it was right and how often it was found.
    fn totals(&self) -> BTreeMap<&str, (f64, f64)> {
        let mut totals: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for ((right, found), times) in &self.counts {
            totals.entry(right).or_default().0 += *times as f64;
            totals.entry(found).or_default().1 += *times as f64;
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Confusions {
        let mut made = Confusions::default();
        pairs.iter().for_each(|(right, found)| made.add(right, found));
        made
    }

    #[test]
    fn figures_worked_out_by_hand() {
        let perfect = of(&[("a", "a"), ("b", "b")]);
        assert_eq!((perfect.accuracy(), perfect.macro_f1()), (1.0, 1.0));
        assert!((perfect.matthews() - 1.0).abs() < 1e-12);
        assert_eq!(of(&[("a", "a"), ("b", "a")]).matthews(), 0.0, "one answer for all is chance");
        // Two labels, 6 and 3 right of 7 and 5: (6*3 - 1*2) / sqrt(8*7*5*4).
        let mut two = vec![("a", "a"); 6];
        two.extend([("a", "b"), ("b", "a"), ("b", "a"), ("b", "b"), ("b", "b"), ("b", "b")]);
        let two = of(&two);
        assert!((two.matthews() - 16.0 / 1120.0_f64.sqrt()).abs() < 1e-12, "{}", two.matthews());
        assert!((two.accuracy() - 0.75).abs() < 1e-12);
        assert!((two.macro_f1() - (12.0 / 15.0 + 6.0 / 9.0) / 2.0).abs() < 1e-12);
        assert_eq!(two.mistakes().first(), Some(&Confusion { right: "b", found: "a", times: 2 }));
    }

    #[test]
    fn nothing_counted_is_nothing_right() {
        let none = Confusions::default();
        assert_eq!((none.accuracy(), none.macro_f1(), none.matthews()), (0.0, 0.0, 0.0));
    }
}
