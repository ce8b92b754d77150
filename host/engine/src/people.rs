//! People who log in, and their sessions. A password and a session's token are never kept, only hashes of them.
//!
//! Knows no rule about passwords, and no clock: how long a session lasts is the caller's to say.

use std::sync::Arc;

use cuecard_model::{MerchantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::KeyRole;

/// Somebody who logs in by a name and a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The merchant whose data they see.
    pub merchant: MerchantId,
    /// Their name, one of its kind at the merchant.
    pub name: Arc<str>,
    /// What they may do.
    pub roles: Vec<KeyRole>,
    /// The hash of their password, with its salt and parameters; opaque to the engine.
    pub password: Arc<str>,
    /// Since when they are known.
    pub created_at: Timestamp,
    /// Since when they may not log in, if they may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

/// A person who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token, in hex.
    pub hash: Arc<str>,
    /// The person's merchant.
    pub merchant: MerchantId,
    /// The person's name.
    pub name: Arc<str>,
    /// When they logged in.
    pub created_at: Timestamp,
    /// When it was last used, as far as that was kept.
    pub used_at: Timestamp,
}

/// A change to people or sessions.
#[derive(Clone, Debug)]
pub enum PeopleChange {
    /// Somebody new. Refused if the merchant has a person of that name.
    Arrived(Person),
    /// Somebody known, with another password or state. All their sessions end. Refused if there is no such person.
    Changed(Person),
    /// A login. Refused unless the person is there, not disabled, and still has the password that was checked: so a
    /// login that races with a change of the password does not outlive it.
    Began {
        /// The new session.
        session: Session,
        /// The hash that the password was checked against.
        password: Arc<str>,
    },
    /// A session was used. Nothing happens if it has ended meanwhile.
    Used {
        /// Its hash.
        session: Arc<str>,
        /// When.
        at: Timestamp,
    },
    /// A logout.
    Ended {
        /// Its hash.
        session: Arc<str>,
    },
    /// Forgets the sessions that began before a moment.
    Outlived {
        /// The moment.
        began_before: Timestamp,
    },
}
