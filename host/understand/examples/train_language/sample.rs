//! Messages to learn from, made of word lists, sentences and chat phrases. Owns how people type: short, without
//! accents, with slips, and with English shop words in every language.

use std::{collections::HashMap, path::Path};

use crate::{
    romanise::romanise,
    script::{self, Script},
    taught,
};

/// English words and names that messages in all languages contain; they must come to tell nothing much.
const GUESTS: &str = "order refund tracking delivery email code app sms link pdf chat online shop store size return status \
    cancel account login update stock item sale black friday pro max mini plus ultra air iphone galaxy samsung apple nike \
    adidas zara ikea amazon ebay paypal visa mastercard klarna dhl ups fedex usb bluetooth wifi laptop smartphone sneaker \
    hoodie top jeans gift voucher cashback feedback reset checkout express premium xl xxl sony lego philips bosch dyson \
    puma gucci levis canon nikon xiaomi huawei lenovo asus shein temu zalando shopify instagram facebook whatsapp tiktok";

/// The scripts that several taught languages share.
const SCRIPTS: [Script; 4] = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Han];

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// How usual an example message is, beside the phrases of the lists.
const EXAMPLE: f64 = 0.06;

/// What one language is learned from.
#[derive(Default)]
struct Language {
    words: Vec<String>,
    /// The frequencies, added up.
    until: Vec<f64>,
    sentences: Vec<Vec<String>>,
    phrases: Vec<Vec<String>>,
    phrases_until: Vec<f64>,
}

impl Language {
    fn word(&self, random: &mut Random) -> &str {
        self.words.get(pick(&self.until, random)).map_or("", String::as_str)
    }

    fn phrase(&self, random: &mut Random) -> &[String] {
        self.phrases.get(pick(&self.phrases_until, random)).map_or(&[], Vec::as_slice)
    }
}

/// A place by weights that were added up.
fn pick(until: &[f64], random: &mut Random) -> usize {
    let at = random.share() * until.last().copied().unwrap_or_default();
    until.partition_point(|until| *until < at)
}

pub(crate) struct Source {
    languages: HashMap<(usize, &'static str), Language>,
    guests: Vec<&'static str>,
}

impl Source {
    pub(crate) fn read(folder: &Path, chats: &Path, plugins: &Path) -> Self {
        let mut languages = HashMap::new();
        let examples = read_examples(plugins);
        for (at, script) in SCRIPTS.into_iter().enumerate() {
            for tag in taught::languages(script) {
                let mut language = read_language(folder, chats, script, tag);
                examples
                    .iter()
                    .filter(|(known, _)| known == tag)
                    .for_each(|(_, text)| add_example(&mut language, text, script));
                println!(
                    "{tag:>8} {script:?}: {} words, {} sentences, {} phrases",
                    language.words.len(),
                    language.sentences.len(),
                    language.phrases.len()
                );
                languages.insert((at, *tag), language);
            }
        }
        Self { languages, guests: GUESTS.split_whitespace().collect() }
    }

    /// A message in a language, as people type it.
    pub(crate) fn message(&self, script: Script, tag: &str, random: &mut Random) -> String {
        let at = SCRIPTS.iter().position(|known| *known == script).expect("a taught script");
        let language = self.languages.iter().find(|(key, _)| key.0 == at && key.1 == tag).expect("a taught language").1;
        let mut words = self.words(language, tag, random);
        if script == Script::Latin {
            self.invite_guests(&mut words, random);
            type_like_people(&mut words, tag, random);
        }
        words.join(if script == Script::Han { "" } else { " " })
    }

    fn words(&self, language: &Language, tag: &str, random: &mut Random) -> Vec<String> {
        let share = random.share();
        if !language.phrases.is_empty() && share < 0.35 {
            let mut words = language.phrase(random).to_vec();
            if random.chance(0.3) {
                words.extend(language.phrase(random).iter().cloned());
            }
            return words;
        }
        let long = [1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10][random.below(16)];
        if !language.sentences.is_empty() && share < 0.6 {
            let sentence = &language.sentences[random.below(language.sentences.len())];
            let start = random.below(sentence.len());
            return sentence.iter().skip(start).take(long).cloned().collect();
        }
        let mut words: Vec<String> = (0..long).map(|_| language.word(random).to_owned()).collect();
        join_clitics(&mut words, tag);
        words
    }

