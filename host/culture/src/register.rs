//! Whether a text addresses its reader formally or informally, sentence by sentence, and which words show it.
//!
//! Owns the grammar of address in nine languages. Deliberately knows no customer and no merchant: which register is
//! wanted, and what to do about the wrong one, is for the caller. Rules, not weights: closed classes of pronouns,
//! conjugations, the shape of orders and requests. Speech in quotation marks is somebody else's and is left out.

use std::ops::Range;

use cuecard_model::Register;

mod dutch;
mod french;
mod german;
mod hindi;
mod italian;
mod japanese;
mod lexicon;
mod memory;
mod portuguese;
mod romance;
mod sentence;
mod spanish;

use sentence::Sentence;

/// A word that shows how the reader is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What it shows.
    pub register: Register,
    /// The level, for Japanese, which has more than two.
    pub level: Option<Level>,
    /// How much it says.
    pub weight: Weight,
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// The sentence that it stands in, in bytes of the text.
    pub sentence: Range<usize>,
    /// The rule's id, e.g. `de-pronoun`.
    pub rule: &'static str,
    /// The rule in words, for the agent.
    pub why: &'static str,
}

/// Levels of politeness where formal and informal are not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// だ, する: among friends, and in books.
    Plain,
    /// です, ます.
    Polite,
    /// いたします, お待ちください.
    Honorific,
}

/// How much a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It may as well speak of somebody else: *su pedido*, *¿tiene garantía?*, *Ihr Paket* at the start. Good enough
    /// to say how a text is worded, never enough to call it mixed.
    Hint,
    /// Seldom anything else: an order such as *revise*.
    Likely,
    /// Nothing else: *du*, *usted*, *tienes*.
    Sure,
}

/// How one sentence addresses the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The sentence, in bytes of the text.
    pub at: Range<usize>,
    /// `None` if it does not address anybody, or as much one way as the other.
    pub register: Option<Register>,
}

/// All signs of a text, in order of place. `language` is a BCP 47 tag; of a language that is not known here, or
/// that makes no difference, there are none.
pub fn read(text: &str, language: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let Some(grammar) = grammar(language) else { return signs };
    for sentence in sentence::sentences(text) {
        read_sentence(&sentence, grammar, &mut signs);
    }
    signs
}

/// How a text addresses its reader: as most of its signs do, by weight. `None` without signs or in a draw.
pub fn of(text: &str, language: &str) -> Option<Register> {
    weigh(&read(text, language))
}

/// How a text surely or likely addresses its reader. Hints do not count: enough to answer somebody alike. Remembered,
/// because a customer's message is asked about in each turn of which it is history.
pub fn shown(text: &str, language: &str) -> Option<Register> {
    grammar(language)?;
    memory::remembered(text, language, || {
        let mut signs = read(text, language);
        signs.retain(|sign| sign.weight > Weight::Hint);
        weigh(&signs)
    })
}

/// How each sentence of a text addresses the reader, in order.
pub fn by_sentence(text: &str, language: &str) -> Vec<Address> {
    let grammar = grammar(language);
    let address = |sentence: &Sentence| {
        let mut signs = Vec::new();
        if let Some(grammar) = grammar {
            read_sentence(sentence, grammar, &mut signs);
        }
        Address { at: sentence.at.clone(), register: weigh(&signs) }
    };
    sentence::sentences(text).iter().map(address).collect()
}

/// The first formal and the first informal sign of a text that has both. Hints do not count.
pub fn mixed(text: &str, language: &str) -> Option<(Sign, Sign)> {
    let mut signs = read(text, language);
    signs.retain(|sign| sign.weight > Weight::Hint);
    let first = |register| signs.iter().find(|sign| sign.register == register).cloned();
    Some((first(Register::Formal)?, first(Register::Informal)?))
}

/// Makes the word lists of all languages ready, so that the first customer does not wait for them.
pub(crate) fn warm() {
    // An order and a form of politeness: together they ask for every list that takes long to make.
    const SAMPLES: &[(&str, &str)] = &[
        ("de", "Prüf das bitte, wie Sie sagen."),
        ("es", "Revise su pedido y dime cuándo puede."),
        ("fr", "Vérifie ta commande, vous pouvez attendre."),
        ("hi", "कृपया अपना नंबर बताइए, तुम देखो।"),
        ("it", "Verifichi il suo ordine e dimmi quando può."),
        ("ja", "ご注文番号を教えてください。見てね。"),
        ("nl", "Controleer uw bestelling als je kunt."),
        ("pt", "Verifique a sua encomenda e diz-me quando pode."),
    ];
    for (language, text) in SAMPLES {
        read(text, language);
    }
}

/// A language's rules.
type Grammar = fn(&Sentence<'_>, &mut Found<'_>);

/// The rules of a language; `None` where it makes no difference, and no text need be cut into words.
fn grammar(language: &str) -> Option<Grammar> {
    let mut subtags = language.split(['-', '_']);
    let grammar: Grammar = match subtags.next().unwrap_or_default() {
        "de" => german::read,
        "es" => spanish::read,
        "fr" => french::read,
        "hi" => hindi::read,
        "it" => italian::read,
        "ja" => japanese::read,
        "nl" => dutch::read,
        "pt" if subtags.any(|subtag| subtag.eq_ignore_ascii_case("BR")) => {
            |sentence, found| portuguese::read(sentence, found, true)
        }
        "pt" => |sentence, found| portuguese::read(sentence, found, false),
        _ => return None,
    };
    Some(grammar)
}

fn read_sentence(sentence: &Sentence<'_>, grammar: Grammar, signs: &mut Vec<Sign>) {
    grammar(sentence, &mut Found { signs, sentence: sentence.at.clone() });
}

fn weigh(signs: &[Sign]) -> Option<Register> {
    let sum = |register| {
        let of_register = signs.iter().filter(|sign| sign.register == register);
        of_register.map(|sign| sign.weight.points()).sum::<u32>()
    };
    match sum(Register::Formal).cmp(&sum(Register::Informal)) {
        std::cmp::Ordering::Greater => Some(Register::Formal),
        std::cmp::Ordering::Less => Some(Register::Informal),
        std::cmp::Ordering::Equal => None,
    }
}

impl Weight {
    /// So that one sure sign outweighs what hints a usual text can hold.
    fn points(self) -> u32 {
        match self {
            Self::Hint => 1,
            Self::Likely => 5,
            Self::Sure => 20,
        }
    }
}

/// A rule as its language states it: id, and the words for the agent.
type Rule = (&'static str, &'static str);

/// Where a language's rules put what they find.
struct Found<'a> {
    signs: &'a mut Vec<Sign>,
    sentence: Range<usize>,
}

impl Found<'_> {
    fn formal(&mut self, at: &Range<usize>, weight: Weight, rule: Rule) {
        self.add(Register::Formal, None, at, weight, rule);
    }

    fn informal(&mut self, at: &Range<usize>, weight: Weight, rule: Rule) {
        self.add(Register::Informal, None, at, weight, rule);
    }

    fn level(&mut self, level: Level, at: &Range<usize>, weight: Weight, rule: Rule) {
        let register = if level == Level::Plain { Register::Informal } else { Register::Formal };
        self.add(register, Some(level), at, weight, rule);
    }

    fn add(&mut self, register: Register, level: Option<Level>, at: &Range<usize>, weight: Weight, rule: Rule) {
        let sentence = self.sentence.clone();
        self.signs.push(Sign { register, level, weight, at: at.clone(), sentence, rule: rule.0, why: rule.1 });
    }
}
