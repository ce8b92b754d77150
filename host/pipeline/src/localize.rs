//! *Localize*: puts drafts into words, in the customer's locale and in the agent's.

use std::sync::Arc;

use cuecard_culture::{Addressed, Cultures, Fit, Manner, Occasion, Setting, direction, fit, language};
use cuecard_model::{Draft, Failure, FailureKind, Fields, Register, Suggestion, SuggestionId, Trace, Turn, Value};
use cuecard_plugin::{
    generation::LivePlugin,
    job::WorkedDraft,
    words::{Elsewhere, Words, words},
};
use cuecard_understand::Understanding;

use crate::compose::Composed;

/// A suggestion in words, and which of its words came from the plugin's code and not from its messages.
pub(crate) struct Worded {
    pub(crate) suggestion: Suggestion,
    /// Arguments and raw text: what a plugin put in at run time.
    pub(crate) inserted: Vec<String>,
    /// How it is worded.
    pub(crate) manner: Arc<Manner>,
    /// Which of the drafts it is.
    pub(crate) draft: usize,
}

pub(crate) type Outcome = Result<Worded, Failure>;

pub(crate) fn localize(composed: &Composed, turn: &Turn, understanding: &Understanding) -> Vec<Outcome> {
    if composed.drafts.is_empty() {
        return Vec::new();
    }
    let wording = Wording::new(composed, turn, understanding);
    composed.drafts.iter().enumerate().map(|(number, (plugin, draft))| wording.put(number, plugin, draft)).collect()
}

struct Wording<'a> {
    turn: &'a Turn,
    understanding: &'a Understanding,
    cultures: &'a Cultures,
    /// What the form of address is called, and which rule chose it; `None` where the language makes no difference.
    form: Option<(&'a Addressed, String)>,
    setting: Setting,
    manner: Arc<Manner>,
    for_agent: Option<Setting>,
}

impl<'a> Wording<'a> {
    fn new(composed: &'a Composed, turn: &'a Turn, understanding: &'a Understanding) -> Self {
        let register = composed.culture.register;
        let manner = Arc::new(manner(&composed.cultures, turn, &turn.locale, register));
        let setting = setting(composed, turn, &manner);
        let for_agent = turn.agent_locale.as_ref().filter(|locale| language(locale) != language(&turn.locale));
        let for_agent = for_agent.map(|locale| {
            let manner = Arc::new(self::manner(&composed.cultures, turn, locale, register));
            Setting { locale: locale.clone(), manner: Some(manner), ..setting.clone() }
        });
        let named = |addressed: &'a Addressed| Some((addressed, manner.rules.form(register)?.to_owned()));
        let form = composed.addressed.as_ref().and_then(named);
        Self { turn, understanding, cultures: &composed.cultures, form, setting, manner, for_agent }
    }

    /// In words that the channel takes whole, if the messages have shorter ones; else as they are, for the guard to cut.
    fn put(&self, number: usize, plugin: &Arc<LivePlugin>, worked: &WorkedDraft) -> Outcome {
        let full = self.word(number, plugin, worked, &self.setting)?;
        let Fit::Cut { why, .. } = fit(&full.suggestion.text, &self.turn.channel) else { return Ok(full) };
        let Some(shorter) = self.setting.shorter() else { return Ok(full) };
        let mut short = self.word(number, plugin, worked, &shorter)?;
        if short.suggestion.text == full.suggestion.text {
            return Ok(full);
        }
        short.suggestion.trace.push(Trace {
            stage: "localize".into(),
            rule: format!("shorter-words/{}", self.turn.channel),
            before: None,
            after: None,
            why: format!("{why}, so the messages' shorter words serve"),
        });
        Ok(short)
    }

