//! Spanish: tú, vos, vosotros, usted.
//!
//! *Su*, *le* and a verb without a subject are hints of usted, orders in the subjunctive more than that.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    romance::{self, Conjugation, POLITE_ORDER, Place, Rules, Stem::*, THIRD, TU, TU_ORDER, Tongue, Verbs},
    sentence::Sentence,
};

const FILE: &str = include_str!("../../data/register/es.txt");

const AR: Conjugation = ("ar", &[
    (Stressed, "as", TU), (Plain, "ás", TU), (Plain, "aste", TU), (Plain, "abas", TU), (Plain, "arás", TU),
    (Plain, "arías", TU), (Plain, "aras", TU), (Spelt, "es", TU), (Stressed, "a", TU_ORDER | THIRD), (Plain, "ó", THIRD),
    (Plain, "aba", THIRD), (Plain, "ará", THIRD), (Plain, "aría", THIRD), (Plain, "ara", THIRD), (Spelt, "e", POLITE_ORDER),
]);
const ER: Conjugation = ("er", &[
    (Stressed, "es", TU), (Plain, "és", TU), (Plain, "iste", TU), (Plain, "ías", TU), (Plain, "erás", TU),
    (Plain, "erías", TU), (Plain, "ieras", TU), (Spelt, "as", TU), (Stressed, "e", TU_ORDER | THIRD), (Plain, "ió", THIRD),
    (Plain, "ía", THIRD), (Plain, "erá", THIRD), (Plain, "ería", THIRD), (Spelt, "a", POLITE_ORDER),
]);
const IR: Conjugation = ("ir", &[
    (Stressed, "es", TU), (Plain, "ís", TU), (Plain, "iste", TU), (Plain, "ías", TU), (Plain, "irás", TU),
    (Plain, "irías", TU), (Plain, "ieras", TU), (Spelt, "as", TU), (Stressed, "e", TU_ORDER | THIRD), (Plain, "ió", THIRD),
    (Plain, "ía", THIRD), (Plain, "irá", THIRD), (Plain, "iría", THIRD), (Spelt, "a", POLITE_ORDER),
]);

const TU_WORD: Rule = ("es-tu", "tú, te, ti, tu, vos and vosotros are informal");
const USTED: Rule = ("es-usted", "usted is formal");
const SU: Rule = ("es-su", "su, le and a verb's -le may be those of usted");
const TITLE: Rule = ("es-title", "a title without a name is formal");
const RULES: Rules = Rules {
    tu: ("es-verb", "a verb in the second person is informal"),
    tu_order: ("es-order", "an order to a tú is informal"),
    polite_order: ("es-usted-order", "an order in the subjunctive is formal"),
    third: ("es-third", "a verb in the third person without a subject may be that of usted"),
};

