//! The functions that a component imports, each handed on to [`Call`], which counts and bounds it.
//!
//! A limit of the host ends the call at once. Other errors go back to the plugin where the contract lets it see them.

use cuecard_model::{FailureKind, Timestamp};
use wasmtime::component::HasData;

use super::{
    bindings::{host, types},
    lift,
};
use crate::{
    call::{CallError, LogLevel},
    wasm::store::State,
};

/// Tells the linker that the host's side of a call is the store's data itself.
pub(super) struct HostState;

impl HasData for HostState {
    type Data<'a> = &'a mut State;
}

impl types::Host for State {}

impl host::Host for State {
    fn render(&mut self, key: String, arguments: Vec<types::FieldResult>) -> wasmtime::Result<Result<String, String>> {
        let arguments = match lift::fields("arguments", arguments) {
            Ok(arguments) => arguments,
            Err(error) => return Ok(Err(error.detail)),
        };
        answer(self.call.render(&key, &arguments))
    }

    fn format_money(&mut self, amount: types::MoneyResult) -> wasmtime::Result<Result<String, String>> {
        answer(self.call.format_money(&lift::money_unchecked(amount)))
    }

    fn format_date(&mut self, at: i64) -> wasmtime::Result<String> {
        self.call.format_date(Timestamp::from_seconds(at)).map_err(wasmtime::Error::new)
    }

    fn format_number(&mut self, number: f64) -> wasmtime::Result<String> {
        self.call.format_number(number).map_err(wasmtime::Error::new)
    }

    fn format_relative(&mut self, at: i64) -> wasmtime::Result<String> {
        self.call.format_relative(Timestamp::from_seconds(at)).map_err(wasmtime::Error::new)
    }

    fn get_key(&mut self, name: String) -> wasmtime::Result<Option<types::ValueResult>> {
        let value = self.call.get_key(&name).map_err(wasmtime::Error::new)?;
        Ok(value.map(lift::value_back))
    }

    fn set_key(&mut self, name: String, value: Option<types::ValueResult>) -> wasmtime::Result<Result<(), String>> {
        let value = match value.map(|value| lift::value("value", value)).transpose() {
            Ok(value) => value,
            Err(error) => return Ok(Err(error.detail)),
        };
        answer(lift::check_text("name", &name).and_then(|()| self.call.set_key(&name, value)))
    }

    fn log(&mut self, level: types::LogLevel, text: String) -> wasmtime::Result<Result<(), String>> {
        answer(self.call.log(log_level(level), &text))
    }

    fn now(&mut self) -> wasmtime::Result<i64> {
        self.call.now().map(Timestamp::seconds).map_err(wasmtime::Error::new)
    }

    fn random(&mut self) -> wasmtime::Result<f64> {
        self.call.random().map_err(wasmtime::Error::new)
    }
}

fn answer<T>(result: Result<T, CallError>) -> wasmtime::Result<Result<T, String>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) if matches!(error.kind, FailureKind::Error | FailureKind::Reply) => Ok(Err(error.detail)),
        Err(limit) => Err(wasmtime::Error::new(limit)),
    }
}

fn log_level(level: types::LogLevel) -> LogLevel {
    match level {
        types::LogLevel::Debug => LogLevel::Debug,
        types::LogLevel::Info => LogLevel::Info,
        types::LogLevel::Warn => LogLevel::Warn,
        types::LogLevel::Error => LogLevel::Error,
    }
}
