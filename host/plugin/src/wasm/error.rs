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

    /// With wasmtime's chain of causes on one line.
    pub(crate) fn from_wasmtime(what: &str, error: &wasmtime::Error) -> Self {
        Self::new(format!("{what}: {error:#}").replace('\n', " "))
    }
}
