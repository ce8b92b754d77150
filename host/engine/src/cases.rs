//! A case: a customer's matter, from its first message until it is resolved. Plain rules over plain data.
//!
//! A case is resolved when somebody says so, or when the customer has not written for a day after an agent's last
//! message. It is opened again by the customer's next word on the same scenario within a week. Knows no storage.

use cuecard_model::{EmotionLabel, Timestamp};

/// So long nobody writes after an agent's message, in milliseconds: then the case is resolved.
pub const QUIET: i64 = 24 * 3600 * 1000;
/// So long a resolved case can be opened again, in milliseconds.
pub const REOPEN: i64 = 7 * 24 * 3600 * 1000;
/// So long a refund or a cancelled order counts against a case, in milliseconds.
pub const REFUND: i64 = 30 * 24 * 3600 * 1000;

/// Words that want nothing: they neither open a case nor keep it open.
const TALK: [&str; 3] = ["greeting", "thanks", "goodbye"];
/// What *understand* says where no scenario fits.
const NONE: &str = "none";

/// Whether a message of this scenario wants nothing.
pub(crate) fn is_talk(scenario: &str) -> bool {
    TALK.contains(&scenario)
}

/// Whether there was nothing to offer for a message that wants something.
pub(crate) fn is_uncovered(scenario: &str, offers: usize) -> bool {
    !is_talk(scenario) && (scenario == NONE || offers == 0)
}

/// Whether a customer comes as somebody who complains: frustrated or angry.
pub(crate) fn is_angry(label: EmotionLabel) -> bool {
    matches!(label, EmotionLabel::Frustrated | EmotionLabel::Angry)
}

/// What decides where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) scenario: String,
    /// The customer's last message that wants something.
    pub(crate) said_at: Timestamp,
    /// An agent's last message.
    pub(crate) answered_at: Option<Timestamp>,
    /// When somebody said that it is resolved.
    pub(crate) resolved_at: Option<Timestamp>,
    /// When somebody passed it on.
    pub(crate) escalated_at: Option<Timestamp>,
    /// How often it was opened again.
    pub(crate) reopened: u32,
}

impl Case {
    /// Since when it is resolved, as it looks at a moment. What was passed on is not resolved by silence: whoever
    /// passed it on wrote last.
    pub(crate) fn resolved(&self, now: Timestamp) -> Option<Timestamp> {
        let silent = || {
            let answered = self.answered_at.filter(|at| *at >= self.said_at && self.escalated_at.is_none())?;
            (now.millis() - answered.millis() >= QUIET).then_some(answered)
        };
        self.resolved_at.or_else(silent)
    }

    /// Whether it is known how it went: resolved, passed on, or left lying for a day.
    pub(crate) fn is_decided(&self, now: Timestamp) -> bool {
        let last = self.answered_at.map_or(self.said_at, |at| at.max(self.said_at));
        self.resolved(now).is_some() || self.escalated_at.is_some() || now.millis() - last.millis() >= QUIET
    }

    /// Takes in a message that wants something; `false` if it belongs to another case.
    pub(crate) fn said(&mut self, scenario: &str, at: Timestamp) -> bool {
        if let Some(resolved) = self.resolved(at) {
            let is_late = at.millis() - resolved.millis() > REOPEN;
            if is_late || self.scenario != scenario {
                return false;
            }
            self.reopen(at);
        }
        if self.scenario == NONE {
            scenario.clone_into(&mut self.scenario);
        }
        self.said_at = self.said_at.max(at);
        true
    }

    /// Somebody says that it is not done.
    pub(crate) fn reopen(&mut self, at: Timestamp) {
        if self.resolved(at).is_some() {
            self.reopened += 1;
        }
        self.resolved_at = None;
        self.said_at = self.said_at.max(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * HOUR)
    }

    impl Case {
        fn open(scenario: &str, at: Timestamp) -> Self {
            let (answered_at, resolved_at, escalated_at) = (None, None, None);
            Self { scenario: scenario.to_owned(), said_at: at, answered_at, resolved_at, escalated_at, reopened: 0 }
        }
    }

    #[test]
    fn silence_after_an_answer_resolves() {
        let mut case = Case::open("refund_status", at(0));
        assert_eq!((case.resolved(at(100)), case.is_decided(at(23)), case.is_decided(at(24))), (None, false, true));
        case.answered_at = Some(at(1));
        assert_eq!((case.resolved(at(24)), case.resolved(at(25))), (None, Some(at(1))));
        assert!(case.said("refund_status", at(2)));
        assert_eq!((case.resolved(at(100)), case.reopened), (None, 0));
    }

    #[test]
    fn a_word_within_a_week_on_the_same_scenario_opens_it_again() {
        for (scenario, hours, taken, reopened) in [
            ("refund_status", 1 + 24, true, 1),
            ("refund_status", 1 + 7 * 24, true, 1),
            ("refund_status", 2 + 7 * 24, false, 0),
            ("order_status", 30, false, 0),
            // It was never resolved.
            ("order_status", 20, true, 0),
        ] {
            let mut case = Case { answered_at: Some(at(1)), ..Case::open("refund_status", at(0)) };
            assert_eq!((case.said(scenario, at(hours)), case.reopened), (taken, reopened), "{scenario} {hours}");
        }
    }

    #[test]
    fn what_was_passed_on_is_resolved_by_word_alone() {
        let mut case = Case { answered_at: Some(at(1)), escalated_at: Some(at(1)), ..Case::open("complaint", at(0)) };
        assert_eq!((case.resolved(at(99)), case.is_decided(at(2))), (None, true));
        case.resolved_at = Some(at(3));
        assert_eq!(case.resolved(at(3)), Some(at(3)));
        case.reopen(at(4));
        assert_eq!((case.resolved(at(4)), case.reopened), (None, 1));
    }

    #[test]
    fn the_first_scenario_that_is_understood_names_it() {
        let mut case = Case::open("none", at(0));
        assert!(case.said("wrong_item", at(1)) && case.said("refund_status", at(2)));
        assert_eq!(case.scenario, "wrong_item");
    }
}
