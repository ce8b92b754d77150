//! A conversation's place between 0 and 1: for groups, experiments and anything else that splits traffic.
//!
//! A pure function of a salt and the conversation, so every process and release draws the same. Whoever splits for a
//! purpose of its own takes a salt of its own, and the splits are independent of each other.

use cuecard_model::ConversationId;

/// From 0 up to 1, evenly spread over conversations.
pub fn draw(salt: &str, conversation: &ConversationId) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(salt.len() as u64).to_le_bytes()).update(salt.as_bytes());
    hasher.update(conversation.as_str().as_bytes());
    let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
    f64::from(u32::from_le_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_met_and_salts_draw_independently() {
        let ids: Vec<ConversationId> = (0..20_000).map(|number| format!("c-{number}").into()).collect();
        let held = |salt| ids.iter().filter(|id| draw(salt, id) < 0.1).count();
        let both = ids.iter().filter(|id| draw("one", id) < 0.1 && draw("two", id) < 0.1).count();
        // Four standard deviations around 2,000, and around 200.
        assert!((1830..=2170).contains(&held("one")) && (1830..=2170).contains(&held("two")));
        assert!((144..=256).contains(&both), "{both}");
    }

    #[test]
    fn a_salt_and_an_id_do_not_run_into_each_other() {
        assert_ne!(draw("a", &"bc".into()), draw("ab", &"c".into()));
    }

    #[test]
    fn a_conversation_never_changes_its_place() {
        // Written down once: another value would move conversations between groups in running measurements.
        let drawn = draw("seed", &"c-42".into());
        assert_eq!(format!("{drawn:.6}"), "0.637810");
    }
}
