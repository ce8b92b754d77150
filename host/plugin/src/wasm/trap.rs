//! Why a call into a component ended early, in words for the plugin's author.

use cuecard_model::FailureKind;
use wasmtime::Trap;

use crate::call::{Call, CallError, LogLevel};

/// How the SDK's panic hook begins the line that it logs.
const PANICKED: &str = "panicked at ";

/// Finds out what ended the call.
pub(super) fn explain(error: &wasmtime::Error, call: &Call) -> CallError {
    if let Some(own) = error.downcast_ref::<CallError>() {
        return own.clone();
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => timeout(call),
        Some(Trap::UnreachableCodeReached) => CallError::new(FailureKind::Error, unreachable(call)),
        Some(Trap::StackOverflow) => {
            CallError::new(FailureKind::Error, "stack overflow; hint: look for a function that calls itself for ever")
        }
        Some(trap) => CallError::new(FailureKind::Error, trap.to_string()),
        None => other(error),
    }
}

pub(super) fn timeout(call: &Call) -> CallError {
    CallError::new(FailureKind::Timeout, format!("ran past {} ms", call.limits().time_ms))
}

fn unreachable(call: &Call) -> String {
    let panic = call.log.iter().rev().find(|line| line.level == LogLevel::Error && line.text.starts_with(PANICKED));
    panic.map_or_else(|| Trap::UnreachableCodeReached.to_string(), |line| line.text.clone())
}

/// Errors that wasmtime gives without a type: told apart by their words, which a test holds to.
fn other(error: &wasmtime::Error) -> CallError {
    let detail = format!("{error:#}");
    if detail.contains("fuel allocated for hostcalls") {
        let detail = "more than 1 MiB in one reply or in the arguments of one host call".to_owned();
        return CallError::new(FailureKind::HostLimit, detail);
    }
    CallError::new(FailureKind::Error, detail)
}
