//! Where a fact came from, written down only if somebody asked.

use std::collections::BTreeMap;

/// Lines about one fact; an agent reads no more.
const MOST: usize = 20;

/// Takes down where facts come from.
pub(super) trait Notes {
    /// One source of a fact. `source` is not called where nobody asked.
    fn add(&mut self, fact: &'static str, source: impl FnOnce() -> String);
}

/// Nobody asked.
pub(super) struct Silent;

impl Notes for Silent {
    fn add(&mut self, _: &'static str, _: impl FnOnce() -> String) {}
}

/// Sources by the name of their fact.
#[derive(Default)]
pub(super) struct Written(BTreeMap<&'static str, Vec<String>>);

impl Notes for Written {
    fn add(&mut self, fact: &'static str, source: impl FnOnce() -> String) {
        self.0.entry(fact).or_default().push(source());
    }
}

impl Written {
    pub(super) fn into_sources(self) -> BTreeMap<String, Vec<String>> {
        let short = |(fact, mut lines): (&'static str, Vec<String>)| {
            if lines.len() > MOST {
                let more = lines.len() - MOST;
                lines.truncate(MOST);
                lines.push(format!("and {more} more"));
            }
            (fact.to_owned(), lines)
        };
        self.0.into_iter().map(short).collect()
    }
}
