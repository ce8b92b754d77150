//! Reading values by name: attributes of customers and orders, live data, event fields.

use crate::{Field, Money, Value};

/// Look-ups in a list of fields, e.g. `turn.customer.attributes.text("tier")`.
pub trait Fields {
    /// The value under a name.
    fn value(&self, name: &str) -> Option<&Value>;

    /// The text under a name, if it is text.
    fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number under a name, if it is a number.
    fn number(&self, name: &str) -> Option<f64> {
        match self.value(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The amount under a name, if it is one.
    fn money(&self, name: &str) -> Option<&Money> {
        match self.value(name) {
            Some(Value::Money(money)) => Some(money),
            _ => None,
        }
    }

    /// Whether there is a flag of this name and it is set.
    fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Flag(true)))
    }
}

impl Fields for [Field] {
    fn value(&self, name: &str) -> Option<&Value> {
        self.iter().find(|field| field.name == name).map(|field| &field.value)
    }
}
