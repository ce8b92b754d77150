//! Spanish, Italian and Portuguese: the polite form borrows the third person, so the verb's form and place decide.
//!
//! Owns what the three share: conjugation, and where in its clause a verb stands. Each brings its endings, its
//! closed classes of words and its pronouns. A verb form says for certain that somebody is called *tú*; that
//! somebody is called *usted* it says for certain only as an order, and is a hint elsewhere.

use std::collections::{HashMap, HashSet};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    sentence::{Gap, Sentence},
};

/// What a form of a verb may be.
pub(super) type Forms = u8;
/// Second person singular of a statement.
pub(super) const TU: Forms = 1;
/// Third person singular of a statement.
pub(super) const THIRD: Forms = 2;
/// Order to a tú.
pub(super) const TU_ORDER: Forms = 4;
/// Third person of the subjunctive: order to an usted.
pub(super) const POLITE_ORDER: Forms = 8;
/// Also a noun or another word.
pub(super) const NOUN: Forms = 16;
/// A regular form as short as a noun's ending, so that one that we do not know may be spelt the same.
const SHORT: Forms = 32;

/// Which of its stems a verb's ending comes after.
#[derive(Clone, Copy)]
pub(super) enum Stem {
    /// *pens-*.
    Plain,
    /// *piens-*, *cap-isc-*.
    Stressed,
    /// The stressed stem as it is spelt before this ending: *busqu-e*.
    Spelt,
    /// The plain one as it is spelt before this ending: *cerch-erai*.
    PlainSpelt,
}

