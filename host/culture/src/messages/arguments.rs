//! Message arguments as the interpreter takes them.
//!
//! Owns amounts, which word themselves when a bare placeholder asks, and absent values, which remember that they
//! were asked for: only variables of the chosen variant count as missing.

use std::{
    any::Any,
    cell::{Cell, OnceCell},
};

use cuecard_model::{Fields, Money, Register, Value};
use icu::normalizer::ComposingNormalizerBorrowed;
use mf2::{Arg, CustomValue, Number};

use super::scene;
use crate::money;

/// What the host knows without being told by a plugin.
pub(super) struct Host {
    pub(super) register: Register,
    pub(super) person: String,
    pub(super) gender: String,
    pub(super) short: bool,
    pub(super) speaker: &'static str,
}

/// One variable's value.
pub(super) enum Argument<'a> {
    /// As the interpreter knows it.
    Plain(Arg<'a>),
    /// An amount.
    Money(MoneyArgument),
    /// Nothing under this name.
    Absent(Absent),
}

/// An amount that words itself once.
pub(super) struct MoneyArgument {
    pub(super) money: Money,
    text: OnceCell<String>,
}

/// A variable without a value.
pub(super) struct Absent {
    /// `{$name}`, which stands in the text instead.
    shown: String,
    asked: Cell<bool>,
}

impl<'a> Argument<'a> {
    /// The value under a name. Five are there without being handed over: `$register`, which is `formal` or `informal`, so
    /// that a message can have a variant for each, `$person`, the customer's name as one would say it, or nothing,
    /// `$gender`, as the merchant has it, or nothing, `$speaker`, as whom the shop speaks, or nothing, and `$length`, which is `short` where the channel takes no more and
    /// else `full`.
    pub(super) fn of(name: &str, fields: &'a Fields, host: &'a Host) -> Self {
        match fields.get(name).or_else(|| equivalent(name, fields)) {
            Some(Value::Text(text)) => Self::Plain(Arg::Str(text)),
            Some(Value::Number(number)) => Self::Plain(Arg::Float(*number)),
            Some(Value::Flag(true)) => Self::Plain(Arg::Str("true")),
            Some(Value::Flag(false)) => Self::Plain(Arg::Str("false")),
            Some(Value::Money(money)) => Self::Money(MoneyArgument { money: money.clone(), text: OnceCell::new() }),
            None if name == "register" => Self::Plain(Arg::Str(match host.register {
                Register::Formal => "formal",
                Register::Informal => "informal",
            })),
            None if name == "person" => Self::Plain(Arg::Str(&host.person)),
            None if name == "length" => Self::Plain(Arg::Str(if host.short { "short" } else { "full" })),
            None if name == "speaker" => Self::Plain(Arg::Str(host.speaker)),
            None if name == "gender" => Self::Plain(Arg::Str(&host.gender)),
            None => Self::Absent(Absent { shown: format!("{{${name}}}"), asked: Cell::new(false) }),
        }
    }

    /// The same for the interpreter.
    pub(super) fn as_arg(&'a self) -> Arg<'a> {
        match self {
            Self::Plain(plain) => *plain,
            Self::Money(money) => Arg::Custom(money),
            Self::Absent(absent) => Arg::Custom(absent),
        }
    }

    /// Whether the message wanted a value that is not there.
    pub(super) fn was_missed(&self) -> bool {
        matches!(self, Self::Absent(absent) if absent.asked.get())
    }

    /// Whether the value's text may run from right to left.
    pub(super) fn has_rtl(&self) -> bool {
        matches!(self, Self::Plain(Arg::Str(text)) if text.chars().any(is_rtl))
    }
}

/// The value whose name is canonically equivalent: the interpreter gives names in NFC, plugins as they were typed.
fn equivalent<'a>(name: &str, fields: &'a Fields) -> Option<&'a Value> {
    if name.is_ascii() {
        return None;
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    fields.iter().find(|(key, _)| nfc.normalize(key) == name).map(|(_, value)| value)
}

/// Letters and marks of scripts that run from right to left (UAX 9, classes R, AL and the marks that force them):
/// Hebrew to Arabic Extended-A, their presentation forms, and the historic and African blocks of plane 1.
fn is_rtl(sign: char) -> bool {
    matches!(sign, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202b}' | '\u{202e}' | '\u{2067}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

impl CustomValue for MoneyArgument {
    fn as_str(&self) -> Option<&str> {
        let word = || scene::current().map_or_else(String::new, |scene| money::amount(&self.money, &scene.words));
        Some(self.text.get_or_init(word))
    }

    fn as_number(&self) -> Option<Number> {
        Number::parse(&self.money.amount)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl Absent {
    /// Notes that a function wanted the value.
    pub(super) fn ask(&self) {
        self.asked.set(true);
    }
}

impl CustomValue for Absent {
    fn as_str(&self) -> Option<&str> {
        self.ask();
        Some(&self.shown)
    }

    fn as_number(&self) -> Option<Number> {
        self.ask();
        None
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}
