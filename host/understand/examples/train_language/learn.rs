//! The regression. Owns the weights while they are learned and their form in the file.

use crate::{features, script::Script, taught::*};

type Row = [f32; PLACES];

pub(crate) struct Learner {
    rows: Vec<Row>,
    /// Per feature: the sum of squared gradients, for its own rate.
    squares: Vec<f32>,
    met: Vec<u32>,
    kept: Option<Vec<bool>>,
    loss: (f64, usize),
    found: Vec<u32>,
}

impl Learner {
    pub(crate) fn new() -> Self {
        let size = 1 << HASH_BITS;
        Self {
            rows: vec![[0.0; PLACES]; size],
            squares: vec![0.01; size],
            met: vec![0; size],
            kept: None,
            loss: (0.0, 0),
            found: Vec::new(),
        }
    }

    pub(crate) fn learn(&mut self, text: &str, script: Script, place: usize, languages: usize, rate: f32) {
        let (found, kept) = (&mut self.found, &self.kept);
        found.clear();
        features::words(text, |word| {
            if word.script == script {
                let mut add = |hash: u32| {
                    let at = hash >> (32 - HASH_BITS);
                    if kept.as_ref().is_none_or(|kept| kept[at as usize]) {
                        found.push(at);
                    }
                };
                add(word.whole());
                word.pieces(add);
            }
        });
        if self.found.is_empty() {
            return;
        }
        let mut sums = [0.0; PLACES];
        for at in &self.found {
            sums.iter_mut().zip(&self.rows[*at as usize]).for_each(|(sum, weight)| *sum += weight);
        }
        let most = sums[..languages].iter().copied().fold(f32::MIN, f32::max);
        let mut shares = [0.0; PLACES];
        let all: f32 = (0..languages).map(|at| (sums[at] - most).exp()).sum();
        (0..languages).for_each(|at| shares[at] = (sums[at] - most).exp() / all);
        self.loss = (self.loss.0 - f64::from(shares[place].max(1e-9).ln()), self.loss.1 + 1);
        shares[place] -= 1.0;
        let square: f32 = shares.iter().map(|error| error * error).sum();
        // A long message would take as many steps as it has features.
        let rate = rate / (self.found.len() as f32).sqrt();
        for at in &self.found {
            let at = *at as usize;
            self.met[at] = self.met[at].saturating_add(1);
            self.squares[at] += square;
            let step = rate / self.squares[at].sqrt();
            self.rows[at].iter_mut().zip(&shares).for_each(|(weight, error)| *weight -= step * error);
        }
    }

    pub(crate) fn loss(&mut self) -> f64 {
        let (sum, count) = std::mem::take(&mut self.loss);
        sum / count.max(1) as f64
    }

    /// Keeps the features that tell most: often met, and far apart between languages.
    pub(crate) fn keep(&mut self, most: usize) {
        let worth = |at: usize| {
            let row = &self.rows[at];
            let square: f32 = row.iter().map(|weight| weight * weight).sum();
            square * (self.met[at] as f32).sqrt()
        };
        let mut order: Vec<(f32, usize)> = (0..self.rows.len()).map(|at| (worth(at), at)).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let mut kept = vec![false; self.rows.len()];
        order.iter().take(most).for_each(|(_, at)| kept[*at] = true);
        for (at, row) in self.rows.iter_mut().enumerate() {
            if !kept[at] {
                *row = [0.0; PLACES];
            }
        }
        self.squares.fill(0.01);
        self.kept = Some(kept);
    }

    /// The shelves' starts, the features' lower bits, then their weights.
    pub(crate) fn export(&self) -> Vec<u8> {
        let kept = self.kept.as_ref().expect("features were chosen");
        let chosen: Vec<usize> = (0..self.rows.len()).filter(|at| kept[*at]).collect();
        let low = HASH_BITS - SHELF_BITS;
        let mut bytes = Vec::new();
        for shelf in 0..=(1usize << SHELF_BITS) {
            let start = chosen.partition_point(|at| (at >> low) < shelf);
            bytes.extend(u16::try_from(start).expect("at most 65,535 features").to_le_bytes());
        }
        for at in &chosen {
            bytes.extend(((at & ((1 << low) - 1)) as u16).to_le_bytes());
        }
        for at in &chosen {
            bytes.extend(self.rows[*at].iter().map(|weight| (weight * SCALE).round().clamp(-127.0, 127.0) as i8 as u8));
        }
        bytes
    }
}
