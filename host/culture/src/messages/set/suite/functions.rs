//! `:test:function`, `:test:select` and `:test:format`, as the suite's README defines them.

use mf2::{ErrorSink, FnContext, FormatError, Function, OptionValue, Options, Registry, Sink, Value};

/// The suite's own functions.
pub(super) static REGISTRY: Registry = Registry::new(&[
    ("test:function", &Test { formats: true, selects: true }),
    ("test:select", &Test { formats: false, selects: true }),
    ("test:format", &Test { formats: true, selects: false }),
]);

struct Test {
    formats: bool,
    selects: bool,
}

#[derive(Clone)]
struct Resolved {
    input: f64,
    places: u8,
    fails_format: bool,
    fails_select: bool,
}

impl Function for Test {
    fn resolve<'a>(
        &self,
        cx: &FnContext<'_>,
        operand: Option<&Value<'a>>,
        options: &Options<'_, 'a>,
        errs: &mut dyn ErrorSink,
    ) -> Option<Value<'a>> {
        let number = |value: &Value<'_>| {
            let mut plain = String::new();
            value.to_number(cx.host())?.write_plain(&mut plain);
            plain.parse().ok()
        };
        let fresh = |input| Resolved { input, places: 0, fails_format: false, fails_select: false };
        let resolved = |value: &Value<'a>| value.downcast_ref().cloned().or_else(|| number(value).map(fresh));
        let Some(mut value) = operand.and_then(resolved) else {
            errs.error(FormatError::BadOperand);
            return None;
        };
        let text = |option: OptionValue<'_, 'a>| option.value.as_str().map(str::to_owned);
        if let Some(option) = options.get("decimalPlaces") {
            match number(option.value) {
                Some(0.0) => value.places = 0,
                Some(1.0) => value.places = 1,
                _ => {
                    errs.error(FormatError::BadOption);
                    return None;
                }
            }
        }
        match options.get("fails").map(|option| text(option).unwrap_or_default()).as_deref() {
            None | Some("never") => {}
            Some("select") => value.fails_select = true,
            Some("format") => value.fails_format = true,
            Some("always") => (value.fails_select, value.fails_format) = (true, true),
            Some(_) => errs.error(FormatError::BadOption),
        }
        Some(Value::Boxed(Box::new(value)))
    }

    fn formattable(&self, _cx: &FnContext<'_>, value: &Value<'_>) -> Result<(), FormatError> {
        match value.downcast_ref::<Resolved>() {
            Some(value) if self.formats && !value.fails_format => Ok(()),
            _ => Err(FormatError::MessageFunctionError),
        }
    }

    fn format(&self, _cx: &FnContext<'_>, value: &Value<'_>, out: &mut dyn Sink) {
        if let Some(value) = value.downcast_ref::<Resolved>() {
            let scale = f64::from(value.places) * 9.0 + 1.0;
            out.push_str(&format!("{:.*}", usize::from(value.places), (value.input * scale).trunc() / scale));
        }
    }

    fn selectable(&self, value: &Value<'_>) -> bool {
        self.selects && value.downcast_ref::<Resolved>().is_some_and(|value| !value.fails_select)
    }

    fn matches(&self, _cx: &FnContext<'_>, value: &Value<'_>, key: &str, _errs: &mut dyn ErrorSink) -> bool {
        let Some(value) = value.downcast_ref::<Resolved>() else { return false };
        value.input == 1.0 && (key == "1" || (key == "1.0" && value.places == 1))
    }

    fn better_than(&self, _cx: &FnContext<'_>, _value: &Value<'_>, key1: &str, key2: &str) -> bool {
        key1 == "1.0" && key2 == "1"
    }
}