static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue {
    verbs: Verbs::new(FILE, &[AR, ER, IR], spell),
    skips: |word| {
        matches!(word, "me" | "te" | "se" | "le" | "lo" | "la" | "nos" | "os" | "les" | "los" | "las" | "no" | "ya" | "también"
            | "tampoco" | "solo" | "sólo" | "solamente" | "aún" | "todavía" | "siempre" | "nunca" | "ahora" | "antes" | "después"
            | "simplemente" | "realmente" | "favor" | "bien" | "entonces" | "luego" | "usted")
    },
    opens: |word| {
        matches!(word, "si" | "que" | "qué" | "cuando" | "cuándo" | "como" | "cómo" | "donde" | "dónde" | "cuál" | "cuáles" | "cuánto"
            | "cuánta" | "cuántos" | "cuántas" | "quién" | "porque" | "aunque" | "mientras" | "y" | "o" | "pero" | "según" | "hasta"
            | "adónde" | "e" | "u" | "ni" | "pues" | "acaso" | "quizás" | "quizá" | "ojalá" | "sino" | "así")
    },
    asks: |word| {
        matches!(word, "qué" | "cuál" | "cuáles" | "cuánto" | "cuánta" | "cuántos" | "cuántas" | "dónde" | "cuándo" | "cómo" | "quién")
    },
    determines: |word| {
        matches!(word, "el" | "la" | "los" | "las" | "un" | "una" | "unos" | "unas" | "su" | "sus" | "tu" | "tus" | "mi" | "mis"
            | "nuestro" | "nuestra" | "nuestros" | "nuestras" | "este" | "esta" | "estos" | "estas" | "ese" | "esa" | "esos" | "esas"
            | "del" | "al" | "de" | "en" | "con" | "sin" | "por" | "para" | "otra" | "otro" | "cada" | "cualquier" | "alguna" | "algún"
            | "ninguna" | "ningún" | "muchas" | "varias" | "más" | "aquel" | "aquella" | "vuestro" | "vuestra" | "a")
    },
    possesses: |word| matches!(word, "su" | "sus" | "suyo" | "suya" | "usted"),
    reflexive: "se",
    polite_ending: 'e',
    not_orders: &["desde", "sobre", "entre", "durante", "ante", "mediante", "hasta", "contra", "hola", "para", "toda", "nada", "ahora", "cada",
        "ninguna", "donde", "bajo", "parte", "todavía", "gracias", "excepto", "aparte", "tarde", "falta", "siempre", "adelante"],
    rules: &RULES,
});

static TU_ORDERS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| ["di", "haz", "pon", "ten", "sal", "ven", "da", "mira", "oye", "ve"].into_iter().collect());

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let (lower, before) = (word.lower.as_str(), sentence.lower(index, -1));
        match lower {
            "tú" | "tu" | "tus" | "te" | "ti" | "contigo" | "tuyo" | "tuya" | "tuyos" | "tuyas" | "vos" | "vosotros" | "vosotras"
            | "os" | "vuestro" | "vuestra" | "vuestros" | "vuestras" => found.informal(at, Sure, TU_WORD),
            "usted" | "ustedes" | "ud" | "uds" | "vd" | "vds" => {
                found.formal(at, if lower.ends_with('s') { Likely } else { Sure }, USTED);
            }
            "su" | "sus" | "suyo" | "suya" | "suyos" | "suyas" | "le" | "les" => found.formal(at, Hint, SU),
            "señor" | "señora" | "señorita" | "caballero" if sentence.closes(index) && !matches!(before, "el" | "la" | "un" | "una" | "del" | "al") => {
                found.formal(at, Hint, TITLE);
            }
            _ if TONGUE.verbs.get(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
            _ => ending(sentence, index, found),
        }
    }
}

/// Verbs with clitics, and those that no list has.
fn ending(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let lower = word.lower.as_str();
    let before = sentence.lower(index, -1);
    if word.capital && !word.opens() {
        return;
    }
    if is_infinitive(lower, &["te", "telo", "tela", "telos", "telas"]) {
        found.informal(&word.at, Sure, TU_WORD);
    } else if is_infinitive(lower, &["lo", "la"]) && concerns_people(lower) || before == "por" && is_infinitive(lower, &["se"]) {
        found.formal(&word.at, Hint, SU);
    } else if is_infinitive(lower, &["le", "les", "selo", "sela", "selos", "selas"]) {
        found.formal(&word.at, Hint, SU);
    } else if romance::place(&TONGUE, sentence, index) == Place::Start && !word.asks || lower.len() > 6 {
        match clitic_order(lower) {
            POLITE_ORDER => found.formal(&word.at, Likely, RULES.polite_order),
            TU_ORDER => found.informal(&word.at, Likely, RULES.tu_order),
            _ if is_tu_ending(lower) => found.informal(&word.at, Likely, RULES.tu),
            _ => romance::unknown(&TONGUE, sentence, index, found),
        }
    }
}

