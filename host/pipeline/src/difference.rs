//! What another version would have said: two answers to one turn, side by side.
//!
//! A plain function of the two. Knows neither how they came about nor which of them is better.

mod decisions;

use cuecard_model::{Failure, PluginId, Signals, Suggestion};

pub use self::decisions::{Choice, Choices, ComparedEvent, Decided};
use crate::{Answered, KeyWrites, Written};

/// Two answers to one turn, side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// What was offered, in the order of the new answer; what it does not offer any more comes last.
    pub offers: Vec<Offers>,
    /// Who failed in either.
    pub failures: Vec<Failures>,
    /// Plugins that would have stored other keys.
    pub keys: Vec<PluginId>,
    /// What was found otherwise: `language`, `scenario`, `emotion`, `stage`.
    pub signals: Vec<&'static str>,
}

/// One suggestion before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    /// Before; `None`: it is gained.
    pub old: Option<Suggestion>,
    /// After; `None`: it is lost.
    pub new: Option<Suggestion>,
    /// In what they differ: `text`, `steps`, `actions`, `arguments` (of actions), `reason`, ...
    pub fields: Vec<&'static str>,
}

/// One plugin's failure before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Failures {
    /// Before; `None`: it fails newly.
    pub old: Option<Failure>,
    /// After; `None`: it fails no longer.
    pub new: Option<Failure>,
}

impl Compared {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.keys.is_empty()
            && self.signals.is_empty()
            && self.offers.iter().all(Offers::is_same)
            && self.failures.iter().all(|it| it.old.is_some() && it.new.is_some())
    }
}

impl Offers {
    /// Whether it is there before and after, and the same.
    pub fn is_same(&self) -> bool {
        self.old.is_some() && self.new.is_some() && self.fields.is_empty()
    }

    /// Whose: another plugin than the one that has changed may differ as well, because it is understood, worded or
    /// ranked anew.
    pub fn plugin(&self) -> Option<&PluginId> {
        self.new.as_ref().or(self.old.as_ref()).map(|it| &it.plugin.id)
    }
}

/// Compares two answers to one turn.
pub fn compare(old: &Answered, new: &Answered) -> Compared {
    Compared {
        offers: offers(&old.reply.suggestions, &new.reply.suggestions),
        failures: failures(&old.reply.failures, &new.reply.failures),
        keys: keys(&old.key_writes, &new.key_writes),
        signals: signals(&old.reply.signals, &new.reply.signals),
    }
}

/// Those that are the same are paired first, whatever their places; the rest of a plugin's in their order.
fn offers(old: &[Suggestion], new: &[Suggestion]) -> Vec<Offers> {
    let mut left: Vec<_> = old.iter().collect();
    let mut take = |fits: &dyn Fn(&Suggestion) -> bool| {
        let place = left.iter().position(|it| fits(it))?;
        Some(left.remove(place))
    };
    let mut before: Vec<_> = new.iter().map(|new| take(&|old| changed(old, new).is_empty())).collect();
    for (before, new) in before.iter_mut().zip(new).filter(|(before, _)| before.is_none()) {
        *before = take(&|old| old.plugin.id == new.plugin.id);
    }
    let both = before.into_iter().zip(new).map(|(old, new)| Offers {
        fields: old.map(|old| changed(old, new)).unwrap_or_default(),
        old: old.cloned(),
        new: Some(new.clone()),
    });
    let mut all: Vec<_> = both.collect();
    all.extend(left.into_iter().map(|old| Offers { old: Some(old.clone()), new: None, fields: Vec::new() }));
    all
}

