//! Spanish, Italian and Portuguese: the polite form borrows the third person, so the verb's form and place decide.
//!
//! Owns what the three share: conjugation, and where in its clause a verb stands. A verb form says for certain that
//! somebody is called *tú*; of *usted* it says so only as an order, and is a hint elsewhere.

use std::collections::{HashMap, HashSet};

use super::{
    Found, Rule,
    Weight::{Hint, Likely, Sure},
    lexicon::list,
    sentence::{Gap, Sentence},
};

/// What a form of a verb may be, as bits.
pub(super) type Forms = u8;
/// Second person singular of a statement.
const TU: Forms = 1;
/// Third person singular of a statement.
const THIRD: Forms = 2;
/// Order to a tú.
pub(super) const TU_ORDER: Forms = 4;
/// Third person of the subjunctive: order to an usted.
pub(super) const POLITE_ORDER: Forms = 8;
/// Also a noun or another word.
pub(super) const NOUN: Forms = 16;
/// A regular form as short as a noun's ending, so that a noun that no list has may be spelt the same.
const SHORT: Forms = 32;
/// Of *to be*, which things do as much as people: *está resuelto*.
const BEING: Forms = 64;

/// What a word of a closed class does, as bits.
type Classes = u8;
const CLITIC: Classes = 1;
const SKIPS: Classes = 2;
const OPENS: Classes = 4;
const JOINS: Classes = 8;
const ASKS: Classes = 16;
const ASKS_FIRST: Classes = 32;
const DETERMINES: Classes = 64;
const POSSESSES: Classes = 128;

const CLASSES: &[(&str, Classes)] = &[
    ("clitics", CLITIC),
    ("skips", SKIPS),
    ("opens", OPENS),
    ("joins", JOINS),
    ("asks", ASKS),
    ("asks-first", ASKS_FIRST),
    ("determines", DETERMINES),
    ("possesses", POSSESSES),
];

/// The forms under a key, of irregular verbs and of endings alike.
const FORMS: &[(&str, Forms)] = &[
    ("tú", TU),
    ("third", THIRD),
    ("tú-order", TU_ORDER),
    ("tú-order-or-third", TU_ORDER | THIRD),
    ("tú-order-or-tú", TU_ORDER | TU),
    ("usted-order", POLITE_ORDER),
    ("also-nouns", NOUN),
    ("being", THIRD | BEING),
];

/// How a tongue states the rules that it shares.
pub(super) struct Rules {
    pub(super) tu: Rule,
    pub(super) tu_order: Rule,
    pub(super) polite_order: Rule,
    pub(super) third: Rule,
}

/// A language of this family: its verbs, its closed classes, its habits.
pub(super) struct Tongue {
    verbs: HashMap<String, Forms>,
    infinitives: HashSet<&'static str>,
    classes: HashMap<&'static str, Classes>,
    not_orders: HashSet<&'static str>,
    /// The pronoun that makes a statement impersonal.
    reflexive: &'static str,
    /// What regular verbs in -ar (-are) end in as an order to an usted; to a tú it is -a.
    polite_ending: char,
    rules: &'static Rules,
}

/// How a stem is spelt before an ending.
type Spelling = fn(&str, &str) -> String;

impl Tongue {
    /// Reads a language's file and conjugates its verbs.
    pub(super) fn new(
        file: &'static str,
        spell: Spelling,
        reflexive: &'static str,
        polite_ending: char,
        rules: &'static Rules,
    ) -> Self {
        let mut classes: HashMap<_, Classes> = HashMap::new();
        for (key, class) in CLASSES {
            list(file, key).for_each(|word| *classes.entry(word).or_default() |= class);
        }
        let infinitives = list(file, "verbs").map(|entry| entry.split('/').next().unwrap_or_default()).collect();
        let not_orders = list(file, "not-orders").collect();
        let verbs = conjugate(file, spell);
        Self { verbs, infinitives, classes, not_orders, reflexive, polite_ending, rules }
    }

    /// What a word may be; 0 if it is no verb.
    pub(super) fn forms(&self, word: &str) -> Forms {
        self.verbs.get(word).copied().unwrap_or_default()
    }

    pub(super) fn is_infinitive(&self, word: &str) -> bool {
        self.infinitives.contains(word)
    }

    fn is(&self, word: &str, class: Classes) -> bool {
        self.classes.get(word).is_some_and(|classes| classes & class != 0)
    }

    fn is_skipped(&self, word: &str) -> bool {
        self.is(word, CLITIC | SKIPS) || word.ends_with("mente")
    }
}

