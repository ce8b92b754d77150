//! How people type: without accents, with slips, small words run together. Knows letters, no meaning.

use crate::random::Random;

/// French and Italian lists have `l` and `est` apart; people write them together.
pub(crate) fn join_clitics(words: &mut Vec<String>, tag: &str) {
    if !matches!(tag, "fr" | "it" | "ca") {
        return;
    }
    let mut at = 0;
    while at + 1 < words.len() {
        let is_clitic = words[at].chars().count() == 1 || matches!(words[at].as_str(), "qu" | "dell" | "all" | "un");
        let vowel = words[at + 1].starts_with(['a', 'e', 'i', 'o', 'u', 'é', 'è', 'ê', 'à', 'h', 'y']);
        if is_clitic && vowel {
            let next = words.remove(at + 1);
            words[at].push_str(&next);
        }
        at += 1;
    }
}

pub(crate) fn type_like_people(words: &mut [String], tag: &str, random: &mut Random) {
    // Nobody leaves the accents out of a language that cannot be read without, but many do.
    let plain = if tag == "vi" { 0.25 } else { 0.35 };
    if random.chance(plain) {
        words.iter_mut().for_each(|word| *word = without_accents(word, tag, random));
    }
    if random.chance(0.2) {
        let at = random.below(words.len());
        if let Some(word) = words.get_mut(at) {
            *word = with_slip(word, random);
        }
    }
}

fn without_accents(word: &str, tag: &str, random: &mut Random) -> String {
    let german = tag == "de" && random.chance(0.5);
    let mut made = String::new();
    for letter in word.chars() {
        match letter {
            'ä' if german => made.push_str("ae"),
            'ö' if german => made.push_str("oe"),
            'ü' if german => made.push_str("ue"),
            'ß' => made.push_str("ss"),
            'æ' => made.push_str("ae"),
            'œ' => made.push_str("oe"),
            _ => made.push(base(letter)),
        }
    }
    made
}

fn base(letter: char) -> char {
    const BASES: &[(&str, char)] = &[
        ("àáâãäåāăąạảấầẩẫậắằẳẵặ", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēėęěẹẻẽếềểễệ", 'e'),
        ("ğ", 'g'),
        ("ìíîïīįıỉịĩ", 'i'),
        ("łľ", 'l'),
        ("ñńň", 'n'),
        ("òóôõöøōőơọỏốồổỗộớờởỡợ", 'o'),
        ("ŕř", 'r'),
        ("śšşșŝ", 's'),
        ("ťţț", 't'),
        ("ùúûüūůűųưũụủứừửữự", 'u'),
        ("ýÿỳỵỷỹ", 'y'),
        ("źžż", 'z'),
    ];
    BASES.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |(_, plain)| *plain)
}

/// Two letters swapped, one left out, or one held down.
fn with_slip(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 4 {
        return word.to_owned();
    }
    let at = random.below(letters.len() - 1);
    match random.below(3) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}
