//! Exact sums with amounts: decimal digits in, decimal digits out, never through a float.

use crate::Money;

impl Money {
    /// An amount, e.g. `Money::new("12.50", "EUR")`.
    pub fn new(amount: impl Into<String>, currency: impl Into<String>) -> Self {
        Self { amount: amount.into(), currency: currency.into() }
    }

    /// The sum, or `None` if the currencies differ or the amounts are not decimal.
    pub fn plus(&self, other: &Money) -> Option<Money> {
        self.combine(other, i128::checked_add)
    }

    /// The difference, or `None` if the currencies differ or the amounts are not decimal.
    pub fn minus(&self, other: &Money) -> Option<Money> {
        self.combine(other, i128::checked_sub)
    }

    /// This amount so many times.
    pub fn times(&self, count: u32) -> Option<Money> {
        let (units, scale) = self.units()?;
        Some(self.with(units.checked_mul(count.into())?, scale))
    }

    /// A share in whole percent, rounded half away from zero to the digits that the amount has.
    pub fn percent(&self, percent: u32) -> Option<Money> {
        let (units, scale) = self.units()?;
        let hundredfold = units.checked_mul(percent.into())?;
        Some(self.with((hundredfold + 50 * hundredfold.signum()) / 100, scale))
    }

    /// Whether the amount is less than nothing.
    pub fn is_negative(&self) -> bool {
        self.units().is_some_and(|(units, _)| units < 0)
    }

    fn combine(&self, other: &Money, sum: impl Fn(i128, i128) -> Option<i128>) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        let ((left, left_scale), (right, right_scale)) = (self.units()?, other.units()?);
        let scale = left_scale.max(right_scale);
        let left = left.checked_mul(10_i128.pow(scale - left_scale))?;
        let right = right.checked_mul(10_i128.pow(scale - right_scale))?;
        Some(self.with(sum(left, right)?, scale))
    }

    /// The amount as a whole number of its smallest digit, and how many digits stand after the dot.
    fn units(&self) -> Option<(i128, u32)> {
        let (whole, fraction) = self.amount.split_once('.').unwrap_or((&self.amount, ""));
        if self.amount.len() > 20 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits: String = [whole, fraction].concat();
        Some((digits.parse().ok()?, fraction.len() as u32))
    }

    fn with(&self, units: i128, scale: u32) -> Money {
        let sign = if units < 0 { "-" } else { "" };
        let (units, scale) = (units.unsigned_abs(), scale as usize);
        let digits = format!("{units:0width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let dot = if fraction.is_empty() { "" } else { "." };
        Money::new(format!("{sign}{whole}{dot}{fraction}"), &*self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact() {
        let euro = |amount: &str| Money::new(amount, "EUR");
        let shown = |money: Option<Money>| money.map(|money| money.amount);
        assert_eq!(shown(euro("0.10").plus(&euro("0.2"))), Some("0.30".into()));
        assert_eq!(shown(euro("5").minus(&euro("5.05"))), Some("-0.05".into()));
        assert_eq!(shown(euro("19.99").times(3)), Some("59.97".into()));
        assert_eq!(shown(euro("19.99").percent(15)), Some("3.00".into()));
        assert_eq!(shown(euro("-0.50").percent(1)), Some("-0.01".into()));
        assert_eq!(shown(euro("1").plus(&Money::new("1", "USD"))), None);
        assert_eq!(shown(euro("1.x").times(2)), None);
    }
}
