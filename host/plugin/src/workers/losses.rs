//! Workers that one turn has cost, and whose fault that was.

use cuecard_model::FailureKind;

use crate::job::{Called, LoadId};

/// After so many kills in one turn the rest of its plugins is given up.
const MAX_KILLS: usize = 3;
/// Workers that may end by themselves in one turn before it is somebody's fault.
const MAX_LOST: usize = 4;

/// Workers that one turn has cost so far.
#[derive(Default, PartialEq)]
pub(super) struct Losses {
    kills: usize,
    /// What was running in workers that ended by themselves.
    lost: Vec<Option<LoadId>>,
}

/// Whose fault it is that a worker ended.
pub(super) enum Blame {
    Nobody,
    Plugin(LoadId),
    Host,
}

impl Losses {
    /// A worker may end for reasons that lie outside. So its plugin is asked once more, and blamed only the second
    /// time; and if no plugin was running, none is ever blamed.
    pub(super) fn lose(&mut self, load: Option<LoadId>) -> Blame {
        let again = self.lost.contains(&load);
        self.lost.push(load);
        match load {
            Some(load) if again || self.lost.len() > MAX_LOST => Blame::Plugin(load),
            None if self.lost.len() > MAX_LOST => Blame::Host,
            _ => Blame::Nobody,
        }
    }

    /// Takes the culprit out of what is asked next, and with it those behind it that are not `trusted`: the turn goes
    /// on with plugins that were through before, or always were. After a second kill the former alone are left.
    pub(super) fn kill<T>(
        &mut self,
        asks: &mut Vec<LoadId>,
        culprit: LoadId,
        detail: &str,
        trusted: impl Fn(LoadId) -> bool,
    ) -> Called<T> {
        self.kills += 1;
        let before = asks.iter().position(|load| *load == culprit).unwrap_or(0);
        let mut behind = asks.split_off(before);
        match self.kills {
            1 => {
                behind.retain(|load| *load != culprit && trusted(*load));
                asks.append(&mut behind);
            }
            MAX_KILLS.. => asks.clear(),
            _ => {}
        }
        Called::failed(culprit, FailureKind::Killed, detail)
    }
}
