//! Why a component could not be compiled or loaded.

/// Why a component was refused, for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", hint.as_ref().map(|hint| format!("; hint: {hint}")).unwrap_or_default())]
pub struct LoadError {
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

impl LoadError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: None }
    }

    pub(crate) fn with_hint(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: Some(hint.into()) }
    }

    /// With wasmtime's chain of causes on one line. It quotes names of the component, which may be anything.
    pub(crate) fn from_wasmtime(what: &str, error: &wasmtime::Error) -> Self {
        let mut reason = String::new();
        for character in format!("{what}: {error:#}").replace('\n', " ").chars() {
            match character {
                control if control.is_control() => reason.extend(control.escape_default()),
                other => reason.push(other),
            }
        }
        Self::new(reason)
    }
}
