//! What another version would have decided: two judgements of one event, side by side, each contact in its words.
//!
//! The gate has no say in it: whether a contact may go hangs on consent, the hour and earlier contacts, not on the version.

use cuecard_model::{Decision, Failure, FailureKind, Outreach, PluginId, PluginVersion, Timer, Timestamp};

use super::{Failures, failures, keys};
use crate::{Addressee, CallReport, Ground, Judged, Judgement, KeyWrites, Step, Wish, outreach::drafted};

/// What was decided on one event.
#[derive(Debug, Default)]
pub struct Decided {
    /// Who decided what, in order.
    pub choices: Vec<Choice>,
    /// What they would have stored.
    pub key_writes: KeyWrites,
    /// Who failed, those among them whose contact cannot be put into words.
    pub failures: Vec<Failure>,
    /// The hook calls.
    pub calls: Vec<CallReport>,
}

/// One decision.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Whose.
    pub plugin: PluginVersion,
    /// What is to be done.
    pub decision: Decision,
    /// Of a contact: the channel and the words, or why there are none.
    pub drafted: Option<Judgement>,
}

/// Two judgements of one event, side by side.
#[derive(Clone, Debug, Default)]
pub struct ComparedEvent {
    /// What was decided, in the order of the new judgement; what is not decided any more comes last.
    pub choices: Vec<Choices>,
    /// Who failed in either.
    pub failures: Vec<Failures>,
    /// Plugins that would have stored other keys.
    pub keys: Vec<PluginId>,
}

/// One decision before and after.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Before; `None`: it is gained.
    pub old: Option<Choice>,
    /// After; `None`: it is lost.
    pub new: Option<Choice>,
    /// In what they differ: `text`, `channel`, `at`, ...
    pub fields: Vec<&'static str>,
}

impl Decided {
    /// Puts the contacts of a judgement into words. `event_at` is when the event happened; the clock is the ground's.
    pub fn of(judged: Judged, ground: &Ground<'_>, addressee: &Addressee<'_>, event_at: Timestamp) -> Self {
        let Judged { decisions, key_writes, mut failures, calls } = judged;
        let choice = |(plugin, decision): (PluginVersion, Decision)| {
            let drafted = match &decision {
                Decision::Outreach(outreach) => {
                    let (id, created_at) = ("rehearsed", ground.now);
                    Some(drafted(ground, addressee, &Wish { id, plugin: &plugin, outreach, event_at, created_at }))
                }
                Decision::Timer(_) | Decision::Cancel(_) => None,
            };
            Choice { plugin, decision, drafted }
        };
        let choices: Vec<_> = decisions.into_iter().map(choice).collect();
        failures.extend(choices.iter().filter_map(Choice::failure));
        Self { choices, key_writes, failures, calls }
    }
}

impl ComparedEvent {
    /// Compares two judgements of one event.
    pub fn of(old: &Decided, new: &Decided) -> Self {
        Self {
            choices: choices(&old.choices, &new.choices),
            failures: failures(&old.failures, &new.failures),
            keys: keys(&old.key_writes, &new.key_writes),
        }
    }

    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.keys.is_empty()
            && self.choices.iter().all(Choices::is_same)
            && self.failures.iter().all(|it| it.old.is_some() && it.new.is_some())
    }
}

impl Choice {
    /// A contact that can never be said, as live it would end.
    fn failure(&self) -> Option<Failure> {
        let drafted = self.drafted.as_ref().filter(|drafted| drafted.step == Step::Fail)?;
        let kind = match drafted.reason {
            "no_words" => FailureKind::Reply,
            "blocked" => FailureKind::Blocked,
            _ => return None,
        };
        Some(Failure { plugin: self.plugin.clone(), kind, detail: drafted.detail.clone() })
    }

    /// Two of the same name are the same decision, taken otherwise.
    fn name(&self) -> (&PluginId, &'static str, &str) {
        let (kind, name) = match &self.decision {
            Decision::Outreach(outreach) => ("outreach", &outreach.occurrence),
            Decision::Timer(timer) => ("timer", &timer.key),
            Decision::Cancel(key) => ("cancel", key),
        };
        (&self.plugin.id, kind, name)
    }
}

impl Choices {
    /// Whether it is there before and after, and the same.
    pub fn is_same(&self) -> bool {
        self.old.is_some() && self.new.is_some() && self.fields.is_empty()
    }
}

/// Those of one name are paired first; then contacts of a plugin in their order, for an occurrence may be named anew.
fn choices(old: &[Choice], new: &[Choice]) -> Vec<Choices> {
    let mut left: Vec<_> = old.iter().collect();
    let mut take = |fits: &dyn Fn(&Choice) -> bool| {
        let place = left.iter().position(|it| fits(it))?;
        Some(left.remove(place))
    };
    let mut before: Vec<_> = new.iter().map(|new| take(&|old| old.name() == new.name())).collect();
    let is_contact = |it: &Choice| matches!(it.decision, Decision::Outreach(_));
    for (before, new) in before.iter_mut().zip(new).filter(|(before, new)| before.is_none() && is_contact(new)) {
        *before = take(&|old| is_contact(old) && old.plugin.id == new.plugin.id);
    }
    let both = before.into_iter().zip(new).map(|(old, new)| Choices {
        fields: old.map(|old| changed(old, new)).unwrap_or_default(),
        old: old.cloned(),
        new: Some(new.clone()),
    });
    let mut all: Vec<_> = both.collect();
    all.extend(left.into_iter().map(|old| Choices { old: Some(old.clone()), new: None, fields: Vec::new() }));
    all
}

