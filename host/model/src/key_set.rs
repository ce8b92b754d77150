//! Which of a plugin's stored keys: their format may change from one version of the plugin to another.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PluginId;

/// What a plugin stores in one format. Written `late-parcel`, and from the second format on `late-parcel#2`: an id has
/// no `#`, and what was kept before there were versions reads as the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeySet {
    /// Whose keys.
    pub plugin: PluginId,
    /// Of which version, as `[keys]` in the manifest says; from 1.
    pub version: u32,
}

impl KeySet {
    /// The keys of a plugin in a version.
    pub fn new(plugin: PluginId, version: u32) -> Self {
        Self { plugin, version }
    }
}

/// The first version: what a manifest without `[keys]` means.
impl<T: Into<PluginId>> From<T> for KeySet {
    fn from(plugin: T) -> Self {
        Self::new(plugin.into(), 1)
    }
}

impl fmt::Display for KeySet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            1 => fmt::Display::fmt(&self.plugin, out),
            version => write!(out, "{}#{version}", self.plugin),
        }
    }
}

impl Serialize for KeySet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeySet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        let Some((plugin, version)) = text.split_once('#') else { return Ok(text.into()) };
        let version = version.parse().map_err(|_| serde::de::Error::custom(format!("'{text}' names no keys")))?;
        Ok(Self::new(plugin.into(), version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_is_written_as_the_plugin() {
        for (set, text) in [(KeySet::from("a"), r#""a""#), (KeySet::new("a".into(), 12), r##""a#12""##)] {
            assert_eq!(serde_json::to_string(&set).unwrap(), text);
            assert_eq!(serde_json::from_str::<KeySet>(text).unwrap(), set);
        }
        assert!(serde_json::from_str::<KeySet>(r##""a#b""##).is_err());
    }
}
