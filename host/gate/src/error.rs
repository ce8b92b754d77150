//! What can be wrong with settings or rules. Knows no place but the name of the thing that is wrong.

/// Settings or rules that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// Not TOML, or not of the shape asked for; names line and column.
    #[error("{what}: {detail}")]
    Shape {
        /// Which text.
        what: &'static str,
        /// What the parser says.
        detail: String,
    },
    /// A value that means nothing.
    #[error("{place}: '{value}' {problem}\nhint: {hint}")]
    Value {
        /// The entry that holds it.
        place: String,
        /// The value.
        value: String,
        /// Why it cannot be used.
        problem: &'static str,
        /// What to write instead.
        hint: &'static str,
    },
}

impl GateError {
    pub(crate) fn value(place: &str, value: impl ToString, problem: &'static str, hint: &'static str) -> Self {
        Self::Value { place: place.to_owned(), value: value.to_string(), problem, hint }
    }
}

/// Parses TOML strictly.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, GateError> {
    toml::from_str(text).map_err(|error| GateError::Shape { what, detail: error.to_string().trim_end().to_owned() })
}
