//! Numbers: the interpreter's options, rounding and plural rules, the locale's digits.
//!
//! Owns only the last step, from plain digits to the locale's.

use fixed_decimal::Decimal;
use mf2::{Dir, ErrorSink, FnContext, FormatError, Function, Grouping, Number, NumberSpec, Options, Sink, Value};

use super::super::scene;
use crate::number;

/// A numeric function whose text is written by ICU.
pub(super) struct LocalNumber(NumberSpec);

impl LocalNumber {
    pub(super) const NUMBER: Self = Self(NumberSpec::NUMBER);
    pub(super) const INTEGER: Self = Self(NumberSpec::INTEGER);
    pub(super) const OFFSET: Self = Self(NumberSpec::OFFSET);
    pub(super) const PERCENT: Self = Self(NumberSpec::PERCENT);
}

impl Function for LocalNumber {
    fn resolve<'a>(
        &self,
        cx: &FnContext<'_>,
        operand: Option<&Value<'a>>,
        options: &Options<'_, 'a>,
        errs: &mut dyn ErrorSink,
    ) -> Option<Value<'a>> {
        Number::resolve(self.0, cx, operand, options, errs).map(Value::Number)
    }

    fn formattable(&self, _cx: &FnContext<'_>, value: &Value<'_>) -> Result<(), FormatError> {
        match value {
            Value::Number(_) => Ok(()),
            _ => Err(FormatError::MessageFunctionError),
        }
    }

    fn format(&self, cx: &FnContext<'_>, value: &Value<'_>, out: &mut dyn Sink) {
        let mut plain = String::new();
        let mut grouping = None;
        if let Value::Number(number) = value {
            grouping = number.grouping();
            if let Some(digits) = number.digits() {
                digits.write_neutral(&mut plain);
            }
        } else if let Some(number) = value.to_number(cx.host()) {
            number.write_plain(&mut plain);
        }
        let (Ok(decimal), Some(scene)) = (plain.parse::<Decimal>(), scene::current()) else {
            return out.push_str(&plain);
        };
        let text = match grouping {
            Some(Grouping::Never) => scene.words.number_ungrouped(&decimal),
            _ => scene.words.number(&decimal),
        };
        if self.0 == NumberSpec::PERCENT {
            out.push_str(&number::with_percent_sign(&text, &scene.words));
        } else {
            out.push_str(&text);
        }
    }

    fn part_kind(&self) -> &'static str {
        "number"
    }

    fn dir(&self, _cx: &FnContext<'_>, _value: &Value<'_>) -> Dir {
        Dir::Ltr
    }

    fn selectable(&self, value: &Value<'_>) -> bool {
        matches!(value, Value::Number(number) if number.is_selectable())
    }

    fn matches(&self, cx: &FnContext<'_>, value: &Value<'_>, key: &str, errs: &mut dyn ErrorSink) -> bool {
        matches!(value, Value::Number(number) if number.matches(cx, key, errs))
    }

    fn better_than(&self, _cx: &FnContext<'_>, _value: &Value<'_>, key1: &str, key2: &str) -> bool {
        Number::better_than(key1, key2)
    }
}
