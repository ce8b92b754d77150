//! Italian: tu and Lei.
//!
//! *Lei*, *Suo*, *Le*, *La* with a capital within a sentence are sure; small ones are hints.

use std::sync::LazyLock;

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    romance::{self, Conjugation, NOUN, POLITE_ORDER, Place, Rules, Stem::*, THIRD, TU, TU_ORDER, Tongue, Verbs},
    sentence::{Gap, Sentence},
};

const FILE: &str = include_str!("../../data/register/it.txt");

const ARE: Conjugation = ("are", &[
    (Spelt, "i", TU | POLITE_ORDER), (Plain, "avi", TU), (Plain, "asti", TU), (PlainSpelt, "erai", TU), (PlainSpelt, "eresti", TU),
    (Plain, "a", TU_ORDER | THIRD), (Plain, "ava", THIRD), (Plain, "ò", THIRD), (PlainSpelt, "erà", THIRD),
    (PlainSpelt, "erebbe", THIRD), (Plain, "asse", POLITE_ORDER), (Plain, "assi", TU),
]);
const ERE: Conjugation = ("ere", &[
    (Plain, "i", TU | TU_ORDER), (Plain, "evi", TU), (Plain, "esti", TU), (Plain, "erai", TU), (Plain, "eresti", TU),
    (Plain, "e", THIRD), (Plain, "eva", THIRD), (Plain, "erà", THIRD), (Plain, "erebbe", THIRD), (Plain, "a", POLITE_ORDER),
    (Plain, "esse", POLITE_ORDER), (Plain, "essi", TU),
]);
const IRE: Conjugation = ("ire", &[
    (Stressed, "i", TU | TU_ORDER), (Plain, "ivi", TU), (Plain, "isti", TU), (Plain, "irai", TU), (Plain, "iresti", TU),
    (Stressed, "e", THIRD), (Plain, "iva", THIRD), (Plain, "ì", THIRD), (Plain, "irà", THIRD), (Plain, "irebbe", THIRD),
    (Stressed, "a", POLITE_ORDER), (Plain, "isse", POLITE_ORDER), (Plain, "issi", TU),
]);

const TU_WORD: Rule = ("it-tu", "tu, te, ti and tuo are informal");
const LEI: Rule = ("it-lei", "Lei, Suo, Le and La with a capital are formal");
const SMALL: Rule = ("it-lei-small", "lei, suo, le and la may be those of Lei");
const RULES: Rules = Rules {
    tu: ("it-verb", "a verb in the second person is informal"),
    tu_order: ("it-order", "an order to a tu is informal"),
    polite_order: ("it-lei-order", "an order in the subjunctive is formal"),
    third: ("it-third", "a verb in the third person without a subject may be that of Lei"),
};

