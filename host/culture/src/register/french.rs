//! French: tu and vous. The pronoun is there but for orders, which are told by their endings.

use std::{collections::HashSet, sync::LazyLock};

use cuecard_model::Register;

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    sentence::{Gap, Sentence},
};

const FILE: &str = include_str!("../../data/register/fr.txt");
static ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "tu-order").collect());
static NOUN_ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "tu-order-or-noun").collect());
static FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "tu").collect());
static BEFORE: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "before-orders").collect());
static AFTER: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "after-orders").collect());
static NOT_ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "not-orders").collect());
static NOT_EZ: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "not-ez").collect());

const VOUS: Rule = ("fr-vous", "vous, votre and vos are formal");
const TU: Rule = ("fr-tu", "tu, toi, te, ton, ta and tes are informal");
const EZ: Rule = ("fr-ez", "a verb in -ez is formal");
const FORM: Rule = ("fr-verb", "a verb in the second person singular is informal");
const ORDER: Rule = ("fr-order", "an order in the singular is informal");
const PLEASE: Rule = ("fr-please", "svp is formal and stp is not");

/// Before *ton* these make it a tone.
const BEFORE_TONE: &[&str] = &["le", "un", "ce", "du", "au", "quel", "même", "bon", "votre", "son", "mon"];

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    let first = found.signs.len();
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let before = sentence.lower(index, -1);
        let has_informal =
            found.signs.get(first..).is_some_and(|signs| signs.iter().any(|it| it.register == Register::Informal));
        let next_gap = sentence.near(index, 1).map(|next| next.gap);
        match word.lower.as_str() {
            "rendez" | "vous" if is_appointment(sentence, index) => {}
            "vous" | "votre" | "vos" | "vôtre" | "vôtres" => found.formal(at, Sure, VOUS),
            "t" if next_gap == Some(Gap::Apostrophe) && word.gap != Gap::Hyphen => found.informal(at, Sure, TU),
            "ton" if word.gap == Gap::Hyphen || !BEFORE_TONE.contains(&before) => found.informal(at, Sure, TU),
            "tu" | "te" | "toi" | "ta" | "tes" | "tien" | "tienne" | "tiens" | "tiennes"
                if word.lower != "tiens" || matches!(before, "les" | "des" | "aux") =>
            {
                found.informal(at, Sure, TU);
            }
            "êtes" | "soyez" | "ayez" | "veuillez" | "sachez" => found.formal(at, Sure, EZ),
            "faites" | "dites" => found.formal(at, if may_order(sentence, index, true) { Likely } else { Hint }, EZ),
            "svp" => found.formal(at, Likely, PLEASE),
            "stp" => found.informal(at, Likely, PLEASE),
            lower if is_ez(lower) && (!word.capital || word.gap == Gap::Start) => found.formal(at, Likely, EZ),
            lower if may_order(sentence, index, has_informal) => order(sentence, index, lower, found),
            lower if FORMS.contains(lower) => found.informal(at, Hint, FORM),
            _ => {}
        }
    }
}

fn is_ez(word: &str) -> bool {
    word.len() > 3 && word.ends_with("ez") && !NOT_EZ.contains(word)
}

/// *Le rendez-vous*, but not *Rendez-vous à l'accueil*.
fn is_appointment(sentence: &Sentence, index: usize) -> bool {
    let first = match sentence.lower(index, 0) {
        "rendez" if sentence.lower(index, 1) == "vous" => index,
        "vous" if sentence.lower(index, -1) == "rendez" => index - 1,
        _ => return false,
    };
    sentence.near(first, 1).is_some_and(|next| next.gap == Gap::Hyphen) && !sentence.opens(first)
}

fn order(sentence: &Sentence, index: usize, lower: &str, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let next = sentence.near(index, 1);
    let has_pronoun = next.is_some_and(|next| {
        next.gap == Gap::Hyphen
            && matches!(next.lower.as_str(), "moi" | "nous" | "le" | "la" | "les" | "lui" | "leur" | "y" | "en")
    });
    let is_order = ORDERS.contains(lower)
        || NOUN_ORDERS.contains(lower) && next.is_some_and(|next| AFTER.contains(next.lower.as_str()));
    if is_order {
        found.informal(&word.at, if has_pronoun { Sure } else { Likely }, ORDER);
    } else if is_unknown_order(sentence, index) {
        found.informal(&word.at, Hint, ORDER);
    }
}

/// *Ne divulgue jamais...*, *Range le carton*: the shape of an order, with a verb that no list has.
fn is_unknown_order(sentence: &Sentence, index: usize) -> bool {
    const ARTICLES: &[&str] = &["le", "la", "les", "l", "un", "une", "mon", "ma", "mes", "ce", "cette"];
    let (lower, next) = (sentence.lower(index, 0), sentence.lower(index, 1));
    let looks_like = lower.len() > 4 && lower.ends_with('e') && !NOT_ORDERS.contains(lower);
    let negated = matches!(sentence.lower(index, -1), "ne" | "n") && matches!(next, "pas" | "jamais" | "plus" | "rien");
    let starts = sentence.words.get(index).is_some_and(|word| word.gap == Gap::Start && !word.asks);
    looks_like && (negated || starts && ARTICLES.contains(&next))
}

/// An order starts a part of a sentence, or follows *ne*, *et* and the like, and has no subject after it.
fn may_order(sentence: &Sentence, index: usize, has_informal: bool) -> bool {
    let Some(word) = sentence.words.get(index) else { return false };
    // After *et* it may have the subject of the verb before: le technicien arrive et apporte la pièce.
    let opens = |index: usize| {
        sentence.opens(index)
            || has_informal
                && BEFORE.contains(sentence.lower(index, -1))
                && sentence.words.get(index).is_some_and(|it| it.gap == Gap::Space)
    };
    let has_subject = sentence.near(index, 1).is_some_and(|next| match next.lower.as_str() {
        "il" | "elle" | "on" | "je" => true,
        "t" | "ils" | "elles" | "ce" => next.gap == Gap::Hyphen,
        _ => false,
    });
    let negated = matches!(sentence.lower(index, -1), "ne" | "n") && index > 0 && opens(index - 1);
    let is_short_question = word.asks && word.gap == Gap::Start && sentence.words.len() < 3;
    (negated || opens(index)) && !has_subject && !is_short_question
}
