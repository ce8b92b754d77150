//! What a version costs: the steps that its own tests take, and how much dearer it is than another version.
//!
//! Owns which figures may be compared, and the words for it. Knows neither how steps are counted nor where costs are kept.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{manifest::RuntimeKind, prove::CaseReport};

/// Goes up when the same code takes another number of steps, as after a new release of Luau or wasmtime: a test with
/// code that never changes says when.
const COUNTING: u32 = 1;

/// What a bundle's own tests take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// In which runtime: steps of one say nothing about steps of the other.
    pub runtime: RuntimeKind,
    /// By which way of counting.
    pub counting: u32,
    /// Those that passed and were counted.
    pub cases: Vec<CaseCost>,
}

/// What one case takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCost {
    /// What the case shows.
    pub name: String,
    /// `compose`, `localize`, `trigger`, `classify`
    pub hook: String,
    /// What the hook is handed, as a hash of what the case says of it.
    pub input: String,
    /// Loop ends, calls and returns in Lua; fuel in WebAssembly.
    pub steps: u64,
}

/// A version's cost beside another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The other.
    pub version: Arc<str>,
    /// By how much it differs; `None` where the two cannot be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// `12 % dearer than 1.3.0 (...)`, or why they cannot be compared.
    pub text: String,
}

/// By how much the same calls take more steps than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// How many calls were compared.
    pub calls: usize,
    /// More than before; below zero: fewer. The geometric mean over the calls: each counts alike, however long it is,
    /// and going back takes back exactly what was added.
    pub percent: f64,
    /// Steps of the call in the middle, before and after.
    pub median: [u64; 2],
    /// The call that grew most, if any did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Grown>,
}

/// A call that takes more steps than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grown {
    /// Which.
    pub name: String,
    /// Before and after.
    pub steps: [u64; 2],
}

impl Cost {
    /// Of cases that ran in this runtime; `None` if none was counted.
    pub fn of(runtime: RuntimeKind, cases: &[CaseReport]) -> Option<Self> {
        let counted = cases.iter().filter(|case| case.passed()).filter_map(|case| {
            let (name, hook, input) = (case.name.clone(), case.hook.clone(), case.input.clone());
            Some(CaseCost { name, hook, input, steps: case.cost? })
        });
        let cases: Vec<_> = counted.collect();
        (!cases.is_empty()).then_some(Self { cases, ..Self::none(runtime) })
    }

    /// Of no case at all.
    pub fn none(runtime: RuntimeKind) -> Self {
        Self { runtime, counting: COUNTING, cases: Vec::new() }
    }

    /// Steps of the case in the middle.
    pub fn median(&self) -> u64 {
        median(self.cases.iter().map(|case| case.steps).collect())
    }

    /// Beside another version's: over cases with the same name, hook and input.
    pub fn beside(&self, version: &Arc<str>, other: Option<&Self>) -> Comparison {
        let found = other.ok_or("its steps were not counted").and_then(|other| self.difference(other));
        let text = match &found {
            Ok(difference) => difference.words(version, "case"),
            Err(why) => format!("its cost cannot be compared with {version}: {why}"),
        };
        Comparison { version: Arc::clone(version), difference: found.ok(), text }
    }

    fn difference(&self, other: &Self) -> Result<Difference, &'static str> {
        if self.runtime != other.runtime {
            return Err("steps of Lua and of WebAssembly are not the same");
        }
        if self.counting != other.counting {
            return Err("an earlier release of the host counted otherwise");
        }
        let before: BTreeMap<_, _> = other.cases.iter().map(|case| (case.key(), case.steps)).collect();
        let both = self.cases.iter().filter_map(|case| Some((&*case.name, *before.get(&case.key())?, case.steps)));
        Difference::of(both).ok_or("no case has the same name and the same input")
    }
}

impl CaseCost {
    fn key(&self) -> (&str, &str, &str) {
        (&self.name, &self.hook, &self.input)
    }
}

impl Difference {
    /// Of the same calls before and after, each with its name; `None` if there are none.
    pub fn of<'a>(calls: impl Iterator<Item = (&'a str, u64, u64)>) -> Option<Self> {
        let calls: Vec<_> = calls.collect();
        let ratio = |old: u64, new: u64| (new as f64 + 1.0) / (old as f64 + 1.0);
        let logs: f64 = calls.iter().map(|(_, old, new)| ratio(*old, *new).ln()).sum();
        let percent = ((logs / calls.len().max(1) as f64).exp() - 1.0) * 100.0;
        let grown = calls.iter().filter(|(_, old, new)| new > old);
        let most = grown.max_by(|one, two| ratio(one.1, one.2).total_cmp(&ratio(two.1, two.2)));
        let most = most.map(|(name, old, new)| Grown { name: (*name).to_owned(), steps: [*old, *new] });
        let median =
            [median(calls.iter().map(|call| call.1).collect()), median(calls.iter().map(|call| call.2).collect())];
        (!calls.is_empty()).then_some(Self { calls: calls.len(), percent, median, most })
    }

    /// `12 % dearer than 1.3.0 (median case 1,840 -> 2,061 steps; dearest: an order is late 900 -> 1,700)`
    pub fn words(&self, other: &str, what: &str) -> String {
        let Self { calls, percent, median: [old, new], most } = self;
        let is_same = percent.abs() < 0.05;
        if is_same && most.is_none() {
            let several = if *calls == 1 { "" } else { "s" };
            return format!("costs the same as {other} ({calls} {what}{several}, median {} steps)", grouped(*new));
        }
        let than = match is_same {
            true => format!("about as dear as {other}"),
            false => format!(
                "{} % {} than {other}",
                rounded(percent.abs()),
                if *percent > 0.0 { "dearer" } else { "cheaper" }
            ),
        };
        let most = most.as_ref().map(|Grown { name, steps: [old, new] }| {
            format!("; dearest: {name} {} -> {}", grouped(*old), grouped(*new))
        });
        let most = most.unwrap_or_default();
        format!("{than} (median {what} {} -> {} steps{most})", grouped(*old), grouped(*new))
    }
}

