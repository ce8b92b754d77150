//! Looks for what must not leave the house: placeholders left unfilled, control characters, nothing at all.
//!
//! Owns patterns of text. Which links are allowed, and what to do about a finding, is the guard's.

use std::ops::Range;

mod kept;
mod link;

pub use kept::lost;
pub use link::{Link, links};

/// Something wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Where, in bytes.
    pub at: Range<usize>,
    /// The place itself, at most 40 characters.
    pub excerpt: String,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// The text is empty or white space.
    Empty,
    /// `{$name}`, `{{name}}`, `${name}`, `%s`, `[NAME]` and the like.
    Placeholder,
    /// A character without a shape that changes how text is read, shown or parsed.
    Control,
    /// U+FFFD: text was decoded wrongly on its way here.
    Replacement,
}

/// All that is wrong with a text, in order of place.
pub fn check_text(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if text.trim().is_empty() {
        found.push(finding(FindingKind::Empty, text, 0..text.len()));
    }
    let mut rest = text;
    while let Some((start, sign)) = rest.char_indices().find(|(_, sign)| may_be_wrong(*sign)) {
        rest = rest.get(start..).unwrap_or_default();
        let at = text.len() - rest.len();
        let (kind, length) = match sign {
            '\u{fffd}' => (Some(FindingKind::Replacement), sign.len_utf8()),
            _ if is_control(sign) => (Some(FindingKind::Control), sign.len_utf8()),
            _ => match placeholder(rest, text.get(..at).and_then(|before| before.chars().next_back())) {
                Some(length) => (Some(FindingKind::Placeholder), length),
                None => (None, sign.len_utf8()),
            },
        };
        if let Some(kind) = kind {
            found.push(finding(kind, text, at..at + length));
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// Whether a sign is, or begins, any of these. Most of a text is not.
fn may_be_wrong(sign: char) -> bool {
    match sign {
        '{' | '<' | '$' | '[' | '%' | '\u{fffd}' => true,
        ' '..='~' => false,
        _ => is_control(sign),
    }
}

fn finding(kind: FindingKind, text: &str, at: Range<usize>) -> Finding {
    let excerpt = text.get(at.clone()).unwrap_or_default().chars().take(40).collect();
    Finding { kind, at, excerpt }
}

/// C0 and C1 controls but tab, line feed and carriage return; the overrides and embeddings of UAX 9, which can turn
/// text round (isolates and marks are fine); noncharacters and invisible tags.
fn is_control(sign: char) -> bool {
    match sign {
        '\t' | '\n' | '\r' => false,
        '\u{202a}'..='\u{202e}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' => true,
        '\u{e0000}' | '\u{e0001}' => true,
        _ => sign.is_control(),
    }
}

/// The longest placeholder looked for, in bytes.
const LONGEST: usize = 120;

/// The length of the placeholder that `rest` starts with.
fn placeholder(rest: &str, before: Option<char>) -> Option<usize> {
    // Only so far, or a text of opening braces would be searched to its end from each of them.
    let near = rest.get(..rest.floor_char_boundary(LONGEST)).unwrap_or(rest);
    let closing = |open: &str, close: &str| {
        let inner = near.strip_prefix(open)?;
        let end = inner.find(close)?;
        Some((inner.get(..end)?, open.len() + end + close.len()))
    };
    if let Some((_, length)) = closing("{{", "}}").or_else(|| closing("<%", "%>")).or_else(|| closing("${", "}")) {
        return Some(length);
    }
    if let Some((inner, length)) = closing("{", "}").filter(|(inner, _)| is_name(inner)) {
        return (!inner.trim().is_empty() || rest.starts_with("{}")).then_some(length);
    }
    if let Some((inner, length)) = closing("[", "]").or_else(|| closing("<", ">")) {
        return asks_for_value(inner).then_some(length);
    }
    printf(near, before)
}

/// `name`, `0`, `order.id`; after a dollar sign options may follow, as in `$x :number`.
fn is_name(inner: &str) -> bool {
    let inner = inner.trim();
    let name = match inner.strip_prefix('$') {
        Some(variable) => variable.split([' ', ':', '|', ',']).next().unwrap_or_default(),
        None => inner,
    };
    name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '.' | '-'))
}

/// `NAME`, `ORDER_ID`, `FIRST NAME`, `Your Name`, but not `XL`, `SALE` or `1`, which stand in names of products.
fn asks_for_value(inner: &str) -> bool {
    const WANTED: &[&str] = &[
        "ADDRESS", "AGENT", "AMOUNT", "COMPANY", "CUSTOMER", "DATE", "EMAIL", "INSERT", "LINK", "NAME", "NUMBER",
        "ORDER", "PRODUCT", "TRACKING", "URL",
    ];
    let is_plain = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' '));
    let is_shouted = inner.bytes().any(|byte| byte.is_ascii_uppercase()) && inner == inner.to_ascii_uppercase();
    let upper = inner.to_ascii_uppercase();
    let wants = upper.split(['_', ' ']).any(|word| WANTED.contains(&word));
    is_plain && (is_shouted && (wants || inner.contains('_')) || wants && upper.starts_with("YOUR "))
}

