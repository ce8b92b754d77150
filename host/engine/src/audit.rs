//! Who did what: records that only grow, chained by their hashes, so that a record changed afterwards is found.
//!
//! A record's hash is BLAKE3 over the hash before it (64 hex digits, zeros before the first) and the record's JSON with
//! sorted names and no spaces. There is a chain for each merchant and one for what is shared. Knows no storage.

use std::{collections::BTreeMap, sync::Arc};

use cuecard_model::{Scope, Timestamp};
use serde::{Deserialize, Serialize};

/// The hash before the first record of a chain.
pub(crate) const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: `key:<name>`, `person:<name>`, `watcher`, `command-line`; `canary` where its figures decided, or `host`.
    pub by: Arc<str>,
    /// What, e.g. `plugin.live`.
    pub action: &'static str,
    /// With what: a plugin, a contact, a key of live data, a person.
    pub subject: String,
    /// More, by name.
    pub detail: BTreeMap<&'static str, String>,
}

impl AuditEntry {
    /// An entry without more to say.
    pub fn new(at: Timestamp, by: impl Into<Arc<str>>, action: &'static str, subject: impl Into<String>) -> Self {
        Self { at, by: by.into(), action, subject: subject.into(), detail: BTreeMap::new() }
    }

    /// With one more detail.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.detail.insert(name, value.into());
        self
    }
}

/// A record as it stands in its chain. The fields are in the order of their names: that is the canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// What was done.
    pub action: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// Its chain: `*` for what is shared, `@` and the merchant for what is one merchant's.
    pub chain: String,
    /// More, by name.
    pub detail: BTreeMap<String, String>,
    /// Its place in the chain, from 1.
    pub number: u64,
    /// With what.
    pub subject: String,
}

/// A record with its hash, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAudit {
    /// Its chain.
    pub chain: String,
    /// Its place there.
    pub number: u64,
    /// Its hash, in hex.
    pub hash: String,
    /// Its canonical JSON.
    pub body: String,
}

/// Why a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {number} of the chain '{chain}' {reason}")]
pub struct Broken {
    /// The chain.
    pub chain: String,
    /// The first record that does not hold.
    pub number: u64,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The hash of a record.
pub(crate) fn hash(before: &str, body: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before.as_bytes()).update(body.as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// A chain as far as it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The chain.
    pub chain: String,
    /// How many records hold.
    pub records: u64,
    /// The hash of the last of them. Whoever writes it down elsewhere finds out if records after it are cut off.
    pub head: String,
}

impl Chain {
    /// A chain of which nothing was checked.
    pub fn new(chain: String) -> Self {
        Self { chain, records: 0, head: BEGINNING.to_owned() }
    }

    /// Checks the next record. After an error the chain stays where it was.
    pub fn next(&mut self, stored: &StoredAudit) -> Result<(), Broken> {
        let broken = |number, reason| Err(Broken { chain: self.chain.clone(), number, reason });
        let number = self.records + 1;
        if stored.chain != self.chain || stored.number != number {
            return broken(number, "is missing");
        }
        if hash(&self.head, &stored.body) != stored.hash {
            return broken(number, "was changed: its hash does not follow from its text and the hash before it");
        }
        let says_so = serde_json::from_str::<AuditRecord>(&stored.body)
            .is_ok_and(|record| record.number == number && record.chain == self.chain);
        if !says_so {
            return broken(number, "stands where another belongs");
        }
        (self.records, self.head) = (number, stored.hash.clone());
        Ok(())
    }
}

/// `*` for what is shared, `@` and the merchant for what is one merchant's alone: no merchant's id can mean both.
pub(crate) fn chain_name(scope: &Scope) -> String {
    scope.merchant().map_or_else(|| "*".to_owned(), |merchant| format!("@{merchant}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: u64) -> Vec<StoredAudit> {
        let mut before = BEGINNING.to_owned();
        let records = (1..=count).map(|number| {
            let chain = "@shop".to_owned();
            let detail = [("role".to_owned(), "agent".to_owned())].into();
            let (at, by) = (Timestamp::from_seconds(7), "person:ana".to_owned());
            let (action, subject) = ("key.created".to_owned(), format!("key {number}"));
            let record = AuditRecord { action, at, by, chain: chain.clone(), detail, number, subject };
            let body = serde_json::to_string(&record).unwrap();
            before = hash(&before, &body);
            StoredAudit { chain, number, hash: before.clone(), body }
        });
        records.collect()
    }

    fn first_broken(records: &[StoredAudit]) -> Option<u64> {
        let mut chain = Chain::new("@shop".to_owned());
        records.iter().find_map(|record| chain.next(record).err()).map(|broken| broken.number)
    }

    #[test]
    fn names_are_sorted_in_the_canonical_form() {
        let body = &chain(1)[0].body;
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        assert!(names.is_sorted() && !body.contains(": "), "{body}");
    }

    #[test]
    fn the_first_record_that_does_not_hold_is_named() {
        let whole = chain(5);
        assert_eq!(first_broken(&whole), None);
        let mut changed = whole.clone();
        changed[2].body = changed[2].body.replace("ana", "bob");
        assert_eq!(first_broken(&changed), Some(3));
        // Who also writes the hash anew breaks the record after it.
        changed[2].hash = hash(&changed[1].hash, &changed[2].body);
        assert_eq!(first_broken(&changed), Some(4));
        let mut gap = whole.clone();
        gap.remove(1);
        assert_eq!(first_broken(&gap), Some(2));
        let mut other = whole;
        other[0].chain = "@other".to_owned();
        assert_eq!(first_broken(&other), Some(1));
    }
}
