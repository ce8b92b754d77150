//! Counting the parts of a text message: 3GPP TS 23.038 section 6.2.1 (letters) and TS 23.040 (joined parts).

/// Septets in each of several parts.
pub(super) const GSM_PART: u32 = 153;
/// UTF-16 units in each of several parts.
pub(super) const UCS2_PART: u32 = 67;

/// How many parts a text takes. A letter that takes two units is never split over two parts.
///
/// No-break spaces count as spaces, as which [`super::for_channel`] sends them.
pub(super) fn segments(text: &str) -> u32 {
    let is_basic = text.chars().all(|sign| septets(sign).is_some());
    let size = |sign: char| if is_basic { septets(sign).unwrap_or(1) } else { u32::from(sign.len_utf16() > 1) + 1 };
    let (whole, part) = if is_basic { (160, GSM_PART) } else { (70, UCS2_PART) };
    let total = text.chars().fold(0_u32, |sum, sign| sum.saturating_add(size(sign)));
    if total <= whole {
        return 1;
    }
    let (mut parts, mut used) = (1_u32, 0);
    for size in text.chars().map(size) {
        if used + size > part {
            (parts, used) = (parts.saturating_add(1), 0);
        }
        used += size;
    }
    parts
}

/// 1 for the basic table, 2 for its extension, `None` for all other letters.
fn septets(sign: char) -> Option<u32> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    match sign {
        'a'..='z' | 'A'..='Z' | '\u{a0}' | '\u{202f}' => Some(1),
        _ if BASIC.contains(sign) => Some(1),
        _ if EXTENSION.contains(sign) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn counts() {
        for (letter, count, expected) in [
            ("a", 160, 1),
            ("a", 161, 2),
            ("a", 306, 2),
            ("a", 307, 3),
            ("快", 70, 1),
            ("快", 71, 2),
            ("😀", 35, 1),
            ("\u{a0}", 160, 1),
            ("€", 80, 1),
            ("€", 81, 2),
        ] {
            assert_eq!(segments(&letter.repeat(count)), expected, "{letter} x {count}");
        }
        assert_eq!(segments(""), 1);
    }
}
