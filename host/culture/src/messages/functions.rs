//! The functions that messages may call.
//!
//! Owns how a value is resolved, worded and matched. `:string`, `:number`, `:integer`, `:offset` and `:percent` keep
//! the interpreter's semantics and get the locale's digits; the rest are ours.

mod number;
mod saying;
mod worded;

use mf2::{Function, Registry, functions};

use number::LocalNumber;
use saying::SayingFunction;
use worded::{DateFunction, MoneyFunction, PersonFunction, PhoneFunction, PostalFunction, RelativeFunction};

static NUMBER: LocalNumber = LocalNumber::NUMBER;
static INTEGER: LocalNumber = LocalNumber::INTEGER;
static OFFSET: LocalNumber = LocalNumber::OFFSET;
static PERCENT: LocalNumber = LocalNumber::PERCENT;

const FUNCTIONS: &[(&str, &dyn Function)] = &[
    ("string", &functions::STRING),
    ("number", &NUMBER),
    ("integer", &INTEGER),
    ("offset", &OFFSET),
    ("percent", &PERCENT),
    ("money", &MoneyFunction),
    ("currency", &MoneyFunction),
    ("date", &DateFunction::DATE),
    ("time", &DateFunction::TIME),
    ("datetime", &DateFunction::DATE_TIME),
    ("relative", &RelativeFunction),
    ("person", &PersonFunction),
    ("phone", &PhoneFunction),
    ("postal", &PostalFunction),
    ("greeting", &SayingFunction::GREETING),
    ("closing", &SayingFunction::CLOSING),
    ("address", &SayingFunction::ADDRESS),
];

/// Those that need to know the moment and the culture.
pub(super) const SAYINGS: &[&str] = &["greeting", "closing", "address"];

/// For hints.
pub(super) const NAMES: &[&str] = &[
    ":string",
    ":number",
    ":integer",
    ":offset",
    ":percent",
    ":money",
    ":currency",
    ":date",
    ":time",
    ":datetime",
    ":relative",
    ":person",
    ":phone",
    ":postal",
    ":greeting",
    ":closing",
    ":address",
];

/// What the interpreter looks functions up in.
pub(super) static REGISTRY: Registry = Registry::new(FUNCTIONS).with_numbers(&NUMBER);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry() {
        let registered: Vec<_> = FUNCTIONS.iter().map(|(name, _)| format!(":{name}")).collect();
        assert_eq!(registered, NAMES);
    }
}
