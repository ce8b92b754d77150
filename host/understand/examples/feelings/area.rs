//! The area under the curve. Knows no messages.

/// The share of pairs in order, ties counted half (Mann and Whitney).
pub fn area(mut scored: Vec<(f64, bool)>) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum) = (0.0, 0.0);
    for same in scored.chunk_by(|a, b| a.0 == b.0) {
        let upset = same.iter().filter(|(_, upset)| *upset).count() as f64;
        let rest = same.len() as f64 - upset;
        sum += upset * (below + rest / 2.0);
        below += rest;
    }
    sum / (below * (scored.len() as f64 - below)).max(1.0)
}
