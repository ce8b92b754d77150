use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::json;

use super::*;

/// A key made for these tests alone.
fn pair() -> RsaKeyPair {
    let text: String = include_str!("../test-key.txt").split_whitespace().collect();
    RsaKeyPair::from_pkcs8(&general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

fn encode(bytes: &[u8]) -> String {
    general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn set(pair: &RsaKeyPair, kid: &str) -> String {
    let public = pair.public();
    let components = signature::RsaPublicKeyComponents::<Vec<u8>>::from(public);
    json!({"keys": [{"kty": "RSA", "kid": kid, "n": encode(&components.n), "e": encode(&components.e)}]}).to_string()
}

fn jws(pair: &RsaKeyPair, header: &serde_json::Value, body: &[u8]) -> String {
    let header = encode(header.to_string().as_bytes());
    let signed = [header.as_bytes(), b".", body].concat();
    let mut given = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &signed, &mut given).unwrap();
    format!("{header}..{}", encode(&given))
}

#[test]
fn a_detached_signature_fits_its_body_and_key_alone() {
    let (pair, body) = (pair(), br#"[{"type":"Order"}]"#);
    let keys = set(&pair, "k1");
    let header = json!({"alg": "RS256", "kid": "k1", "typ": "JWT", "b64": false, "crit": ["b64"]});
    let given = jws(&pair, &header, body);
    assert!(is_jwk_set(&keys) && saleor(&keys, body, &given));
    assert!(!saleor(&keys, br#"[{"type":"order"}]"#, &given));
    assert!(!saleor(&set(&pair, "k2"), body, &given));
    assert!(!saleor(&keys, body, &given.replace("..", ".")));
    assert!(!saleor(&keys, body, &format!("{given}A")));
    // An extension that we do not know, and that must be known.
    let strange = json!({"alg": "RS256", "kid": "k1", "b64": false, "crit": ["b64", "exp"]});
    assert!(!saleor(&keys, body, &jws(&pair, &strange, body)));
    // A public key is no secret: whoever signs with it as one is refused.
    let header = encode(json!({"alg": "HS256", "b64": false}).to_string().as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, keys.as_bytes());
    let forged = hmac::sign(&key, &[header.as_bytes(), b".", body].concat());
    assert!(!saleor(&keys, body, &format!("{header}..{}", encode(forged.as_ref()))));
    let none = encode(json!({"alg": "none", "b64": false}).to_string().as_bytes());
    assert!(!saleor(&keys, body, &format!("{none}..")));
}

#[test]
fn a_shared_secret_signs_too() {
    let (secret, body) = ("a shared secret", b"{}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let hex: String = hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(saleor(secret, body, &hex) && saleor(secret, body, &format!("sha256={hex}")));
    assert!(!saleor("another secret", body, &hex) && !saleor(secret, b"[]", &hex));
    let header = encode(json!({"alg": "HS256", "b64": false, "crit": ["b64"]}).to_string().as_bytes());
    let sign = |payload: &[u8]| encode(hmac::sign(&key, &[header.as_bytes(), b".", payload].concat()).as_ref());
    assert!(saleor(secret, body, &format!("{header}..{}", sign(body))));
}

#[test]
fn a_timed_signature_has_its_time() {
    let (secret, body, now) = ("a shared secret", b"{}", Timestamp::from_seconds(1_000_000));
    let signed = |seconds| sign_timed(secret, body, Timestamp::from_seconds(seconds));
    for (given, fits) in [
        (signed(1_000_000), true),
        (signed(1_000_300), true),
        (signed(999_700), true),
        (signed(999_699), false),
        (signed(1_000_301), false),
        (signed(1_000_000).replace("v1=", "v1=00,v1="), true),
        (signed(1_000_000).replace("t=1000000", "t=1000001"), false),
        ("t=1000000".to_owned(), false),
        ("v1=00".to_owned(), false),
        ("t=x,v1=00".to_owned(), false),
        (format!("t={},v1=00", i64::MAX), false),
        (String::new(), false),
    ] {
        assert_eq!(timed(secret, body, &given, now).is_ok(), fits, "{given}");
    }
}

#[test]
fn base64_is_compared_as_bytes() {
    // From RFC 4231, test case 2.
    let given = "W9zBRr+9s8XIIdbqsAzbzAMsmJoIlAVwA4jiDEUNB3I=";
    let (wrong, right) = ("Jefe".to_owned() + "x", "Jefe");
    assert!(!base64_hmac(&wrong, b"what do ya want for nothing?", given));
    let key = hmac::Key::new(hmac::HMAC_SHA256, right.as_bytes());
    let tag = general_purpose::STANDARD.encode(hmac::sign(&key, b"what do ya want for nothing?"));
    assert!(base64_hmac(right, b"what do ya want for nothing?", &tag));
    for wrong in ["", "====", "W9zB", "not base64!", &tag.to_lowercase()] {
        assert!(!base64_hmac(right, b"what do ya want for nothing?", wrong), "{wrong}");
    }
}
