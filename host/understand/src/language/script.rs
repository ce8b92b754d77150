//! Which script a letter belongs to, and which languages write it.
//!
//! Owns the Unicode ranges (Scripts.txt) and the letters that only one language of a script has. Knows no words.

/// A script, as far as customers' messages use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Han,
    Kana,
    Cyrillic,
    Arabic,
    Devanagari,
    /// A script that one language writes, in practice.
    Only(&'static str),
}

/// The script of a letter; `None` for digits, signs and emoji.
pub(super) fn of(letter: char) -> Option<Script> {
    use Script::{Arabic, Cyrillic, Devanagari, Han, Kana, Latin, Only};
    Some(match letter {
        'a'..='z' | 'A'..='Z' => Latin,
        _ if letter.is_ascii() => return None,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' if letter.is_alphabetic() => Latin,
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Only("el"),
        '\u{400}'..='\u{52f}' => Cyrillic,
        '\u{530}'..='\u{58f}' => Only("hy"),
        '\u{591}'..='\u{5f4}' => Only("he"),
        '\u{620}'..='\u{65f}' | '\u{66e}'..='\u{6d3}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' => Arabic,
        '\u{900}'..='\u{963}' | '\u{970}'..='\u{97f}' => Devanagari,
        '\u{980}'..='\u{9ff}' => Only("bn"),
        '\u{a00}'..='\u{a7f}' => Only("pa"),
        '\u{a80}'..='\u{aff}' => Only("gu"),
        '\u{b80}'..='\u{bff}' => Only("ta"),
        '\u{c00}'..='\u{c7f}' => Only("te"),
        '\u{c80}'..='\u{cff}' => Only("kn"),
        '\u{d00}'..='\u{d7f}' => Only("ml"),
        '\u{d80}'..='\u{dff}' => Only("si"),
        '\u{e01}'..='\u{e4e}' => Only("th"),
        '\u{e81}'..='\u{ecd}' => Only("lo"),
        '\u{1000}'..='\u{109f}' => Only("my"),
        '\u{10a0}'..='\u{10ff}' => Only("ka"),
        '\u{1200}'..='\u{137f}' => Only("am"),
        '\u{1780}'..='\u{17d3}' => Only("km"),
        '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' => Only("ko"),
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}' => Kana,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => Han,
        _ => return None,
    })
}

/// The languages that alone, within their script, write a letter (lower case), with the points it is worth.
pub(super) fn telling(letter: char) -> &'static [(&'static str, f64)] {
    match letter {
        'ñ' => &[("es", 2.0), ("gl", 0.2)],
        '¿' | '¡' => &[("es", 3.0)],
        'ß' => &[("de", 3.0)],
        'ä' => &[("de", 0.8), ("sv", 0.8), ("fi", 0.8)],
        'ö' => &[("de", 0.7), ("sv", 0.7), ("fi", 0.5), ("tr", 0.6), ("hu", 0.6)],
        'ü' => &[("de", 1.0), ("tr", 0.8), ("hu", 0.5)],
        'ã' | 'õ' => &[("pt", 2.0), ("vi", 0.5)],
        'á' | 'í' | 'ó' => &[("es", 0.5), ("pt", 0.4), ("hu", 0.4), ("cs", 0.4), ("vi", 0.2)],
        'ú' => &[("es", 0.5), ("pt", 0.3), ("hu", 0.4), ("cs", 0.4), ("vi", 0.2)],
        'é' => &[("fr", 0.6), ("es", 0.4), ("pt", 0.3), ("hu", 0.4), ("cs", 0.3)],
        'è' | 'ù' => &[("fr", 0.8), ("it", 0.8), ("vi", 0.2)],
        'à' => &[("fr", 0.7), ("it", 0.7), ("pt", 0.3), ("vi", 0.3)],
        'ì' | 'ò' => &[("it", 1.5), ("vi", 0.4)],
        'ê' | 'ô' => &[("fr", 0.6), ("pt", 0.6), ("vi", 0.6)],
        'â' => &[("fr", 0.5), ("pt", 0.5), ("ro", 0.6), ("vi", 0.5), ("tr", 0.2)],
        'î' => &[("fr", 0.8), ("ro", 0.8)],
        'œ' | 'ë' | 'û' => &[("fr", 1.5)],
        'ç' => &[("fr", 0.8), ("pt", 0.9), ("tr", 0.8)],
        'ğ' | 'ı' | 'ş' => &[("tr", 2.5)],
        'ø' | 'æ' => &[("da", 1.5), ("nb", 1.4)],
        'å' => &[("sv", 1.2), ("da", 0.9), ("nb", 0.9)],
        'ą' | 'ę' | 'ł' | 'ś' | 'ż' | 'ź' | 'ć' | 'ń' => &[("pl", 2.5)],
        'ő' | 'ű' => &[("hu", 3.0)],
        'ř' | 'ů' | 'ě' => &[("cs", 3.0)],
        'č' | 'š' | 'ž' => &[("cs", 1.0), ("hr", 0.8)],
        'ă' => &[("ro", 2.0), ("vi", 1.0)],
        'ș' | 'ț' | 'ţ' => &[("ro", 3.0)],
        'đ' | 'ơ' | 'ư' | '\u{1ea0}'..='\u{1ef9}' => &[("vi", 2.0)],
        'і' | 'ї' | 'є' | 'ґ' => &[("uk", 5.0)],
        'ы' | 'э' | 'ё' => &[("ru", 1.0)],
        'ў' => &[("be", 4.0)],
        'ђ' | 'ј' | 'љ' | 'њ' | 'ћ' | 'џ' => &[("sr", 3.0)],
        'ә' | 'ғ' | 'қ' | 'ң' | 'ұ' | 'ү' => &[("kk", 4.0)],
        'پ' | 'چ' | 'ژ' | 'گ' => &[("fa", 2.0), ("ur", 1.0)],
        'ی' | 'ک' => &[("fa", 1.0), ("ur", 0.8)],
        'ٹ' | 'ڈ' | 'ڑ' | 'ے' | 'ں' | 'ھ' | 'ہ' => &[("ur", 3.0)],
        'ة' | 'ى' | 'أ' | 'إ' => &[("ar", 1.0)],
        'ळ' => &[("mr", 2.0)],
        '円' | '込' | '届' | '払' | '戻' | '駅' | '価' | '絵' | '様' => &[("ja", 2.0)],
        _ => &[],
    }
}
