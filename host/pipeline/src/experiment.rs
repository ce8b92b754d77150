//! Experiments and the holdout: what is different for one conversation. Drawn, not chosen, so that it can be compared.

use std::collections::{BTreeMap, BTreeSet};

use cuecard_model::{Assigned, ConversationId, PluginId, ScenarioId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Merchant, share::draw};

/// A share of the conversations that gets signals and no suggestions, so that the effect of suggestions can be measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuggestionHoldout {
    /// From 0, nobody, to 1.
    pub share: f64,
    /// Draws another group; the merchant's id, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
}

impl SuggestionHoldout {
    /// What is wrong with it, and how to say it right.
    pub fn check(&self) -> Result<(), String> {
        let share = self.share;
        let wrong = format!("holdout: {share} is not a share\n  hint: write a share from 0.0 to 1.0");
        (0.0..=1.0).contains(&share).then_some(()).ok_or(wrong)
    }
}

/// Conversations spread over arms that are treated differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name; conversations are drawn by it.
    pub id: String,
    /// What is to be found out, in the words of whoever began it.
    pub title: String,
    /// Two or more. What their shares leave is not in the experiment.
    pub arms: Vec<ExperimentArm>,
    /// Only turns of these scenarios count; all, if empty.
    pub scenarios: Vec<ScenarioId>,
    /// Since when.
    pub started_at: Timestamp,
    /// By whom.
    pub by: String,
    /// Until when, once it was stopped: everybody is treated alike from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
}

/// One way of treating conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentArm {
    /// What it is called.
    pub name: String,
    /// How much of all conversations, above 0 and up to 1.
    pub share: f64,
    /// Plugins that are treated differently: `off`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plugins: BTreeMap<PluginId, String>,
    /// Whether what is learned moves the order; it does, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned_order: Option<bool>,
}

/// What is different for one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// It gets no suggestions.
    pub held_out: bool,
    /// Plugins that are not asked.
    pub off: BTreeSet<PluginId>,
    /// What is learned does not move the order.
    pub fixed_order: bool,
    /// The experiments it is in, each with the scenarios of which turns count.
    pub assigned: Vec<(Assigned, Vec<ScenarioId>)>,
}

impl Terms {
    /// Draws what holds for a conversation. Who is held out is in no experiment.
    pub fn of(merchant: &Merchant, experiments: &[Experiment], conversation: &ConversationId) -> Self {
        if merchant.is_held_out(conversation) {
            return Self { held_out: true, ..Self::default() };
        }
        let mut terms = Self::default();
        for experiment in experiments.iter().filter(|experiment| experiment.stopped_at.is_none()) {
            let salt = format!("experiment/{}/{}", merchant.id, experiment.id);
            let Some(arm) = experiment.arm(draw(&salt, conversation)) else { continue };
            terms.off.extend(arm.plugins.iter().filter(|(_, how)| *how == OFF).map(|(plugin, _)| plugin.clone()));
            terms.fixed_order |= arm.learned_order == Some(false);
            let assigned = Assigned { experiment: experiment.id.clone(), arm: arm.name.clone() };
            terms.assigned.push((assigned, experiment.scenarios.clone()));
        }
        terms
    }

    /// The experiments that a turn of this scenario counts for.
    pub fn counting(&self, scenario: &ScenarioId) -> Vec<Assigned> {
        let counts = |scenarios: &Vec<ScenarioId>| scenarios.is_empty() || scenarios.contains(scenario);
        self.assigned.iter().filter(|(_, scenarios)| counts(scenarios)).map(|(it, _)| it.clone()).collect()
    }
}

/// How an arm says that a plugin is not asked.
const OFF: &str = "off";
/// The most arms; more share out too thin to ever decide.
const ARMS: usize = 8;

impl Experiment {
    /// The arm for a place from 0 up to 1.
    fn arm(&self, place: f64) -> Option<&ExperimentArm> {
        let mut end = 0.0;
        self.arms.iter().find(|arm| {
            end += arm.share;
            place < end
        })
    }