static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue {
    verbs: Verbs::new(FILE, &[ARE, ERE, IRE], spell),
    skips: |word| {
        matches!(word, "mi" | "ti" | "ci" | "vi" | "si" | "lo" | "la" | "li" | "le" | "gli" | "ne" | "me" | "te" | "ce" | "ve" | "l"
            | "c" | "m" | "n" | "v" | "glielo" | "gliela" | "non" | "già" | "anche" | "ancora" | "sempre" | "mai" | "solo" | "ora"
            | "adesso" | "oggi" | "ieri" | "domani" | "pure" | "forse" | "soltanto" | "semplicemente" | "magari" | "gentilmente"
            | "prima" | "poi" | "favore" | "allora" | "quindi" | "lei" | "bene" | "davvero" | "veramente" | "purtroppo")
    },
    opens: |word| {
        matches!(word, "se" | "quando" | "che" | "cosa" | "come" | "dove" | "perché" | "quanto" | "quanta" | "quanti" | "quante"
            | "quale" | "quali" | "chi" | "e" | "o" | "ed" | "ma" | "cui" | "mentre" | "appena" | "finché" | "purché" | "affinché"
            | "siccome" | "poiché" | "oppure" | "così" | "qualora" | "dov" | "com" | "cos" | "né" | "ciò" | "quello" | "però" | "infatti")
    },
    asks: |word| matches!(word, "che" | "quale" | "quali" | "quanto" | "quanta" | "quanti" | "quante" | "cosa" | "dove" | "quando" | "qual"),
    determines: |word| {
        matches!(word, "il" | "lo" | "la" | "l" | "i" | "gli" | "le" | "un" | "uno" | "una" | "suo" | "sua" | "suoi" | "sue" | "tuo" | "tua"
            | "tuoi" | "tue" | "mio" | "mia" | "miei" | "mie" | "nostro" | "nostra" | "nostri" | "nostre" | "questo" | "questa" | "questi"
            | "queste" | "quel" | "quella" | "quei" | "quegli" | "quelle" | "del" | "della" | "dei" | "degli" | "delle" | "al" | "alla"
            | "ai" | "agli" | "alle" | "dal" | "dalla" | "dai" | "dagli" | "dalle" | "nel" | "nella" | "nei" | "negli" | "nelle" | "sul"
            | "sulla" | "sui" | "sugli" | "sulle" | "di" | "a" | "da" | "in" | "con" | "su" | "per" | "tra" | "fra" | "alcuni" | "altri"
            | "molti" | "vari" | "tutti" | "più" | "ogni" | "due" | "tre" | "senza" | "pochi" | "diversi" | "quanti" | "primi" | "ultimi")
    },
    possesses: |word| matches!(word, "suo" | "sua" | "suoi" | "sue" | "lei"),
    reflexive: "si",
    polite_ending: 'i',
    not_orders: &["della", "nella", "sulla", "prima", "senza", "sopra", "tutta", "dalla", "oggi", "domani", "quindi", "tutti", "anzi",
        "entrambi", "fuori", "allora", "ancora", "contra", "intanto", "ieri", "quella", "ogni", "dietro", "davanti", "presta", "quelli"],
    rules: &RULES,
});

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let lower = word.lower.as_str();
        // A title has more capitals: La Bella e la Bestia.
        let is_title = sentence.near(index, 1).is_some_and(|next| next.capital);
        let is_polite_capital = word.capital && word.gap != Gap::Start && !is_title;
        match lower {
            "tu" | "te" | "ti" | "tuo" | "tua" | "tuoi" | "tue" => found.informal(at, Sure, TU_WORD),
            "lei" | "suo" | "sua" | "suoi" | "sue" | "le" if is_polite_capital => found.formal(at, Sure, LEI),
            "la" if is_polite_capital && is_verb(sentence.lower(index, 1)) => found.formal(at, Sure, LEI),
            "lei" => found.formal(at, if word.capital { Likely } else { Hint }, SMALL),
            "suo" | "sua" | "suoi" | "sue" => found.formal(at, Hint, SMALL),
            "le" if is_clitic(sentence.lower(index, 1)) => {
                found.formal(at, if word.capital { Likely } else { Hint }, SMALL);
            }
            "la" if is_clitic(sentence.lower(index, 1)) => found.formal(at, Hint, SMALL),
            "sei" if is_six(sentence.lower(index, 1)) => {}
            "signore" | "signora" if sentence.closes(index) && sentence.opens(index) => found.formal(at, Hint, SMALL),
            _ if TONGUE.verbs.get(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
            _ => ending(sentence, index, found),
        }
    }
}

/// Before a verb of the first person *le* and *la* are no articles: *Le confermo*, *La ringraziamo*.
fn is_clitic(next: &str) -> bool {
    const NOUNS: &[&str] = &["foto", "moto", "auto", "radio", "mano", "video", "metro"];
    let first_person = next.ends_with('o') || next.ends_with("amo") || next.ends_with("rò") || next.ends_with("rei");
    first_person && !NOUNS.contains(&next) || matches!(next, "ho" | "dispiace" | "serve" | "servono" | "piace" | "piacerebbe" | "va" | "interessa" | "sembra")
}

fn is_verb(next: &str) -> bool {
    is_clitic(next) || TONGUE.verbs.get(next) & !NOUN != 0
}