/// `1,234,567`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Small percentages have a digit more.
fn rounded(percent: f64) -> String {
    if percent < 9.95 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}

/// Of an even number the upper one, so that it is a figure that was counted.
fn median(mut steps: Vec<u64>) -> u64 {
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(runtime: RuntimeKind, cases: &[(&str, &str, u64)]) -> Cost {
        let one = |(name, input, steps): &(&str, &str, u64)| CaseCost {
            name: (*name).to_owned(),
            hook: "compose".to_owned(),
            input: (*input).to_owned(),
            steps: *steps,
        };
        Cost { runtime, counting: COUNTING, cases: cases.iter().map(one).collect() }
    }

    #[test]
    fn says_by_how_much() {
        use RuntimeKind::{Lua, Wasm};
        let old = [("a", "1", 1000), ("b", "2", 2000), ("c", "3", 4000)];
        for (runtime, new, expected) in [
            (
                Lua,
                vec![("a", "1", 1000), ("b", "2", 2000), ("c", "3", 4000)],
                "costs the same as 1.3.0 (3 cases, median 2,000 steps)",
            ),
            (
                Lua,
                vec![("a", "1", 1100), ("b", "2", 2200), ("c", "3", 4400)],
                "10 % dearer than 1.3.0 (median case 2,000 -> 2,200 steps; dearest: c 4,000 -> 4,400)",
            ),
            (
                Lua,
                vec![("a", "1", 500), ("b", "2", 1000), ("c", "3", 2000)],
                "50 % cheaper than 1.3.0 (median case 2,000 -> 1,000 steps)",
            ),
            // One short case counts like a long one.
            (
                Lua,
                vec![("a", "1", 8000), ("b", "2", 2000), ("c", "3", 4000)],
                "100 % dearer than 1.3.0 (median case 2,000 -> 4,000 steps; dearest: a 1,000 -> 8,000)",
            ),
            (
                Lua,
                vec![("a", "1", 2001), ("b", "2", 1000), ("c", "3", 4000)],
                "about as dear as 1.3.0 (median case 2,000 -> 2,001 steps; dearest: a 1,000 -> 2,001)",
            ),
            // Another input, another name: not the same case.
            (
                Lua,
                vec![("a", "9", 9000), ("d", "2", 9000), ("c", "3", 4040)],
                "1.0 % dearer than 1.3.0 (median case 4,000 -> 4,040 steps; dearest: c 4,000 -> 4,040)",
            ),
            (
                Lua,
                vec![("z", "1", 5)],
                "its cost cannot be compared with 1.3.0: no case has the same name and the same input",
            ),
            (
                Wasm,
                vec![("a", "1", 1000)],
                "its cost cannot be compared with 1.3.0: steps of Lua and of WebAssembly are not the same",
            ),
        ] {
            let found = cost(runtime, &new).beside(&"1.3.0".into(), Some(&cost(Lua, &old)));
            assert_eq!(found.text, expected);
            assert_eq!(found.difference.is_none(), expected.contains("cannot"), "{expected}");
        }
        let never = cost(Lua, &old).beside(&"1.3.0".into(), None);
        assert_eq!(never.text, "its cost cannot be compared with 1.3.0: its steps were not counted");
        let older = Cost { counting: COUNTING - 1, ..cost(Lua, &old) };
        let older = cost(Lua, &old).beside(&"1.3.0".into(), Some(&older));
        assert!(older.text.ends_with("an earlier release of the host counted otherwise"), "{}", older.text);
    }

    #[test]
    fn going_back_takes_back_what_was_added() {
        let (old, new) = ([("a", 100, 130), ("b", 7000, 7000)], [("a", 130, 100), ("b", 7000, 7000)]);
        let there = Difference::of(old.into_iter()).unwrap().percent / 100.0 + 1.0;
        let back = Difference::of(new.into_iter()).unwrap().percent / 100.0 + 1.0;
        assert!((there * back - 1.0).abs() < 1e-12 && there > 1.1);
        assert_eq!(Difference::of(std::iter::empty()), None);
        assert!(Difference::of([("none", 0, 0)].into_iter()).unwrap().percent.abs() < 1e-12);
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1234, "1,234"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
