//! Messages as they are typed on telephones: slips, dropped vowels, missing spaces, abbreviations, chatter around.
//!
//! Owns the noise; the same text and seed give the same noisy text.

/// What people type for common words.
const SHORT: &[(&str, &str)] = &[
    ("you", "u"),
    ("your", "ur"),
    ("are", "r"),
    ("please", "plz"),
    ("for", "4"),
    ("to", "2"),
    ("what", "wat"),
    ("my", "mi"),
    ("the", "d"),
    ("and", "nd"),
    ("is", "s"),
    ("have", "hv"),
    ("not", "nt"),
    ("want", "wnt"),
    ("when", "wen"),
    ("about", "abt"),
    ("because", "bcz"),
    ("delivery", "dlvry"),
    ("order", "ordr"),
    ("can", "cn"),
    ("how", "hw"),
    ("much", "mch"),
    ("with", "wid"),
    ("this", "dis"),
    ("available", "avlbl"),
    ("product", "prdct"),
    ("number", "no"),
    ("with", "wth"),
    ("get", "gt"),
    ("need", "nd"),
    ("good", "gud"),
    ("received", "recieved"),
];
const BEFORE: &[&str] = &["hi", "hello sir", "bro", "sir", "hey", "mam", "actually", "ok so", "hi team", "dear"];
const AFTER: &[&str] = &["plz", "pls reply", "sir", "asap", "yaar", "tell me", "ok", "bro", "fast", "hai kya", "thx"];
const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// A small generator of random numbers (`SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    /// Seeded by a text.
    pub(crate) fn of(text: &str, seed: u64) -> Self {
        Self(text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

/// The text as somebody in a hurry would have typed it.
pub(crate) fn noisy(text: &str, seed: u64) -> String {
    let mut random = Random::of(text, seed);
    let text = if random.chance(70) { text.to_lowercase() } else { text.to_owned() };
    let words: Vec<_> = text.split_whitespace().collect();
    let mut out = String::new();
    if random.chance(25) {
        out.push_str(random.pick(BEFORE));
        out.push(' ');
    }
    for word in &words {
        if words.len() > 3 && random.chance(8) {
            continue;
        }
        out.push_str(&typed(word, &mut random));
        if !random.chance(6) {
            out.push(' ');
        }
    }
    if random.chance(25) {
        out.push_str(random.pick(AFTER));
    }
    out.trim().to_owned()
}

fn typed(word: &str, random: &mut Random) -> String {
    let short = SHORT.iter().find(|(long, _)| word.eq_ignore_ascii_case(long));
    if let Some((_, short)) = short
        && random.chance(35)
    {
        return (*short).to_owned();
    }
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() >= 4 && random.chance(18) {
        slip(&mut letters, random);
    } else if letters.len() >= 5 && random.chance(7) {
        let first = letters.first().copied();
        letters = letters.iter().skip(1).copied().filter(|letter| !"aeiou".contains(*letter)).collect();
        letters.splice(0..0, first);
    }
    letters.into_iter().collect()
}

/// One slip: a neighbouring key, a letter left out, doubled, or exchanged with the next.
fn slip(letters: &mut Vec<char>, random: &mut Random) {
    let at = random.below(letters.len() - 1);
    match random.below(4) {
        0 => letters.swap(at, at + 1),
        1 => drop(letters.remove(at)),
        2 => {
            let letter = letters.get(at).copied().unwrap_or(' ');
            letters.insert(at, letter);
        }
        _ => {
            if let Some(letter) = letters.get_mut(at) {
                *letter = neighbour(*letter, random);
            }
        }
    }
}

fn neighbour(letter: char, random: &mut Random) -> char {
    let Some(row) = ROWS.iter().find(|row| row.contains(letter)) else { return letter };
    let keys: Vec<char> = row.chars().collect();
    let at = keys.iter().position(|key| *key == letter).unwrap_or(0);
    let to = if random.chance(50) { at + 1 } else { at.saturating_sub(1) };
    keys.get(to.min(keys.len() - 1)).copied().unwrap_or(letter)
}