fn conjugate(file: &'static str, spell: Spelling) -> HashMap<String, Forms> {
    let mut verbs: HashMap<String, Forms> = HashMap::new();
    let mut add = |word: String, forms| *verbs.entry(word).or_default() |= forms;
    let classes = ["ar", "er", "ir", "are", "ere", "ire"].map(|class| (class, endings(file, class)));
    let things: HashSet<_> = list(file, "things").collect();
    let states: HashSet<_> = list(file, "states").collect();
    for entry in list(file, "verbs") {
        let (infinitive, stressed) = entry.split_once('/').unwrap_or((entry, ""));
        // Things do not listen, and nobody is ordered to want.
        let hidden = match infinitive {
            thing if things.contains(thing) => THIRD | TU_ORDER,
            state if states.contains(state) => TU_ORDER,
            _ => 0,
        };
        let of_class = classes.iter().filter_map(|(class, endings)| Some((infinitive.strip_suffix(class)?, endings)));
        for (stem, endings) in of_class {
            let stressed = match stressed {
                "" | "-" => stem.to_owned(),
                "isc" => format!("{stem}isc"),
                stressed => stressed.to_owned(),
            };
            for (ending, forms) in endings.iter().filter(|(_, forms)| forms & !hidden != 0) {
                let (stem, ending) = match (ending.strip_prefix('~'), ending.strip_prefix('^')) {
                    (Some(ending), _) => (stressed.clone(), ending),
                    (_, Some(ending)) => (spell(&stressed, ending), ending),
                    _ => (stem.to_owned(), *ending),
                };
                let short = if ending.len() < 3 { SHORT } else { 0 };
                add(stem + ending, forms & !hidden | short);
            }
        }
    }
    for (key, forms) in FORMS {
        list(file, key).for_each(|word| add(word.to_owned(), *forms));
    }
    for word in list(file, "never") {
        verbs.remove(word);
    }
    verbs
}

fn endings(file: &'static str, class: &str) -> Vec<(&'static str, Forms)> {
    let of_key = |(key, forms): &(&str, Forms)| {
        let forms = *forms;
        let endings: Vec<_> = list(file, &format!("-{class} {key}")).map(|ending| (ending, forms)).collect();
        endings
    };
    FORMS.iter().flat_map(of_key).collect()
}

/// Where in its clause a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// First, not counting clitics and the like.
    Start,
    /// After a word that opens a clause: *si*, *cuando*, *que*.
    Opened,
    /// After *and* or *but*.
    Joined,
    /// After a word that determines a noun.
    Noun,
    /// In a question that starts with *qué talla*, *quale taglia*, without a subject before the verb.
    Asked,
    /// After anything else, most often its subject.
    Inside,
}

/// A word's place.
pub(super) fn place(tongue: &Tongue, sentence: &Sentence, index: usize) -> Place {
    let before = sentence.lower(index, -1);
    let may_be_noun = tongue.forms(sentence.lower(index, 0)) & (NOUN | SHORT) != 0;
    // No la tires: after another clitic it is no article.
    let two_before = sentence.lower(index, -2);
    let after_clitic =
        tongue.is(before, CLITIC) && matches!(two_before, "no" | "não" | "non" | "se" | "me" | "te" | "ya" | "já");
    if !sentence.opens(index) && may_be_noun && tongue.is(before, DETERMINES) && !after_clitic {
        return Place::Noun;
    }
    let mut first = index;
    while !sentence.opens(first) && tongue.is_skipped(sentence.lower(first, -1)) {
        first -= 1;
    }
    let opener = sentence.lower(first, -1);
    if sentence.opens(first) {
        Place::Start
    } else if tongue.is(opener, JOINS) && !(first > 0 && sentence.opens(first - 1)) {
        Place::Joined
    } else if tongue.is(opener, OPENS | JOINS) {
        Place::Opened
    } else if is_asked(tongue, sentence, first) {
        Place::Asked
    } else {
        Place::Inside
    }
}

/// *¿Qué talla necesita?*, *¿De pequeño jugaba?*; not *¿Cuándo el cliente...?*.
fn is_asked(tongue: &Tongue, sentence: &Sentence, index: usize) -> bool {
    if !sentence.words.get(index).is_some_and(|word| word.asks) {
        return false;
    }
    for at in (index.saturating_sub(4)..=index).rev() {
        let before = sentence.lower(at, -1);
        if sentence.opens(at) {
            return tongue.is(sentence.lower(at, 0), ASKS_FIRST);
        }
        if tongue.is(before, ASKS) {
            return true;
        }
        if tongue.is(before, DETERMINES) && !(at > 0 && sentence.opens(at - 1)) {
            return false;
        }
    }
    false
}

