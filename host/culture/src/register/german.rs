//! German: du, ihr, Sie. The pronoun is almost always there, and its capital tells *Sie* (you) from *sie* (they).
//!
//! At the start of a sentence the capital tells nothing; a verb in the plural is then only a hint.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    sentence::{Gap, Sentence},
};

const FILE: &str = include_str!("../../data/register/de.txt");
static ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "du-order").collect());
static SOFT_ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "du-order-e").collect());
static IHR_ORDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "ihr-order").collect());
static DU_FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "du").collect());
static IHR_FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "ihr").collect());
static IHR_OR_ER_FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(FILE, "ihr-or-er").collect());

const PRONOUN: Rule = ("de-pronoun", "du, ihr and their forms are informal");
const FORM: Rule = ("de-verb", "a verb in the second person is informal");
const ORDER: Rule = ("de-order", "an order without Sie is informal");
const SIE: Rule = ("de-sie", "Sie, Ihnen and Ihr with a capital are formal");
const OPENING: Rule = ("de-sie-first", "Sie or Ihr at the start may be formal, or she or they");
const SMALL: Rule = ("de-sie-small", "sie in a text without capitals may be formal");
const SALUTATION: Rule = ("de-salutation", "this salutation is formal");

pub(super) fn read(sentence: &Sentence, found: &mut Found) {
    // Nouns have capitals, so a sentence of some length without any was written without the shift key.
    let is_small = sentence.words.len() > 3 && !sentence.words.iter().skip(1).any(|word| word.capital);
    let says_ich = sentence.words.iter().any(|word| word.lower == "ich");
    for (index, word) in sentence.words.iter().enumerate() {
        let at = &word.at;
        let is_first = word.gap == Gap::Start;
        match word.lower.as_str() {
            "du" | "dich" | "dir" | "dein" | "deine" | "deinem" | "deinen" | "deiner" | "deines" | "deins"
            | "deinetwegen" | "dirs" | "euch" | "euer" | "eure" | "eurem" | "euren" | "eurer" | "eures" => {
                found.informal(at, Sure, PRONOUN);
            }
            "ihr" if is_you(sentence, index) => found.informal(at, Sure, PRONOUN),
            "sie" if word.capital && is_first && !is_plural(sentence.lower(index, 1)) => {}
            "sie" if is_small && !word.opens() && is_plural(sentence.lower(index, -1)) => {
                found.formal(at, Hint, SMALL);
            }
            "sie" | "ihnen" | "ihr" | "ihre" | "ihrem" | "ihren" | "ihrer" | "ihres" if word.capital => {
                let (weight, rule) = if is_first { (Hint, OPENING) } else { (Sure, SIE) };
                found.formal(at, weight, rule);
            }
            "ihnen" | "ihre" | "ihrem" | "ihren" | "ihrer" if is_small => found.formal(at, Hint, SMALL),
            "geehrte" | "geehrter" | "geehrten" => found.formal(at, Likely, SALUTATION),
            lower if DU_FORMS.contains(lower) => found.informal(at, Likely, FORM),
            lower if may_order(sentence, index) => {
                // Ich frage nach und melde mich: an order's final -e is also that of ich.
                let goes_with_ich = || sentence.words.iter().take(index).any(|before| before.lower == "ich");
                if ORDERS.contains(lower) && !(lower.ends_with('e') && goes_with_ich()) {
                    found.informal(at, Likely, ORDER);
                } else if !says_ich
                    && (SOFT_ORDERS.contains(lower) || word.gap == Gap::Start && IHR_ORDERS.contains(lower))
                {
                    found.informal(at, Hint, ORDER);
                }
            }
            _ => {}
        }
    }
}

/// *habt ihr*, *ihr könnt*, *wenn ihr bestellt habt*; not *ihr Paket*, *mit ihr*, *kommt Ihr Paket*.
fn is_you(sentence: &Sentence, index: usize) -> bool {
    const OPENERS: &[&str] =
        &["wenn", "ob", "dass", "weil", "falls", "damit", "wann", "wie", "was", "wo", "warum", "bevor", "sobald"];
    let is_form = |offset| IHR_FORMS.contains(sentence.lower(index, offset));
    if is_form(-1) || is_form(1) {
        return true;
    }
    let is_capital = sentence.words.get(index).is_some_and(|word| word.capital && word.gap != Gap::Start);
    let has_noun = sentence.near(index, 1).is_some_and(|next| next.capital);
    if is_capital || has_noun {
        return false;
    }
    let may_be = |offset| IHR_OR_ER_FORMS.contains(sentence.lower(index, offset));
    let verb_first =
        index > 0 && may_be(-1) && (sentence.opens(index - 1) || OPENERS.contains(&sentence.lower(index, -2)));
    if verb_first || sentence.opens(index) && may_be(1) {
        return true;
    }
    // The auxiliary ends its clause: wenn ihr das Paket nicht bekommen habt.
    let clause = sentence.words.iter().enumerate().skip(index + 1);
    let mut clause = clause.take_while(|(_, word)| !word.opens());
    let opens = sentence.opens(index) || OPENERS.contains(&sentence.lower(index, -1));
    opens && clause.any(|(at, word)| sentence.closes(at) && IHR_FORMS.contains(word.lower.as_str()))
}

/// Ends as a verb of the third person plural does; so do many others, but not those of *she*.
fn is_plural(word: &str) -> bool {
    matches!(word, "sind" | "tun")
        || word.len() > 3 && (word.ends_with("en") || word.ends_with("ern") || word.ends_with("eln"))
}

/// An order starts a part of a sentence, or follows *bitte* and the like. Before *ich* or *wir* it is none.
fn may_order(sentence: &Sentence, index: usize) -> bool {
    const BEFORE: &[&str] = &["bitte", "und", "oder", "dann", "also", "einfach", "jetzt", "gern", "gerne", "sonst"];
    let Some(word) = sentence.words.get(index) else { return false };
    let subject = matches!(sentence.lower(index, 1), "ich" | "wir" | "er" | "man");
    let is_question = word.asks && word.gap == Gap::Start;
    let is_noun = word.capital && word.gap != Gap::Start;
    !subject && !is_question && !is_noun && (word.opens() || BEFORE.contains(&sentence.lower(index, -1)))
}
