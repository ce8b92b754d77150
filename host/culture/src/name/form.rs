//! What form of a name is wanted.
//!
//! Owns the four questions of UTS 35 part 8: order, length, usage, formality.

/// The form of a name that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct NameForm {
    /// As the name's own locale has it, if absent.
    pub order: Option<NameOrder>,
    /// How much of the name.
    pub length: NameLength,
    /// What for.
    pub usage: NameUsage,
    /// How politely.
    pub formality: Formality,
    /// Family names in capitals.
    pub surname_all_caps: bool,
}

/// Which part comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrder {
    /// Sara Weber.
    GivenFirst,
    /// 王伟.
    SurnameFirst,
    /// For lists: Weber, Sara. Lists have one usage.
    Sorting,
}

/// How much of a name is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameLength {
    /// All that is proper.
    Long,
    /// The usual.
    Medium,
    /// The least.
    Short,
}

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameUsage {
    /// Speaking of someone.
    Referring,
    /// Speaking to someone.
    Addressing,
    /// A few letters for an icon.
    Monogram,
}

/// How politely a name is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formality {
    /// Among strangers.
    Formal,
    /// Among friends.
    Informal,
}
