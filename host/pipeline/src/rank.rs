//! *Rank*: the best three, complete ones first, none that is too unsure or says what another says.

use cuecard_model::Suggestion;

/// More than this an agent does not read while a customer waits.
const MOST: usize = 3;

/// Best first. Ties go by plugin, so that a replay gives the same order.
pub(crate) fn rank(mut suggestions: Vec<Suggestion>, min_confidence: f64) -> Vec<Suggestion> {
    suggestions.retain(|suggestion| suggestion.confidence >= min_confidence);
    suggestions.sort_by(|a, b| {
        let complete = a.missing.is_empty().cmp(&b.missing.is_empty()).reverse();
        complete.then(b.confidence.total_cmp(&a.confidence)).then_with(|| a.plugin.cmp(&b.plugin))
    });
    let mut ranked: Vec<Suggestion> = Vec::with_capacity(MOST);
    for suggestion in suggestions {
        if ranked.len() < MOST && ranked.iter().all(|better| better.text != suggestion.text) {
            ranked.push(suggestion);
        }
    }
    ranked
}
