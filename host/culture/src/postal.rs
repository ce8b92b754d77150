//! Postal addresses in the order of their country: the house before the town or the town before the house.
//!
//! Owns the order, from `data/postal.json` (libaddressinput), and how lines become one. Does not know whether a place exists.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

/// The parts of an address, each as the customer wrote it; empty where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostalAddress<'a> {
    /// Who lives there.
    pub name: &'a str,
    /// A company.
    pub company: &'a str,
    /// Street and house, in one line or several.
    pub street: &'a str,
    /// A part of the town.
    pub district: &'a str,
    /// Town.
    pub city: &'a str,
    /// State, province or prefecture.
    pub region: &'a str,
    /// Postal code.
    pub postcode: &'a str,
    /// ISO 3166-1 alpha-2; it decides the order and is not written.
    pub country: &'a str,
}

#[derive(Deserialize)]
struct Data {
    /// By country: in its own script, and in Latin letters where that is another order.
    rows: HashMap<String, Vec<String>>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/postal.json")).unwrap_or_else(|_| Data { rows: HashMap::new() })
});

/// The address in lines, as on a parcel.
pub fn postal_lines(address: &PostalAddress<'_>) -> Vec<String> {
    let country = address.country.to_ascii_uppercase();
    let orders = DATA.rows.get(&country).or_else(|| DATA.rows.get("ZZ"));
    let order = orders.and_then(|orders| if script(address) == Script::Latin { orders.last() } else { orders.first() });
    let order = order.map_or("%A%n%C", String::as_str);
    order.split("%n").flat_map(|line| written(line, address)).collect()
}

/// The address in one line, as in a sentence.
pub fn postal_line(address: &PostalAddress<'_>) -> String {
    let between = match script(address) {
        Script::Spaced => " ",
        Script::Arabic => "، ",
        Script::Latin | Script::Other => ", ",
    };
    postal_lines(address).join(between)
}

/// One line of an order: `%Z %C` with its parts. What stands between two parts is written where both are there; what
/// stands before the first or after the last belongs to that part (`〒%Z`, `CH-%Z`).
fn written(line: &str, address: &PostalAddress<'_>) -> Vec<String> {
    let mut pieces = line.split('%');
    let (mut text, mut between) = (String::new(), pieces.next().unwrap_or_default());
    for piece in pieces {
        let mut letters = piece.chars();
        let part = letters.next().map_or("", |field| address.part(field)).trim();
        if !part.is_empty() {
            // A prefix is kept even if it follows nothing; a comma is not.
            if !text.is_empty() || between.chars().any(char::is_alphanumeric) || between == "〒" {
                text.push_str(between);
            }
            text.push_str(part);
        }
        between = if part.is_empty() && text.is_empty() { "" } else { letters.as_str() };
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl<'a> PostalAddress<'a> {
    /// The part that libaddressinput names by a letter.
    fn part(&self, letter: char) -> &'a str {
        match letter {
            'N' => self.name,
            'O' => self.company,
            'A' => self.street,
            'D' => self.district,
            'C' => self.city,
            'S' => self.region,
            'Z' => self.postcode,
            _ => "",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Script {
    Latin,
    /// Han, kana, Hangul and Thai, where no comma stands between the lines.
    Spaced,
    Arabic,
    Other,
}

fn script(address: &PostalAddress<'_>) -> Script {
    let parts = [address.street, address.city, address.region, address.district];
    let of = |letter: char| match letter {
        '\u{600}'..='\u{6ff}' => Script::Arabic,
        '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            Script::Spaced
        }
        '\u{370}'.. if letter.is_alphabetic() && !matches!(letter, '\u{1e00}'..='\u{1eff}') => Script::Other,
        _ => Script::Latin,
    };
    let mut scripts = parts.iter().flat_map(|part| part.chars()).map(of);
    scripts.find(|script| *script != Script::Latin).unwrap_or(Script::Latin)
}
