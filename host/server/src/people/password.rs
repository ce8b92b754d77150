//! Passwords: Argon2id with the parameters that OWASP names (19 MiB, two passes, one lane), what is asked of a password,
//! and passwords made by us.

use std::sync::LazyLock;

use anyhow::{Result, anyhow};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use unicode_normalization::UnicodeNormalization;

use crate::ids::{new_token, salt};

/// In place of a hash: the person has no password, and logs in through another service alone.
pub const NONE: &str = "";

/// Characters in a password: NIST SP 800-63B-4, 3.1.1.2, where nothing else is asked for beside it.
const SHORTEST: usize = 15;
/// Bytes in a password.
const LONGEST: usize = 1024;

/// What unknown names are checked against, so that they take as long.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(&new_token()).ok());

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// The same characters are one password, however a keyboard makes them.
fn plain(password: &str) -> String {
    password.nfkc().collect()
}

/// A password's hash as a PHC string, with a salt of its own. Takes some tens of milliseconds and 19 MiB.
pub fn hash(password: &str) -> Result<String> {
    let hash: PasswordHash = argon2()
        .hash_password_with_salt(plain(password).as_bytes(), &salt())
        .map_err(|error| anyhow!("the password could not be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// Whether a password is the one of the hash; `None` is nobody's hash, takes as long and is never right. So is [`NONE`].
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    let hash = hash.filter(|hash| *hash != NONE);
    let nobodys = NOBODYS.as_deref().unwrap_or_default();
    let right = argon2().verify_password(plain(password).as_bytes(), hash.unwrap_or(nobodys)).is_ok();
    right && hash.is_some()
}

/// What is wrong with a password that somebody has thought of.
pub fn check(password: &str, name: &str) -> Result<(), String> {
    let characters = password.chars().count();
    if characters < SHORTEST {
        return Err(format!("the password has {characters} characters, at least {SHORTEST} are needed"));
    }
    if password.len() > LONGEST {
        return Err(format!("the password has more than {LONGEST} bytes"));
    }
    let lower = password.to_lowercase();
    let distinct = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    if distinct < 5 || lower.replace(name, "").chars().count() < SHORTEST / 2 {
        return Err("the password is too easy to guess".to_owned());
    }
    Ok(())
}

/// A password nobody has thought of: 125 random bits, in groups that can be read out.
pub fn generate() -> String {
    let letters: Vec<char> = new_token().chars().take(25).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_alone() {
        let first = hash("correct horse battery staple").unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, hash("correct horse battery staple").unwrap(), "each has its own salt");
        assert!(fits("correct horse battery staple", Some(&first)));
        assert!(!fits("correct horse battery stable", Some(&first)));
        assert!(!fits("anything", None) && !fits("anything", Some("no hash")));
        assert!(!fits("", None) && !fits("", Some(NONE)) && !fits(NONE, Some(NONE)));
        // Half-width and full-width letters are the same keys.
        assert!(fits("ｃorrect horse battery staple", Some(&first)));
    }

    #[test]
    fn easy_passwords_are_refused() {
        for (password, good) in [
            ("short", false),
            ("aaaaaaaaaaaaaaaaaaaa", false),
            ("anaanaanaanaanaana", false),
            ("four words will do", true),
            ("这是一个很长很长而且没有人会猜到的密码", true),
        ] {
            assert_eq!(check(password, "ana").is_ok(), good, "{password}");
        }
        let made = generate();
        assert!(check(&made, "ana").is_ok() && made.len() == 29, "{made}");
    }
}