    /// What is wrong with it, and how to say it right.
    pub fn check(&self) -> Result<(), (String, &'static str)> {
        let Self { arms, .. } = self;
        let wrong = |what: String, hint| Err((what, hint));
        if arms.len() < 2 || arms.len() > ARMS {
            return wrong(
                format!("an experiment has 2 to {ARMS} arms, this one {}", arms.len()),
                "add what to compare with, an arm without changes for instance",
            );
        }
        let names: BTreeSet<_> = arms.iter().map(|arm| &arm.name).collect();
        if names.len() < arms.len() || names.iter().any(|name| name.is_empty() || name.len() > 64) {
            return wrong(
                "two arms have the same name, or one has none".into(),
                "give each arm a name of its own, up to 64 bytes",
            );
        }
        let (all, fair) =
            (arms.iter().map(|arm| arm.share).sum::<f64>(), |arm: &ExperimentArm| arm.share > 0.0 && arm.share <= 1.0);
        if !arms.iter().all(fair) || all > 1.0 + 1e-9 {
            return wrong(
                format!("the shares of the arms add up to {all}"),
                "write shares above 0 that add up to 1 at most, 0.5 and 0.5 for instance",
            );
        }
        let treated = arms.iter().flat_map(|arm| &arm.plugins);
        if let Some((plugin, how)) = treated.into_iter().find(|(_, how)| *how != OFF) {
            return wrong(
                format!("plugin {plugin}: '{how}' is nothing that an arm can do with it"),
                "an arm can switch a plugin \"off\", and the learned order with learned_order = false",
            );
        }
        let same = |arm: &ExperimentArm| (arm.plugins.clone(), arm.learned_order == Some(false));
        if let Some(first) = arms.first().map(same)
            && arms.iter().all(|arm| same(arm) == first)
        {
            return wrong(
                "all arms do the same".into(),
                "let one switch a plugin \"off\", or have learned_order = false",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(arms: serde_json::Value) -> Experiment {
        let now = Timestamp::from_seconds(0);
        let arms = serde_json::from_value(arms).unwrap();
        let (id, title, by) = ("late".to_owned(), String::new(), "key:a".to_owned());
        Experiment { id, title, arms, scenarios: Vec::new(), started_at: now, by, stopped_at: None }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        for (arms, expected) in [
            (serde_json::json!([{"name": "a", "share": 1.0}]), "2 to 8 arms"),
            (serde_json::json!([{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}]), "same name"),
            (serde_json::json!([{"name": "a", "share": 0.5}, {"name": "b", "share": 0.6}]), "add up to 1.1"),
            (serde_json::json!([{"name": "a", "share": 0.5}, {"name": "b", "share": 0.0}]), "add up"),
            (serde_json::json!([{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]), "do the same"),
            (
                serde_json::json!([{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "plugins": {"p": "1.3.0"}}]),
                "'1.3.0' is nothing",
            ),
        ] {
            let (problem, _) = experiment(arms.clone()).check().unwrap_err();
            assert!(problem.contains(expected), "{arms}: {problem}");
        }
    }

    #[test]
    fn conversations_are_spread_and_stay() {
        let mut experiment = experiment(serde_json::json!([
            {"name": "with", "share": 0.5}, {"name": "without", "share": 0.25, "plugins": {"late-parcel": "off"}},
        ]));
        experiment.check().unwrap();
        experiment.scenarios = vec!["delivery_delay".into()];
        let held = SuggestionHoldout { share: 0.1, seed: None };
        let merchant = Merchant { holdout: Some(held), ..Merchant::new("m".into()) };
        let all: Vec<_> = (0..20_000)
            .map(|number| Terms::of(&merchant, std::slice::from_ref(&experiment), &format!("c-{number}").into()))
            .collect();
        let share = |of: &dyn Fn(&Terms) -> bool| all.iter().filter(|terms| of(terms)).count() as f64 / 20_000.0;
        assert!((share(&|terms| terms.held_out) - 0.1).abs() < 0.009);
        assert!((share(&|terms| terms.off.contains("late-parcel")) - 0.225).abs() < 0.012);
        let counted = |terms: &Terms| !terms.counting(&"delivery_delay".into()).is_empty();
        assert!((share(&counted) - 0.675).abs() < 0.014);
        assert!(all.iter().all(|terms| terms.counting(&"thanks".into()).is_empty()));
        assert!(all.iter().all(|terms| !terms.held_out || (terms.off.is_empty() && terms.assigned.is_empty())));
        experiment.stopped_at = Some(experiment.started_at);
        let merchant = Merchant::new("m".into());
        let stopped = |number| Terms::of(&merchant, std::slice::from_ref(&experiment), &format!("c-{number}").into());
        assert!((0..100).all(|number| stopped(number) == Terms::default()));
    }
}
