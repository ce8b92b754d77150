//! What a channel takes, and how a text is made to fit.
//!
//! Owns lengths and their units. Knows nothing of languages but where a sentence ends (UAX 29).

use std::{borrow::Cow, ops::Range};

use unicode_segmentation::UnicodeSegmentation;

mod sms;

/// What a channel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The longest text, in the channel's own unit; `None` if it takes any length.
    pub longest: Option<u32>,
    /// How the channel counts.
    pub unit: Unit,
    /// How one writes there.
    pub tone: Tone,
}

/// How a channel counts length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Bytes,
    /// Parts of a text message, whose size depends on the letters used.
    SmsSegments,
}

/// How one writes on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Short and direct.
    Chat,
    /// Letters and calls.
    Letter,
}

/// Whether a text fits a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As it is.
    Fits,
    /// Only this much of it.
    Cut {
        /// The part that fits.
        text: String,
        /// Why and by how much, for the trace.
        why: String,
    },
}

/// The limit of a channel; an unknown channel has that of `web_chat`.
pub fn limit(channel: &str) -> Limit {
    let chat = |longest, unit| Limit { longest: Some(longest), unit, tone: Tone::Chat };
    match channel {
        // 3GPP TS 23.038 (letters) and 23.040 (parts): 160 or 70 in one part, 153 or 67 in each of several. Three parts
        // are ours: carriers bill each, and longer texts arrive out of order on old handsets.
        "sms" => chat(3, Unit::SmsSegments),
        // WhatsApp Cloud API, text messages: body of at most 4096 characters.
        "whatsapp" => chat(4096, Unit::Characters),
        // Messenger Platform, Send API: text of at most 2000 characters.
        "messenger" => chat(2000, Unit::Characters),
        // Instagram messaging API: text of at most 1000 bytes in UTF-8.
        "instagram" => chat(1000, Unit::Bytes),
        // WeChat customer messages: content of at most 2048 bytes, some 680 Chinese characters.
        "wechat" => chat(2048, Unit::Bytes),
        // LINE Messaging API, text message: 5000 UTF-16 code units.
        "line" => chat(5000, Unit::Utf16),
        // Telegram Bot API, sendMessage: 4096 characters.
        "telegram" => chat(4096, Unit::Utf16),
        // RFC 5322 limits lines, not letters, and a call has no length in letters.
        "email" | "phone" => Limit { longest: None, unit: Unit::Characters, tone: Tone::Letter },
        // Ours: what a chat window shows without scrolling far.
        _ => chat(2000, Unit::Characters),
    }
}

/// The longest text that a channel takes in a locale, in grapheme clusters, for plugins that plan ahead. What counts
/// in the end is [`fit`].
pub fn max_length(channel: &str, locale: &str) -> Option<u32> {
    let limit = limit(channel);
    let longest = limit.longest?;
    let script = crate::locale::written_language(locale);
    let latin = script.is_none_or(|script| script.ends_with("-Latn"));
    Some(match limit.unit {
        Unit::Characters | Unit::Utf16 => longest,
        // Two bytes a letter in accented Latin text at worst, three in most other scripts.
        Unit::Bytes if latin => longest / 2,
        Unit::Bytes => longest / 3,
        Unit::SmsSegments if latin => longest * sms::GSM_PART,
        Unit::SmsSegments => longest * sms::UCS2_PART,
    })
}

/// Cuts a text to what the channel takes: after a sentence if one fits, else after a word with an ellipsis; never
/// within a grapheme cluster or a placeholder such as `{$name}`.
pub fn fit(text: &str, channel: &str) -> Fit {
    let limit = limit(channel);
    let Some(longest) = limit.longest else { return Fit::Fits };
    let size = measure(text, limit.unit);
    if size <= longest {
        return Fit::Fits;
    }
    let cut = longest_prefix(text, longest, limit.unit);
    let unit = match limit.unit {
        Unit::Characters => "characters",
        Unit::Utf16 => "UTF-16 units",
        Unit::Bytes => "bytes",
        Unit::SmsSegments => "text message parts",
    };
    Fit::Cut { text: cut, why: format!("{channel} takes {longest} {unit} and the text has {size}") }
}

/// The text as a channel is to be sent it: text messages get plain spaces for the no-break spaces of amounts and
/// dates, which would turn 160 letters a part into 70.
pub fn for_channel<'a>(text: &'a str, channel: &str) -> Cow<'a, str> {
    let no_break = ['\u{a0}', '\u{202f}'];
    match limit(channel).unit {
        Unit::SmsSegments if text.contains(no_break) => Cow::Owned(text.replace(no_break, " ")),
        _ => Cow::Borrowed(text),
    }
}

