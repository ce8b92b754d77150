//! An agent's words as a script: what is known of the customer, the order and the live data becomes a variable.
//!
//! A plain function of the words and of what was known. Longer values are looked for first, so that a number in a link
//! stays in the link. Knows no storage.

use std::ops::Range;

use cuecard_culture::{DateLength, Setting, format_date_as, format_money};
use cuecard_model::{Customer, LiveItem, Money, Order, Register, Timestamp, Value};
use serde::Serialize;

/// Words with their variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// MessageFormat 2.
    pub message: String,
    /// In the order of their places.
    pub variables: Vec<Variable>,
}

/// One value that was recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Without the dollar.
    pub name: String,
    /// As it stood in the words.
    pub value: String,
    /// As it stands in the message.
    pub placeholder: String,
}

/// A value that may stand in the words, and what to call it.
struct Candidate {
    text: String,
    name: String,
    /// ` :date`, ` :money`
    function: &'static str,
}

/// Puts variables in the places of known values. `locale` is that of the words.
pub fn recognise(text: &str, customer: &Customer, live: &[impl AsRef<LiveItem>], locale: &str) -> Recognised {
    let mut known = Known { all: Vec::new(), setting: setting(customer, locale) };
    known.customer(customer);
    live.iter().for_each(|item| known.live(item.as_ref()));
    known.all.retain(|candidate| candidate.text.chars().count() >= 2);
    known.all.sort_by_key(|candidate| std::cmp::Reverse(candidate.text.len()));
    let mut found: Vec<(Range<usize>, &Candidate)> = Vec::new();
    for candidate in &known.all {
        for (at, _) in text.match_indices(&candidate.text) {
            let place = at..at + candidate.text.len();
            let is_free = found.iter().all(|(taken, _)| taken.end <= place.start || place.end <= taken.start);
            if is_free && is_whole(text, &place) {
                found.push((place, candidate));
            }
        }
    }
    found.sort_by_key(|(place, _)| place.start);
    written(text, &found)
}

fn written(text: &str, found: &[(Range<usize>, &Candidate)]) -> Recognised {
    let (mut message, mut variables, mut end) = (String::new(), Vec::<Variable>::new(), 0);
    for (place, candidate) in found {
        escape(text.get(end..place.start).unwrap_or_default(), &mut message);
        end = place.end;
        let placeholder = format!("{{${}{}}}", candidate.name, candidate.function);
        message.push_str(&placeholder);
        if variables.iter().all(|known| known.name != candidate.name) {
            variables.push(Variable { name: candidate.name.clone(), value: candidate.text.clone(), placeholder });
        }
    }
    escape(text.get(end..).unwrap_or_default(), &mut message);
    // A message that begins with a dot would be read as a declaration.
    let is_plain = !message.trim_start().starts_with('.');
    Recognised { message: if is_plain { message } else { format!("{{{{{message}}}}}") }, variables }
}

/// What MessageFormat 2 reads as its own.
fn escape(text: &str, into: &mut String) {
    for sign in text.chars() {
        if matches!(sign, '{' | '}' | '\\') {
            into.push('\\');
        }
        into.push(sign);
    }
}

/// No part of a longer word or number. Scripts without spaces have no words to be a part of.
fn is_whole(text: &str, place: &Range<usize>) -> bool {
    let joins = |one: Option<char>, other: Option<char>| match (one, other) {
        (Some(one), Some(other)) => one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric(),
        _ => false,
    };
    let (before, rest) = (text.get(..place.start).unwrap_or_default(), text.get(place.end..).unwrap_or_default());
    let own = text.get(place.clone()).unwrap_or_default();
    !joins(before.chars().next_back(), own.chars().next()) && !joins(own.chars().next_back(), rest.chars().next())
}

struct Known {
    all: Vec<Candidate>,
    setting: Setting,
}

impl Known {
    fn customer(&mut self, customer: &Customer) {
        if let Some(name) = &customer.name {
            let (given, family) =
                (name.given.as_deref().unwrap_or_default(), name.family.as_deref().unwrap_or_default());
            let titled = name.title.as_ref().map(|title| format!("{title} {family}")).unwrap_or_default();
            let forms = [format!("{given} {family}"), format!("{family}{given}"), format!("{family} {given}"), titled];
            for form in forms.iter().map(String::as_str).chain([given, family]) {
                self.add("person", "", form.trim());
            }
        }
        customer.orders.iter().for_each(|order| self.order(order));
    }

    fn order(&mut self, order: &Order) {
        for number in order.number.iter().chain([&order.id]) {
            self.add("order", "", number);
        }
        self.day("ordered", order.placed_at);
        self.money("total", order.total.as_ref());
        for item in &order.items {
            self.add("item", "", &item.title);
            self.money("price", item.price.as_ref());
        }
        for parcel in &order.fulfillments {
            for (name, text) in
                [("link", &parcel.tracking_url), ("tracking", &parcel.tracking_number), ("carrier", &parcel.carrier)]
            {
                self.add(name, "", text.as_deref().unwrap_or_default());
            }
            self.day("due", parcel.expected_at);
            self.day("shipped", parcel.shipped_at);
            self.day("delivered", parcel.delivered_at);
        }
        for refund in &order.refunds {
            self.money("refund", refund.amount.as_ref());
        }
    }

