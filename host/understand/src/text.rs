//! Text made comparable: lower case, one width, no accents, simplified Han, order numbers and links as classes.
//!
//! Owns characters and tokens. Knows no language and no meaning; scenario and emotion read the same tokens.

mod fold;
mod han;

pub(crate) use fold::is_dense;

use std::ops::Range;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word of a script that writes spaces.
    Word,
    /// A run of a script without spaces: Han, kana, Thai and their like.
    Dense,
    /// An order number, a telephone number: its digits say nothing.
    Number,
    /// A web or mail address.
    Link,
}

/// A message as tokens over one normalized text.
#[derive(Debug, Default)]
pub(crate) struct Normalized {
    text: String,
    tokens: Vec<(Kind, Range<usize>)>,
}

/// Longer messages are cut here: what a customer wants stands before, and time stays bounded.
const MAX_CHARS: usize = 2_000;

impl Normalized {
    /// Normalizes the first 2,000 characters.
    pub(crate) fn new(text: &str) -> Self {
        let mut made = Self { text: String::with_capacity(text.len().min(4 * MAX_CHARS)), tokens: Vec::new() };
        let mut left = MAX_CHARS;
        for chunk in text.split(fold::is_space).filter(|chunk| !chunk.is_empty()) {
            if left == 0 {
                break;
            }
            made.push_chunk(chunk, &mut left);
        }
        made
    }

    /// The tokens in order.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.tokens.iter().map(|(kind, range)| (*kind, self.text.get(range.clone()).unwrap_or_default()))
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// All tokens without spaces between them: two messages with the same key differ in nothing that counts.
    pub(crate) fn key(&self) -> &str {
        &self.text
    }

    fn push_chunk(&mut self, chunk: &str, left: &mut usize) {
        let (plain, link) = split_link(chunk);
        let mut open: Option<Kind> = None;
        for raw in plain.chars() {
            if *left == 0 {
                break;
            }
            *left -= 1;
            open = self.push_char(raw, open);
        }
        self.close(open);
        if link {
            self.push_class(Kind::Link, "\u{2}");
        }
    }

    /// Adds one character to the open token or opens another; gives what is open now.
    fn push_char(&mut self, raw: char, open: Option<Kind>) -> Option<Kind> {
        if fold::is_ignored(raw) {
            return open;
        }
        if !fold::is_word(raw) {
            self.close(open);
            return None;
        }
        let kind = if is_dense(raw) { Kind::Dense } else { Kind::Word };
        if open != Some(kind) {
            self.close(open);
            self.tokens.push((kind, self.text.len()..self.text.len()));
        }
        fold::fold(raw, &mut self.text);
        Some(kind)
    }

    /// Ends the open token; one that is a number in all but name becomes the number class.
    fn close(&mut self, open: Option<Kind>) {
        if open.is_none() {
            return;
        }
        let Some((kind, range)) = self.tokens.last_mut() else { return };
        range.end = self.text.len();
        let start = range.start;
        if *kind == Kind::Word && self.text.get(start..).is_some_and(looks_like_a_number) {
            self.text.truncate(start);
            self.tokens.pop();
            self.push_class(Kind::Number, "\u{1}");
        }
    }

    fn push_class(&mut self, kind: Kind, sign: &str) {
        let start = self.text.len();
        self.text.push_str(sign);
        self.tokens.push((kind, start..self.text.len()));
    }
}

/// `#10023`, `AB12345`: four digits, or three among letters. Short numbers (`6 inch`, `0 %`) keep their meaning.
fn looks_like_a_number(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 4 || (digits >= 3 && word.chars().count() > digits + 1)
}

/// The part of a chunk before a link, and whether a link follows. `看这个https://...` has no space between.
fn split_link(chunk: &str) -> (&str, bool) {
    // Most words end here: every link below has a dot or a slash.
    if !chunk.bytes().any(|byte| matches!(byte, b'.' | b'/')) {
        return (chunk, false);
    }
    let at = ["http://", "https://", "www."].iter().filter_map(|start| chunk.find(start)).min();
    if let Some(at) = at {
        return (chunk.get(..at).unwrap_or_default(), true);
    }
    let mail = chunk.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    if mail { ("", true) } else { (chunk, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_messages() {
        for (text, expected) in [
            ("Where's my ORDER #10023?", "wheres my order \u{1}"),
            ("¿Dónde está?", "donde esta"),
            ("ＡＢＣ　ｄ", "abc d"),
            ("pleeeease!!!", "pleease"),
            ("訂單還沒到，我要退貨！", "订单还没到 我要退货"),
            ("看这个https://a.example/x?y=1 ok", "看这个 \u{2} ok"),
            ("me@shop.example", "\u{2}"),
            ("100 night, 6x6", "100 night 6x6"),
            ("", ""),
            ("👍", ""),
            ("iPhone很好", "iphone 很好"),
        ] {
            let made = Normalized::new(text);
            let joined = made.tokens().map(|(_, token)| token).collect::<Vec<_>>().join(" ");
            assert_eq!(joined, expected, "{text}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(Normalized::new(&"ab ".repeat(100_000)).len(), MAX_CHARS / 2);
    }
}
