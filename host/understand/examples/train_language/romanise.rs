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
    let is_vowel = |letter: char| "aeiou".contains(letter);
    let last = inherent.last().copied().filter(|at| at + 1 == made.len() && made.len() > 2);
    let inner = inherent.iter().rev().copied().find(|at| {
        let before = made[..*at].chars().next_back().is_some_and(|letter| !is_vowel(letter));
        let earlier = made[..*at].chars().rev().nth(1).is_some_and(is_vowel);
        let mut after = made[at + 1..].chars();
        before && earlier && after.next().is_some_and(|letter| !is_vowel(letter)) && after.next().is_some_and(is_vowel)
    });
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
