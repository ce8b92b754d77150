//! Numbers in a locale's digits, groups and decimal sign.
//!
//! Owns how a float becomes digits. Knows neither money nor messages.

use fixed_decimal::{Decimal, SignedRoundingMode, UnsignedRoundingMode};

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    Setting, locale,
    words::{Words, words},
};

#[derive(Deserialize)]
struct Data {
    percent: HashMap<String, String>,
}

/// From CLDR, by way of Intl.
static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/number.json")).unwrap_or_else(|_| Data { percent: HashMap::new() })
});

/// Halves away from zero, as Intl rounds by default.
pub(crate) const HALF_UP: SignedRoundingMode = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand);

/// A number as written in the setting's locale: at most three decimals, as `Intl.NumberFormat` does by default.
pub fn format_number(number: f64, setting: &Setting) -> String {
    match decimal(number) {
        Some(decimal) => words(&setting.locale).number(&decimal),
        None => number.to_string(),
    }
}

/// A share as written in the setting's locale, in whole percent: 0.2 is `20%`, `20 %` or `%20`.
pub fn format_percent(share: f64, setting: &Setting) -> String {
    let Some(mut decimal) = share.to_string().parse::<Decimal>().ok().filter(|_| share.is_finite()) else {
        return share.to_string();
    };
    decimal.multiply_pow10(2);
    decimal.round_with_mode(0, HALF_UP);
    decimal.trim_end();
    decimal.trim_start();
    let words = words(&setting.locale);
    with_percent_sign(&words.number(&decimal), &words)
}

/// The locale's way to write percent: `#` is the number.
pub(crate) fn percent_pattern(tag: &str) -> &'static str {
    let chain = locale::fallback_chain(tag, "");
    chain.iter().find_map(|tag| DATA.percent.get(tag.as_str())).map_or("#%", String::as_str)
}

/// The sign of a negative number stays in front of all.
pub(crate) fn with_percent_sign(number: &str, words: &Words) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    format!("{sign}{}", words.percent.replace('#', digits))
}

/// The shortest digits that mean this float, rounded to three decimals; `None` for infinities and NaN.
pub(crate) fn decimal(number: f64) -> Option<Decimal> {
    // `Display` gives the shortest digits that mean the float, never an exponent.
    let mut decimal: Decimal = number.to_string().parse().ok()?;
    decimal.round_with_mode(-3, HALF_UP);
    decimal.trim_end();
    Some(decimal)
}
