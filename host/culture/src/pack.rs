//! A culture pack as it is written: one TOML file, strictly read.
//!
//! Owns the shape of the file and what makes it wrong. Knows neither which packs there are nor what a rule does.
//! `packs/README.md` says the same to those who write packs.

mod check;
mod day;
mod phrase;

use std::collections::BTreeMap;

use cuecard_model::{EmotionLabel, Register, StepKind, Trend};
use serde::Deserialize;

pub(crate) use day::Day;
pub use day::Solemnity;
pub use phrase::Weekday;
pub(crate) use phrase::{Gender, Moment, Phrase, fill};

use crate::messages::FileProblem;

/// One file's rules. The key of a table is the rule's id within its section: `[claim.best]` is the rule `claim.best`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pack {
    /// Rules of packs below this one that do not hold here, by id.
    pub(crate) off: Vec<String>,
    /// What this pack builds on.
    pub(crate) pack: About,
    /// Where rules come from, by a short name.
    pub(crate) sources: BTreeMap<String, Source>,
    /// What a merchant has decided for itself, above all rules.
    pub(crate) brand: Brand,
    /// What the two forms of address are called.
    pub(crate) forms: Option<Forms>,
    /// Habits of which a culture has one.
    pub(crate) style: Style,
    /// Which form of address, when.
    pub(crate) register: BTreeMap<String, RegisterRule>,
    /// What a reply opens with.
    pub(crate) greeting: BTreeMap<String, Phrase>,
    /// What a reply ends with.
    pub(crate) closing: BTreeMap<String, Phrase>,
    /// How a customer is addressed by name.
    pub(crate) address: BTreeMap<String, Phrase>,
    /// What shows that the customer was heard.
    pub(crate) empathy: BTreeMap<String, Phrase>,
    /// How one says sorry.
    pub(crate) apology: BTreeMap<String, Phrase>,
    /// Which parts a reply has for a feeling, and in which order.
    pub(crate) tone: BTreeMap<String, ToneRule>,
    /// Days that change the tone.
    pub(crate) holiday: BTreeMap<String, Holiday>,
    /// What one does not say.
    pub(crate) taboo: BTreeMap<String, Wording>,
    /// What a law or the merchant forbids to claim.
    pub(crate) claim: BTreeMap<String, Wording>,
    /// What brings luck.
    pub(crate) lucky: BTreeMap<String, Lucky>,
}

/// `[pack]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct About {
    /// The pack whose rules hold here too, e.g. `de-DE`; the root pack, if absent.
    pub(crate) inherits: Option<String>,
    /// What a reader of the file should know.
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// `[sources.x]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// A law with its paragraph, a standard, a style guide, a reference work.
    pub(crate) title: String,
    /// Where it stands.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// When somebody last made sure: `2026-11-22`.
    pub(crate) date: String,
}

/// `[brand]`: a merchant's voice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Brand {
    /// This form of address and no other.
    pub(crate) register: Option<Register>,
    /// As whom the shop speaks, where the language tells: ครับ or ค่ะ.
    pub(crate) speaker: Option<Gender>,
    /// The most emoji a reply has.
    pub(crate) emoji: Option<u32>,
    /// The most exclamation marks a reply has.
    pub(crate) exclamation: Option<u32>,
}

/// `[forms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forms {
    pub(crate) formal: String,
    pub(crate) informal: String,
    pub(crate) source: String,
}

/// `[style.*]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Style {
    pub(crate) week: Option<Week>,
    pub(crate) units: Option<Units>,
    pub(crate) quotes: Option<Quotes>,
    pub(crate) spacing: Option<Spacing>,
    pub(crate) emoji: Option<Most>,
    pub(crate) exclamation: Option<Most>,
    pub(crate) apology: Option<Apology>,
}

/// `[style.week]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Week {
    pub(crate) first: Weekday,
    pub(crate) weekend: Vec<Weekday>,
    pub(crate) source: String,
}

/// `[style.units]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Units {
    pub(crate) system: System,
    pub(crate) source: String,
}

/// Systems of measurement, as CLDR tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Metres and kilograms.
    Metric,
    /// Miles and stones, but litres.
    Uk,
    /// Feet, pounds and gallons.
    Us,
}

/// `[style.quotes]`: pairs of marks, outer first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quotes {
    pub(crate) outer: [String; 2],
    pub(crate) inner: [String; 2],
    /// Marks that are accepted as well.
    #[serde(default)]
    pub(crate) also: String,
    pub(crate) source: String,
}

/// `[style.spacing]`: marks and the space before them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spacing {
    /// Marks with no space before them.
    #[serde(default)]
    pub(crate) none_before: String,
    /// Marks with a (no-break) space before them.
    #[serde(default)]
    pub(crate) space_before: String,
    /// Marks that stand after letters of a script of their own, by the Latin ones: `"," = "，"`.
    #[serde(default)]
    pub(crate) marks: BTreeMap<char, char>,
    /// Whether a question and an exclamation are opened by `¿` and `¡`.
    #[serde(default)]
    pub(crate) inverted: bool,
    pub(crate) source: String,
}

