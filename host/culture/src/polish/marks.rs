//! Emoji and exclamation marks: as many as the culture, the channel, the day and the feeling take.

use cuecard_model::Trace;
use unicode_segmentation::UnicodeSegmentation;

use super::{Said, changed};
use crate::{Manner, rules::Origin};

/// How many there may be, and which rule says so.
pub(crate) struct Cap {
    pub(crate) most: usize,
    pub(crate) origin: Origin,
    pub(crate) why: String,
    /// Whether the host holds a reply to it, or only remarks on it.
    pub(crate) is_held: bool,
}

impl Manner {
    pub(super) fn calm(&self, said: &mut Said, trace: &mut Vec<Trace>) {
        if let Some(cap) = said.has(is_emoji).then(|| self.emoji_cap()).flatten() {
            let mut left = cap.most;
            for part in said.parts_mut() {
                replace(part, trace, &cap, |text| without_emoji(text, &mut left));
            }
        }
        if !said.has(is_exclamation) {
            return;
        }
        let Some(cap) = self.exclamation_cap() else { return };
        let mut left = if cap.is_held { cap.most } else { usize::MAX };
        for part in said.parts_mut() {
            replace(part, trace, &cap, |text| calmer(text, &mut left));
        }
    }

    pub(crate) fn emoji_cap(&self) -> Option<Cap> {
        let rules = &self.rules;
        if self.is_off("style.emoji") {
            return None;
        }
        let held = |most, origin, why: &str| Some(Cap { most, origin, why: why.to_owned(), is_held: true });
        if let Some(day) = self.solemn_day() {
            return held(0, solemn(), &format!("a solemn day, {day}"));
        }
        if let Some((id, _)) = rules.tone(&self.emotion, |rule| self.is_off(rule)).filter(|(_, tone)| !tone.emoji) {
            return held(0, rules.origin("tone", id), "no emoji to someone who feels so");
        }
        if let Some(most) = rules.pack.brand.emoji.filter(|_| !self.is_off("brand.emoji")) {
            return held(most as usize, brand("emoji"), "the merchant's brand voice");
        }
        let habit = rules.pack.style.emoji.as_ref()?;
        let most = if self.is_letter() { habit.letter } else { habit.chat };
        held(most as usize, rules.origin("style", "emoji"), "more emoji than is the custom")
    }

    fn solemn_day(&self) -> Option<&String> {
        self.occasion.solemn.as_ref().filter(|_| !self.is_off("holiday"))
    }

    pub(crate) fn exclamation_cap(&self) -> Option<Cap> {
        let rules = &self.rules;
        if self.is_off("style.exclamation") {
            return None;
        }
        if let Some(day) = self.solemn_day() {
            return Some(Cap { most: 0, origin: solemn(), why: format!("a solemn day, {day}"), is_held: true });
        }
        if let Some(most) = rules.pack.brand.exclamation.filter(|_| !self.is_off("brand.exclamation")) {
            let why = "the merchant's brand voice".to_owned();
            return Some(Cap { most: most as usize, origin: brand("exclamation"), why, is_held: true });
        }
        let habit = rules.pack.style.exclamation.as_ref()?;
        let most = if self.is_letter() { habit.letter } else { habit.chat } as usize;
        let why = "more exclamation marks than is the custom".to_owned();
        Some(Cap { most, origin: rules.origin("style", "exclamation"), why, is_held: false })
    }
}

fn solemn() -> Origin {
    Origin { rule: "holiday".into(), source: String::new() }
}

fn brand(what: &str) -> Origin {
    Origin { rule: format!("brand.{what}"), source: String::new() }
}

fn replace(text: &mut String, trace: &mut Vec<Trace>, cap: &Cap, change: impl FnOnce(&str) -> Option<String>) {
    if let Some(new) = change(text) {
        let before = std::mem::replace(text, new);
        trace.push(changed(cap.origin.clone(), before, text.clone(), &cap.why));
    }
}

/// The text without the emoji past the first few; `None` if it stays.
fn without_emoji(text: &str, left: &mut usize) -> Option<String> {
    if !text.chars().any(is_emoji) {
        return None;
    }
    let mut kept = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        if !cluster.chars().any(is_emoji) {
            kept.push_str(cluster);
        } else if *left > 0 {
            *left -= 1;
            kept.push_str(cluster);
        } else if kept.ends_with(' ') {
            kept.pop();
        }
    }
    let kept = kept.trim_start().to_owned();
    // An emoji alone is all that was said.
    (kept.len() < text.len() && !kept.is_empty()).then_some(kept)
}

/// One mark for several, and full stops past the first few; `None` if it stays.
fn calmer(text: &str, left: &mut usize) -> Option<String> {
    if !text.contains(is_exclamation) {
        return None;
    }
    let mut calm = String::with_capacity(text.len());
    let mut last = ' ';
    for sign in text.chars() {
        let is_mark = is_exclamation(sign);
        if is_mark && is_exclamation(last) {
            continue;
        }
        last = sign;
        if !is_mark {
            calm.push(sign);
        } else if *left > 0 {
            *left -= 1;
            calm.push(sign);
        } else {
            // Spanish opens what it exclaims.
            if let Some(at) = calm.rfind('¡') {
                calm.remove(at);
            }
            calm.push(if sign == '！' { '。' } else { '.' });
        }
    }
    (calm != text).then_some(calm)
}

/// Western and full-width.
pub(crate) fn is_exclamation(sign: char) -> bool {
    matches!(sign, '!' | '！')
}

/// Pictures: the blocks of emoji and dingbats, and the flags' letters.
pub(crate) fn is_emoji(sign: char) -> bool {
    matches!(sign, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{26ff}' | '\u{2728}' | '\u{2764}' | '\u{2705}'
        | '\u{274c}' | '\u{2b50}' | '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calms() {
        for (text, most, expected) in [
            ("Great!!! Thanks!", 9, Some("Great! Thanks!")),
            ("Great! Thanks!", 1, Some("Great! Thanks.")),
            ("¡Gracias! ¡Hasta luego!", 1, Some("¡Gracias! Hasta luego.")),
            ("好的！谢谢！", 0, Some("好的。谢谢。")),
            ("Great!", 1, None),
        ] {
            assert_eq!(calmer(text, &mut most.clone()).as_deref(), expected, "{text}");
        }
        assert_eq!(without_emoji("Hi 😊, bye 👨\u{200d}👩\u{200d}👧!", &mut 0).as_deref(), Some("Hi, bye!"));
        assert_eq!(without_emoji("😊 Hi 😊", &mut 1).as_deref(), Some("😊 Hi"));
        assert_eq!(without_emoji("😊", &mut 0), None);
    }
}