    fn live(&mut self, item: &LiveItem) {
        for (name, value) in &item.fields {
            let name: String = name.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect();
            match value {
                Value::Text(text) if name.starts_with(|sign: char| sign.is_ascii_alphabetic()) => {
                    self.add(&name, "", text)
                }
                Value::Money(money) => self.money(&name, Some(money)),
                _ => {}
            }
        }
    }

    /// As people write a day: in the words' language and in English, with and without the year.
    fn day(&mut self, name: &str, at: Option<Timestamp>) {
        let Some(at) = at else { return };
        let iso: String = at.to_string().chars().take(10).collect();
        let year: String = iso.chars().take(4).collect();
        let mut forms = vec![iso];
        for locale in [self.setting.locale.clone(), "en-US".to_owned(), "en-GB".to_owned()] {
            let setting = Setting { locale, ..self.setting.clone() };
            for length in [DateLength::Full, DateLength::Long, DateLength::Medium] {
                let form = format_date_as(at, length, &setting);
                let bare = [format!(", {year}"), format!(" de {year}"), format!(" {year}"), format!("{year}年")];
                let short = bare.iter().find_map(|year| form.contains(year).then(|| form.replace(year, "")));
                forms.extend(short);
                forms.push(form);
            }
        }
        forms.iter().for_each(|form| self.add(name, " :date", form));
    }

    fn money(&mut self, name: &str, money: Option<&Money>) {
        let Some(money) = money else { return };
        let (amount, currency) = (money.amount.to_string(), money.currency.to_string());
        let mut forms = vec![format!("{amount} {currency}"), format!("{currency} {amount}")];
        for locale in [self.setting.locale.as_str(), "en-US", "de-DE"] {
            forms.push(format_money(money, &Setting { locale: locale.to_owned(), ..self.setting.clone() }));
        }
        // What a person types has plain spaces.
        let plain: Vec<_> = forms.iter().map(|form| form.replace(['\u{a0}', '\u{202f}'], " ")).collect();
        forms.iter().chain(&plain).for_each(|form| self.add(name, " :money", form));
    }

    /// Another value under the same name gets a number.
    fn add(&mut self, name: &str, function: &'static str, text: &str) {
        if text.is_empty() || self.all.iter().any(|known| known.text == text) {
            return;
        }
        self.all.push(Candidate { text: text.to_owned(), name: name.to_owned(), function });
    }
}

fn setting(customer: &Customer, locale: &str) -> Setting {
    Setting {
        locale: locale.to_owned(),
        default_locale: locale.to_owned(),
        time_zone: customer.time_zone.clone(),
        now: Timestamp::from_seconds(0),
        register: Register::Formal,
        name: None,
        manner: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_known_becomes_a_variable() {
        let customer: Customer =
            serde_json::from_value(json!({"id": "u-1", "name": {"given": "Sara", "family": "López"},
            "time_zone": "Europe/Madrid",
            "orders": [{"id": "1001", "status": "shipped", "total": {"amount": "59.90", "currency": "EUR"},
                "items": [{"id": "i", "title": "Linen shirt"}],
                "fulfillments": [{"id": "f", "status": "in_transit", "tracking_number": "Z123456",
                    "tracking_url": "https://carrier.example/t/Z123456", "expected_at": "2026-11-24T12:00:00Z"}]}]}))
            .unwrap();
        let live: Vec<Arc<LiveItem>> =
            vec![Arc::new(serde_json::from_value(json!({"key": "promotion.bf", "fields": {"code": "BF25"}})).unwrap())];
        for (locale, text, expected) in [
            (
                "en",
                "Dear Sara López, order 1001 (Linen shirt) of 59.90 EUR comes on November 24.",
                "Dear {$person}, order {$order} ({$item}) of {$total :money} comes on {$due :date}.",
            ),
            (
                "es",
                "Sara, llega el 24 de noviembre por 59,90 €",
                "{$person}, llega el {$due :date} por {$total :money}",
            ),
            ("en", "Follow https://carrier.example/t/Z123456 or Z123456", "Follow {$link} or {$tracking}"),
            ("en", "Use BF25. {really} 10010 is not it", "Use {$code}. \\{really\\} 10010 is not it"),
            ("en", ".input is text", "{{.input is text}}"),
            ("zh-Hans", "您的订单1001将于11月24日送达", "您的订单{$order}将于{$due :date}送达"),
            ("en", "nothing known", "nothing known"),
        ] {
            assert_eq!(recognise(text, &customer, &live, locale).message, expected);
        }
        let found = recognise("Sara 1001 Sara", &customer, &live, "en");
        let names: Vec<_> = found.variables.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
        assert_eq!(names, [("person", "Sara"), ("order", "1001")]);
    }
}
