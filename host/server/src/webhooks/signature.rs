//! Whether a webhook comes from whom it says: over the raw bytes, in constant time.

use base64::{Engine as _, engine::general_purpose};
use cuecard_model::Timestamp;
use ring::{hmac, signature};
use serde::Deserialize;

/// A signature may be so far from this host's clock, in seconds.
pub const TOLERANCE: i64 = 300;

/// Base64 of HMAC-SHA-256, as Shopify and WooCommerce send it.
pub fn base64_hmac(secret: &str, body: &[u8], given: &str) -> bool {
    let given = general_purpose::STANDARD.decode(given.trim());
    given.is_ok_and(|given| hmac_fits(secret, &[body], &given))
}

/// `t=<seconds>,v1=<hex of HMAC-SHA-256 over "t.body">`. Several `v1` may stand there, so that a secret can be changed.
pub fn timed(secret: &str, body: &[u8], given: &str, now: Timestamp) -> Result<(), &'static str> {
    let parts = || given.split(',').filter_map(|part| part.trim().split_once('='));
    let said = parts().find(|(name, _)| *name == "t").map(|(_, said)| said);
    let said = said.ok_or("the signature is not of the form t=...,v1=...")?;
    let at: i64 = said.parse().map_err(|_| "the signature's t is not a number of seconds")?;
    let is_signed = |hex: &str| {
        let given = decode_hex(hex);
        given.is_some_and(|given| hmac_fits(secret, &[said.as_bytes(), b".", body], &given))
    };
    if !parts().filter(|(name, _)| *name == "v1").any(|(_, hex)| is_signed(hex)) {
        return Err("the signature does not fit the body");
    }
    match at.checked_sub(now.seconds()).map(i64::abs) {
        Some(apart) if apart <= TOLERANCE => Ok(()),
        _ => Err("the signature is more than five minutes from this host's clock"),
    }
}

/// Makes what [`timed`] takes.
pub fn sign_timed(secret: &str, body: &[u8], at: Timestamp) -> String {
    let said = at.seconds().to_string();
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    [said.as_bytes(), b".", body].iter().for_each(|part| context.update(part));
    let hex: String = context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={said},v1={hex}")
}

/// Chatwoot: `sha256=<hex of HMAC-SHA-256 over "timestamp.body">`, with the timestamp in seconds in a header of its own.
pub fn chatwoot(secret: &str, body: &[u8], given: &str, timestamp: &str, now: Timestamp) -> Result<(), &'static str> {
    let hex = given.strip_prefix("sha256=").ok_or("the signature is not of the form sha256=...")?;
    timed(secret, body, &format!("t={timestamp},v1={hex}"), now)
}

/// Saleor: a detached JWS over the body as it is (RFC 7515 appendix F with RFC 7797). `keys` is the shop's JWK set for
/// RS256, or the shared secret: then HS256, or the plain hex HMAC-SHA-256 of apps that set a secret key.
pub fn saleor(keys: &str, body: &[u8], given: &str) -> bool {
    let set = serde_json::from_str::<JwkSet>(keys).ok();
    let Some((header, given)) = given.trim().split_once("..") else {
        let given = decode_hex(given.trim().trim_start_matches("sha256="));
        return set.is_none() && given.is_some_and(|given| hmac_fits(keys, &[body], &given));
    };
    let decode = |text: &str| general_purpose::URL_SAFE_NO_PAD.decode(text).ok();
    let (Some(said), Some(given)) = (decode(header), decode(given)) else { return false };
    let Ok(said) = serde_json::from_slice::<JwsHeader>(&said) else { return false };
    // The payload goes in as it is only where the header says so.
    let is_raw = said.b64 == Some(false);
    let encoded = general_purpose::URL_SAFE_NO_PAD.encode(body);
    let payload = if is_raw { body } else { encoded.as_bytes() };
    if said.crit.iter().any(|name| name != "b64") {
        return false;
    }
    match (said.alg.as_str(), set) {
        ("HS256", None) => hmac_fits(keys, &[header.as_bytes(), b".", payload], &given),
        ("RS256", Some(set)) => {
            let signed = [header.as_bytes(), b".", payload].concat();
            let fits = |key: &&Jwk| said.kid.is_none() || key.kid.is_none() || said.kid == key.kid;
            set.keys.iter().filter(fits).any(|key| key.verifies(&signed, &given))
        }
        // A key is only ever used as what it is: never a public key as a secret.
        _ => false,
    }
}

/// Whether a text is a set of public keys that [`saleor`] can use.
pub fn is_jwk_set(text: &str) -> bool {
    serde_json::from_str::<JwkSet>(text).is_ok_and(|set| set.keys.iter().any(|key| key.components().is_some()))
}

fn hmac_fits(secret: &str, parts: &[&[u8]], given: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    // ring compares in constant time.
    hmac::verify(&key, &parts.concat(), given).is_ok()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[derive(Debug, Deserialize)]
struct JwsHeader {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    b64: Option<bool>,
    #[serde(default)]
    crit: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl Jwk {
    fn components(&self) -> Option<signature::RsaPublicKeyComponents<Vec<u8>>> {
        let decode = |text: &str| general_purpose::URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
        let components = signature::RsaPublicKeyComponents { n: decode(&self.n)?, e: decode(&self.e)? };
        (self.kty == "RSA").then_some(components)
    }

    fn verifies(&self, signed: &[u8], given: &[u8]) -> bool {
        let key = self.components();
        key.is_some_and(|key| key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, signed, given).is_ok())
    }
}

#[cfg(test)]
mod tests;