fn is_six(next: &str) -> bool {
    matches!(next, "ore" | "giorni" | "mesi" | "anni" | "euro" | "paia" | "pezzi" | "articoli" | "settimane" | "minuti" | "prodotti"
        | "volte" | "ordini" | "milioni" | "su" | "lettere" | "cifre")
}

/// Verbs with clitics, negative orders, and verbs that no list has.
fn ending(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let lower = word.lower.as_str();
    let written = sentence.text.get(word.at.clone()).unwrap_or_default();
    if written.len() > 3 && (written.ends_with("La") || written.ends_with("Le")) {
        return found.formal(&word.at, Sure, LEI);
    }
    if word.capital && !word.opens() {
        return;
    }
    let before = sentence.lower(index, -1);
    if is_infinitive(lower, &["ti", "telo", "tela", "teli", "tele", "tene"]) {
        found.informal(&word.at, Sure, TU_WORD);
    } else if is_infinitive(lower, &["le"]) || is_infinitive(lower, &["la"]) && concerns_people(lower) {
        found.formal(&word.at, Hint, SMALL);
    } else if before == "non" && sentence.opens(index - 1) && TONGUE.verbs.infinitives.contains(lower) {
        found.informal(&word.at, Likely, RULES.tu_order);
    } else if matches!(romance::place(&TONGUE, sentence, index), Place::Start | Place::Opened) && has_order_clitic(lower) {
        found.informal(&word.at, Likely, RULES.tu_order);
    } else if word.lower.len() > 6 && ["erai", "irai", "eresti", "iresti"].iter().any(|end| lower.ends_with(end)) {
        found.informal(&word.at, Likely, RULES.tu);
    } else {
        romance::unknown(&TONGUE, sentence, index, found);
    }
}

/// What ends like an infinitive with a clitic and is none.
const NOT_INFINITIVES: &[&str] = &[
    "comparti", "reparti", "concerti", "coperti", "scoperti", "offerti", "sofferti", "esperti", "incerti", "deserti", "inserti",
    "caserme", "scarti", "ricoperti", "inesperti", "raperle", "perle",
];

/// *aiutarti*, *inviandole*: an infinitive without its e, or a gerund.
fn is_infinitive(word: &str, clitics: &[&str]) -> bool {
    clitics.iter().filter_map(|clitic| word.strip_suffix(clitic)).any(|stem| {
        let is_long = word.len() > 7 && !NOT_INFINITIVES.contains(&word);
        stem.ends_with("ando") || is_long && (stem.ends_with("ar") || stem.ends_with("er") || stem.ends_with("ir")) || stem.ends_with("endo") || TONGUE.verbs.infinitives.contains(format!("{stem}e").as_str())
            || matches!(stem, "dir" | "far" | "dar" | "por" | "aver" | "esser" | "tener" | "veder" | "saper")
    })
}

fn concerns_people(word: &str) -> bool {
    ["aiutar", "ringraziar", "contattar", "richiamar", "avvisar", "informar", "chiamar", "disturbar", "assister", "servir", "salutar", "conoscer", "sentir"]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// *mandaci*, *segnati*, *controllalo*.
fn has_order_clitic(word: &str) -> bool {
    const CLITICS: &[&str] = &["mi", "ti", "ci", "lo", "la", "li", "le", "ne", "gli", "telo", "tela", "tene", "melo", "mela", "celo", "cela", "glielo"];
    CLITICS.iter().filter_map(|clitic| word.strip_suffix(clitic)).any(|stem| TONGUE.verbs.get(stem) & TU_ORDER != 0)
}

/// cerc-are, cerch-i; pag-are, pagh-erai; cominci-are, cominc-i; invi-are, invi-i but invi-erai.
fn spell(stem: &str, ending: &str) -> String {
    let is_hard = stem.ends_with('c') || stem.ends_with('g');
    let drops_i = ending.starts_with('i') || stem.ends_with("ci") || stem.ends_with("gi");
    match stem.strip_suffix('i') {
        Some(short) if drops_i && stem != "invi" => short.to_owned(),
        _ if is_hard => format!("{stem}h"),
        _ => stem.to_owned(),
    }
}
