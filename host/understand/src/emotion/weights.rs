//! The learned weights: a table from features to feelings, and a small last layer over all evidence.
//!
//! Owns the form of `weights.bin`, which `examples/feelings` writes. A line of the table is a cache line with room for
//! six features: six tags, then eight weights for each. A feature that has no slot says nothing. Knows no text.

use super::evidence::EVIDENCE;

/// What the table weighs: the seven feelings in the order of [`FEELINGS`], then upset as a whole.
pub const OUTPUTS: usize = 8;
/// What the last layer decides between: the eight labels in the order of the model, then upset as a whole.
pub const DECISIONS: usize = 9;
/// Lines of the table.
pub const LINES: usize = 48 << 10;
/// Features on a line.
pub const SLOTS: usize = 6;
/// Bytes of a line.
pub const LINE: usize = 64;
/// Bytes of the weights: the table, its outputs' scales, the last layer.
pub const SIZE: usize = LINES * LINE + 4 * (OUTPUTS + DECISIONS * EVIDENCE);

/// Put at the beginning of a cache line.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

static BYTES: &Aligned<[u8]> = &Aligned(*include_bytes!("weights.bin"));

/// Where a feature's weights are: its line, and its tag there. No tag is 0, which marks an empty slot.
pub fn place(feature: u32) -> (usize, u16) {
    (((u64::from(feature) * LINES as u64) >> 32) as usize, (feature as u16).max(1))
}

/// The table's outputs for these features.
pub(super) fn outputs(features: &[u32]) -> [f32; OUTPUTS] {
    let lines = BYTES.0.as_chunks::<LINE>().0;
    let mut sums = [0_i32; OUTPUTS];
    for feature in features {
        let (line, tag) = place(*feature);
        if let Some(weights) = lines.get(line).and_then(|line| slot(line, tag)) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += i32::from(*weight as i8));
        }
    }
    let length = (features.len().max(1) as f32).sqrt();
    let mut outputs = [0.0; OUTPUTS];
    for ((output, sum), scale) in outputs.iter_mut().zip(sums).zip(tail()) {
        *output = sum as f32 * scale / length;
    }
    outputs
}

fn slot(line: &[u8; LINE], tag: u16) -> Option<&[u8; OUTPUTS]> {
    let (tags, weights) = line.split_at(2 * SLOTS);
    let at = tags.as_chunks::<2>().0.iter().position(|known| u16::from_le_bytes(*known) == tag)?;
    weights.as_chunks::<OUTPUTS>().0.get(at)
}

/// The last layer's decisions, as logits.
pub(super) fn decisions(evidence: &[f32; EVIDENCE]) -> [f32; DECISIONS] {
    let mut weights = tail().skip(OUTPUTS);
    std::array::from_fn(|_| evidence.iter().zip(weights.by_ref()).map(|(sign, weight)| sign * weight).sum())
}

/// The numbers behind the table.
fn tail() -> impl Iterator<Item = f32> {
    let tail = BYTES.0.get(LINES * LINE..).unwrap_or_default();
    tail.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes))
}
