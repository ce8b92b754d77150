//! Which script a letter belongs to, and which languages write it.
//!
//! Owns the Unicode ranges (Scripts.txt) and the letters that only one language of a script has. Knows no words.

/// A script, as far as customers' messages use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
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
pub(crate) fn of(letter: char) -> Option<Script> {
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
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '\u{ff66}'..='\u{ff9d}' => Kana,
        '\u{3005}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => Han,
        _ => return None,
    })
}

/// Characters that neither stand in a word nor end it: apostrophes, joiners, Arabic vowel signs.
pub(crate) fn is_ignored(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{300}'..='\u{36f}')
        || matches!(letter, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{fe00}'..='\u{fe0f}')
}

/// The language that alone, among those of its script that the model was not taught, writes a letter.
pub(crate) fn only(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ў' => "be",
        'ә' | 'ғ' | 'қ' | 'ң' | 'ұ' => "kk",
        'ळ' => "mr",
        _ => return None,
    })
}
