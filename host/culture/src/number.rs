//! Numbers in a locale's digits, groups and decimal sign.
//!
//! Owns how a float becomes digits. Knows neither money nor messages.

use fixed_decimal::{Decimal, SignedRoundingMode, UnsignedRoundingMode};

use crate::{Setting, words::words};

/// Halves away from zero, as Intl rounds by default.
pub(crate) const HALF_UP: SignedRoundingMode = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand);

/// A number as written in the setting's locale: at most three decimals, as `Intl.NumberFormat` does by default.
pub fn format_number(number: f64, setting: &Setting) -> String {
    match decimal(number) {
        Some(decimal) => words(&setting.locale).number(&decimal),
        None => number.to_string(),
    }
}

/// The shortest digits that mean this float, rounded to three decimals; `None` for infinities and NaN.
pub(crate) fn decimal(number: f64) -> Option<Decimal> {
    // `Display` gives the shortest digits that mean the float, never an exponent.
    let mut decimal: Decimal = number.to_string().parse().ok()?;
    decimal.round_with_mode(-3, HALF_UP);
    decimal.trim_end();
    Some(decimal)
}