/// An infinitive's ending, and the endings of the forms that matter here.
pub(super) type Conjugation = (&'static str, &'static [(Stem, &'static str, Forms)]);

/// A language of this family.
pub(super) struct Tongue {
    /// Its verbs' forms.
    pub(super) verbs: Verbs,
    /// Stands between a verb and the start of its clause: clitics, negation, short adverbs.
    pub(super) skips: fn(&str) -> bool,
    /// Starts a clause whose subject may be left out.
    pub(super) opens: fn(&str) -> bool,
    /// Asks for something: what, which, how many.
    pub(super) asks: fn(&str) -> bool,
    /// What follows is a noun.
    pub(super) determines: fn(&str) -> bool,
    /// The pronoun that makes a statement impersonal.
    pub(super) reflexive: &'static str,
    /// Belongs to the third person, or to the polite one.
    pub(super) possesses: fn(&str) -> bool,
    /// What the regular verbs in -ar (-are) end in as an order to an usted; to a tú it is -a.
    pub(super) polite_ending: char,
    /// Other words with such endings that start a sentence before an article.
    pub(super) not_orders: &'static [&'static str],
    /// The rules' ids and words.
    pub(super) rules: &'static Rules,
}

/// How a tongue states the rules that it shares.
pub(super) struct Rules {
    pub(super) tu: Rule,
    pub(super) tu_order: Rule,
    pub(super) polite_order: Rule,
    pub(super) third: Rule,
}

/// The forms of a language's verbs.
pub(super) struct Verbs {
    forms: HashMap<String, Forms>,
    /// Infinitives.
    pub(super) infinitives: HashSet<&'static str>,
}

impl Verbs {
    /// Conjugates the verbs of a word list.
    pub(super) fn new(file: &'static str, conjugations: &[Conjugation], spell: fn(&str, &str) -> String) -> Self {
        let mut verbs = Self { forms: HashMap::new(), infinitives: HashSet::new() };
        let things: HashSet<_> = list(file, "things").collect();
        let states: HashSet<_> = list(file, "states").collect();
        for entry in list(file, "verbs") {
            let (infinitive, stressed) = entry.split_once('/').unwrap_or((entry, ""));
            verbs.infinitives.insert(infinitive);
            let hidden = match infinitive {
                thing if things.contains(thing) => THIRD | TU_ORDER,
                state if states.contains(state) => TU_ORDER,
                _ => 0,
            };
            let class = conjugations.iter().filter_map(|(ending, forms)| Some((infinitive.strip_suffix(ending)?, forms)));
            for (stem, forms) in class {
                let stressed = match stressed {
                    "" | "-" => stem.to_owned(),
                    "isc" => format!("{stem}isc"),
                    stressed => stressed.to_owned(),
                };
                for (which, ending, form) in *forms {
                    let stem = match which {
                        Stem::Plain => stem.to_owned(),
                        Stem::Stressed => stressed.clone(),
                        Stem::Spelt => spell(&stressed, ending),
                        Stem::PlainSpelt => spell(stem, ending),
                    };
                    let short = if ending.len() < 3 { SHORT } else { 0 };
                    if form & !hidden != 0 {
                        verbs.add(format!("{stem}{ending}"), form & !hidden | short);
                    }
                }
            }
        }
        let irregular = [("tú", TU), ("tú-order", TU_ORDER), ("person", THIRD), ("subjunctive", POLITE_ORDER)];
        for (key, forms) in irregular.into_iter().chain([("usted-order", POLITE_ORDER), ("also-nouns", NOUN)]) {
            list(file, key).for_each(|word| verbs.add(word.to_owned(), forms));
        }
        list(file, "never").for_each(|word| _ = verbs.forms.remove(word));
        verbs
    }

    fn add(&mut self, word: String, forms: Forms) {
        *self.forms.entry(word).or_default() |= forms;
    }

    /// What a word may be; 0 if it is no verb.
    pub(super) fn get(&self, word: &str) -> Forms {
        self.forms.get(word).copied().unwrap_or_default()
    }
}

/// Where in its clause a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// First, not counting clitics and the like.
    Start,
    /// After a word that opens a clause: *si*, *cuando*, *que*.
    Opened,
    /// After a word that determines a noun.
    Noun,
    /// In a question that starts with *qué talla*, *quale taglia*, without a subject before the verb.
    Asked,
    /// After *and* or *but*.
    Joined,
    /// After anything else, most often its subject.
    Inside,
}

/// A word's place.
pub(super) fn place(tongue: &Tongue, sentence: &Sentence, index: usize) -> Place {
    let before = sentence.lower(index, -1);
    let may_be_noun = tongue.verbs.get(sentence.lower(index, 0)) & (NOUN | SHORT) != 0;
    let two_before = sentence.lower(index, -2);
    let after_clitic = is_clitic(before) && matches!(two_before, "no" | "não" | "non" | "se" | "me" | "te" | "ya" | "já");
    if !sentence.opens(index) && (tongue.determines)(before) && may_be_noun && !after_clitic {
        return Place::Noun;
    }
    let mut first = index;
    while !sentence.opens(first) && is_skipped(tongue, sentence.lower(first, -1)) {
        first -= 1;
    }
    if sentence.opens(first) {
        return Place::Start;
    }
    let opener = sentence.lower(first, -1);
    let is_first = first > 0 && sentence.opens(first - 1);
    if !is_first && matches!(opener, "y" | "e" | "o" | "u" | "ed" | "ou" | "pero" | "ma" | "mas" | "oppure") {
        return Place::Joined;
    }
    if (tongue.opens)(opener) {
        return Place::Opened;
    }
    if is_asked(tongue, sentence, first) { Place::Asked } else { Place::Inside }
}

/// Pronouns before a verb; some are articles too.
fn is_clitic(word: &str) -> bool {
    matches!(
        word,
        "me" | "te" | "se" | "le" | "lo" | "la" | "nos" | "les" | "los" | "las" | "mi" | "ti" | "ci" | "vi" | "si" | "li" | "gli" | "ne"
            | "l" | "o" | "a" | "os" | "as" | "lhe"
    )
}

fn is_skipped(tongue: &Tongue, word: &str) -> bool {
    (tongue.skips)(word) || word.ends_with("mente")
}

fn is_asked(tongue: &Tongue, sentence: &Sentence, index: usize) -> bool {
    if !sentence.words.get(index).is_some_and(|word| word.asks) {
        return false;
    }
    let mut at = index;
    while at > 0 && index - at < 5 {
        let before = sentence.lower(at, -1);
        if (tongue.asks)(before) {
            return true;
        }
        // ¿De pequeño jugaba...?
        if sentence.opens(at) {
            return matches!(sentence.lower(at, 0), "de" | "en" | "para" | "desde" | "por" | "da" | "di" | "in" | "per" | "em" | "alguna");
        }
        if (tongue.determines)(before) && !sentence.opens(at - 1) {
            return false;
        }
        at -= 1;
    }
    false
}

/// Judges the word at an index as a verb.
pub(super) fn verb(tongue: &Tongue, sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let forms = tongue.verbs.get(&word.lower);
    // A capital within a sentence makes a name.
    if forms & !NOUN == 0 || word.capital && !word.opens() {
        return;
    }
    let place = place(tongue, sentence, index);
    let rules = tongue.rules;
    let is_noun = forms & NOUN != 0;
    let reflexive = tongue.reflexive == sentence.lower(index, -1) && !sentence.opens(index);
    if forms & TU != 0 && !(forms & POLITE_ORDER != 0 && !is_tu_rather(sentence, index, place)) {
        let certain = !is_noun || (tongue.skips)(sentence.lower(index, -1)) && !word.opens();
        match place {
            Place::Noun => {}
            Place::Inside | Place::Asked if is_noun && !certain => {}
            Place::Inside if forms & SHORT != 0 && !follows_subject(sentence, index) => found.informal(&word.at, Hint, rules.tu),
            _ => found.informal(&word.at, if certain { Sure } else { Likely }, rules.tu),
        }
    } else if forms & POLITE_ORDER != 0 && place != Place::Noun {
        match place {
            Place::Start if !word.asks => found.formal(&word.at, Likely, rules.polite_order),
            Place::Opened | Place::Joined if !is_noun => found.formal(&word.at, Hint, rules.polite_order),
            _ if reflexive && forms & TU != 0 => found.formal(&word.at, Likely, rules.polite_order),
            _ => {}
        }
    } else if forms & TU_ORDER != 0 && place == Place::Start && !word.asks && may_order_tu(tongue, sentence, index, forms) {
        found.informal(&word.at, Likely, rules.tu_order);
    } else if forms & THIRD != 0 && !is_noun_there(is_noun, place) && (word.asks || !reflexive) {
        let is_joined = place == Place::Joined && !word.asks;
        if !is_joined && !matches!(place, Place::Noun | Place::Inside) {
            found.formal(&word.at, Hint, rules.third);
        }
    }
}

/// *Desenchufe el módem*: the shape of an order, with a verb that no list has.
pub(super) fn unknown(tongue: &Tongue, sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let is_article = matches!(
        sentence.lower(index, 1),
        "el" | "la" | "los" | "las" | "un" | "una" | "il" | "lo" | "l" | "i" | "gli" | "le" | "o" | "a" | "os" | "as" | "um" | "uma"
    );
    let lower = word.lower.as_str();
    if word.gap != Gap::Start || word.asks || !is_article || lower.len() < 5 || tongue.not_orders.contains(&lower) {
        return;
    }
    if lower.ends_with(tongue.polite_ending) {
        found.formal(&word.at, Hint, tongue.rules.polite_order);
    } else if lower.ends_with('a') {
        found.informal(&word.at, Hint, tongue.rules.tu_order);
    }
}

fn follows_subject(sentence: &Sentence, index: usize) -> bool {
    matches!(sentence.lower(index, -1), "tú" | "tu" | "te" | "ti" | "vos")
}

/// An order has no pronoun before it. A form that is the third person's too is no order where *su* follows, and one
/// that is a noun too needs an article after it.
fn may_order_tu(tongue: &Tongue, sentence: &Sentence, index: usize, forms: Forms) -> bool {
    let before = sentence.lower(index, -1);
    let has_clitic = !sentence.opens(index) && (is_clitic(before) || matches!(before, "no" | "non" | "não"));
    let is_of_third = forms & THIRD != 0 && sentence.words.iter().any(|word| (tongue.possesses)(&word.lower));
    let is_label = forms & NOUN != 0 && !(tongue.determines)(sentence.lower(index, 1));
    !has_clitic && !is_of_third && !is_label
}

fn is_noun_there(is_noun: bool, place: Place) -> bool {
    is_noun && matches!(place, Place::Noun | Place::Inside)
}

/// Italian *controlli* is both: an order to a *Lei* at the start of a statement, else most often the *tu* form.
fn is_tu_rather(sentence: &Sentence, index: usize, place: Place) -> bool {
    let asks = sentence.words.get(index).is_some_and(|word| word.asks);
    match sentence.lower(index, -1) {
        "si" => false,
        "ti" => true,
        "che" => false,
        _ => asks && place != Place::Noun || place == Place::Opened,
    }
}

/// Whether a word hangs on another by a hyphen.
pub(super) fn hangs(sentence: &Sentence, index: usize) -> bool {
    sentence.words.get(index).is_some_and(|word| word.gap == Gap::Hyphen)
}
