//! What feedback on the suggestions of one turn teaches. A plain function of all that was done with them.
//!
//! Agents read from the top and stop where they find what they want (the cascade model; Craswell, Zoeter, Taylor and
//! Ramsey, "An experimental comparison of click position-bias models", 2008). So a card below the one that was taken was
//! not judged, and what stood above it was. Where nothing was taken, all that were on the screen were passed over.

use cuecard_model::Timestamp;

use crate::{Feedback, FeedbackAction};

/// Edits up to this share are a name or a greeting: the suggestion was right.
const TOUCH: f64 = 0.2;

/// That an agent looked at a suggestion and decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// From 0, not wanted, to 1, taken as it is.
    pub(crate) accepted: f64,
    pub(crate) at: Timestamp,
}

/// For each suggestion of a turn, best first, what was decided; `None` if nothing was, or it was not looked at.
///
/// Only what was reported as shown counts: who reports no more than what was sent would make everything look accepted.
pub(crate) fn verdicts(done: &[Vec<Feedback>]) -> Vec<Option<Verdict>> {
    let decided: Vec<_> = done.iter().map(|done| decision(done)).collect();
    let taken = decided.iter().position(|verdict| verdict.is_some_and(|(action, _)| is_taking(action)));
    let looked_at = |place: usize, action| action == FeedbackAction::Dismissed || taken.is_none_or(|it| place <= it);
    let places = decided.into_iter().enumerate();
    places.map(|(place, it)| it.filter(|(action, _)| looked_at(place, *action)).map(|(_, verdict)| verdict)).collect()
}

/// The last word on one suggestion that was on the screen.
fn decision(done: &[Feedback]) -> Option<(FeedbackAction, Verdict)> {
    done.iter().find(|feedback| feedback.action == FeedbackAction::Shown)?;
    let words = done.iter().filter(|feedback| feedback.action != FeedbackAction::Shown);
    // What was sent stands over what was done on the way there, even in the same millisecond.
    let last = words.max_by_key(|feedback| (feedback.at, is_final(feedback.action)))?;
    let accepted = match last.action {
        FeedbackAction::Inserted | FeedbackAction::Sent => 1.0,
        FeedbackAction::Edited => worth(last.edit_share.unwrap_or(0.0)),
        FeedbackAction::Shown | FeedbackAction::Dismissed | FeedbackAction::Ignored => 0.0,
    };
    Some((last.action, Verdict { accepted, at: last.at }))
}

/// How much an edited suggestion was worth, from 0 to 1: all of it up to a touch, then less in a straight line.
pub fn worth(edit_share: f64) -> f64 {
    ((1.0 - edit_share) / (1.0 - TOUCH)).clamp(0.0, 1.0)
}

fn is_taking(action: FeedbackAction) -> bool {
    matches!(action, FeedbackAction::Inserted | FeedbackAction::Sent | FeedbackAction::Edited)
}

fn is_final(action: FeedbackAction) -> bool {
    matches!(action, FeedbackAction::Sent | FeedbackAction::Edited | FeedbackAction::Ignored)
}

#[cfg(test)]
mod tests {
    use FeedbackAction::{Dismissed, Edited, Ignored, Inserted, Sent, Shown};
    use cuecard_model::PluginVersion;

    use super::*;

    fn done(actions: &[(FeedbackAction, i64, f64)]) -> Vec<Feedback> {
        let plugin = PluginVersion { id: "late-parcel".into(), version: "1.0.0".into() };
        let one = |(action, at, share): &(FeedbackAction, i64, f64)| Feedback {
            edit_share: (*action == Edited).then_some(*share),
            ..Feedback::new("t.1".into(), plugin.clone(), *action, Timestamp::from_seconds(*at))
        };
        actions.iter().map(one).collect()
    }

    fn accepted(cards: &[&[(FeedbackAction, i64, f64)]]) -> Vec<Option<f64>> {
        let cards: Vec<_> = cards.iter().map(|card| done(card)).collect();
        verdicts(&cards).into_iter().map(|verdict| verdict.map(|it| (it.accepted * 100.0).round() / 100.0)).collect()
    }

    #[test]
    fn what_was_decided() {
        let shown = (Shown, 0, 0.0);
        for (cards, expected) in [
            // Shown alone decides nothing; what nobody saw neither.
            (vec![vec![shown]], vec![None]),
            (vec![vec![(Sent, 1, 0.0)]], vec![None]),
            (vec![vec![shown, (Inserted, 1, 0.0)]], vec![Some(1.0)]),
            (vec![vec![shown, (Sent, 1, 0.0)]], vec![Some(1.0)]),
            (vec![vec![shown, (Edited, 1, 0.1)]], vec![Some(1.0)]),
            (vec![vec![shown, (Edited, 1, 0.6)]], vec![Some(0.5)]),
            (vec![vec![shown, (Inserted, 1, 0.0), (Edited, 1, 0.6)]], vec![Some(0.5)]),
            (vec![vec![shown, (Inserted, 1, 0.0), (Ignored, 2, 0.0)]], vec![Some(0.0)]),
            (vec![vec![shown, (Dismissed, 1, 0.0), (Sent, 2, 0.0)]], vec![Some(1.0)]),
            // Above the one that was taken: passed over. Below: not looked at, unless put away by hand.
            (
                vec![vec![shown, (Ignored, 2, 0.0)], vec![shown, (Sent, 2, 0.0)], vec![shown, (Ignored, 2, 0.0)]],
                vec![Some(0.0), Some(1.0), None],
            ),
            (vec![vec![shown, (Sent, 2, 0.0)], vec![shown, (Dismissed, 1, 0.0)]], vec![Some(1.0), Some(0.0)]),
            (vec![vec![shown, (Ignored, 2, 0.0)], vec![shown, (Ignored, 2, 0.0)]], vec![Some(0.0), Some(0.0)]),
        ] {
            let cards: Vec<_> = cards.iter().map(Vec::as_slice).collect();
            assert_eq!(accepted(&cards), expected, "{cards:?}");
        }
    }
}
