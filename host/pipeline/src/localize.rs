//! *Localize*: puts drafts into words, in the customer's locale and in the agent's.

use std::sync::Arc;

use cuecard_culture::Setting;
use cuecard_model::{Draft, Failure, FailureKind, Fields, Suggestion, SuggestionId, Trace, Turn};
use cuecard_plugin::{generation::LivePlugin, job::WorkedDraft, words::words};
use cuecard_understand::Understanding;

use crate::compose::Composed;

/// A suggestion in words, and which of its words came from the plugin's code and not from its messages.
pub(crate) struct Worded {
    pub(crate) suggestion: Suggestion,
    /// Arguments and raw text: what a plugin put in at run time.
    pub(crate) inserted: Vec<String>,
}

pub(crate) type Outcome = Result<Worded, Failure>;

pub(crate) fn localize(composed: &Composed, turn: &Turn, understanding: &Understanding) -> Vec<Outcome> {
    let setting = Setting {
        locale: turn.locale.clone(),
        default_locale: composed.default_locale.clone(),
        time_zone: turn.customer.time_zone.clone(),
        now: turn.now,
        register: composed.culture.register,
        name: turn.customer.name.clone(),
        manner: None,
    };
    let for_agent = turn.agent_locale.as_ref().filter(|locale| language(locale) != language(&turn.locale));
    let for_agent = for_agent.map(|locale| Setting { locale: locale.clone(), ..setting.clone() });
    let words = Words { turn, understanding, setting, for_agent };
    composed.drafts.iter().map(|(plugin, draft)| words.put(plugin, draft)).collect()
}

struct Words<'a> {
    turn: &'a Turn,
    understanding: &'a Understanding,
    setting: Setting,
    for_agent: Option<Setting>,
}

impl Words<'_> {
    fn put(&self, plugin: &Arc<LivePlugin>, worked: &WorkedDraft) -> Outcome {
        let WorkedDraft { draft, trace } = worked;
        let catalog = &plugin.contents.catalog;
        let fail = |detail: String| Failure { plugin: plugin.plugin.clone(), kind: FailureKind::Reply, detail };
        let said = words(draft, catalog, &self.setting).map_err(fail)?;
        let text_for_agent = self.for_agent.as_ref().and_then(|setting| {
            let said = words(draft, catalog, setting).ok()?;
            said.found_in.iter().all(|(_, found)| language(found) == language(&setting.locale)).then_some(said.text)
        });
        let detected = &self.turn.signals.scenario;
        let scenario = draft.scenario.clone().unwrap_or_else(|| detected.id.clone());
        let title = draft.title.clone().or_else(|| self.understanding.title(&scenario).map(str::to_owned));
        let wanted = &self.setting.locale;
        let foreign = said.found_in.into_iter().filter(|(_, found)| language(found) != language(wanted));
        let foreign: Vec<_> = foreign.collect();
        let locale = foreign.first().map_or_else(|| wanted.clone(), |(_, found)| found.clone());
        let fallbacks = foreign.iter().map(|(key, found)| Trace {
            stage: "localize".into(),
            rule: "locale-fallback".into(),
            before: None,
            after: None,
            why: format!("'{key}' has no words in {wanted}; {found} serves"),
        });
        let trace = trace.iter().cloned().chain(fallbacks).collect();
        let suggestion = Suggestion {
            id: SuggestionId::from(""),
            plugin: plugin.plugin.clone(),
            title: title.unwrap_or_else(|| scenario.to_string()),
            scenario,
            text: said.text,
            steps: said.steps,
            actions: draft.actions.clone(),
            reason: draft.reason.clone(),
            confidence: draft.confidence.unwrap_or(detected.confidence).clamp(0.0, 1.0),
            locale,
            text_for_agent,
            missing: said.missing,
            trace,
        };
        Ok(Worded { suggestion, inserted: inserted(draft) })
    }
}

fn inserted(draft: &Draft) -> Vec<String> {
    use cuecard_model::Value;
    let of_fields = |fields: &Fields| {
        fields
            .values()
            .filter_map(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None })
            .collect()
    };
    let mut inserted: Vec<String> = of_fields(&draft.arguments);
    inserted.extend(draft.text.clone());
    for step in &draft.steps {
        inserted.extend(of_fields(&step.arguments));
        inserted.extend(step.text.clone());
    }
    inserted
}

/// The language of a tag, with its script for Chinese, where it matters to a reader.
fn language(tag: &str) -> &str {
    let tag = tag.split_once("-u-").map_or(tag, |(tag, _)| tag);
    match tag.split_once('-') {
        Some(("zh", rest)) => match rest.split('-').next() {
            Some("Hant" | "TW" | "HK" | "MO") => "zh-Hant",
            _ => "zh-Hans",
        },
        Some((language, _)) => language,
        None if tag == "zh" => "zh-Hans",
        None => tag,
    }
}