fn concerns_people(word: &str) -> bool {
    ["ayudar", "atender", "contactar", "informar", "molestar", "llamar", "acompañar", "avisar", "asistir", "comunicar"]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// What ends like an infinitive with a clitic and is none.
const NOT_INFINITIVES: &[&str] = &[
    "aparte", "reparte", "comparte", "imparte", "descarte", "baluarte", "estandarte", "convierte", "advierte", "divierte", "invierte",
    "departe", "contraparte", "subvierte", "pervierte",
];

/// *ayudarte*, *enviándote*: an infinitive or a gerund.
fn is_infinitive(word: &str, clitics: &[&str]) -> bool {
    clitics.iter().filter_map(|clitic| word.strip_suffix(clitic)).any(|stem| {
        let bare = without_accents(stem);
        let is_long = word.len() > 7 && (bare.ends_with("ar") || bare.ends_with("er") || bare.ends_with("ir"));
        stem.ends_with("ándo") || stem.ends_with("éndo") || is_long && !NOT_INFINITIVES.contains(&word)
            || TONGUE.verbs.infinitives.contains(bare.as_str())
            || matches!(bare.as_str(), "dar" | "decir" | "hacer" | "poner" | "ver" | "ir" | "venir" | "tener" | "sentir" | "traer")
    })
}

/// *envíeme* is an order to an usted, *envíame* to a tú.
fn clitic_order(word: &str) -> u8 {
    const CLITICS: &[&str] = &["me", "nos", "lo", "la", "los", "las", "le", "les", "se", "te", "melo", "mela", "noslo", "selo", "sela", "telo"];
    for clitic in CLITICS {
        let Some(stem) = word.strip_suffix(clitic).filter(|stem| stem.len() > 1) else { continue };
        let bare = without_accents(stem);
        let forms = TONGUE.verbs.get(stem) | TONGUE.verbs.get(&bare) | TONGUE.verbs.get(&i_with_accent(&bare));
        if forms & POLITE_ORDER != 0 && !clitic.starts_with("te") {
            return POLITE_ORDER;
        }
        let is_short = bare.len() < 4 && !TU_ORDERS.contains(bare.as_str());
        if forms & TU_ORDER != 0 && !clitic.starts_with("se") && !is_short {
            return TU_ORDER;
        }
    }
    0
}

/// *Envie* is spelt *envíe* where it stands alone.
fn i_with_accent(word: &str) -> String {
    let vowels = word.chars().rev().take_while(|sign| matches!(sign, 'a' | 'e' | 'i')).count();
    let keep = word.len() - vowels;
    let (head, tail) = word.split_at_checked(keep).unwrap_or((word, ""));
    format!("{head}{}", tail.replacen('i', "í", 1))
}

/// Endings of the second person that hardly any noun has.
fn is_tu_ending(word: &str) -> bool {
    ["aste", "iste", "arás", "erás", "irás", "aríais"].iter().any(|end| word.ends_with(end)) && word.len() > 6
        || word.len() > 5 && ["áis", "éis", "asteis", "isteis"].iter().any(|end| word.ends_with(end)) && word != "seis"
}

fn without_accents(word: &str) -> String {
    let plain = |sign| match sign {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        sign => sign,
    };
    word.chars().map(plain).collect()
}

/// The stem before e or a of the subjunctive: busc-ar, busqu-e; recog-er, recoj-a; conoc-er, conozc-a.
fn spell(stem: &str, ending: &str) -> String {
    let is_ar = ending.starts_with('e');
    let change = |end: &str, to: &str| stem.strip_suffix(end).map(|head| format!("{head}{to}"));
    let changed = if is_ar {
        change("c", "qu").or_else(|| change("g", "gu")).or_else(|| change("z", "c"))
    } else {
        change("gu", "g").or_else(|| change("g", "j")).or_else(|| change("zc", "zc")).or_else(|| change("c", "zc"))
    };
    changed.unwrap_or_else(|| stem.to_owned())
}
