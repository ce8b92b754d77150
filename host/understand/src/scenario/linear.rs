//! One linear separator per class, learned together: L2-regularized squared hinge loss by dual coordinate descent.
//!
//! Owns the mathematics (Hsieh et al., ICML 2008, algorithm 1), with all classes in one pass: each feature's weights
//! for all classes lie side by side, so that the inner loops run over whole vectors. Knows no text.

/// Passes over the examples. The duals settle within ten.
const PASSES: usize = 10;
/// How much an example may weigh, as C of the support vector machine.
const COST: f32 = 1.0;

/// A sparse vector of unit length.
#[derive(Clone, Debug, Default)]
pub(super) struct Sparse {
    pub(super) entries: Vec<(u32, f32)>,
}

/// The weights of all classes.
#[derive(Debug, Default)]
pub(super) struct Linear {
    pub(super) classes: usize,
    pub(super) weights: Vec<f32>,
}

/// An example: its features and its class, if it has one.
pub(super) type Sample = (Sparse, Option<usize>);

impl Linear {
    /// Learns `classes` separators over `features` features. The last feature is taken as the bias by the caller.
    pub(super) fn fit(samples: &[Sample], features: usize, classes: usize) -> Self {
        let mut made = Self { classes, weights: vec![0.0; features * classes] };
        let costs = class_costs(samples, classes);
        let mut duals = vec![0.0_f32; samples.len() * classes];
        let mut margins = vec![0.0_f32; classes];
        for pass in 0..PASSES {
            for at in order(samples.len(), pass) {
                let Some((sparse, class)) = samples.get(at) else { continue };
                let Some(duals) = duals.get_mut(at * classes..(at + 1) * classes) else { continue };
                made.scores_into(sparse, &mut margins);
                steps(&mut margins, duals, *class, &costs, sparse.norm());
                made.add(sparse, &margins);
            }
        }
        made
    }

    fn scores_into(&self, sparse: &Sparse, out: &mut [f32]) {
        out.fill(0.0);
        for (feature, value) in &sparse.entries {
            let start = *feature as usize * self.classes;
            let Some(row) = self.weights.get(start..start + self.classes) else { continue };
            out.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * value);
        }
    }

    fn add(&mut self, sparse: &Sparse, steps: &[f32]) {
        if steps.iter().all(|step| *step == 0.0) {
            return;
        }
        for (feature, value) in &sparse.entries {
            let start = *feature as usize * self.classes;
            let Some(row) = self.weights.get_mut(start..start + self.classes) else { continue };
            row.iter_mut().zip(steps).for_each(|(weight, step)| *weight += step * value);
        }
    }
}

impl Sparse {
    fn norm(&self) -> f32 {
        self.entries.iter().map(|(_, value)| value * value).sum()
    }
}

/// Turns margins into the steps of all classes' weights, and moves the duals.
fn steps(margins: &mut [f32], duals: &mut [f32], class: Option<usize>, costs: &[f32], norm: f32) {
    for (at, ((margin, dual), cost)) in margins.iter_mut().zip(duals).zip(costs).enumerate() {
        let (sign, cost) = if class == Some(at) { (1.0, *cost) } else { (-1.0, COST) };
        let diagonal = 0.5 / cost;
        let gradient = sign * *margin - 1.0 + *dual * diagonal;
        let moved = (*dual - gradient / (norm + diagonal)).max(0.0);
        *margin = (moved - *dual) * sign;
        *dual = moved;
    }
}

/// A class with few examples against many others gets a louder voice, by the square root of the odds.
fn class_costs(samples: &[Sample], classes: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; classes];
    for (_, class) in samples {
        if let Some(count) = class.and_then(|class| counts.get_mut(class)) {
            *count += 1;
        }
    }
    let all = samples.len();
    counts.iter().map(|count| COST * ((all - count) as f32 / (*count).max(1) as f32).sqrt().clamp(1.0, 10.0)).collect()
}

/// A fixed shuffle of the examples, another one each pass: a stride that shares no factor with their number.
fn order(samples: usize, pass: usize) -> impl Iterator<Item = usize> {
    const STRIDES: [usize; 8] = [7919, 104_729, 1_299_709, 15_485_863, 611_953, 746_773, 86_028_121, 32_452_843];
    let stride = STRIDES.get(pass % STRIDES.len()).copied().unwrap_or(1);
    (0..samples).map(move |at| (at * stride + pass) % samples)
}