/// `[style.emoji]`, `[style.exclamation]`: how many a reply may have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Most {
    pub(crate) chat: u32,
    pub(crate) letter: u32,
    pub(crate) source: String,
}

/// `[style.apology]`: how the host knows that a plugin has said it already, and how often it is said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Apology {
    /// Words of an apology: `sorry`, `apolog*`.
    pub(crate) words: Vec<String>,
    /// Other words that show understanding.
    #[serde(default)]
    pub(crate) heard: Vec<String>,
    pub(crate) source: String,
}

/// `[register.x]`: one form of address and when. Of those that fit, the one that says most about when wins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterRule {
    pub(crate) register: Register,
    #[serde(default)]
    pub(crate) channel: Option<Channel>,
    #[serde(default)]
    pub(crate) relationship: Option<Relationship>,
    /// Days since the first order, at least.
    #[serde(default)]
    pub(crate) known_days: Option<i64>,
    /// How the customer writes.
    #[serde(default)]
    pub(crate) customer_says: Option<Register>,
    #[serde(default)]
    pub(crate) why: Option<String>,
    pub(crate) source: String,
}

/// How one writes on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    Chat,
    Letter,
}

/// What a customer is to the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relationship {
    /// Has not bought yet.
    Prospect,
    /// Has bought once or twice.
    Customer,
    /// Has bought three times or more.
    Regular,
}

/// `[tone.x]`: what a reply to a feeling looks like. Of those that fit, the one that says most about when wins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToneRule {
    pub(crate) emotion: Vec<EmotionLabel>,
    /// From this intensity on, 0 to 1.
    #[serde(default)]
    pub(crate) intensity: Option<f64>,
    #[serde(default)]
    pub(crate) trend: Option<Trend>,
    /// These parts come first, in this order; the others keep theirs.
    #[serde(default)]
    pub(crate) order: Vec<StepKind>,
    /// These come last, before a closing.
    #[serde(default)]
    pub(crate) last: Vec<StepKind>,
    /// Parts that the host adds where a plugin brought none.
    #[serde(default)]
    pub(crate) add: Vec<StepKind>,
    /// Parts that are left out.
    #[serde(default)]
    pub(crate) drop: Vec<StepKind>,
    /// Whether emoji are welcome.
    #[serde(default = "yes")]
    pub(crate) emoji: bool,
    pub(crate) why: String,
    pub(crate) source: String,
}

fn yes() -> bool {
    true
}

/// `[holiday.x]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holiday {
    /// Its name where it is kept.
    pub(crate) name: String,
    /// `12-25`, `easter+1`, `4th thursday of november`, `monday before 05-25`, or a list of whole dates.
    pub(crate) on: OneOrMore,
    /// How many days it lasts.
    #[serde(default = "one")]
    pub(crate) days: i16,
    /// From how many days before it is wished.
    #[serde(default)]
    pub(crate) before: i16,
    /// The hour of the evening before at which it begins, and of its last day at which it ends; midnight, if absent.
    #[serde(default)]
    pub(crate) evening: Option<i8>,
    pub(crate) tone: Solemnity,
    pub(crate) source: String,
}

fn one() -> i16 {
    1
}

/// A text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// `[taboo.x]` and `[claim.x]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    /// Whole words; `garantier*` stands for all that begin so.
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// Whole numbers: `4`.
    #[serde(default)]
    pub(crate) numbers: Vec<String>,
    /// Where the words are harmless: longer runs that contain them.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Only in a sentence that has one of these.
    #[serde(default)]
    pub(crate) near: Vec<String>,
    /// Only on this holiday.
    #[serde(default)]
    pub(crate) during: Option<String>,
    /// What to say instead, in the live reply too.
    #[serde(default)]
    pub(crate) instead: Option<String>,
    /// Whether a reply that says it is held back.
    #[serde(default)]
    pub(crate) block: bool,
    pub(crate) why: String,
    pub(crate) source: String,
}

/// `[lucky.x]`: for those who write promotions; nothing is changed for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lucky {
    /// Whole numbers.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Words.
    #[serde(default)]
    pub words: Vec<String>,
    /// Colours, in the locale's words.
    #[serde(default)]
    pub colours: Vec<String>,
    /// Why.
    pub why: String,
    pub(crate) source: String,
}

impl Pack {
    /// Reads a file. A pack that ships gives each rule a source of its own list; a merchant's file need not.
    pub(crate) fn parse(file: &str, text: &str, ships: bool) -> Result<Self, Vec<FileProblem>> {
        let pack: Self = toml::from_str(text).map_err(|error| vec![check::toml_problem(file, text, &error)])?;
        let problems = check::check(&pack, file, text, ships);
        if problems.is_empty() { Ok(pack) } else { Err(problems) }
    }
}
