//! Reading JSON of strangers: absent and null are the same, and what has the wrong type is said with its path.

use cuecard_model::{Money, Timestamp};
use serde_json::Value as Json;

/// A field that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is not {expected}")]
pub struct Wrong {
    /// Where, e.g. `line_items[0].quantity`.
    pub field: String,
    /// What it must be.
    pub expected: &'static str,
}

/// A place in a body.
#[derive(Clone, Debug)]
pub struct At<'a> {
    json: &'a Json,
    path: String,
}

static NULL: Json = Json::Null;

impl<'a> At<'a> {
    /// The whole body.
    pub fn top(json: &'a Json) -> Self {
        Self { json, path: String::new() }
    }

    /// What is there.
    pub fn json(&self) -> &'a Json {
        self.json
    }

    /// The field's own path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A field, there or not.
    pub fn get(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { json: self.json.get(name).unwrap_or(&NULL), path }
    }

    /// Whether nothing is there.
    pub fn is_absent(&self) -> bool {
        self.json.is_null()
    }

    /// One of our own words.
    pub fn word<T: serde::de::DeserializeOwned>(&self, name: &str, expected: &'static str) -> Result<Option<T>, Wrong> {
        let field = self.get(name);
        match field.json {
            Json::Null => Ok(None),
            json => T::deserialize(json).map(Some).map_err(|_| field.wrong(expected)),
        }
    }

    /// An error about this place.
    pub fn wrong(&self, expected: &'static str) -> Wrong {
        Wrong { field: if self.path.is_empty() { "body".to_owned() } else { self.path.clone() }, expected }
    }

    /// It must be an object.
    pub fn object(self) -> Result<Self, Wrong> {
        if self.json.is_object() { Ok(self) } else { Err(self.wrong("an object")) }
    }

    /// An object, if there is one.
    pub fn part(&self, name: &str) -> Result<Option<Self>, Wrong> {
        let part = self.get(name);
        if part.is_absent() { Ok(None) } else { part.object().map(Some) }
    }

    /// The objects of a list; none if it is absent.
    pub fn list(&self, name: &str) -> Result<Vec<Self>, Wrong> {
        self.get(name).items()
    }

    /// The objects of the list that this is; none if it is absent.
    pub fn items(&self) -> Result<Vec<Self>, Wrong> {
        match self.json {
            Json::Null => Ok(Vec::new()),
            Json::Array(items) => {
                let item = |(place, json)| At { json, path: format!("{}[{place}]", self.path) }.object();
                items.iter().enumerate().map(item).collect()
            }
            _ => Err(self.wrong("a list")),
        }
    }

    /// Text that is not empty.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Wrong> {
        let field = self.get(name);
        match field.json {
            Json::Null => Ok(None),
            Json::String(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            _ => Err(field.wrong("text")),
        }
    }

    /// The first of several fields with text in it.
    pub fn first(&self, names: &[&str]) -> Result<Option<String>, Wrong> {
        for name in names {
            if let Some(text) = self.text(name)? {
                return Ok(Some(text.to_owned()));
            }
        }
        Ok(None)
    }

    /// An id: text or a whole number. Zero and the empty text mean none, as shops have it.
    pub fn id(&self, name: &str) -> Result<Option<String>, Wrong> {
        let field = self.get(name);
        let id = match field.json {
            Json::Null => return Ok(None),
            Json::String(text) => text.trim().to_owned(),
            Json::Number(number) if !number.is_f64() => number.to_string(),
            _ => return Err(field.wrong("an id: text or a whole number")),
        };
        if id.len() > 200 || id.chars().any(char::is_control) {
            return Err(field.wrong("an id of at most 200 printable bytes"));
        }
        Ok(Some(id).filter(|id| !matches!(id.as_str(), "" | "0")))
    }

    /// An id that must be there.
    pub fn need_id(&self, name: &str) -> Result<String, Wrong> {
        self.id(name)?.ok_or_else(|| self.get(name).wrong("there, and must be"))
    }

    /// True or false; false if it is absent.
    pub fn flag(&self, name: &str) -> Result<bool, Wrong> {
        let field = self.get(name);
        match field.json {
            Json::Null => Ok(false),
            Json::Bool(flag) => Ok(*flag),
            _ => Err(field.wrong("true or false")),
        }
    }

    /// A number, also where it is written as text.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Wrong> {
        let field = self.get(name);
        let number = match field.json {
            Json::Null => return Ok(None),
            Json::Number(number) => number.as_f64(),
            Json::String(text) if text.trim().is_empty() => return Ok(None),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite()).map(Some).ok_or_else(|| field.wrong("a number"))
    }

    /// How many pieces.
    pub fn count(&self, name: &str) -> Result<u32, Wrong> {
        let number = self.number(name)?.unwrap_or(1.0);
        if (0.0..=4e9).contains(&number) { Ok(number as u32) } else { Err(self.get(name).wrong("a number of pieces")) }
    }

    /// A moment in RFC 3339; in universal time where no zone is written, as fields named `_gmt` have it.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Wrong> {
        let field = self.get(name);
        match field.json {
            Json::Null => Ok(None),
            Json::String(text) if text.trim().is_empty() => Ok(None),
            Json::String(text) => {
                let text = text.trim();
                let at = text.parse().or_else(|_| format!("{text}Z").parse());
                at.map(Some).map_err(|_| field.wrong("a time, such as 2026-11-22T08:15:04Z"))
            }
            _ => Err(field.wrong("a time, such as 2026-11-22T08:15:04Z")),
        }
    }

    /// A decimal amount in a currency; `None` if either is absent.
    pub fn money(&self, name: &str, currency: Option<&str>) -> Result<Option<Money>, Wrong> {
        let field = self.get(name);
        let amount = match field.json {
            Json::Null => return Ok(None),
            Json::String(text) => text.trim().to_owned(),
            Json::Number(number) => number.to_string(),
            _ => return Err(field.wrong("an amount")),
        };
        let (Some(currency), false) = (currency, amount.is_empty()) else { return Ok(None) };
        let money = Money { amount, currency: currency.to_uppercase() };
        match money.check() {
            Ok(()) => Ok(Some(money)),
            Err(_) => Err(field.wrong("a decimal amount in a currency of three letters")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_fit_is_said_with_its_path() {
        let body = json!({"id": 7, "none": null, "n": "2.5", "items": [{"quantity": "x"}], "at": "2026-01-01T10:00:00",
            "price": "12,50", "bad": [1], "zero": 0});
        let at = At::top(&body);
        assert_eq!(at.id("id").unwrap().as_deref(), Some("7"));
        assert_eq!((at.id("zero").unwrap(), at.id("none").unwrap()), (None, None));
        assert_eq!(at.number("n").unwrap(), Some(2.5));
        assert_eq!(at.time("at").unwrap().unwrap().to_string(), "2026-01-01T10:00:00Z");
        let field = |wrong: Result<(), Wrong>| wrong.unwrap_err().field;
        assert_eq!(field(at.list("items").unwrap()[0].count("quantity").map(drop)), "items[0].quantity");
        assert_eq!(field(at.money("price", Some("EUR")).map(drop)), "price");
        assert_eq!(field(at.list("bad").map(drop)), "bad[0]");
        assert_eq!(field(at.list("id").map(drop)), "id");
        assert_eq!(field(at.need_id("none").map(drop)), "none");
        assert_eq!(field(at.id("n").and_then(|_| at.time("id").map(drop))), "id");
    }
}
