//! The last layer: all evidence to one of eight labels, and to upset or not.
//!
//! Owns that regression (softmax and logistic, AdaGrad, a little shrinking). Knows no text.

use cuecard_understand::emotion::{DECISIONS, EVIDENCE};

use crate::table::Random;

/// The evidence of a message, and what people said of it.
pub struct Example {
    pub evidence: [f32; EVIDENCE],
    /// One of the eight labels, if people's labels amount to one.
    pub label: Option<usize>,
    /// How upset, if they tell.
    pub upset: f32,
    /// How much the label counts, and how much the upset.
    pub weight: f32,
    pub upset_weight: f32,
    pub source: usize,
}

const LABELS: usize = DECISIONS - 1;
const EPOCHS: usize = 30;
const RATE: f32 = 0.05;
const SHRINK: f32 = 1e-5;

/// The weights, a row of evidence for each decision. Each source has a leaning of its own, which is learned beside
/// them and left out: what people think a comment's label is by default says nothing of customers.
pub fn learn(examples: &[Example], sources: usize) -> Vec<[f32; EVIDENCE]> {
    let (mut weights, mut squares) = (vec![[0.0_f32; EVIDENCE]; DECISIONS], vec![[1e-3_f32; EVIDENCE]; DECISIONS]);
    let mut leanings = vec![[0.0_f32; DECISIONS]; sources];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random(2);
    for _ in 0..EPOCHS {
        random.shuffle(&mut order);
        for example in order.iter().map(|at| &examples[*at]) {
            let errors = errors(&weights, &leanings[example.source], example);
            for (decision, error) in errors.iter().enumerate() {
                leanings[example.source][decision] -= 0.01 * error;
                for at in 0..EVIDENCE {
                    let gradient = error * example.evidence[at] + SHRINK * weights[decision][at];
                    squares[decision][at] += gradient * gradient;
                    weights[decision][at] -= RATE * gradient / squares[decision][at].sqrt();
                }
            }
        }
    }
    // Our own customers are the last source: theirs is the leaning that ships.
    for (row, leaning) in weights.iter_mut().zip(leanings.last().expect("a source")) {
        row[0] += leaning;
    }
    weights
}

fn errors(weights: &[[f32; EVIDENCE]], leaning: &[f32; DECISIONS], example: &Example) -> [f32; DECISIONS] {
    let logits: [f32; DECISIONS] = std::array::from_fn(|decision| {
        leaning[decision]
            + weights[decision].iter().zip(example.evidence).map(|(weight, sign)| weight * sign).sum::<f32>()
    });
    let mut errors = [0.0; DECISIONS];
    if let Some(label) = example.label {
        let sum: f32 = logits[..LABELS].iter().map(|logit| logit.exp()).sum();
        for at in 0..LABELS {
            errors[at] = example.weight * (logits[at].exp() / sum - f32::from(u8::from(at == label)));
        }
    }
    errors[LABELS] = example.upset_weight * (1.0 / (1.0 + (-logits[LABELS]).exp()) - example.upset);
    errors
}
