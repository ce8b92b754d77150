//! *Rank*: the best three, complete ones first, none that is too unsure or says what another says.

use crate::localize::Worded;

/// More than this an agent does not read while a customer waits.
const MOST: usize = 3;

/// Best first. Ties go by plugin, so that a replay gives the same order.
pub(crate) fn rank(mut worded: Vec<Worded>, min_confidence: f64) -> Vec<Worded> {
    worded.retain(|worded| worded.suggestion.confidence >= min_confidence);
    worded.sort_by(|a, b| {
        let (a, b) = (&a.suggestion, &b.suggestion);
        let complete = a.missing.is_empty().cmp(&b.missing.is_empty()).reverse();
        complete.then(b.confidence.total_cmp(&a.confidence)).then_with(|| a.plugin.cmp(&b.plugin))
    });
    let mut ranked: Vec<Worded> = Vec::with_capacity(MOST);
    for worded in worded {
        if ranked.len() < MOST && ranked.iter().all(|better| better.suggestion.text != worded.suggestion.text) {
            ranked.push(worded);
        }
    }
    ranked
}
