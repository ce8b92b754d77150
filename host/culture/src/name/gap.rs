//! What stands between two fields of a pattern when some are missing.
//!
//! Owns the rules of UTS 35 part 8, "Process a namePattern". Knows neither fields nor names.

/// What stands between the last field written and the next.
#[derive(Default)]
pub(super) struct Gap<'p> {
    before: &'p str,
    after: &'p str,
    missed: bool,
    started: bool,
}

impl<'p> Gap<'p> {
    pub(super) fn literal(&mut self, literal: &'p str) {
        let side = if self.missed { &mut self.after } else { &mut self.before };
        *side = literal;
    }

    pub(super) fn miss(&mut self) {
        self.missed = true;
        self.after = "";
    }

    /// Before a field that is there.
    pub(super) fn close(&mut self, text: &mut String) {
        match (self.started, self.missed) {
            (_, false) => text.push_str(self.before),
            (true, true) => join(self.before, self.after, text),
            (false, true) => {}
        }
        *self = Self { started: true, ..Self::default() };
    }

    /// At the end of the pattern: text stays if it belongs to a field that is there.
    pub(super) fn end(self, text: &mut String) {
        if self.started && !self.missed {
            text.push_str(self.before);
        }
    }
}

/// One text of the two around a missing field: `, ` and ` ` make `, `; ` (` and `) ` make one space. A sign stays if a
/// space parts it from the missing field.
fn join(before: &str, after: &str, text: &mut String) {
    if before.ends_with(after) {
        return text.push_str(before);
    }
    let is_space = char::is_whitespace;
    let left = before.split_once(is_space).map_or("", |(left, _)| left);
    let right = after.rsplit_once(is_space).map_or("", |(_, right)| right);
    text.push_str(left);
    text.extend(before.chars().chain(after.chars()).find(|sign| sign.is_whitespace()));
    text.push_str(right);
}
