//! Spanish: tú, vos, vosotros, usted.
//!
//! *Su*, *le* and a verb without a subject are hints of usted, orders in the subjunctive more than that.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    romance::{self, Forms, POLITE_ORDER, Place, Rules, TU_ORDER, Tongue},
    sentence::Sentence,
};

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

const FILE: &str = include_str!("../../data/register/es.txt");
static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue::new(FILE, spell, "se", 'e', &RULES));
static NOT_INFINITIVES: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "not-infinitives").collect());
static SHORT_INFINITIVES: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "short-infinitives").collect());
static OF_PEOPLE: LazyLock<Vec<&str>> = LazyLock::new(|| list(FILE, "of-people").collect());

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let lower = word.lower.as_str();
        match lower {
            "tú" | "tu" | "tus" | "te" | "ti" | "contigo" | "tuyo" | "tuya" | "tuyos" | "tuyas" | "vos"
            | "vosotros" | "vosotras" | "os" | "vuestro" | "vuestra" | "vuestros" | "vuestras" => {
                found.informal(at, Sure, TU_WORD);
            }
            "usted" | "ud" | "vd" => found.formal(at, Sure, USTED),
            "ustedes" | "uds" | "vds" => found.formal(at, Likely, USTED),
            "su" | "sus" | "suyo" | "suya" | "suyos" | "suyas" | "le" | "les" => found.formal(at, Hint, SU),
            "señor" | "señora" | "señorita" | "caballero" if sentence.opens(index) && sentence.closes(index) => {
                found.formal(at, Hint, TITLE);
            }
            _ if TONGUE.forms(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
            _ if !word.capital || word.opens() => ending(sentence, index, found),
            _ => {}
        }
    }
}

/// Verbs with clitics, and those that no list has.
fn ending(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let lower = word.lower.as_str();
    if has_infinitive(lower, &["te", "telo", "tela", "telos", "telas"]) {
        found.informal(&word.at, Sure, TU_WORD);
    } else if may_mean_usted(lower, sentence.lower(index, -1)) {
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

/// *Informarle*, *ayudarlo*, *gracias por comunicarse*.
fn may_mean_usted(word: &str, before: &str) -> bool {
    let of_people = || OF_PEOPLE.iter().any(|stem| word.starts_with(stem));
    has_infinitive(word, &["le", "les", "selo", "sela", "selos", "selas"])
        || has_infinitive(word, &["lo", "la"]) && of_people()
        || before == "por" && has_infinitive(word, &["se"])
}

/// *ayudarte*, *enviándote*: an infinitive or a gerund before one of the clitics.
fn has_infinitive(word: &str, clitics: &[&str]) -> bool {
    clitics.iter().filter_map(|clitic| word.strip_suffix(clitic)).any(|stem| {
        if stem.ends_with("ándo") || stem.ends_with("éndo") {
            return true;
        }
        let bare = without_accents(stem);
        let is_long = word.len() > 7 && (bare.ends_with("ar") || bare.ends_with("er") || bare.ends_with("ir"));
        is_long && !NOT_INFINITIVES.contains(word)
            || TONGUE.is_infinitive(&bare)
            || SHORT_INFINITIVES.contains(bare.as_str())
    })
}

/// *envíeme* is an order to an usted, *envíame* to a tú.
fn clitic_order(word: &str) -> Forms {
    const CLITICS: &[&str] = &[
        "me", "nos", "lo", "la", "los", "las", "le", "les", "se", "te", "melo", "mela", "noslo", "selo", "sela", "telo",
    ];
    const SHORT: &[&str] = &["di", "haz", "pon", "ten", "sal", "ven", "da"];
    for clitic in CLITICS {
        let Some(stem) = word.strip_suffix(clitic).filter(|stem| stem.len() > 1) else { continue };
        let bare = without_accents(stem);
        let forms = TONGUE.forms(stem) | TONGUE.forms(&bare) | TONGUE.forms(&i_with_accent(&bare));
        if forms & POLITE_ORDER != 0 && !clitic.starts_with("te") {
            return POLITE_ORDER;
        }
        let is_whole = bare.len() > 3 || SHORT.contains(&bare.as_str());
        if forms & TU_ORDER != 0 && !clitic.starts_with("se") && is_whole {
            return TU_ORDER;
        }
    }
    0
}

/// *Envie* is spelt *envíe* where it stands alone.
fn i_with_accent(word: &str) -> String {
    let vowels = word.chars().rev().take_while(|sign| matches!(sign, 'a' | 'e' | 'i')).count();
    let (head, tail) = word.split_at_checked(word.len() - vowels).unwrap_or((word, ""));
    format!("{head}{}", tail.replacen('i', "í", 1))
}

/// Endings of the second person that hardly any noun has.
fn is_tu_ending(word: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    word.len() > 6 && ends(&["aste", "iste", "arás", "erás", "irás"])
        || word.len() > 5 && ends(&["áis", "éis", "asteis", "isteis"])
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
    let changes: &[_] = if ending.starts_with('e') {
        &[("c", "qu"), ("g", "gu"), ("z", "c")]
    } else {
        &[("gu", "g"), ("g", "j"), ("zc", "zc"), ("c", "zc")]
    };
    romance::respell(stem, changes)
}
