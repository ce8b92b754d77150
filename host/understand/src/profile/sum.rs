//! Sums of amounts, to the last digit: no floats. One sum for each currency.

use std::fmt::Write;

use cuecard_model::Money;

/// Sums by currency, in the order of its code.
#[derive(Default)]
pub(super) struct Sums<'a>(Vec<Sum<'a>>);

/// `units` of ten to the power of minus `scale`.
struct Sum<'a> {
    currency: &'a str,
    units: i128,
    scale: u32,
}

impl<'a> Sums<'a> {
    /// Adds an amount; an amount that is none is left out, and `false` is the answer.
    pub(super) fn add(&mut self, money: &'a Money) -> bool {
        self.take(money, 1)
    }

    /// Takes an amount away.
    pub(super) fn subtract(&mut self, money: &'a Money) -> bool {
        self.take(money, -1)
    }

    fn take(&mut self, money: &'a Money, sign: i128) -> bool {
        let Some((units, scale)) = parse(&money.amount) else { return false };
        let place = self.0.binary_search_by(|sum| sum.currency.cmp(&money.currency));
        let place = place.unwrap_or_else(|place| {
            self.0.insert(place, Sum { currency: &money.currency, units: 0, scale });
            place
        });
        let Some(sum) = self.0.get_mut(place) else { return false };
        let common = sum.scale.max(scale);
        // At most 18 digits each, so that a sum of any orders that fit into memory is far from the edge.
        sum.units = sum.units * 10_i128.pow(common - sum.scale) + sign * units * 10_i128.pow(common - scale);
        sum.scale = common;
        true
    }

    pub(super) fn into_amounts(self) -> Vec<Money> {
        let money = |sum: Sum<'a>| Money { amount: written(sum.units, sum.scale), currency: sum.currency.to_owned() };
        self.0.into_iter().map(money).collect()
    }
}

/// `12.50` is 1250 of ten to the power of -2.
fn parse(amount: &str) -> Option<(i128, u32)> {
    let (digits, sign) = amount.strip_prefix('-').map_or((amount, 1), |digits| (digits, -1));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut units: i128 = 0;
    if whole.is_empty() || digits.len() > 19 {
        return None;
    }
    for byte in whole.bytes().chain(fraction.bytes()) {
        units = units * 10 + i128::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    Some((sign * units, u32::try_from(fraction.len()).ok()?))
}

fn written(units: i128, scale: u32) -> String {
    let one = 10_u128.pow(scale);
    let size = units.unsigned_abs();
    let mut text = if units < 0 { "-".to_owned() } else { String::new() };
    let _ = write!(text, "{}", size / one);
    if scale > 0 {
        let _ = write!(text, ".{:0width$}", size % one, width = scale as usize);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact() {
        let money = |amount: &str, currency: &str| Money { amount: amount.into(), currency: currency.into() };
        for (added, taken, expected) in [
            (vec![], vec![], vec![]),
            (vec![("0.10", "EUR"), ("0.20", "EUR")], vec![], vec![("0.30", "EUR")]),
            (vec![("12.5", "EUR"), ("7", "EUR")], vec![("0.255", "EUR")], vec![("19.245", "EUR")]),
            (vec![("1200", "JPY"), ("9.90", "EUR")], vec![], vec![("9.90", "EUR"), ("1200", "JPY")]),
            (vec![("5.00", "USD")], vec![("7.25", "USD")], vec![("-2.25", "USD")]),
            (vec![("-5.00", "USD")], vec![("-7.25", "USD")], vec![("2.25", "USD")]),
            (vec![("999999999999999999", "IDR"); 3], vec![], vec![("2999999999999999997", "IDR")]),
            (vec![("0.000000000000000001", "ETH")], vec![], vec![]),
        ] {
            let (added, taken) = [added, taken]
                .map(|list| list.into_iter().map(|(amount, code)| money(amount, code)).collect::<Vec<_>>())
                .into();
            let mut sums = Sums::default();
            assert!(added.iter().all(|money| sums.add(money)) || expected.is_empty(), "{added:?}");
            assert!(taken.iter().all(|money| sums.subtract(money)), "{taken:?}");
            let expected: Vec<_> = expected.into_iter().map(|(amount, code)| money(amount, code)).collect();
            assert_eq!(sums.into_amounts(), expected, "{added:?} {taken:?}");
        }
    }

    #[test]
    fn what_is_no_amount_is_left_out() {
        for amount in ["", "-", ".5", "1,5", "1.2.3", "12 EUR", "1e9", "99999999999999999999"] {
            assert_eq!(parse(amount), None, "{amount}");
        }
    }
}