/// Judges the word at an index as a verb.
pub(super) fn verb(tongue: &Tongue, sentence: &Sentence, index: usize, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let forms = tongue.forms(&word.lower);
    // A capital within a sentence makes a name.
    if forms & !NOUN == 0 || word.capital && !word.opens() {
        return;
    }
    let place = place(tongue, sentence, index);
    if place == Place::Noun {
        return;
    }
    let reflexive = tongue.reflexive == sentence.lower(index, -1) && !sentence.opens(index);
    let is_tu = forms & TU != 0 && (forms & POLITE_ORDER == 0 || is_tu_rather(sentence, index, place));
    if is_tu {
        tu(tongue, sentence, index, place, found);
    } else if forms & POLITE_ORDER != 0 {
        match place {
            Place::Start if !word.asks => found.formal(&word.at, Likely, tongue.rules.polite_order),
            Place::Opened | Place::Joined if forms & NOUN == 0 => {
                found.formal(&word.at, Hint, tongue.rules.polite_order)
            }
            _ if reflexive && forms & TU != 0 => found.formal(&word.at, Likely, tongue.rules.polite_order),
            _ => {}
        }
    } else if forms & TU_ORDER != 0
        && place == Place::Start
        && !word.asks
        && may_order_tu(tongue, sentence, index, forms)
    {
        // After a comma it may go on about whoever did the last thing.
        let weight = if forms & THIRD != 0 && word.gap == Gap::Clause { Hint } else { Likely };
        found.informal(&word.at, weight, tongue.rules.tu_order);
    } else if forms & THIRD != 0 && (word.asks || !reflexive && place != Place::Joined) {
        let is_noun = forms & NOUN != 0 && place == Place::Asked;
        let is_of_thing = forms & BEING != 0 && place == Place::Start && !word.asks;
        if place != Place::Inside && !is_noun && !is_of_thing {
            found.formal(&word.at, Hint, tongue.rules.third);
        }
    }
}

fn tu(tongue: &Tongue, sentence: &Sentence, index: usize, place: Place, found: &mut Found) {
    let Some(word) = sentence.words.get(index) else { return };
    let forms = tongue.forms(&word.lower);
    let before = sentence.lower(index, -1);
    let is_plain_verb = forms & NOUN == 0 || tongue.is_skipped(before) && !word.opens();
    let weight = match place {
        Place::Inside | Place::Asked if !is_plain_verb => return,
        Place::Inside if forms & SHORT != 0 && !matches!(before, "tú" | "tu" | "vos") => Hint,
        _ if is_plain_verb => Sure,
        _ => Likely,
    };
    found.informal(&word.at, weight, tongue.rules.tu);
}

/// Italian *controlli* is both: an order to a *Lei* at the start of a statement, else most often the *tu* form.
fn is_tu_rather(sentence: &Sentence, index: usize, place: Place) -> bool {
    match sentence.lower(index, -1) {
        "si" | "che" => false,
        "ti" => true,
        _ => place == Place::Opened || sentence.words.get(index).is_some_and(|word| word.asks),
    }
}

/// An order has no pronoun before it. A form that is the third person's too is no order where *su* follows, and one
/// that is a noun too needs an article after it.
fn may_order_tu(tongue: &Tongue, sentence: &Sentence, index: usize, forms: Forms) -> bool {
    let before = sentence.lower(index, -1);
    let has_clitic = !sentence.opens(index) && (tongue.is(before, CLITIC) || matches!(before, "no" | "non" | "não"));
    let is_of_third = forms & THIRD != 0 && sentence.words.iter().any(|word| tongue.is(&word.lower, POSSESSES));
    let is_label = forms & NOUN != 0 && !tongue.is(sentence.lower(index, 1), DETERMINES);
    !has_clitic && !is_of_third && !is_label
}

/// *Desenchufe el módem*: the shape of an order, with a verb that no list has.
pub(super) fn unknown(tongue: &Tongue, sentence: &Sentence, index: usize, found: &mut Found) {
    const ARTICLES: &[&str] =
        &["el", "la", "los", "las", "un", "una", "il", "lo", "l", "i", "gli", "le", "o", "a", "os", "as", "um", "uma"];
    let Some(word) = sentence.words.get(index).filter(|word| word.gap == Gap::Start && !word.asks) else { return };
    let lower = word.lower.as_str();
    let is_shaped = lower.len() > 4 && ARTICLES.contains(&sentence.lower(index, 1));
    if !is_shaped || tongue.not_orders.contains(lower) {
        return;
    }
    if lower.ends_with(tongue.polite_ending) {
        found.formal(&word.at, Hint, tongue.rules.polite_order);
    } else if lower.ends_with('a') {
        found.informal(&word.at, Hint, tongue.rules.tu_order);
    }
}

/// Replaces the first of some ends that a stem has.
pub(super) fn respell(stem: &str, changes: &[(&str, &str)]) -> String {
    let changed = changes.iter().find_map(|(end, to)| stem.strip_suffix(end).map(|head| format!("{head}{to}")));
    changed.unwrap_or_else(|| stem.to_owned())
}
