//! Keys and passwords: named in the operator's file by the environment variable that holds them, and never printed.

use std::fmt;

use anyhow::{Result, anyhow};
use ring::hmac;

/// A text that nobody gets to see.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What the environment holds under a name; `setting` is where the operator wrote the name.
    pub(crate) fn read(setting: &str, name: &str) -> Result<Self> {
        match std::env::var(name) {
            Ok(text) if !text.is_empty() => Ok(Self(text)),
            _ => Err(anyhow!(
                "{setting} = {name:?}, and the environment has no {name}\n  hint: set {name} where the host is started"
            )),
        }
    }

    /// The text itself, for whom it is meant.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// HMAC-SHA-256 under this key, in hexadecimal digits.
    pub fn sign(&self, parts: &[&[u8]]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes()));
        parts.iter().for_each(|part| context.update(part));
        context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_standard_says_and_shows_nothing() {
        // RFC 4231, test case 2.
        let jefe = Secret::from("Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(jefe.sign(&[b"what do ya want ", b"for nothing?"]), expected);
        assert_eq!(format!("{jefe:?}"), "Secret");
        let error = Secret::read("secret_env", "CUECARD_TEST_NOBODY_SETS_THIS").unwrap_err().to_string();
        assert!(error.contains("hint: set CUECARD_TEST_NOBODY_SETS_THIS"), "{error}");
    }
}
