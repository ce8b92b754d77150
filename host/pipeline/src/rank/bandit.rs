//! Which of several answers comes first, by how they were accepted: Thompson sampling with a floor of exploration.
//!
//! Knows counts and confidences alone. Each candidate's acceptance is drawn from what is believed of it (Thompson, 1933;
//! Chapelle and Li, "An empirical evaluation of Thompson sampling", 2011), so that what is surely better is nearly always
//! first, and what is unsure gets its turns.

use super::chance::Chance;

/// A plugin's confidence weighs as much as so many answers of agents.
const PRIOR: f64 = 6.0;
/// One turn in twenty puts one of the candidates first by chance: each of n comes first at least once in 20n turns, so
/// that nothing that improves, and no new customer's taste, goes unnoticed for good.
pub(super) const EXPLORED: f64 = 0.05;

/// What is known of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The plugin's own word, from 0 to 1.
    pub(super) confidence: f64,
    /// Times that agents decided on it.
    pub(super) seen: f64,
    /// How much of that was acceptance.
    pub(super) accepted: f64,
}

/// In which order the candidates stand, and whether chance alone put the first one there. Where nobody has ever decided
/// on any of them, they stand as they came.
pub(super) fn order(candidates: &[Candidate], chance: &mut Chance) -> (Vec<usize>, bool) {
    let as_they_came = (0..candidates.len()).collect();
    if candidates.len() < 2 || candidates.iter().all(|candidate| candidate.seen <= 0.0) {
        return (as_they_came, false);
    }
    let mut drawn: Vec<_> = candidates.iter().map(|candidate| candidate.drawn(chance)).enumerate().collect();
    drawn.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut order: Vec<usize> = drawn.into_iter().map(|(place, _)| place).collect();
    let explores = chance.unit() < EXPLORED;
    if explores {
        let lucky = chance.one_of(order.len());
        order.get_mut(..=lucky).unwrap_or_default().rotate_right(1);
    }
    (order, explores)
}

impl Candidate {
    /// One value of the acceptance that is believed possible. Half an answer each way is Jeffreys' prior, which keeps a
    /// confidence of 1 from being certainty.
    fn drawn(&self, chance: &mut Chance) -> f64 {
        let believed = self.confidence.clamp(0.0, 1.0);
        let rejected = (self.seen - self.accepted).max(0.0);
        chance.beta(0.5 + PRIOR * believed + self.accepted.max(0.0), 0.5 + PRIOR * (1.0 - believed) + rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUE: [f64; 3] = [0.2, 0.4, 0.6];

    /// Agents who read from the top and take each card with its own probability.
    struct Shop {
        candidates: [Candidate; 3],
        agent: Chance,
    }

    impl Shop {
        fn new(seed: &str, confidence: [f64; 3]) -> Self {
            let new = |confidence| Candidate { confidence, seen: 0.0, accepted: 0.0 };
            Self { candidates: confidence.map(new), agent: Chance::of(&format!("agent {seed}")) }
        }

        /// One turn: which card came first. What is accepted at the first place is the gain that regret is of.
        fn turn(&mut self, id: &str) -> usize {
            let (order, _) = order(&self.candidates, &mut Chance::of(id));
            for place in &order {
                let candidate = &mut self.candidates[*place];
                candidate.seen += 1.0;
                if self.agent.unit() < TRUE[*place] {
                    candidate.accepted += 1.0;
                    break;
                }
            }
            order[0]
        }
    }

    /// The figures are in BENCHMARKS.md: `cargo nextest run -p cuecard-pipeline the_best --no-capture`.
    #[test]
    fn the_best_of_three_comes_first_soon_and_costs_less_than_a_fixed_order() {
        const SHOPS: usize = 200;
        const TURNS: usize = 2000;
        // The plugins are sure of the wrong order.
        let confidence = [0.9, 0.8, 0.7];
        let mut best_by_turn = vec![0_usize; TURNS];
        let (mut learned, mut fixed) = (0.0, 0.0);
        for shop in 0..SHOPS {
            let mut it = Shop::new(&shop.to_string(), confidence);
            for (turn, best) in best_by_turn.iter_mut().enumerate() {
                let first = it.turn(&format!("{shop}.{turn}"));
                *best += usize::from(first == 2);
                learned += TRUE[2] - TRUE[first];
                fixed += TRUE[2] - TRUE[0];
            }
        }
        let share =
            |from: usize, to: usize| best_by_turn[from..to].iter().sum::<usize>() as f64 / ((to - from) * SHOPS) as f64;
        for (from, to) in [(0, 25), (25, 50), (50, 100), (100, 200), (200, 400), (400, 1000), (1000, 2000)] {
            println!("turns {from:>4} to {to:>4}: the best is first in {:.1} %", share(from, to) * 100.0);
        }
        let (learned, fixed) = (learned / SHOPS as f64, fixed / SHOPS as f64);
        println!("regret in {TURNS} turns: {learned:.1} learned, {fixed:.1} by the plugins' own order");
        assert!(share(200, 400) > 0.85, "{}", share(200, 400));
        assert!(learned < fixed / 8.0, "{learned} of {fixed}");
    }

    #[test]
    fn each_of_them_comes_first_now_and_then() {
        let sure = |accepted| Candidate { confidence: 0.5, seen: 1000.0, accepted };
        let candidates = [sure(900.0), sure(100.0), sure(0.0)];
        let mut first = [0_usize; 3];
        for turn in 0..60_000 {
            first[order(&candidates, &mut Chance::of(&turn.to_string())).0[0]] += 1;
        }
        // A third of 5 % is 1,000; four standard deviations.
        assert!(first[1..].iter().all(|count| (875..=1125).contains(count)), "{first:?}");
    }

    #[test]
    fn without_an_answer_nothing_moves() {
        let new = |confidence| Candidate { confidence, seen: 0.0, accepted: 0.0 };
        for turn in 0..1000 {
            let (order, explored) = order(&[new(0.3), new(0.9)], &mut Chance::of(&turn.to_string()));
            assert_eq!((order, explored), (vec![0, 1], false));
        }
    }
}