    fn invite_guests(&self, words: &mut Vec<String>, random: &mut Random) {
        if words.len() < 2 || !random.chance(0.15) {
            return;
        }
        for _ in 0..1 + random.below(2) {
            let place = random.below(words.len() + 1);
            words.insert(place, self.guests[random.below(self.guests.len())].to_owned());
        }
    }
}

/// French and Italian lists have `l` and `est` apart; people write them together.
fn join_clitics(words: &mut Vec<String>, tag: &str) {
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

fn type_like_people(words: &mut [String], tag: &str, random: &mut Random) {
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

fn read_language(folder: &Path, chats: &Path, script: Script, tag: &str) -> Language {
    let mut language = Language::default();
    let list = |tag: &str| std::fs::read_to_string(folder.join(format!("words/{tag}.tsv"))).unwrap_or_default();
    if (script, tag) == (Script::Latin, "hi") {
        add_romanised(&mut language, &list("hi"));
    } else if (script, tag) == (Script::Cyrillic, "sr") {
        add_words(&mut language, &list("hr").chars().map(cyrillic).collect::<String>(), script);
    } else {
        add_words(&mut language, &list(tag), script);
    }
    let texts = std::fs::read_to_string(folder.join(format!("texts/{tag}.txt"))).unwrap_or_default();
    language.sentences = texts.lines().map(|line| split(line, script)).filter(|words| words.len() > 1).collect();
    let chat = std::fs::read_to_string(chats.join(format!("{tag}.txt"))).unwrap_or_default();
    for (row, line) in chat.lines().enumerate() {
        add_phrases(&mut language, line, row, script);
    }
    language
}

/// In each file the lines and the phrases of a line stand in the order of how usual they are.
fn add_phrases(language: &mut Language, line: &str, row: usize, script: Script) {
    for (place, phrase) in line.split(',').enumerate() {
        let words = split(phrase, script);
        if !words.is_empty() {
            let before = language.phrases_until.last().copied().unwrap_or_default();
            language.phrases_until.push(before + 1.0 / (1.0 + row as f64).sqrt() / (2.0 + place as f64).sqrt());
            language.phrases.push(words);
        }
    }
}

/// The language and text of every example message of the plugins that ship.
fn read_examples(plugins: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<_> =
        std::fs::read_dir(plugins).expect("plugins").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders {
        let Ok(file) = std::fs::read_to_string(folder.join("scenarios.toml")) else { continue };
        let scenarios: toml::Table = file.parse().expect("a scenario file");
        let examples = scenarios.values().filter_map(|scenario| scenario.get("examples")?.as_table());
        for (tag, texts) in examples.flatten() {
            let texts = texts.as_array().into_iter().flatten().filter_map(|text| text.as_str());
            found.extend(texts.map(|text| (tag.clone(), text.to_owned())));
        }
    }
    found
}

/// A customer's whole message, unless it is written in two scripts.
fn add_example(language: &mut Language, text: &str, script: Script) {
    let others = |letter: char| script::of(letter).is_some_and(|other| other != script);
    if script != Script::Han && text.chars().any(others) {
        return;
    }
    let words = split(text, script);
    if !words.is_empty() {
        let before = language.phrases_until.last().copied().unwrap_or_default();
        language.phrases_until.push(before + EXAMPLE);
        language.phrases.push(words);
    }
}

fn add_words(language: &mut Language, list: &str, script: Script) {
    for line in list.lines() {
        let Some((word, frequency)) = line.split_once('\t') else { continue };
        let fits = word.chars().all(|letter| script::of(letter) == Some(script) || script::is_ignored(letter));
        if fits {
            push(language, word.to_owned(), frequency.parse().unwrap_or(0.0));
        }
    }
}

fn add_romanised(language: &mut Language, list: &str) {
    let mut random = Random::new(7);
    for line in list.lines().take(8_000) {
        let Some((word, frequency)) = line.split_once('\t') else { continue };
        for _ in 0..3 {
            if let Some(made) = romanise(word, |ways| random.below(ways)) {
                push(language, made, frequency.parse().unwrap_or(0.0) / 3.0);
            }
        }
    }
}

/// Rare words are met a little more often than they are written.
fn push(language: &mut Language, word: String, frequency: f64) {
    let before = language.until.last().copied().unwrap_or_default();
    language.until.push(before + frequency.powf(0.85));
    language.words.push(word);
}

/// The words of a sentence that are of a script; Chinese and Japanese by runs.
fn split(line: &str, script: Script) -> Vec<String> {
    let fits =
        |letter: char| script::of(letter) == Some(script) || (script != Script::Han && script::is_ignored(letter));
    let runs = line.split(|letter| !fits(letter)).filter(|run| !run.is_empty());
    runs.map(str::to_lowercase).collect()
}

fn cyrillic(letter: char) -> char {
    const PAIRS: &[(char, char)] = &[
        ('a', 'а'),
        ('b', 'б'),
        ('v', 'в'),
        ('g', 'г'),
        ('d', 'д'),
        ('đ', 'ђ'),
        ('e', 'е'),
        ('ž', 'ж'),
        ('z', 'з'),
        ('i', 'и'),
        ('j', 'ј'),
        ('k', 'к'),
        ('l', 'л'),
        ('m', 'м'),
        ('n', 'н'),
        ('o', 'о'),
        ('p', 'п'),
        ('r', 'р'),
        ('s', 'с'),
        ('t', 'т'),
        ('ć', 'ћ'),
        ('u', 'у'),
        ('f', 'ф'),
        ('h', 'х'),
        ('c', 'ц'),
        ('č', 'ч'),
        ('š', 'ш'),
    ];
    PAIRS.iter().find(|(latin, _)| *latin == letter).map_or(letter, |(_, cyrillic)| *cyrillic)
}
