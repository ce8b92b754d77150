//! Scalar values under names: message arguments, attributes, live data, event fields, stored keys.
//!
//! One flat shape instead of free JSON, because a component's types cannot be recursive and a flat map has
//! no depth to attack. JSON objects from outside are flattened with dotted names.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::Money;

/// Names and values, in name order.
pub type Fields = BTreeMap<String, Value>;

/// A scalar. Moments are numbers: seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
    /// An amount with its currency.
    Money(Money),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Money> for Value {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

/// Flattens a JSON value to scalars under dotted names: `{"items":[{"sku":"A"}]}` gives `items.0.sku`.
/// Nulls are left out; `{amount, currency}` stays one value. Stops after `limit` fields and says so with `false`.
pub fn flatten(json: &serde_json::Value, limit: usize) -> (Fields, bool) {
    let mut fields = Fields::new();
    let complete = flatten_into(&mut fields, String::new(), json, limit, 16);
    (fields, complete)
}

fn flatten_into(fields: &mut Fields, name: String, json: &serde_json::Value, limit: usize, depth: usize) -> bool {
    use serde_json::Value as Json;
    if fields.len() >= limit || depth == 0 {
        return false;
    }
    let join = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    let value = match json {
        Json::Null => return true,
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(0.0)),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => {
            let children = items.iter().enumerate();
            return children.fold(true, |all, (index, item)| {
                flatten_into(fields, join(&index.to_string()), item, limit, depth - 1) && all
            });
        }
        Json::Object(object) => match as_money(object) {
            Some(money) => Value::Money(money),
            None => {
                return object
                    .iter()
                    .fold(true, |all, (key, item)| flatten_into(fields, join(key), item, limit, depth - 1) && all);
            }
        },
    };
    fields.insert(if name.is_empty() { "value".to_owned() } else { name }, value);
    true
}

fn as_money(object: &serde_json::Map<String, serde_json::Value>) -> Option<Money> {
    let (amount, currency) = (object.get("amount")?.as_str()?, object.get("currency")?.as_str()?);
    let money = Money { amount: amount.into(), currency: currency.into() };
    (object.len() == 2 && money.check().is_ok()).then_some(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattens_with_dotted_names() {
        let json =
            serde_json::json!({"a": {"b": [1, {"c": "x"}]}, "m": {"amount": "1.50", "currency": "EUR"}, "n": null});
        let (fields, complete) = flatten(&json, 100);
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["a.b.0", "a.b.1.c", "m"]);
        assert!(complete);
        assert!(!flatten(&json, 2).1);
    }
}