    fn word(&self, number: usize, plugin: &Arc<LivePlugin>, worked: &WorkedDraft, setting: &Setting) -> Outcome {
        let WorkedDraft { draft, trace } = worked;
        let catalog = &plugin.contents.catalog;
        let fail = |detail: String| Failure { plugin: plugin.plugin.clone(), kind: FailureKind::Reply, detail };
        let mut said = words(draft, catalog, setting).map_err(fail)?;
        let detected = &self.turn.signals.scenario;
        let scenario = draft.scenario.clone().unwrap_or_else(|| detected.id.clone());
        let title = draft.title.clone().or_else(|| self.understanding.title(&scenario).map(str::to_owned));
        let is_short = setting.manner.as_ref().is_some_and(|manner| manner.short);
        let wanted = &setting.locale;
        let foreign: Vec<_> = foreign(&said, wanted).collect();
        let locale = foreign.first().map_or_else(|| wanted.clone(), |found| found.locale.clone());
        let fallbacks = foreign.iter().map(|Elsewhere { key, locale, .. }| Trace {
            stage: "localize".into(),
            rule: "locale-fallback".into(),
            before: None,
            after: None,
            why: format!("'{key}' has no words in {wanted}; {locale} serves"),
        });
        let form = self.form.as_ref().filter(|_| foreign.is_empty()).map(|(addressed, form)| Trace {
            stage: "localize".into(),
            rule: addressed.rule.clone(),
            before: None,
            after: Some(form.clone()),
            why: addressed.why.clone(),
        });
        let mut trace: Vec<_> = trace.iter().cloned().chain(form).chain(fallbacks).collect();
        // What is said in another language is said in that language's manner.
        let manner = match foreign.first() {
            None => Arc::clone(&self.manner),
            Some(found) => Arc::new(manner(self.cultures, self.turn, &found.locale, self.setting.register)),
        };
        trace.extend(manner.polish(&mut said.said, direction(&locale)));
        let suggestion = Suggestion {
            id: SuggestionId::from(""),
            plugin: plugin.plugin.clone(),
            title: title.unwrap_or_else(|| scenario.to_string()),
            scenario,
            message: message_key(draft),
            text: said.said.text(),
            steps: said.said.steps,
            actions: draft.actions.clone(),
            reason: draft.reason.clone(),
            confidence: draft.confidence.unwrap_or(detected.confidence).clamp(0.0, 1.0),
            locale,
            machine_translated: false,
            text_for_agent: self.text_for_agent(draft, plugin, is_short),
            text_for_agent_machine_translated: false,
            missing: said.missing,
            trace,
        };
        Ok(Worded { suggestion, inserted: inserted(draft), manner, draft: number })
    }

    fn text_for_agent(&self, draft: &Draft, plugin: &LivePlugin, is_short: bool) -> Option<String> {
        let full = self.for_agent.as_ref()?;
        let shorter = if is_short { full.shorter() } else { None };
        let setting = shorter.as_ref().unwrap_or(full);
        let mut said = words(draft, &plugin.contents.catalog, setting).ok()?;
        if foreign(&said, &setting.locale).next().is_some() {
            return None;
        }
        if let Some(manner) = &setting.manner {
            manner.polish(&mut said.said, direction(&setting.locale));
        }
        Some(said.said.text())
    }
}

/// Where and when a turn's reply is worded.
pub(crate) fn setting(composed: &Composed, turn: &Turn, manner: &Arc<Manner>) -> Setting {
    Setting {
        locale: turn.locale.clone(),
        default_locale: composed.default_locale.clone(),
        time_zone: turn.customer.time_zone.clone(),
        now: turn.now,
        register: composed.culture.register,
        name: turn.customer.name.clone(),
        manner: Some(Arc::clone(manner)),
    }
}

/// What was found in another language than the wanted one.
pub(crate) fn foreign<'a>(words: &'a Words, wanted: &'a str) -> impl Iterator<Item = &'a Elsewhere> {
    words.found_in.iter().filter(move |found| language(&found.locale) != language(wanted))
}

/// How one says it in a locale, to this customer and now.
pub(crate) fn manner(cultures: &Cultures, turn: &Turn, locale: &str, register: Register) -> Manner {
    let customer = &turn.customer;
    let rules = cultures.rules(locale);
    let occasion = Occasion::at(turn.now, customer.time_zone.as_deref(), &rules);
    let plain = Manner::plain(rules, &turn.channel, register, occasion).with_person(customer.name.as_ref(), locale);
    let gender = customer.attributes.get("gender").and_then(|value| match value {
        Value::Text(gender) => Some(gender.to_lowercase()),
        _ => None,
    });
    Manner { emotion: turn.signals.emotion.clone(), gender, ..plain }
}

/// Which of the plugin's messages a draft says; `None` where it is raw text.
fn message_key(draft: &Draft) -> Option<String> {
    let steps = draft.steps.iter().map(|step| step.message.as_deref());
    let keys: Vec<_> = std::iter::once(draft.message.as_deref()).chain(steps).flatten().collect();
    (!keys.is_empty()).then(|| keys.join("+"))
}

fn inserted(draft: &Draft) -> Vec<String> {
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
