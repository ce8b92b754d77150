//! The table from features to feelings: learned, thinned out, packed.
//!
//! Owns logistic regression by AdaGrad, one for each output, and the packing. Knows no labels: targets are numbers.

use std::collections::HashMap;

use cuecard_understand::emotion::{LINE, LINES, OUTPUTS, SLOTS, place};

/// A message as the table sees it.
pub struct Document {
    /// Places in the list of features that are known, and how many there are in all.
    pub features: Vec<u32>,
    pub length: usize,
    pub source: usize,
    pub targets: [f32; OUTPUTS],
    /// How much each target counts; 0 where it is not known.
    pub weights: [f32; OUTPUTS],
}

pub type Row = [f32; OUTPUTS];

const RATE: f32 = 0.1;
const EPOCHS: usize = 15;
/// A feature is left out this often, so that none is relied on alone.
const LEFT_OUT: f32 = 0.2;

/// Learns one row for each of so many features. Deterministic.
pub fn learn(documents: &[&Document], features: usize, sources: usize) -> Vec<Row> {
    let (mut rows, mut squares) = (vec![[0.0; OUTPUTS]; features], vec![[1e-6_f32; OUTPUTS]; features]);
    let (mut biases, mut bias_squares) = (vec![[0.0; OUTPUTS]; sources], vec![[1e-6_f32; OUTPUTS]; sources]);
    let mut order: Vec<usize> = (0..documents.len()).collect();
    let mut random = Random(1);
    let mut kept: Vec<u32> = Vec::new();
    for _ in 0..EPOCHS {
        random.shuffle(&mut order);
        for document in order.iter().map(|at| documents[*at]) {
            kept.clear();
            kept.extend(document.features.iter().filter(|_| random.next() >= LEFT_OUT));
            let scale = 1.0 / (document.length as f32 * (1.0 - LEFT_OUT)).sqrt();
            let mut logits = biases[document.source];
            for feature in &kept {
                add(&mut logits, &rows[*feature as usize], scale);
            }
            let errors: Row = std::array::from_fn(|at| {
                document.weights[at] * (1.0 / (1.0 + (-logits[at]).exp()) - document.targets[at])
            });
            for feature in &kept {
                step(&mut rows[*feature as usize], &mut squares[*feature as usize], &errors, scale);
            }
            step(&mut biases[document.source], &mut bias_squares[document.source], &errors, 1.0);
        }
    }
    rows
}

fn add(logits: &mut Row, row: &Row, scale: f32) {
    logits.iter_mut().zip(row).for_each(|(logit, weight)| *logit += weight * scale);
}

fn step(row: &mut Row, squares: &mut Row, errors: &Row, scale: f32) {
    for ((weight, square), error) in row.iter_mut().zip(squares).zip(errors) {
        let gradient = error * scale;
        *square += gradient * gradient;
        *weight -= RATE * gradient / square.sqrt();
    }
}

/// The outputs of a message.
pub fn outputs(rows: &[Row], document: &Document) -> Row {
    let mut outputs = [0.0; OUTPUTS];
    let scale = 1.0 / (document.length as f32).sqrt();
    document.features.iter().for_each(|feature| add(&mut outputs, &rows[*feature as usize], scale));
    outputs
}

/// The features that tell most, as many as the table holds: for each its hash, in the order of importance.
pub fn telling(rows: &[Row], hashes: &[u32], counts: &[u32]) -> Vec<u32> {
    let worth = |at: usize| rows[at].iter().map(|weight| weight.abs()).sum::<f32>() * (counts[at] as f32).sqrt();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)).then(a.cmp(b)));
    let mut lines: HashMap<usize, Vec<u16>> = HashMap::new();
    let mut chosen = Vec::new();
    for at in order {
        let (line, tag) = place(hashes[at]);
        let tags = lines.entry(line).or_default();
        if tags.len() < SLOTS && !tags.contains(&tag) {
            tags.push(tag);
            chosen.push(hashes[at]);
        }
    }
    chosen
}

/// The table as bytes, and the scale of each output. Every feature finds a slot: [`telling`] saw to that.
pub fn pack(rows: &[Row], hashes: &[u32]) -> (Vec<u8>, Row) {
    let scales: Row = std::array::from_fn(|at| rows.iter().map(|row| row[at].abs()).fold(0.0, f32::max) / 127.0);
    let mut bytes = vec![0_u8; LINES * LINE];
    for (row, hash) in rows.iter().zip(hashes) {
        let (line, tag) = place(*hash);
        let line = &mut bytes[line * LINE..(line + 1) * LINE];
        let slot = (0..SLOTS).find(|slot| line[2 * slot..2 * slot + 2] == [0, 0]).expect("a slot");
        line[2 * slot..2 * slot + 2].copy_from_slice(&tag.to_le_bytes());
        for (output, (weight, scale)) in row.iter().zip(scales).enumerate() {
            line[2 * SLOTS + slot * OUTPUTS + output] = (weight / scale).round().clamp(-127.0, 127.0) as i8 as u8;
        }
    }
    (bytes, scales)
}

/// A generator for shuffling (PCG's multiplier and increment), so that a run can be repeated to the bit.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn shuffle(&mut self, list: &mut [usize]) {
        for at in (1..list.len()).rev() {
            list.swap(at, ((self.next() * (at + 1) as f32) as usize).min(at));
        }
    }
}
