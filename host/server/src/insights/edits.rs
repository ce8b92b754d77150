//! The edits that agents keep making: what is changed in the same way again and again, per script.

use std::collections::HashMap;

use cuecard_engine::EditedOffer;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

/// Words of one text that are compared; the time goes by the product of two.
const WORDS: usize = 400;
/// Characters of a change that are shown.
const LENGTH: usize = 200;

/// A change that was made more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Habit {
    /// Whose script, without its version: an edit that goes on over versions is the same one.
    pub(crate) plugin: String,
    pub(crate) scenario: String,
    pub(crate) title: String,
    /// What was taken out; empty where something was put in.
    pub(crate) before: String,
    /// What was put in its place; empty where it was left out.
    pub(crate) after: String,
    /// In how many replies.
    pub(crate) count: usize,
    /// Of how many edited replies of this script.
    pub(crate) of: usize,
}

/// Plugin, scenario and heading.
type Script<'a> = (&'a str, &'a str, &'a str);
/// What was taken out, and what was put in its place.
type Change = (String, String);

/// The changes that were made at least twice, most often first.
pub(crate) fn habits(edited: &[EditedOffer], most: usize) -> Vec<Habit> {
    let mut scripts: HashMap<Script<'_>, usize> = HashMap::new();
    let mut found: HashMap<(Script<'_>, Change), usize> = HashMap::new();
    for offer in edited {
        let plugin = offer.plugin.split('@').next().unwrap_or_default();
        let script = (plugin, offer.scenario.as_str(), offer.title.as_str());
        *scripts.entry(script).or_default() += 1;
        let mut changes = changes(&offer.offered, &offer.sent);
        changes.sort_unstable();
        changes.dedup();
        for change in changes {
            *found.entry((script, change)).or_default() += 1;
        }
    }
    let repeated = found.into_iter().filter(|(_, count)| *count > 1);
    let mut habits: Vec<_> = repeated
        .map(|((script, (before, after)), count)| Habit {
            plugin: script.0.to_owned(),
            scenario: script.1.to_owned(),
            title: script.2.to_owned(),
            before,
            after,
            count,
            of: scripts.get(&script).copied().unwrap_or(count),
        })
        .collect();
    let by_text = |one: &Habit, other: &Habit| (&one.before, &one.after).cmp(&(&other.before, &other.after));
    habits.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| by_text(one, other)));
    habits.truncate(most);
    habits
}

/// What was replaced by what, word by word. Changes with nothing but a space between them are one.
fn changes(offered: &str, sent: &str) -> Vec<Change> {
    let words = |text: &str| text.split_word_bounds().take(WORDS).map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (words(offered), words(sent));
    let mut found: Vec<Change> = Vec::new();
    let (mut before, mut after, mut between) = (String::new(), String::new(), String::new());
    for step in steps(&one, &other) {
        match step {
            Step::Same(word) if word.trim().is_empty() && !(before.is_empty() && after.is_empty()) => {
                between.push_str(word);
            }
            Step::Same(_) => {
                between.clear();
                close(&mut before, &mut after, &mut found);
            }
            Step::Out(word) => {
                before.push_str(&between);
                after.push_str(&between);
                between.clear();
                before.push_str(word);
            }
            Step::In(word) => {
                before.push_str(&between);
                after.push_str(&between);
                between.clear();
                after.push_str(word);
            }
        }
    }
    close(&mut before, &mut after, &mut found);
    found
}

fn close(before: &mut String, after: &mut String, found: &mut Vec<Change>) {
    let text = |text: &mut String| std::mem::take(text).trim().chars().take(LENGTH).collect::<String>();
    let (before, after) = (text(before), text(after));
    if before != after {
        found.push((before, after));
    }
}

enum Step<'a> {
    Same(&'a str),
    Out(&'a str),
    In(&'a str),
}

/// From one list of words to another along their longest common subsequence.
fn steps<'a>(one: &'a [String], other: &'a [String]) -> Vec<Step<'a>> {
    // `table[place][against]`: how long the common subsequence of what follows is.
    let mut table = vec![vec![0_u16; other.len() + 1]; one.len() + 1];
    let at = |table: &[Vec<u16>], place: usize, against: usize| {
        table.get(place).and_then(|row| row.get(against)).copied().unwrap_or(0)
    };
    for (place, word) in one.iter().enumerate().rev() {
        for (against, wanted) in other.iter().enumerate().rev() {
            let longest = if word == wanted {
                at(&table, place + 1, against + 1) + 1
            } else {
                at(&table, place + 1, against).max(at(&table, place, against + 1))
            };
            if let Some(cell) = table.get_mut(place).and_then(|row| row.get_mut(against)) {
                *cell = longest;
            }
        }
    }
    let (mut place, mut against, mut steps) = (0, 0, Vec::new());
    loop {
        match (one.get(place), other.get(against)) {
            (Some(word), Some(wanted)) if word == wanted => {
                steps.push(Step::Same(word));
                (place, against) = (place + 1, against + 1);
            }
            (Some(word), wanted)
                if wanted.is_none() || at(&table, place + 1, against) >= at(&table, place, against + 1) =>
            {
                steps.push(Step::Out(word));
                place += 1;
            }
            (_, Some(wanted)) => {
                steps.push(Step::In(wanted));
                against += 1;
            }
            _ => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_words() {
        for (offered, sent, expected) in [
            ("Your parcel is late.", "Your parcel is late.", vec![]),
            ("Your parcel is late.", "Your package is late.", vec![("parcel", "package")]),
            ("We are sorry.", "We are very sorry.", vec![("", "very")]),
            ("Dear customer, hello.", "hello.", vec![("Dear customer,", "")]),
            ("It takes five days.", "It takes up to ten days.", vec![("five", "up to ten")]),
            ("您的包裹晚了", "您的快递晚了", vec![("包裹", "快递")]),
        ] {
            let found = changes(offered, sent);
            let found: Vec<_> = found.iter().map(|(before, after)| (before.as_str(), after.as_str())).collect();
            assert_eq!(found, expected, "{offered} -> {sent}");
        }
    }

    #[test]
    fn what_is_changed_once_is_no_habit() {
        let edit = |version: &str, offered: &str, sent: &str| EditedOffer {
            plugin: format!("late@{version}"),
            scenario: "delivery_delay".into(),
            title: "Late".into(),
            offered: offered.into(),
            sent: sent.into(),
        };
        let found = habits(
            &[
                edit("1.0.0", "Your parcel is late", "Your package is late"),
                edit("1.1.0", "Your parcel came back", "Your package came back"),
                edit("1.1.0", "Your parcel is late", "Your parcel is slow"),
            ],
            10,
        );
        let told: Vec<_> = found.iter().map(|it| (&*it.plugin, &*it.before, &*it.after, it.count, it.of)).collect();
        assert_eq!(told, [("late", "parcel", "package", 2, 3)]);
    }
}
