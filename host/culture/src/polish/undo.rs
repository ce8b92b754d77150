//! Takes back what polishing changed, by the trace that it left: for an agent who wants it without some rule.
//!
//! Exact but for parts that were left out: their kinds are not in a trace, so such a reply comes back as one text.

use cuecard_model::Trace;

use super::{Said, tone};

impl Said {
    /// The reply as it stood before [`crate::Manner::polish`], and the entries of its trace that others have left.
    pub fn unpolished(mut self, trace: &[Trace]) -> (Self, Vec<Trace>) {
        for entry in trace.iter().rev().filter(|entry| is_of_polish(entry)) {
            if let (Some(before), Some(after)) = (&entry.before, &entry.after) {
                self.undo(before, after);
            }
        }
        let is_ours = |entry: &&Trace| matches!(entry.stage.as_str(), "localize" | "translate");
        let others = trace.iter().filter(is_ours).filter(|entry| !is_of_polish(entry));
        (self, others.cloned().collect())
    }

    fn undo(&mut self, before: &str, after: &str) {
        if let Some(part) = self.parts_mut().find(|part| *part == after) {
            before.clone_into(part);
        } else if self.text() == after {
            match self.without_one(before) {
                Some(at) => drop(self.steps.remove(at)),
                None => *self = Self { whole: Some(before.to_owned()), steps: Vec::new() },
            }
        } else {
            self.order_as(before);
        }
    }

    /// The step without which the reply is that text.
    fn without_one(&self, text: &str) -> Option<usize> {
        (0..self.steps.len()).find(|at| {
            let mut fewer = self.clone();
            fewer.steps.remove(*at);
            fewer.text() == text
        })
    }

    /// Puts the steps into the order that a trace names; those of one kind have kept theirs.
    fn order_as(&mut self, kinds: &str) {
        let mut left = std::mem::take(&mut self.steps);
        for kind in kinds.split(", ") {
            if let Some(at) = left.iter().position(|step| tone::name(step.kind) == kind) {
                self.steps.push(left.remove(at));
            }
        }
        self.steps.append(&mut left);
    }
}

/// A form of address changed no text, and a plugin's hook is named with its version.
fn is_of_polish(entry: &Trace) -> bool {
    entry.stage == "localize" && entry.before.is_some() && entry.after.is_some() && !entry.rule.contains('@')
}
