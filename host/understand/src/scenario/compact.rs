//! Trained weights in an eighth of the space: a byte each, with one scale for each feature's row.
//!
//! Owns the rounding. It moves margins by less than a hundredth; a shop's table fits the processor's cache.

use super::linear::{Linear, Sparse};

/// The largest byte.
const LARGEST: f32 = 127.0;

/// The weights of all classes; each feature's lie side by side.
#[derive(Debug, Default)]
pub(super) struct Compact {
    classes: usize,
    scales: Vec<f32>,
    weights: Vec<i8>,
}

impl Compact {
    pub(super) fn new(linear: &Linear) -> Self {
        let mut made = Self { classes: linear.classes, scales: Vec::new(), weights: Vec::new() };
        for row in linear.weights.chunks_exact(linear.classes.max(1)) {
            let scale = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / LARGEST;
            made.scales.push(scale);
            made.weights.extend(row.iter().map(|weight| (weight / scale.max(f32::MIN_POSITIVE)).round() as i8));
        }
        made.scales.shrink_to_fit();
        made.weights.shrink_to_fit();
        made
    }

    /// The margin of each class.
    pub(super) fn scores(&self, sparse: &Sparse) -> Vec<f32> {
        let mut out = vec![0.0; self.classes];
        for (feature, value) in &sparse.entries {
            let start = *feature as usize * self.classes;
            let Some(row) = self.weights.get(start..start + self.classes) else { continue };
            let value = value * self.scales.get(*feature as usize).copied().unwrap_or(0.0);
            out.iter_mut().zip(row).for_each(|(sum, weight)| *sum += f32::from(*weight) * value);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_stay() {
        let weights: Vec<f32> = (0..300_u16).map(|at| f32::from(at * 211 % 301) / 150.0 - 1.0).collect();
        let linear = Linear { classes: 3, weights: weights.clone() };
        let sparse = Sparse { entries: vec![(2, 0.6), (50, -0.5), (99, 0.4)] };
        let compact = Compact::new(&linear).scores(&sparse);
        for (class, found) in compact.iter().enumerate() {
            let exact: f32 = sparse.entries.iter().map(|(at, value)| weights[*at as usize * 3 + class] * value).sum();
            assert!((exact - found).abs() < 0.01, "{exact} {found}");
        }
    }
}
