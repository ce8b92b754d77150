//! Portuguese: tu and o senhor.
//!
//! In Portugal the third person is the polite one. In Brazil everybody is *você*, and the third person says nothing.

use std::sync::LazyLock;

use cuecard_model::Register;

use super::{
    Found, Rule, Sign,
    Weight::{Hint, Likely, Sure},
    romance::{self, Rules, Tongue},
    sentence::{Gap, Sentence},
};

const TU_WORD: Rule = ("pt-tu", "tu, te, ti, contigo and teu are informal");
const VOCE: Rule = ("pt-voce", "você is informal in Brazil and polite in Portugal");
const SENHOR: Rule = ("pt-senhor", "o senhor and a senhora are formal");
const SEU: Rule = ("pt-seu", "seu, lhe, si and consigo may be those of o senhor");
const RULES: Rules = Rules {
    tu: ("pt-verb", "a verb in the second person is informal"),
    tu_order: ("pt-order", "an order to a tu is informal"),
    polite_order: ("pt-senhor-order", "an order in the subjunctive is formal"),
    third: ("pt-third", "a verb in the third person without a subject may be the polite form"),
};

const FILE: &str = include_str!("../../data/register/pt.txt");
// Se is "if" as well, and the reflexive one mostly follows its verb, so that none makes a statement impersonal.
static TONGUE: LazyLock<Tongue> = LazyLock::new(|| Tongue::new(FILE, spell, "", 'e', &RULES));

pub(super) fn read(sentence: &Sentence, found: &mut Found, is_brazilian: bool) {
    let first = found.signs.len();
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        match word.lower.as_str() {
            "tu" | "te" | "ti" | "contigo" | "teu" | "teus" | "tua" | "tuas" => found.informal(at, Sure, TU_WORD),
            "você" | "vocês" if is_brazilian => found.informal(at, Likely, VOCE),
            "você" => found.formal(at, Likely, VOCE),
            "vocês" => found.formal(at, Hint, VOCE),
            _ => polite(sentence, index, found),
        }
    }
    if is_brazilian {
        let says_nothing = |sign: &Sign| sign.register == Register::Formal && sign.weight < Sure;
        let signs = found.signs.split_off(first);
        found.signs.extend(signs.into_iter().filter(|sign| !says_nothing(sign)));
    }
}

fn polite(sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let at = &word.at;
    let (lower, before) = (word.lower.as_str(), sentence.lower(index, -1));
    match lower {
        "senhor" | "senhora" | "sr" | "sra" => {
            let is_pronoun = matches!(before, "o" | "a" | "ao" | "à" | "do" | "da" | "no" | "na" | "pelo" | "pela");
            found.formal(at, if is_pronoun { Sure } else { Hint }, SENHOR);
        }
        "si" if sentence.closes(index) || matches!(before, "para" | "de" | "por" | "a") => {
            found.formal(at, Likely, SEU);
        }
        // Elsewhere it is "I can".
        "consigo" if sentence.closes(index) || is_infinitive(before) => found.formal(at, Likely, SEU),
        "seu" | "sua" | "seus" | "suas" | "lhe" | "vosso" | "vossa" | "vossos" | "vossas" => {
            found.formal(at, Hint, SEU);
        }
        // Ajudá-lo.
        "lo" | "la" if word.gap == Gap::Hyphen && before.ends_with(['á', 'ê']) => found.formal(at, Hint, SEU),
        _ if is_hyphened_order(sentence, index) => found.informal(at, Likely, RULES.tu_order),
        // Se precisar, quando receber: the future subjunctive, spelt like the infinitive.
        _ if matches!(before, "se" | "quando") && is_infinitive(lower) => found.formal(at, Hint, RULES.third),
        _ if TONGUE.forms(lower) != 0 => romance::verb(&TONGUE, sentence, index, found),
        _ if is_tu_ending(lower) && !word.capital => found.informal(at, Likely, RULES.tu),
        _ => romance::unknown(&TONGUE, sentence, index, found),
    }
}

/// *Diz-me*; without the pronoun these are the third person more often.
fn is_hyphened_order(sentence: &Sentence, index: usize) -> bool {
    let is_statement = sentence.words.get(index).is_some_and(|word| word.opens() && !word.asks);
    let has_pronoun = sentence.near(index, 1).is_some_and(|next| next.gap == Gap::Hyphen);
    is_statement && has_pronoun && matches!(sentence.lower(index, 0), "diz" | "faz" | "dá" | "põe" | "traz" | "vê")
}

fn is_infinitive(word: &str) -> bool {
    word.len() > 2 && ["ar", "er", "ir"].iter().any(|end| word.ends_with(end))
}

/// Endings of the second person that hardly any noun has.
fn is_tu_ending(word: &str) -> bool {
    const ENDINGS: &[&str] = &["aste", "avas", "arás", "erás", "irás", "asses", "esses"];
    word.len() > 6 && ENDINGS.iter().any(|end| word.ends_with(end))
}

/// The stem before e or a of the subjunctive: verific-ar, verifiqu-e; começ-ar, comec-e; conhec-er, conheç-a.
fn spell(stem: &str, ending: &str) -> String {
    let changes: &[_] = if ending.starts_with('e') {
        &[("c", "qu"), ("g", "gu"), ("ç", "c")]
    } else {
        &[("c", "ç"), ("gu", "g"), ("g", "j")]
    };
    romance::respell(stem, changes)
}