fn changed(old: &Choice, new: &Choice) -> Vec<&'static str> {
    match (&old.decision, &new.decision) {
        (Decision::Outreach(before), Decision::Outreach(after)) => {
            let mut fields = drafted_otherwise(old.drafted.as_ref(), new.drafted.as_ref());
            fields.extend(wished_otherwise(before, after));
            fields
        }
        (Decision::Timer(before), Decision::Timer(after)) => set_otherwise(before, after),
        _ => Vec::new(),
    }
}

fn drafted_otherwise(old: Option<&Judgement>, new: Option<&Judgement>) -> Vec<&'static str> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let text = |it: &Judgement| it.words.as_ref().map(|words| words.text.clone());
    let missing = |it: &Judgement| it.words.as_ref().map(|words| words.missing.clone()).unwrap_or_default();
    named([
        ("text", text(old) != text(new)),
        ("subject", old.subject != new.subject),
        ("channel", old.channel != new.channel),
        ("missing", missing(old) != missing(new)),
    ])
}

/// What is seen in the words (message, arguments) is not named again.
fn wished_otherwise(old: &Outreach, new: &Outreach) -> Vec<&'static str> {
    named([
        ("occurrence", old.occurrence != new.occurrence),
        ("purpose", old.purpose != new.purpose),
        ("scenario", old.scenario != new.scenario),
        ("template", old.template != new.template),
        ("reason", old.reason != new.reason),
        ("reason_at", old.reason_at != new.reason_at),
        ("valid_until", old.valid_until != new.valid_until),
    ])
}

fn set_otherwise(old: &Timer, new: &Timer) -> Vec<&'static str> {
    named([("at", old.at != new.at), ("event", old.event != new.event), ("fields", old.fields != new.fields)])
}

fn named<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<&'static str> {
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use cuecard_model::Purpose;

    use super::*;

    /// `a!cart-1:text`: plugin a's contact; `a@key:at`: its timer; `a-key`: it cancels.
    fn choice(text: &str) -> Choice {
        let (_, said) = text.match_indices(['!', '@', '-']).next().unwrap();
        let (id, rest) = text.split_once(said).unwrap();
        let (name, value) = rest.split_once(':').unwrap_or((rest, ""));
        let decision = match said {
            "!" => {
                let json = format!(r#"{{"occurrence": "{name}", "purpose": "service", "reason": "{value}"}}"#);
                Decision::Outreach(serde_json::from_str(&json).unwrap())
            }
            "@" => {
                let at = Timestamp::from_seconds(value.parse().unwrap());
                let (key, event) = (name.to_owned(), "tick".to_owned());
                Decision::Timer(Timer { key, at, event, fields: Default::default() })
            }
            _ => Decision::Cancel(name.to_owned()),
        };
        Choice { plugin: PluginVersion { id: id.into(), version: "1.0.0".into() }, decision, drafted: None }
    }

    #[test]
    fn decisions_of_one_name_are_compared() {
        for (old, new, expected) in [
            ("a!cart:x", "a!cart:x", "a same"),
            ("", "a!cart:x", "a gained"),
            ("a!cart:x", "", "a lost"),
            ("a!cart:x", "a!cart:y", "a changed reason"),
            ("a!cart:x", "a!basket:x", "a changed occurrence"),
            ("a!one:x a!two:x", "a!two:x", "a same, a lost"),
            ("a!cart:x", "b!cart:x", "b gained, a lost"),
            ("a@k:5", "a@k:7", "a changed at"),
            ("a@k:5", "a@j:5", "a gained, a lost"),
            ("a-k", "a-k", "a same"),
            ("a-k", "a@k:5", "a gained, a lost"),
        ] {
            let read = |text: &str| text.split_whitespace().map(choice).collect::<Vec<_>>();
            let word = |it: &Choices| {
                let kind = match (&it.old, &it.new) {
                    (None, _) => "gained".to_owned(),
                    (_, None) => "lost".to_owned(),
                    _ if it.fields.is_empty() => "same".to_owned(),
                    _ => format!("changed {}", it.fields.join("+")),
                };
                format!("{} {kind}", it.new.as_ref().or(it.old.as_ref()).unwrap().plugin.id)
            };
            let found = choices(&read(old), &read(new));
            assert_eq!(found.iter().map(word).collect::<Vec<_>>().join(", "), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn what_a_contact_is_for_counts() {
        let (old, mut new) = (choice("a!cart:x"), choice("a!cart:x"));
        let Decision::Outreach(outreach) = &mut new.decision else { unreachable!() };
        outreach.purpose = Purpose::Marketing;
        assert_eq!(changed(&old, &new), ["purpose"]);
    }
}
