//! What operators and authors change: plugins, their history, keys to the API, settings. Rare, and never on the
//! way of a message.

use std::sync::Arc;

use cuecard_model::{MerchantId, PluginId, Scope, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AuditEntry, Hook, KeysChange, PeopleChange};

/// One change by an operator or an author. Changes handed over together are kept together or not at all.
#[derive(Clone, Debug)]
pub enum Change {
    /// A plugin's new state; the ones before stay as its history.
    Plugin {
        /// The state; its `revision` is given by the engine.
        record: PluginRecord,
        /// The revision of the record that this one follows, 0 for none. If another came between, all is refused.
        /// `None` does not check.
        follows: Option<u64>,
    },
    /// What was loaded or refused.
    Reload(ReloadRecord),
    /// What the tests of a bundle that is kept cost; opaque to the engine.
    Cost {
        /// The content hash of the bundle.
        hash: Arc<str>,
        /// As the host writes it.
        cost: Arc<str>,
    },
    /// Whether a merchant wants a shared plugin. All are wanted until this says otherwise.
    Shared {
        /// Who decides.
        merchant: MerchantId,
        /// About which plugin.
        plugin: PluginId,
        /// Whether it is wanted.
        enabled: bool,
    },
    /// A new key, or a changed one with the same hash.
    ApiKey(ApiKey),
    /// A new address for webhooks, or a changed one with the same hash.
    Hook(Hook),
    /// A small setting; `None` forgets it.
    Setting {
        /// Whose.
        scope: Scope,
        /// Its name.
        name: String,
        /// Its value, opaque to the engine.
        value: Option<String>,
    },
    /// People and their sessions.
    People(PeopleChange),
    /// How plugins' keys come from one version to another.
    Keys(KeysChange),
    /// What somebody did: kept with the changes that it tells of.
    Audit(Scope, AuditEntry),
}

/// A plugin at a moment of its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginRecord {
    /// Grows with every record of the engine; 0 before it is kept.
    #[serde(default)]
    pub revision: u64,
    /// Whom it serves.
    pub scope: Scope,
    /// Which plugin.
    pub plugin: PluginId,
    /// Its semantic version.
    pub version: Arc<str>,
    /// The content hash of its bundle.
    pub hash: Arc<str>,
    /// Where it stands.
    pub state: PluginState,
    /// Where its bundle came from.
    pub source: Source,
    /// Since when.
    pub at: Timestamp,
    /// By whom: a key's name, or `watcher`.
    pub by: String,
    /// What it costs beside the version in whose place it came; opaque to the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Arc<str>>,
}

/// Where a plugin stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PluginState {
    /// Answers turns.
    Live,
    /// Switched off by a person.
    Disabled,
    /// Its folder is gone, or it was taken back.
    Retired,
}

/// Where a bundle came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The watched folder.
    Folder,
    /// Pushed over the API; its bytes are in the engine.
    Pushed,
}

/// What was loaded or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadRecord {
    /// When.
    pub at: Timestamp,
    /// Whom the plugin serves.
    pub scope: Scope,
    /// Which plugin.
    pub plugin: PluginId,
    /// Its version, if its manifest could be read; else empty.
    pub version: Arc<str>,
    /// The content hash of its bundle.
    pub hash: Arc<str>,
    /// What became of it.
    pub outcome: ReloadOutcome,
    /// The generation that it led to, or that went on serving.
    pub generation: u64,
    /// Why, with file and line where known; may be empty.
    pub reason: String,
    /// By whom: a key's name, or `watcher`.
    pub by: String,
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReloadOutcome {
    /// It serves.
    Live,
    /// It does not serve; the last good one goes on.
    Refused,
    /// It is gone and no longer serves.
    Retired,
    /// An earlier version serves again.
    RolledBack,
    /// Switched on again.
    Enabled,
    /// Switched off.
    Disabled,
    /// It serves a share of the conversations beside another version.
    Canary,
    /// A canary that serves all now.
    Promoted,
    /// A canary that serves nobody any more.
    TakenBack,
    /// Set aside, because it failed too often.
    SetAside,
    /// It answered again after it was set aside.
    Readmitted,
}

/// A key to the API. The key itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The hash of the key, in hex.
    pub hash: Arc<str>,
    /// What people call it.
    pub name: String,
    /// The merchant whose data it opens.
    pub merchant: MerchantId,
    /// What it may do.
    pub roles: Vec<KeyRole>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken back; such a key opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Send messages, events, customers and live data.
    Ingest,
    /// Read suggestions and answer to them.
    Agent,
    /// Push plugins.
    Author,
    /// Everything, for every merchant's shared plugins too.
    Operator,
}
