//! The global `cuecard`: each function reads its arguments and asks the [`Call`].
//!
//! The bounds are the call's own; here only shapes are checked.

use std::ffi::CStr;

use cuecard_model::{FailureKind, Fields};

use super::{
    raw::{Answer, HostFunction, Kind, Stack},
    read::{Budget, Read, Reader},
    reply,
};
use crate::call::{Call, CallError};

/// The functions by name, as in `sdk/lua/cuecard.luau`.
pub(super) const FUNCTIONS: &[(&CStr, HostFunction)] = &[
    (c"render", render),
    (c"format_money", format_money),
    (c"format_date", format_date),
    (c"format_number", format_number),
    (c"format_relative", format_relative),
    (c"get_key", get_key),
    (c"set_key", set_key),
    (c"log", log),
    (c"now", now),
    (c"random", random),
];

fn render(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let (key, arguments) = arguments(call, stack, "render", |reader| {
        let key = reader.text(Stack::slot(1)).map_err(|error| error.under("key"))?;
        let arguments = match reader.kind(Stack::slot(2)) {
            Kind::Nil => Fields::new(),
            _ => reader.fields(Stack::slot(2)).map_err(|error| error.under("arguments"))?,
        };
        Ok((key, arguments))
    })?;
    call.render(&key, &arguments).map(Answer::Text)
}

fn format_money(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let money = arguments(call, stack, "format_money", |reader| reader.money(Stack::slot(1)))?;
    call.format_money(&money).map(Answer::Text)
}

fn format_date(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let at = arguments(call, stack, "format_date", |reader| reader.timestamp(Stack::slot(1)))?;
    call.format_date(at).map(Answer::Text)
}

fn format_number(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let number = arguments(call, stack, "format_number", |reader| reader.number(Stack::slot(1)))?;
    call.format_number(number).map(Answer::Text)
}

fn format_relative(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let at = arguments(call, stack, "format_relative", |reader| reader.timestamp(Stack::slot(1)))?;
    call.format_relative(at).map(Answer::Text)
}

fn get_key(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let name = arguments(call, stack, "get_key", |reader| reader.text(Stack::slot(1)))?;
    Ok(call.get_key(&name)?.map_or(Answer::Nothing, Answer::Value))
}

fn set_key(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let (name, value) = arguments(call, stack, "set_key", |reader| {
        let name = reader.text(Stack::slot(1)).map_err(|error| error.under("name"))?;
        let value = match reader.kind(Stack::slot(2)) {
            Kind::Nil => None,
            _ => Some(reader.value(Stack::slot(2)).map_err(|error| error.under("value"))?),
        };
        Ok((name, value))
    })?;
    call.set_key(&name, value).map(|()| Answer::Nothing)
}

fn log(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let (level, text) = arguments(call, stack, "log", |reader| {
        let level = reply::word(reader, Stack::slot(1)).map_err(|error| error.under("level"))?;
        Ok((level, reader.text(Stack::slot(2)).map_err(|error| error.under("text"))?))
    })?;
    call.log(level, &text).map(|()| Answer::Nothing)
}

fn now(call: &mut Call, _: &mut Stack<'_>) -> Result<Answer, CallError> {
    call.now().map(|now| Answer::Number(now.seconds() as f64))
}

fn random(call: &mut Call, _: &mut Stack<'_>) -> Result<Answer, CallError> {
    call.random().map(Answer::Number)
}

/// `math.random`, drawn from the turn's own numbers: `()`, `(most)`, `(least, most)`.
pub(super) fn math_random(call: &mut Call, stack: &mut Stack<'_>) -> Result<Answer, CallError> {
    let range = arguments(call, stack, "math.random", |reader| {
        Ok(match (reader.kind(Stack::slot(1)), reader.kind(Stack::slot(2))) {
            (Kind::Nil, _) => None,
            (_, Kind::Nil) => Some((1.0, reader.number(Stack::slot(1))?)),
            _ => Some((reader.number(Stack::slot(1))?, reader.number(Stack::slot(2))?)),
        })
    })?;
    let drawn = call.random()?;
    let Some((least, most)) = range.map(|(least, most)| (least.ceil(), most.floor())) else {
        return Ok(Answer::Number(drawn));
    };
    if least > most {
        return Err(CallError::new(FailureKind::Error, "math.random: the interval is empty"));
    }
    Ok(Answer::Number((least + (drawn * (most - least + 1.0)).floor()).min(most)))
}

fn arguments<T>(
    call: &Call,
    stack: &mut Stack<'_>,
    name: &str,
    read: impl FnOnce(&mut Reader<'_, '_>) -> Read<T>,
) -> Result<T, CallError> {
    let mut budget = Budget::new(call.limits());
    read(&mut Reader::new(stack, &mut budget)).map_err(|error| CallError::new(FailureKind::Error, error.tell(name)))
}
