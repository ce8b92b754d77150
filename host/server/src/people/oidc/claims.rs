//! What an ID token says, held against what was asked for: OpenID Connect Core 1.0, 3.1.3.7. A function of what it is
//! handed; asks nobody.

use cuecard_model::Timestamp;
use serde_json::Value;

use crate::people;

/// Seconds that clocks may differ by.
const SKEW: f64 = 60.0;

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// The claim that is a person's name.
    pub(super) claim: &'a str,
}

impl Expected<'_> {
    /// Whether it is for this login, or why not.
    pub(super) fn check(&self, claims: &Value, now: Timestamp) -> Result<(), &'static str> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(self.issuer) {
            return Err("the ID token is another issuer's");
        }
        if !self.is_for_us(claims) {
            return Err("the ID token is for somebody else");
        }
        self.is_timely(claims, now)?;
        if text("nonce") != Some(self.nonce) {
            return Err("the ID token belongs to another login");
        }
        Ok(())
    }

    fn is_for_us(&self, claims: &Value) -> bool {
        let us = Some(self.client_id);
        let (listed, several) = match claims.get("aud") {
            Some(Value::Array(all)) => (all.iter().any(|one| one.as_str() == us), all.len() > 1),
            one => (one.and_then(Value::as_str) == us, false),
        };
        match claims.get("azp") {
            None => listed && !several,
            Some(party) => listed && party.as_str() == us,
        }
    }

    fn is_timely(&self, claims: &Value, now: Timestamp) -> Result<(), &'static str> {
        // Seconds, which may have fractions (RFC 7519, 2).
        let (now, moment) = (now.millis() as f64 / 1000.0, |name: &str| claims.get(name).map(Value::as_f64));
        if !moment("exp").flatten().is_some_and(|until| now < until + SKEW) {
            return Err("the ID token has run out");
        }
        let is_past = |moment: Option<f64>| moment.is_some_and(|since| since - SKEW <= now);
        if !is_past(moment("iat").flatten()) || !moment("nbf").is_none_or(is_past) {
            return Err("the ID token is of the future");
        }
        Ok(())
    }

    /// The name of whom it is about.
    ///
    /// Names are kept in small letters and in one form of Unicode. Folding any more than a mail address's ASCII letters
    /// would make one person of two whom the service tells apart; so it is the name itself, or nobody's.
    pub(super) fn name(&self, claims: &Value) -> Result<String, &'static str> {
        let value = claims.get(self.claim).and_then(Value::as_str).ok_or("the login service does not say who it is")?;
        let is_mail = self.claim == "email";
        if is_mail && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err("the login service has not verified the mail address");
        }
        let value = if is_mail { value.to_ascii_lowercase() } else { value.to_owned() };
        people::name(&value).filter(|name| *name == value).ok_or("the name is none that people have here")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1000;

    fn named(claim: &str, changes: &[(&str, Value)]) -> Result<String, &'static str> {
        let mut claims = json!({"iss": "https://id.example", "aud": "cuecard", "exp": 1300, "iat": 1000, "nonce": "n",
            "sub": "u-1", "email": "Ana@Shop.example", "email_verified": true});
        for (name, value) in changes {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(*name)),
                value => claims[*name] = value.clone(),
            }
        }
        let expected = Expected { issuer: "https://id.example", client_id: "cuecard", nonce: "n", claim };
        expected.check(&claims, Timestamp::from_seconds(NOW)).and_then(|()| expected.name(&claims))
    }

    #[test]
    fn each_claim_counts() {
        assert_eq!(named("email", &[]).as_deref(), Ok("ana@shop.example"));
        for (name, value, expected) in [
            ("iss", json!("https://evil.example"), "another issuer's"),
            ("iss", json!("https://id.example/"), "another issuer's"),
            ("iss", Value::Null, "another issuer's"),
            ("aud", json!("other"), "for somebody else"),
            ("aud", json!([]), "for somebody else"),
            ("aud", json!(["other"]), "for somebody else"),
            ("aud", json!(["cuecard", "other"]), "for somebody else"),
            ("aud", Value::Null, "for somebody else"),
            ("azp", json!("other"), "for somebody else"),
            ("azp", json!(1), "for somebody else"),
            ("exp", json!(NOW - 60), "run out"),
            ("exp", json!("2000"), "run out"),
            ("exp", Value::Null, "run out"),
            ("iat", json!(NOW + 61), "of the future"),
            ("iat", Value::Null, "of the future"),
            ("nbf", json!(NOW + 61), "of the future"),
            ("nbf", json!("1000"), "of the future"),
            ("nonce", json!("m"), "another login"),
            ("nonce", Value::Null, "another login"),
            ("email_verified", json!(false), "not verified"),
            ("email_verified", json!("true"), "not verified"),
            ("email_verified", Value::Null, "not verified"),
            ("email", Value::Null, "does not say who"),
            ("email", json!(["ana@shop.example"]), "does not say who"),
            ("email", json!(""), "none that people have"),
            ("email", json!("a".repeat(101)), "none that people have"),
        ] {
            let said = named("email", &[(name, value.clone())]).unwrap_err();
            assert!(said.contains(expected), "{name} = {value}: {said}");
        }
        for (name, value) in [
            ("aud", json!(["cuecard"])),
            ("azp", json!("cuecard")),
            ("exp", json!(NOW - 59)),
            ("exp", json!(1000.5)),
            ("iat", json!(NOW + 60)),
            ("nbf", json!(NOW)),
        ] {
            assert!(named("email", &[(name, value.clone())]).is_ok(), "{name} = {value}");
        }
        let both = [("aud", json!(["cuecard", "other"])), ("azp", json!("cuecard"))];
        assert!(named("email", &both).is_ok());
    }

    #[test]
    fn two_whom_the_service_tells_apart_are_not_one_here() {
        assert_eq!(named("sub", &[]).as_deref(), Ok("u-1"));
        for (claim, value, good) in [
            ("sub", "248289761001", true),
            ("sub", "U-1", false),
            ("sub", " u-1", false),
            ("sub", "ｕ-1", false),
            ("email", "ANA@SHOP.EXAMPLE", true),
            ("email", "ａna@shop.example", false),
            // The sign for kelvin, which is a small k in other small letters.
            ("email", "\u{212a}im@shop.example", false),
            ("email", "josé@shop.example", true),
        ] {
            assert_eq!(named(claim, &[(claim, json!(value))]).is_ok(), good, "{claim} = {value}");
        }
    }
}
