//! What a culture says at this moment: `:greeting`, `:closing`, `:address`. They take no operand.

use mf2::{ErrorSink, FnContext, FormatError, Function, Options, Sink, Value};

use super::super::scene;
use crate::Saying;

/// One of the things that the host says itself, by hour, holiday, channel and register.
pub(super) struct SayingFunction(Saying);

impl SayingFunction {
    /// `Good morning, Sara`
    pub(super) const GREETING: Self = Self(Saying::Greeting);
    /// `Have a nice weekend`
    pub(super) const CLOSING: Self = Self(Saying::Closing);
    /// `Dear Sara`
    pub(super) const ADDRESS: Self = Self(Saying::Address);
}

impl Function for SayingFunction {
    fn resolve<'a>(
        &self,
        _cx: &FnContext<'_>,
        _operand: Option<&Value<'a>>,
        _options: &Options<'_, 'a>,
        errs: &mut dyn ErrorSink,
    ) -> Option<Value<'a>> {
        let manner = scene::current().and_then(|scene| scene.manner.clone());
        let Some(manner) = manner else {
            errs.error(FormatError::BadOperand);
            return None;
        };
        Some(Value::Boxed(Box::new(manner.say(self.0).unwrap_or_default())))
    }

    fn format(&self, _cx: &FnContext<'_>, value: &Value<'_>, out: &mut dyn Sink) {
        if let Some(words) = value.downcast_ref::<String>() {
            out.push_str(words);
        }
    }

    fn part_kind(&self) -> &'static str {
        "string"
    }
}
