//! What a shop's event says beside itself: whose it is, and what it changes in a customer's profile and orders.
//!
//! Each part carries the moment up to which it is true, so that what arrives late takes nothing newer back.

use serde::{Deserialize, Serialize};

use crate::{ConsentRecord, Customer, CustomerId, Event, Fulfillment, Order, Refund, Return, Timestamp};

/// One event with everything that follows from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct News {
    /// What happened, if triggers are to hear of it. Its customer is found with the rest.
    pub event: Option<Event>,
    /// It is history: kept, and no trigger is asked.
    pub is_history: bool,
    /// When it was said.
    pub at: Timestamp,
    /// Who said it, e.g. `shopify`, `import`.
    pub source: String,
    /// Whom it concerns, by the shop's own id.
    pub customer: Option<CustomerId>,
    /// Whose it is where no customer is said: that of this order. It waits until the order is known.
    pub order: Option<String>,
    /// By what else the customer is known.
    pub claims: Vec<Claim>,
    /// What it says of the customer; orders in it are not read.
    pub profile: Option<Dated<Customer>>,
    /// What it says of orders.
    pub orders: Vec<OrderNews>,
    /// What the customer agreed to or no longer agrees to. The customer in each is put in when it is known.
    pub consents: Vec<ConsentRecord>,
}

/// Something, and the moment up to which it is true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// The moment of its last change.
    pub at: Timestamp,
    /// What it is.
    pub value: T,
}

/// What an event says of one order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderNews {
    /// The shop's id.
    pub id: String,
    /// The order itself; its parcels, refunds and returns are not read.
    pub facts: Option<Dated<Order>>,
    /// Parcels. What is absent in a newer one stays as it was.
    pub fulfillments: Vec<Dated<Fulfillment>>,
    /// Money that goes back.
    pub refunds: Vec<Dated<Refund>>,
    /// Goods that come back.
    pub returns: Vec<Dated<Return>>,
}

/// A name by which somebody is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Of which kind.
    pub kind: IdentityKind,
    /// In one spelling: an address in lower case, a number in E.164, `shopify:207119551`.
    pub value: String,
    /// Whether who says so has made sure. What is not verified is remembered and links nobody.
    pub verified: bool,
}

impl Claim {
    /// An address, in lower case; `None` if it is none.
    pub fn email(text: &str, verified: bool) -> Option<Self> {
        let value = text.trim().to_lowercase();
        let (name, host) = value.split_once('@')?;
        let plain = !name.is_empty() && host.contains('.') && !host.contains('@') && value.len() <= 254;
        let plain = plain && !value.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        plain.then_some(Self { kind: IdentityKind::Email, value, verified })
    }

    /// A number in E.164; `None` for what says no country, because that would have to be guessed.
    pub fn phone(text: &str, verified: bool) -> Option<Self> {
        let text = text.trim();
        let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
        let is_mark = |letter: char| matches!(letter, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}');
        let digits: String = rest.chars().filter(|letter| !is_mark(*letter)).collect();
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        let value = format!("+{digits}");
        (fits && !digits.starts_with('0')).then_some(Self { kind: IdentityKind::Phone, value, verified })
    }

    /// An id that a system gave: the shop's own, or that of a contact in a chat.
    pub fn id(kind: IdentityKind, system: &str, id: &str) -> Self {
        Self { kind, value: format!("{system}:{id}"), verified: true }
    }
}

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// An electronic mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An id given by a shop. One shop's ids tell customers apart: it knows that they are two.
    Shop,
    /// A contact of a helpdesk or chat.
    Contact,
}

impl IdentityKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Shop => "shop",
            Self::Contact => "contact",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        let email = |text| Claim::email(text, true).map(|claim| claim.value);
        assert_eq!(email(" Ann@Shop.Example ").as_deref(), Some("ann@shop.example"));
        for wrong in ["", "ann", "@shop.example", "ann@shop", "a n@shop.example", "a@b@c.example"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        let phone = |text| Claim::phone(text, true).map(|claim| claim.value);
        for (text, expected) in [
            ("+1 (555) 625-1199", Some("+15556251199")),
            ("0049 151 2345678", Some("+491512345678")),
            ("0151 2345678", None),
            ("555-625-1199", None),
            ("+1", None),
            ("+0123456789", None),
            ("+49 151 CALL", None),
        ] {
            assert_eq!(phone(text).as_deref(), expected, "{text}");
        }
    }
}
