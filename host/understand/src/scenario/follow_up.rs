//! Messages that mean nothing alone: "and now?", "10023", "???". They lean on what the customer said before.
//!
//! Owns which messages those are and how far back to look. Knows no scenario.

use crate::text::{Kind, Normalized};

/// How sure a carried scenario is, against the message that it comes from.
pub(super) const CARRIED: f64 = 0.75;
/// How many of the customer's messages to look back.
pub(super) const LOOK_BACK: usize = 3;

/// Words with which short follow-ups are made, in normalized form.
const FOLLOW_UPS: &[&str] = &[
    "and",
    "now",
    "still",
    "any",
    "news",
    "update",
    "updates",
    "so",
    "well",
    "then",
    "again",
    "nothing",
    "yet",
    "when",
    "why",
    "how",
    "what",
    "about",
    "it",
    "this",
    "that",
    "one",
    "y",
    "ahora",
    "entonces",
    "todavia",
    "nada",
    "aun",
    "cuando",
    "noticias",
    "pues",
    "und",
    "jetzt",
    "immer",
    "noch",
    "nichts",
    "wann",
    "et",
    "maintenant",
    "alors",
    "toujours",
    "rien",
    "quand",
    "e",
    "agora",
    "entao",
    "ainda",
    "adesso",
    "allora",
    "ancora",
    "quando",
];
const DENSE_FOLLOW_UPS: &[&str] = &[
    "现在呢",
    "然后呢",
    "怎么样了",
    "还没有吗",
    "还是没有",
    "什么时候",
    "那呢",
    "呢",
    "还没",
    "还在吗",
    "有消息吗",
    "怎么说",
    "多久",
    "为什么",
    "まだですか",
    "いつですか",
];

/// Whether a message is too short to stand alone and made of nothing else than follow-up words and numbers.
pub(super) fn leans_on_what_was_said(text: &Normalized) -> bool {
    text.len() <= 4
        && text.tokens().all(|(kind, token)| match kind {
            Kind::Number | Kind::Link => true,
            Kind::Word => FOLLOW_UPS.contains(&token) || token.chars().all(|letter| letter.is_ascii_digit()),
            Kind::Dense => DENSE_FOLLOW_UPS.contains(&token),
        })
}
