//! Italian: tu and Lei.
//!
//! *Lei*, *Suo*, *Le*, *La* with a capital within a sentence are sure; small ones are hints.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    romance::{self, NOUN, Place, Rules, TU_ORDER, Tongue},
    sentence::{Gap, Sentence},
};

const TU_WORD: Rule = ("it-tu", "tu, te, ti and tuo are informal");
const LEI: Rule = ("it-lei", "Lei, Suo, Le and La with a capital are formal");
const SMALL: Rule = ("it-lei-small", "lei, suo, le and la may be those of Lei");
const RULES: Rules = Rules {
    tu: ("it-verb", "a verb in the second person is informal"),
    tu_order: ("it-order", "an order to a tu is informal"),
    polite_order: ("it-lei-order", "an order in the subjunctive is formal"),
    third: ("it-third", "a verb in the third person without a subject may be that of Lei"),
};

const FILE: &str = include_str!("../../data/register/it.txt");
static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue::new(FILE, spell, "si", 'i', &RULES));
static NOT_INFINITIVES: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "not-infinitives").collect());
static SHORT_INFINITIVES: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "short-infinitives").collect());
static COUNTED: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "counted").collect());
static OF_PEOPLE: LazyLock<Vec<&str>> = LazyLock::new(|| list(FILE, "of-people").collect());

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let (lower, next) = (word.lower.as_str(), sentence.lower(index, 1));
        // A title has more capitals: La Bella e la Bestia.
        let is_title = sentence.near(index, 1).is_some_and(|next| next.capital);
        let is_polite_capital = word.capital && word.gap != Gap::Start && !is_title;
        match lower {
            "tu" | "te" | "ti" | "tuo" | "tua" | "tuoi" | "tue" => found.informal(at, Sure, TU_WORD),
            "lei" | "suo" | "sua" | "suoi" | "sue" | "le" if is_polite_capital => found.formal(at, Sure, LEI),
            "la" if is_polite_capital && is_verb(next) => found.formal(at, Sure, LEI),
            "lei" => found.formal(at, if word.capital { Likely } else { Hint }, SMALL),
            "suo" | "sua" | "suoi" | "sue" => found.formal(at, Hint, SMALL),
            "le" if is_first_person(next) => found.formal(at, if word.capital { Likely } else { Hint }, SMALL),
            "la" if is_first_person(next) && is_of_people(next) => found.formal(at, Hint, SMALL),
            "sei" if COUNTED.contains(next) => {}
            "signore" | "signora" if sentence.closes(index) && sentence.opens(index) => found.formal(at, Hint, SMALL),
            _ if TONGUE.forms(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
            _ => ending(sentence, index, found),
        }
    }
}

fn is_verb(word: &str) -> bool {
    is_first_person(word) || TONGUE.forms(word) & !NOUN != 0
}

/// Before a verb of the first person *le* and *la* are no articles: *Le confermo*, *La ringraziamo*.
fn is_first_person(word: &str) -> bool {
    const NOUNS: &[&str] = &["foto", "moto", "auto", "radio", "mano", "video", "metro"];
    const OTHERS: &[&str] = &["dispiace", "serve", "servono", "piace", "piacerebbe", "va", "interessa", "sembra"];
    let is_ending = word.ends_with('o') || word.ends_with("rò") || word.ends_with("rei");
    is_ending && !NOUNS.contains(&word) || OTHERS.contains(&word)
}

/// Verbs with clitics, negative orders, and verbs that no list has.
fn ending(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let lower = word.lower.as_str();
    let written = sentence.text.get(word.at.clone()).unwrap_or_default();
    if written.len() > 3 && (written.ends_with("La") || written.ends_with("Le")) {
        found.formal(&word.at, Sure, LEI);
    } else if word.capital && !word.opens() {
        // A name.
    } else if has_infinitive(lower, &["ti", "telo", "tela", "teli", "tele", "tene"]) {
        found.informal(&word.at, Sure, TU_WORD);
    } else if has_infinitive(lower, &["le"]) || has_infinitive(lower, &["la"]) && is_of_people(lower) {
        found.formal(&word.at, Hint, SMALL);
    } else if is_negative_order(sentence, index) || is_clitic_order(sentence, index) {
        found.informal(&word.at, Likely, RULES.tu_order);
    } else if lower.len() > 6 && ["erai", "irai", "eresti", "iresti"].iter().any(|end| lower.ends_with(end)) {
        found.informal(&word.at, Likely, RULES.tu);
    } else {
        romance::unknown(&TONGUE, sentence, index, found);
    }
}

/// *aiutarti*, *inviandole*: an infinitive without its e, or a gerund, before one of the clitics.
fn has_infinitive(word: &str, clitics: &[&str]) -> bool {
    clitics.iter().filter_map(|clitic| word.strip_suffix(clitic)).any(|stem| {
        if stem.ends_with("ando") || stem.ends_with("endo") {
            return true;
        }
        if !stem.ends_with('r') {
            return false;
        }
        let is_long = word.len() > 7 && !NOT_INFINITIVES.contains(word);
        let infinitive = format!("{stem}e");
        is_long && (stem.ends_with("ar") || stem.ends_with("er") || stem.ends_with("ir"))
            || TONGUE.is_infinitive(&infinitive)
            || SHORT_INFINITIVES.contains(infinitive.as_str())
    })
}

fn is_of_people(word: &str) -> bool {
    OF_PEOPLE.iter().any(|stem| word.starts_with(stem))
}

/// *Non dimenticare*.
fn is_negative_order(sentence: &Sentence, index: usize) -> bool {
    sentence.lower(index, -1) == "non" && sentence.opens(index - 1) && TONGUE.is_infinitive(sentence.lower(index, 0))
}

/// *mandaci*, *segnati*, *controllalo*.
fn is_clitic_order(sentence: &Sentence, index: usize) -> bool {
    const CLITICS: &[&str] = &[
        "mi", "ti", "ci", "lo", "la", "li", "le", "ne", "gli", "telo", "tela", "tene", "melo", "mela", "celo", "cela",
        "glielo",
    ];
    let word = sentence.lower(index, 0);
    let mut stems = CLITICS.iter().filter_map(|clitic| word.strip_suffix(clitic));
    stems.any(|stem| TONGUE.forms(stem) & TU_ORDER != 0)
        && matches!(romance::place(&TONGUE, sentence, index), Place::Start | Place::Opened | Place::Joined)
}

/// cerc-are, cerch-i; pag-are, pagh-erai; cominci-are, cominc-i; invi-are, invi-i but invi-erai.
fn spell(stem: &str, ending: &str) -> String {
    let drops_i = ending.starts_with('i') || stem.ends_with("ci") || stem.ends_with("gi");
    match stem.strip_suffix('i') {
        Some(short) if drops_i && stem != "invi" => short.to_owned(),
        _ => romance::respell(stem, &[("c", "ch"), ("g", "gh")]),
    }
}
