//! Numbers: the interpreter's rounding and plural rules, the locale's digits.
//!
//! Owns only the last step, from plain digits to the locale's.

use fixed_decimal::Decimal;
use mf2::{Dir, ErrorSink, FnContext, FormatError, Function, Grouping, Options, Sink, Value};

use super::super::scene;

/// A numeric function whose text is written by ICU.
pub(super) struct LocalNumber(pub(super) &'static dyn Function);

impl Function for LocalNumber {
    fn resolve<'a>(
        &self,
        cx: &FnContext<'_>,
        operand: Option<&Value<'a>>,
        options: &Options<'_, 'a>,
        errs: &mut dyn ErrorSink,
    ) -> Option<Value<'a>> {
        let resolved = self.0.resolve(cx, operand, options, &mut Localized(errs))?;
        Some(resolved)
    }

    fn formattable(&self, cx: &FnContext<'_>, value: &Value<'_>) -> Result<(), FormatError> {
        self.0.formattable(cx, value)
    }

    fn format(&self, cx: &FnContext<'_>, value: &Value<'_>, out: &mut dyn Sink) {
        let mut plain = String::new();
        match value {
            Value::Number(_) => self.0.format(cx, value, &mut plain),
            other => {
                if let Some(number) = other.to_number(cx.host()) {
                    number.write_plain(&mut plain);
                }
            }
        }
        let ungrouped = matches!(value, Value::Number(number) if number.grouping() == Some(Grouping::Never));
        match (plain.parse::<Decimal>(), scene::current()) {
            (Ok(number), Some(scene)) if ungrouped => out.push_str(&scene.words.number_ungrouped(&number)),
            (Ok(number), Some(scene)) => out.push_str(&scene.words.number(&number)),
            _ => out.push_str(&plain),
        }
    }

    fn part_kind(&self) -> &'static str {
        "number"
    }

    fn dir(&self, _cx: &FnContext<'_>, _value: &Value<'_>) -> Dir {
        Dir::Ltr
    }

    fn selectable(&self, value: &Value<'_>) -> bool {
        self.0.selectable(value)
    }

    fn matches(&self, cx: &FnContext<'_>, value: &Value<'_>, key: &str, errs: &mut dyn ErrorSink) -> bool {
        self.0.matches(cx, value, key, errs)
    }

    fn better_than(&self, cx: &FnContext<'_>, value: &Value<'_>, key1: &str, key2: &str) -> bool {
        self.0.better_than(cx, value, key1, key2)
    }
}

/// Keeps back the one complaint that does not hold here: that plain digits cannot be grouped.
struct Localized<'e>(&'e mut dyn ErrorSink);

impl ErrorSink for Localized<'_> {
    fn error(&mut self, error: FormatError) {
        if error != FormatError::UnsupportedOperation {
            self.0.error(error);
        }
    }
}
