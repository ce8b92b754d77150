//! The names that both sides of a document agree on.

/// XLIFF 2.0 and 2.1.
pub(super) const CORE: &str = "urn:oasis:names:tc:xliff:document:2.0";
/// XLIFF 2.2, which changed nothing that is used here.
pub(super) const CORE_2_2: &str = "urn:oasis:names:tc:xliff:document:2.2";
/// The metadata module.
pub(super) const METADATA: &str = "urn:oasis:names:tc:xliff:metadata:2.0";

/// The group of metadata that is ours.
pub(super) const MARK_CATEGORY: &str = "cuecard";
/// The hash of the source message.
pub(super) const MARK_SOURCE: &str = "source";
/// The hash of the translation, empty if there was none.
pub(super) const MARK_TARGET: &str = "target";
