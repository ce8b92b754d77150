//! Who made a bundle: a minisign signature over its content, and whose signatures count for whom.
//!
//! The signature is a file of the bundle, `plugin.minisig`, so folder, push and rollback carry it alike; what is signed
//! is the hash of all other files. Ed25519 and the file's form are minisign's (<https://jedisct1.github.io/minisign/>),
//! so that its own tool can sign as well. Knows no clock and no registry.

use std::{collections::HashMap, sync::Arc};

use cuecard_model::{MerchantId, Scope, Timestamp};
use minisign_verify::{Error, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::{
    bundle::Bundle,
    problem::{Problem, quoted},
};

/// The signature's name in a bundle.
pub const FILE: &str = "plugin.minisig";

/// A signature is four short lines.
const MOST_BYTES: usize = 4096;

/// What an author signs: one line with the content's hash.
pub fn signed_text(bundle: &Bundle) -> String {
    format!("cuecard bundle {}\n", bundle.hash_without(FILE))
}

/// What may go live, by whose signature; as an operator writes it under `[signatures]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// Nothing goes live without a signature of one of the keys.
    pub required: bool,
    /// Whose signatures count.
    pub keys: Vec<TrustedKey>,
}

/// A public key of minisign.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "NamedKey")]
pub struct TrustedKey {
    name: Arc<str>,
    key: PublicKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedKey {
    name: String,
    key: String,
}

impl TryFrom<NamedKey> for TrustedKey {
    type Error = String;

    /// `key` is the second line of a `.pub` file, or the whole file.
    fn try_from(NamedKey { name, key }: NamedKey) -> Result<Self, String> {
        let line = key.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let key = PublicKey::from_base64(line).map_err(|_| {
            format!(
                "the key {} is no public key of minisign: write the line of the .pub file that begins with RW",
                quoted(&name)
            )
        })?;
        Ok(Self { name: name.into(), key })
    }
}

/// Who signed a bundle that serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The key's name in the operator's file.
    pub signed_by: Arc<str>,
    /// The signer's own words, which the signature covers.
    pub comment: String,
    /// Until when it may go live, if the signer said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Trust {
    /// Who signed a bundle; nobody if that is allowed. `now`: also refuses what has expired.
    pub fn check(&self, bundle: &Bundle, now: Option<Timestamp>) -> Result<Option<Provenance>, Problem> {
        let Some(bytes) = bundle.file(FILE) else { return self.unsigned() };
        let broken = || {
            Problem::new(FILE, "is no signature of minisign")
                .hint("sign the plugin again with `cuecard sign`, or remove the file")
        };
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_BYTES).ok_or_else(broken)?;
        let signature = Signature::decode(text).map_err(|_| broken())?;
        let signed = signed_text(bundle);
        for TrustedKey { name, key } in &self.keys {
            match key.verify(signed.as_bytes(), &signature, false) {
                Ok(()) => return provenance(Arc::clone(name), signature.trusted_comment(), now).map(Some),
                // Somebody else's.
                Err(Error::UnexpectedKeyId) => {}
                Err(_) => {
                    let reason =
                        format!("the signature by {} does not fit these files: they have changed since", quoted(name));
                    return Err(Problem::new(FILE, reason).hint("sign the plugin again with `cuecard sign`"));
                }
            }
        }
        if !self.required {
            return Ok(None);
        }
        let reason = format!("signed with a key that is not trusted here; trusted {}", self.names());
        Err(Problem::new(FILE, reason)
            .hint("sign with one of these, or have the operator add the key under [signatures]"))
    }

    fn unsigned(&self) -> Result<Option<Provenance>, Problem> {
        if !self.required {
            return Ok(None);
        }
        let reason = format!("the bundle is not signed, and here nothing serves without; trusted {}", self.names());
        Err(Problem::new(FILE, reason).hint("`cuecard sign FOLDER --key FILE` signs it"))
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.keys.iter().map(|key| quoted(&key.name)).collect();
        if names.is_empty() { "is no key at all".into() } else { format!("is {}", names.join(", ")) }
    }
}

/// Reads what the signature covers besides: `expires:<RFC 3339>`, between tabs or spaces.
fn provenance(signed_by: Arc<str>, comment: &str, now: Option<Timestamp>) -> Result<Provenance, Problem> {
    let expires = comment.split_whitespace().find_map(|word| word.strip_prefix("expires:"));
    let expires = expires.map(str::parse::<Timestamp>).transpose().map_err(|_| {
        let reason = format!("the signature says {} and not when it expires", quoted(expires.unwrap_or_default()));
        Problem::new(FILE, reason).hint("write it as expires:2027-01-31T00:00:00Z")
    })?;
    if let (Some(expires), Some(now)) = (expires, now)
        && expires <= now
    {
        let reason = format!("the signature by {} expired at {expires}", quoted(&signed_by));
        return Err(Problem::new(FILE, reason).hint("sign the plugin again with `cuecard sign`"));
    }
    Ok(Provenance {
        signed_by,
        comment: comment.chars().filter(|sign| !sign.is_control() || *sign == '\t').collect(),
        expires,
    })
}

/// Whom everybody trusts.
#[derive(Clone, Debug)]
pub struct Trusts {
    /// For plugins that serve every merchant.
    pub shared: Trust,
    /// For merchants' own.
    pub merchants: HashMap<MerchantId, Trust>,
    /// What the time is.
    pub now: fn() -> Timestamp,
}

impl Trusts {
    /// Everything may go live, signed or not.
    pub fn anything() -> Self {
        Self { shared: Trust::default(), merchants: HashMap::new(), now: || Timestamp::from_millis(0) }
    }

    /// What counts for the plugins of a scope.
    pub fn of(&self, scope: &Scope) -> &Trust {
        match scope {
            Scope::Shared => &self.shared,
            Scope::Merchant(merchant) => self.merchants.get(merchant).unwrap_or(&NOTHING),
        }
    }
}

static NOTHING: Trust = Trust { required: false, keys: Vec::new() };
