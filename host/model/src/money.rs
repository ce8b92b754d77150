//! Amounts of money as they travel: a decimal string and an ISO 4217 code, never a float.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// An amount, e.g. `{"amount": "12.50", "currency": "EUR"}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Decimal digits with an optional sign and one dot.
    pub amount: String,
    /// ISO 4217, three capital letters.
    pub currency: String,
}

/// Why an amount is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The digits are not a decimal number.
    #[error("'{0}' is not a decimal amount, such as 12.50")]
    Amount(String),
    /// The code is not three capital letters.
    #[error("'{0}' is not an ISO 4217 currency code, such as EUR")]
    Currency(String),
}

impl Money {
    /// Checks the shape: at most 18 digits, and a code of three capitals.
    pub fn check(&self) -> Result<(), MoneyError> {
        let digits = self.amount.strip_prefix('-').unwrap_or(&self.amount);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let decimal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !decimal(whole) || !decimal(fraction) || digits.len() > 19 {
            return Err(MoneyError::Amount(self.amount.chars().take(40).collect()));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(MoneyError::Currency(self.currency.chars().take(12).collect()));
        }
        Ok(())
    }
}