/// `%s`, `%d`, `%1$s`, `%(name)s`; not `50%` nor `100% sure`.
fn printf(near: &str, before: Option<char>) -> Option<usize> {
    let inner = near.strip_prefix('%').filter(|_| !before.is_some_and(|sign| sign.is_ascii_digit()))?;
    let bare = inner.trim_start_matches(|sign: char| sign.is_ascii_digit()).trim_start_matches('$');
    let bare = match bare.strip_prefix('(') {
        Some(named) => named.split_once(')')?.1,
        None => bare,
    };
    let mut signs = bare.chars();
    let kind = signs.next().filter(|sign| matches!(sign, 's' | 'd' | 'f' | 'i' | '@'))?;
    let ends = signs.next().is_none_or(|sign| !sign.is_alphanumeric());
    ends.then(|| near.len() - bare.len() + kind.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds() {
        for (text, expected) in [
            ("Hello {$name}, all is well", "Placeholder {$name}"),
            ("Hello {{name}}", "Placeholder {{name}}"),
            ("Hello {{ customer.name }}!", "Placeholder {{ customer.name }}"),
            ("Hello ${name}", "Placeholder ${name}"),
            ("Hello {0} and {}", "Placeholder {0}, Placeholder {}"),
            ("Hello %s, %1$s, %(name)s", "Placeholder %s, Placeholder %1$s, Placeholder %(name)s"),
            ("Hello [NAME], order [ORDER_ID]", "Placeholder [NAME], Placeholder [ORDER_ID]"),
            ("T-shirt [XL] [SALE] [NEW IN] <b>", ""),
            (
                "Hello <NAME>, [your order number], [name of the shop]",
                "Placeholder <NAME>, Placeholder [your order number]",
            ),
            ("Hello [Your Name] <%= x %>", "Placeholder [Your Name], Placeholder <%= x %>"),
            ("您好，{姓名}", "Placeholder {姓名}"),
            ("a\u{0}b\u{202e}c\u{85}", "Control \u{0}, Control \u{202e}, Control \u{85}"),
            ("caf\u{fffd}", "Replacement \u{fffd}"),
            ("  \n", "Empty   \n"),
            ("", "Empty "),
            ("50% off, 100%s sure, 100 % de", ""),
            ("see [1] and (a) {not a name!} a < b > c", ""),
            ("tab\tline\r\n\u{2068}isolated\u{2069} 👨\u{200d}👩", ""),
        ] {
            let found = check_text(text);
            let found: Vec<_> = found.iter().map(|it| format!("{:?} {}", it.kind, it.excerpt)).collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
    }
}
