//! Hindi as people type it in Latin letters. Owns the letters' usual spellings, and where the inherent vowel is silent.

/// One of the usual spellings of a word; `choose` picks among ways to write a sound.
pub(crate) fn romanise(word: &str, mut choose: impl FnMut(usize) -> usize) -> Option<String> {
    let letters: Vec<char> = word.chars().filter(|letter| *letter != '\u{93c}').collect();
    let mut made = String::new();
    // Where an inherent vowel stands, to leave out those that are silent.
    let mut inherent: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        if let Some(ways) = consonant(*letter) {
            made.push_str(pick(ways, &mut choose));
            if next == Some('\u{94d}') {
                at += 1;
            } else if next.is_none_or(|next| vowel_sign(next).is_none()) {
                inherent.push(made.len());
                made.push('a');
            }
        } else if let Some(ways) = vowel_sign(*letter).or_else(|| vowel(*letter)) {
            made.push_str(pick(ways, &mut choose));
        } else if matches!(letter, '\u{901}' | '\u{902}') {
            made.push_str(pick(&["n", "n", ""], &mut choose));
        } else {
            return None;
        }
        at += 1;
    }
    drop_silent(&mut made, &inherent);
    Some(made)
}

fn pick<'a>(ways: &[&'a str], choose: &mut impl FnMut(usize) -> usize) -> &'a str {
    ways[choose(ways.len())]
}

/// The last inherent vowel is silent, and one between a vowel with its consonant and a consonant with its vowel.
fn drop_silent(made: &mut String, inherent: &[usize]) {
    let letters = made.as_bytes();
    let is = |at: Option<usize>, vowel: bool| {
        at.and_then(|at| letters.get(at)).is_some_and(|letter| b"aeiou".contains(letter) == vowel)
    };
    let last = inherent.last().copied().filter(|at| at + 1 == letters.len() && letters.len() > 2);
    let between = |at: usize| {
        is(at.checked_sub(2), true) && is(at.checked_sub(1), false) && is(Some(at + 1), false) && is(Some(at + 2), true)
    };
    let inner = inherent.iter().rev().copied().find(|at| between(*at));
    if let Some(at) = last {
        made.remove(at);
    }
    if let Some(at) = inner.filter(|at| Some(*at) != last) {
        made.remove(at);
    }
}

fn consonant(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'क' => &["k", "k", "k", "q"],
        'ख' => &["kh"],
        'ग' => &["g"],
        'घ' => &["gh"],
        'ङ' => &["n"],
        'च' => &["ch"],
        'छ' => &["ch", "chh"],
        'ज' => &["j", "j", "z"],
        'झ' => &["jh"],
        'ञ' => &["n"],
        'ट' | 'त' => &["t"],
        'ठ' | 'थ' => &["th"],
        'द' => &["d"],
        'ड' => &["d", "r"],
        'ढ' | 'ध' => &["dh"],
        'ण' | 'न' => &["n"],
        'प' => &["p"],
        'फ' => &["f", "ph"],
        'ब' => &["b"],
        'भ' => &["bh"],
        'म' => &["m"],
        'य' => &["y"],
        'र' => &["r"],
        'ल' => &["l"],
        'व' => &["v", "w"],
        'श' | 'ष' => &["sh"],
        'स' => &["s"],
        'ह' => &["h"],
        _ => return None,
    })
}

fn vowel_sign(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'ा' => &["a", "a", "a", "aa"],
        'ि' => &["i"],
        'ी' => &["i", "i", "ee"],
        'ु' => &["u"],
        'ू' => &["u", "oo"],
        'ृ' => &["ri"],
        'े' => &["e"],
        'ै' => &["ai", "e"],
        'ो' => &["o"],
        'ौ' => &["au", "o"],
        'ॉ' => &["o"],
        _ => return None,
    })
}

fn vowel(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'अ' => &["a"],
        'आ' => &["aa", "a"],
        'इ' => &["i"],
        'ई' => &["i", "ee"],
        'उ' => &["u"],
        'ऊ' => &["u", "oo"],
        'ऋ' => &["ri"],
        'ए' => &["e"],
        'ऐ' => &["ai"],
        'ओ' => &["o"],
        'औ' => &["au"],
        _ => return None,
    })
}
