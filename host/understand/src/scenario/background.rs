//! Messages that want nothing a shop has a scenario for: small talk, answers to questions, other people's business.
//!
//! Owns the samples, written for this project; a group that a merchant declares as its own scenario is left out.

/// Messages of one sort.
#[derive(Debug)]
pub(super) struct Group {
    /// The scenario id that would claim the group, e.g. `greeting`.
    pub(super) name: &'static str,
    pub(super) messages: Vec<&'static str>,
}

/// All groups, in the order of the file.
pub(super) fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in include_str!("background.txt").lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("# ") {
            groups.push(Group { name, messages: Vec::new() });
        } else if let Some(group) = groups.last_mut() {
            group.messages.extend(line.split(" | "));
        }
    }
    groups
}
