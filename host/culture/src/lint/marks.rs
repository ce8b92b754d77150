//! Quotation marks and the space beside punctuation, as the locale sets them.

use super::{LintFinding, plain};
use crate::Manner;

/// Quotation marks that some locale uses.
fn is_quote(sign: char) -> bool {
    matches!(sign, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』')
}

/// Marks that are not the locale's.
pub(super) fn quotes(text: &str, manner: &Manner) -> Vec<LintFinding> {
    let Some(quotes) = manner.rules.pack.style.quotes.as_ref() else { return Vec::new() };
    if !text.contains(is_quote) {
        return Vec::new();
    }
    let own = |sign: char| {
        let pairs = quotes.outer.iter().chain(&quotes.inner).chain(std::iter::once(&quotes.also));
        pairs.into_iter().any(|marks| marks.contains(sign))
    };
    let origin = manner.rules.origin("style", "quotes");
    let mut last = None;
    let mut found = Vec::new();
    for (at, sign) in text.char_indices() {
        let before = last.replace(sign);
        if !is_quote(sign) || own(sign) || before.is_some_and(|it: char| it.is_ascii_digit()) && sign == '"' {
            continue;
        }
        let opens = before.is_none_or(|it| it.is_whitespace() || "([{—–-".contains(it));
        let [open, close] = &quotes.outer;
        let suggestion = if opens { open.clone() } else { close.clone() };
        let why = format!("this locale writes {open}…{close}; {}", origin.source);
        found.push(plain(&origin.rule, text, at..at + sign.len_utf8(), why, Some(suggestion)));
    }
    found
}

/// Space where there is none, none where there should be, and Latin marks after letters of another script.
pub(super) fn spacing(text: &str, manner: &Manner) -> Vec<LintFinding> {
    let Some(spacing) = manner.rules.pack.style.spacing.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    let mut last: Option<(usize, char)> = None;
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        let after = signs.peek().map(|(_, sign)| *sign);
        let Some((start, before)) = last.replace((at, sign)) else { continue };
        // Letters, digits and spaces, nearly all of a text, are no marks.
        if sign.is_ascii_alphanumeric() || sign == ' ' {
            continue;
        }
        let end = at + sign.len_utf8();
        let ends = after.is_none_or(|it| it.is_whitespace() || !it.is_alphanumeric() && !"/\\=-_".contains(it));
        let slip = if is_gap(before) && spacing.none_before.contains(sign) && ends {
            Some((start..end, "no space before this mark", sign.to_string()))
        } else if spacing.space_before.contains(sign) && ends && before.is_alphanumeric() {
            Some((at..end, "a no-break space before this mark", format!("\u{202f}{sign}")))
        } else {
            let own = spacing.marks.get(&sign).filter(|_| is_own_script(before));
            own.map(|own| (at..end, "this script has a mark of its own", own.to_string()))
        };
        if let Some((at, what, suggestion)) = slip {
            let origin = manner.rules.origin("style", "spacing");
            let why = format!("{what}; {}", origin.source);
            found.push(plain(&origin.rule, text, at, why, Some(suggestion)));
        }
    }
    found
}

fn is_gap(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}')
}

/// A letter that is not Latin.
fn is_own_script(sign: char) -> bool {
    sign.is_alphabetic() && sign > '\u{24f}'
}

/// Questions and exclamations that Spanish opens as well as closes.
pub(super) fn inverted(text: &str, manner: &Manner) -> Vec<LintFinding> {
    let spacing = manner.rules.pack.style.spacing.as_ref().filter(|spacing| spacing.inverted);
    if spacing.is_none() || !text.contains(['?', '!']) {
        return Vec::new();
    }
    let (mut found, mut opened) = (Vec::new(), [false; 2]);
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        let ends = signs.peek().is_none_or(|(_, after)| after.is_whitespace() || !after.is_alphanumeric());
        let (kind, opening) = match sign {
            '¿' | '?' => (0, "¿"),
            '¡' | '!' => (1, "¡"),
            _ => continue,
        };
        let Some(opened) = opened.get_mut(kind) else { continue };
        if matches!(sign, '¿' | '¡') {
            *opened = true;
        } else if ends && !std::mem::take(opened) && !matches!(signs.peek(), Some((_, '?' | '!' | '=' | '&'))) {
            let origin = manner.rules.origin("style", "spacing");
            let why = format!("it is opened by {opening}; {}", origin.source);
            found.push(plain(&origin.rule, text, at..at + 1, why, Some(format!("{opening}…{sign}"))));
        }
    }
    found
}
