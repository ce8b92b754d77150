//! Scalar values under names: message arguments, attributes, live data, event fields, stored keys.
//!
//! One flat shape instead of free JSON, because a component's types cannot be recursive and a flat map has
//! no depth to attack. JSON objects from outside are flattened with dotted names.

use std::{collections::BTreeMap, fmt};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::Money;

/// Names and values, in name order.
pub type Fields = BTreeMap<String, Value>;

/// A scalar. Moments are numbers: seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
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

/// By hand, because events are made of these: `untagged` tries each variant in turn, and writes an error for each miss.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar)
    }
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("true or false, a number, a text, or an amount with its currency")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        <Money as Deserialize>::deserialize(MapAccessDeserializer::new(map)).map(Value::Money)
    }
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
pub fn flatten(json: serde_json::Value, limit: usize) -> (Fields, bool) {
    let mut fields = Fields::new();
    let complete = flatten_into(&mut fields, String::new(), json, limit, 16);
    (fields, complete)
}

fn flatten_into(fields: &mut Fields, name: String, json: serde_json::Value, limit: usize, depth: usize) -> bool {
    use serde_json::Value as Json;
    if fields.len() >= limit || depth == 0 {
        return false;
    }
    let join = |part: String| if name.is_empty() { part } else { format!("{name}.{part}") };
    let value = match json {
        Json::Null => return true,
        Json::Bool(flag) => Value::Flag(flag),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(0.0)),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => {
            let children = items.into_iter().enumerate();
            return children.fold(true, |all, (index, item)| {
                flatten_into(fields, join(index.to_string()), item, limit, depth - 1) && all
            });
        }
        Json::Object(object) => match as_money(&object) {
            Some(money) => Value::Money(money),
            None => {
                let children = object.into_iter();
                return children
                    .fold(true, |all, (key, item)| flatten_into(fields, join(key), item, limit, depth - 1) && all);
            }
        },
    };
    fields.insert(if name.is_empty() { "value".to_owned() } else { name }, value);
    true
}

fn as_money(object: &serde_json::Map<String, serde_json::Value>) -> Option<Money> {
    if object.len() != 2 {
        return None;
    }
    let (amount, currency) = (object.get("amount")?.as_str()?, object.get("currency")?.as_str()?);
    let money = Money { amount: amount.into(), currency: currency.into() };
    money.check().is_ok().then_some(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flattens_with_dotted_names() {
        let json =
            serde_json::json!({"a": {"b": [1, {"c": "x"}]}, "m": {"amount": "1.50", "currency": "EUR"}, "n": null});
        let (fields, complete) = flatten(json.clone(), 100);
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["a.b.0", "a.b.1.c", "m"]);
        assert!(complete);
        assert!(!flatten(json, 2).1);
    }

    #[test]
    fn reads_what_it_writes() {
        let money = Money { amount: "1.50".into(), currency: "EUR".into() };
        for value in [true.into(), 1.5.into(), "1.5".into(), Value::Money(money), (-3.0).into()] {
            let text = serde_json::to_string(&value).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value), "{text}");
        }
        assert_eq!(serde_json::from_str::<Value>("7").ok(), Some(7.0.into()));
        for text in ["null", "[1]", "{}", r#"{"amount": "1"}"#, r#"{"amount": "1", "currency": "EUR", "x": 1}"#] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
