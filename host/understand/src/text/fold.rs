//! One character made comparable. Owns the folding tables; knows no tokens.
//!
//! A small part of NFKC and of Unicode's search folding, chosen by what customers type: full width, accents left
//! out, Arabic letter forms, traditional Han.

use super::han;

/// Adds the folded character. A third repeat of the same letter in a row is left out: `pleeease`.
pub(super) fn fold(raw: char, out: &mut String) {
    let wide = width(raw);
    if wide.is_ascii() {
        push(wide.to_ascii_lowercase(), out);
        return;
    }
    for lower in wide.to_lowercase() {
        match unaccented(lower) {
            Some(plain) => plain.chars().for_each(|letter| push(letter, out)),
            None if ('\u{300}'..='\u{36f}').contains(&lower) => {}
            None => push(han::simplified(arabic(lower)), out),
        }
    }
}

fn push(letter: char, out: &mut String) {
    let mut before = out.chars().rev();
    let tripled = before.next() == Some(letter) && before.next() == Some(letter);
    if !tripled || letter.is_ascii_digit() {
        out.push(letter);
    }
}

/// White space of any width; a zero-width space counts.
pub(super) fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{200b}'
}

/// Characters that neither stand in a word nor end it: apostrophes, soft hyphens, joiners, Arabic vowel signs.
pub(super) fn is_ignored(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2060}')
        || matches!(letter, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Letters, digits, and the signs that belong to a letter (vowel signs and tone marks of South and South-East Asia).
pub(super) fn is_word(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric();
    }
    letter.is_alphanumeric()
        || matches!(letter, '\u{300}'..='\u{36f}' | '\u{e31}'..='\u{e4e}' | '\u{eb1}'..='\u{ecd}')
        || (matches!(letter, '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}')
            && !matches!(letter, '\u{964}' | '\u{965}' | '\u{104a}' | '\u{104b}'))
}

/// Scripts that put no space between words.
pub(crate) fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}'
        | '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

fn width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

fn arabic(letter: char) -> char {
    match letter {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        _ => letter,
    }
}

fn unaccented(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ẹ' | 'ẻ' | 'ẽ' | 'ế' | 'ề' | 'ể' | 'ễ' | 'ệ' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'į' | 'ı' | 'ỉ' | 'ị' | 'ĩ' => "i",
        'ł' | 'ĺ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ư' | 'ũ' => "u",
        'ụ' | 'ủ' | 'ứ' | 'ừ' | 'ử' | 'ữ' | 'ự' => "u",
        'ý' | 'ÿ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}
