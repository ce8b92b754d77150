//! Newtype ids: two strings can be swapped, two types cannot.

use std::{borrow::Borrow, fmt, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps any text; what a valid id looks like is checked where it enters (the API, the manifest).
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, out)
            }
        }
    )+};
}

id! {
    /// A tenant. Nothing crosses merchants.
    MerchantId,
    /// A person who answers customers.
    AgentId,
    /// A person who writes in.
    CustomerId,
    /// One thread of messages on one channel.
    ConversationId,
    /// One message, unique within its merchant and conversation.
    MessageId,
    /// One customer message with all that is known at that moment.
    TurnId,
    /// One thing that an agent was offered.
    SuggestionId,
    /// A plugin: lower-case letters, digits and hyphens.
    PluginId,
    /// What the customer wants, e.g. `return_dispute`.
    ScenarioId,
    /// A shop event, unique within its merchant.
    EventId,
}

/// A plugin at a version, written `late-parcel@1.2.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct PluginVersion {
    /// The plugin.
    pub id: PluginId,
    /// Its semantic version, from the manifest.
    pub version: Arc<str>,
}

impl fmt::Display for PluginVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.id, self.version)
    }
}

impl Serialize for PluginVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PluginVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        let (id, version) = text
            .split_once('@')
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not of the form plugin@version")))?;
        Ok(Self { id: id.into(), version: version.into() })
    }
}
