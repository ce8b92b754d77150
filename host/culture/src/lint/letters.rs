//! Letters that cannot be meant: text decoded in the wrong encoding, and words spelled in two scripts.

use std::ops::Range;

use super::{LintFinding, plain};

/// UTF-8 that was read as Windows-1252: `fÃ¼r`. The suggestion is what was meant.
pub(super) fn mojibake(text: &str) -> Vec<LintFinding> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let Some(byte) = as_byte(first).filter(|byte| *byte >= 0xc3) else { continue };
        let mut bytes = vec![byte];
        let mut end = start + first.len_utf8();
        while let Some((at, sign)) = rest.peek().copied() {
            let Some(byte) = as_byte(sign).filter(|byte| *byte >= 0x80) else { break };
            bytes.push(byte);
            end = at + sign.len_utf8();
            rest.next();
        }
        // What follows the garbled letters may be a quotation mark that was typed.
        let (decoded, used) = decode(&bytes);
        let end = if used == bytes.len() { end } else { end_of(text, start, used) };
        if is_meant(&decoded, text, start..end) {
            found.push(plain("text.mojibake", text, start..end, "UTF-8 read as Windows-1252".into(), Some(decoded)));
        }
    }
    found
}

/// As much as is valid UTF-8, and its length in bytes.
fn decode(bytes: &[u8]) -> (String, usize) {
    match std::str::from_utf8(bytes) {
        Ok(decoded) => (decoded.to_owned(), bytes.len()),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (String::from_utf8_lossy(valid).into_owned(), valid.len())
        }
    }
}

fn end_of(text: &str, start: usize, signs: usize) -> usize {
    let signs = text.get(start..).unwrap_or_default().chars().take(signs);
    start + signs.map(char::len_utf8).sum::<usize>()
}

/// Two garbled letters are no accident; one is none if it is of a kind that never stands so: an accented Latin letter
/// inside a word, or a typographic mark.
fn is_meant(decoded: &str, text: &str, at: Range<usize>) -> bool {
    let beside = text.get(at.end..).and_then(|it| it.chars().next());
    let before = text.get(..at.start).and_then(|it| it.chars().next_back());
    let in_word = [beside, before].iter().flatten().any(char::is_ascii_lowercase);
    match decoded.chars().count() {
        0 => false,
        1 => decoded.chars().all(|sign| match sign {
            '\u{c0}'..='\u{17f}' => in_word,
            '\u{2010}'..='\u{2026}' | '€' => true,
            _ => false,
        }),
        _ => true,
    }
}

/// The byte that Windows-1252 shows as this character.
fn as_byte(sign: char) -> Option<u8> {
    const HIGH: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    const BYTES: [u8; 27] = [
        0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8e, 0x91, 0x92, 0x93, 0x94, 0x95,
        0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9e, 0x9f,
    ];
    match sign {
        '\0'..='\u{7f}' => None,
        '\u{80}'..='\u{ff}' => u8::try_from(u32::from(sign)).ok(),
        _ => HIGH.chars().position(|it| it == sign).and_then(|at| BYTES.get(at).copied()),
    }
}

/// Words with letters of two of the scripts that look alike: `Pаypal` with a Cyrillic а.
pub(super) fn mixed_scripts(text: &str) -> Vec<LintFinding> {
    if !text.contains(|sign| matches!(script(sign), Some(Script::Greek | Script::Cyrillic))) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut start, mut scripts) = (0, [false; 3]);
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        if sign.is_alphabetic() || sign == '\u{301}' {
            match script(sign) {
                Some(Script::Latin) => scripts[0] = true,
                Some(Script::Greek) => scripts[1] = true,
                Some(Script::Cyrillic) => scripts[2] = true,
                None => {}
            }
            continue;
        }
        if scripts.iter().filter(|it| **it).count() > 1 {
            let why = "one word in letters of two scripts that look alike".to_owned();
            found.push(plain("text.mixed-scripts", text, start..at, why, None));
        }
        (start, scripts) = (at + sign.len_utf8(), [false; 3]);
    }
    found
}

enum Script {
    Latin,
    Greek,
    Cyrillic,
}

fn script(sign: char) -> Option<Script> {
    match sign {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => Some(Script::Latin),
        '\u{370}'..='\u{3ff}' => Some(Script::Greek),
        '\u{400}'..='\u{52f}' => Some(Script::Cyrillic),
        _ => None,
    }
}
