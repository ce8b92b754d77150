//! Who belongs to a share of the conversations: the same ones in every process and release, for as long as the salt is
//! the same.

use cuecard_model::ConversationId;

/// A conversation's number for a salt, from 0 up to 1 and evenly spread: a share has those below it. A larger share has
/// all those of a smaller one; another salt draws independently.
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
        let conversations: Vec<ConversationId> = (0..20_000).map(|number| format!("c-{number}").into()).collect();
        let of = |salt: &str| conversations.iter().filter(|id| draw(salt, id) < 0.1).count();
        let both = conversations.iter().filter(|id| draw("a", id) < 0.1 && draw("b", id) < 0.1).count();
        // Four standard deviations around 2,000, and around 200.
        assert!((1830..=2170).contains(&of("a")) && (1830..=2170).contains(&of("b")), "{} {}", of("a"), of("b"));
        assert!((144..=256).contains(&both), "{both}");
    }

    #[test]
    fn the_draw_never_changes() {
        // Written down once: another value would move conversations between versions in the middle of a canary. It is
        // the same as that of a held-out group with this seed.
        assert_eq!(format!("{:.6}", draw("seed", &"u-42".into())), "0.168245");
    }
}
