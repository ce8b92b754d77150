//! Amounts of money as a locale writes them.
//!
//! Owns symbols, their place and the number of decimals, from `data/money.json` (CLDR, by way of Intl). Works on
//! decimal digits alone: an amount never becomes a float.

use std::{collections::HashMap, sync::LazyLock};

use cuecard_model::Money;
use fixed_decimal::{Decimal, Sign};
use serde::Deserialize;

use crate::{
    Setting, locale,
    number::HALF_UP,
    words::{Words, words},
};

/// How one locale writes amounts: `¤` is the symbol, `#` the digits.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MoneyTable {
    pattern: String,
    negative: String,
    symbols: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Data {
    digits: HashMap<String, u8>,
    symbols: HashMap<String, String>,
    locales: HashMap<String, MoneyTable>,
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/money.json")).unwrap_or_else(|_| Data {
        digits: HashMap::new(),
        symbols: HashMap::new(),
        locales: HashMap::new(),
    })
});

/// CLDR's root pattern: the code, a space, the digits.
static ROOT: LazyLock<MoneyTable> =
    LazyLock::new(|| MoneyTable {
        pattern: "¤\u{a0}#".into(), negative: "-¤\u{a0}#".into(), symbols: HashMap::new()
    });

/// Currencies that CLDR writes without decimals although ISO 4217 gives them two. An amount with cents is shown with
/// its cents all the same: a customer must never read a price that is not the price.
const CENTS_IF_ANY: &[&str] = &["COP", "HUF", "IDR", "IRR", "PKR"];

/// An amount as written in the setting's locale, e.g. `€1,234.50` or `1.234,50 €`.
///
/// An amount that is no decimal number is given back as it came, with its currency.
pub fn format_money(money: &Money, setting: &Setting) -> String {
    amount(money, &words(&setting.locale))
}

pub(crate) fn amount(money: &Money, words: &Words) -> String {
    // The shape is checked first: an exponent would spell out as many zeros as it says.
    let Some(mut decimal) = money.check().ok().and_then(|()| money.amount.parse::<Decimal>().ok()) else {
        return format!("{} {}", money.amount, money.currency);
    };
    let places = decimals(&money.currency, &decimal);
    decimal.round_with_mode(-places, HALF_UP);
    decimal.trim_end();
    decimal.pad_end(-places);
    let table = words.money;
    let negative = decimal.sign() == Sign::Negative;
    decimal.set_sign(Sign::None);
    let pattern = if negative { &table.negative } else { &table.pattern };
    fill(pattern, table.symbol(&money.currency), &words.number(&decimal))
}

fn decimals(currency: &str, amount: &Decimal) -> i16 {
    let places = DATA.digits.get(currency).copied().unwrap_or(2).into();
    let has_cents = amount.nonzero_magnitude_end() < 0 && !amount.absolute.is_zero();
    if places == 0 && has_cents && CENTS_IF_ANY.contains(&currency) { 2 } else { places }
}

/// A symbol that ends in a letter keeps a no-break space from the digits (UTS 35, currencySpacing).
fn fill(pattern: &str, symbol: &str, digits: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + symbol.len() + digits.len() + 2);
    let mut rest = pattern.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '¤' => {
                text.push_str(symbol);
                if rest.peek() == Some(&'#') && symbol.chars().next_back().is_some_and(is_letter) {
                    text.push('\u{a0}');
                }
            }
            '#' => {
                text.push_str(digits);
                if rest.peek() == Some(&'¤') && symbol.chars().next().is_some_and(is_letter) {
                    text.push('\u{a0}');
                }
            }
            other => text.push(other),
        }
    }
    text
}

fn is_letter(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '.'
}

impl MoneyTable {
    /// The table of the locale or of its nearest parent that has one.
    pub(crate) fn for_locale(tag: &str) -> &'static Self {
        let chain = locale::fallback_chain(tag, "");
        chain.iter().find_map(|tag| DATA.locales.get(tag.as_str())).unwrap_or(&ROOT)
    }

    fn symbol<'a>(&'a self, currency: &'a str) -> &'a str {
        let symbol = self.symbols.get(currency).or_else(|| DATA.symbols.get(currency));
        symbol.map_or(currency, String::as_str)
    }
}
