//! An outreach in words: the same stages as for a reply, in the customer's language and for the agent in the shop's.

use std::sync::Arc;

use cuecard_culture as culture;
use cuecard_model::{
    DetectedLanguage, DetectedScenario, Draft, Emotion, EmotionLabel, Failure, Message, Role, Signals, Stage,
    Suggestion, SuggestionId, Trend, Turn, TurnId,
};
use cuecard_plugin::job::WorkedDraft;
use cuecard_understand::{Around, profile};

use super::{Addressee, Ground, Wish};
use crate::{
    compose::Composed,
    guard::{self, Known},
    localize,
};

/// Why there are no words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unworded {
    /// A reason code: `plugin_gone`, `no_words` or `blocked`.
    pub reason: &'static str,
    /// For people.
    pub detail: String,
}

/// Puts an outreach into words, with the heading if the messages have one; `edited` stands in place of the plugin's words and passes the same checks.
pub fn words(
    ground: &Ground<'_>,
    addressee: &Addressee<'_>,
    wish: &Wish<'_>,
    channel: &str,
    edited: Option<&str>,
) -> Result<(Suggestion, Option<String>), Unworded> {
    let mut served = ground.snapshot.generation.served(&ground.merchant.id);
    let served = served.find(|served| served.stable.plugin.id == wish.plugin.id);
    let gone = || Unworded { reason: "plugin_gone", detail: format!("{} serves no more", wish.plugin.id) };
    let served = served.ok_or_else(gone)?;
    // The version that wanted it has the words for it; a later one may have them too.
    let plugin = served.versions().find(|version| version.plugin == *wish.plugin).unwrap_or(&served.stable);
    let turn = turn(ground, addressee, wish, channel);
    let mut composed = Composed::begin(ground.snapshot, ground.merchant, &turn);
    let draft = WorkedDraft { draft: Draft::from(wish.outreach.clone()), trace: Vec::new() };
    composed.drafts.push((Arc::clone(plugin), draft));
    let failed = |reason| move |failure: Failure| Unworded { reason, detail: failure.detail };
    let worded = localize::localize(&composed, &turn, ground.understanding).into_iter().next();
    let mut worded = worded.ok_or_else(gone)?.map_err(failed("no_words"))?;
    if let Some(edited) = edited {
        let Suggestion { text, steps, missing, text_for_agent, .. } = &mut worded.suggestion;
        (*text, *text_for_agent) = (edited.to_owned(), None);
        steps.clear();
        missing.clear();
        worded.inserted = vec![edited.to_owned()];
    }
    worded.suggestion.id = SuggestionId::from(wish.id);
    let words = guard::check(worded, ground.merchant, &Known::new(&turn)).map_err(failed("blocked"))?.suggestion;
    let subject = subject(ground, &composed, &turn, wish);
    Ok((words, subject))
}

/// The message `<key>_subject`, put into words like the message and checked like it.
fn subject(ground: &Ground<'_>, composed: &Composed, turn: &Turn, wish: &Wish<'_>) -> Option<String> {
    let (plugin, _) = composed.drafts.first()?;
    let key = format!("{}_subject", wish.outreach.message.as_ref()?);
    plugin.contents.catalog.has(&key).then_some(())?;
    let draft = Draft { message: Some(key), arguments: wish.outreach.arguments.clone(), ..Draft::default() };
    let composed = Composed {
        drafts: vec![(Arc::clone(plugin), WorkedDraft { draft, trace: Vec::new() })],
        ..Composed::begin(ground.snapshot, ground.merchant, turn)
    };
    let worded = localize::localize(&composed, turn, ground.understanding).into_iter().next()?.ok()?;
    let checked = guard::check(worded, ground.merchant, &Known::new(turn)).ok()?.suggestion;
    checked.missing.is_empty().then_some(checked.text)
}

/// A turn in which the customer has said nothing.
fn turn(ground: &Ground<'_>, addressee: &Addressee<'_>, wish: &Wish<'_>, channel: &str) -> Turn {
    let (now, default_locale) = (ground.now, &ground.merchant.default_locale);
    let Addressee { customer, recent, live, .. } = *addressee;
    let around = Around { customer, recent, history: &[], channel: Some(channel), language: None, now };
    let profile = profile(&around);
    let wanted = customer.locale.as_deref().or(profile.preferred_language.as_deref());
    let locale = culture::locale_for(wanted, "und", 0.0, default_locale);
    let scenario = wish.outreach.scenario.clone().unwrap_or_else(|| "none".into());
    Turn {
        id: TurnId::from(wish.id),
        now,
        channel: channel.to_owned(),
        conversation_id: "".into(),
        message: Message { role: Role::Customer, text: String::new(), at: now },
        history: Vec::new(),
        signals: Signals {
            language: DetectedLanguage { tag: locale.clone(), confidence: 1.0 },
            scenario: DetectedScenario { id: scenario, confidence: 1.0, alternatives: Vec::new() },
            emotion: Emotion::new(EmotionLabel::Neutral, 0.0, Trend::Steady),
            stage: Stage::Browsing,
        },
        customer: Arc::clone(customer),
        profile,
        live: live.to_vec(),
        locale,
        agent_locale: Some(default_locale.clone()),
    }
}
