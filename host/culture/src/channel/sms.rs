//! Counting the parts of a text message: 3GPP TS 23.038 section 6.2.1 (letters) and TS 23.040 (joined parts).

/// Septets in each of several parts.
pub(super) const GSM_PART: u32 = 153;
/// UTF-16 units in each of several parts.
pub(super) const UCS2_PART: u32 = 67;

/// How many parts a text takes.
pub(super) fn segments(text: &str) -> u32 {
    let septets = text.chars().try_fold(0_u32, |sum, sign| Some(sum.saturating_add(septets(sign)?)));
    let (size, whole, part) = match septets {
        Some(septets) => (septets, 160, GSM_PART),
        None => (u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX), 70, UCS2_PART),
    };
    if size <= whole { 1 } else { size.div_ceil(part) }
}

/// 1 for the basic table, 2 for its extension, `None` for all other letters.
fn septets(sign: char) -> Option<u32> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    match sign {
        'a'..='z' | 'A'..='Z' => Some(1),
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
            ("€", 80, 1),
            ("€", 81, 2),
        ] {
            assert_eq!(segments(&letter.repeat(count)), expected, "{letter} x {count}");
        }
        assert_eq!(segments(""), 1);
    }
}