fn measure(text: &str, unit: Unit) -> u32 {
    let size = match unit {
        Unit::Characters => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Bytes => text.len(),
        Unit::SmsSegments => return sms::segments(text),
    };
    u32::try_from(size).unwrap_or(u32::MAX)
}

fn longest_prefix(text: &str, longest: u32, unit: Unit) -> String {
    let fits = |text: &str| measure(text, unit) <= longest;
    let ends = |pieces: Vec<(usize, &str)>| -> Vec<usize> { pieces.iter().map(|(at, it)| at + it.len()).collect() };
    let placeholders = placeholders(text);
    let allowed = |end: &usize| {
        let after = placeholders.partition_point(|hole| hole.end <= *end);
        placeholders.get(after).is_none_or(|hole| *end <= hole.start)
    };
    let best = |mut ends: Vec<usize>, ellipsis: &str| {
        ends.retain(allowed);
        let cut = |end: usize| closed(text.get(..end).unwrap_or_default(), ellipsis);
        // Longer prefixes are never smaller, so the last that fits is found by halving.
        let count = ends.partition_point(|end| fits(&cut(*end)));
        let end = count.checked_sub(1).and_then(|last| ends.get(last))?;
        Some(cut(*end)).filter(|cut| cut.len() > ellipsis.len())
    };
    best(ends(text.split_sentence_bound_indices().collect()), "")
        .or_else(|| best(ends(text.split_word_bound_indices().collect()), "…"))
        .or_else(|| best(ends(text.grapheme_indices(true).collect()), "…"))
        .unwrap_or_default()
}

/// The prefix without trailing space, its bidi isolates closed.
fn closed(prefix: &str, ellipsis: &str) -> String {
    let mut text = format!("{}{ellipsis}", prefix.trim_end());
    let open = text.chars().fold(0_usize, |open, sign| match sign {
        '\u{2066}'..='\u{2068}' => open + 1,
        '\u{2069}' => open.saturating_sub(1),
        _ => open,
    });
    text.extend(std::iter::repeat_n('\u{2069}', open));
    text
}

/// Where `{...}` stand, nested ones as one.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, sign) in text.char_indices() {
        match sign {
            '{' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    found.push(start..at + 1);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, channel: &str) -> String {
        match fit(text, channel) {
            Fit::Fits => "fits".into(),
            Fit::Cut { text, .. } => text,
        }
    }

    #[test]
    fn fits() {
        for (channel, letter, count) in [
            ("sms", "a", 459),
            ("sms", "é", 459),
            ("sms", "€", 228),
            ("sms", "快", 201),
            ("whatsapp", "快", 4096),
            ("messenger", "a", 2000),
            ("wechat", "快", 682),
            ("web_chat", "a", 2000),
            ("carrier_pigeon", "a", 2000),
        ] {
            assert_eq!(fit(&letter.repeat(count), channel), Fit::Fits, "{channel} {letter}");
            assert_ne!(fit(&letter.repeat(count + 1), channel), Fit::Fits, "{channel} {letter}");
        }
        assert_eq!(fit(&"a".repeat(100_000), "email"), Fit::Fits);
    }

    #[test]
    fn cuts_after_a_sentence() {
        let first = format!("Some {}. ", "word ".repeat(100).trim_end());
        assert_eq!(cut(&first.repeat(20), "web_chat"), first.repeat(3).trim_end());
        let chinese = "您的包裹明天到。".repeat(100);
        assert_eq!(cut(&chinese, "wechat"), "您的包裹明天到。".repeat(85));
    }

    #[test]
    fn cuts_after_a_word_or_a_cluster() {
        let words = "word ".repeat(1000);
        let text = cut(&words, "web_chat");
        assert!(text.ends_with("word…") && text.chars().count() <= 2000, "{text}");
        let family = "👨\u{200d}👩\u{200d}👧".repeat(1000);
        let text = cut(&family, "web_chat");
        assert_eq!(text.trim_end_matches('…').chars().count() % 5, 0);
    }

    #[test]
    fn cuts_no_placeholder_and_no_isolate() {
        let text = format!("{} {{$a very long placeholder}} tail", "x".repeat(1990));
        assert_eq!(cut(&text, "web_chat"), format!("{}…", "x".repeat(1990)));
        let text = cut(&format!("\u{2068}{}", "שלום ".repeat(1000)), "web_chat");
        assert!(text.ends_with("…\u{2069}"), "{text}");
    }

    #[test]
    fn prepares() {
        assert_eq!(for_channel("12,50\u{a0}€", "sms"), "12,50 €");
        assert_eq!(for_channel("12,50\u{a0}€", "web_chat"), "12,50\u{a0}€");
    }

    #[test]
    fn says_why() {
        let Fit::Cut { why, .. } = fit(&"快".repeat(202), "sms") else { panic!("fits") };
        assert_eq!(why, "sms takes 3 text message parts and the text has 4");
    }
}