fn changed(old: &Suggestion, new: &Suggestion) -> Vec<&'static str> {
    let types = |it: &Suggestion| it.actions.iter().map(|action| action.kind.clone()).collect::<Vec<_>>();
    let same_types = types(old) == types(new);
    let fields = [
        ("plugin", old.plugin.id != new.plugin.id),
        ("message", old.message != new.message),
        ("text", old.text != new.text),
        ("steps", old.steps != new.steps),
        ("actions", !same_types),
        ("arguments", same_types && old.actions != new.actions),
        ("reason", old.reason != new.reason),
        ("title", old.title != new.title),
        ("scenario", old.scenario != new.scenario),
        ("confidence", (old.confidence - new.confidence).abs() > 1e-9),
        ("locale", old.locale != new.locale),
        ("text_for_agent", old.text_for_agent != new.text_for_agent),
        ("missing", old.missing != new.missing),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

fn failures(old: &[Failure], new: &[Failure]) -> Vec<Failures> {
    let of = |list: &[Failure], plugin: &PluginId| list.iter().find(|it| it.plugin.id == *plugin).cloned();
    let mut plugins: Vec<_> = new.iter().chain(old).map(|it| &it.plugin.id).collect();
    plugins.sort();
    plugins.dedup();
    plugins.into_iter().map(|plugin| Failures { old: of(old, plugin), new: of(new, plugin) }).collect()
}

fn keys(old: &KeyWrites, new: &KeyWrites) -> Vec<PluginId> {
    fn of<'a>(writes: &'a KeyWrites, plugin: &PluginId) -> Vec<&'a Written> {
        writes.iter().filter(|(set, _)| set.plugin == *plugin).map(|(_, written)| written).collect()
    }
    let mut plugins: Vec<_> = old.iter().chain(new).map(|(set, _)| &set.plugin).collect();
    plugins.sort();
    plugins.dedup();
    plugins.into_iter().filter(|plugin| of(old, plugin) != of(new, plugin)).cloned().collect()
}

fn signals(old: &Signals, new: &Signals) -> Vec<&'static str> {
    let found = [
        ("language", old.language.tag != new.language.tag),
        ("scenario", old.scenario.id != new.scenario.id),
        ("emotion", old.emotion.label != new.emotion.label),
        ("stage", old.stage != new.stage),
    ];
    found.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use cuecard_model::{PluginVersion, Suggestion};

    use super::*;

    fn suggestion(plugin: &str, text: &str) -> Suggestion {
        Suggestion {
            id: "s".into(),
            plugin: PluginVersion { id: plugin.into(), version: "1.0.0".into() },
            hash: "".into(),
            scenario: "greeting".into(),
            message: None,
            title: "A title".into(),
            text: text.into(),
            steps: vec![],
            actions: vec![],
            reason: "because".into(),
            confidence: 0.5,
            locale: "en".into(),
            machine_translated: false,
            text_for_agent: None,
            text_for_agent_machine_translated: false,
            missing: vec![],
            trace: vec![],
        }
    }

    #[test]
    fn what_is_the_same_is_paired_first() {
        for (old, new, expected) in [
            ("a:one", "a:one", "a same"),
            ("", "a:one", "a gained"),
            ("a:one", "", "a lost"),
            ("a:one", "a:two", "a changed text"),
            ("a:one a:two", "a:two", "a same, a lost"),
            ("a:one b:two", "b:two a:three", "b same, a changed text"),
            ("a:one", "b:one", "b gained, a lost"),
        ] {
            let read = |text: &str| -> Vec<_> {
                text.split_whitespace()
                    .filter_map(|it| it.split_once(':'))
                    .map(|(id, text)| suggestion(id, text))
                    .collect()
            };
            let found = offers(&read(old), &read(new));
            let word = |it: &Offers| {
                let kind = match (&it.old, &it.new) {
                    (None, _) => "gained".to_owned(),
                    (_, None) => "lost".to_owned(),
                    _ if it.fields.is_empty() => "same".to_owned(),
                    _ => format!("changed {}", it.fields.join("+")),
                };
                format!("{} {kind}", it.plugin().unwrap())
            };
            assert_eq!(found.iter().map(word).collect::<Vec<_>>().join(", "), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn another_version_with_the_same_words_is_the_same() {
        let mut newer = suggestion("a", "one");
        newer.plugin.version = "2.0.0".into();
        assert!(offers(&[suggestion("a", "one")], &[newer])[0].is_same());
    }
}
