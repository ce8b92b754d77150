//! What plugins store, in sets: one plugin's keys for one merchant in one version of their format. A new format is
//! written beside the one in use and takes its place in one commit; the one before stays for a rollback.
//!
//! ```text
//! begin   open            next                 rows are copied; whoever changes in between is noted
//! hold    held            next                 nobody writes to the old one: Refusal::KeysHeld, so ask again
//! swap    held            open                 refused while somebody has changed who was not copied again
//! settle  kept            open                 a write to the old one is dropped: Outcome::KeysStale
//! restore open            held, then gone      back to how it was at the swap
//! ```
//! Knows no plugin: what is copied is the caller's to work out.

use cuecard_model::{CustomerId, Fields, MerchantId, PluginId, Scope, Timestamp};

/// Whose keys of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysOf {
    /// The plugin.
    pub plugin: PluginId,
    /// One merchant's, or everybody's.
    pub scope: Scope,
    /// Merchants whose are left alone, e.g. because they have a plugin of their own in its place.
    pub except: Vec<MerchantId>,
}

/// One step of the way from one version to another.
#[derive(Clone, Debug)]
pub enum KeysChange {
    /// Begins the next set of a merchant. Refused if there is a set of that version, or none to make it of.
    Begin {
        /// Whose.
        merchant: MerchantId,
        /// Which plugin's.
        plugin: PluginId,
        /// Which open set it is made of.
        from: u32,
        /// Its version.
        version: u32,
    },
    /// Puts copies into next sets. One that is no longer true is passed over. Refused past the quota.
    Copy {
        /// Which plugin's.
        plugin: PluginId,
        /// Of the next sets.
        version: u32,
        /// In the new format.
        copies: Vec<KeysCopy>,
    },
    /// Holds writes to the open sets of which there is a next one.
    Hold(KeysOf, u32),
    /// The next sets are in use from now on. Refused if somebody's keys have changed since they were copied, or somebody
    /// has an open set of another version.
    Swap(KeysOf, u32, Timestamp),
    /// The sets of this version are in use again, as they were; those of later ones go. Who had none begins anew.
    Restore(KeysOf, u32, Timestamp),
    /// Takes back next sets of this version: what was held is open again.
    Abandon(KeysOf, u32),
    /// Ends the holding that a swap or a restore leaves behind: whoever worked on the old set has ended by now.
    Settle(PluginId),
    /// Sets that were closed before this moment are not kept any longer.
    Expire(Timestamp),
    /// Removes rows of a set that is gone: those of these customers; and the set itself if none is named.
    Tidy {
        /// Whose.
        merchant: MerchantId,
        /// Which plugin's.
        plugin: PluginId,
        /// Which.
        version: u32,
        /// Who is next.
        customers: Vec<CustomerId>,
    },
}

/// One customer's keys in the new format.
#[derive(Clone, Debug)]
pub struct KeysCopy {
    /// Whose customer.
    pub merchant: MerchantId,
    /// Whose keys.
    pub customer: CustomerId,
    /// What [`KeysToCopy`] said; the copy counts only if it is so still.
    pub stamp: Option<i64>,
    /// All of them.
    pub keys: Fields,
}

/// One customer's keys that are to be copied.
#[derive(Clone, Debug, PartialEq)]
pub struct KeysToCopy {
    /// Whose keys.
    pub customer: CustomerId,
    /// Known again by it; `None` if they have not changed since the next set was begun.
    pub stamp: Option<i64>,
    /// All of them, in the old format.
    pub keys: Fields,
}

/// What one plugin stores for one merchant in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSet {
    /// Whose.
    pub merchant: MerchantId,
    /// Which plugin's.
    pub plugin: PluginId,
    /// In which version.
    pub version: u32,
    /// Where it stands.
    pub state: SetState,
    /// Names and values.
    pub bytes: u64,
    /// How often it was written to since it was opened.
    pub writes: u64,
    /// The version that it was made of.
    pub came_from: Option<u32>,
}

/// Where a set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetState {
    /// In use.
    Open,
    /// Being made.
    Next,
    /// It was in use a moment ago; writes are refused, to be made again.
    Held,
    /// Kept for a rollback; writes are dropped.
    Kept,
    /// To be removed.
    Gone,
}
