//! `tests/*.toml`: cases that a bundle brings to show that it works. A turn, draft or event in, expectations out.
//!
//! ```toml
//! [[case]]
//! name = "an angry customer is heard first"
//! text = "Where is my parcel?!"
//! scenario = "delivery_delay"
//! emotion = "angry"
//! expect.steps = ["empathy", "solution"]
//! ```
//!
//! Owns the format and the judgement. Running the hook and putting its answer into words is the caller's part.

use cuecard_culture::Setting;
use cuecard_model::{Culture, Customer, Draft, Event, Fields, Turn};

use crate::{
    document::{Document, Section},
    problem::Problem,
};

mod expect;
mod fields;
mod input;
mod judge;
mod outcome;

pub use expect::{Count, DecisionKind, Expectation, ExpectedSignals, ExpectedSuggestion};
pub use judge::Difference;
pub use outcome::{Answer, CaseOutcome, DecisionInWords, SignalsFound, SuggestionInWords};

const MOST_BYTES: usize = 256 << 10;
const MOST_CASES: usize = 200;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows, in the author's words; unique in its file.
    pub name: String,
    /// `tests/late.toml`
    pub file: String,
    /// Where it stands.
    pub line: u32,
    /// What the hook is handed.
    pub input: Input,
    /// A hash of what the case says but for its name and what it expects: two that agree hand a hook the same.
    pub said: String,
    /// Where, when and for whom words are meant.
    pub setting: Setting,
    /// What the plugin stored for this customer before.
    pub keys: Fields,
    /// What must come of it.
    pub expect: Expectation,
}

/// What a hook is handed.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// For `compose`.
    Compose(Box<Turn>),
    /// For `localize`.
    Localize(Box<Draft>, Culture),
    /// For `trigger`.
    Trigger(Event, Box<Customer>),
    /// For `classify`.
    Classify(Box<Turn>),
    /// For `migrate`: the version that the case's keys are of.
    Migrate(u32),
}

impl Input {
    /// `compose`, `localize`, `trigger`, `classify`, `migrate`
    pub fn hook(&self) -> &'static str {
        match self {
            Self::Compose(_) => "compose",
            Self::Localize(..) => "localize",
            Self::Trigger(..) => "trigger",
            Self::Classify(_) => "classify",
            Self::Migrate(_) => "migrate",
        }
    }
}

impl Case {
    /// `tests/late.toml:12`
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// What came out otherwise than expected; nothing, if the case passed.
    pub fn judge(&self, outcome: &CaseOutcome) -> Vec<Difference> {
        judge::judge(&self.expect, outcome)
    }
}

/// Reads a file of cases. What stands under `[defaults]` holds for each case that does not say otherwise.
pub fn parse(file: &str, text: &str) -> Result<Vec<Case>, Vec<Problem>> {
    let document = Document::new(file, text);
    let cases = document.parse(MOST_BYTES).map(|root| read(file, &document, root)).unwrap_or_default();
    if document.is_sound() { Ok(cases) } else { Err(document.into_problems()) }
}

fn read(file: &str, document: &Document<'_>, mut root: Section<'_, '_>) -> Vec<Case> {
    let defaults = root.table("defaults").map(Section::into_table).unwrap_or_default();
    for key in ["name", "expect"] {
        if let Some((key, _)) = defaults.get_key_value(key) {
            root.error(key.span(), format!("'{}' cannot be a default", key.get_ref()), "write it in each [[case]]");
        }
    }
    let sections = root.tables("case");
    if sections.is_empty() && !root.was_mistyped("case") {
        root.missing("case", "add [[case]], name = \"…\", text = \"…\" and expect.suggestions = 1");
    }
    let mut cases: Vec<Case> = Vec::new();
    for mut section in sections {
        if cases.len() == MOST_CASES {
            section.error_here(format!("more than {MOST_CASES} cases"), "split them over several files");
            break;
        }
        section.inherit(&defaults);
        let place = section.place();
        let line = document.line_of(place.start);
        let Some(case) = input::read_case(file, line, section) else { continue };
        if cases.iter().any(|other| other.name == case.name) {
            let reason = format!("two cases are named {}", crate::problem::quoted(&case.name));
            root.error(place, reason, "say in the name what is different");
        }
        cases.push(case);
    }
    root.finish();
    cases
}
